//! What this run knows of users that are managed, as far as it has met them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::kept::Begun;
use crate::user::{CreationAttempt, Timestamp, UserId, UserState};

/// The users that were met since the resource was made: an engine creates and deletes them side by side, and
/// tells nobody which of them belong together.
#[derive(Debug, Default)]
pub(super) struct Run(Mutex<Met>);

#[derive(Debug, Default)]
struct Met {
    /// Users that are managed: none of them is taken over by another resource.
    owned: BTreeSet<UserId>,
    /// Those of them that were read, or made.
    read: BTreeSet<UserId>,
    /// The creations that have made some of them: each finds its own user again.
    made: Vec<(UserId, CreationAttempt)>,
    /// Those of them that were taken over in this run, and when: whoever had them before must not delete them.
    adopted: BTreeMap<UserId, Timestamp>,
    /// Those whose deletion has begun: a name of theirs is waited for.
    leaving: BTreeSet<UserId>,
    /// Those that were deleted, with their names, which may still be taken for a while.
    gone: BTreeMap<UserId, String>,
    /// What was read of users whose record keeps an earlier reading.
    remembered: BTreeMap<UserId, Remembered>,
}

#[derive(Debug)]
struct Remembered {
    /// What the record has, which is there again only where the engine has stored nothing since.
    recorded: UserState,
    read: UserState,
}

impl Run {
    pub(super) fn own(&self, user: &UserId) {
        self.met().owned.insert(user.to_bare());
    }

    /// The same of a user that was read.
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

    /// Forgets it, because the user is another.
    pub(super) fn forget(&self, user: &UserId) {
        self.met().remembered.remove(&user.to_bare());
    }

    /// What was read of a user since it was recorded so.
    pub(super) fn remembered(&self, recorded: &UserState) -> Option<UserState> {
        let met = self.met();
        let found = met.remembered.get(&recorded.user_id.to_bare())?;
        (found.recorded == *recorded).then(|| found.read.clone())
    }

    /// The same of a user that a creation has made.
    pub(super) fn own_made(&self, user: &UserId, attempt: &CreationAttempt) {
        let mut met = self.met();
        met.owned.insert(user.to_bare());
        met.made.push((user.to_bare(), attempt.clone()));
    }

    /// The same of a user that is imported, whoever has made it.
    pub(super) fn own_imported(&self, user: &UserId) {
        let mut met = self.met();
        let user = user.to_bare();
        met.made.retain(|(made, _)| *made != user);
        met.read.insert(user.clone());
        met.owned.insert(user);
    }

    /// The users that are managed as other resources than the one that these creations are for.
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

    /// Whether somebody else has taken the user over than who says to have taken it over at `at`. That shields it
    /// from one deletion: the one who had it before is done then.
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

    /// The user was not deleted after all: nobody waits for its name.
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

    /// The users that were deleted and had the name.
    pub(super) fn freed(&self, name: &str) -> Vec<UserId> {
        let met = self.met();
        let had_it = met.gone.iter().filter(|(_, had)| *had == name);
        had_it.map(|(user, _)| user.clone()).collect()
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
