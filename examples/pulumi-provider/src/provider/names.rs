//! Names that users of one program exchange.
//!
//! A name is unique in an instance, and Pulumi deletes what it has replaced only after everything else. So where
//! somebody has the new name, or has just given it up, the old user is deleted first. The engine comes to one user
//! after the other: only when that deletion is carried out can be told whether who has the name belongs to the same
//! program. If not, the deletion is refused, and nobody is lost.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use connect_user::{
    engine::{Failure, Filter, Resource, Snapshot},
    user::Value,
};

/// How long the engine is given to come to the other user.
const PAUSES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// What this run has learnt of names.
#[derive(Default)]
pub struct Names(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The ids of the program's users, as far as they were met.
    met: HashSet<String>,
    /// Names of users that were deleted, or are about to be, with their instances.
    freed: HashSet<(String, String)>,
    /// The name that a user is to get, and the id of who has it.
    taken: HashMap<String, (String, String)>,
}

impl Names {
    /// The program has this user.
    pub fn meet(&self, id: &str) {
        self.known().met.insert(id.to_owned());
    }

    /// Whether the user has to be deleted before another with this name is made.
    pub async fn is_taken(
        &self,
        users: &Resource,
        id: &str,
        instance: &str,
        name: &str,
    ) -> Result<bool, Failure> {
        let holder = holder(users, instance, name).await?;
        let mut known = self.known();
        Ok(match holder {
            Some(holder) => {
                known.taken.insert(id.to_owned(), (name.to_owned(), holder));
                true
            }
            None => known.freed.contains(&(instance.to_owned(), name.to_owned())),
        })
    }

    /// The user is about to be deleted. The name that it waits for, where somebody has it who is no user of the
    /// program.
    pub async fn free(&self, id: &str, user: &Snapshot) -> Result<(), String> {
        let taken = self.known().taken.get(id).cloned();
        if let Some((name, holder)) = taken {
            let mut pauses = 0..PAUSES;
            while !self.known().met.contains(&holder) {
                if pauses.next().is_none() {
                    return Err(name);
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        let text = |name| user.outputs.get(name).and_then(Value::as_str).map(str::to_owned);
        self.known().freed.extend(text("instanceId").zip(text("name")));
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
