//! What every command begins with: the recorded users, the service, and what the command line says of both.

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
    args::{Global, Scale},
    backend::Backend,
    failure::{Failure, Outcome},
    interrupt::end_on_interrupt,
    output,
    progress::Watch,
    state,
};

/// What is recorded, by resource names.
pub type Entries = BTreeMap<String, Entry>;

/// What is wrong where there is no state yet: a mistyped path looks like a state without users.
pub fn missing_state(args: &Global) -> Option<String> {
    let location = StateLocation::new(&args.state);
    (!location.may_exist()).then(|| format!("the state `{location}` is not there"))
}

/// The same, for commands that have nothing to do then.
pub fn require_state(args: &Global) -> Outcome<()> {
    let help = "`apply` and `import` make it; `--state` gives the path of another";
    missing_state(args).map_or(Ok(()), |missing| Err(Failure::new(missing).help(help)))
}

/// The users that are recorded as there.
pub fn users(entries: &Entries) -> impl Iterator<Item = (&String, &UserState)> {
    entries.iter().filter_map(|(name, entry)| Some((name, entry.state.as_deref()?)))
}

/// A run of the tool.
pub struct Run<'a> {
    pub file: Box<dyn StateStore>,
    pub backend: Backend,
    pub settings: Settings,
    pub scale: Scale,
    /// The users of `--where`.
    filter: Filter,
    overrides: Overrides,
    args: &'a Global,
    access: Access,
}

/// What a run opens.
#[derive(Clone, Copy, PartialEq)]
pub enum Access {
    /// The recorded users, and no service.
    Offline,
    /// The same, to change them: only one run may.
    OfflineToWrite,
    /// The recorded users and the service, both to look at.
    Read,
    /// The recorded users to change, and the service to look at.
    Record,
    /// Both to change.
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
    /// Opens what a command needs, and reads what is recorded.
    pub async fn open(args: &'a Global, scale: Scale, access: Access) -> Outcome<(Self, Entries)> {
        // A mistyped option is told before anything is locked.
        let (filter, overrides) = (args.filter()?, overrides(args)?);
        let service = async |is_used| match access.is_offline() {
            true => Ok(Backend::offline()),
            false => Backend::open(args, is_used, access == Access::Write).await,
        };
        // Where the service is refused, no new file is left.
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

    /// How users are read again, unless the command line says otherwise.
    pub fn refresh(&self, strategy: Strategy) -> RefreshOptions {
        let options = RefreshOptions::builder().parallelism(self.args.parallelism);
        let strategy = if self.access.is_offline() { Strategy::None } else { strategy };
        options.strategy(self.args.refresh.unwrap_or(strategy)).build()
    }

    /// A session over the recorded users, about those of `--where`.
    pub fn session(&self, entries: Entries) -> Session<'_> {
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
            .build();
        Session::with_entries(&*self.file, entries, &*backend.service, options)
    }

    /// The same, for what is wrong where an earlier run could not write down whether it made a user: a plan, and what
    /// records whoever is not recorded. Such creations are looked into, which may take some seconds.
    pub async fn recovered(&self, entries: Entries) -> Outcome<Session<'_>> {
        let mut session = self.session(entries);
        let found = session.recover().await?;
        output::some_of_each(&found.iter().map(|user| user.diagnostic()).collect::<Vec<Diagnostic>>());
        Ok(session)
    }

    pub fn deployment<'p>(&self, program: &'p Program, session: &Session<'_>) -> Deployment<'p> {
        Deployment::new(program, session, self.options())
    }

    /// What the command line says of a plan.
    pub fn options(&self) -> DeploymentOptions {
        DeploymentOptions::builder()
            .settings(self.settings.clone())
            .overrides(self.overrides.clone())
            .guard(self.scale.max_deletes.map_or_else(Guard::default, Guard::most))
            .may_be_empty(self.scale.max_deletes.is_some())
            .maybe_users_per_instance(self.scale.users_per_instance)
            .build()
    }

    /// Looks on while so many steps are made, which an interrupt from here on stops cleanly.
    pub fn watch(&self, steps: usize) -> Watch {
        end_on_interrupt(self.backend.cancel.clone());
        Watch::new(steps)
    }

    /// How plans are carried out.
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

/// What the command line says of rules.
pub fn overrides(args: &Global) -> Outcome<Overrides> {
    let mut overrides = Overrides::default();
    args.allow.iter().try_for_each(|code| overrides.allow(code))?;
    args.deny.iter().try_for_each(|code| overrides.deny(code))?;
    Ok(overrides)
}

/// What the command line says of every user.
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
