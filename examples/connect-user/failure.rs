//! What ends a command early.

use std::{error::Error, fmt::Display};

use connect_user::{
    fleet::{FleetRefused, JsonError, PlanFileError, RecordError, SessionError, StoreError},
    interop::{
        DeploymentError,
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
    fn found(FileDiagnostic { diagnostic, location, .. }: FileDiagnostic) -> Self {
        let mut failure = Self::told(&diagnostic);
        failure.0.iter_mut().for_each(|mistake| mistake.location.clone_from(&location));
        failure
    }

    fn of_store(error: &StoreError) -> Self {
        Self::new(with_causes(error)).help(way_out::of_store(error))
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

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        DeploymentError::from(error).into()
    }
}

impl From<DeploymentError> for Failure {
    fn from(error: DeploymentError) -> Self {
        if let DeploymentError::Session(session) = &error
            && let SessionError::Store(error) = &**session
        {
            return Self::of_store(error);
        }
        match &error {
            DeploymentError::Program(_) | DeploymentError::Refused(_) => {}
            DeploymentError::Session(error) if !is_cause(error) => {}
            error => return Self::new(with_causes(error)).help(error.help()),
        }
        Self::joined(error.diagnostics().into_iter().map(Self::found))
    }
}

/// Whether something else than a plan has failed: a call.
const fn is_cause(error: &SessionError) -> bool {
    matches!(error, SessionError::Import { .. })
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
from!(JsonError, OverrideError, PlanFileError);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::of_store(&error)
    }
}
