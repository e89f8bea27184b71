//! Asking the service about the users of one instance: the one place that decides what an answer, or none,
//! means.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::sync::OnceCell;

use super::{FindingKind, RefreshOptions, found::renamed};
use crate::{
    apply::{describe, find_instance, with_record},
    client::{
        ClientError, ClientResult, ConnectClient, ErrorKind, FoundUser, ListedUser, list_all_proficiencies,
        list_all_users, search_all_users,
    },
    user::{InstanceId, Property, PropertySet, Replaced, Timestamp, UserId, UserState, is_system_tag},
};

/// The users of an instance as a list has them.
#[derive(Debug)]
pub(super) struct ListedUsers {
    by_id: HashMap<String, Listed>,
    by_name: HashMap<String, UserId>,
}

/// The users of an instance as a search has found them, by their bare ids.
pub(super) type FoundUsers = HashMap<String, FoundUser>;

/// A user as a list has it.
#[derive(Debug)]
struct Listed {
    /// Empty where the answer has none.
    name: String,
    changed: Option<Timestamp>,
}

/// What is known of an instance, each asked once.
#[derive(Debug, Default)]
pub(super) struct Cache {
    listed: OnceCell<Result<ListedUsers, ClientError>>,
    found: OnceCell<Result<FoundUsers, ClientError>>,
    exists: OnceCell<Result<(), ClientError>>,
    /// Why proficiencies may not be listed.
    denied: OnceLock<ClientError>,
    /// Users who were read by themselves.
    read: Mutex<HashSet<String>>,
}

/// The users of one instance.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) instance: &'a InstanceId,
    pub(super) client: &'a dyn ConnectClient,
    pub(super) options: &'a RefreshOptions,
    pub(super) cache: &'a Cache,
}

/// What a list says about a recorded user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The recorded change is the last one.
    Unchanged,
    /// The last change is near one of ours: somebody else's may hide in it.
    Own(Timestamp),
    /// It may have changed.
    Changed,
    /// It is not listed.
    Missing,
}

/// What has become of a recorded user.
#[derive(Debug)]
pub(super) enum Reading {
    /// It is there.
    There(Box<UserState>, Option<FindingKind>),
    /// It is gone.
    Gone(FindingKind),
    /// It cannot be read.
    Failed(ClientError),
}

impl ListedUsers {
    fn new(users: Vec<ListedUser>) -> Self {
        let named = users.iter().filter(|user| !user.name.is_empty());
        let by_name = named.map(|user| (user.name.clone(), user.user_id.clone())).collect();
        let listed = |user: ListedUser| {
            let id = user.user_id.bare().to_owned();
            (id, Listed { name: user.name, changed: user.last_modified_time })
        };
        Self { by_id: users.into_iter().map(listed).collect(), by_name }
    }

    /// Everybody.
    pub(super) fn ids(&self) -> impl Iterator<Item = UserId> {
        self.by_id.keys().map(|id| UserId::new(id.as_str()))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Their names, each with the user that has it; an answer may lack some.
    pub(super) fn names(&self) -> impl Iterator<Item = (&String, &UserId)> {
        self.by_name.iter()
    }
}

impl Source<'_> {
    /// The list of all users, asked for once.
    pub(super) async fn listed(&self) -> Result<&ListedUsers, &ClientError> {
        let list = || async { Ok(ListedUsers::new(list_all_users(self.client, self.instance).await?)) };
        self.cache.listed.get_or_init(list).await.as_ref()
    }

    /// Everybody whom a search finds, asked for once.
    pub(super) async fn found(&self) -> Result<&FoundUsers, &ClientError> {
        let search = || async {
            let users = search_all_users(self.client, self.instance, None).await?;
            Ok(users.into_iter().map(|user| (user.user_id.bare().to_owned(), user)).collect())
        };
        self.cache.found.get_or_init(search).await.as_ref()
    }

    /// Whether the list was made already, or could not be.
    pub(super) fn is_listed(&self) -> bool {
        self.cache.listed.initialized()
    }

    /// Why the proficiencies of users are not read.
    pub(super) fn denied(&self) -> Option<&ClientError> {
        self.cache.denied.get()
    }

    /// Whether the user was read by itself.
    pub(super) fn was_read(&self, user: &UserId) -> bool {
        self.cache.read.lock().unwrap_or_else(PoisonError::into_inner).contains(user.bare())
    }

    /// What the list says about a recorded user.
    pub(super) fn verdict(&self, known: &UserState, listed: &ListedUsers) -> Verdict {
        let Some(listed) = listed.by_id.get(known.user_id.bare()) else { return Verdict::Missing };
        let is_renamed = !listed.name.is_empty() && listed.name != known.name;
        let Some(changed) = listed.changed.filter(|_| !is_renamed && !known.record.under_way) else {
            return Verdict::Changed;
        };
        let is_own = |written| is_near(written, changed, self.options.own_change_within);
        match known.last_modified_time {
            Some(time) if time == changed => Verdict::Unchanged,
            _ if known.record.last_written.is_some_and(is_own) => Verdict::Own(changed),
            _ => Verdict::Changed,
        }
    }

    /// Reads a user by itself.
    pub(super) async fn read(&self, known: &UserState, proficiencies: bool) -> Reading {
        match self.describe(known, proficiencies).await {
            Err(error) => Reading::Failed(error),
            Ok(None) => self.not_described(known).await,
            Ok(Some(read)) => {
                let id = read.user_id.bare().to_owned();
                self.cache.read.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
                let renamed = renamed(known, &read);
                Reading::There(Box::new(read), renamed)
            }
        }
    }

    async fn describe(&self, known: &UserState, proficiencies: bool) -> ClientResult<Option<UserState>> {
        let user = &known.user_id;
        let Some(description) = describe(self.client, self.instance, user).await? else { return Ok(None) };
        // Proficiencies that nobody manages stay as they are recorded.
        let recorded = known.settings.proficiencies.clone();
        let mut read = with_record(description.into_state(known.instance_id.clone(), recorded), known);
        if proficiencies && !self.read_proficiencies(&mut read).await? {
            return Ok(None);
        }
        Ok(Some(read))
    }

    /// Reads a user of whom nothing is recorded, with its proficiencies. `None` where it is gone.
    pub(super) async fn read_new(&self, user: &UserId) -> ClientResult<Option<UserState>> {
        let Some(description) = describe(self.client, self.instance, user).await? else { return Ok(None) };
        let mut state = description.into_state(self.instance.clone(), None);
        let is_there = self.read_proficiencies(&mut state).await?;
        Ok(is_there.then_some(state))
    }

    /// Reads the proficiencies of a user; whether it is there. Where they may not be read, they count as not
    /// read, and everything else is as it is.
    pub(super) async fn read_proficiencies(&self, state: &mut UserState) -> ClientResult<bool> {
        if self.denied().is_some() {
            state.record.unread.insert(Property::UserProficiencies);
            return Ok(true);
        }
        match list_all_proficiencies(self.client, self.instance, &state.user_id).await {
            Ok(read) => {
                state.settings.proficiencies = Some(read);
                state.record.unread.remove(Property::UserProficiencies);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                let _ = self.cache.denied.set(error);
                state.record.unread.insert(Property::UserProficiencies);
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// What it means that a user cannot be described. It is gone only where a list does not have it either:
    /// describing lags behind creating.
    async fn not_described(&self, known: &UserState) -> Reading {
        let there = |state: UserState, kind| Reading::There(Box::new(state), Some(kind));
        let is_recent = |created| is_near(created, self.options.now, self.options.visible_within);
        let is_new = known.record.created.is_some_and(is_recent);
        match self.listed().await {
            Ok(listed) if listed.by_id.contains_key(known.user_id.bare()) => {
                there(not_read(known), FindingKind::NotReadable)
            }
            // Before it, a list may still have a namesake that was deleted to make way for it.
            _ if is_new => there(known.clone(), FindingKind::NotVisibleYet),
            Ok(listed) => {
                let other = listed.by_name.get(&known.name).cloned();
                Reading::Gone(other.map_or(FindingKind::Gone, FindingKind::Recreated))
            }
            Err(error) if error.kind() == ErrorKind::AccessDenied => match self.exists().await {
                Ok(()) => Reading::Gone(FindingKind::Gone),
                Err(error) => Reading::Failed(error.clone()),
            },
            // Nobody is gone whom nobody could look for.
            Err(error) => Reading::Failed(error.clone()),
        }
    }

    /// A user whom `state` has superseded, if it is there.
    pub(super) async fn superseded(&self, state: &UserState, old: &Replaced) -> Option<UserState> {
        let mut before = state.clone();
        before.instance_id.clone_from(&old.instance_id);
        before.user_id.clone_from(&old.user_id);
        before.name.clone_from(&old.name);
        before.record.created = old.created;
        match self.read(&before, false).await {
            Reading::There(state, None) => Some(*state),
            _ => None,
        }
    }

    /// Whether a user who was superseded may still be there, as far as a list tells.
    pub(super) async fn may_be_there(&self, old: &Replaced) -> bool {
        let is_recent = |created| is_near(created, self.options.now, self.options.visible_within);
        old.created.is_some_and(is_recent)
            || self.listed().await.map_or(true, |listed| listed.by_id.contains_key(old.user_id.bare()))
    }

    /// In a wrong Region or account, the instance is not found either.
    async fn exists(&self) -> Result<(), &ClientError> {
        self.cache.exists.get_or_init(|| find_instance(self.client, self.instance)).await.as_ref().copied()
    }

    /// Whether a search finds a user with the recorded tags, those of AWS aside. One that was just created may
    /// not be found yet.
    pub(super) fn has_recorded_tags(&self, known: &UserState, found: &FoundUsers) -> bool {
        let Some(user) = found.get(known.user_id.bare()) else {
            let is_recent = |created| is_near(created, self.options.now, self.options.visible_within);
            return known.record.created.is_some_and(is_recent);
        };
        let own = |tag: &(&String, &String)| !is_system_tag(tag.0);
        user.tags.iter().filter(own).eq(known.tags_all.iter().filter(own))
    }
}

/// A state of which nothing was read, so that no call writes it back as a part of a block.
pub(super) fn not_read(known: &UserState) -> UserState {
    let mut state = known.clone();
    state.record.unread = state.record.unread.union(PropertySet::WRITTEN_WHOLE);
    state
}

/// Whether a moment is near enough to another.
pub(super) fn is_near(one: Timestamp, other: Timestamp, within: Duration) -> bool {
    u128::from(one.as_millis().abs_diff(other.as_millis())) <= within.as_millis()
}
