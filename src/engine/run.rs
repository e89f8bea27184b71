//! What this run knows of users that are managed, as far as it has met them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::user::UserId;

/// The users that were met since the resource was made: an engine creates and deletes them side by side, and
/// tells nobody which of them belong together.
#[derive(Debug, Default)]
pub(super) struct Run(Mutex<Met>);

#[derive(Debug, Default)]
struct Met {
    /// Users that are managed: none of them is taken over by another resource.
    owned: BTreeSet<UserId>,
    /// Those of them that were taken over in this run: whoever had them before must not delete them.
    adopted: BTreeSet<UserId>,
    /// Those whose deletion has begun: a name of theirs is waited for.
    leaving: BTreeSet<UserId>,
    /// Those that were deleted, with their names, which may still be taken for a while.
    gone: BTreeMap<UserId, String>,
}

impl Run {
    pub(super) fn own(&self, user: &UserId) {
        self.met().owned.insert(user.to_bare());
    }

    pub(super) fn owned(&self) -> Vec<UserId> {
        self.met().owned.iter().cloned().collect()
    }

    pub(super) fn adopt(&self, user: &UserId) {
        let mut met = self.met();
        met.owned.insert(user.to_bare());
        met.adopted.insert(user.to_bare());
    }

    pub(super) fn was_adopted(&self, user: &UserId) -> bool {
        self.met().adopted.contains(&user.to_bare())
    }

    pub(super) fn leave(&self, user: &UserId) {
        let mut met = self.met();
        met.owned.insert(user.to_bare());
        met.leaving.insert(user.to_bare());
    }

    pub(super) fn is_leaving(&self, user: &UserId) -> bool {
        self.met().leaving.contains(&user.to_bare())
    }

    pub(super) fn let_go(&self, user: &UserId, name: &str) {
        let mut met = self.met();
        met.owned.remove(&user.to_bare());
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
