//! What an apply says that ended early.

use super::ObserveError;
use crate::{
    client::ClientError,
    diff::{Refused, Step},
    user::{CreationAttempt, ImportId, Path, UserState, one_line},
};

/// A plan that was carried out in part, or not at all.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct Failed {
    /// What went wrong.
    #[source]
    pub error: ApplyError,
    /// The user as it is now: keep it, and plan from it again. `None` where there is none.
    pub state: Option<Box<UserState>>,
    /// Whether `state` is known to be true; otherwise read it again before planning.
    pub certain: bool,
    /// A creation that may have made a user who was not found: keep it, and let
    /// [`recover`](super::recover()) look for that user before planning again.
    pub attempt: Option<Box<CreationAttempt>>,
    /// How many steps were made.
    pub done: usize,
    /// The steps that are left, the one that failed first.
    pub left: Vec<Step>,
}

/// Why an apply ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// A call failed.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The plan was made from another state.
    #[error("the plan was made from another state of the user")]
    Stale,
    /// The user cannot be made because its name is taken by one that differs.
    #[error("the name is taken by the user `{}`{}", one_line(&id.to_string()), differs(differing))]
    NotAdopted {
        /// The user that has the name: import it, if it is meant.
        id: Box<ImportId>,
        /// Where it differs.
        differing: Vec<Path>,
        /// What the service said.
        source: ClientError,
    },
    /// The user cannot be made because its name is taken by one that the host manages already.
    #[error("the name is taken by the user `{}`, which is managed as another resource", one_line(&id.to_string()))]
    Owned {
        /// The user that has the name.
        id: Box<ImportId>,
        /// What the service said.
        source: ClientError,
    },
    /// An earlier attempt has made the user: what is desired may have changed since.
    #[error("an earlier run had made the user, as `{}`", one_line(&id.to_string()))]
    Recovered {
        /// The user.
        id: Box<ImportId>,
    },
    /// Nobody knows whether a creation has made the user.
    #[error("whether the user `{}` was made is not known: {source}", one_line(name))]
    OutcomeUnknown {
        /// The name of the user in Amazon Connect.
        name: String,
        /// What the last call said.
        source: ClientError,
    },
    /// The user was created a moment ago and cannot be found yet, so that it cannot be deleted.
    #[error("the user `{}` was created a moment ago and is not visible yet: {source}", one_line(name))]
    NotVisible {
        /// The name of the user in Amazon Connect.
        name: String,
        /// What the service said.
        source: ClientError,
    },
    /// The user was not found, and nobody could tell whether its instance is there: in a wrong Region or account,
    /// nobody is found either.
    #[error(
        "the user `{}` was not found, and whether its instance exists was not checked: {source}",
        one_line(name)
    )]
    InstanceNotChecked {
        /// The name of the user in Amazon Connect.
        name: String,
        /// Why it was not checked.
        source: ClientError,
    },
    /// The host stopped it.
    #[error("stopped by the host: {0}")]
    Observer(ObserveError),
    /// The plan would delete the user that it has just made.
    #[error("the plan would delete the user that it is for")]
    WouldDeleteItself,
    /// A deletion was refused.
    #[error(transparent)]
    Refused(#[from] Refused),
}

fn differs(places: &[Path]) -> String {
    match places {
        [] => String::new(),
        places => {
            let places: Vec<String> = places.iter().map(ToString::to_string).collect();
            format!(", which differs in `{}`", places.join("`, `"))
        }
    }
}

impl ApplyError {
    /// What the service or the line said, where a call failed.
    pub const fn client(&self) -> Option<&ClientError> {
        match self {
            Self::Client(error)
            | Self::NotAdopted { source: error, .. }
            | Self::Owned { source: error, .. }
            | Self::OutcomeUnknown { source: error, .. }
            | Self::NotVisible { source: error, .. }
            | Self::InstanceNotChecked { source: error, .. } => Some(error),
            _ => None,
        }
    }

    /// The way out.
    pub fn help(&self) -> &str {
        match self {
            Self::Client(error) => error.help(),
            Self::Stale => "read the user again and make a new plan",
            Self::NotAdopted { .. } => "import that user if it is meant, or choose another name",
            Self::Owned { .. } => "choose another name, or give the other user a free one first",
            Self::Recovered { .. } => "run it again: what is left to do is planned from that user",
            Self::OutcomeUnknown { .. } => {
                "run it again: the next run finds the user, and takes it over if this one has made it, provided that \
                 it is given this attempt (`Failed::attempt`, which a store keeps)"
            }
            Self::NotVisible { .. } => "run it again in a few minutes",
            Self::InstanceNotChecked { .. } => {
                "allow `connect:DescribeInstance`, `connect:ListUsers` or `connect:SearchUsers`, and check Region and \
                 account"
            }
            Self::Observer(_) => "mend the cause, then run it again: what is done is not repeated",
            Self::WouldDeleteItself => "read the user again and make a new plan",
            Self::Refused(refused) => {
                let help = refused.diagnostics().iter().find_map(|reason| reason.help.as_deref());
                help.unwrap_or("read the user again and make a new plan")
            }
        }
    }
}
