//! What is remembered of a fleet between runs.

mod checked;
mod embedded;
mod json;
mod memory;

use std::{collections::BTreeMap, fmt, path::PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::user::{CreationAttempt, UserId, UserState};

pub use embedded::EmbeddedStore;
pub use json::{JsonError, export_json, import_json};
pub use memory::MemoryStore;

/// What is remembered of one user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The user; `None` where it is about to be made, or to be made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UserState>,
    /// Creations that were begun and whose outcome is not known: [`recover`](super::recover()) finds it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub creating: Vec<Creating>,
    /// What the host wants to remember with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
}

/// A creation that was begun and whose outcome is not known, written down before the call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Creating {
    /// What was asked for.
    #[serde(flatten)]
    pub attempt: CreationAttempt,
    /// The user whom the new one was to supersede, where one was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<UserId>,
    /// What the host wants to remember with the new user.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
}

impl Entry {
    /// An entry without notes.
    pub fn new(state: UserState) -> Self {
        Self { state: Some(state), ..Self::default() }
    }

    /// Whether it remembers nothing.
    pub fn is_empty(&self) -> bool {
        self.state.is_none() && self.creating.is_empty() && self.notes.is_empty()
    }
}

/// The version of an entry's state, where a later version of this crate has written it.
fn newer_state(entry: &serde_json::Value) -> Option<u64> {
    let version = entry.get("state")?.get("version")?.as_u64()?;
    (version > u64::from(UserState::VERSION)).then_some(version)
}

/// One thing to write down.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Remember this of a user, instead of what was there.
    Put(String, Box<Entry>),
    /// Forget a user.
    Remove(String),
}

/// Where a fleet's states are kept, by the names of the users in the program.
///
/// What a commit has returned is there after a crash at any moment. Passwords are not part of a state, so no
/// store gets to see one.
#[async_trait]
pub trait StateStore: fmt::Debug + Send + Sync {
    /// What is remembered of a user.
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError>;

    /// Up to `limit` users in the order of their names, from the first one behind `after`.
    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError>;

    /// Writes all of the changes, or none of them.
    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError>;
}

/// How many users a page holds when all are read.
const PAGE: usize = 1_000;

/// Everything that is remembered.
///
/// # Errors
///
/// What the store says.
pub async fn load_all(store: &dyn StateStore) -> Result<BTreeMap<String, Entry>, StoreError> {
    let mut all = BTreeMap::new();
    loop {
        let after = all.last_key_value().map(|(name, _): (&String, &Entry)| name.clone());
        let page = store.page(after.as_deref(), PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

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
