//! What this run knows of the managed users that it has met.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::kept::Begun;
use crate::user::{CreationAttempt, Timestamp, UserId, UserState};

/// The users that were met since the resource was created. An engine creates and deletes users in parallel, and does
/// not tell which calls belong together.
#[derive(Debug, Default)]
pub(super) struct Run(Mutex<Met>);

#[derive(Debug, Default)]
struct Met {
    /// Managed users: no other resource may adopt them.
    owned: BTreeSet<UserId>,
    /// The managed users that were read or imported.
    read: BTreeSet<UserId>,
    /// The creations that made some of the managed users: each creation may find its own user again.
    made: Vec<(UserId, CreationAttempt)>,
    /// The managed users that were adopted in this run, and when: the resource that had them before must not delete
    /// them.
    adopted: BTreeMap<UserId, Timestamp>,
    /// The users whose deletion has begun: other users wait for their names.
    leaving: BTreeSet<UserId>,
    /// The deleted users, with their names, which may appear to be taken for a while.
    gone: BTreeMap<UserId, String>,
    /// What was read of users whose record keeps an earlier reading.
    remembered: BTreeMap<UserId, Remembered>,
}

#[derive(Debug)]
struct Remembered {
    /// The recorded state; if the record still equals it, the engine has stored nothing since.
    recorded: UserState,
    read: UserState,
}

impl Run {
    pub(super) fn own(&self, user: &UserId) {
        self.met().owned.insert(user.to_bare());
    }

    /// Marks a user as managed and read.
    pub(super) fn own_read(&self, user: &UserId) {
        self.own(user);
        self.met().read.insert(user.to_bare());
    }

    pub(super) fn has_read(&self, user: &UserId) -> bool {
        self.met().read.contains(&user.to_bare())
    }

    /// Keeps what was read of a user for the plans of this run that begin with the same record.
    pub(super) fn remember(&self, recorded: &UserState, read: UserState) {
        let remembered = Remembered { recorded: recorded.clone(), read };
        self.met().remembered.insert(recorded.user_id.to_bare(), remembered);
    }

    /// Forgets what was read, because the user has changed.
    pub(super) fn forget(&self, user: &UserId) {
        self.met().remembered.remove(&user.to_bare());
    }

    /// Returns what was read of a user since, if the record is still the same.
    pub(super) fn remembered(&self, recorded: &UserState) -> Option<UserState> {
        let met = self.met();
        let found = met.remembered.get(&recorded.user_id.to_bare())?;
        (found.recorded == *recorded).then(|| found.read.clone())
    }

    /// Marks the user of a creation as managed.
    pub(super) fn own_made(&self, user: &UserId, attempt: &CreationAttempt) {
        let mut met = self.met();
        met.owned.insert(user.to_bare());
        met.made.push((user.to_bare(), attempt.clone()));
    }

    /// Marks an imported user as managed, whichever creation made it.
    pub(super) fn own_imported(&self, user: &UserId) {
        let mut met = self.met();
        let user = user.to_bare();
        met.made.retain(|(made, _)| *made != user);
        met.read.insert(user.clone());
        met.owned.insert(user);
    }

    /// Returns the managed users, except the users of these creations.
    pub(super) fn owned_by_others(&self, attempts: &[Begun]) -> Vec<UserId> {
        let met = self.met();
        let is_own = |user: &UserId| {
            let mut made = met.made.iter().filter(|(made, _)| made == user);
            made.any(|(_, attempt)| attempts.iter().any(|begun| begun.attempt == *attempt))
        };
        met.owned.iter().filter(|user| !is_own(user)).cloned().collect()
    }

    pub(super) fn adopt(&self, user: &UserId, at: Timestamp) {
        let mut met = self.met();
        met.owned.insert(user.to_bare());
        met.adopted.insert(user.to_bare(), at);
    }

    /// Whether another resource has adopted the user than the resource that adopted it at `at`. The answer is true
    /// once: it keeps the resource that had the user before from deleting it.
    pub(super) fn shields(&self, user: &UserId, at: Option<Timestamp>) -> bool {
        let mut met = self.met();
        let user = user.to_bare();
        let is_anothers = met.adopted.get(&user).is_some_and(|adopted| Some(*adopted) != at);
        is_anothers && met.adopted.remove(&user).is_some()
    }

    pub(super) fn leave(&self, user: &UserId) {
        let mut met = self.met();
        met.owned.insert(user.to_bare());
        met.leaving.insert(user.to_bare());
    }

    /// Records that the user was not deleted after all: no user waits for its name.
    pub(super) fn stay(&self, user: &UserId) {
        self.met().leaving.remove(&user.to_bare());
    }

    pub(super) fn is_leaving(&self, user: &UserId) -> bool {
        self.met().leaving.contains(&user.to_bare())
    }

    pub(super) fn let_go(&self, user: &UserId, name: &str) {
        let mut met = self.met();
        met.owned.remove(&user.to_bare());
        met.remembered.remove(&user.to_bare());
        met.gone.insert(user.to_bare(), name.to_owned());
    }

    /// Returns the deleted users that had the name.
    pub(super) fn freed(&self, name: &str) -> Vec<UserId> {
        let met = self.met();
        let had_it = met.gone.iter().filter(|(_, had)| *had == name);
        had_it.map(|(user, _)| user.clone()).collect()
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
