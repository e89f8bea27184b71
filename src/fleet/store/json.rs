//! Exports recorded users as JSON that people can read, and imports them.

use std::{
    collections::{BTreeMap, HashMap},
    fmt, io,
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, Visitor},
};

use super::{
    entry::{Entry, StoreChange, newer_state},
    error::StoreError,
    state_store::{StateStore, load_all},
};
use crate::user::{ImportId, UserState, in_words, one_line};

/// The version of the file; other versions cannot be read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    #[serde(deserialize_with = "entries")]
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
    /// The text is in another encoding.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// The text does not have the form that [`export_json`] writes.
    #[error("it is not an export of recorded users: {}", one_line(reason))]
    Form {
        /// What is wrong, and where.
        reason: String,
    },
    /// Another version of this crate wrote the JSON.
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
        /// The version of the user's state.
        found: u64,
    },
    /// The store already has a user with this resource name.
    #[error("`{}` is recorded already", one_line(.0))]
    Taken(String),
    /// One account would be recorded under two resource names: deleting the user of one name would delete the user of
    /// the other name, too.
    #[error("`{}` is the account `{id}`, which is recorded as `{}`", one_line(user), one_line(other))]
    SameAccount {
        /// The resource name in the document.
        user: String,
        /// The other resource name, in the document or in the store.
        other: String,
        /// The account.
        id: ImportId,
    },
}

impl JsonError {
    /// What to do about the error.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Store(error) => error.help(),
            Self::Io(_) => "check the path and its permissions, and that the disk is not full",
            Self::NotUtf8 => "save it as UTF-8",
            Self::Form { .. } => "give a file that an export of recorded users wrote",
            Self::Version { .. } | Self::StateVersion { .. } => {
                "use the program that wrote it, or a later one"
            }
            Self::Taken(_) => "begin with an empty state, or remove the user from the file",
            Self::SameAccount { .. } => "remove one of the two: an account has one resource name",
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
/// [`JsonError`] of the reader or the store. Before anything is written, [`JsonError::Taken`] if the store already has
/// one of the resource names, and [`JsonError::SameAccount`] if the store or the document has one of the accounts under
/// another name.
pub async fn import_json(store: &dyn StateStore, reader: impl io::Read) -> Result<usize, JsonError> {
    let text = io::read_to_string(reader).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => JsonError::NotUtf8,
        _ => error.into(),
    })?;
    let users = read(&text)?;
    let recorded = load_all(store).await?;
    if let Some(name) = users.keys().find(|name| recorded.contains_key(*name)) {
        return Err(JsonError::Taken(name.clone()));
    }
    let mut owners: HashMap<ImportId, &str> = HashMap::new();
    for (name, entry) in recorded.iter().chain(&users) {
        for id in entry.accounts() {
            match owners.insert(id.clone(), name) {
                // An account that the store has twice is not a mistake of the document.
                Some(other) if other != name && users.contains_key(name) => {
                    return Err(JsonError::SameAccount { user: name.clone(), other: other.to_owned(), id });
                }
                _ => {}
            }
        }
    }
    let count = users.len();
    let changes: Vec<StoreChange> =
        users.into_iter().map(|(name, entry)| StoreChange::put(name, entry)).collect();
    // All changes, or none.
    store.commit(&changes).await?;
    Ok(count)
}

fn read(text: &str) -> Result<BTreeMap<String, Entry>, JsonError> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }

    // This reads the whole text, so that text that is not JSON is found here.
    let version = serde_json::from_str(text);
    let Version { version } = version.map_err(|error| JsonError::Form { reason: in_words(&error) })?;
    if version != VERSION {
        return Err(JsonError::Version { found: version });
    }
    let document: Result<Document, _> = serde_json::from_str(text);
    document.map(|document| document.users).map_err(|error| why(text, error))
}

/// The error of a document of this version that cannot be read.
fn why(text: &str, error: serde_json::Error) -> JsonError {
    let document: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let users = document.get("users").and_then(serde_json::Value::as_object).into_iter().flatten();
    let newer = |(user, entry): (&String, &serde_json::Value)| Some((user.clone(), newer_state(entry)?));
    match users.filter_map(newer).next() {
        Some((user, found)) => JsonError::StateVersion { user, found },
        None => JsonError::Form { reason: in_words(&error) },
    }
}

/// Reads entries by resource name. An empty entry and a repeated name are errors.
fn entries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Entry>, D::Error> {
    struct Entries;

    impl<'de> Visitor<'de> for Entries {
        type Value = BTreeMap<String, Entry>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("users by resource name")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some(name) = map.next_key::<String>()? {
                let fail = |reason: &str| A::Error::custom(format!("`{}` {reason}", one_line(&name)));
                let unreadable = |error: A::Error| {
                    A::Error::custom(format!("`{}`: {}", one_line(&name), in_words(&error)))
                };
                let entry: Entry = map.next_value().map_err(unreadable)?;
                if name.is_empty() {
                    return Err(fail("is no resource name"));
                }
                if entry.is_empty() {
                    return Err(fail("has no state"));
                }
                if entries.contains_key(&name) {
                    return Err(fail("stands twice"));
                }
                entries.insert(name, entry);
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_map(Entries)
}
