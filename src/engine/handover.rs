//! Names that users of one program hand to each other, in an engine that deletes late.
//!
//! A name is unique in an instance, and such an engine deletes replaced users only after everything else. So if the new
//! name of a user is taken by another user, or another user waits for its old name, the old user is deleted first. The
//! engine processes one user after another: only when that deletion is carried out is it known whether the user with
//! the name frees it. So a user is deleted once its new name is free. Users that exchange their names in a cycle are
//! deleted once the deletion of each of them has been requested, because none of those names is free before. Otherwise
//! the deletion is refused.

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

/// Number of pauses in which the engine may request the deletion of the other users.
const PAUSES: u32 = 100;
/// Number of pauses in which the other users may be created again, before a refusal makes the engine cancel them.
const LAST_PAUSES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// What a run knows of names that move from one user to another.
#[derive(Debug, Default)]
pub(super) struct Handover(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The users that will be replaced.
    replaced: BTreeMap<UserId, Replaced>,
    /// The user that was the first to ask for a name.
    claims: BTreeMap<Name, UserId>,
    /// The users whose deletion was requested, and its progress.
    leaving: BTreeMap<UserId, Progress>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Progress {
    /// The deletion waits for its turn.
    Waiting,
    /// The deletion is under way: it is not known yet whether the name becomes free.
    Going,
    Gone,
}

/// What to do with a user whose deletion was requested.
enum Turn {
    Delete,
    /// The new name of the user is about to become free.
    Wait,
    /// So far nothing shows that the new name becomes free.
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
    /// The user that has that name.
    holder: Option<UserId>,
    /// Whether the new user was created, or its creation failed.
    is_made: bool,
}

impl Name {
    /// Returns the name of a user; `None` while it is not known.
    pub(super) fn of(values: &Leaves) -> Option<Self> {
        let text = |property| values.get(property)?.as_str();
        let instance = InstanceId::new(text(Property::InstanceId)?).to_bare();
        Some(Self { instance, name: text(Property::Name)?.to_owned() })
    }
}

impl Handover {
    /// Records that a user will be replaced by a user with the name `to`; `holder` is the user that has that name.
    /// Returns whether the old user must be deleted before the new one is created.
    pub(super) fn replace(&self, user: &UserId, to: Name, holder: Option<UserId>) -> bool {
        let user = user.to_bare();
        let mut known = self.known();
        let is_awaited = known.replaced.values().any(|other| other.holder.as_ref() == Some(&user));
        // If another user claimed the name first, no user is created with it here: the deletion before the creation is
        // refused.
        let is_claimed = *known.claims.entry(to.clone()).or_insert_with(|| user.clone()) != user;
        let is_deleted_first = is_awaited || is_claimed || holder.is_some();
        known.replaced.insert(user, Replaced { to, holder, is_made: false });
        is_deleted_first
    }

    /// Requests the deletion of the user with this name: waits until its new name is free, or the deletion of each user
    /// in its cycle was requested.
    ///
    /// # Errors
    ///
    /// Returns why the user must stay. A failure makes an engine cancel what is under way, so the failure is returned
    /// only once every user that was deleted for a new name exists again with it.
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

    /// Records that the user was deleted.
    pub(super) fn gone(&self, user: &UserId) {
        self.known().leaving.insert(user.to_bare(), Progress::Gone);
    }

    /// Records that the user was not deleted after all.
    pub(super) fn stay(&self, user: &UserId) {
        self.known().leaving.remove(&user.to_bare());
    }

    /// Records that a user with this name was created, or that its creation failed.
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
    /// Decides whether the user may be deleted now, and if so, records that its deletion is under way.
    fn leave(&mut self, user: &UserId) -> Turn {
        let turn = self.turn(user);
        if let Turn::Delete = turn {
            self.leaving.insert(user.clone(), Progress::Going);
        }
        turn
    }

    /// Whether a user was deleted for a new name and does not exist with that name yet.
    fn is_anybody_missing(&self) -> bool {
        let is_missing = |(user, replaced): (&UserId, &Replaced)| {
            !replaced.is_made && self.leaving.get(user).is_some_and(|progress| *progress >= Progress::Going)
        };
        self.replaced.iter().any(is_missing)
    }

    fn is_gone(&self, user: &UserId) -> bool {
        self.leaving.get(user) == Some(&Progress::Gone)
    }

    /// Follows the names from one user to the next: to a free name, or around a cycle back to the user.
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
                // In a cycle, each user waits for another.
                Some(holder) if holder == user => return Turn::Delete,
                // The name is free.
                Some(holder) if at == user && self.is_gone(holder) => return Turn::Delete,
                Some(holder) if seen.insert(holder) => at = holder,
                // A cycle without this user: two users have the same new name.
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
