//! Room in instances: which deletion makes room for which creation.
//!
//! Each creation takes a place in its instance, and each deletion gives one back in its own. Places are handed
//! on: a creation that gets the place of a deletion waits for it, so that no instance ever has more users than
//! it may, however the calls interleave.
//!
//! Who is replaced takes a place in one instance and then gives one back, in the same or in another: a place
//! walks from instance to instance. Where it ends too early, some users remain who all wait for each other.
//! Their places balance, so that a place that once left one of these instances can go round through all of
//! them before it leaves (as in Hierholzer's walk over all edges of a graph). Only where none ever came by, a
//! replaced user within an instance is deleted first, which gives one.
//!
//! An instance that is above its limit loses the places of as many deletions as bring it back to the limit.
//! All of them come before any creation there.

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
    /// It is free from the beginning.
    Free,
    /// It is free after a deletion.
    After(Deletion),
}

/// An instance with a limit.
#[derive(Debug, Default)]
struct Instance {
    free: VecDeque<Place>,
    /// By how many users it is above its limit, beyond the deletions of `lost`.
    excess: usize,
    /// The deletions whose places nobody gets.
    lost: Vec<Deletion>,
    /// Who waits for a place.
    waiting: VecDeque<usize>,
    /// Somebody who got one.
    last: Option<usize>,
    /// Somebody who is deleted first and keeps the own place.
    keeps: Option<usize>,
}

/// A place was handed on and has not come back.
struct Lost;

struct Room<'a> {
    work: &'a mut [Work],
    instances: Vec<Instance>,
    limited: HashMap<InstanceId, usize>,
    /// Who takes the name that a deletion frees, and its place with it.
    heirs: HashMap<Deletion, usize>,
    /// The place that each user gets.
    places: Vec<Option<Place>>,
    is_made: Vec<bool>,
    /// Instances with somebody waiting and perhaps a free place.
    moving: Vec<usize>,
}

/// Who waits for which deletion. Where a plan cannot fit, it says so in `reasons`.
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
    // Whoever brings an instance to its limit may have got a place that others were then lent.
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

    /// Hands places out until nobody waits. Nothing else can be tried where one is lost.
    fn hand_out(&mut self, users: &mut [UserPreview], notices: &mut Vec<Diagnostic>) -> Result<(), Lost> {
        // Users whom earlier replacements have left give places that need not balance: then whoever can make room
        // for itself does so before places go round.
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

    /// Who waits for the deletion that gives the place, and for those whose places are lost: the last of these
    /// waits for the others, so that nobody else has to.
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

    /// Everybody who need not wait for a creation: deletions, and then those who wait for a place.
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
        // Who gives a place back goes first.
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

    /// A user waits for a place, where its instance has a limit.
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

    /// Who is next to get a place in an instance.
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

    /// Whether somebody waits for a place in an instance, or waits for ever because of its limit.
    fn is_full(&mut self, index: usize) -> bool {
        self.next_waiting(index).is_some()
            || self.instances.get(index).is_some_and(|instance| !instance.lost.is_empty())
    }

    /// Hands places out as long as there are some.
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

    /// Lets places go round through those who wait for each other, before they leave an instance of theirs.
    /// Returns whether somebody got one.
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

    /// Hands a place on from user to user, until it is back in its instance.
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

    /// Lets those who are deleted first lend their own places, where nothing else helps.
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

    /// Whether a user still waits, and would make room for itself.
    fn may_be_deleted_first(&self, place: usize) -> bool {
        let waits = self.is_made.get(place) == Some(&false);
        waits && self.work.get(place).is_some_and(Work::stays) && self.limit_of(place).is_some()
    }

    /// The deletions of a user who is not created first. One of them makes room for its own creation.
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
                // Who is deleted first gives nothing more when it is made.
                self.make(place, Some(free));
                if let Some(instance) = self.instances.get_mut(index) {
                    (instance.last, instance.keeps) = (last, Some(place));
                }
            }
            None => self.wait(place),
        }
        self.give(freed);
    }

    /// A user is made, and whoever it was made instead of is deleted, which may make the next one. Returns
    /// the places that nobody has taken.
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

    /// The places that the deletions of a user give and that nobody takes with a name.
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
                    // Its name is free, and it gets another place.
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

    /// Which instance with a limit a user is created in.
    fn limit_of(&self, place: usize) -> Option<usize> {
        self.limited.get(self.work.get(place)?.creates.as_ref()?).copied()
    }
}
