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
    /// Users that the program imports cannot be read.
    #[error("{}", all(.0))]
    Imports(Vec<FailedImport>),
}

/// A user that the program imports and that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{user}` cannot import `{id}`")]
#[non_exhaustive]
pub struct FailedImport {
    /// The resource name.
    pub user: String,
    /// The user to import.
    pub id: ImportId,
    /// The error.
    #[source]
    pub error: ClientError,
}

impl FailedImport {
    /// What to do about the error.
    pub fn help(&self) -> &str {
        match self.error.kind() {
            ErrorKind::NotFound => "correct the id in `import`, or take it out",
            _ => self.error.help(),
        }
    }
}

/// The failures, one after the other.
fn all(failed: &[FailedImport]) -> String {
    failed.iter().map(|failed| with_causes(failed)).collect::<Vec<_>>().join("; ")
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
            Self::Imports(failed) => {
                let found = |failed: &FailedImport| {
                    let found = Diagnostic::new(Code::CALL_FAILED, with_causes(failed));
                    found.about(&failed.user).with_help(failed.help())
                };
                failed.iter().map(found).collect()
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
            Self::Imports(failed) => failed.first().map(FailedImport::help).unwrap_or_default(),
        }
    }
}
