//! Why a session fails.

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
    /// The program is impossible, such as two users that import one.
    #[error("{}", .0.text())]
    Program(Diagnostic),
    /// Who is meant cannot be found out.
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
    /// The error as diagnostics: every reason why a plan is refused.
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

    /// What to do about it.
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
