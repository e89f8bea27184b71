//! The error of a store.

use crate::user::Timestamp;

/// The error of a store. `location` is a path, or the URL of a shared state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has it open to write.
    #[error("another process is writing the state `{location}`")]
    InUse {
        /// Where the state is.
        location: String,
    },
    /// Somebody else has the lease of a shared state.
    #[error("`{owner}` has the lease `{id}` of the state `{location}` since {since}")]
    Leased {
        /// Where the state is.
        location: String,
        /// Which lease it is.
        id: String,
        /// Who has the lease.
        owner: String,
        /// When it was taken, by the owner's clock.
        since: Timestamp,
    },
    /// Somebody else has written a shared state after this run read it.
    #[error("`{by}` changed the state `{location}` at {at}, after this run had read it")]
    Changed {
        /// Where the state is.
        location: String,
        /// Who has written it.
        by: String,
        /// When, by the clock of whoever wrote it.
        at: Timestamp,
    },
    /// The service of a shared state accepts conditional writes and ignores the condition.
    #[error(
        "the store of `{location}` ignores the condition `{condition}` of a write: two runs could lose records"
    )]
    Unconditional {
        /// Where the state is.
        location: String,
        /// The condition that was ignored.
        condition: &'static str,
    },
    /// The bucket of a shared state does not exist.
    #[error("the state `{location}` cannot be read or written: there is no bucket `{bucket}`")]
    NoBucket {
        /// Where the state is.
        location: String,
        /// The bucket, or container.
        bucket: String,
    },
    /// The build lacks the feature that opens a state of this kind.
    #[error("this build cannot open the state `{location}`")]
    NotBuilt {
        /// Where the state is.
        location: String,
    },
    /// The lease of a file was to be broken.
    #[error("`{location}` is a file, which has no lease")]
    NoLease {
        /// Where the state is.
        location: String,
    },
    /// A store that is migrated to has other users already.
    #[error("the state to migrate to has other recorded users already")]
    NotEmpty,
    /// The store was opened to read only.
    #[error("the state `{location}` was opened for reading")]
    ReadOnly {
        /// Where the state is.
        location: String,
    },
    /// What is there is no store, or is damaged.
    #[error("`{location}` is no state, or is damaged: {reason}")]
    Damaged {
        /// Where the state is.
        location: String,
        /// What is wrong.
        reason: String,
    },
    /// A later version of this crate wrote it.
    #[error("the state `{location}` has version {found}, and this program knows version {known}")]
    Version {
        /// Where the state is.
        location: String,
        /// The version that was found.
        found: u64,
        /// The version that this crate writes.
        known: u64,
    },
    /// It cannot be read or written.
    #[error("the state `{location}` cannot be read or written: {reason}")]
    Failed {
        /// Where the state is.
        location: String,
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
            Self::Leased { .. } => {
                "wait until that run has ended; if it was killed, unlock the state with the id of the lease"
            }
            Self::Changed { .. } => "run it again",
            Self::Unconditional { .. } => {
                "keep the state in a store that heeds `If-Match` and `If-None-Match`"
            }
            Self::NoBucket { .. } => "correct the URL, or create the bucket",
            Self::NotBuilt { .. } => {
                "build it with the feature of such states (`cargo build --features object-store`, or `store` for \
                 files), or give another state"
            }
            Self::NoLease { .. } => "a file is unlocked as soon as the process that writes it has ended",
            Self::NotEmpty => "migrate to a new state",
            Self::ReadOnly { .. } => "open it for writing",
            Self::Damaged { .. } => "restore it, or import the users into a new one",
            Self::Version { found, known, .. } if found < known => {
                "export it as JSON with the version that wrote it, and import that into a new one"
            }
            Self::Version { .. } => "use the version that wrote it, or a later one",
            Self::Failed { .. } | Self::Other(_) => "fix the cause, then run it again",
        }
    }
}
