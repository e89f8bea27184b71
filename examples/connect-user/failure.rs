//! The failure of a command.

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

/// The mistakes that were found together. Without mistakes, everything was printed already.
#[derive(Debug)]
pub struct Failure(pub Vec<Mistake>);

/// A mistake with its help. Unlike the texts of the library's diagnostics, its texts are not shortened, because the
/// cause of a long chain is at the end. They are escaped when they are printed.
#[derive(Debug)]
pub struct Mistake {
    pub message: String,
    /// The help; empty if there is none.
    pub help: String,
    /// The place in a file.
    pub location: Option<Location>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self(vec![Mistake { message: message.into(), help: String::new(), location: None }])
    }

    /// A failure with an error and its causes.
    pub fn caused(what: impl Display, error: &(dyn Error + 'static)) -> Self {
        Self::new(format!("{what}: {}", with_causes(error)))
    }

    /// A failure with a diagnostic of the library.
    pub fn told(diagnostic: &Diagnostic) -> Self {
        Self::new(diagnostic.text()).help(way_out::help(diagnostic).unwrap_or_default())
    }

    /// A failure with a diagnostic that holds for many users, with the text that names them.
    pub fn told_of(users: &str, diagnostic: &Diagnostic) -> Self {
        Self::new(format!("{users}: {}", diagnostic.message))
            .help(way_out::help(diagnostic).unwrap_or_default())
    }

    /// A failure with a diagnostic of the library about a file.
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

    /// Joins failures to one failure.
    fn joined(failures: impl IntoIterator<Item = Self>) -> Self {
        Self(failures.into_iter().flat_map(|failure| failure.0).collect())
    }

    /// Fails with all failures in one, if there are any.
    pub fn all(failures: impl Iterator<Item = Self>) -> Outcome<()> {
        let all = Self::joined(failures);
        if all.0.is_empty() { Ok(()) } else { Err(all) }
    }

    /// Puts a place before each message.
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
        Self::new(with_causes(&error)).help(way_out::of_record(&error))
    }
}

/// Converts errors with a help, and errors that are part of a deployment error.
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
