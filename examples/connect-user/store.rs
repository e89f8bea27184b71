//! The recorded users, and what is noted with each.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use connect_user::{
    apply::{self, Observer},
    fleet::{Change, EmbeddedStore, Entry, StateStore, StoreError, load_all, recover},
    user::{Diagnostic, Secret, UserState},
};

use crate::{
    backend::Backend,
    failure::{Failure, Outcome},
    fingerprint::Fingerprints,
    output,
};

/// Tells whether a password is another one, and too little to tell which it is.
pub const FINGERPRINT: &str = "passwordFingerprint";

/// Whether the user must not be deleted.
pub const PROTECT: &str = "protect";

/// Whether the account stays when the user leaves the program.
pub const RETAIN: &str = "retainOnDelete";

/// The resource with which the user vanishes by itself.
pub const DELETED_WITH: &str = "deletedWith";

/// What the name of a user ends in that the program gives none: noted before the user is made, so that a
/// second run makes the same name.
const SUFFIX: &str = "nameSuffix";

/// The recorded users.
pub struct Store {
    pub file: EmbeddedStore,
    entries: BTreeMap<String, Entry>,
    /// What this run takes as changed and has not written down yet.
    pending: Vec<Change>,
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
        Ok(Self { file, entries, pending: Vec::new() })
    }

    /// What is recorded of a user.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    pub fn entries(&self) -> &BTreeMap<String, Entry> {
        &self.entries
    }

    /// The users that are recorded as there.
    pub fn users(&self) -> impl Iterator<Item = (&String, &UserState)> {
        self.entries.iter().filter_map(|(name, entry)| Some((name, entry.state.as_ref()?)))
    }

    /// Finds out what has become of creations that an earlier run had begun and could not write down. A store
    /// that is open for reading knows it for this run only.
    pub async fn recover(&mut self, backend: &Backend, writes: bool) -> Outcome<()> {
        let options = apply::Options::builder().sleep(&*backend.timer).observer(&Told).build();
        let recovered = recover(&self.entries, backend.client(), &options).await;
        for user in &recovered.users {
            output::diagnostic(&user.diagnostic());
        }
        match writes {
            true => self.commit(recovered.changes).await?,
            false => self.take(recovered.changes),
        }
        Ok(())
    }

    /// Gives records other resource names: from now on in this run, and in the file with the next commit. No
    /// name may be given twice, or stay with somebody else.
    pub fn rename(&mut self, names: &BTreeMap<String, String>) {
        let taken: Vec<(String, Entry)> =
            names.iter().filter_map(|(from, to)| Some((to.clone(), self.entries.remove(from)?))).collect();
        let given: BTreeSet<&String> = taken.iter().map(|(name, _)| name).collect();
        let left = names.keys().filter(|from| !given.contains(from));
        self.pending.extend(left.map(|from| Change::Remove(from.clone())));
        for (name, entry) in taken {
            self.pending.push(Change::Put(name.clone(), Box::new(entry.clone())));
            self.entries.insert(name, entry);
        }
    }

    /// How many users are recorded in each instance, by its bare id.
    pub async fn present(&self) -> Outcome<BTreeMap<String, usize>> {
        let mut present = BTreeMap::new();
        for state in load_all(&self.file).await?.into_values().filter_map(|entry| entry.state) {
            *present.entry(state.instance_id.bare().to_owned()).or_default() += 1;
        }
        Ok(present)
    }

    /// Writes changes down, and what this run has renamed: all at once.
    pub async fn commit(&mut self, changes: Vec<Change>) -> Outcome<()> {
        let whole: Vec<Change> = self.pending.iter().chain(&changes).cloned().collect();
        self.file.commit(&whole).await?;
        self.pending.clear();
        self.take(changes);
        Ok(())
    }

    fn take(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put(name, entry) => drop(self.entries.insert(name, *entry)),
                Change::Remove(name) => drop(self.entries.remove(&name)),
            }
        }
    }

    /// Reads a user again that somebody else has written down.
    pub async fn reload(&mut self, name: &str) -> Outcome<Option<&UserState>> {
        match self.file.get(name).await? {
            Some(entry) => drop(self.entries.insert(name.to_owned(), entry)),
            None => drop(self.entries.remove(name)),
        }
        Ok(self.entries.get(name).and_then(|entry| entry.state.as_ref()))
    }

    /// What the name of a user ends in that the program gives none, if that is known.
    pub fn suffix(&self, name: &str) -> Option<&str> {
        Some(self.entries.get(name)?.notes.get(SUFFIX)?.as_str())
    }

    /// The same, and made if it is not known.
    pub async fn make_suffix(&mut self, name: &str) -> Outcome<String> {
        if let Some(suffix) = self.suffix(name) {
            return Ok(suffix.to_owned());
        }
        let suffix = format!("{:07x}", fastrand::u32(..1 << 28));
        let mut entry = self.entries.get(name).cloned().unwrap_or_default();
        entry.notes.insert(SUFFIX.to_owned(), suffix.clone());
        self.commit(vec![Change::Put(name.to_owned(), Box::new(entry))]).await?;
        Ok(suffix)
    }
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

pub fn is_protected(entry: &Entry) -> bool {
    entry.notes.get(PROTECT).is_some_and(|value| value == "true")
}

/// Whether the account stays when the user leaves the program.
pub fn is_retained(entry: &Entry) -> bool {
    entry.notes.get(RETAIN).is_some_and(|value| value == "true")
}

/// Refuses what is not a file: opening a pipe would wait for ever.
pub fn require_regular(path: &Path) -> Outcome<()> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            let message = format!("`{}` is not a regular file", path.display());
            Err(Failure::new(message).help("give the path of a file, or of one that is still to be made"))
        }
        // Whoever opens it says what else is wrong.
        _ => Ok(()),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::caused(String::new(), &error).help(error.help())
    }
}

/// Prints what looking for users does without.
struct Told;

impl Observer for Told {
    fn note(&self, note: &Diagnostic) {
        output::diagnostic(note);
    }
}
