//! Reading users one by one, as an engine asks for them.

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
    user::{Diagnostic, InstanceId, Property, Settings, UserSpec, UserState},
};

/// So many users of an instance are read by themselves before it is listed: whoever manages a few must not
/// pay for a list of thousands.
const ALONE: usize = 5;

/// Reads users one by one, as an engine such as Terraform asks for them, in about as many calls as reading
/// them together.
///
/// The first five users of an instance are read directly. From the sixth on, a list of the instance tells
/// which users have changed (and, as with [`Strategy::Changed`], a search tells whose tags have); the others
/// are as recorded.
///
/// If nothing has changed, the returned state equals the recorded one to the letter, so that an engine has
/// nothing to store.
///
/// The list is made once, so use a reader for one run. Of the [`Strategy`] variants, `Full` reads every user
/// and `None` none; `Search` counts as `Changed`.
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
    instances: Mutex<HashMap<InstanceId, Arc<Seen>>>,
}

/// What is known of an instance.
#[derive(Debug, Default)]
struct Seen {
    /// How many of its users were asked for.
    asked: AtomicUsize,
    cache: Cache,
}

impl Reader {
    /// Creates a reader; it makes no call yet.
    pub fn new(options: RefreshOptions) -> Self {
        Self { options, instances: Mutex::default() }
    }

    /// How users are refreshed.
    #[cfg(feature = "engine")]
    pub(crate) const fn options(&self) -> &RefreshOptions {
        &self.options
    }

    /// Refreshes a user, and keeps what is recorded of it.
    ///
    /// # Errors
    ///
    /// Any failure but `NotFound`. If users cannot be listed, each is read by itself.
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

    /// The user as a plan of `spec` needs it. Reads it if the plan would write something that was not read,
    /// or that somebody else may have changed, or if the last apply was interrupted; otherwise returns `known`.
    ///
    /// `spec` may hold unknowns.
    ///
    /// # Errors
    ///
    /// Any failure but `NotFound`.
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
        // A change of ours was recognised by its time at best, unless the user was read in this run.
        let is_doubtful = known.record.last_written.is_some()
            && self.options.strategy != Strategy::None
            && !source.was_read(&known.user_id);
        let mut state = if is_doubtful { not_read(known) } else { known.clone() };
        // Nobody reads proficiencies before somebody manages them.
        let has_managed = known.record.managed.contains(Property::UserProficiencies);
        state.record.unread.insert_if(Property::UserProficiencies, !has_managed);
        // What an interrupted apply has done, only the service knows.
        let is_interrupted = known.record.in_progress && self.options.strategy != Strategy::None;
        match is_interrupted || !needs_reading(spec, &state, options).is_empty() {
            true => source.read(known, true).await,
            false => Ok(Reading::there(known.clone(), None)),
        }
    }

    /// Leaves the user as it is recorded where neither a list nor a search shows a change.
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

    /// What was not read, and why: diagnostics for each instance.
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
        Source::new(id, client, &self.options, &seen.cache)
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

/// Whether a reading has found nothing new, times aside.
fn is_same(read: &UserState, known: &UserState) -> bool {
    let mut read = read.clone();
    read.last_modified_time = known.last_modified_time;
    read.last_modified_region.clone_from(&known.last_modified_region);
    read.proficiencies_last_modified.clone_from(&known.proficiencies_last_modified);
    read.record.last_written = known.record.last_written;
    read == *known
}
