//! The entry of a user in a store.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::user::{CreationAttempt, DesiredUser, ImportId, InstanceId, SortedMap, UserId, UserState};

/// The notes of a host that are recorded with a user: texts, by names that the host chooses.
///
/// The names `import` (the id by which the user was imported), `protect`, `retainOnDelete` and `deletedWith` (its
/// [`Lifecycle`](crate::fleet::Lifecycle)), `passwordFingerprint`
/// ([`Passwords`](https://docs.rs/connect-user/latest/connect_user/interop/struct.Passwords.html)) and `copying` (a
/// copy from another instance has begun and has not finished) are reserved: a run overwrites what a host notes under
/// them.
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
    /// The notes of users that this user has superseded and that are still to be deleted: if such a user is desired
    /// again, it gets its own notes back.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    pub superseded: SortedMap<ImportId, Notes>,
    /// The user that is replaced, from before the call that deletes it (or, if its account stays, from the end of its
    /// management) until the new user is recorded: the new user keeps the values of its ignored properties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<Former>,
}

/// A user that is replaced by a new one, which is not recorded yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Former {
    /// The user as it was.
    #[serde(with = "shared::whole")]
    pub state: Arc<UserState>,
    /// Whether its account stays, no longer managed; otherwise it is deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stays: bool,
    /// The user that is to be created instead; `None` if its name or instance is not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Successor>,
}

/// The instance and the name of the user that is to be created instead of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Successor {
    /// The instance.
    pub instance_id: InstanceId,
    /// The user name.
    pub name: String,
}

impl Former {
    /// A user that is replaced, and whether its account stays.
    pub fn new(state: impl Into<Arc<UserState>>, stays: bool) -> Self {
        Self { state: state.into(), stays, successor: None }
    }

    /// Sets the [`successor`](Self::successor).
    #[must_use]
    pub fn replaced_by(mut self, desired: Option<&DesiredUser>) -> Self {
        self.successor = desired.map(|desired| Successor {
            instance_id: desired.instance_id().clone(),
            name: desired.name().to_owned(),
        });
        self
    }
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

    /// Returns the entry with this user recorded. The notes of the prior user are dropped; creations whose outcome is
    /// unknown stay, to be recovered.
    #[must_use]
    pub fn with_state(self, state: impl Into<Arc<UserState>>) -> Self {
        Self { creating: self.creating, ..Self::new(state) }
    }

    /// Records the actual user. If it is another user than before, the notes of the prior user are kept in
    /// `superseded`, and the user gets its own notes from there, or takes over the notes from before if it has none.
    pub(in crate::fleet) fn put(&mut self, now: Arc<UserState>) {
        let before = self.state.as_ref().map(|before| before.id()).filter(|before| *before != now.id());
        if let Some(before) = before {
            self.superseded.insert(before, self.notes.clone());
            if let Some(notes) = self.superseded.remove(&now.id()) {
                self.notes = notes;
            }
        }
        self.former.take_if(|former| former.state.id() != now.id());
        let left = &now.record.unfinished.replaced;
        self.superseded.retain(|id, notes| !notes.is_empty() && left.iter().any(|left| left.id() == *id));
        self.state = Some(now);
    }

    /// The accounts that the entry manages: the account of the user, and the accounts of superseded users that are
    /// still to be deleted.
    pub fn accounts(&self) -> impl Iterator<Item = ImportId> {
        let state = self.state.as_ref();
        let replaced = state.into_iter().flat_map(|state| &state.record.unfinished.replaced);
        let replaced = replaced.map(|user| ImportId::new(&user.instance_id, &user.user_id));
        state.map(|state| state.id()).into_iter().chain(replaced)
    }

    /// Ends the management of the account; the user is to be created again, and keeps the values of ignored properties.
    #[must_use]
    pub(in crate::fleet) fn without_account(mut self, stays: bool, desired: Option<&DesiredUser>) -> Self {
        let former = self.state.take().map(|state| Former::new(state, stays).replaced_by(desired));
        self.former = former.or(self.former);
        self
    }

    /// Whether the entry has no state, no creations, no notes and no former user.
    pub fn is_empty(&self) -> bool {
        self.state.is_none() && self.creating.is_empty() && self.notes.is_empty() && self.former.is_none()
    }
}

/// Serializes a shared state as the state itself.
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

    /// The same for a state that is always there.
    pub(super) mod whole {
        use super::{Arc, Deserialize, Deserializer, Serialize, Serializer, UserState};

        pub(in super::super) fn serialize<S: Serializer>(
            state: &Arc<UserState>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            UserState::serialize(state, serializer)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Arc<UserState>, D::Error> {
            Ok(Arc::new(UserState::deserialize(deserializer)?))
        }
    }
}

/// The version of a state of the entry, if a later version of this crate wrote it.
pub(super) fn newer_state(entry: &serde_json::Value) -> Option<u64> {
    let states = [entry.get("state"), entry.get("former").and_then(|former| former.get("state"))];
    let versions = states.into_iter().flatten().filter_map(|state| state.get("version")?.as_u64());
    versions.filter(|version| *version > u64::from(UserState::VERSION)).max()
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
