//! Changing records by hand: recording existing users, and ending the management of users.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{Entry, StoreChange, StoreError},
    base::Session,
};
use crate::{
    client::{ClientError, ErrorKind},
    read::{InstanceError, import},
    user::{IdentityManagementType, ImportId, UserState},
};

/// The error of changing records. No record has changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Another user is recorded under the resource name.
    #[error("another user is recorded as `{name}` already")]
    NameTaken {
        /// The resource name.
        name: String,
        /// The user that was to be recorded.
        id: ImportId,
    },
    /// The user is recorded under another resource name.
    #[error("`{id}` is recorded as `{name}` already")]
    Recorded {
        /// The resource name.
        name: String,
        /// The user.
        id: ImportId,
    },
    /// No user is recorded under the resource name.
    #[error("no user is recorded as `{name}`")]
    NotRecorded {
        /// The resource name.
        name: String,
    },
    /// An apply of the user was stopped, and the unfinished work would no longer be tracked.
    #[error("{what} of `{name}` is unfinished")]
    Unfinished {
        /// The resource name.
        name: String,
        /// What is unfinished.
        what: &'static str,
    },
    /// The user cannot be read.
    #[error("`{id}` cannot be imported")]
    Read {
        /// The user.
        id: ImportId,
        /// The error.
        #[source]
        error: Box<ClientError>,
    },
    /// The instance has another identity management type than expected, or the type cannot be read.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The store cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RecordError {
    /// What to do about the error.
    pub fn help(&self) -> &str {
        match self {
            Self::Read { error, .. } if error.kind() == ErrorKind::NotFound => {
                "look the two ids up in the console, or with `list-users`"
            }
            Self::Read { error, .. } => error.help(),
            Self::Instance(error) => error.help(),
            Self::NameTaken { .. } => "choose another name",
            Self::Recorded { .. } => "use that name in the program",
            Self::NotRecorded { .. } => "give the name of a user that is recorded",
            Self::Unfinished { .. } => "apply again, which finishes it",
            Self::Store(error) => error.help(),
        }
    }
}

impl Session<'_> {
    /// Reads an existing user, and records it under a resource name. If an identity management type is `expected`, an
    /// instance with another type is refused; if the caller may not read the type, the expected type is assumed, and
    /// the notices of [`instances`](Self::instances) say so.
    ///
    /// # Errors
    ///
    /// [`RecordError`]: as [`record`](Self::record), before any call, and if the user or its instance cannot be read.
    pub async fn record_existing(
        &mut self,
        name: &str,
        id: &ImportId,
        expected: Option<IdentityManagementType>,
    ) -> Result<UserState, RecordError> {
        self.check_free(name, id)?;
        let read = import(self.client(), id).await;
        let state = read.map_err(|error| RecordError::Read { id: id.clone(), error: Box::new(error) })?;
        if expected.is_some() {
            self.instances.identity_management(&id.instance, expected, self.client()).await?;
        }
        self.record(name, state.clone()).await?;
        Ok(state)
    }

    /// Records an existing user, such as a user that was [imported](crate::read::import), under a resource name.
    ///
    /// # Errors
    ///
    /// [`RecordError::NameTaken`] if another user is recorded under the name, [`RecordError::Recorded`] if the user is
    /// recorded under another name, [`RecordError::Store`] of the commit.
    pub async fn record(&mut self, name: &str, state: UserState) -> Result<(), RecordError> {
        let id = state.id();
        self.check_free(name, &id)?;
        let record = self.recorded(name, state);
        Ok(self.commit(vec![record]).await?)
    }

    fn check_free(&self, name: &str, id: &ImportId) -> Result<(), RecordError> {
        let (name, id) = (name.to_owned(), id.clone());
        if self.entries.get(&name).is_some_and(|entry| entry.state.is_some()) {
            return Err(RecordError::NameTaken { name, id });
        }
        match self.entries.iter().find(|(_, entry)| entry.accounts().any(|known| known == id)) {
            Some((other, _)) => Err(RecordError::Recorded { name: other.clone(), id }),
            None => Ok(()),
        }
    }

    /// Records each of these users that is not recorded yet, with its user name as the resource name. Returns the
    /// number of new records.
    ///
    /// # Errors
    ///
    /// [`RecordError::NameTaken`] if another user is recorded under such a name, or two of the users have the same
    /// name; [`RecordError::Store`] of the commit.
    pub async fn record_all(&mut self, users: Vec<UserState>) -> Result<usize, RecordError> {
        let known: BTreeSet<ImportId> = self.entries.values().flat_map(Entry::accounts).collect();
        let mut changes = BTreeMap::new();
        for state in users.into_iter().filter(|state| !known.contains(&state.id())) {
            let (name, id) = (state.name.clone(), state.id());
            let is_taken = self.entries.get(&name).is_some_and(|entry| entry.state.is_some());
            let record = self.recorded(&name, state);
            if is_taken || changes.insert(name.clone(), record).is_some() {
                return Err(RecordError::NameTaken { name, id });
            }
        }
        let count = changes.len();
        self.commit(changes.into_values().collect()).await?;
        Ok(count)
    }

    /// Stops managing users: removes their records from the store, and leaves their accounts as they are. Returns their
    /// resource names, each once. `with_unfinished` also removes users with unfinished work of an apply.
    ///
    /// # Errors
    ///
    /// [`RecordError::NotRecorded`] or [`RecordError::Unfinished`] for the first such user, [`RecordError::Store`] of
    /// the commit.
    pub async fn forget(
        &mut self,
        names: &[String],
        with_unfinished: bool,
    ) -> Result<BTreeSet<String>, RecordError> {
        for name in names {
            let entry = self.entries.get(name);
            let entry = entry.ok_or_else(|| RecordError::NotRecorded { name: name.clone() })?;
            let is_unfinished = entry.state.as_ref().is_some_and(|state| !state.record.unfinished.is_empty());
            let what = match (is_unfinished, entry.creating.is_empty()) {
                _ if with_unfinished => continue,
                (true, _) => "an update or replacement",
                (false, false) => "a creation",
                (false, true) => continue,
            };
            return Err(RecordError::Unfinished { name: name.clone(), what });
        }
        let names: BTreeSet<String> = names.iter().cloned().collect();
        self.commit(names.iter().map(StoreChange::remove).collect()).await?;
        Ok(names)
    }

    fn recorded(&self, name: &str, state: UserState) -> StoreChange {
        let before = self.entries.get(name).cloned().unwrap_or_default();
        StoreChange::put(name, before.with_state(state))
    }
}
