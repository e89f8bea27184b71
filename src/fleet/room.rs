//! Room in instances: which deletion makes room for which creation.
//!
//! Each creation takes a place in its instance, and each deletion frees a place in its own instance. Places are handed
//! on: a creation that gets the place of a deletion waits for that deletion, so that no instance ever has more users
//! than its limit, however the calls interleave.
//!
//! A user that is replaced takes a place in one instance and then frees a place, in the same instance or in another: a
//! place walks from instance to instance. If a walk ends too early, some users are left that all wait for each other.
//! Their places balance, so that a place that once left one of these instances can go round through all of them before
//! it leaves (as in Hierholzer's walk over all edges of a graph). Only if no place ever went through these instances, a
//! user that is replaced within an instance is deleted first, which frees a place.
//!
//! An instance that is above its limit loses the places of as many deletions as bring it back to the limit. All of
//! these deletions come before any creation in the instance.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{
    Capacity,
    user_plan::UserPreview,
    work::{Deletion, Waiter, Work, delete_first, has_circle, overfull},
};
use crate::user::{Code, Diagnostic, InstanceId};

/// A place for a user.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// A place that is free from the beginning.
    Free,
    /// A place that is free after a deletion.
    After(Deletion),
}

/// An instance with a limit.
#[derive(Debug, Default)]
struct Instance {
    free: VecDeque<Place>,
    /// The number of users above the limit, beyond the deletions in `lost`.
    excess: usize,
    /// The deletions whose places no creation gets, because the instance was above its limit.
    lost: Vec<Deletion>,
    /// The users that wait for a place, as indices.
    waiting: VecDeque<usize>,
    /// The user that last got a place.
    last: Option<usize>,
    /// A user that is deleted first and keeps its own place.
    keeps: Option<usize>,
}

/// The error when users cannot get a place: a place that was handed on does not come back, or none can be freed.
struct Lost;

struct Room<'a> {
    work: &'a mut [Work],
    instances: Vec<Instance>,
    limited: HashMap<InstanceId, usize>,
    /// The user that takes the name that a deletion frees, and its place with the name.
    heirs: HashMap<Deletion, usize>,
    /// The place that each user gets.
    places: Vec<Option<Place>>,
    is_made: Vec<bool>,
    /// Instances with a waiting user and perhaps a free place.
    moving: Vec<usize>,
}

/// Decides which creations and deletions wait for which deletion. If a plan cannot fit, adds the reason to `reasons`.
pub(super) fn settle(
    users: &mut [UserPreview],
    work: &mut [Work],
    capacity: &BTreeMap<String, Capacity>,
    notices: &mut Vec<Diagnostic>,
    reasons: &mut Vec<Diagnostic>,
) -> Vec<(Waiter, Deletion)> {
    let capacity: BTreeMap<InstanceId, Capacity> =
        capacity.iter().map(|(id, capacity)| (InstanceId::new(id).to_bare(), *capacity)).collect();
    let overfull = overfull(work, &capacity);
    if capacity.is_empty() || !overfull.is_empty() {
        reasons.extend(overfull);
        return Vec::new();
    }
    let mut room = Room::new(work, &capacity);
    room.begin();
    if room.hand_out(users, notices).is_err() {
        reasons.push(deadlock(&mut room));
        return Vec::new();
    }
    let waits = room.waits();
    // The user of such a deletion may have got a place that was then lent to other users.
    if room.instances.iter().any(|instance| !instance.lost.is_empty()) && has_circle(room.work, &waits) {
        reasons.push(deadlock(&mut room));
        return Vec::new();
    }
    waits
}

fn deadlock(room: &mut Room<'_>) -> Diagnostic {
    let limited: Vec<(InstanceId, usize)> =
        room.limited.iter().map(|(id, index)| (id.clone(), *index)).collect();
    let full = limited.into_iter().filter(|(_, index)| room.is_full(*index));
    let mut full: Vec<String> = full.map(|(id, _)| format!("`{id}`")).collect();
    full.sort_unstable();
    let message = format!("users would move between instances that are full: {}", full.join(", "));
    let help = "ask AWS to raise the quota \"Users per instance\", or move fewer users at once";
    Diagnostic::new(Code::INSTANCE_FULL, message).with_help(help)
}

impl<'a> Room<'a> {
    fn new(work: &'a mut [Work], capacity: &BTreeMap<InstanceId, Capacity>) -> Self {
        let instance = |capacity: &Capacity| Instance {
            free: vec![Place::Free; capacity.limit.saturating_sub(capacity.present).min(work.len())].into(),
            excess: capacity.present.saturating_sub(capacity.limit),
            ..Instance::default()
        };
        let heirs = work
            .iter()
            .enumerate()
            .filter_map(|(place, work)| Some((work.name_from?, place)))
            .filter(|(deletion, place)| deletion.user != *place);
        Self {
            instances: capacity.values().map(instance).collect(),
            limited: capacity.keys().cloned().zip(0..).collect(),
            heirs: heirs.collect(),
            places: vec![None; work.len()],
            is_made: vec![false; work.len()],
            moving: (0..capacity.len()).collect(),
            work,
        }
    }

    /// Hands places out until no user waits. Fails if nothing else can be tried.
    fn hand_out(&mut self, users: &mut [UserPreview], notices: &mut Vec<Diagnostic>) -> Result<(), Lost> {
        // If earlier replacements left users to delete, these deletions free places that need not balance. Then users
        // that can make room for themselves do so before places go round.
        let is_balanced = self.work.iter().all(|work| work.deletes.len() <= 1);
        let mut candidates = 0..users.len();
        loop {
            self.go_on();
            if (0..self.instances.len()).all(|index| self.next_waiting(index).is_none()) {
                return Ok(());
            }
            if is_balanced && self.go_round()? {
                continue;
            }
            if let Some(place) = candidates.find(|place| self.may_be_deleted_first(*place)) {
                if delete_first(users, self.work, place, "the instance is full", notices) {
                    self.delete(place);
                }
            } else if !(self.go_round()? || self.lend()) {
                return Err(Lost);
            }
        }
    }

    /// Each creation waits for the deletion that frees its place, and for the deletions whose places are lost. The last
    /// of these waits for the others, so that creations wait for the last one only.
    fn waits(&self) -> Vec<(Waiter, Deletion)> {
        let mut waits = Vec::new();
        for (user, place) in self.places.iter().enumerate() {
            let lost = self.limit_of(user).and_then(|index| self.instances.get(index)?.lost.last());
            let place = match place {
                Some(Place::After(deletion)) => Some(deletion),
                Some(Place::Free) | None => None,
            };
            waits.extend(place.into_iter().chain(lost).map(|from| (Waiter::Creation(user), *from)));
        }
        for instance in &self.instances {
            if let Some((last, others)) = instance.lost.split_last() {
                waits.extend(others.iter().map(|from| (Waiter::Deletion(*last), *from)));
            }
        }
        waits
    }

    /// Starts with users that need not wait for a creation: first deletions, then users that wait for a place.
    fn begin(&mut self) {
        let with = |room: &Self, is: &dyn Fn(&Work) -> bool| -> Vec<usize> {
            room.work.iter().zip(0..).filter(|(work, _)| is(work)).map(|(_, place)| place).collect()
        };
        for place in with(self, &|work| work.creates.is_none()) {
            self.delete(place);
        }
        for place in with(self, &|work| work.creates.is_some() && work.deletes_first) {
            self.delete(place);
        }
        // Users that also free a place come first.
        for is_new in [false, true] {
            let waits = |work: &Work| {
                let is_head = work.creates.is_some() && !work.deletes_first && work.name_from.is_none();
                is_head && work.deletes.is_empty() == is_new
            };
            for place in with(self, &waits) {
                self.wait(place);
            }
        }
    }

    /// Lets a user wait for a place if its instance has a limit; creates it at once otherwise.
    fn wait(&mut self, place: usize) {
        match self.limit_of(place) {
            Some(index) => {
                if let Some(instance) = self.instances.get_mut(index) {
                    instance.waiting.push_back(place);
                    self.moving.push(index);
                }
            }
            None => {
                let freed = self.make(place, None);
                self.give(freed);
            }
        }
    }

    /// The next user that gets a place in an instance.
    fn next_waiting(&mut self, index: usize) -> Option<usize> {
        let instance = self.instances.get_mut(index)?;
        while let Some(place) = instance.waiting.front() {
            if self.is_made.get(*place) == Some(&false) {
                return Some(*place);
            }
            instance.waiting.pop_front();
        }
        None
    }

    /// Whether a user waits for a place in an instance, or waits for ever because of the instance's limit.
    fn is_full(&mut self, index: usize) -> bool {
        self.next_waiting(index).is_some()
            || self.instances.get(index).is_some_and(|instance| !instance.lost.is_empty())
    }

    /// Hands out free places to waiting users, until no instance has both.
    fn go_on(&mut self) {
        while let Some(index) = self.moving.pop() {
            while let Some(place) = self.next_waiting(index)
                && let Some(free) = self.instances.get_mut(index).and_then(|there| there.free.pop_front())
            {
                let freed = self.make(place, Some(free));
                self.give(freed);
            }
        }
    }

    /// Lets places go round through users that wait for each other, before the places leave an instance of these users.
    /// Returns whether a user got a place.
    fn go_round(&mut self) -> Result<bool, Lost> {
        let mut found = false;
        for start in 0..self.instances.len() {
            while self.next_waiting(start).is_some()
                && let Some(leaves) = self.instances.get(start).and_then(|instance| instance.last)
                && let Some(free) = self.places.get(leaves).copied().flatten()
            {
                let back = self.round(start, free)?;
                if let Some(place) = self.places.get_mut(leaves) {
                    *place = Some(back);
                }
                found = true;
            }
        }
        Ok(found)
    }

    /// Hands a place on from user to user, until a place is back in the first instance.
    fn round(&mut self, start: usize, mut free: Place) -> Result<Place, Lost> {
        let mut index = start;
        loop {
            let place = self.next_waiting(index).ok_or(Lost)?;
            let mut freed = self.make(place, Some(free));
            let back = freed.iter().position(|(index, _)| *index == start);
            let mut on = || {
                (0..freed.len()).find(|which| {
                    freed.get(*which).is_some_and(|(index, _)| self.next_waiting(*index).is_some())
                })
            };
            let which = back.or_else(&mut on).ok_or(Lost)?;
            (index, free) = freed.swap_remove(which);
            self.give(freed);
            if index == start {
                return Ok(free);
            }
        }
    }

    /// Lets users that are deleted first lend their own places, for when nothing else helps. Returns whether a user
    /// did.
    fn lend(&mut self) -> bool {
        let mut found = false;
        for index in 0..self.instances.len() {
            if self.next_waiting(index).is_some()
                && let Some(instance) = self.instances.get_mut(index)
                && let Some(keeps) = instance.keeps.take()
            {
                instance.last = Some(keeps);
                found = true;
            }
        }
        found
    }

    /// Whether a user still waits, and deleting it first would make room for it.
    fn may_be_deleted_first(&self, place: usize) -> bool {
        let waits = self.is_made.get(place) == Some(&false);
        waits && self.work.get(place).is_some_and(Work::stays) && self.limit_of(place).is_some()
    }

    /// Frees the places of a user that is not created first. One of its deletions makes room for its own creation.
    fn delete(&mut self, place: usize) {
        let mut freed = self.deleted(place);
        let Some(work) = self.work.get(place).filter(|work| work.creates.is_some()) else {
            return self.give(freed);
        };
        let takes_a_name = work.name_from.is_some_and(|from| from.user != place);
        let own = self.limit_of(place).and_then(|own| freed.iter().position(|(index, _)| *index == own));
        match own {
            _ if takes_a_name => {}
            Some(own) => {
                let (index, free) = freed.swap_remove(own);
                let last = self.instances.get(index).and_then(|instance| instance.last);
                // A user that is deleted first frees nothing more when it is created.
                self.make(place, Some(free));
                if let Some(instance) = self.instances.get_mut(index) {
                    (instance.last, instance.keeps) = (last, Some(place));
                }
            }
            None => self.wait(place),
        }
        self.give(freed);
    }

    /// Creates a user and deletes the users that it replaces, which may let the next user be created. Returns the freed
    /// places that no user has taken.
    fn make(&mut self, place: usize, free: Option<Place>) -> Vec<(usize, Place)> {
        let mut left = Vec::new();
        let mut next = vec![(place, free)];
        while let Some((place, free)) = next.pop() {
            if let Some(made) = self.is_made.get_mut(place) {
                *made = true;
            }
            if let Some(own) = self.places.get_mut(place) {
                *own = free;
            }
            if let Some(instance) = self.limit_of(place).and_then(|index| self.instances.get_mut(index)) {
                instance.last = Some(place);
            }
            if self.work.get(place).is_some_and(|work| !work.deletes_first) {
                self.free(place, &mut next, &mut left);
            }
        }
        left
    }

    /// The places that the deletions of a user free, without those that a user takes together with a name.
    fn deleted(&mut self, place: usize) -> Vec<(usize, Place)> {
        let (mut next, mut left) = (Vec::new(), Vec::new());
        self.free(place, &mut next, &mut left);
        for (heir, free) in next {
            left.extend(self.make(heir, free));
        }
        left
    }

    fn free(&mut self, place: usize, next: &mut Vec<(usize, Option<Place>)>, left: &mut Vec<(usize, Place)>) {
        let deletes = self.work.get(place).map(|work| work.deletes.as_slice()).unwrap_or_default();
        for (nth, (instance, _)) in deletes.iter().enumerate() {
            let deletion = Deletion { user: place, nth };
            let heir = self.heirs.get(&deletion).copied();
            let Some(index) = self.limited.get(instance).copied() else {
                next.extend(heir.map(|heir| (heir, None)));
                continue;
            };
            match (heir, self.instances.get_mut(index).filter(|there| there.excess > 0)) {
                (Some(heir), None) => next.push((heir, Some(Place::After(deletion)))),
                (None, None) => left.push((index, Place::After(deletion))),
                (heir, Some(instance)) => {
                    instance.excess -= 1;
                    instance.lost.push(deletion);
                    // The heir gets the name now, and waits for another place.
                    instance.waiting.extend(heir);
                    self.moving.push(index);
                }
            }
        }
    }

    fn give(&mut self, freed: Vec<(usize, Place)>) {
        for (index, place) in freed {
            if let Some(instance) = self.instances.get_mut(index) {
                instance.free.push_back(place);
                self.moving.push(index);
            }
        }
    }

    /// The instance with a limit in which a user is created; `None` if it has no limit.
    fn limit_of(&self, place: usize) -> Option<usize> {
        self.limited.get(self.work.get(place)?.creates.as_ref()?).copied()
    }
}
