//! What reading a recorded user has come to.

use serde::Serialize;

use crate::user::{UserId, UserState, one_line};

/// What has become of a recorded user.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The user; `None` where it is gone.
    pub state: Option<UserState>,
    /// What is not as it was recorded.
    pub finding: Option<FindingKind>,
}

impl FindingKind {
    /// That a user has another name than the recorded one.
    pub(crate) fn renamed(known: &UserState, read: &UserState) -> Option<Self> {
        (known.name != read.name).then(|| Self::Renamed(read.name.clone()))
    }
}

impl Reading {
    /// A user that is there.
    pub(crate) const fn there(state: UserState, finding: Option<FindingKind>) -> Self {
        Self { state: Some(state), finding }
    }

    pub(crate) const fn gone(finding: FindingKind) -> Self {
        Self { state: None, finding: Some(finding) }
    }
}

/// Something that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The user, by the resource name under which it is recorded.
    pub user: String,
    /// What.
    pub kind: FindingKind,
}

/// What is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The user is gone.
    Gone,
    /// The user is gone, and another one of that name was created.
    Recreated(UserId),
    /// The user has another name.
    Renamed(String),
    /// The user was created a moment ago and is not visible yet: it is taken to be there.
    NotVisibleYet,
    /// The user is listed and cannot be read: it is there, with values that are not known.
    NotReadable,
}

impl Finding {
    /// What was found, in a sentence on one line.
    pub fn message(&self) -> String {
        one_line(&self.sentence()).into_owned()
    }

    fn sentence(&self) -> String {
        let user = &self.user;
        match &self.kind {
            FindingKind::Gone => format!("`{user}` no longer exists in Amazon Connect"),
            FindingKind::Recreated(id) => {
                format!(
                    "`{user}` no longer exists in Amazon Connect, and its name is that of the new user `{id}`"
                )
            }
            FindingKind::Renamed(name) => format!("`{user}` was renamed to `{name}` in Amazon Connect"),
            FindingKind::NotVisibleYet => {
                format!("`{user}` was created a moment ago and is not visible yet; it is taken to be there")
            }
            FindingKind::NotReadable => {
                format!(
                    "`{user}` is listed by Amazon Connect and cannot be read; its recorded values are shown"
                )
            }
        }
    }

    /// The way out, where there is one to take.
    pub fn help(&self) -> Option<&'static str> {
        match self.kind {
            FindingKind::Recreated(_) => {
                Some("import the new user if it is meant; otherwise its name is taken")
            }
            FindingKind::NotReadable => Some("run it again in a few minutes"),
            _ => None,
        }
    }
}
