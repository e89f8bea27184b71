//! The error of comparing or copying.

use crate::{
    read::InstanceError,
    user::{Diagnostic, IdError},
};

/// The error of comparing or copying: nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BetweenError {
    /// The id of an instance is malformed.
    #[error(transparent)]
    Id(#[from] IdError),
    /// An instance cannot be read, or is not as the settings say.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// A condition names what the source does not have, or has several times.
    #[error("{}", .0.message)]
    Condition(Box<Diagnostic>),
    /// The machine has no randomness for passwords.
    #[error("no password can be made: {0}")]
    Random(String),
}

impl BetweenError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Id(error) => error.help(),
            Self::Instance(error) => error.help().to_owned(),
            Self::Condition(found) => found.help.as_deref().unwrap_or_default().to_owned(),
            Self::Random(_) => "give the passwords".to_owned(),
        }
    }
}
