//! The error of a store.

use std::path::PathBuf;

/// The error of a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has it open to write.
    #[error("another process is writing the state file `{}`", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The store was opened to read only.
    #[error("the state file `{}` was opened for reading", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The file is no store, or is damaged.
    #[error("`{}` is no state file, or is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A later version of this crate wrote the file.
    #[error("the state file `{}` has version {found}, and this program knows version {known}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version of the file.
        found: u64,
        /// The version that this crate writes.
        known: u64,
    },
    /// The file cannot be read or written.
    #[error("the state file `{}` cannot be read or written: {reason}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An error of a store that the host implements.
    #[error(transparent)]
    Other(#[from] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "wait until it has ended",
            Self::ReadOnly { .. } => "open it for writing",
            Self::Damaged { .. } => "restore the file, or import the users into a new one",
            Self::Version { found, known, .. } if found < known => {
                "export it as JSON with the version that wrote it, and import that into a new one"
            }
            Self::Version { .. } => "use the version that wrote it, or a later one",
            Self::Failed { .. } | Self::Other(_) => "fix the cause, then run it again",
        }
    }
}
