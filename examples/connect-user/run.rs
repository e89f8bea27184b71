//! The beginning of every command: opens the recorded users and the service, with the options of the command line.

use std::collections::BTreeMap;

use connect_user::{
    fleet::{
        Entry, FleetObserver, FleetOptions, Guard, OnFailure, Session, SessionOptions, StateLocation,
        StateStore, load_all,
    },
    interop::{Deployment, DeploymentOptions, program::Program},
    read::{Filter, RefreshOptions, Strategy},
    user::{Diagnostic, IgnoreTags, QuickConnects, Settings, UserState},
    validate::Overrides,
};

use crate::{
    args::{BackendKind, Global, Scale},
    backend::Backend,
    failure::{Failure, Outcome},
    interrupt::end_on_interrupt,
    output,
    progress::Watch,
    state,
    written::check_own,
};

/// The recorded entries, by resource name.
pub type Entries = BTreeMap<String, Entry>;

/// A message if the state does not exist: a mistyped path looks like a state without users.
pub fn missing_state(args: &Global) -> Option<String> {
    let location = StateLocation::new(&args.state);
    (!location.may_exist()).then(|| format!("the state `{location}` is not there"))
}

/// Fails if the state does not exist, for commands that have nothing to do then.
pub fn require_state(args: &Global) -> Outcome<()> {
    let help = "`apply` and `import` make it; `--state` gives the path of another";
    missing_state(args).map_or(Ok(()), |missing| Err(Failure::new(missing).help(help)))
}

/// The recorded users that exist.
pub fn users(entries: &Entries) -> impl Iterator<Item = (&String, &UserState)> {
    entries.iter().filter_map(|(name, entry)| Some((name, entry.state.as_deref()?)))
}

/// Number of creations in doubt from which the user is told that looking for them takes time: each takes some calls, and
/// waits if its user may not be visible yet.
const MANY_IN_DOUBT: usize = 8;

/// A run of the tool.
pub struct Run<'a> {
    pub file: Box<dyn StateStore>,
    pub backend: Backend,
    pub settings: Settings,
    pub scale: Scale,
    /// The filter from `--where`.
    filter: Filter,
    overrides: Overrides,
    args: &'a Global,
    access: Access,
}

/// The access that a run needs.
#[derive(Clone, Copy, PartialEq)]
pub enum Access {
    /// Reads the recorded users, without the service.
    Offline,
    /// Changes the recorded users, without the service; only one run at a time may do this.
    OfflineToWrite,
    /// Reads the recorded users and the service.
    Read,
    /// Changes the recorded users, and reads the service.
    Record,
    /// Changes the recorded users and the service.
    Write,
}

impl Access {
    fn is_offline(self) -> bool {
        matches!(self, Self::Offline | Self::OfflineToWrite)
    }

    fn is_read_only(self) -> bool {
        matches!(self, Self::Offline | Self::Read)
    }
}

impl<'a> Run<'a> {
    /// Opens the state and the service as a command needs them, and reads the recorded entries.
    pub async fn open(args: &'a Global, scale: Scale, access: Access) -> Outcome<(Self, Entries)> {
        // Report mistyped options before anything is locked.
        let (filter, overrides) = (args.filter()?, overrides(args)?);
        if let StateLocation::File(path) = StateLocation::new(&args.state) {
            check_own(&path, "--state", args)?;
        }
        if !access.is_offline() && args.backend == BackendKind::Local {
            check_own(&args.local_file, args.local_file_option(), args)?;
        }
        let service = async |is_used| match access.is_offline() {
            true => Ok(Backend::offline()),
            false => Backend::open(args, is_used, access == Access::Write).await,
        };
        // If the service cannot be opened, no new state file is created.
        let location = StateLocation::new(&args.state);
        let first = if location.may_exist() { None } else { Some(service(false).await?) };
        let file = state::open(&location, !access.is_read_only()).await?;
        let entries = load_all(&*file).await?;
        let backend = match first {
            Some(backend) => backend,
            None => service(users(&entries).next().is_some()).await?,
        };
        backend.notices.iter().for_each(output::diagnostic);
        let settings = settings(args);
        Ok((Self { file, backend, settings, scale, filter, overrides, args, access }, entries))
    }

    /// The options of refreshing, with this strategy unless the command line gives another.
    pub fn refresh(&self, strategy: Strategy) -> RefreshOptions {
        let options = RefreshOptions::builder().parallelism(self.args.parallelism);
        let strategy = if self.access.is_offline() { Strategy::None } else { strategy };
        options.strategy(self.args.refresh.unwrap_or(strategy)).build()
    }

    /// A session of the recorded users, with `--where` as filter and `--target` as targets.
    pub fn session(&self, entries: Entries) -> Session<'_> {
        self.session_on(&*self.file, entries)
    }

    fn session_on<'s>(&'s self, store: &'s dyn StateStore, entries: Entries) -> Session<'s> {
        let backend = &self.backend;
        let options = SessionOptions::builder()
            .timer(backend.timer.clone())
            .pace(backend.pace.clone())
            .cancel(backend.cancel.clone())
            .maybe_retry(backend.retry)
            .refresh(self.refresh(Strategy::Changed))
            .targets(self.scale.target.iter().cloned().collect())
            .filter(self.filter.clone())
            .read_only(self.access.is_read_only())
            // A command that the person declines leaves the state as it was.
            .deferred(true)
            .build();
        Session::with_entries(store, entries, &*backend.service, options)
    }

    /// A session that is recovered first, for commands that would be wrong if an earlier run could not record whether
    /// it created a user: plans, and commands that record users. Looks such users up, which may take some seconds.
    pub async fn recovered(&self, entries: Entries) -> Outcome<Session<'_>> {
        self.recovered_on(&*self.file, entries).await
    }

    /// As [`recovered`](Self::recovered), with another store for what is recorded.
    pub async fn recovered_on<'s>(
        &'s self,
        store: &'s dyn StateStore,
        entries: Entries,
    ) -> Outcome<Session<'s>> {
        let mut session = self.session_on(store, entries);
        let in_doubt = session.entries().values().filter(|entry| !entry.creating.is_empty()).count();
        if in_doubt >= MANY_IN_DOUBT {
            output::note(&format!(
                "an earlier run was stopped while it created {in_doubt} users: looking for them may take minutes"
            ));
        }
        let found = session.recover().await?;
        output::some_of_each(&found.iter().map(|user| user.diagnostic()).collect::<Vec<Diagnostic>>());
        Ok(session)
    }

    pub fn deployment<'p>(&self, program: &'p Program, session: &Session<'_>) -> Deployment<'p> {
        Deployment::new(program, session, self.options())
    }

    /// The options of a plan from the command line.
    pub fn options(&self) -> DeploymentOptions {
        DeploymentOptions::builder()
            .settings(self.settings.clone())
            .overrides(self.overrides.clone())
            .guard(self.scale.max_deletes.map_or_else(Guard::default, Guard::most))
            .may_be_empty(self.scale.max_deletes.is_some())
            .maybe_users_per_instance(self.scale.users_per_instance)
            .build()
    }

    /// Shows the progress of this number of steps. From now on, an interrupt stops the run cleanly.
    pub fn watch(&self, steps: usize) -> Watch {
        end_on_interrupt(self.backend.cancel.clone());
        Watch::new(steps)
    }

    /// The options of applying a plan.
    pub fn apply_options<'o>(
        &'o self,
        session: &Session<'o>,
        watch: &'o dyn FleetObserver,
    ) -> FleetOptions<'o> {
        let mut options = session.apply_options();
        options.apply.read_back = false;
        options.parallelism = self.args.parallelism;
        options.on_failure = self.scale.stop_after.map_or(OnFailure::Continue, OnFailure::StopAfter);
        options.observer = watch;
        options
    }
}

/// The severities of rules from the command line.
pub fn overrides(args: &Global) -> Outcome<Overrides> {
    let mut overrides = Overrides::default();
    args.allow.iter().try_for_each(|code| overrides.allow(code))?;
    args.deny.iter().try_for_each(|code| overrides.deny(code))?;
    Ok(overrides)
}

/// The settings of every user from the command line.
pub fn settings(args: &Global) -> Settings {
    Settings::builder()
        .default_tags(args.default_tag.iter().cloned().collect())
        .ignore_tags(IgnoreTags::new(&args.ignore_tag, &args.ignore_tag_prefix))
        .maybe_identity_management(args.identity_management)
        .password(args.on_password_change)
        .directory_user_id(args.on_directory_user_id_change)
        .unrecognised(args.on_unrecognised)
        .sign_out_on(args.sign_out_on.iter().copied().collect())
        .quick_connects(match args.delete_quick_connects {
            true => QuickConnects::Delete,
            false => QuickConnects::Leave,
        })
        .build()
}
