//! The error of deploying a program.

use crate::{
    fleet::{FleetRefused, SessionError, StoreError},
    interop::{file::FileDiagnostic, program::ProgramError},
    read::InstanceError,
    user::Diagnostic,
};

/// The error of deploying a program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// A reference of the program is impossible.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The session failed.
    #[error(transparent)]
    Session(Box<SessionError>),
    /// An instance that the program names cannot be read, or is not as the settings say.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The program is impossible, such as two resources that are the same user.
    #[error("{}", .0.text())]
    Refused(Box<Diagnostic>),
}

impl DeploymentError {
    /// The error as diagnostics, each with its place in the program, where it has one: every mistake of the program, and
    /// every reason why a plan is refused.
    pub fn diagnostics(&self) -> Vec<FileDiagnostic> {
        let found = match self {
            Self::Program(error) => {
                let mistakes = error.mistakes();
                return mistakes
                    .map(|(mistake, location)| FileDiagnostic::new(mistake.clone(), location.cloned()))
                    .collect();
            }
            Self::Session(error) => error.diagnostics(),
            Self::Instance(error) => vec![error.diagnostic()],
            Self::Refused(refusal) => vec![(**refusal).clone()],
        };
        found.into_iter().map(|found| FileDiagnostic::new(found, None)).collect()
    }

    /// What to do about it. Each mistake of a program has its own.
    pub fn help(&self) -> &str {
        match self {
            Self::Program(error) => {
                error.mistakes().next().and_then(|(mistake, _)| mistake.help.as_deref()).unwrap_or_default()
            }
            Self::Session(error) => error.help(),
            Self::Instance(error) => error.help(),
            Self::Refused(diagnostic) => diagnostic.help.as_deref().unwrap_or_default(),
        }
    }
}

impl From<SessionError> for DeploymentError {
    fn from(error: SessionError) -> Self {
        Self::Session(Box::new(error))
    }
}

impl From<Diagnostic> for DeploymentError {
    fn from(refusal: Diagnostic) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<StoreError> for DeploymentError {
    fn from(error: StoreError) -> Self {
        SessionError::from(error).into()
    }
}

impl From<FleetRefused> for DeploymentError {
    fn from(refused: FleetRefused) -> Self {
        SessionError::from(refused).into()
    }
}
