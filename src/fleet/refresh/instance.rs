//! Refreshing the users of one instance, in the fewest calls.

use std::{fmt, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{desired::Needs, refreshed::Refreshed};
use crate::{
    client::{ClientError, ClientResult, ErrorKind, FoundUser, SearchUsers, UserCondition, all_pages},
    read::{
        FindingKind, FoundUsers, Source, Strategy, Verdict, is_only_found, not_checked, not_read, to_state,
    },
    user::{Property, PropertySet, Timestamp, UserState, counted},
};

/// Maximum number of users in the answer of one search call.
const SEARCH_PAGE: usize = 500;

/// Number of users that one search names by id. No document bounds the conditions of a search, and every page of the
/// answer has room for this many users.
const SEARCH_IDS: usize = 50;

/// Maximum number of calls, in each instance, to read changed users whole that were last read by a search. A search has
/// no time of change, so these users would differ from the list for ever.
const SETTLING: usize = 50;

/// A recorded user, by its resource name.
pub(super) type Known<'a> = (&'a String, &'a Arc<UserState>);

/// The recorded users of one instance.
pub(super) struct Instance<'a> {
    pub(super) source: Source<'a>,
    pub(super) needs: &'a Needs<'a>,
    pub(super) users: Vec<Known<'a>>,
}

/// The users of an instance, sorted by how they are read.
#[derive(Default)]
struct Sorted<'a> {
    /// Users that are not read: the list shows no change, or only a change of our own, at that time.
    settled: Vec<(Known<'a>, Option<Timestamp>)>,
    /// Users that are read one by one.
    alone: Vec<Known<'a>>,
    /// Users that are read one by one or by a search, whichever takes fewer calls.
    either: Vec<Known<'a>>,
    /// As `either`, for users of which only the tags have changed.
    tags: Vec<Known<'a>>,
}

impl<'a> Instance<'a> {
    pub(super) async fn refresh(self, refreshed: &mut Refreshed) {
        match self.source.options.strategy {
            Strategy::Search => self.search(refreshed).await,
            Strategy::Full => self.read_all(refreshed).await,
            _ => self.read_changed(refreshed).await,
        }
        refreshed.unchecked.extend(self.source.unchecked());
    }

    /// Reads every user by itself; the list counts the other users of the instance, too.
    async fn read_all(&self, refreshed: &mut Refreshed) {
        match self.source.listed().await {
            Ok(listed) => refreshed.count_listed(self.source.instance, listed),
            Err(error) => refreshed
                .unchecked
                .push(not_checked(format_args!("the other users of {self} were not read"), &error)),
        }
        self.explain(
            refreshed,
            format_args!("reading each of {} takes", counted(self.users.len(), "recorded user")),
            self.cost(&self.users),
        );
        self.read(self.users.clone(), refreshed).await;
    }

    /// Searches all users. A user that the search does not find is read by itself, because a search lags behind.
    async fn search(&self, refreshed: &mut Refreshed) {
        let found = match self.source.found().await {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                refreshed.unchecked.push(not_checked(
                    format_args!("{self} cannot be searched, so that each user is read"),
                    &error,
                ));
                return self.read(self.users.clone(), refreshed).await;
            }
            Err(error) => return self.fail(&error, refreshed),
        };
        if !self.source.is_part() {
            self.explain(
                refreshed,
                format_args!("searching {} takes", counted(found.len(), "user")),
                pages(found.len()),
            );
            refreshed.count_found(self.source.instance, found);
        }
        let is_in_progress = |(_, state): &Known<'a>| state.record.in_progress;
        let (alone, either) = self.users.iter().copied().partition(is_in_progress);
        self.take_found(either, found, refreshed).await;
        self.read(alone, refreshed).await;
    }

    /// Keeps the users that have not changed, and reads the others in the way that takes fewer calls.
    async fn read_changed(&self, refreshed: &mut Refreshed) {
        let listed = match self.source.listed().await {
            Ok(listed) => listed,
            Err(error) if self.users.is_empty() => {
                return refreshed.unchecked.push(not_checked(format_args!("{self} was not listed"), &error));
            }
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                refreshed.unchecked.push(not_checked(
                    format_args!("{self} cannot be listed, so that it is searched"),
                    &error,
                ));
                return self.search(refreshed).await;
            }
            Err(error) => return self.fail(&error, refreshed),
        };
        refreshed.count_listed(self.source.instance, listed);
        let mut sorted = Sorted::default();
        let mut settling = SETTLING;
        let mut is_to_settle = |user: Known<'a>| {
            let left = settling.checked_sub(self.cost(&[user])).filter(|_| is_only_found(user.1));
            settling = left.unwrap_or(settling);
            left.is_some()
        };
        for user in self.users.iter().copied() {
            match self.source.verdict(user.1, listed) {
                Verdict::Unchanged => sorted.settled.push((user, None)),
                Verdict::Own(changed) => sorted.settled.push((user, Some(changed))),
                Verdict::Changed if !self.is_only_read_alone(user) && !is_to_settle(user) => {
                    sorted.either.push(user);
                }
                Verdict::Changed | Verdict::Missing => sorted.alone.push(user),
            }
        }
        if self.source.options.strategy != Strategy::Listed {
            self.check_tags(&mut sorted, listed.by_id.len(), refreshed).await;
        }
        let Sorted { settled, mut alone, mut either, mut tags } = sorted;
        alone.extend(self.settle(settled, refreshed).await);
        let changed = either.len() + tags.len();
        let of_all = self.search_calls(listed.by_id.len());
        let searches = of_all.min(changed.div_ceil(SEARCH_IDS));
        let proficiencies = self.proficiency_calls(&either);
        let searched = self.source.searched();
        // A search that was made already counts here, although it takes no further call: a single user is better read
        // whole.
        let by_search = match searched {
            Some(Err(_)) => usize::MAX,
            _ => searches + proficiencies,
        };
        let count = alone.len() + changed;
        let head = format!("{count} of {} recorded users may have changed; ", self.users.len());
        if self.cost(&either) + tags.len() <= by_search {
            alone.append(&mut either);
            alone.append(&mut tags);
        }
        if either.is_empty() && tags.is_empty() {
            self.explain(refreshed, format_args!("{head}reading them takes"), self.cost(&alone));
            return self.read(alone, refreshed).await;
        }
        let calls = searched.map_or(searches, |_| 0) + proficiencies + self.cost(&alone);
        self.explain(refreshed, format_args!("{head}searching takes"), calls);
        let of_these;
        let found = if searched.is_some() || of_all < changed.div_ceil(SEARCH_IDS) {
            self.source.found().await
        } else {
            of_these = self.find(&either).await;
            of_these.as_ref().map_err(Clone::clone)
        };
        match found {
            Ok(found) => {
                let with_found = |user: Known<'a>| {
                    let mut state = UserState::clone(user.1);
                    if let Some(found) = found.get(&state.user_id) {
                        state.tags_all.clone_from(&found.tags);
                    }
                    (user, Arc::new(state), self.manages_proficiencies(user))
                };
                let tags = tags.into_iter().map(with_found).collect();
                alone.extend(self.with_proficiencies(tags, refreshed).await);
                self.take_found(either, found, refreshed).await;
            }
            Err(error) => {
                refreshed.unchecked.push(not_checked(
                    format_args!("{self} cannot be searched, so that each user is read"),
                    &error,
                ));
                alone.extend(either);
                alone.extend(tags);
            }
        }
        self.read(alone, refreshed).await;
    }

    /// Whether the user must be read by itself: a search leaves out a property that is managed, or the end of an apply
    /// of the user is not recorded.
    fn is_only_read_alone(&self, (name, state): Known<'a>) -> bool {
        let is_left_out = |property| self.needs.manages(name, state, property);
        state.record.in_progress || PropertySet::NOT_IN_SEARCH.iter().any(is_left_out)
    }

    /// Finds the users with other tags than recorded: a change of tags may leave the time of change as it is.
    async fn check_tags(&self, sorted: &mut Sorted<'a>, listed: usize, refreshed: &mut Refreshed) {
        let manages = |((name, state), _): &(Known<'a>, _)| self.needs.manages_tags(name, state);
        let count = sorted.settled.iter().filter(|user| manages(user)).count();
        if count == 0 {
            return;
        }
        let found = match self.source.found().await {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                refreshed.unchecked.push(not_checked(
                    format_args!(
                        "{self} cannot be searched for changed tags, so that each of {count} users is read"
                    ),
                    &error,
                ));
                let (alone, settled) = std::mem::take(&mut sorted.settled).into_iter().partition(manages);
                sorted.settled = settled;
                sorted.alone.extend(alone.into_iter().map(|(user, _): (Known<'a>, _)| user));
                return;
            }
            Err(error) => {
                return refreshed.unchecked.push(not_checked(
                    format_args!("the tags of {} in {self} were not checked", counted(count, "user")),
                    &error,
                ));
            }
        };
        let calls = self.search_calls(listed);
        self.explain(refreshed, format_args!("checking the tags of {} takes", counted(count, "user")), calls);
        for (user, own) in std::mem::take(&mut sorted.settled) {
            if !manages(&(user, own)) || self.source.has_recorded_tags(user.1, found) {
                sorted.settled.push((user, own));
            } else if own.is_none() && found.get(&user.1.user_id).is_some() {
                sorted.tags.push(user);
            } else {
                // The search may not show yet what we have just written.
                sorted.alone.push(user);
            }
        }
    }

    /// Takes over the users that have not changed. Returns the users that turn out to be gone.
    async fn settle(
        &self,
        settled: Vec<(Known<'a>, Option<Timestamp>)>,
        refreshed: &mut Refreshed,
    ) -> Vec<Known<'a>> {
        let is_always = self.source.options.strategy != Strategy::Listed;
        let asks = |(name, state): Known<'a>| {
            // A reading of the user leaves proficiencies out while they are not managed.
            let is_new = !state.record.managed.contains(Property::UserProficiencies);
            (is_always || is_new || state.properties.proficiencies.is_none())
                && self.manages_proficiencies((name, state))
        };
        let calls = settled.iter().filter(|(user, _)| asks(*user)).count();
        if calls > 0 {
            self.explain(
                refreshed,
                format_args!("checking the proficiencies of {} takes", counted(calls, "user")),
                calls,
            );
        }
        let states = settled.into_iter().map(|(user, own)| (user, as_listed(user.1, own), asks(user)));
        self.with_proficiencies(states.collect(), refreshed).await
    }

    /// Searches users by their ids.
    async fn find(&self, users: &[Known<'a>]) -> ClientResult<FoundUsers> {
        let search = |users: &[Known<'a>]| {
            let is_it = |(_, state): &Known<'a>| UserCondition::user_id(state.user_id.clone());
            let any = UserCondition::Any(users.iter().map(is_it).collect());
            all_pages(self.source.client, SearchUsers::new(self.source.instance.clone()).condition(any))
        };
        let searches: Vec<_> = users.chunks(SEARCH_IDS).map(search).collect();
        let searches = stream::iter(searches).buffer_unordered(self.source.options.parallelism.get());
        let found: Vec<Vec<FoundUser>> = searches.try_collect().await?;
        Ok(FoundUsers::new(found.into_iter().flatten().collect()))
    }

    /// Takes over the users that a search has found, and reads the others by themselves.
    async fn take_found(&self, users: Vec<Known<'a>>, found: &FoundUsers, refreshed: &mut Refreshed) {
        let mut alone = Vec::new();
        let mut states = Vec::new();
        for user in users {
            let found = found.get(&user.1.user_id);
            match found.and_then(|found| to_state(found, &user.1.instance_id, Some(user.1))) {
                Some(state) => states.push((user, Arc::new(state), self.manages_proficiencies(user))),
                None => alone.push(user),
            }
        }
        alone.extend(self.with_proficiencies(states, refreshed).await);
        self.read(alone, refreshed).await;
    }

    /// Takes over states, after reading the proficiencies of the users for which they are asked. Returns the users that
    /// turn out to be gone.
    async fn with_proficiencies(
        &self,
        states: Vec<(Known<'a>, Arc<UserState>, bool)>,
        refreshed: &mut Refreshed,
    ) -> Vec<Known<'a>> {
        let source = self.source;
        let read = |(user, mut state, is_asked): (Known<'a>, Arc<UserState>, bool)| async move {
            let is_there = match is_asked {
                true => source.read_proficiencies(Arc::make_mut(&mut state)).await,
                false => Ok(true),
            };
            (user, is_there.map(|is_there| is_there.then_some(state)))
        };
        let mut missing = Vec::new();
        let mut reads = stream::iter(states).map(read).buffer_unordered(source.options.parallelism.get());
        while let Some(((name, known), read)) = reads.next().await {
            match read {
                Ok(Some(state)) => {
                    let renamed = FindingKind::renamed(known, &state);
                    refreshed.put(name, known, state, renamed);
                }
                Ok(None) => missing.push((name, known)),
                Err(error) => refreshed.take(name, known, Err(error)),
            }
        }
        missing
    }

    /// Reads users by themselves, several at a time.
    pub(super) async fn read(&self, users: Vec<Known<'a>>, refreshed: &mut Refreshed) {
        let source = self.source;
        let read = |user: Known<'a>| {
            let proficiencies = self.manages_proficiencies(user);
            async move { (user, source.read(user.1, proficiencies).await) }
        };
        let mut reads = stream::iter(users).map(read).buffer_unordered(source.options.parallelism.get());
        while let Some(((name, known), reading)) = reads.next().await {
            refreshed.take(name, known, reading);
        }
    }

    /// Records that no user of the instance could be read.
    fn fail(&self, error: &ClientError, refreshed: &mut Refreshed) {
        for (name, state) in &self.users {
            refreshed.take(name, state, Err(error.clone()));
        }
    }

    fn manages_proficiencies(&self, (name, state): Known<'a>) -> bool {
        self.needs.manages(name, state, Property::UserProficiencies)
    }

    /// The number of calls to read the proficiencies of users.
    fn proficiency_calls(&self, users: &[Known<'a>]) -> usize {
        users.iter().filter(|user| self.manages_proficiencies(**user)).count()
    }

    /// The number of calls to read users by themselves.
    fn cost(&self, users: &[Known<'a>]) -> usize {
        users.len() + self.proficiency_calls(users)
    }

    /// The number of calls to search an instance with this number of users: 0 if that was done already.
    fn search_calls(&self, users: usize) -> usize {
        if self.source.is_part() { 0 } else { pages(users) }
    }

    fn explain(&self, refreshed: &mut Refreshed, what: fmt::Arguments<'_>, calls: usize) {
        refreshed.explanations.push(format!("{self}: {what} {}", counted(calls, "call")));
    }
}

impl fmt::Display for Instance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "instance `{}`", self.source.instance.bare())
    }
}

/// The state of a user without news in the list. If the last change is our own, it may hide an earlier change made
/// outside the program, so the blocks of the user count as not read.
fn as_listed(known: &Arc<UserState>, own: Option<Timestamp>) -> Arc<UserState> {
    let Some(changed) = own else { return known.clone() };
    let mut state = not_read(known);
    state.last_modified_time = Some(changed);
    state.record.last_written = None;
    Arc::new(state)
}

/// The minimum number of calls to search this number of users.
fn pages(users: usize) -> usize {
    users.div_ceil(SEARCH_PAGE).max(1)
}
