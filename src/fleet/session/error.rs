//! The error of a session.

use super::super::{FleetRefused, StoreError};
use crate::{
    client::{ClientError, ErrorKind},
    read::InstanceError,
    user::{Code, Diagnostic, ImportId, with_causes},
};

/// The error of a session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program cannot be carried out, for example because two of its users import the same user.
    #[error("{}", .0.text())]
    Program(Diagnostic),
    /// The users that the targets or the filter select cannot be found out.
    #[error("{}", .0.text())]
    Filter(Diagnostic),
    /// An instance cannot be read.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The preview cannot be applied.
    #[error(transparent)]
    Refused(#[from] FleetRefused),
    /// A user that the program imports cannot be read.
    #[error("`{user}` cannot import `{id}`")]
    Import {
        /// The resource name.
        user: String,
        /// The user to import.
        id: ImportId,
        /// The error.
        #[source]
        error: Box<ClientError>,
    },
}

impl SessionError {
    /// The error as diagnostics: one for each reason if a plan is refused.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Program(found) | Self::Filter(found) => vec![found.clone()],
            Self::Instance(error) => vec![error.diagnostic()],
            Self::Refused(refused) => refused.reasons.clone(),
            Self::Store(_) => {
                vec![Diagnostic::new(Code::STORE_FAILED, with_causes(self)).with_help(self.help())]
            }
            Self::Import { .. } => {
                vec![Diagnostic::new(Code::CALL_FAILED, with_causes(self)).with_help(self.help())]
            }
        }
    }

    /// What to do about the error.
    pub fn help(&self) -> &str {
        match self {
            Self::Store(error) => error.help(),
            Self::Program(found) | Self::Filter(found) => found.help.as_deref().unwrap_or_default(),
            Self::Instance(error) => error.help(),
            Self::Refused(_) => "look at the reasons, each has its help",
            Self::Import { error, .. } if error.kind() == ErrorKind::NotFound => {
                "correct the id in `import`, or take it out"
            }
            Self::Import { error, .. } => error.help(),
        }
    }
}
