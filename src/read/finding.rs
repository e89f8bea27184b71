//! The result of reading a recorded user.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{
    client::{ClientError, ErrorKind},
    user::{Code, Diagnostic, UserId, UserState},
};

/// The result of reading a recorded user.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The user; `None` if it is gone.
    pub state: Option<UserState>,
    /// What differs from the record: whether the user is gone, was renamed, or is not visible yet.
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

/// Something that differs from the record. Its JSON has the members of [`diagnostic`](Self::diagnostic) too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The resource name of the recorded user.
    pub user: String,
    /// What was found.
    pub kind: FindingKind,
}

/// What is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The user is gone.
    Gone,
    /// The user is gone, and another user of that name was created.
    Recreated(UserId),
    /// The user has another name.
    Renamed(String),
    /// The user was created a moment ago and is not visible yet. It is assumed to exist.
    NotVisibleYet,
    /// The user is listed and cannot be read: it exists, with unknown values.
    NotReadable,
}

impl FindingKind {
    /// Whether the user was not seen: it is assumed to be as recorded.
    pub const fn is_assumed(&self) -> bool {
        matches!(self, Self::NotVisibleYet | Self::NotReadable)
    }
}

impl Finding {
    /// What a [`Reading`] has found of a user, by whatever name the host has for it.
    pub fn new(user: impl Into<String>, kind: FindingKind) -> Self {
        Self { user: user.into(), kind }
    }

    /// The finding as a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        let user = &self.user;
        let (code, message, help) = match &self.kind {
            FindingKind::Gone => (Code::GONE, format!("`{user}` no longer exists in Amazon Connect"), ""),
            FindingKind::Recreated(id) => (
                Code::RECREATED,
                format!(
                    "`{user}` no longer exists in Amazon Connect, and its name is that of the new user `{id}`"
                ),
                "import the new user if it is meant; otherwise its name is taken",
            ),
            FindingKind::Renamed(name) => (
                Code::RENAMED,
                format!("`{user}` was renamed to `{name}` in Amazon Connect"),
                "use the new name in the program, or let the user be replaced",
            ),
            FindingKind::NotVisibleYet => (
                Code::NOT_VISIBLE_YET,
                format!("`{user}` was created a moment ago and is not visible yet; it is assumed to exist"),
                "",
            ),
            FindingKind::NotReadable => (
                Code::NOT_READABLE,
                format!(
                    "`{user}` is listed by Amazon Connect and cannot be read; its recorded values are shown"
                ),
                "run it again in a few minutes",
            ),
        };
        Diagnostic::new(code, message).about(user).with_help(help)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told<'a> {
            kind: &'a FindingKind,
            #[serde(flatten)]
            diagnostic: Diagnostic,
        }
        Told { kind: &self.kind, diagnostic: self.diagnostic() }.serialize(serializer)
    }
}

/// That something was not read or looked for, and why.
pub(crate) fn not_checked(what: impl fmt::Display, error: &ClientError) -> Diagnostic {
    let help = match error.kind() {
        ErrorKind::AccessDenied => format!("allow `{}`", error.operation().iam_action()),
        _ => error.help().to_owned(),
    };
    Diagnostic::new(Code::NOT_CHECKED, format!("{what}: {error}")).with_help(help)
}
