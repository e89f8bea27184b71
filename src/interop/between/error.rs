//! The error of `compare` and `copy`.

use crate::{
    read::InstanceError,
    user::{Diagnostic, IdError},
};

/// Error of [`compare`](super::compare()) and [`copy`](super::copy()): nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BetweenError {
    /// The id of an instance is malformed.
    #[error(transparent)]
    Id(#[from] IdError),
    /// An instance cannot be read, or has another identity management type than the settings say.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// A condition of the filter names a profile or group that the source does not have, or has several times.
    #[error("{}", .0.message)]
    Condition(Box<Diagnostic>),
    /// The machine has no source of randomness for passwords.
    #[error("no password can be made: {0}")]
    Random(String),
}

impl BetweenError {
    /// Returns what to do about the error.
    pub fn help(&self) -> String {
        match self {
            Self::Id(error) => error.help(),
            Self::Instance(error) => error.help().to_owned(),
            Self::Condition(found) => found.help.as_deref().unwrap_or_default().to_owned(),
            Self::Random(_) => "give the passwords".to_owned(),
        }
    }
}
