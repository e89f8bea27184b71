//! The plan of a fleet, made user by user.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    mem::take,
    sync::Arc,
};

use indexmap::IndexMap;

use super::{
    Former, Lifecycle, PlanOptions, ProgramUser,
    accounts::{Accounts, Deleting},
    matching::{Missing, UserKey, match_users},
    plan::{FleetPlan, FleetRefused, Release},
    preview::FleetPreview,
    user_plan::UserPreview,
    work::deletes,
};
use crate::{
    diff::Action,
    user::{Code, Diagnostic, InstanceId, Settings, UserState},
};

/// Plans a fleet from the users of the program and the recorded users that exist, by resource name.
///
/// A program user and a recorded user with the same instance and user name are the same user, whatever their resource
/// names: if these differ, the record gets the new resource name without a call. Users whose user name changes are
/// matched by resource name. Users in `states` that are missing from the program are deleted. Use a
/// [`Session`](super::Session) for a whole run, and a [`Planner`] for values that are known after apply.
///
/// # Errors
///
/// [`FleetRefused`], with every reason: a resource name or a user that is given twice, more deletions than the guard
/// allows, an instance without enough room, a value that is not known yet, and every refusal of the plan of a single
/// user.
pub fn plan(
    program: &[ProgramUser],
    states: &BTreeMap<String, Arc<UserState>>,
    options: &PlanOptions,
) -> Result<FleetPlan, FleetRefused> {
    let mut planner = Planner::new(options.clone());
    let wanted = program.iter().map(|user| (user.name.as_str(), user.identity()));
    let recorded =
        states.iter().map(|(name, state)| (name.as_str(), Some((&state.instance_id, state.name.as_str()))));
    let matched = match_users(wanted, recorded);
    for user in program {
        let record = matched.recorded.get(user.name.as_str()).and_then(|name| states.get_key_value(*name));
        planner.want(user, record.map(|(name, state)| Recorded::new(name, state, &user.lifecycle)));
    }
    for Missing { recorded_as, name } in matched.missing {
        if let Some((recorded_as, state)) = states.get_key_value(&recorded_as) {
            planner.leave(name, Recorded::new(recorded_as, state, &Lifecycle::default()));
        }
    }
    planner.finish().into_plan()
}

/// Plans a fleet user by user, so that the fleet need not be in memory at once.
///
/// Give every user of the program once, by [`want`](Self::want) or [`keep`](Self::keep), and every recorded user that
/// is missing from the program by [`leave`](Self::leave).
#[derive(Debug)]
pub struct Planner {
    pub(super) options: PlanOptions,
    /// The settings of the user that is being planned. The value is reused, so that its texts are copied only where two
    /// users differ in them.
    pub(super) settings: Settings,
    /// The resource names of the users of the program, by instance and user name. An `IndexMap` keeps the hashes, so
    /// that it grows without hashing the names of a million users again.
    pub(super) identities: IndexMap<Identity, Arc<str>>,
    /// The resource names of the program.
    pub(super) names: HashSet<Arc<str>>,
    pub(super) instances: Vec<Box<str>>,
    /// The previews of the users that change, or whose records change.
    pub(super) users: Vec<UserPreview>,
    /// By resource name, the users that must be applied before the dependents of the named user.
    pub(super) behind: HashMap<Arc<str>, Behind>,
    /// The recorded users that are missing from the program. They are planned last, because the plan of each may depend
    /// on all users of the program.
    missing: Vec<MissingUser>,
    pub(super) released: Vec<Release>,
    /// The users that stay as they are in this run, by instance and user name: no other user of the program may have
    /// the same identity.
    outside: Vec<(Identity, Arc<str>)>,
    /// The accounts of all records.
    accounts: Accounts,
    pub(super) recorded: usize,
    pub(super) unchanged: usize,
    pub(super) reasons: Vec<Diagnostic>,
}

/// The record of a user.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Recorded<'a> {
    /// The resource name of the record.
    pub name: &'a str,
    /// The actual user.
    pub state: &'a Arc<UserState>,
    /// The lifecycle that is recorded with the user.
    pub lifecycle: &'a Lifecycle,
    /// Whether the program imports the user, and no apply has recorded it yet. A plan that would replace such a user is
    /// refused.
    pub is_import: bool,
}

impl<'a> Recorded<'a> {
    /// The record of a user.
    pub const fn new(name: &'a str, state: &'a Arc<UserState>, lifecycle: &'a Lifecycle) -> Self {
        Self { name, state, lifecycle, is_import: false }
    }

    /// Sets [`is_import`](Self::is_import).
    #[must_use]
    pub const fn imported(mut self, is_import: bool) -> Self {
        self.is_import = is_import;
        self
    }
}

/// The identity of a user in Amazon Connect: the instance, as an index into `instances`, and the user name.
type Identity = (usize, Box<str>);

/// The users that must be applied before the dependents of a user of the program.
#[derive(Debug)]
pub(super) enum Behind {
    /// The user itself, because it changes or may change.
    Itself,
    /// The user stays as it is: the changed users that it depends on, directly or through unchanged users.
    Others(BTreeSet<Arc<str>>),
}

#[derive(Debug)]
pub(super) struct MissingUser {
    pub(super) name: String,
    /// The recorded resource name, if it differs.
    pub(super) moved_from: Option<String>,
    pub(super) state: Arc<UserState>,
    pub(super) lifecycle: Lifecycle,
}

impl Planner {
    /// A planner without users.
    pub fn new(options: PlanOptions) -> Self {
        Self {
            settings: options.settings.clone(),
            options,
            identities: IndexMap::new(),
            names: HashSet::new(),
            instances: Vec::new(),
            users: Vec::new(),
            behind: HashMap::new(),
            missing: Vec::new(),
            released: Vec::new(),
            outside: Vec::new(),
            accounts: Accounts::default(),
            recorded: 0,
            unchanged: 0,
            reasons: Vec::new(),
        }
    }

    /// Adds a user of the program. `record` is its record, under any resource name; `None` if the user is not recorded
    /// or is gone. Returns the action for the user.
    pub fn want(&mut self, user: &ProgramUser, record: Option<Recorded<'_>>) -> Action {
        if !self.is_new(user) {
            return Action::None;
        }
        let Some(record) = record else {
            return self.create(user, None, None);
        };
        self.record(record.name, record.state);
        if record.is_import && self.refuse_import(user, record.state) {
            return Action::None;
        }
        self.change(user, record)
    }

    /// Adds a user of the program that has no account, because its replacement was stopped: it is created with the values
    /// that ignored properties have in `former` ([`Entry::former`](super::Entry::former)). Returns the action for the user.
    pub fn want_again(&mut self, user: &ProgramUser, former: &Former) -> Action {
        match self.is_new(user) {
            true => self.create(user, None, Some(&former.state)),
            false => Action::None,
        }
    }

    /// Adds a user of the program that is not planned: its resource name and its identity are reserved, and are refused
    /// if another user of the program has them.
    #[cfg(feature = "interop")]
    pub(crate) fn check(&mut self, user: &ProgramUser) {
        self.is_new(user);
    }

    /// Adds a user of the program that stays as it is in this run: it is not a target, could not be read, or breaks a
    /// rule. `recorded` is its recorded state, if it is recorded and not gone.
    pub fn keep(&mut self, name: &str, recorded: Option<&UserState>) {
        self.names.insert(name.into());
        if let Some(state) = recorded {
            self.record(name, state);
            self.take(name.into(), &state.instance_id, &state.name);
        }
    }

    /// Reserves the desired identity of a user of the program that stays as it is in this run: no other user of the
    /// program may have that identity.
    pub(crate) fn keep_for(&mut self, name: &str, identity: Option<UserKey<'_>>) {
        if let Some((instance, user_name)) = identity {
            self.take(name.into(), instance, user_name);
        }
    }

    fn take(&mut self, name: Arc<str>, instance: &InstanceId, user_name: &str) {
        let identity = self.identity(instance, user_name);
        self.outside.push((identity, name));
    }

    /// Adds a recorded user that is missing from the program: it is deleted, unless its lifecycle or
    /// [`PlanOptions::settings`] refuse that, or its account stays. `name` is its resource name in the plan: the
    /// recorded name, unless a user of the program has that name.
    pub fn leave(&mut self, name: impl Into<String>, record: Recorded<'_>) {
        let (name, Recorded { name: recorded_as, state, lifecycle, .. }) = (name.into(), record);
        self.record(recorded_as, state);
        let moved_from = (name != recorded_as).then(|| recorded_as.to_owned());
        self.missing.push(MissingUser {
            name,
            moved_from,
            state: state.clone(),
            lifecycle: lifecycle.clone(),
        });
    }

    /// Whether a user of the program with this resource name was given.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Ends the planning, and returns the preview of the whole fleet.
    pub fn finish(mut self) -> FleetPreview {
        self.refuse_taken();
        for user in take(&mut self.missing) {
            self.delete(user);
        }
        self.find_dependencies();
        let mut preview = FleetPreview {
            unchanged: self.unchanged,
            recorded: self.recorded,
            notices: self.users.iter().filter_map(UserPreview::possible_replacement).collect(),
            users: self.users,
            reasons: self.reasons,
            deletions: Vec::new(),
            released: self.released,
            capacity: self.options.capacity,
            moves: Vec::new(),
            imports: Vec::new(),
        };
        preview.settle();
        let goes = |user: &&UserPreview| deletes(user.steps());
        preview.deletions = preview.users.iter().filter(goes).map(|user| user.name.clone()).collect();
        preview.reasons.extend(self.options.guard.check(preview.deletions.len(), self.recorded));
        preview.reasons.extend(self.accounts.refusals(preview.users.iter().map(Deleting::from)));
        preview
    }

    /// Counts the record of an existing user.
    fn record(&mut self, name: &str, state: &UserState) {
        self.recorded += 1;
        let name = self.names.get(name).cloned().unwrap_or_else(|| name.into());
        self.accounts.add(name, state);
    }

    /// Reserves the resource name and the identity of a user of the program. Returns whether both were free; adds a
    /// refusal otherwise.
    fn is_new(&mut self, user: &ProgramUser) -> bool {
        let name: Arc<str> = user.name.as_str().into();
        if !self.names.insert(name.clone()) {
            let message = format!("the program has two users of the resource name `{name}`");
            self.refuse(
                Code::DUPLICATE_RESOURCE_NAME,
                &name,
                &message,
                "give each user a resource name of its own",
            );
            return false;
        }
        let Some((instance, user_name)) = user.identity() else { return true };
        let identity = self.identity(instance, user_name);
        if let Some(other) = self.identities.insert(identity, name.clone()) {
            let message = format!("`{other}` and `{name}` are both the user `{user_name}`");
            self.refuse(Code::DUPLICATE_USER, &name, &message, "remove one of them, or give it another name");
            return false;
        }
        true
    }

    /// Refuses users of the program with the identity of a user that stays as it is in this run.
    fn refuse_taken(&mut self) {
        for (identity, name) in take(&mut self.outside) {
            let Some(other) = self.identities.get(&identity).filter(|other| **other != name).cloned() else {
                continue;
            };
            let message = format!(
                "`{other}` and `{name}`, which is not in this plan, are both the user `{}`",
                identity.1
            );
            let help = "plan both, or remove one of them";
            self.refuse(Code::DUPLICATE_USER, &other, &message, help);
        }
    }

    fn identity(&mut self, instance: &InstanceId, name: &str) -> Identity {
        let known = self.instances.iter().position(|known| **known == *instance.bare());
        let place = known.unwrap_or_else(|| {
            self.instances.push(instance.bare().into());
            self.instances.len() - 1
        });
        (place, name.into())
    }
}
