//! Reads the users of an instance. Only this module decides what an answer, or a missing answer, means.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::SystemTime,
};

use super::{
    finding::{FindingKind, Reading, not_checked},
    once::Once,
    options::RefreshOptions,
    user::{describe, described_again, find_instance, is_gone, list_proficiencies},
};
use crate::{
    client::{
        ClientError, ClientResult, ConnectClient, ErrorKind, FoundUser, ListUsers, ListedUser, SearchUsers,
        all_pages,
    },
    user::{Diagnostic, InstanceId, Property, PropertySet, Timestamp, UserId, UserState, is_system_tag},
};

/// The users of an instance, from a list.
#[derive(Debug)]
pub(crate) struct ListedUsers {
    pub(crate) by_id: HashMap<UserId, Listed>,
    /// The ids, by user name; an answer may lack some names.
    pub(crate) by_name: HashMap<Arc<str>, UserId>,
}

/// The users of an instance, from a search, without duplicates, ordered by id.
#[derive(Debug)]
pub(crate) struct FoundUsers(Vec<FoundUser>);

/// A user in a list.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The user name; empty if the answer has none.
    name: Arc<str>,
    changed: Option<Timestamp>,
}

/// Results of calls about an instance; each call is made once.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    listed: Once<ClientResult<ListedUsers>>,
    found: Once<ClientResult<FoundUsers>>,
    exists: Once<()>,
    /// The refusal to list proficiencies.
    denied: OnceLock<ClientError>,
    /// Users that were read individually.
    read: Mutex<HashSet<UserId>>,
    /// Whether the search was for some users only.
    is_part: bool,
}

/// The users of one instance.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) instance: &'a InstanceId,
    pub(crate) client: &'a dyn ConnectClient,
    pub(crate) options: &'a RefreshOptions,
    cache: &'a Cache,
    /// The time of reading.
    now: Timestamp,
}

/// The comparison of a recorded user with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The recorded time of change is the listed time.
    Unchanged,
    /// The listed time of change is near one of our own changes; it may hide a change made outside the program.
    Own(Timestamp),
    /// The user may have changed.
    Changed,
    /// The user is not listed.
    Missing,
}

impl ListedUsers {
    fn new(users: Vec<ListedUser>) -> Self {
        let (mut by_id, mut by_name) =
            (HashMap::with_capacity(users.len()), HashMap::with_capacity(users.len()));
        for user in users {
            let (id, name): (UserId, Arc<str>) = (user.user_id.to_bare(), user.name.into());
            if !name.is_empty() {
                by_name.insert(name.clone(), id.clone());
            }
            by_id.insert(id, Listed { name, changed: user.last_modified_time });
        }
        Self { by_id, by_name }
    }

    /// The ids of all users.
    pub(crate) fn ids(&self) -> impl Iterator<Item = UserId> {
        self.by_id.keys().cloned()
    }

    /// Whether a user is listed.
    pub(crate) fn has(&self, user: &UserId) -> bool {
        self.by_id.contains_key(user)
    }
}

impl FoundUsers {
    pub(crate) fn new(mut users: Vec<FoundUser>) -> Self {
        users.sort_by(|one, other| one.user_id.cmp(&other.user_id));
        users.dedup_by(|later, earlier| later.user_id == earlier.user_id);
        Self(users)
    }

    pub(crate) fn get(&self, user: &UserId) -> Option<&FoundUser> {
        self.0.get(self.0.binary_search_by(|found| found.user_id.cmp(user)).ok()?)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, FoundUser> {
        self.0.iter()
    }

    #[cfg(feature = "fleet")]
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }
}

impl Cache {
    /// A cache with the results of a search for the selected users only.
    #[cfg(feature = "fleet")]
    pub(crate) fn of_found(found: FoundUsers) -> Self {
        Self { found: Once::of(Ok(found)), is_part: true, ..Self::default() }
    }

    /// A diagnostic with the reason, if the proficiencies of users were not read.
    pub(crate) fn unchecked(&self, instance: &InstanceId) -> Option<Diagnostic> {
        let denied = self.denied.get()?;
        Some(not_checked(
            format_args!("proficiencies in instance `{}` were not read", instance.bare()),
            denied,
        ))
    }
}

impl<'a> Source<'a> {
    /// A source that uses the clock of the machine.
    pub(crate) fn new(
        instance: &'a InstanceId,
        client: &'a dyn ConnectClient,
        options: &'a RefreshOptions,
        cache: &'a Cache,
    ) -> Self {
        Self { instance, client, options, cache, now: SystemTime::now().into() }
    }

    /// A source with another time of reading.
    pub(crate) const fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// The list of all users, requested once, and again after a temporary failure.
    pub(crate) async fn listed(&self) -> ClientResult<&ListedUsers> {
        let list = || async {
            Ok(ListedUsers::new(all_pages(self.client, ListUsers::new(self.instance.clone())).await?))
        };
        self.cache.listed.get_or_keep(list).await
    }

    /// The results of a search for all users, requested once, and again after a temporary failure.
    pub(crate) async fn found(&self) -> ClientResult<&FoundUsers> {
        let search = || async {
            Ok(FoundUsers::new(all_pages(self.client, SearchUsers::new(self.instance.clone())).await?))
        };
        self.cache.found.get_or_keep(search).await
    }

    /// The results of the search for all users, or its error, if the search was made already.
    #[cfg(feature = "fleet")]
    pub(crate) fn searched(&self) -> Option<&ClientResult<FoundUsers>> {
        self.cache.found.get()
    }

    /// Whether the cached search was made for some users only.
    #[cfg(feature = "fleet")]
    pub(crate) const fn is_part(&self) -> bool {
        self.cache.is_part
    }

    /// Whether the list was requested already, with a result or a permanent failure.
    pub(crate) fn is_listed(&self) -> bool {
        self.cache.listed.get().is_some()
    }

    /// A diagnostic with the reason, if the proficiencies of users were not read.
    pub(crate) fn unchecked(&self) -> Option<Diagnostic> {
        self.cache.unchecked(self.instance)
    }

    /// Whether the user was read individually.
    pub(crate) fn was_read(&self, user: &UserId) -> bool {
        self.cache.read.lock().unwrap_or_else(PoisonError::into_inner).contains(user)
    }

    /// Compares a recorded user with the list.
    pub(crate) fn verdict(&self, known: &UserState, listed: &ListedUsers) -> Verdict {
        let Some(listed) = listed.by_id.get(&known.user_id) else { return Verdict::Missing };
        let is_renamed = !listed.name.is_empty() && *listed.name != *known.name;
        let Some(changed) = listed.changed.filter(|_| !is_renamed && !known.record.in_progress) else {
            return Verdict::Changed;
        };
        let is_own = |written: Timestamp| written.is_within(self.options.clock_skew, changed);
        match known.last_modified_time {
            Some(time) if time == changed => Verdict::Unchanged,
            _ if known.record.last_written.is_some_and(is_own) => Verdict::Own(changed),
            _ => Verdict::Changed,
        }
    }

    /// Reads a user individually.
    pub(crate) async fn read(&self, known: &UserState, proficiencies: bool) -> ClientResult<Reading> {
        let Some(read) = self.describe(known, proficiencies).await? else {
            return self.not_described(known).await;
        };
        let mut all = self.cache.read.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(read.user_id.clone());
        drop(all);
        let renamed = FindingKind::renamed(known, &read);
        Ok(Reading::there(read, renamed))
    }

    /// Reads a user; unless `proficiencies` is set, its proficiencies keep their recorded values.
    async fn describe(&self, known: &UserState, proficiencies: bool) -> ClientResult<Option<UserState>> {
        let Some(mut read) = described_again(self.client, known).await? else { return Ok(None) };
        let is_there = !proficiencies || self.read_proficiencies(&mut read).await?;
        Ok(is_there.then_some(read))
    }

    /// Reads a user that is not recorded, with its proficiencies. `None` if it no longer exists.
    pub(crate) async fn read_new(&self, user: &UserId) -> ClientResult<Option<UserState>> {
        let Some(description) = describe(self.client, self.instance, user).await? else { return Ok(None) };
        let mut state = description.into_state(self.instance.clone(), None);
        let is_there = self.read_proficiencies(&mut state).await?;
        Ok(is_there.then_some(state))
    }

    /// Reads the proficiencies of a user, and returns whether the user exists. If the caller is not allowed to read
    /// them, they count as not read.
    pub(crate) async fn read_proficiencies(&self, state: &mut UserState) -> ClientResult<bool> {
        if self.cache.denied.get().is_some() {
            state.record.unread.insert(Property::UserProficiencies);
            return Ok(true);
        }
        match list_proficiencies(self.client, state).await {
            Ok(denied) => {
                denied.map(|denied| self.cache.denied.set(denied));
                Ok(true)
            }
            Err(error) if is_gone(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Decides what it means that a user cannot be described. The user no longer exists only if a list does not have
    /// it, either, because describing lags behind creation.
    async fn not_described(&self, known: &UserState) -> ClientResult<Reading> {
        match self.listed().await {
            Ok(listed) if listed.has(&known.user_id) => {
                Ok(Reading::there(not_read(known), Some(FindingKind::NotReadable)))
            }
            // Until then, a list may still have a deleted user with the same name.
            _ if self.is_recent(known.record.created) => {
                Ok(Reading::there(known.clone(), Some(FindingKind::NotVisibleYet)))
            }
            Ok(listed) => {
                let other = listed.by_name.get(known.name.as_str()).cloned();
                Ok(Reading::gone(other.map_or(FindingKind::Gone, FindingKind::Recreated)))
            }
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                self.exists().await?;
                Ok(Reading::gone(FindingKind::Gone))
            }
            // Without a list, the user must not be reported as deleted.
            Err(error) => Err(error),
        }
    }

    /// Whether a user with this time of creation may not be visible yet.
    pub(crate) fn is_recent(&self, created: Option<Timestamp>) -> bool {
        created.is_some_and(|created| created.is_within(self.options.visible_within, self.now))
    }

    /// Checks that the instance exists: in a wrong Region or account, it is not found, either.
    async fn exists(&self) -> ClientResult<()> {
        let ask = || async { find_instance(self.client, self.instance).await.map(drop) };
        self.cache.exists.get_or_try(ask).await.copied()
    }

    /// Whether a search finds a user with the recorded tags; tags of AWS are ignored. A user that was just created may
    /// not be found yet. If a search for some users does not find the user, its tags may have changed.
    pub(crate) fn has_recorded_tags(&self, known: &UserState, found: &FoundUsers) -> bool {
        let Some(user) = found.get(&known.user_id) else {
            return !self.cache.is_part && self.is_recent(known.record.created);
        };
        let own = |tag: &(&String, &String)| !is_system_tag(tag.0);
        user.tags.iter().filter(own).eq(known.tags_all.iter().filter(own))
    }
}

/// A recorded state that was not read: no call may write its values back as a part of a block.
pub(crate) fn not_read(known: &UserState) -> UserState {
    let mut state = known.clone();
    state.record.unread = state.record.unread.union(PropertySet::WRITTEN_WHOLE);
    state
}
