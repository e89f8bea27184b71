//! What one run of the provider has met and counted, in whatever Region.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use connect_user::user::UserId;

use crate::wire::Diagnostics;

/// What one run has met and counted.
#[derive(Default)]
pub struct Run {
    learnt: Mutex<Learnt>,
    /// How many users may be deleted or replaced.
    max_deletes: Option<usize>,
}

#[derive(Default)]
struct Learnt {
    /// The users that were read.
    read: BTreeSet<UserId>,
    /// Users that are deleted or replaced, or are to be.
    deletions: BTreeSet<UserId>,
    /// Whether one too many was refused already.
    refused: bool,
}

impl Run {
    pub fn new(max_deletes: Option<usize>) -> Self {
        Self { learnt: Mutex::default(), max_deletes }
    }

    /// Says that a user was read.
    pub fn read(&self, user: &UserId) {
        self.learnt().read.insert(user.to_bare());
    }

    pub fn has_read(&self, user: &UserId) -> bool {
        self.learnt().read.contains(&user.to_bare())
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

    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
