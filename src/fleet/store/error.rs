//! The error of a store.

use crate::user::Timestamp;

/// The error of a store. `location` is a path, or the URL of a shared state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the store open to write.
    #[error("another process is writing the state `{location}`")]
    InUse {
        /// The location of the state.
        location: String,
    },
    /// Another run has the lease of a shared state.
    #[error("`{owner}` has the lease `{id}` of the state `{location}` since {since}")]
    Leased {
        /// The location of the state.
        location: String,
        /// The id of the lease.
        id: String,
        /// The owner of the lease.
        owner: String,
        /// The time at which the lease was taken, by the owner's clock.
        since: Timestamp,
    },
    /// Another run has written a shared state after this run read it.
    #[error("`{by}` changed the state `{location}` at {at}, after this run had read it")]
    Changed {
        /// The location of the state.
        location: String,
        /// The owner of the other run.
        by: String,
        /// The time of the write, by the clock of the other run.
        at: Timestamp,
    },
    /// The service of a shared state accepts conditional writes and ignores the condition.
    #[error(
        "the store of `{location}` ignores the condition `{condition}` of a write: two runs could lose records"
    )]
    Unconditional {
        /// The location of the state.
        location: String,
        /// The condition that was ignored.
        condition: &'static str,
    },
    /// The bucket of a shared state does not exist.
    #[error("the state `{location}` cannot be read or written: there is no bucket `{bucket}`")]
    NoBucket {
        /// The location of the state.
        location: String,
        /// The bucket, or container.
        bucket: String,
    },
    /// The build lacks the feature that opens a state of this kind.
    #[error("this build cannot open the state `{location}`")]
    NotBuilt {
        /// The location of the state.
        location: String,
    },
    /// The lease of a file was to be broken, but files have no lease.
    #[error("`{location}` is a file, which has no lease")]
    NoLease {
        /// The location of the state.
        location: String,
    },
    /// The store to migrate to has other users already.
    #[error("the state to migrate to has other recorded users already")]
    NotEmpty,
    /// The store was opened only to read.
    #[error("the state `{location}` was opened for reading")]
    ReadOnly {
        /// The location of the state.
        location: String,
    },
    /// The session is [read only](crate::fleet::SessionOptions::read_only), so that it applies nothing.
    #[error("the session is read only: it plans, and applies nothing")]
    ReadOnlySession,
    /// The file or object is not a store, or is damaged.
    #[error("`{location}` is no state, or is damaged: {reason}")]
    Damaged {
        /// The location of the state.
        location: String,
        /// What is wrong.
        reason: String,
    },
    /// Another version of this crate wrote the state.
    #[error("the state `{location}` has version {found}, and this program knows version {known}")]
    Version {
        /// The location of the state.
        location: String,
        /// The version that was found.
        found: u64,
        /// The version that this crate writes.
        known: u64,
    },
    /// The state cannot be read or written.
    #[error("the state `{location}` cannot be read or written: {reason}")]
    Failed {
        /// The location of the state.
        location: String,
        /// What is wrong.
        reason: String,
    },
    /// An error of a store that the host implements.
    #[error(transparent)]
    Other(#[from] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// What to do about the error.
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
            Self::ReadOnlySession => "open a session that is not read only",
            Self::Damaged { .. } => "restore it, or import the users into a new one",
            Self::Version { found, known, .. } if found < known => {
                "export it as JSON with the version that wrote it, and import that into a new one"
            }
            Self::Version { .. } => "use the version that wrote it, or a later one",
            Self::Failed { .. } | Self::Other(_) => "fix the cause, then run it again",
        }
    }
}
