//! Reads users one by one, as an engine requests them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    finding::Reading,
    options::{RefreshOptions, Strategy},
    source::{Cache, Source, Verdict, not_read},
};
use crate::{
    client::{ClientResult, ConnectClient},
    diff::needs_reading,
    user::{Clock, Diagnostic, InstanceId, Property, Settings, Timestamp, UserSpec, UserState},
};

/// Number of users of an instance that are read individually before the instance is listed, so that a program with a
/// few users does not pay for a list of thousands.
const ALONE: usize = 5;

/// Reads users one by one, as an engine such as Terraform requests them, with about as many calls as reading them
/// together.
///
/// The first five users of an instance are read directly. From the sixth user on, a list of the instance shows which
/// users have changed (and, as with [`Strategy::Changed`], a search shows changed tags); the other users are assumed to
/// be as recorded.
///
/// If nothing has changed, the returned state equals the recorded state exactly, so that an engine has nothing to
/// store.
///
/// The list is requested once, so use a reader for one run only. Of the [`Strategy`] variants, `Full` reads every user
/// and `None` reads no user; `Search` has the effect of `Changed`.
///
/// ```
/// use connect_user::{client::memory::MemoryConnect, read::{Reader, RefreshOptions}, user::UserState};
///
/// # async fn read(known: &UserState, client: &MemoryConnect) -> connect_user::client::ClientResult<()> {
/// let reader = Reader::new(RefreshOptions::default());
/// match reader.refresh(known, client).await?.state {
///     Some(state) => println!("{}", state.arn),
///     None => println!("gone"),
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Reader {
    options: RefreshOptions,
    clock: Clock,
    instances: Mutex<HashMap<InstanceId, Arc<Seen>>>,
}

/// The state of reading an instance.
#[derive(Debug, Default)]
struct Seen {
    /// The number of users that were requested.
    asked: AtomicUsize,
    cache: Cache,
}

impl Reader {
    /// Creates a reader, without a call.
    pub fn new(options: RefreshOptions) -> Self {
        Self { options, clock: Clock::default(), instances: Mutex::default() }
    }

    /// Sets the clock that tells whether a new user may be invisible. Default: the clock of the machine.
    #[must_use]
    pub fn with_now(self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.with_clock(Clock::new(now))
    }

    pub(crate) fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The clock.
    #[cfg(feature = "engine")]
    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The options of refreshing.
    #[cfg(feature = "engine")]
    pub(crate) const fn options(&self) -> &RefreshOptions {
        &self.options
    }

    /// Refreshes a user, and keeps its record.
    ///
    /// # Errors
    ///
    /// Any failure except `NotFound`. If users cannot be listed, each user is read individually.
    pub async fn refresh(&self, known: &UserState, client: &dyn ConnectClient) -> ClientResult<Reading> {
        if self.options.strategy == Strategy::None {
            return Ok(Reading::there(known.clone(), None));
        }
        let id = known.instance_id.to_bare();
        let seen = self.seen(&id);
        let source = self.source(&id, client, &seen);
        let is_one_of_few = seen.asked.fetch_add(1, Ordering::Relaxed) < ALONE;
        let is_alone = self.options.strategy == Strategy::Full || is_one_of_few && !source.is_listed();
        match is_alone {
            true => read(source, known).await,
            false => self.by_list(source, known).await,
        }
    }

    /// Returns the user as a plan of `spec` needs it. Reads the user if the plan would write properties that were not
    /// read, or that may have changed outside the program, or if the last apply was interrupted; otherwise returns
    /// `known`.
    ///
    /// `spec` may have unknown values.
    ///
    /// # Errors
    ///
    /// Any failure except `NotFound`.
    pub async fn for_plan(
        &self,
        spec: &UserSpec,
        known: &UserState,
        options: &Settings,
        client: &dyn ConnectClient,
    ) -> ClientResult<Reading> {
        let id = known.instance_id.to_bare();
        let seen = self.seen(&id);
        let source = self.source(&id, client, &seen);
        // Unless the user was read in this run, our own change was at best recognised by its time.
        let is_doubtful = known.record.last_written.is_some()
            && self.options.strategy != Strategy::None
            && !source.was_read(&known.user_id);
        let mut state = if is_doubtful { not_read(known) } else { known.clone() };
        // Proficiencies are not read before they are managed.
        let has_managed = known.record.managed.contains(Property::UserProficiencies);
        state.record.unread.insert_if(Property::UserProficiencies, !has_managed);
        match needs_reading(spec, &state, options).is_empty() {
            true => Ok(Reading::there(known.clone(), None)),
            false => source.read(known, true).await,
        }
    }

    /// Returns the recorded user if neither a list nor a search shows a change.
    async fn by_list(&self, source: Source<'_>, known: &UserState) -> ClientResult<Reading> {
        let Ok(listed) = source.listed().await else { return read(source, known).await };
        if !matches!(source.verdict(known, listed), Verdict::Unchanged | Verdict::Own(_)) {
            return read(source, known).await;
        }
        let is_trusted = self.options.strategy == Strategy::Listed;
        if !is_trusted && known.record.manages_tags() {
            let has_recorded = source.found().await.map(|found| source.has_recorded_tags(known, found));
            if !matches!(has_recorded, Ok(true)) {
                return read(source, known).await;
            }
        }
        let mut state = known.clone();
        let has_managed = known.record.managed.contains(Property::UserProficiencies);
        if has_managed
            && (!is_trusted || known.properties.proficiencies.is_none())
            && !source.read_proficiencies(&mut state).await?
        {
            return read(source, known).await;
        }
        Ok(Reading::there(state, None))
    }

    /// Returns what was not read, and why: a diagnostic for each instance.
    pub fn unchecked(&self) -> Vec<Diagnostic> {
        let instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unchecked: Vec<Diagnostic> =
            instances.iter().filter_map(|(id, seen)| seen.cache.unchecked(id)).collect();
        unchecked.sort_by(|one, other| one.message.cmp(&other.message));
        unchecked
    }

    fn seen(&self, instance: &InstanceId) -> Arc<Seen> {
        let mut instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        instances.entry(instance.clone()).or_default().clone()
    }

    fn source<'a>(&'a self, id: &'a InstanceId, client: &'a dyn ConnectClient, seen: &'a Seen) -> Source<'a> {
        Source::new(id, client, &self.options, &seen.cache).at(self.clock.now())
    }
}

async fn read(source: Source<'_>, known: &UserState) -> ClientResult<Reading> {
    let proficiencies = known.record.managed.contains(Property::UserProficiencies);
    let mut reading = source.read(known, proficiencies).await?;
    if reading.state.as_ref().is_some_and(|state| is_same(state, known)) {
        reading.state = Some(known.clone());
    }
    Ok(reading)
}

/// Whether a reading equals the recorded state, except for times.
fn is_same(read: &UserState, known: &UserState) -> bool {
    let mut read = read.clone();
    read.last_modified_time = known.last_modified_time;
    read.last_modified_region.clone_from(&known.last_modified_region);
    read.proficiencies_last_modified.clone_from(&known.proficiencies_last_modified);
    read.record.last_written = known.record.last_written;
    read == *known
}
