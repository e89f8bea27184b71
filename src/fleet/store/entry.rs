//! The entry of a user in a store.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::user::{CreationAttempt, ImportId, SortedMap, UserId, UserState};

/// What a host remembers with a user: texts by names of its own.
///
/// The names `import` (the id by which the user was imported), `protect`, `retainOnDelete` and `deletedWith` (its
/// [`Lifecycle`](crate::fleet::Lifecycle)), `passwordFingerprint`
/// ([`Passwords`](https://docs.rs/connect-user/latest/connect_user/interop/struct.Passwords.html)) and `copying` (a copy
/// from another instance has begun and not ended) are reserved: a run writes them over what a host notes under them.
pub type Notes = SortedMap<String, String>;

/// The entry of a user in a store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Entry {
    /// The user; `None` if it is about to be created, or created again.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "shared")]
    pub state: Option<Arc<UserState>>,
    /// Creations whose outcome is unknown: [`recover`](crate::fleet::recover()) finds it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub creating: Vec<Creating>,
    /// The notes of the host.
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    pub notes: Notes,
    /// The notes of those whom the user has superseded and who are still to be deleted: where one of them is desired
    /// again, it has its own.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    pub superseded: SortedMap<ImportId, Notes>,
}

/// A creation whose outcome is unknown. It is recorded before the call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Creating {
    /// What the creation asks for.
    #[serde(flatten)]
    pub attempt: CreationAttempt,
    /// The recorded user that the new one supersedes, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<UserId>,
    /// The notes of the host for the new user.
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    pub notes: Notes,
}

impl Entry {
    /// An entry without notes.
    pub fn new(state: impl Into<Arc<UserState>>) -> Self {
        Self { state: Some(state.into()), ..Self::default() }
    }

    /// The entry once it records this user. The notes are of the user before it and go; creations of which nobody knows
    /// whether they were done stay to be found out.
    #[must_use]
    pub fn with_state(self, state: impl Into<Arc<UserState>>) -> Self {
        Self { creating: self.creating, ..Self::new(state) }
    }

    /// Records who there is now. Where that is another user than before, the notes of the two change with them; those of
    /// whom nothing was noted are the ones from before.
    pub(in crate::fleet) fn put(&mut self, now: Arc<UserState>) {
        let before = self.state.as_ref().map(|before| before.id()).filter(|before| *before != now.id());
        if let Some(before) = before {
            self.superseded.insert(before, self.notes.clone());
            if let Some(notes) = self.superseded.remove(&now.id()) {
                self.notes = notes;
            }
        }
        let left = &now.record.unfinished.replaced;
        self.superseded.retain(|id, notes| !notes.is_empty() && left.iter().any(|left| left.id() == *id));
        self.state = Some(now);
    }

    /// The accounts that the entry manages: the user's, and former ones that a replacement has still to delete.
    pub fn accounts(&self) -> impl Iterator<Item = ImportId> {
        let state = self.state.as_ref();
        let replaced = state.into_iter().flat_map(|state| &state.record.unfinished.replaced);
        let replaced = replaced.map(|user| ImportId::new(&user.instance_id, &user.user_id));
        state.map(|state| state.id()).into_iter().chain(replaced)
    }

    /// Whether the entry is empty.
    pub fn is_empty(&self) -> bool {
        self.state.is_none() && self.creating.is_empty() && self.notes.is_empty()
    }
}

/// A shared state, as the state itself.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::user::UserState;

    pub(super) fn serialize<S: Serializer>(
        state: &Option<Arc<UserState>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        state.as_deref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<UserState>>, D::Error> {
        Ok(Option::deserialize(deserializer)?.map(Arc::new))
    }
}

/// The version of the entry's state, if a later version of this crate wrote it.
pub(super) fn newer_state(entry: &serde_json::Value) -> Option<u64> {
    let version = entry.get("state")?.get("version")?.as_u64()?;
    (version > u64::from(UserState::VERSION)).then_some(version)
}

/// A change of a store: the new entry of a user, or its removal.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoreChange {
    /// The resource name.
    pub name: String,
    /// The new entry; `None` removes it.
    pub entry: Option<Entry>,
}

impl StoreChange {
    /// Writes an entry.
    pub fn put(name: impl Into<String>, entry: Entry) -> Self {
        Self { name: name.into(), entry: Some(entry) }
    }

    /// Removes the entry of a user.
    pub fn remove(name: impl Into<String>) -> Self {
        Self { name: name.into(), entry: None }
    }

    /// Makes the change in memory.
    pub(in crate::fleet) fn make(self, entries: &mut BTreeMap<String, Entry>) {
        match self.entry {
            Some(entry) => drop(entries.insert(self.name, entry)),
            None => drop(entries.remove(&self.name)),
        }
    }
}
