//! What one run of the provider has learnt and done of users, in whatever Region.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use connect_user::{
    client::CancellationToken,
    user::{UserId, UserState},
};

use crate::wire::Diagnostics;

/// What one run has learnt and done.
#[derive(Default)]
pub struct Run {
    learnt: Mutex<Learnt>,
    /// How many users may be deleted or replaced.
    max_deletes: Option<usize>,
    stop: CancellationToken,
}

#[derive(Default)]
struct Learnt {
    /// Users that were taken over.
    adopted: BTreeSet<UserId>,
    /// The users that are resources of this configuration, as far as they were met.
    owned: BTreeSet<UserId>,
    /// Those of them whose deletion has begun.
    going: BTreeSet<UserId>,
    /// What was read of users whose state keeps an earlier reading.
    remembered: HashMap<UserId, UserState>,
    /// Users that are deleted or replaced, or are to be.
    deletions: BTreeSet<UserId>,
    /// Whether one too many was refused already.
    refused: bool,
}

impl Run {
    pub fn new(max_deletes: Option<usize>, stop: CancellationToken) -> Self {
        Self { learnt: Mutex::default(), max_deletes, stop }
    }

    /// Whether Terraform was interrupted.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Counts a user that is to be deleted or replaced. The first one too many is an error, and so the whole
    /// plan is.
    pub fn plan_deletion(&self, user: &UserId, diagnostics: &mut Diagnostics) {
        if let Some((limit, false)) = self.count_deletion(user) {
            diagnostics.error(
                format!("more users would be deleted or replaced than `max_deletes` allows: must be at most {limit}"),
                "raise `max_deletes` in the provider block if these deletions are meant",
                None,
            );
        }
    }

    /// Counts a user that is about to be deleted: none too many is.
    pub fn may_delete(&self, user: &UserId, diagnostics: &mut Diagnostics) -> bool {
        let Some((limit, _)) = self.count_deletion(user) else { return true };
        diagnostics.error(
            format!(
                "the user `{user}` is kept: `max_deletes` is {limit}, and so many are deleted in this run"
            ),
            "raise `max_deletes` in the provider block if this deletion is meant",
            None,
        );
        false
    }

    /// The limit where this is one too many, and whether another was before.
    fn count_deletion(&self, user: &UserId) -> Option<(usize, bool)> {
        let limit = self.max_deletes?;
        let mut learnt = self.learnt();
        let is_beyond = learnt.deletions.len() >= limit && !learnt.deletions.contains(&user.to_bare());
        if !is_beyond {
            learnt.deletions.insert(user.to_bare());
            return None;
        }
        Some((limit, std::mem::replace(&mut learnt.refused, true)))
    }

    pub fn own(&self, user: &UserId) {
        self.learnt().owned.insert(user.to_bare());
    }

    /// Says that a user was taken over: whoever had it before must not delete it.
    pub fn adopt(&self, user: &UserId) {
        self.own(user);
        self.learnt().adopted.insert(user.to_bare());
    }

    pub fn was_adopted(&self, user: &UserId) -> bool {
        self.learnt().adopted.contains(&user.to_bare())
    }

    /// Whether the user was met in this run: read, made or changed.
    pub fn is_owned(&self, user: &UserId) -> bool {
        self.learnt().owned.contains(&user.to_bare())
    }

    pub fn owned(&self) -> Vec<UserId> {
        self.learnt().owned.iter().cloned().collect()
    }

    /// Keeps what was read of a user for the plan of this run, where Terraform's state keeps an earlier reading.
    pub fn remember(&self, read: UserState) {
        self.learnt().remembered.insert(read.user_id.to_bare(), read);
    }

    pub fn remembered(&self, user: &UserId) -> Option<UserState> {
        self.learnt().remembered.get(&user.to_bare()).cloned()
    }

    /// Says that a user is about to be deleted.
    pub fn let_go(&self, user: &UserId) {
        self.own(user);
        self.learnt().going.insert(user.to_bare());
    }

    pub fn is_going(&self, user: &UserId) -> bool {
        self.learnt().going.contains(&user.to_bare())
    }

    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
