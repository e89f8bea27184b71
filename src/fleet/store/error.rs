//! Why a store cannot be used.

use std::path::PathBuf;

/// Why a store cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Someone else writes to it.
    #[error("another process is writing the state file `{}`", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It was opened for reading.
    #[error("the state file `{}` was opened for reading", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// It is not a store, or no longer.
    #[error("`{}` is no state file, or is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A later version of this crate has written it.
    #[error("the state file `{}` has version {found}, and this program knows version {known}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version of the file.
        found: u64,
        /// The version that this crate writes.
        known: u64,
    },
    /// Reading or writing fails.
    #[error("the state file `{}` cannot be read or written: {reason}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// What a store of the host's says.
    #[error(transparent)]
    Other(#[from] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// The way out.
    pub fn help(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "wait until it has ended",
            Self::ReadOnly { .. } => "open it for writing",
            Self::Damaged { .. } => "restore the file, or import the users into a new one",
            Self::Version { found, known, .. } if found < known => {
                "export it as JSON with the version that wrote it, and import that into a new one"
            }
            Self::Version { .. } => "use the version that wrote it, or a later one",
            Self::Failed { .. } | Self::Other(_) => "mend the cause, then run it again",
        }
    }
}
