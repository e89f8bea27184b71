//! What every command begins with: the recorded users, the service, and what the command line says of both.

use std::collections::{BTreeMap, BTreeSet};

use connect_user::{
    client::RetryPolicy,
    fleet::{Entry, FleetOptions, Guard, OnFailure, Session, SessionOptions, StateStore, load_all},
    interop::{Deployment, DeploymentOptions, program::Program},
    read::{RefreshOptions, Strategy},
    user::{Diagnostic, IgnoreTags, QuickConnects, Settings, UserState},
    validate::Overrides,
};

use crate::{
    args::{Global, Scale},
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    progress::Watch,
    state,
};

/// What is recorded, by resource names.
pub type Entries = BTreeMap<String, Entry>;

/// What is wrong where there is no state yet: a mistyped path looks like a state without users.
pub fn missing_state(args: &Global) -> Option<Failure> {
    let missing = format!("the state `{}` is not there", args.state.display());
    (!state::may_exist(&args.state)).then(|| {
        Failure::new(missing).help("`apply` and `import` make it; `--state` gives the path of another")
    })
}

/// The same, for commands that have nothing to do then.
pub fn require_state(args: &Global) -> Outcome<()> {
    missing_state(args).map_or(Ok(()), Err)
}

/// The users that are recorded as there.
pub fn users(entries: &Entries) -> impl Iterator<Item = (&String, &UserState)> {
    entries.iter().filter_map(|(name, entry)| Some((name, entry.state.as_deref()?)))
}

/// A run of the tool.
pub struct Run {
    pub file: Box<dyn StateStore>,
    pub backend: Backend,
    pub settings: Settings,
    overrides: Overrides,
    pub scale: Scale,
    refresh: RefreshOptions,
    /// Whether the command line says how users are read.
    strategy: Option<Strategy>,
    pub parallelism: std::num::NonZeroUsize,
    read_only: bool,
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

impl Run {
    /// Opens what a command needs, and reads what is recorded.
    pub async fn open(args: &Global, scale: Scale, access: Access) -> Outcome<(Self, Entries)> {
        let read_only = matches!(access, Access::Offline | Access::Read);
        let service = async |is_used| match access {
            Access::Offline | Access::OfflineToWrite => Ok(Backend::offline()),
            access => Backend::open(args, is_used, access == Access::Write).await,
        };
        // Where the service is refused, no new file is left.
        let first = if state::may_exist(&args.state) { None } else { Some(service(false).await?) };
        let file = state::open(&args.state, !read_only).await?;
        let entries = load_all(&*file).await?;
        let mut overrides = Overrides::default();
        let lowered = args.allow.iter().try_for_each(|code| overrides.allow(code));
        lowered.and_then(|()| args.deny.iter().try_for_each(|code| overrides.deny(code)))?;
        let backend = match first {
            Some(backend) => backend,
            None => service(users(&entries).next().is_some()).await?,
        };
        let strategy = args.refresh;
        let refresh = RefreshOptions::builder().parallelism(args.parallelism);
        let refresh = refresh.strategy(strategy.unwrap_or(Strategy::Changed)).build();
        let settings = settings(args);
        let parallelism = args.parallelism;
        let run =
            Self { file, backend, settings, overrides, scale, refresh, strategy, parallelism, read_only };
        Ok((run, entries))
    }

    /// How everybody is read, unless the command line says otherwise.
    pub fn read_everybody(&self) -> RefreshOptions {
        let mut options = self.refresh.clone();
        options.strategy = self.strategy.unwrap_or(Strategy::Full);
        options
    }

    /// A session over the recorded users, which has looked into creations that an earlier run could not write down.
    pub async fn session(&self, entries: Entries) -> Outcome<Session<'_>> {
        let (backend, targets) = (&self.backend, self.scale.target.iter().cloned());
        let mut options = SessionOptions::builder()
            .timer(backend.timer.clone())
            .pace(backend.pace.clone())
            .cancel(backend.cancel.clone())
            .refresh(self.refresh.clone())
            .targets(targets.collect::<BTreeSet<_>>())
            .read_only(self.read_only)
            .build();
        options.retry = backend.retry_for.map(|total| RetryPolicy::builder().total(total).build());
        let mut session = Session::with_entries(&*self.file, entries, &*backend.service, options);
        let found = session.recover().await?;
        output::some_of_each(&found.iter().map(|user| user.diagnostic()).collect::<Vec<Diagnostic>>());
        Ok(session)
    }

    pub fn deployment<'p>(&self, program: &'p Program, session: &Session<'_>) -> Outcome<Deployment<'p>> {
        let unknown = |name: &&String| program.user(name).is_none() && !session.entries().contains_key(*name);
        if let Some(name) = self.scale.target.iter().find(unknown) {
            return Err(Failure::new(format!("there is no user `{name}` in the program or the state"))
                .help("`--target` takes the name that a user has in the program"));
        }
        let options = DeploymentOptions::builder()
            .settings(self.settings.clone())
            .overrides(self.overrides.clone())
            .guard(self.scale.max_deletes.map_or_else(Guard::default, Guard::most))
            .maybe_users_per_instance(self.scale.users_per_instance)
            .build();
        Ok(Deployment::new(program, session, options))
    }

    /// How plans are carried out.
    pub fn apply_options<'o>(&'o self, session: &Session<'o>, watch: &'o Watch) -> FleetOptions<'o> {
        let mut options = session.apply_options();
        options.apply.read_back = false;
        options.parallelism = self.parallelism;
        options.on_failure = self.scale.stop_after.map_or(OnFailure::Continue, OnFailure::StopAfter);
        options.observer = watch;
        options
    }

    /// Whether a user is meant at all.
    pub fn is_target(&self, name: &String) -> bool {
        self.scale.target.is_empty() || self.scale.target.contains(name)
    }
}

/// What the command line says of every user.
fn settings(args: &Global) -> Settings {
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
