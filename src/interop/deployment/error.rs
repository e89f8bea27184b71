//! The error of a deployment.

use crate::{
    fleet::{FleetRefused, SessionError, StoreError},
    interop::{file::FileDiagnostic, program::ProgramError},
    read::InstanceError,
    user::Diagnostic,
};

/// Error of a [`Deployment`](super::Deployment).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// A reference of the program cannot be resolved.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The session failed.
    #[error(transparent)]
    Session(Box<SessionError>),
    /// An instance that the program names cannot be read, or has another identity management type than the settings
    /// say.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The program cannot be deployed, for example because two resources are the same user.
    #[error("{}", .0.text())]
    Refused(Box<Diagnostic>),
}

impl DeploymentError {
    /// Returns the error as diagnostics, each with its place in the program if it has one: every mistake of the
    /// program, and every reason why a plan is refused.
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

    /// Returns what to do about the error. For a program with several mistakes, this is the help of the first one.
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
