//! What ends a command early.

use std::{error::Error, fmt::Display};

use connect_user::{
    fleet::{FleetRefused, JsonError, PlanFileError, RecordError, SessionError, StoreError},
    interop::{
        DeploymentError,
        file::{AdoptError, FileDiagnostic},
        program::ProgramError,
    },
    read::{FilterError, InstanceError},
    user::{Code, Diagnostic, IdError, ImportIdError, with_causes},
    validate::OverrideError,
};

pub type Outcome<T> = Result<T, Failure>;

/// Mistakes that were found in the same go. Where there is none, everything there is to say was said already.
#[derive(Debug)]
pub struct Failure(pub Vec<FileDiagnostic>);

impl Failure {
    pub fn new(message: impl AsRef<str>) -> Self {
        Self::told(&Diagnostic::new(Code::new("command"), message.as_ref()))
    }

    /// What went wrong, and why: an error with its causes.
    pub fn caused(what: impl Display, error: &(dyn Error + 'static)) -> Self {
        Self::new(format!("{what}: {}", with_causes(error)))
    }

    /// What the library says.
    pub fn told(diagnostic: &Diagnostic) -> Self {
        Self(vec![FileDiagnostic::new(diagnostic.clone(), None)])
    }

    /// A failure whose reasons have been printed.
    pub const fn said() -> Self {
        Self(Vec::new())
    }

    pub fn help(mut self, help: impl AsRef<str>) -> Self {
        for found in &mut self.0 {
            found.diagnostic = found.diagnostic.clone().with_help(help.as_ref());
        }
        self
    }

    /// All of them in one, if there are any.
    pub fn all(failures: impl Iterator<Item = Self>) -> Outcome<()> {
        let all: Vec<FileDiagnostic> = failures.flat_map(|failure| failure.0).collect();
        if all.is_empty() { Ok(()) } else { Err(Self(all)) }
    }

    /// Says where.
    pub fn within(mut self, place: &str) -> Self {
        for found in &mut self.0 {
            found.diagnostic.message = format!("{place}: {}", found.diagnostic.message).into();
        }
        self
    }
}

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        DeploymentError::from(error).into()
    }
}

impl From<DeploymentError> for Failure {
    fn from(error: DeploymentError) -> Self {
        Self(error.diagnostics())
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        DeploymentError::from(error).into()
    }
}

impl From<FleetRefused> for Failure {
    fn from(refused: FleetRefused) -> Self {
        SessionError::from(refused).into()
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

macro_rules! from {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(with_causes(&error)).help(error.help())
            }
        }
    )+};
}

from!(AdoptError, FilterError, IdError, ImportIdError, InstanceError);
from!(JsonError, OverrideError, PlanFileError, StoreError);
