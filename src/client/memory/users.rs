//! The users of an instance: by id, by name, and the hidden users.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::refusal::Check;
use crate::{
    client::answer::UserDescription,
    user::{LastModified, Proficiencies, SortedSet, Timestamp, UserId},
};

#[derive(Clone, Debug)]
pub(super) struct StoredUser {
    pub(super) description: UserDescription,
    pub(super) proficiencies: Proficiencies,
    /// When and where the proficiencies were last changed; `None` if they never were.
    pub(super) proficiencies_modified: Option<LastModified>,
    /// Number of calls for which the user is still hidden.
    pub(super) hidden_reads: u32,
    /// Time until which the user is hidden.
    pub(super) hidden_until: Timestamp,
}

/// Ids are created in ascending order, so the order by id is the order of creation.
#[derive(Debug, Default)]
pub(super) struct Users {
    by_id: BTreeMap<UserId, Box<StoredUser>>,
    /// Users by their name in lower case: a search ignores case, a creation does not.
    by_name: BTreeMap<String, SortedSet<UserId>>,
    /// The users that were hidden from the last call that looked for them.
    hidden: BTreeSet<UserId>,
    /// The users that have changed since the last write, each as it was then; `None` if it did not exist.
    changed: BTreeMap<UserId, Option<Box<StoredUser>>>,
}

impl Users {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &StoredUser> {
        self.by_id.values().map(|user| &**user)
    }

    pub(super) fn get(&self, id: &UserId) -> Option<&StoredUser> {
        self.by_id.get(id).map(|user| &**user)
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.named(name).filter_map(|id| self.get(id)).any(|user| user.description.name == name)
    }

    /// Adds a user, or replaces the user with its id.
    pub(super) fn put(&mut self, user: impl Into<Box<StoredUser>>) {
        let user = user.into();
        let id = user.description.user_id.to_bare();
        let before = self.take(&id);
        self.changed.entry(id.clone()).or_insert(before);
        self.by_name.entry(key(&user.description.name)).or_default().insert(id.clone());
        if user.hidden_reads > 0 || user.hidden_until > Timestamp::default() {
            self.hidden.insert(id.clone());
        }
        self.by_id.insert(id, user);
    }

    /// Removes a user. Returns whether it existed.
    pub(super) fn remove(&mut self, id: &UserId) -> bool {
        let Some(before) = self.take(id) else { return false };
        self.changed.entry(id.to_bare()).or_insert(Some(before));
        true
    }

    fn take(&mut self, id: &UserId) -> Option<Box<StoredUser>> {
        let user = self.by_id.remove(id)?;
        let name = key(&user.description.name);
        if let Some(ids) = self.by_name.get_mut(&name) {
            ids.remove(id);
            if ids.is_empty() {
                self.by_name.remove(&name);
            }
        }
        self.hidden.remove(id);
        Some(user)
    }

    /// Returns a user, unless it is hidden.
    pub(super) fn seen(&mut self, id: &UserId, now: Timestamp) -> Option<&StoredUser> {
        self.seen_mut(id, now).map(|user| &*user)
    }

    /// Changes a user, unless it is hidden. The name must stay the same: for a renamed user, use [`put`](Self::put).
    pub(super) fn change(
        &mut self,
        id: &UserId,
        now: Timestamp,
        work: impl FnOnce(&mut StoredUser) -> Check,
    ) -> Option<Check> {
        let user = self.seen_mut(id, now)?;
        let before = Box::new(user.clone());
        let done = work(user);
        if done.is_ok() {
            self.changed.entry(id.to_bare()).or_insert(Some(before));
        }
        Some(done)
    }

    fn seen_mut(&mut self, id: &UserId, now: Timestamp) -> Option<&mut StoredUser> {
        let user = &mut **self.by_id.get_mut(id)?;
        if self.hidden.contains(id) {
            if !user.is_seen(now) {
                return None;
            }
            self.hidden.remove(id);
        }
        Some(user)
    }

    /// Returns the visible users, beginning with an id; only those with a name, without regard to case, if one is
    /// given. Each such call counts as a read of every hidden user.
    pub(super) fn all_seen<'a>(
        &'a mut self,
        name: Option<&str>,
        from: Option<&'a UserId>,
        now: Timestamp,
    ) -> Box<dyn Iterator<Item = &'a StoredUser> + 'a> {
        let Self { by_id, hidden, .. } = &mut *self;
        hidden.retain(|id| by_id.get_mut(id).is_some_and(|user| !user.is_seen(now)));
        let this = &*self;
        let start = from.map_or(Bound::Unbounded, Bound::Included);
        let users: Box<dyn Iterator<Item = (&UserId, &StoredUser)>> = match name {
            None => Box::new(this.by_id.range((start, Bound::Unbounded)).map(|(id, user)| (id, &**user))),
            Some(name) => Box::new(
                this.named(name)
                    .filter(move |id| from.is_none_or(|from| *id >= from))
                    .filter_map(|id| Some((id, this.get(id)?))),
            ),
        };
        Box::new(users.filter(|(id, _)| !this.hidden.contains(id)).map(|(_, user)| user))
    }

    /// Returns the users that have changed since the last write, as they are now; `None` for a deleted user.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&UserId, Option<&StoredUser>)> {
        self.changed.keys().map(|id| (id, self.get(id)))
    }

    /// Undoes all changes since the last write.
    pub(super) fn undo(&mut self) {
        for (id, before) in std::mem::take(&mut self.changed) {
            match before {
                Some(user) => self.put(user),
                None => drop(self.remove(&id)),
            }
        }
        self.changed.clear();
    }

    pub(super) fn is_written(&mut self) {
        self.changed.clear();
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &UserId> + use<'_> {
        self.by_name.get(&key(name)).into_iter().flatten()
    }
}

fn key(name: &str) -> String {
    name.to_lowercase()
}

impl StoredUser {
    /// Records when and where the user was changed, and the proficiencies too if they changed.
    pub(super) fn note_change(&mut self, before: &Proficiencies, now: Timestamp, region: &str) {
        self.description.last_modified_time = Some(now);
        self.description.last_modified_region = Some(region.to_owned());
        if self.proficiencies != *before {
            self.proficiencies_modified = Some(LastModified::new(now, region.to_owned()));
        }
    }

    /// Whether the user is visible; counts a read of a hidden user.
    fn is_seen(&mut self, now: Timestamp) -> bool {
        let counted = self.hidden_reads > 0;
        self.hidden_reads = self.hidden_reads.saturating_sub(1);
        !counted && now >= self.hidden_until
    }
}
