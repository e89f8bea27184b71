//! States as JSON that people can read, and back.

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};

use super::{
    entry::{Entry, StoreChange, newer_state},
    error::StoreError,
    state_store::{StateStore, load_all},
};
use crate::user::{UserState, one_line};

/// The version of the file; a later one cannot be read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    users: BTreeMap<String, Entry>,
}

/// The error of [`export_json`] and [`import_json`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The error of the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The JSON cannot be read or written.
    #[error("it cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// The text is not JSON that [`export_json`] writes.
    #[error("it does not hold states: {0}")]
    Form(#[source] serde_json::Error),
    /// A later version of this crate wrote it.
    #[error("it has version {found}, and this program knows {VERSION}")]
    Version {
        /// The version in the document.
        found: u32,
    },
    /// A later version of this crate has written the state of a user.
    #[error("the state of `{}` has version {found}, and this program knows {}", one_line(.user), UserState::VERSION)]
    StateVersion {
        /// The user.
        user: String,
        /// The version of its state.
        found: u64,
    },
    /// The store already has a user of that resource name.
    #[error("`{}` is recorded already", one_line(.0))]
    Taken(String),
}

impl JsonError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Store(error) => error.help(),
            Self::Io(_) => "check the path and its permissions, and that the disk is not full",
            Self::Form(_) => "give a file that an export of states wrote",
            Self::Version { .. } | Self::StateVersion { .. } => {
                "use the program that wrote it, or a later one"
            }
            Self::Taken(_) => "begin with an empty state, or remove the user from the file",
        }
    }
}

/// Writes all entries of a store as JSON, ordered by name. Returns the number of users.
///
/// # Errors
///
/// [`JsonError`] of the store or the writer.
pub async fn export_json(store: &dyn StateStore, mut writer: impl io::Write) -> Result<usize, JsonError> {
    let users = load_all(store).await?;
    let count = users.len();
    serde_json::to_writer_pretty(&mut writer, &Document { version: VERSION, users })
        .map_err(io::Error::from)?;
    writer.write_all(b"\n")?;
    writer.flush()?;
    Ok(count)
}

/// Adds the entries that [`export_json`] wrote to a store. Returns the number of users.
///
/// # Errors
///
/// [`JsonError`] of the reader or the store; [`JsonError::Taken`] before anything is written, if the store
/// already has one of the users.
pub async fn import_json(store: &dyn StateStore, reader: impl io::Read) -> Result<usize, JsonError> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }

    let text = io::read_to_string(reader)?;
    let Version { version } = serde_json::from_str(&text).map_err(JsonError::Form)?;
    if version != VERSION {
        return Err(JsonError::Version { found: version });
    }
    let Document { users, .. } = serde_json::from_str(&text).map_err(|error| why(&text, error))?;
    for name in users.keys() {
        if store.get(name).await?.is_some() {
            return Err(JsonError::Taken(name.clone()));
        }
    }
    let count = users.len();
    let changes: Vec<StoreChange> =
        users.into_iter().map(|(name, entry)| StoreChange::put(name, entry)).collect();
    // All of them, or none.
    store.commit(&changes).await?;
    Ok(count)
}

/// Why a document of this version cannot be read.
fn why(text: &str, error: serde_json::Error) -> JsonError {
    let document: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let users = document.get("users").and_then(serde_json::Value::as_object).into_iter().flatten();
    let newer = |(user, entry): (&String, &serde_json::Value)| Some((user.clone(), newer_state(entry)?));
    match users.filter_map(newer).next() {
        Some((user, found)) => JsonError::StateVersion { user, found },
        None => JsonError::Form(error),
    }
}
