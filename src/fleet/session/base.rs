//! A session: its state, and planning with it.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt,
    sync::Arc,
    time::SystemTime,
};

use bon::Builder;

use super::{
    super::{
        Entry, FleetOptions, FleetPreview, Lifecycle, PlanOptions, Planner, ProgramUser, Recorded,
        RecoveredUser, Refreshed, Release, StateStore, StoreChange, StoreError, load_all, recover,
    },
    scope::Scope,
};
use crate::{
    apply::ApplyOptions,
    client::{CancellationToken, ConnectClient, Pace, Paced, RetryPolicy, Retrying, Timer},
    diff::Action,
    read::{Filter, Instances, RefreshOptions},
    user::{Timestamp, UserState},
};

/// One run of a host over many users: open the store, recover, refresh, plan, apply. What is found and done
/// is committed to the store.
///
/// A session does what a host would otherwise write around [`recover`], [`refresh`](super::super::refresh()),
/// [`Planner`] and [`apply`](super::super::apply()). The guide [Many
/// users](https://docs.rs/connect-user/latest/connect_user/guide/fleet/index.html) has a whole example.
pub struct Session<'a> {
    pub(super) store: &'a dyn StateStore,
    pub(super) service: &'a dyn ConnectClient,
    client: Retrying<Paced<&'a dyn ConnectClient>>,
    pub(super) options: SessionOptions<'a>,
    /// The entries of the store; by the resource names of the program once the session is
    /// [refreshed](Self::refresh).
    pub(super) entries: BTreeMap<String, Entry>,
    /// The changes that the next commit writes.
    pub(super) pending: Vec<StoreChange>,
    /// Users that the program imports: an apply records them.
    pub(super) imported: BTreeMap<String, Entry>,
    /// Recorded users of the program that are gone from the service.
    pub(super) gone: HashSet<String>,
    /// Users that are gone and missing from the program.
    pub(super) forgotten: Vec<Release>,
    /// The former resource names of users, by the present ones.
    pub(super) moves: BTreeMap<String, String>,
    /// The former resource names of all records with another name, by the present ones.
    pub(super) former: BTreeMap<String, String>,
    pub(super) refreshed: Refreshed,
    /// The users that are selected by the filter, once they are found.
    pub(super) scope: Option<Scope>,
    /// The identity management, profiles and groups of instances, each read once.
    pub(super) instances: Arc<Instances>,
}

/// Options of a session.
#[derive(Builder, Clone)]
#[non_exhaustive]
pub struct SessionOptions<'a> {
    /// The clock, and how to wait.
    pub timer: Arc<dyn Timer>,
    /// The pace of calls: share one with every client of the account and Region.
    pub pace: Arc<dyn Pace>,
    /// When a failed call is retried. Default: [`RetryPolicy::default`] for calls that read, and the default of
    /// [`FleetOptions::retry`] for an apply.
    pub retry: Option<RetryPolicy>,
    /// Stops the session when it is cancelled. Default: never cancelled.
    #[builder(default)]
    pub cancel: CancellationToken,
    /// How recorded users are refreshed. The tolerances of time hold for the whole session. Default:
    /// [`RefreshOptions::default`].
    #[builder(default)]
    pub refresh: RefreshOptions,
    /// The resource names of the targets; other users stay as they are. Default: empty, which means all
    /// users.
    #[builder(default)]
    pub targets: BTreeSet<String>,
    /// The filter that selects users; other users stay as they are, and are neither changed nor deleted. A user is
    /// selected if the filter holds for the recorded, the actual or the desired user, so that users which leave or
    /// enter the scope are planned too. Default: all users.
    #[builder(default)]
    pub filter: Filter,
    /// Whether the session does not commit what it finds to the store: it is known to this session only. Such a session
    /// applies nothing. Default: no.
    #[builder(default)]
    pub read_only: bool,
    /// Whether what is found is committed not at once, but together with the next commit of another kind: that of an
    /// apply, of a saved plan, or of a user that is recorded. If there is none, for example because a person declines
    /// the plan, the store stays as it was. Default: no.
    #[builder(default)]
    pub deferred: bool,
    /// The clock for recorded times of change. Default: the machine's.
    #[builder(default = &|| SystemTime::now().into())]
    pub now: &'a (dyn Fn() -> Timestamp + Send + Sync),
}

impl<'a> Session<'a> {
    /// Opens a session on all entries of `store`. `service` must make single attempts: the session adds retry, pace and
    /// cancellation.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of loading the entries.
    pub async fn open(
        store: &'a dyn StateStore,
        service: &'a dyn ConnectClient,
        options: SessionOptions<'a>,
    ) -> Result<Self, StoreError> {
        Ok(Self::with_entries(store, load_all(store).await?, service, options))
    }

    /// Opens a session as [`open`](Self::open) does, with entries that are loaded already.
    pub fn with_entries(
        store: &'a dyn StateStore,
        entries: BTreeMap<String, Entry>,
        service: &'a dyn ConnectClient,
        options: SessionOptions<'a>,
    ) -> Self {
        let (pace, retry) = (options.pace.clone(), options.retry.unwrap_or_default());
        let client = Retrying::paced(service, pace, retry, options.timer.clone(), &options.cancel);
        Self {
            store,
            service,
            client,
            options,
            entries,
            pending: Vec::new(),
            imported: BTreeMap::new(),
            gone: HashSet::new(),
            forgotten: Vec::new(),
            moves: BTreeMap::new(),
            former: BTreeMap::new(),
            refreshed: Refreshed::default(),
            scope: None,
            instances: Arc::new(Instances::default().with_checked_ids(true)),
        }
    }

    /// The client of the session, with retry and pace.
    pub fn client(&self) -> &dyn ConnectClient {
        &self.client
    }

    /// The identity management, profiles and groups of instances, each read once in a session.
    pub const fn instances(&self) -> &Arc<Instances> {
        &self.instances
    }

    /// The entries of the store, by the resource names of the program once the session is [refreshed](Self::refresh).
    pub const fn entries(&self) -> &BTreeMap<String, Entry> {
        &self.entries
    }

    /// The recorded users, by resource name; users that are gone have their last recorded state.
    pub fn users(&self) -> impl Iterator<Item = (&String, &Arc<UserState>)> {
        self.entries.iter().filter_map(|(name, entry)| Some((name, entry.state.as_ref()?)))
    }

    /// The state of a recorded user that exists.
    pub fn state(&self, name: &str) -> Option<&Arc<UserState>> {
        self.entries.get(name)?.state.as_ref().filter(|_| !self.gone.contains(name))
    }

    /// The result of the refresh, without the states, which [`state`](Self::state) has.
    pub const fn refreshed(&self) -> &Refreshed {
        &self.refreshed
    }

    /// Whether a user is a target, is selected by the filter, and could be read. Other users stay as they are.
    pub fn is_meant(&self, name: &str) -> bool {
        self.is_target(name) && !self.refreshed.failed.contains_key(name)
    }

    /// The resource names of the targets; empty if all users are targets.
    pub const fn targets(&self) -> &BTreeSet<String> {
        &self.options.targets
    }

    /// The time, by the session's clock.
    pub(crate) fn now(&self) -> Timestamp {
        (self.options.now)()
    }

    pub(super) fn is_target(&self, name: &str) -> bool {
        let is_chosen = || self.scope.as_ref().is_some_and(|scope| scope.has(name));
        (self.options.targets.is_empty() || self.options.targets.contains(name))
            && (self.options.filter.is_empty() || is_chosen())
    }

    /// Whether the session has targets or a filter.
    pub(super) fn is_scoped(&self) -> bool {
        !self.options.targets.is_empty() || !self.options.filter.is_empty()
    }

    /// Commits changes to the store, together with pending changes, all or none. A session that is read only just makes
    /// them in its own entries.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the commit.
    pub async fn commit(&mut self, changes: Vec<StoreChange>) -> Result<(), StoreError> {
        match (self.options.read_only, self.pending.is_empty()) {
            (true, _) => {}
            (false, true) if changes.is_empty() => {}
            (false, true) => self.store.commit(&changes).await?,
            (false, false) => {
                let kept = self.pending.len();
                self.pending.extend(changes.iter().cloned());
                if let Err(error) = self.store.commit(&self.pending).await {
                    self.pending.truncate(kept);
                    return Err(error);
                }
                self.pending.clear();
            }
        }
        changes.into_iter().for_each(|change| change.make(&mut self.entries));
        Ok(())
    }

    /// Commits what was found, or leaves it to the next commit if the session is deferred.
    pub(super) async fn take_over(&mut self, found: Vec<StoreChange>) -> Result<(), StoreError> {
        if !self.options.deferred {
            return self.commit(found).await;
        }
        self.pending.extend(found.iter().cloned());
        found.into_iter().for_each(|change| change.make(&mut self.entries));
        Ok(())
    }

    /// Locks the store for an apply.
    pub(super) async fn lock(&self, has_steps: bool) -> Result<(), StoreError> {
        match has_steps {
            true if self.options.read_only => Err(StoreError::ReadOnlySession),
            true => self.store.lock().await,
            false => Ok(()),
        }
    }

    /// Commits the users that the program imports, and the pending changes.
    pub(super) async fn record_imports(&mut self) -> Result<(), StoreError> {
        let puts = self.imported.iter().map(|(name, entry)| StoreChange::put(name.clone(), entry.clone()));
        self.commit(puts.collect()).await?;
        self.imported.clear();
        Ok(())
    }

    /// Finds out whether creations of earlier runs made users, and records the outcome. If no outcome is unknown, no
    /// call is made. Call it before [`refresh`](Self::refresh).
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the commit.
    pub async fn recover(&mut self) -> Result<Vec<RecoveredUser>, StoreError> {
        let options = ApplyOptions { sleep: Some(&*self.options.timer), ..self.user_options() };
        let recovered = recover(&self.entries, &self.client, &options).await;
        self.take_over(recovered.changes).await?;
        Ok(recovered.users)
    }

    /// Adds a user of the program to a plan, with its record. Returns the action for the user.
    pub fn want(&self, planner: &mut Planner, user: &ProgramUser) -> Action {
        if !self.is_meant(&user.name) {
            self.keep(planner, &user.name);
            planner.keep_for(&user.name, user.identity());
            return Action::None;
        }
        let entry = self.entries.get(&user.name).filter(|_| !self.gone.contains(&user.name));
        let Some((entry, state)) = entry.and_then(|entry| Some((entry, entry.state.as_ref()?))) else {
            return match self.entries.get(&user.name).and_then(|entry| entry.former.as_ref()) {
                Some(former) => planner.want_again(user, former),
                None => planner.want(user, None),
            };
        };
        let lifecycle = Lifecycle::of_notes(&entry.notes);
        let is_import = self.imported.contains_key(&user.name);
        planner.want(user, Some(Recorded::new(&user.name, state, &lifecycle).imported(is_import)))
    }

    /// Adds a user of the program that stays as it is in this run, because it breaks a rule or is not a
    /// target.
    pub fn keep(&self, planner: &mut Planner, name: &str) {
        planner.keep(name, self.state(name).map(|state| &**state));
    }

    /// Ends the planning: recorded users that were not given to `planner` are deleted.
    pub fn preview(&self, mut planner: Planner) -> FleetPreview {
        for (name, state) in self.users() {
            if planner.has(name) {
                continue;
            }
            match self.is_meant(name) {
                true => planner.leave(name.as_str(), Recorded::new(name, state, &self.lifecycle(name))),
                false => planner.keep(name, Some(state)),
            }
        }
        let mut preview = planner.finish();
        preview.released.extend(self.forgotten.iter().cloned());
        let moves = self.moves.iter().filter(|(name, _)| self.is_target(name));
        preview.moves.extend(moves.map(|(name, from)| (from.clone(), name.clone())));
        let imports = self.imported.iter().filter(|(name, _)| self.is_target(name));
        let id = |(name, entry): (&String, &Entry)| Some((name.clone(), entry.state.as_ref()?.id()));
        preview.imports.extend(imports.filter_map(id));
        preview
    }

    /// The preview of deleting every recorded user, including those that would be deleted with another
    /// resource.
    pub fn preview_destroy(&self, options: PlanOptions) -> FleetPreview {
        let mut planner = Planner::new(options);
        for (name, state) in self.users() {
            let lifecycle = Lifecycle { deleted_with: None, ..self.lifecycle(name) };
            match self.is_meant(name) {
                true => planner.leave(name.as_str(), Recorded::new(name, state, &lifecycle)),
                false => planner.keep(name, Some(state)),
            }
        }
        let mut preview = planner.finish();
        let without = self.entries.iter().filter(|(name, entry)| {
            entry.state.is_none() && entry.creating.is_empty() && self.is_meant(name)
        });
        preview.released.extend(without.map(|(name, _)| Release {
            user: name.clone(),
            reason: "it has no account".to_owned(),
            is_replaced: false,
            is_gone: true,
        }));
        preview
    }

    pub(crate) fn lifecycle(&self, name: &str) -> Lifecycle {
        self.entries.get(name).map(|entry| Lifecycle::of_notes(&entry.notes)).unwrap_or_default()
    }

    /// The apply options of this session: its clock, pace, retry and cancellation.
    pub fn apply_options<'o>(&self) -> FleetOptions<'o>
    where
        'a: 'o,
    {
        let SessionOptions { timer, pace, retry, cancel, .. } = &self.options;
        FleetOptions::builder()
            .timer(timer.clone())
            .pace(pace.clone())
            .maybe_retry(*retry)
            .cancel(cancel.clone())
            .apply(self.user_options())
            .build()
    }

    /// The options for each user: the clock, and the tolerances of the refresh.
    fn user_options<'o>(&self) -> ApplyOptions<'o>
    where
        'a: 'o,
    {
        let RefreshOptions { clock_skew, visible_within, .. } = self.options.refresh;
        let options = ApplyOptions::builder().now(self.options.now);
        options.clock_skew(clock_skew).visible_within(visible_within).build()
    }
}

impl fmt::Debug for SessionOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pace, retry, refresh, targets, filter, read_only, deferred, .. } = self;
        f.debug_struct("SessionOptions")
            .field("pace", pace)
            .field("retry", retry)
            .field("refresh", refresh)
            .field("targets", targets)
            .field("filter", filter)
            .field("read_only", read_only)
            .field("deferred", deferred)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}
