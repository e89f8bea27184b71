//! The creations and deletions of plans, which decide how users wait for each other.

use std::collections::BTreeMap;

use super::{Capacity, user_plan::UserPreview};
use crate::{
    diff::{Call, Step},
    user::{Code, Diagnostic, InstanceId, Operation, UserId},
};

/// A deletion: the index of the user in the plan, and the index among the deletions of that user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Deletion {
    pub(super) user: usize,
    pub(super) nth: usize,
}

/// The creation and the deletions in the plan of one user.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// The instance in which a user is created.
    pub(super) creates: Option<InstanceId>,
    /// The deleted users, each with its instance: the user that is replaced, and users that earlier replacements left.
    pub(super) deletes: Vec<(InstanceId, UserId)>,
    /// Whether the deletions come before the creation.
    pub(super) deletes_first: bool,
    /// The deletion that frees the name of the user that is created.
    pub(super) name_from: Option<Deletion>,
}

/// A creation or a deletion that waits for a deletion.
#[derive(Clone, Copy, Debug)]
pub(super) enum Waiter {
    /// The creation of a user, by the user's index in the plan.
    Creation(usize),
    /// Another deletion.
    Deletion(Deletion),
}

impl Waiter {
    /// The user that waits.
    pub(super) const fn user(self) -> usize {
        match self {
            Self::Creation(user) => user,
            Self::Deletion(deletion) => deletion.user,
        }
    }
}

impl Work {
    pub(super) fn of(user: &UserPreview) -> Self {
        let mut work = Self::default();
        for step in user.steps() {
            match step.call() {
                // The values of the creation may still be unknown.
                _ if step.operation == Operation::CreateUser => {
                    work.creates = user.instance.as_ref().map(InstanceId::to_bare);
                    work.deletes_first = !work.deletes.is_empty();
                }
                Some(Call::Delete(gone)) => {
                    work.deletes.push((gone.instance_id.to_bare(), gone.user_id.clone()));
                }
                _ => {}
            }
        }
        work
    }

    /// Whether a user is created before another one is deleted.
    pub(super) fn creates_first(&self) -> bool {
        self.creates.is_some() && !self.deletes.is_empty() && !self.deletes_first
    }

    /// Whether a user is replaced within an instance, and created first.
    pub(super) fn stays(&self) -> bool {
        self.creates_first()
            && self.deletes.iter().any(|(instance, _)| Some(instance) == self.creates.as_ref())
    }
}

/// Whether an account is deleted: that of a user, or one that an earlier replacement has left.
pub(super) fn deletes(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.operation == Operation::DeleteUser)
}

/// Deletes a replaced user before the new user is created, and adds a notice. Returns whether that changed the order.
pub(super) fn delete_first(
    users: &mut [UserPreview],
    work: &mut [Work],
    place: usize,
    why: &str,
    notices: &mut Vec<Diagnostic>,
) -> bool {
    let (Some(user), Some(work)) = (users.get_mut(place), work.get_mut(place)) else { return false };
    if !user.delete_first() {
        return false;
    }
    work.deletes_first = true;
    let message = format!("`{}` is deleted before it is created again: {why}", user.name);
    let notice = Diagnostic::new(Code::DELETE_BEFORE_CREATE, message).about(&user.name);
    notices.push(
        notice.with_help("apply the changes one after the other, so that the user exists at every moment"),
    );
    true
}

/// The refusals of instances in which users are created and that would end up with more users than their limit.
pub(super) fn overfull(work: &[Work], capacity: &BTreeMap<InstanceId, Capacity>) -> Vec<Diagnostic> {
    let mut balance: BTreeMap<&InstanceId, (usize, usize)> = BTreeMap::new();
    for work in work {
        if let Some(instance) = &work.creates {
            balance.entry(instance).or_default().0 += 1;
        }
        for (instance, _) in &work.deletes {
            balance.entry(instance).or_default().1 += 1;
        }
    }
    let overfull = balance.into_iter().filter_map(|(instance, (created, deleted))| {
        let Capacity { present, limit } = *capacity.get(instance)?;
        let then = (present + created).saturating_sub(deleted);
        let message = format!("the instance `{instance}` would have {then} users; the limit is {limit}");
        let help = "ask AWS to raise the quota \"Users per instance\", or take users out";
        (created > 0 && then > limit).then(|| Diagnostic::new(Code::INSTANCE_FULL, message).with_help(help))
    });
    overfull.collect()
}

/// Whether users would wait for each other for ever, for names and for other deletions.
pub(super) fn has_circle(work: &[Work], waits: &[(Waiter, Deletion)]) -> bool {
    // A user has two events: 2 × its index is its creation, and 2 × its index + 1 its deletions.
    let event = |waiter: Waiter| 2 * waiter.user() + usize::from(matches!(waiter, Waiter::Deletion(_)));
    let mut left = vec![0_usize; 2 * work.len()];
    let mut then: Vec<Vec<usize>> = vec![Vec::new(); 2 * work.len()];
    let mut add = |event: usize, before: usize| {
        if let (Some(left), Some(then)) = (left.get_mut(event), then.get_mut(before)) {
            *left += 1;
            then.push(event);
        }
    };
    let names =
        work.iter().zip(0..).filter_map(|(work, user)| Some((Waiter::Creation(user), work.name_from?)));
    for (waiter, from) in
        names.chain(waits.iter().copied()).filter(|(waiter, from)| waiter.user() != from.user)
    {
        add(event(waiter), 2 * from.user + 1);
    }
    for (user, work) in work.iter().enumerate() {
        let (creation, deletions) = (2 * user, 2 * user + 1);
        match work.deletes_first {
            true => add(creation, deletions),
            false => add(deletions, creation),
        }
    }
    let mut ready: Vec<usize> =
        left.iter().zip(0..).filter(|(left, _)| **left == 0).map(|(_, event)| event).collect();
    let mut done = 0;
    while let Some(event) = ready.pop() {
        done += 1;
        for next in then.get(event).into_iter().flatten() {
            if let Some(left) = left.get_mut(*next) {
                *left -= 1;
                if *left == 0 {
                    ready.push(*next);
                }
            }
        }
    }
    done < left.len()
}
