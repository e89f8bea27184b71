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
    /// The state of the user; `None` if the user no longer exists.
    pub state: Option<UserState>,
    /// A difference from the record, other than changed properties: for example, the user no longer exists, was
    /// renamed, or is not visible yet.
    pub finding: Option<FindingKind>,
}

impl FindingKind {
    /// A finding if the user has another name than recorded.
    pub(crate) fn renamed(known: &UserState, read: &UserState) -> Option<Self> {
        (known.name != read.name).then(|| Self::Renamed(read.name.clone()))
    }
}

impl Reading {
    /// The reading of a user that exists.
    pub(crate) const fn there(state: UserState, finding: Option<FindingKind>) -> Self {
        Self { state: Some(state), finding }
    }

    pub(crate) const fn gone(finding: FindingKind) -> Self {
        Self { state: None, finding: Some(finding) }
    }
}

/// A difference between a user and its record. The JSON also has the members of [`diagnostic`](Self::diagnostic).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The resource name of the recorded user.
    pub user: String,
    /// The kind of difference.
    pub kind: FindingKind,
}

/// A kind of difference from the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The user no longer exists.
    Gone,
    /// The user no longer exists, and there is a new user (with this id) that has its user name.
    Recreated(UserId),
    /// The user has another user name (the given one).
    Renamed(String),
    /// The user was created a moment ago and is not visible yet. It is assumed to exist.
    NotVisibleYet,
    /// The user is listed but cannot be read: it exists, with unknown values.
    NotReadable,
}

impl FindingKind {
    /// Whether the user was not read: it is assumed to be as recorded.
    pub const fn is_assumed(&self) -> bool {
        matches!(self, Self::NotVisibleYet | Self::NotReadable)
    }
}

impl Finding {
    /// Returns a finding of a [`Reading`] for a user. `user` is the name that the host has for it.
    pub fn new(user: impl Into<String>, kind: FindingKind) -> Self {
        Self { user: user.into(), kind }
    }

    /// Returns the finding as a diagnostic.
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

/// A diagnostic that says what was not read or looked up, and why.
pub(crate) fn not_checked(what: impl fmt::Display, error: &ClientError) -> Diagnostic {
    let help = match error.kind() {
        ErrorKind::AccessDenied => format!("allow `{}`", error.operation().iam_action()),
        _ => error.help().to_owned(),
    };
    Diagnostic::new(Code::NOT_CHECKED, format!("{what}: {error}")).with_help(help)
}
