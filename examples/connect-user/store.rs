//! The recorded users, and what is noted with each.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use connect_user::{
    fleet::{Change, EmbeddedStore, Entry, Session, SessionError, StateStore, StoreError, load_all},
    user::{Secret, UserState},
};

use crate::{
    failure::{Failure, Outcome},
    fingerprint::Fingerprints,
    input,
};

/// Tells whether a password is another one, and too little to tell which it is.
pub const FINGERPRINT: &str = "passwordFingerprint";

/// What the name of a user ends in that the program gives none: noted before the user is made, so that a
/// second run makes the same name.
const SUFFIX: &str = "nameSuffix";

/// The recorded users.
pub struct Store {
    pub file: EmbeddedStore,
    pub entries: BTreeMap<String, Entry>,
}

impl Store {
    /// Reads the recorded users; a file that is not there holds none.
    pub async fn open(path: &Path) -> Outcome<Self> {
        require_regular(path)?;
        Self::load(EmbeddedStore::open_to_read(path)?).await
    }

    /// Reads the recorded users to change them: only one run may.
    pub async fn open_to_write(path: &Path) -> Outcome<Self> {
        require_regular(path)?;
        Self::load(EmbeddedStore::open(path)?).await
    }

    async fn load(file: EmbeddedStore) -> Outcome<Self> {
        let entries = load_all(&file).await?;
        Ok(Self { file, entries })
    }

    /// What is recorded of a user.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// The users that are recorded as there.
    pub fn users(&self) -> impl Iterator<Item = (&String, &Arc<UserState>)> {
        self.entries.iter().filter_map(|(name, entry)| Some((name, entry.state.as_ref()?)))
    }

    /// Writes changes down.
    pub async fn commit(&mut self, changes: Vec<Change>) -> Outcome<()> {
        Ok(self.file.commit(&changes).await?)
    }
}

/// What the name of a user ends in that the program gives none, if that is known.
pub fn suffix(entry: Option<&Entry>) -> Option<&str> {
    Some(entry?.notes.get(SUFFIX)?.as_str())
}

/// The same, and made if it is not known.
pub async fn make_suffix(session: &mut Session<'_>, name: &str) -> Outcome<String> {
    let mut entry = session.entries().get(name).cloned().unwrap_or_default();
    if let Some(suffix) = suffix(Some(&entry)) {
        return Ok(suffix.to_owned());
    }
    let suffix = format!("{:07x}", fastrand::u32(..1 << 28));
    entry.notes.insert(SUFFIX.to_owned(), suffix.clone());
    session.commit(vec![Change::Put(name.to_owned(), Box::new(entry))]).await?;
    Ok(suffix)
}

/// Whether a password differs from the one last applied, where that is known.
pub fn password_changed(
    entry: &Entry,
    password: Option<&Secret>,
    fingerprints: &Fingerprints,
) -> Option<bool> {
    let (recorded, password) = (entry.notes.get(FINGERPRINT)?, password?);
    Some(!fingerprints.matches(recorded, password))
}

/// Refuses what is there and is no file that this tool has made.
pub fn require_regular(path: &Path) -> Outcome<()> {
    input::require_regular(path, "give the path of a file, or of one that is still to be made")
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::caused(String::new(), &error).help(error.help())
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match &error {
            SessionError::Program(found) => Self::told(found),
            _ => Self::caused(error.to_string(), &error).help(error.help()),
        }
    }
}
