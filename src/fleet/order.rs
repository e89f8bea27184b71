//! The order of steps across users: a name must be free, and an instance have room, before a user is made.

use std::collections::{BTreeMap, HashMap};

use super::{Capacity, FleetNotice, UserPlan, room};
use crate::{
    diff::Call,
    user::{InstanceId, UserId},
};

/// A step that waits for a step of another user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// The step of this user.
    pub(super) step: usize,
    /// The other user, by its place in the plan.
    pub(super) user: usize,
    /// The step of the other user that must be done.
    pub(super) other: usize,
}

/// A deletion: the user by its place in the plan, and which of its deletions it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Deletion {
    pub(super) user: usize,
    pub(super) nth: usize,
}

/// Which users a plan of one user creates and deletes.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Where a user is created.
    pub(super) creates: Option<InstanceId>,
    /// Where users are deleted, and who: the one that is replaced, and those that earlier replacements have
    /// left.
    pub(super) deletes: Vec<(InstanceId, UserId)>,
    /// Whether the deletions come before the creation.
    pub(super) deletes_first: bool,
    /// The deletion that frees the name of the user that is created.
    pub(super) name_from: Option<Deletion>,
}

/// Finds out who waits for whom, and deletes replaced users first where users would wait for each other.
pub(super) fn settle(
    users: &mut [UserPlan],
    capacity: &BTreeMap<String, Capacity>,
    notices: &mut Vec<FleetNotice>,
    reasons: &mut Vec<FleetNotice>,
) {
    let mut work: Vec<Work> = users.iter().map(Work::of).collect();
    find_names(users, &mut work);
    let taken = "its new name is taken until then";
    for place in 0..users.len() {
        // An earlier replacement has left the user whose name it takes.
        if work.get(place).and_then(|work| work.name_from).is_some_and(|from| from.user == place) {
            delete_first(users, &mut work, place, taken, notices);
        }
    }
    for circle in circles(&work) {
        // Within one instance, it makes room for itself.
        let stays = |place: &&usize| work.get(**place).is_some_and(Work::stays);
        if let Some(place) = circle.iter().find(stays).or(circle.first()) {
            delete_first(users, &mut work, *place, taken, notices);
        }
    }
    let room = room::settle(users, &mut work, capacity, notices, reasons);
    for place in 0..users.len() {
        let room = room.get(place).copied().flatten();
        let name = work.get(place).and_then(|work| work.name_from);
        for deletion in [name, room].into_iter().flatten().filter(|from| from.user != place) {
            wait(users, &work, place, deletion);
        }
    }
}

impl Work {
    fn of(user: &UserPlan) -> Self {
        let mut work = Self::default();
        for call in user.plan.steps().iter().filter_map(|step| step.call()) {
            match call {
                Call::Create => {
                    work.creates = user.plan.desired().map(|desired| desired.instance_id().to_bare());
                    work.deletes_first = !work.deletes.is_empty();
                }
                // Who is gone frees nothing.
                Call::Delete(gone) if !user.is_gone => {
                    work.deletes.push((gone.instance_id.to_bare(), gone.user_id.clone()));
                }
                _ => {}
            }
        }
        work
    }

    /// Whether a user is created before another one is deleted.
    fn creates_first(&self) -> bool {
        self.creates.is_some() && !self.deletes.is_empty() && !self.deletes_first
    }

    /// Whether a user is replaced within an instance, and created first.
    pub(super) fn stays(&self) -> bool {
        self.creates_first()
            && self.deletes.iter().any(|(instance, _)| Some(instance) == self.creates.as_ref())
    }
}

/// Finds the deletion that frees the name of each user that is created.
fn find_names(users: &[UserPlan], work: &mut [Work]) {
    let mut freed: HashMap<(&InstanceId, &str), Deletion> = HashMap::new();
    for (place, user) in users.iter().enumerate().filter(|(_, user)| !user.is_gone) {
        let deleted = user.plan.steps().iter().filter_map(|step| match step.call() {
            Some(Call::Delete(gone)) => Some(gone),
            _ => None,
        });
        for (nth, gone) in deleted.enumerate() {
            freed.insert((&gone.instance_id, &gone.name), Deletion { user: place, nth });
        }
    }
    for (user, work) in users.iter().zip(work).filter(|(_, work)| work.creates.is_some()) {
        let desired = user.plan.desired();
        work.name_from =
            desired.and_then(|desired| freed.get(&(desired.instance_id(), desired.name())).copied());
    }
}

/// The circles of users that wait for each other's names, each user once: everybody waits for one other at
/// most, so that a walk meets a circle once.
fn circles(work: &[Work]) -> Vec<Vec<usize>> {
    // Only who deletes after creating hands its waiting on.
    let next = |place: usize| {
        let other = work.get(place)?.name_from?.user;
        work.get(other)?.creates_first().then_some(other)
    };
    let mut circles = Vec::new();
    let mut walk_of = vec![usize::MAX; work.len()];
    for start in 0..work.len() {
        let mut way = Vec::new();
        let mut place = Some(start);
        while let Some(here) = place {
            let Some(walk) = walk_of.get_mut(here) else { break };
            if *walk != usize::MAX {
                if *walk == start {
                    circles.push(way.iter().copied().skip_while(|other| *other != here).collect());
                }
                break;
            }
            *walk = start;
            way.push(here);
            place = next(here);
        }
    }
    circles
}

/// Deletes a replaced user before the new one is created, and says so.
pub(super) fn delete_first(
    users: &mut [UserPlan],
    work: &mut [Work],
    place: usize,
    why: &str,
    notices: &mut Vec<FleetNotice>,
) -> bool {
    let (Some(user), Some(work)) = (users.get_mut(place), work.get_mut(place)) else { return false };
    if user.plan.delete_first().is_empty() {
        return false;
    }
    work.deletes_first = true;
    let message = format!("`{}` is deleted before it is made again: {why}", user.name);
    notices.push(FleetNotice::new("delete-before-create", Some(&user.name), &message, ""));
    true
}

/// Lets the creation of a user wait for a deletion.
fn wait(users: &mut [UserPlan], work: &[Work], place: usize, deletion: Deletion) {
    let gone = work.get(deletion.user).and_then(|work| work.deletes.get(deletion.nth)).map(|(_, user)| user);
    let is_it = |call: &Call| matches!(call, Call::Delete(user) if Some(&user.user_id) == gone);
    let (Some(other), Some(step)) =
        (step_of(users, deletion.user, is_it), step_of(users, place, |call| matches!(call, Call::Create)))
    else {
        return;
    };
    let wait = Wait { step, user: deletion.user, other };
    if let Some(user) = users.get_mut(place)
        && !user.waits.contains(&wait)
    {
        user.waits.push(wait);
    }
}

fn step_of(users: &[UserPlan], place: usize, is: impl Fn(&Call) -> bool) -> Option<usize> {
    users.get(place)?.plan.steps().iter().position(|step| step.call().is_some_and(&is))
}
