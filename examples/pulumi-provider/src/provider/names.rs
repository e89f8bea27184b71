//! Names that users of one program exchange.
//!
//! A name is unique in an instance, and Pulumi deletes what it has replaced only after everything else. So where
//! somebody has the new name, or waits for the old one, the old user is deleted first. The engine comes to one user
//! after the other: only when that deletion is carried out can be told whether who has the name gives it up. If not,
//! the deletion is refused, and nobody is lost.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use connect_user::{
    engine::{Failure, Filter, Resource, Snapshot},
    user::Value,
};

/// How long the engine is given to come to the other users.
const PAUSES: u32 = 100;
/// How long the others are given to be made again, before a refusal makes the engine cancel them.
const LAST_PAUSES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// What this run has learnt of names.
#[derive(Default)]
pub struct Names(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The users that are replaced, by their ids.
    replaced: HashMap<String, Replaced>,
    /// Who was the first to ask for a name.
    claims: HashMap<Name, String>,
    /// The ids of the users that are about to be deleted, or were.
    leaving: HashSet<String>,
    /// The names under which users are to be made again that were deleted for it.
    unmade: HashSet<Name>,
}

/// An instance, and a name in it.
type Name = (String, String);

struct Replaced {
    to: Name,
    /// The name without what is secret.
    shown: String,
    /// The id of who has that name.
    holder: Option<String>,
}

impl Names {
    /// A user is replaced by one with this name. Whether it has to be deleted before that one is made.
    pub async fn replace(
        &self,
        users: &Resource,
        id: &str,
        old: &Snapshot,
        to: (&str, &str),
        shown: String,
    ) -> Result<bool, Failure> {
        let text = |name| old.outputs.get(name).and_then(Value::as_str);
        let keeps = (text("instanceId"), text("name")) == (Some(to.0), Some(to.1));
        let holder = if keeps { Some(id.to_owned()) } else { holder(users, to.0, to.1).await? };
        let to = (to.0.to_owned(), to.1.to_owned());
        let mut known = self.known();
        let is_awaited = known.replaced.values().any(|other| other.holder.as_deref() == Some(id));
        let is_deleted_first = is_awaited || holder.is_some();
        known.claims.entry(to.clone()).or_insert_with(|| id.to_owned());
        known.replaced.insert(id.to_owned(), Replaced { to, shown, holder });
        Ok(is_deleted_first)
    }

    /// The user is about to be deleted: waits until whoever has its new name is, too.
    ///
    /// # Errors
    ///
    /// Why the user must stay. A failure makes the engine cancel what is under way, so it comes once nobody who was
    /// deleted for a new name is missing under it.
    pub async fn free(&self, id: &str) -> Result<(), String> {
        self.known().leaving.insert(id.to_owned());
        for _ in 0..PAUSES {
            if self.known().leave(id).is_ok() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        let left = {
            let mut known = self.known();
            known.leave(id).inspect_err(|_| known.stay(id))
        };
        for _ in 0..LAST_PAUSES {
            if left.is_ok() || self.known().unmade.is_empty() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        left
    }

    /// The user was not deleted after all.
    pub fn stays(&self, id: &str) {
        self.known().stay(id);
    }

    /// A user with this name was created, or could not be.
    pub fn made(&self, (instance, name): (&str, &str)) {
        self.known().unmade.remove(&(instance.to_owned(), name.to_owned()));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Lets a user be deleted, if it may be.
    fn leave(&mut self, id: &str) -> Result<(), String> {
        self.turn(id)?;
        self.unmade.extend(self.replaced.get(id).map(|replaced| replaced.to.clone()));
        Ok(())
    }

    fn stay(&mut self, id: &str) {
        self.leaving.remove(id);
        if let Some(replaced) = self.replaced.get(id) {
            self.unmade.remove(&replaced.to);
        }
    }

    /// Whether a user may be deleted, or why not: follows the names from one holder to the next, to a name that is free
    /// or around to the user itself.
    fn turn(&self, id: &str) -> Result<(), String> {
        let mut seen = HashSet::from([id]);
        let (mut at, mut name) = (id, "");
        loop {
            if !self.leaving.contains(at) {
                let help = "choose another name, or change this user in a deployment of its own once that one is free";
                return Err(format!(
                    "the name `{name}` is taken by a user that is not deleted first; {help}"
                ));
            }
            let Some(replaced) = self.replaced.get(at) else { return Ok(()) };
            name = &replaced.shown;
            if self.claims.get(&replaced.to).is_none_or(|first| first != at) {
                return Err(format!("two users are to get the name `{name}`; give each a name of its own"));
            }
            match &replaced.holder {
                Some(holder) if seen.insert(holder) => at = holder,
                _ => return Ok(()),
            }
        }
    }
}

/// The id of who has the name.
async fn holder(users: &Resource, instance: &str, name: &str) -> Result<Option<String>, Failure> {
    let mut pages = users.list(instance, Filter::builder().name(name).build(), false);
    while let Some(page) = pages.next_page().await? {
        let is_so = |user: &&Snapshot| user.outputs.get("name").and_then(Value::as_str) == Some(name);
        if let Some(found) = page.iter().find(is_so) {
            return Ok(found.id().map(|id| id.to_string()));
        }
    }
    Ok(None)
}
