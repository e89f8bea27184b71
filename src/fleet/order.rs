//! The order of steps across users: before a user is created, its name must be free, and its instance must have room.

use std::collections::{BTreeMap, HashMap};

use super::{
    Capacity, room, stages,
    user_plan::{UserPreview, Wait},
    work::{Deletion, Waiter, Work, delete_first},
};
use crate::{
    diff::Call,
    user::{Diagnostic, InstanceId},
};

/// Finds which users wait for which, and deletes replaced users first where users would wait for each other.
pub(super) fn settle(
    users: &mut [UserPreview],
    capacity: &BTreeMap<String, Capacity>,
    notices: &mut Vec<Diagnostic>,
    reasons: &mut Vec<Diagnostic>,
) {
    // A stage of a preview is settled again on its own, with other indices of users.
    users.iter_mut().for_each(|user| user.waits.clear());
    let mut work: Vec<Work> = users.iter().map(Work::of).collect();
    find_names(users, &mut work);
    let taken = "its new name is taken until then";
    for place in 0..users.len() {
        // The user takes the name of a user that an earlier replacement of its own left to delete.
        if work.get(place).and_then(|work| work.name_from).is_some_and(|from| from.user == place) {
            delete_first(users, &mut work, place, taken, notices);
        }
    }
    for circle in circles(&work) {
        // A user that is replaced within one instance also makes room for itself.
        let stays = |place: &&usize| work.get(**place).is_some_and(Work::stays);
        if let Some(place) = circle.iter().find(stays).or(circle.first()) {
            delete_first(users, &mut work, *place, taken, notices);
        }
    }
    let room = room::settle(users, &mut work, capacity, notices, reasons);
    let name = |(work, user): (&Work, usize)| Some((Waiter::Creation(user), work.name_from?));
    let names: Vec<(Waiter, Deletion)> = work.iter().zip(0..).filter_map(name).collect();
    for (waiter, deletion) in names.into_iter().chain(room) {
        wait(users, &work, waiter, deletion);
    }
    stages::settle(users, reasons);
}

/// Finds the deletion that frees the name of each user that is created.
fn find_names(users: &[UserPreview], work: &mut [Work]) {
    let mut freed: HashMap<(&InstanceId, &str), Deletion> = HashMap::new();
    for (place, user) in users.iter().enumerate() {
        let deleted = user.steps().iter().filter_map(|step| match step.call() {
            Some(Call::Delete(gone)) => Some(gone),
            _ => None,
        });
        for (nth, gone) in deleted.enumerate() {
            freed.insert((&gone.instance_id, &gone.name), Deletion { user: place, nth });
        }
    }
    for (user, work) in users.iter().zip(work).filter(|(_, work)| work.creates.is_some()) {
        work.name_from = user.identity().and_then(|identity| freed.get(&identity).copied());
    }
}

/// The cycles of users that wait for each other's names, each user at most once. Each user waits for at most one other,
/// so that a walk meets at most one cycle.
fn circles(work: &[Work]) -> Vec<Vec<usize>> {
    // Only a user that deletes after creating passes the wait on.
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

/// Makes a creation or a deletion wait for the deletion of another user.
fn wait(users: &mut [UserPreview], work: &[Work], waiter: Waiter, deletion: Deletion) {
    let gone = |deletion: Deletion| Some(&work.get(deletion.user)?.deletes.get(deletion.nth)?.1);
    let deletes = |deletion: Deletion| {
        let gone = gone(deletion);
        step_of(
            users,
            deletion.user,
            |call| matches!(call, Call::Delete(user) if Some(&user.user_id) == gone),
        )
    };
    let user = waiter.user();
    let step = match waiter {
        Waiter::Creation(user) => step_of(users, user, |call| matches!(call, Call::Create)),
        Waiter::Deletion(deletion) => deletes(deletion),
    };
    let (Some(other), Some(step)) = (deletes(deletion), step) else { return };
    let wait = Wait { step, user: deletion.user, other };
    if let Some(waiting) = users.get_mut(user)
        && user != deletion.user
        && !waiting.waits.contains(&wait)
    {
        waiting.waits.push(wait);
    }
}

fn step_of(users: &[UserPreview], place: usize, is: impl Fn(&Call) -> bool) -> Option<usize> {
    users.get(place)?.steps().iter().position(|step| step.call().is_some_and(&is))
}
