//! The order in which users begin: every operation always has a user that waits for it, and few users wait at once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap},
};

use super::super::user_plan::{UserPlan, Wait};
use crate::user::Operation;

/// Users by the operation of their first step, with their priorities.
type Ready = BTreeMap<Operation, BinaryHeap<(u64, Reverse<usize>)>>;

/// The users that have not begun.
#[derive(Debug)]
pub(super) struct Queue {
    /// The users that may begin. The user with the most to do later goes first.
    ready: Ready,
    /// The users that may begin, and are deleted before they are created again.
    deleted_first: Ready,
    /// The users that must wait before they can begin, by the user that they wait for.
    blocked: HashMap<usize, Vec<usize>>,
    priorities: HashMap<usize, u64>,
}

impl Queue {
    pub(super) fn new(users: &[UserPlan], load: &BTreeMap<Operation, u64>) -> Self {
        let mut queue = Self {
            ready: Ready::new(),
            deleted_first: Ready::new(),
            blocked: HashMap::new(),
            priorities: HashMap::new(),
        };
        for (place, user) in users.iter().enumerate() {
            let Some((first, later)) = user.plan.steps().split_first() else { continue };
            // The calls after the first one should reach the operations with the most calls early.
            let weight = |operation: &Operation| load.get(operation).copied().unwrap_or_default();
            let priority = later.iter().map(|step| weight(&step.operation)).sum();
            let blockers: Vec<usize> = first_waits(user).map(|wait| wait.user).collect();
            if blockers.is_empty() {
                queue.push(first.operation, priority, place, user);
                continue;
            }
            queue.priorities.insert(place, priority);
            for blocker in blockers {
                queue.blocked.entry(blocker).or_default().push(place);
            }
        }
        queue
    }

    /// The operations with which a user could begin.
    pub(super) fn operations(&self) -> BTreeSet<Operation> {
        let ready = self.ready.iter().chain(&self.deleted_first).filter(|(_, ready)| !ready.is_empty());
        ready.map(|(operation, _)| *operation).collect()
    }

    /// The next user to begin with an operation. `may_delete`: whether it may be one that is deleted before it is
    /// created again.
    pub(super) fn next(&mut self, operation: Operation, may_delete: bool) -> Option<usize> {
        let first = |ready: &Ready| ready.get(&operation).and_then(BinaryHeap::peek).copied();
        let deleted = if may_delete { first(&self.deleted_first) } else { None };
        let from = if deleted > first(&self.ready) { &mut self.deleted_first } else { &mut self.ready };
        from.get_mut(&operation)?.pop().map(|(_, Reverse(place))| place)
    }

    /// The users that wait for this user before they can begin.
    pub(super) fn blocked_by(&self, place: usize) -> Vec<usize> {
        self.blocked.get(&place).cloned().unwrap_or_default()
    }

    /// Lets a user begin that waited.
    pub(super) fn release(&mut self, place: usize, users: &[UserPlan]) {
        let Some(user) = users.get(place) else { return };
        // A user that waited for two users is released once.
        if let (Some(first), Some(priority)) = (user.plan.steps().first(), self.priorities.remove(&place)) {
            self.push(first.operation, priority, place, user);
        }
    }

    /// Removes a user that will never begin. Returns whether it was waiting.
    pub(super) fn give_up(&mut self, place: usize) -> bool {
        self.priorities.remove(&place).is_some()
    }

    fn push(&mut self, operation: Operation, priority: u64, place: usize, user: &UserPlan) {
        let ready = if user.deletes_first() { &mut self.deleted_first } else { &mut self.ready };
        ready.entry(operation).or_default().push((priority, Reverse(place)));
    }
}

/// The waits of a user before its first step.
pub(super) fn first_waits(user: &UserPlan) -> impl Iterator<Item = &Wait> {
    user.waits.iter().filter(|wait| wait.step == 0)
}
