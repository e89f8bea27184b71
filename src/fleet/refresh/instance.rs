//! Reading the users of one instance again.

use std::collections::HashMap;

use super::{
    Finding, FindingKind, RefreshOptions, Refreshed, Strategy, cost, is_near, needs_proficiencies, read_each,
};
use crate::{
    client::{
        ClientResult, ConnectClient, FoundUser, list_all_proficiencies, list_all_users, search_all_users,
    },
    user::{Identity, InstanceId, Property, PropertySet, Timestamp, UserId, UserSettings, UserState},
};

/// How many users one call of a search gives.
const SEARCH_PAGE: usize = 500;

/// What only reading a user by itself tells.
const LEFT_OUT: &[Property] = &[Property::Email, Property::SecondaryEmail, Property::Mobile];

/// A user as a list or a search has it.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) user_id: UserId,
    pub(super) name: String,
    changed: Option<Timestamp>,
    found: Option<FoundUser>,
}

pub(super) struct Instance<'a> {
    pub(super) id: &'a InstanceId,
    pub(super) users: Vec<(&'a String, &'a UserState)>,
    pub(super) client: &'a dyn ConnectClient,
    pub(super) options: &'a RefreshOptions,
}

type User<'a> = (&'a String, &'a UserState);

impl<'a> Instance<'a> {
    pub(super) async fn refresh(mut self, refreshed: &mut Refreshed) -> ClientResult<()> {
        let users = std::mem::take(&mut self.users);
        match self.options.strategy {
            Strategy::Search => {
                let found = self.search().await?;
                let pages = found.len().div_ceil(SEARCH_PAGE).max(1);
                self.explain(refreshed, &format!("searching {} users takes", found.len()), pages);
                refreshed.list(self.id, &found);
                self.take_found(users, &found, refreshed).await;
            }
            Strategy::Full => {
                let listed = self.list().await?;
                refreshed.list(self.id, &listed);
                let what = format!("reading each of {} recorded users takes", users.len());
                self.explain(refreshed, &what, cost(&users, self.options));
                self.read(users, refreshed).await;
            }
            _ => {
                let listed = self.list().await?;
                refreshed.list(self.id, &listed);
                self.take_changed(users, &listed, refreshed).await?;
            }
        }
        Ok(())
    }

    /// Leaves who has not changed, and reads the others in the way that takes fewer calls.
    async fn take_changed(
        &self,
        users: Vec<User<'a>>,
        listed: &HashMap<String, Listed>,
        refreshed: &mut Refreshed,
    ) -> ClientResult<()> {
        let recorded = users.len();
        let mut changed = Vec::new();
        for (name, state) in users {
            match listed.get(state.user_id.bare()) {
                Some(there) if self.is_unchanged(state, there) => {
                    let state = self.unchanged(state, there).await?;
                    refreshed.states.insert(name.clone(), Some(state));
                }
                _ => changed.push((name, state)),
            }
        }
        let is_missing = |state: &UserState| !listed.contains_key(state.user_id.bare());
        let only_alone = |(_, state): &User<'a>| {
            is_missing(state) || LEFT_OUT.iter().any(|property| state.record.managed.contains(*property))
        };
        let (alone, either): (Vec<User<'a>>, Vec<User<'a>>) = changed.into_iter().partition(only_alone);
        let pages = listed.len().div_ceil(SEARCH_PAGE).max(1);
        let proficiencies =
            either.iter().filter(|(_, state)| needs_proficiencies(state, self.options)).count();
        let by_search = pages + proficiencies;
        let count = alone.len() + either.len();
        let head = format!("{count} of {recorded} recorded users may have changed; ");
        if cost(&either, self.options) <= by_search {
            let all = [alone, either].concat();
            self.explain(refreshed, &format!("{head}reading them takes"), cost(&all, self.options));
            self.read(all, refreshed).await;
            return Ok(());
        }
        let calls = cost(&alone, self.options) + by_search;
        self.explain(refreshed, &format!("{head}searching takes"), calls);
        let found = self.search().await?;
        self.take_found(either, &found, refreshed).await;
        self.read(alone, refreshed).await;
        Ok(())
    }

    /// Whether the last change that the list shows is known here.
    pub(super) fn is_unchanged(&self, state: &UserState, listed: &Listed) -> bool {
        let Some(changed) = listed.changed else { return false };
        let own = |written| is_near(written, changed, self.options.own_change_within);
        !state.record.under_way
            && state.record.unread.is_empty()
            && listed.name == state.name
            && (state.last_modified_time == Some(changed) || state.record.last_written.is_some_and(own))
    }

    pub(super) async fn unchanged(&self, state: &UserState, listed: &Listed) -> ClientResult<UserState> {
        let mut state = state.clone();
        state.last_modified_time = listed.changed;
        state.record.last_written = None;
        if state.settings.proficiencies.is_none() && needs_proficiencies(&state, self.options) {
            let read = list_all_proficiencies(self.client, self.id, &state.user_id).await?;
            state.settings.proficiencies = Some(read);
        }
        Ok(state)
    }

    async fn read(&self, users: Vec<User<'a>>, refreshed: &mut Refreshed) {
        let known: HashMap<&String, &UserState> = users.iter().copied().collect();
        for (name, read) in read_each(users, self.client, self.options).await {
            let Some(state) = known.get(&name).copied() else { continue };
            let finding = match &read {
                Ok(None) => Some(self.missing(state, refreshed)),
                Ok(Some(read)) if read.name != state.name => Some(FindingKind::Renamed(read.name.clone())),
                _ => None,
            };
            let kept = match (read, &finding) {
                (Ok(None), Some(FindingKind::NotVisibleYet)) => Some(state.clone()),
                (Ok(read), _) => read,
                (Err(error), _) => {
                    refreshed.failed.insert(name.clone(), error);
                    Some(state.clone())
                }
            };
            refreshed.findings.extend(finding.map(|kind| Finding { user: name.clone(), kind }));
            refreshed.states.insert(name, kept);
        }
    }

    /// What it means that a user cannot be read.
    fn missing(&self, state: &UserState, refreshed: &Refreshed) -> FindingKind {
        let is_new = |written| is_near(written, self.options.now, self.options.visible_within);
        if state.record.last_written.is_some_and(is_new) {
            return FindingKind::NotVisibleYet;
        }
        match refreshed.owner_of(self.id, &state.name) {
            Some(other) if *other != state.user_id => FindingKind::Recreated(other.clone()),
            _ => FindingKind::Gone,
        }
    }

    /// Takes over what a search has found; whom it has not found is read, because a search lags behind.
    async fn take_found(
        &self,
        users: Vec<User<'a>>,
        found: &HashMap<String, Listed>,
        refreshed: &mut Refreshed,
    ) {
        let mut alone = Vec::new();
        for (name, state) in users {
            let Some(user) = found.get(state.user_id.bare()).and_then(|listed| listed.found.as_ref()) else {
                alone.push((name, state));
                continue;
            };
            let mut state = merge(state, user);
            if needs_proficiencies(&state, self.options) {
                match list_all_proficiencies(self.client, self.id, &state.user_id).await {
                    Ok(read) => state.settings.proficiencies = Some(read),
                    Err(error) => drop(refreshed.failed.insert(name.clone(), error)),
                }
            }
            refreshed.partial.insert(name.clone());
            refreshed.states.insert(name.clone(), Some(state));
        }
        self.read(alone, refreshed).await;
    }

    pub(super) async fn list(&self) -> ClientResult<HashMap<String, Listed>> {
        let users = list_all_users(self.client, self.id).await?;
        let listed = users.into_iter().map(|user| {
            let changed = user.last_modified_time;
            (
                user.user_id.bare().to_owned(),
                Listed { user_id: user.user_id, name: user.name, changed, found: None },
            )
        });
        Ok(listed.collect())
    }

    async fn search(&self) -> ClientResult<HashMap<String, Listed>> {
        let users = search_all_users(self.client, self.id, None).await?;
        let found = users.into_iter().map(|user| {
            let (user_id, name) = (user.user_id.clone(), user.name.clone());
            (user_id.bare().to_owned(), Listed { user_id, name, changed: None, found: Some(user) })
        });
        Ok(found.collect())
    }

    fn explain(&self, refreshed: &mut Refreshed, what: &str, calls: usize) {
        let plural = if calls == 1 { "" } else { "s" };
        refreshed.explanations.push(format!("instance `{}`: {what} {calls} call{plural}", self.id.bare()));
    }
}

/// A recorded user with what a search has found, and nothing taken away that a search leaves out. The
/// recorded time of change stays: whoever lists the user next reads it whole.
fn merge(known: &UserState, found: &FoundUser) -> UserState {
    let settings = &known.settings;
    let mut state = UserState {
        name: found.name.clone(),
        arn: if found.arn.is_empty() { known.arn.clone() } else { found.arn.clone() },
        directory_user_id: found.directory_user_id.clone().or_else(|| known.directory_user_id.clone()),
        settings: UserSettings {
            identity: Identity {
                first_name: found.first_name.clone(),
                last_name: found.last_name.clone(),
                ..settings.identity.clone()
            },
            phone: found.phone.clone(),
            routing_profile_id: found
                .routing_profile_id
                .clone()
                .unwrap_or_else(|| settings.routing_profile_id.clone()),
            security_profile_ids: found.security_profile_ids.clone(),
            hierarchy_group_id: found.hierarchy_group_id.clone(),
            channels: found.channels.clone(),
            proficiencies: settings.proficiencies.clone(),
        },
        tags_all: found.tags.clone(),
        last_modified_region: known.last_modified_region.clone(),
        ..with_unrecognised(known, &found.unrecognised)
    };
    state.drop_empty_texts();
    state
}

fn with_unrecognised(known: &UserState, found: &[String]) -> UserState {
    let mut state = known.clone();
    state.record.unread = PropertySet::NOT_IN_SEARCH;
    for place in found {
        if !state.record.unrecognised.contains(place) {
            state.record.unrecognised.push(place.clone());
        }
    }
    state
}
