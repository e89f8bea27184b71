//! What a store remembers of a user.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::user::{CreationAttempt, UserId, UserState};

/// What is remembered of one user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The user; `None` where it is about to be made, or to be made again. Copies of an entry share it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "shared")]
    pub state: Option<Arc<UserState>>,
    /// Creations that were begun and whose outcome is not known: [`recover`](crate::fleet::recover()) finds it out.
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
    pub fn new(state: impl Into<Arc<UserState>>) -> Self {
        Self { state: Some(state.into()), ..Self::default() }
    }

    /// Whether it remembers nothing.
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

/// The version of an entry's state, where a later version of this crate has written it.
pub(super) fn newer_state(entry: &serde_json::Value) -> Option<u64> {
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
