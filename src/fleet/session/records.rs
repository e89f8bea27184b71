//! Changing records by hand: recording existing users, and ending the management of users.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{Entry, StoreChange, StoreError},
    base::Session,
};
use crate::{
    client::{ClientError, ErrorKind},
    read::{InstanceError, describe, import},
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
            Self::NameTaken { .. } => "choose another name, or remove that record first",
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
    /// If the user that is recorded under the name no longer exists, such as one that was deleted and made again in the
    /// console, its record becomes the record of the new user.
    ///
    /// # Errors
    ///
    /// [`RecordError`]: as [`record`](Self::record), before the user is read, and if the user or its instance cannot be
    /// read.
    pub async fn record_existing(
        &mut self,
        name: &str,
        id: &ImportId,
        expected: Option<IdentityManagementType>,
    ) -> Result<UserState, RecordError> {
        match self.check_free(name, id) {
            Err(RecordError::NameTaken { .. }) if self.is_gone(name, id).await => self.check_account(id)?,
            checked => checked?,
        }
        let read = import(self.client(), id).await;
        let state = read.map_err(|error| RecordError::Read { id: id.clone(), error: Box::new(error) })?;
        if expected.is_some() {
            self.instances.identity_management(&id.instance, expected, self.client()).await?;
        }
        self.check_account(&state.id())?;
        self.commit(vec![self.recorded(name, state.clone())]).await?;
        Ok(state)
    }

    /// Whether the user that is recorded under the name no longer exists in the instance of `id`, and has left nothing
    /// to do.
    async fn is_gone(&self, name: &str, id: &ImportId) -> bool {
        let Some(entry) = self.entries.get(name).filter(|entry| entry.creating.is_empty()) else {
            return false;
        };
        let Some(state) = &entry.state else { return false };
        let created = state.record.created;
        let is_recent = || {
            let within = self.options.refresh.visible_within;
            created.is_some_and(|created| created.is_within(within, self.now()))
        };
        if state.id() == *id || !state.record.unfinished.is_empty() || is_recent() {
            return false;
        }
        // The new user is read next, which shows that the instance exists.
        state.instance_id.to_bare() == id.instance.to_bare()
            && matches!(describe(self.client(), &state.instance_id, &state.user_id).await, Ok(None))
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
        if self.entries.get(name).is_some_and(|entry| entry.state.is_some()) {
            return Err(RecordError::NameTaken { name: name.to_owned(), id: id.clone() });
        }
        self.check_account(id)
    }

    fn check_account(&self, id: &ImportId) -> Result<(), RecordError> {
        match self.entries.iter().find(|(_, entry)| entry.accounts().any(|known| known == *id)) {
            Some((name, _)) => Err(RecordError::Recorded { name: name.clone(), id: id.clone() }),
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
            let is_unfinished = entry.former.is_some()
                || entry.state.as_ref().is_some_and(|state| !state.record.unfinished.is_empty());
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
        let mut entry = before.with_state(state);
        // Only the options of the program are true of any user of this name.
        self.lifecycle(name).note(&mut entry.notes);
        StoreChange::put(name, entry)
    }
}
