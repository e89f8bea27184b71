//! What ends a command early.

use std::{error::Error, fmt::Display};

use connect_user::{
    fleet::{FleetRefused, JsonError, PlanFileError, RecordError, SessionError, StoreError},
    interop::{
        DeploymentError,
        between::{BetweenError, NameMapError},
        file::{AdoptError, FileDiagnostic},
        program::{Location, ProgramError},
    },
    read::{FilterError, InstanceError},
    user::{Diagnostic, IdError, ImportIdError, with_causes},
    validate::OverrideError,
};

use crate::way_out;

pub type Outcome<T> = Result<T, Failure>;

/// Mistakes that were found in the same go. Where there is none, everything there is to say was said already.
#[derive(Debug)]
pub struct Failure(pub Vec<Mistake>);

/// A mistake with its way out. Unlike those of the library's diagnostics, its texts are whole: the cause of a long chain
/// stands at the end. They are escaped where they are printed.
#[derive(Debug)]
pub struct Mistake {
    pub message: String,
    /// Empty if there is none.
    pub help: String,
    /// Where it is in a file.
    pub location: Option<Location>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self(vec![Mistake { message: message.into(), help: String::new(), location: None }])
    }

    /// What went wrong, and why: an error with its causes.
    pub fn caused(what: impl Display, error: &(dyn Error + 'static)) -> Self {
        Self::new(format!("{what}: {}", with_causes(error)))
    }

    /// What the library says.
    pub fn told(diagnostic: &Diagnostic) -> Self {
        Self::new(diagnostic.text()).help(way_out::help(diagnostic).unwrap_or_default())
    }

    /// What the library says of a file.
    pub fn found(FileDiagnostic { diagnostic, location, .. }: FileDiagnostic) -> Self {
        let mut failure = Self::told(&diagnostic);
        failure.0.iter_mut().for_each(|mistake| mistake.location.clone_from(&location));
        failure
    }

    /// A failure whose reasons have been printed.
    pub const fn said() -> Self {
        Self(Vec::new())
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        let help = help.into();
        self.0.iter_mut().for_each(|mistake| mistake.help.clone_from(&help));
        self
    }

    /// All of them in one.
    fn joined(failures: impl IntoIterator<Item = Self>) -> Self {
        Self(failures.into_iter().flat_map(|failure| failure.0).collect())
    }

    /// All of them in one, if there are any.
    pub fn all(failures: impl Iterator<Item = Self>) -> Outcome<()> {
        let all = Self::joined(failures);
        if all.0.is_empty() { Ok(()) } else { Err(all) }
    }

    /// Says where.
    pub fn within(mut self, place: &str) -> Self {
        for mistake in &mut self.0 {
            mistake.message = format!("{place}: {}", mistake.message);
        }
        self
    }
}

impl From<DeploymentError> for Failure {
    fn from(error: DeploymentError) -> Self {
        match &error {
            DeploymentError::Session(session) => match &**session {
                SessionError::Store(error) => Self::new(with_causes(error)).help(way_out::of_store(error)),
                session => Self::joined(session.diagnostics().iter().map(Self::told)),
            },
            error => Self::joined(error.diagnostics().into_iter().map(Self::found)),
        }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        let help = match &error {
            RecordError::NotRecorded { .. } => "`show` lists every user",
            RecordError::Unfinished { .. } => {
                "`apply` finishes it; `--force` removes the user from the state nevertheless"
            }
            RecordError::Instance(_) => "leave out `--identity-management`, or use another instance",
            error => error.help(),
        };
        Self::new(with_causes(&error)).help(help)
    }
}

/// Errors that are texts with their way out, and those that a deployment fails with.
macro_rules! from {
    ($($error:ty),+; $($within:ty),+) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(with_causes(&error)).help(error.help())
            }
        })+
        $(impl From<$within> for Failure {
            fn from(error: $within) -> Self {
                DeploymentError::from(error).into()
            }
        })+
    };
}

from!(
    AdoptError, BetweenError, FilterError, IdError, ImportIdError, JsonError, NameMapError, OverrideError,
    PlanFileError; FleetRefused, InstanceError, ProgramError, SessionError, StoreError
);
