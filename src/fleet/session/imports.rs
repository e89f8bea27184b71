//! Users that the program imports.

use std::{collections::HashMap, sync::Arc};

use futures_util::{StreamExt, stream};

use super::{
    super::{DesiredSpec, Entry, Notes, StoreChange, program::IMPORT},
    base::Session,
    error::{FailedImport, SessionError},
};
use crate::{
    read,
    user::{Code, Diagnostic, ImportId, UserSpec, UserState},
};

/// The resource names of the records that have an account, also as a former user that is still to be deleted.
type Owners = HashMap<ImportId, Vec<String>>;

impl Session<'_> {
    /// Reads the users that the program imports and that are not recorded. The records already have the resource names
    /// of the program: if the keys of a list have shifted, each import finds its own user.
    ///
    /// An import is carried out once. A user that was imported is a recorded user like any other, also if it was
    /// replaced since, or is gone: then it is created again. This also holds if its record has got another resource
    /// name, because the program gives the user name to another resource. An account is imported again only if no record
    /// has it any more and it is the desired user.
    pub(super) async fn import(&mut self, program: &[DesiredSpec<'_>]) -> Result<(), SessionError> {
        if program.iter().all(|user| user.import.is_none()) {
            return Ok(());
        }
        let owners = self.owners();
        let mut imported: HashMap<&ImportId, &str> = HashMap::new();
        // Noted at the end: a note says under which name an import was carried out, also of records that have moved.
        let mut carried_out: Vec<(&str, &ImportId)> = Vec::new();
        let mut read = Vec::new();
        let mut unread = Vec::new();
        for user in program {
            let (name, Some(id), true) = (user.name, user.import, self.is_target(user.name)) else {
                continue;
            };
            let is_carried_out = self.is_carried_out(name, id);
            let left = match is_carried_out && !owners.contains_key(id) {
                true => self.left_behind(user, id).await,
                false => None,
            };
            if is_carried_out && left.is_none() {
                carried_out.push((name, id));
                continue;
            }
            if let Some(other) = imported.insert(id, name) {
                let message = format!("`{other}` and `{name}` both import `{id}`");
                let help = "remove one of the `import` options";
                return Err(refused(Code::IMPORTED_TWICE, name, message, help));
            }
            if self.recorded_user(name).is_some_and(|state| state.id() == *id) {
                carried_out.push((name, id));
                continue;
            }
            self.check_owners(name, id, &owners)?;
            match left {
                Some(state) => read.push((name, id, state)),
                None => unread.push((name, id)),
            }
        }
        read.extend(self.read_all(unread).await?);
        for (name, id, state) in read {
            self.take_imported(name, id, state);
        }
        carried_out.into_iter().for_each(|(name, id)| self.note_import(name, id));
        Ok(())
    }

    /// Reads users to import. All that cannot be read are in the error.
    async fn read_all<'i>(
        &self,
        users: Vec<(&'i str, &'i ImportId)>,
    ) -> Result<Vec<(&'i str, &'i ImportId, UserState)>, SessionError> {
        let read = |(name, id): (&'i str, &'i ImportId)| async move {
            match read::import(self.client(), id).await {
                Ok(state) => Ok((name, id, state)),
                Err(error) => Err(FailedImport { user: name.to_owned(), id: id.clone(), error }),
            }
        };
        let most = self.options.refresh.parallelism.get();
        let results: Vec<_> = stream::iter(users.into_iter().map(read)).buffered(most).collect().await;
        let (mut found, mut failed) = (Vec::new(), Vec::new());
        for result in results {
            match result {
                Ok(read) => found.push(read),
                Err(error) => failed.push(error),
            }
        }
        if failed.is_empty() { Ok(found) } else { Err(SessionError::Imports(failed)) }
    }

    fn owners(&self) -> Owners {
        let mut owners = Owners::new();
        for (name, state) in self.users() {
            owners.entry(state.id()).or_default().push(name.clone());
        }
        for (name, state) in &self.refreshed.states {
            for left in state.iter().flat_map(|state| &state.record.unfinished.replaced) {
                owners.entry(left.id()).or_default().push(name.clone());
            }
        }
        owners
    }

    /// The recorded user with this resource name, gone or not.
    fn recorded_user(&self, name: &str) -> Option<&Arc<UserState>> {
        self.entries.get(name)?.state.as_ref()
    }

    /// Whether the import was carried out under this resource name. The record may have another name by now.
    fn is_carried_out(&self, name: &str, id: &ImportId) -> bool {
        let is_noted = |name: &str| {
            let noted = self.entries.get(name).and_then(|entry| entry.notes.get(IMPORT));
            noted.is_some_and(|noted| *noted == id.to_string())
        };
        is_noted(name) || self.former.iter().any(|(now, former)| former == name && is_noted(now))
    }

    /// Notes that an import was carried out.
    fn note_import(&mut self, name: &str, id: &ImportId) {
        let entry = self.entries.entry(name.to_owned()).or_default();
        let before = entry.notes.insert(IMPORT.to_owned(), id.to_string());
        if before.is_none_or(|before| before != id.to_string()) {
            self.pending.push(StoreChange::put(name.to_owned(), entry.clone()));
        }
    }

    /// Reads the account of an import that was carried out before and that no record has any more, if it is the desired
    /// user: the account was left when its user was no longer managed. This takes a call only for a user that is to be
    /// created.
    async fn left_behind(&self, user: &DesiredSpec<'_>, id: &ImportId) -> Option<UserState> {
        if self.recorded_user(user.name).is_some_and(|state| is_desired_as(user.spec, state)) {
            return None;
        }
        // If it cannot be read, the creation fails because its name is taken: the plan of the others goes on.
        let state = read::import(self.client(), id).await.ok()?;
        is_desired_as(user.spec, &state).then_some(state)
    }

    /// Refuses an import in the place of another user, or of a user that another record has.
    fn check_owners(&self, name: &str, id: &ImportId, owners: &Owners) -> Result<(), SessionError> {
        let is_there = self.refreshed.states.get(name).is_some_and(Option::is_some);
        if let Some(state) = self.recorded_user(name).filter(|_| is_there) {
            let message = format!("`{name}` imports `{id}`, and is recorded as `{}`", state.id());
            let help = "remove the `import` option, or import that user under another resource name";
            return Err(refused(Code::RECORDED_OTHERWISE, name, message, help));
        }
        match owners.get(id).into_iter().flatten().find(|other| *other != name) {
            Some(other) => {
                let message = format!("`{name}` imports `{id}`, which is recorded as `{other}`");
                Err(refused(Code::RECORDED_OTHERWISE, name, message, "remove the `import` option"))
            }
            None => Ok(()),
        }
    }

    /// Takes an imported user as the user with this resource name; an apply records it.
    fn take_imported(&mut self, name: &str, id: &ImportId, state: UserState) {
        let state = Arc::new(state);
        // The notes of a user that is gone do not hold for the imported user.
        let creating = self.entries.get(name).map(|entry| entry.creating.clone()).unwrap_or_default();
        let notes = Notes::from([(IMPORT.to_owned(), id.to_string())]);
        self.imported.insert(name.to_owned(), Entry { creating, notes, ..Entry::new(state.clone()) });
        self.refreshed.states.insert(name.to_owned(), Some(state));
    }
}

/// Whether a user of the program may be the recorded user, by instance and user name.
pub(super) fn is_desired_as(spec: &UserSpec, state: &UserState) -> bool {
    spec.instance_id.known().is_none_or(|instance| *instance == state.instance_id)
        && spec.name.as_ref().is_none_or(|name| name.known() == Some(&state.name))
}

fn refused(code: Code, user: &str, message: String, help: &str) -> SessionError {
    SessionError::Program(Diagnostic::new(code, message).about(user).with_help(help))
}
