//! The order of steps across users: a name must be free, and an instance have room, before a user is made.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{Capacity, FleetNotice, UserPlan};
use crate::diff::{Action, Call, ReplacementOrder};

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

/// Finds out who waits for whom, and lets replaced users go first where they would wait for each other.
pub(super) fn settle(
    users: &mut [UserPlan],
    capacity: &BTreeMap<String, Capacity>,
    notices: &mut Vec<FleetNotice>,
    reasons: &mut Vec<FleetNotice>,
) {
    for (instance, capacity) in capacity {
        make_room(users, instance, *capacity, notices, reasons);
    }
    wait_for_names(users);
    while let Some(place) = in_a_circle(users) {
        let Some(user) = users.get_mut(place) else { break };
        let message =
            format!("`{}` is deleted before it is made again: its new name is taken until then", user.name);
        notices.push(notice("delete-before-create", Some(&user.name), message, ""));
        delete_first(users, place);
    }
}

fn wait_for_names(users: &mut [UserPlan]) {
    let mut freed: HashMap<(String, String), (usize, usize)> = HashMap::new();
    for (place, step, call) in calls(users) {
        if let Call::Delete(gone) = call {
            freed.insert((gone.instance_id.bare().to_owned(), gone.name.clone()), (place, step));
        }
    }
    let mut waits = Vec::new();
    for (place, step, call) in calls(users) {
        let Some((Call::Create, desired)) =
            users.get(place).and_then(|user| Some((call, user.plan.desired()?)))
        else {
            continue;
        };
        let identity = (desired.instance_id().bare().to_owned(), desired.name().to_owned());
        if let Some((user, other)) = freed.get(&identity).filter(|(user, _)| *user != place) {
            waits.push((place, Wait { step, user: *user, other: *other }));
        }
    }
    for (place, wait) in waits {
        add(users, place, wait);
    }
}

/// Lets creations wait for deletions where the instance has no more room.
fn make_room(
    users: &mut [UserPlan],
    instance: &str,
    Capacity { present, limit }: Capacity,
    notices: &mut Vec<FleetNotice>,
    reasons: &mut Vec<FleetNotice>,
) {
    let is_here = |user: &UserPlan| {
        let desired = user.plan.desired().map(|desired| desired.instance_id().bare());
        desired.or(user.plan.base().map(|base| base.instance_id.bare())) == Some(instance)
    };
    let here: Vec<usize> = (0..users.len()).filter(|place| users.get(*place).is_some_and(is_here)).collect();
    let with = |action| -> Vec<usize> {
        here.iter().copied().filter(|place| users_action(users, *place) == Some(action)).collect()
    };
    let (creations, replaced) = (with(Action::Create), with(Action::Replace));
    let mut releases: VecDeque<(usize, usize)> = with(Action::Delete)
        .into_iter()
        .filter_map(|place| Some((place, step_of(users, place, |call| matches!(call, Call::Delete(_)))?)))
        .collect();
    let then = (present + creations.len()).saturating_sub(releases.len());
    if then > limit && !creations.is_empty() {
        reasons.push(notice(
            "instance-full",
            None,
            format!("the instance `{instance}` would have {then} users; the limit is {limit}"),
            "ask AWS to raise the quota \"Users per instance\", or take users out",
        ));
        return;
    }
    let mut free = limit.saturating_sub(present);
    for place in replaced.into_iter().chain(creations) {
        let Some(step) = step_of(users, place, |call| matches!(call, Call::Create)) else { continue };
        if free > 0 {
            free -= 1;
        } else if let Some((user, other)) = releases.pop_front() {
            add(users, place, Wait { step, user, other });
        } else if users_action(users, place) == Some(Action::Replace) {
            if delete_first(users, place)
                && let Some(user) = users.get(place)
            {
                let message =
                    format!("`{}` is deleted before it is made again: the instance is full", user.name);
                notices.push(notice("delete-before-create", Some(&user.name), message, ""));
            }
            continue;
        }
        if let Some(delete) = own_deletion(users, place) {
            releases.push_back((place, delete));
        }
    }
}

/// A user in a circle of users that wait for each other; it is one that is made before it is deleted.
fn in_a_circle(users: &[UserPlan]) -> Option<usize> {
    // Only who deletes after creating hands its waiting on.
    let next = |place: usize| -> Vec<usize> {
        let waits = users.get(place).map(|user| user.waits.as_slice()).unwrap_or_default();
        let blocks = |wait: &&Wait| {
            step_of(users, wait.user, |call| matches!(call, Call::Create))
                .is_some_and(|create| create < wait.other)
        };
        waits.iter().filter(blocks).map(|wait| wait.user).collect()
    };
    let mut seen = vec![false; users.len()];
    for start in (0..users.len()).filter(|place| users.get(*place).is_some_and(|user| !user.waits.is_empty()))
    {
        // Everybody waits for few, so a walk without a memory of its own is short.
        let mut way = vec![(start, next(start))];
        while let Some((_, left)) = way.last_mut() {
            let Some(other) = left.pop() else {
                way.pop();
                continue;
            };
            if way.iter().any(|(place, _)| *place == other) {
                return Some(other);
            }
            if !std::mem::replace(seen.get_mut(other)?, true) {
                way.push((other, next(other)));
            }
        }
    }
    None
}

/// Turns a replacement around, and keeps true who waits for which of its steps.
fn delete_first(users: &mut [UserPlan], place: usize) -> bool {
    let Some(user) = users.get_mut(place) else { return false };
    let order = user.plan.delete_first();
    if order.is_empty() {
        return false;
    }
    let now = |before: usize| order.iter().position(|old| *old == before).unwrap_or(before);
    for wait in &mut user.waits {
        wait.step = now(wait.step);
    }
    for wait in users.iter_mut().flat_map(|user| &mut user.waits).filter(|wait| wait.user == place) {
        wait.other = now(wait.other);
    }
    true
}

fn add(users: &mut [UserPlan], place: usize, wait: Wait) {
    if let Some(user) = users.get_mut(place)
        && !user.waits.contains(&wait)
    {
        user.waits.push(wait);
    }
}

fn users_action(users: &[UserPlan], place: usize) -> Option<Action> {
    users.get(place).map(|user| user.plan.diff().action)
}

/// The step with which a replaced user goes, where that is after the new one is made.
fn own_deletion(users: &[UserPlan], place: usize) -> Option<usize> {
    let diff = users.get(place)?.plan.diff();
    if diff.replacement != Some(ReplacementOrder::CreateBeforeDelete) {
        return None;
    }
    step_of(users, place, |call| matches!(call, Call::Delete(_)))
}

fn step_of(users: &[UserPlan], place: usize, is: impl Fn(&Call) -> bool) -> Option<usize> {
    users.get(place)?.plan.steps().iter().position(|step| step.call().is_some_and(&is))
}

/// Every call that makes or deletes, with its user and step.
fn calls(users: &[UserPlan]) -> impl Iterator<Item = (usize, usize, &Call)> {
    users.iter().enumerate().flat_map(|(place, user)| {
        user.plan
            .steps()
            .iter()
            .enumerate()
            .filter_map(move |(step, found)| Some((place, step, found.call()?)))
    })
}

fn notice(code: &'static str, user: Option<&str>, message: String, help: &str) -> FleetNotice {
    FleetNotice::new(code, user, &message, help)
}
