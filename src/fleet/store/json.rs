//! States as JSON that people can read, and back.

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};

use super::{Change, Entry, StateStore, StoreError, load_all};
use crate::user::one_line;

/// The version of the file; a later one cannot be read.
const VERSION: u32 = 1;

/// How many users are written at once.
const BATCH: usize = 1_000;

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    users: BTreeMap<String, Entry>,
}

/// Why states cannot be written as JSON, or read from it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// What the store says.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be read or written.
    #[error("it cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// It is not the JSON that [`export_json`] writes.
    #[error("it does not hold states: {0}")]
    Form(#[source] serde_json::Error),
    /// A later version of this crate has written it.
    #[error("it has version {found}, and this program knows {VERSION}")]
    Version {
        /// The version in the document.
        found: u32,
    },
    /// The store remembers somebody of that name already.
    #[error("`{}` is recorded already", one_line(.0))]
    Taken(String),
}

/// Writes everything that a store remembers as JSON, sorted by name. Returns how many users there are.
///
/// # Errors
///
/// What the store or the writer says.
pub async fn export_json(store: &dyn StateStore, mut writer: impl io::Write) -> Result<usize, JsonError> {
    let users = load_all(store).await?;
    let count = users.len();
    serde_json::to_writer_pretty(&mut writer, &Document { version: VERSION, users })
        .map_err(io::Error::from)?;
    writer.write_all(b"\n")?;
    writer.flush()?;
    Ok(count)
}

/// Adds what [`export_json`] has written to a store. Returns how many users there were.
///
/// # Errors
///
/// What the reader or the store says; and where a user is remembered already, before anything is written.
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
    let Document { users, .. } = serde_json::from_str(&text).map_err(JsonError::Form)?;
    for name in users.keys() {
        if store.get(name).await?.is_some() {
            return Err(JsonError::Taken(name.clone()));
        }
    }
    let count = users.len();
    let mut changes: Vec<Change> =
        users.into_iter().map(|(name, entry)| Change::Put(name, Box::new(entry))).collect();
    while !changes.is_empty() {
        let rest = changes.split_off(changes.len().min(BATCH));
        store.commit(&changes).await?;
        changes = rest;
    }
    Ok(count)
}
