//! Names that users of one program hand to each other, in an engine that deletes late.
//!
//! A name is unique in an instance, and such an engine deletes what it has replaced only after everything else. So
//! where somebody has the new name, or waits for the old one, the old user is deleted first. The engine comes to one
//! user after the other: only when that deletion is carried out can be told whether who has the name gives it up. If
//! not, the deletion is refused, and nobody is lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{failure::Failure, leaves::Leaves, stop::Pauses};
use crate::{
    client::Sleep,
    user::{Code, Diagnostic, Property, UserId},
};

/// How long the engine is given to come to the other users.
const PAUSES: u32 = 100;
/// How long the others are given to be made again, before a refusal makes the engine cancel them.
const LAST_PAUSES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// What a run has learnt of names that change hands.
#[derive(Debug, Default)]
pub(super) struct Handover(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The users that are replaced.
    replaced: BTreeMap<UserId, Replaced>,
    /// Who was the first to ask for a name.
    claims: BTreeMap<Name, UserId>,
    /// The users that are about to be deleted, or were.
    leaving: BTreeSet<UserId>,
    /// The names under which users are to be made again that were deleted for it.
    unmade: BTreeSet<Name>,
}

/// An instance, and a name in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) instance: String,
    pub(super) name: String,
}

#[derive(Debug)]
struct Replaced {
    to: Name,
    /// Who has that name.
    holder: Option<UserId>,
}

impl Name {
    /// That of a user; nothing while it is not known.
    pub(super) fn of(values: &Leaves) -> Option<Self> {
        let text = |property| Some(values.get(property)?.as_str()?.to_owned());
        Some(Self { instance: text(Property::InstanceId)?, name: text(Property::Name)? })
    }
}

impl Handover {
    /// A user is replaced by one of another name, or of its own, which somebody has. Whether it has to be deleted
    /// before that one is made.
    pub(super) fn replace(&self, user: &UserId, to: Name, holder: Option<UserId>) -> bool {
        let user = user.to_bare();
        let mut known = self.known();
        let is_awaited = known.replaced.values().any(|other| other.holder.as_ref() == Some(&user));
        let is_deleted_first = is_awaited || holder.is_some();
        known.claims.entry(to.clone()).or_insert_with(|| user.clone());
        known.replaced.insert(user, Replaced { to, holder });
        is_deleted_first
    }

    /// The user is about to be deleted: waits until whoever has its new name is, too.
    ///
    /// # Errors
    ///
    /// Why the user must stay. A failure makes an engine cancel what is under way, so it comes once nobody who was
    /// deleted for a new name is missing under it.
    pub(super) async fn leave(&self, user: &UserId, pauses: Option<&Pauses>) -> Result<(), Failure> {
        let user = user.to_bare();
        self.known().leaving.insert(user.clone());
        let Some(pauses) = pauses else { return self.known().leave(&user) };
        for _ in 0..PAUSES {
            if self.known().leave(&user).is_ok() {
                return Ok(());
            }
            pauses.sleep(PAUSE).await;
        }
        let left = {
            let mut known = self.known();
            known.leave(&user).inspect_err(|_| known.stay(&user))
        };
        for _ in 0..LAST_PAUSES {
            if left.is_ok() || self.known().unmade.is_empty() {
                break;
            }
            pauses.sleep(PAUSE).await;
        }
        left
    }

    /// The user was not deleted after all.
    pub(super) fn stay(&self, user: &UserId) {
        self.known().stay(&user.to_bare());
    }

    /// A user of this name was created, or could not be.
    pub(super) fn made(&self, name: &Name) {
        self.known().unmade.remove(name);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Lets a user be deleted, if it may be.
    fn leave(&mut self, user: &UserId) -> Result<(), Failure> {
        self.turn(user)?;
        self.unmade.extend(self.replaced.get(user).map(|replaced| replaced.to.clone()));
        Ok(())
    }

    fn stay(&mut self, user: &UserId) {
        self.leaving.remove(user);
        if let Some(replaced) = self.replaced.get(user) {
            self.unmade.remove(&replaced.to);
        }
    }

    /// Whether a user may be deleted, or why not: follows the names from one holder to the next, to a name that is free
    /// or around to the user itself.
    fn turn(&self, user: &UserId) -> Result<(), Failure> {
        let mut seen = BTreeSet::from([user]);
        let (mut at, mut name) = (user, "");
        loop {
            if !self.leaving.contains(at) {
                let help = "choose another name, or change this user in a deployment of its own once that one is free";
                return Err(taken(
                    format!("the name `{name}` is taken by a user that is not deleted first"),
                    help,
                ));
            }
            let Some(replaced) = self.replaced.get(at) else { return Ok(()) };
            name = &replaced.to.name;
            if self.claims.get(&replaced.to).is_none_or(|first| first != at) {
                return Err(taken(
                    format!("two users are to get the name `{name}`"),
                    "give each a name of its own",
                ));
            }
            match &replaced.holder {
                Some(holder) if seen.insert(holder) => at = holder,
                _ => return Ok(()),
            }
        }
    }
}

fn taken(message: String, help: &str) -> Failure {
    let taken = Diagnostic::new(Code::NAME_TAKEN, message).with_help(help).at(Property::Name);
    Failure::of(vec![taken])
}
