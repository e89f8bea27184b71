//! The error of an apply.

use super::ObserveError;
use crate::{
    client::ClientError,
    diff::{Refused, Step},
    user::{CreationAttempt, ImportId, Message, Path, UserState, listed, one_line},
};

/// The error of an apply: the plan was carried out partly, or not at all.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct Failed {
    /// What went wrong.
    #[source]
    pub error: ApplyError,
    /// The actual user: keep it, and plan from it again. `None` if there is no user.
    pub state: Option<Box<UserState>>,
    /// Whether `state` is certain. If not, read the user again before planning.
    pub certain: bool,
    /// A creation that may have made a user that was not found. Keep it, and give it to
    /// [`recover`](super::recover()) or to the next apply ([`ApplyOptions::attempts`](super::ApplyOptions::attempts)).
    pub attempt: Option<Box<CreationAttempt>>,
    /// The number of steps that were done.
    pub done: usize,
    /// The steps that are left, beginning with the failed step.
    pub left: Vec<Step>,
}

/// Why an apply failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// A call failed.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The plan was made from another state of the user.
    #[error("the plan was made from another state of the user")]
    Stale,
    /// The user was not created: its name is taken by a user that differs, or that this creation cannot have made: it
    /// existed before, or was last changed before the creation began by [`ApplyOptions::now`](super::ApplyOptions::now).
    /// With a service in memory whose clock stands still, set both clocks
    /// ([`MemoryConnect::set_time`](crate::client::memory::MemoryConnect::set_time)).
    #[error("{}", taken(id, differing))]
    NotAdopted {
        /// The user that has the name: import it, if it is the intended user.
        id: Box<ImportId>,
        /// The properties that differ; empty if only the time of change is against it.
        differing: Vec<Path>,
        /// The error of the service.
        source: ClientError,
    },
    /// A user has the name, and it is not known whether this creation made it: an answer was lost, and the user
    /// differs, or its time of change is unknown or before the creation began by
    /// [`ApplyOptions::now`](super::ApplyOptions::now). Keep [`Failed::attempt`].
    #[error("{}", unclear(id, differing))]
    Unclear {
        /// The user that has the name: import it, if it is the intended user.
        id: Box<ImportId>,
        /// The properties that differ; empty if only the time of change is against it.
        differing: Vec<Path>,
        /// The error of the last call.
        source: ClientError,
    },
    /// The user was not created: its name is taken by a user that the host manages as another resource.
    #[error("the name is taken by the user `{}`, which is managed as another resource", one_line(&id.to_string()))]
    Owned {
        /// The user that has the name.
        id: Box<ImportId>,
        /// The error of the service.
        source: ClientError,
    },
    /// The user was not deleted, because it could not be created again: its new name is that of a user that the host does
    /// not manage.
    #[error("the user `{}` was not deleted: its new name is that of the user `{}`", one_line(user), one_line(&id.to_string()))]
    NewNameTaken {
        /// The present name of the user.
        user: String,
        /// The user that has the new name.
        id: Box<ImportId>,
    },
    /// An earlier run had created the user, perhaps from another program: plan again from the state.
    #[error("an earlier run created the user, as `{}`", one_line(&id.to_string()))]
    Recovered {
        /// The user.
        id: Box<ImportId>,
        /// The creation that made the user.
        attempt: Box<CreationAttempt>,
    },
    /// It is not known whether the user was created.
    #[error("whether the user `{}` was created is not known: {source}", one_line(name))]
    OutcomeUnknown {
        /// The name of the user in Amazon Connect.
        name: String,
        /// The error of the last call.
        source: ClientError,
    },
    /// The user was created a moment ago and is not visible yet, so it cannot be changed or deleted.
    #[error("the user `{}` was created a moment ago and is not visible yet: {source}", one_line(name))]
    NotVisible {
        /// The name of the user in Amazon Connect.
        name: String,
        /// The error of the service.
        source: ClientError,
    },
    /// The user was not found, and its instance could not be checked: in a wrong Region or account, no user
    /// is found either.
    #[error(
        "the user `{}` was not found, and whether its instance exists was not checked: {source}",
        one_line(name)
    )]
    InstanceNotChecked {
        /// The name of the user in Amazon Connect.
        name: String,
        /// Why the instance was not checked.
        source: ClientError,
    },
    /// The host's observer returned an error.
    #[error("stopped by the host: {0}")]
    Observer(ObserveError),
    /// The plan would delete the user that it has just created.
    #[error("the plan would delete the user that it is for")]
    WouldDeleteItself,
    /// A user was found that is not the one to delete: nothing was deleted.
    #[error("the user `{}` was not deleted: {}", one_line(user), one_line(reason))]
    UserMismatch {
        /// The user to delete: its name, or its id if no name is known.
        user: String,
        /// What differs from the reference.
        reason: String,
    },
    /// A deletion was refused.
    #[error(transparent)]
    Refused(#[from] Refused),
}

fn taken(id: &ImportId, differing: &[Path]) -> Message {
    let why = match differing {
        [] => "this creation has not made".to_owned(),
        differing => format!("differs in {}", listed(differing)),
    };
    format!("the name is taken by the user `{id}`, which {why}").into()
}

fn unclear(id: &ImportId, differing: &[Path]) -> Message {
    let why = inconclusive(differing);
    format!("the user `{id}` has the name, and may be the one that this creation made, but {why}").into()
}

/// Returns why it is not known whether a creation made the user that has the name.
pub(super) fn inconclusive(differing: &[Path]) -> String {
    match differing {
        [] => "its time of change is not conclusive".to_owned(),
        differing => format!("differs in {}", listed(differing)),
    }
}

/// Returns what to do if it is not known whether a creation made the user that has the name.
pub(super) const fn help_if_unclear(differing: &[Path]) -> &'static str {
    match differing {
        [] => {
            "check the clock of this machine; import that user if it is meant, or delete it and run it again"
        }
        _ => "import that user if it is meant, or delete it and run it again",
    }
}

impl ApplyError {
    /// Returns the error as a message that can be spelled for the host: it knows the properties that it names.
    pub fn message(&self) -> Message {
        match self {
            Self::NotAdopted { id, differing, .. } => taken(id, differing),
            Self::Unclear { id, differing, .. } => unclear(id, differing),
            error => error.to_string().into(),
        }
    }

    /// Returns the error of the client, if a call failed.
    pub const fn client(&self) -> Option<&ClientError> {
        match self {
            Self::Client(error)
            | Self::NotAdopted { source: error, .. }
            | Self::Unclear { source: error, .. }
            | Self::Owned { source: error, .. }
            | Self::OutcomeUnknown { source: error, .. }
            | Self::NotVisible { source: error, .. }
            | Self::InstanceNotChecked { source: error, .. } => Some(error),
            _ => None,
        }
    }

    /// Returns what to do about the error.
    pub fn help(&self) -> &str {
        match self {
            Self::Client(error) => error.help(),
            Self::Stale => "read the user again and make a new plan",
            Self::NotAdopted { .. } => "import that user if it is meant, or choose another name",
            Self::Unclear { differing, .. } => help_if_unclear(differing),
            Self::NewNameTaken { .. } => "choose another name, or delete or rename the other user first",
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
            Self::Observer(_) => "fix the cause, then run it again: what is done is not repeated",
            Self::WouldDeleteItself => "read the user again and make a new plan",
            Self::UserMismatch { .. } => "give the id of the user, if that one is meant",
            Self::Refused(refused) => {
                let help = refused.diagnostics().iter().find_map(|reason| reason.help.as_deref());
                help.unwrap_or("read the user again and make a new plan")
            }
        }
    }
}
