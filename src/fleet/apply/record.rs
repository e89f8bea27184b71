//! What the apply of one user records.

use std::sync::{Arc, PoisonError};

use super::{
    super::{Creating, Entry, Former, StoreChange, StoreError},
    job::Job,
};
use crate::{
    apply::{ApplyError, Failed},
    diff::{Call, Step},
    user::{Replaced, UserState},
};

impl Job<'_> {
    /// Records the outcome of the apply, unless it is recorded already.
    pub(super) async fn write_end(
        &self,
        state: Option<&UserState>,
        failed: Option<&Failed>,
        left: &[Replaced],
    ) -> Result<(), StoreError> {
        let mut entry = self.entry();
        match (state, failed) {
            (Some(state), _) => {
                entry.put(Arc::new(as_recorded(state, left)));
                if failed.is_none_or(|failed| failed.certain) {
                    // The user was not deleted.
                    entry.former.take_if(|former| former.state.id() == state.id());
                }
            }
            (None, None) => entry.state = None,
            // No user is known to exist, but the recorded user may only be not visible.
            (None, Some(_)) => {}
        }
        let attempt = failed.and_then(|failed| failed.attempt.as_deref());
        let was_recovered = |creating: &Creating| {
            let is_made = |state: &UserState| {
                state.name == creating.attempt.name() && state.instance_id == *creating.attempt.instance_id()
            };
            state.is_some_and(is_made)
        };
        if let Some(Failed { error: ApplyError::Recovered { attempt, .. }, .. }) = failed
            && let Some(creating) = self.earlier.iter().find(|creating| creating.attempt == **attempt)
        {
            entry.notes.clone_from(&creating.notes);
        } else if let (Some(_), Some(state)) = (state, &entry.state) {
            entry.notes = self.run.remembered(self.user, Some(state), &entry.notes);
        }
        entry.creating.retain(|creating| match attempt {
            Some(attempt) if creating.attempt == *attempt => true,
            _ => self.earlier.contains(creating) && !was_recovered(creating),
        });
        self.put(entry).await
    }

    /// Whether a step deletes the user so that it can be created again.
    pub(super) fn is_deleted_first(&self, step: &Step, state: &UserState) -> bool {
        let is_own = matches!(step.call(), Some(Call::Delete(user)) if user.user_id == state.user_id);
        is_own && self.user.plan.desired().is_some()
    }

    /// Records the user between two steps, unless it is recorded already. After a kill, only the record tells whether
    /// the next step was to delete the user first.
    pub(super) async fn write(&self, state: &UserState, is_deleted_first: bool) -> Result<(), StoreError> {
        let mut entry = self.entry();
        let state = Arc::new(as_recorded(state, &self.inherited));
        // A creation that has just made the user is no longer in doubt.
        let is_new = entry.state.as_ref().is_none_or(|before| before.user_id != state.user_id);
        entry.put(state.clone());
        if is_new {
            // The notes of the new user were recorded with the creation, before the call.
            if let Some(creating) = entry.creating.iter().rfind(|creating| !self.earlier.contains(creating)) {
                entry.notes.clone_from(&creating.notes);
            }
            entry.creating.clone_from(&self.earlier);
        }
        entry.notes = self.run.remembered(self.user, Some(&state), &entry.notes);
        if is_deleted_first {
            entry.former = Some(Former::new(state, false).replaced_by(self.user.plan.desired()));
        }
        self.put(entry).await
    }

    /// Records that the user is gone. If it is to be created again, its notes stay, and what it was.
    pub(super) async fn forget(&self) -> Result<(), StoreError> {
        self.put(self.entry().without_account(false, self.user.plan.desired())).await
    }

    /// The entry as it is recorded so far.
    pub(super) fn entry(&self) -> Entry {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records an entry, unless it is recorded already.
    pub(super) async fn put(&self, mut entry: Entry) -> Result<(), StoreError> {
        if entry == self.entry() {
            return Ok(());
        }
        let is_left = self.user.plan.desired().is_none() && entry.state.is_none();
        if is_left {
            entry.notes.clear();
            entry.superseded.clear();
            entry.former = None;
        }
        let name = self.user.name.clone();
        let change = match entry.is_empty() {
            true => StoreChange::remove(name),
            false => StoreChange::put(name, entry.clone()),
        };
        self.run.store.commit(&[change]).await?;
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = entry;
        Ok(())
    }
}

/// The state to record: with the users in `left`, which are still to be deleted.
fn as_recorded(state: &UserState, left: &[Replaced]) -> UserState {
    let mut state = state.clone();
    let replaced = &mut state.record.unfinished.replaced;
    for old in left {
        if !replaced.iter().any(|known| known.id() == old.id()) {
            replaced.push(old.clone());
        }
    }
    state
}
