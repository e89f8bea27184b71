//! Names that users of one program hand to each other, in an engine that deletes late.
//!
//! A name is unique in an instance, and such an engine deletes what it has replaced only after everything else. So
//! where somebody has the new name, or waits for the old one, the old user is deleted first. The engine comes to one
//! user after the other: only when that deletion is carried out can be told whether who has the name gives it up. So
//! a user is deleted once its new name is free. Only users that pass their names round in a circle are deleted once
//! each of them is about to be: none of those names is free before. Otherwise the deletion is refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{failure::Failure, leaves::Leaves, stop::Pauses};
use crate::{
    client::Sleep,
    user::{Code, Diagnostic, InstanceId, Operation, Path, Property, UserId},
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
    /// The users that are about to be deleted, or were, and how far that is.
    leaving: BTreeMap<UserId, Progress>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    /// Waits for its turn.
    Waiting,
    /// Is being deleted: nobody knows yet whether its name becomes free.
    Going,
    Gone,
}

/// What is to be done with a user that is about to be deleted.
enum Turn {
    Delete,
    /// Its new name is about to become free.
    Wait,
    /// Nothing says that its new name becomes free, so far.
    Refuse(Failure),
}

/// An instance, and a name in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) instance: InstanceId,
    pub(super) name: String,
}

#[derive(Debug)]
struct Replaced {
    to: Name,
    /// Who has that name.
    holder: Option<UserId>,
    /// Whether it was made again, or could not be.
    is_made: bool,
}

impl Name {
    /// That of a user; nothing while it is not known.
    pub(super) fn of(values: &Leaves) -> Option<Self> {
        let text = |property| values.get(property)?.as_str();
        let instance = InstanceId::new(text(Property::InstanceId)?).to_bare();
        Some(Self { instance, name: text(Property::Name)?.to_owned() })
    }
}

impl Handover {
    /// A user is replaced by one of another name, or of its own, which somebody has. Whether it has to be deleted
    /// before that one is made.
    pub(super) fn replace(&self, user: &UserId, to: Name, holder: Option<UserId>) -> bool {
        let user = user.to_bare();
        let mut known = self.known();
        let is_awaited = known.replaced.values().any(|other| other.holder.as_ref() == Some(&user));
        // Nobody is made under a name that another one is to get: the deletion before that is refused.
        let is_claimed = *known.claims.entry(to.clone()).or_insert_with(|| user.clone()) != user;
        let is_deleted_first = is_awaited || is_claimed || holder.is_some();
        known.replaced.insert(user, Replaced { to, holder, is_made: false });
        is_deleted_first
    }

    /// The user, of this name, is about to be deleted: waits until its new name is free, or everybody in its circle is
    /// about to be deleted too.
    ///
    /// # Errors
    ///
    /// Why the user must stay. A failure makes an engine cancel what is under way, so it comes once nobody who was
    /// deleted for a new name is missing under it.
    pub(super) async fn leave(
        &self,
        user: &UserId,
        name: &str,
        pauses: Option<&Pauses>,
    ) -> Result<(), Failure> {
        let user = user.to_bare();
        self.known().leaving.insert(user.clone(), Progress::Waiting);
        let left = self.turn(&user, name, pauses).await;
        if left.is_ok() {
            return Ok(());
        }
        self.stay(&user);
        if let Some(pauses) = pauses {
            for _ in 0..LAST_PAUSES {
                if pauses.token.is_cancelled() || !self.known().is_anybody_missing() {
                    break;
                }
                pauses.sleep(PAUSE).await;
            }
        }
        left
    }

    async fn turn(&self, user: &UserId, name: &str, pauses: Option<&Pauses>) -> Result<(), Failure> {
        let mut left = PAUSES;
        loop {
            let turn = self.known().leave(user);
            let Some(pauses) = pauses else {
                return match turn {
                    Turn::Delete => Ok(()),
                    Turn::Wait => Err(not_deleted_first(name)),
                    Turn::Refuse(failure) => Err(failure),
                };
            };
            match turn {
                Turn::Delete => return Ok(()),
                _ if pauses.token.is_cancelled() => {
                    let error = pauses.token.refuse(Operation::DeleteUser);
                    let what = format_args!("the user `{name}` is not deleted");
                    return Err(Failure::of_call(what, &error, Path::root()));
                }
                Turn::Wait => {}
                Turn::Refuse(failure) if left == 0 => return Err(failure),
                Turn::Refuse(_) => left -= 1,
            }
            pauses.sleep(PAUSE).await;
        }
    }

    /// The user is deleted.
    pub(super) fn gone(&self, user: &UserId) {
        self.known().leaving.insert(user.to_bare(), Progress::Gone);
    }

    /// The user was not deleted after all.
    pub(super) fn stay(&self, user: &UserId) {
        self.known().leaving.remove(&user.to_bare());
    }

    /// A user of this name was created, or could not be.
    pub(super) fn made(&self, name: &Name) {
        let mut known = self.known();
        let is_it = |replaced: &&mut Replaced| replaced.to == *name;
        known.replaced.values_mut().filter(is_it).for_each(|replaced| replaced.is_made = true);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Lets a user be deleted, if it may be.
    fn leave(&mut self, user: &UserId) -> Turn {
        let turn = self.turn(user);
        if let Turn::Delete = turn {
            self.leaving.insert(user.clone(), Progress::Going);
        }
        turn
    }

    /// Whether somebody was deleted for a new name who is not made under it yet.
    fn is_anybody_missing(&self) -> bool {
        let is_missing = |(user, replaced): (&UserId, &Replaced)| {
            !replaced.is_made && self.leaving.get(user).is_some_and(|progress| *progress >= Progress::Going)
        };
        self.replaced.iter().any(is_missing)
    }

    fn is_gone(&self, user: &UserId) -> bool {
        self.leaving.get(user) == Some(&Progress::Gone)
    }

    /// Follows the names from one holder to the next: to a name that is free, or around to the user itself.
    fn turn(&self, user: &UserId) -> Turn {
        let mut seen = BTreeSet::from([user]);
        let (mut at, mut name) = (user, "");
        loop {
            if !self.leaving.contains_key(at) {
                return Turn::Refuse(not_deleted_first(name));
            }
            let Some(replaced) = self.replaced.get(at) else { break };
            name = &replaced.to.name;
            if self.claims.get(&replaced.to).is_none_or(|first| first != at) {
                return Turn::Refuse(taken(
                    format!("two users are to get the name `{name}`"),
                    "give each a name of its own",
                ));
            }
            match &replaced.holder {
                // In a circle, everybody waits for everybody.
                Some(holder) if holder == user => return Turn::Delete,
                // The name is free.
                Some(holder) if at == user && self.is_gone(holder) => return Turn::Delete,
                Some(holder) if seen.insert(holder) => at = holder,
                // A circle that the user is not in: two of its names are one.
                Some(_) => return Turn::Refuse(not_deleted_first(name)),
                None => break,
            }
        }
        if at == user { Turn::Delete } else { Turn::Wait }
    }
}

fn not_deleted_first(name: &str) -> Failure {
    taken(
        format!("the name `{name}` is taken by a user that is not deleted first"),
        "choose another name, or change this user in a deployment of its own once that one is free; users that \
         exchange their names are deleted side by side, so let the engine take as many steps at the same time",
    )
}

fn taken(message: String, help: &str) -> Failure {
    let taken = Diagnostic::new(Code::NAME_TAKEN, message).with_help(help).at(Property::Name);
    Failure::of(vec![taken])
}
