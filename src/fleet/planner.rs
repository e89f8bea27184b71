//! The plan of a fleet, made user by user.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    mem::take,
    sync::Arc,
};

use indexmap::IndexMap;

use super::{
    Lifecycle, PlanOptions, ProgramUser,
    accounts::{Accounts, Deleting},
    matching::{Missing, UserKey, match_users},
    plan::{FleetPlan, FleetRefused, Release},
    preview::FleetPreview,
    user_plan::UserPreview,
};
use crate::{
    diff::Action,
    user::{Code, Diagnostic, InstanceId, Settings, UserState},
};

/// Plans a fleet from the users of the program and the recorded users that exist, by resource name.
///
/// Same instance and same user name is the same user, whatever the resource name: a user that is recorded under
/// another one moves without a call. Users whose name changes are matched by resource name. Users in `states` that are missing from the
/// program are deleted. Use a [`Planner`] for values that are known after apply, and for a fleet that need
/// not be in memory at once.
///
/// # Errors
///
/// [`FleetRefused`], with every reason: a resource name or a user that is given twice, more deletions than
/// the guard allows, an instance without enough room, a value that is not known yet, and whatever the plan of
/// a single user refuses.
pub fn plan(
    program: &[ProgramUser],
    states: &BTreeMap<String, Arc<UserState>>,
    options: &PlanOptions,
) -> Result<FleetPlan, FleetRefused> {
    let mut planner = Planner::new(options.clone());
    let mut missing: BTreeMap<&String, &Arc<UserState>> = states.iter().collect();
    for user in program {
        planner.want(user, missing.remove(&user.name));
    }
    for (name, state) in missing {
        planner.leave(name.clone(), state.clone(), false);
    }
    planner.finish().into_plan()
}

/// Plans a fleet user by user.
///
/// Give every user of the program once, by [`want`](Self::want), [`want_matched`](Self::want_matched) or
/// [`keep`](Self::keep); and every recorded user that is missing from the program, by [`leave`](Self::leave)
/// or [`gone`](Self::gone).
#[derive(Debug)]
pub struct Planner {
    pub(super) options: PlanOptions,
    /// What the user that is being planned is planned with: one value, so that its texts are copied only
    /// where two users differ in them.
    pub(super) settings: Settings,
    /// Who is wanted, by instance and user name. It keeps the hashes, which spares a million users the
    /// reading of their names each time that it grows.
    pub(super) identities: IndexMap<Identity, Arc<str>>,
    /// The resource names that are wanted.
    pub(super) names: HashSet<Arc<str>>,
    pub(super) instances: Vec<Box<str>>,
    /// What becomes of users, each with its place in the program.
    pub(super) users: Vec<(usize, UserPreview)>,
    /// What comes before users that depend on one of these.
    pub(super) behind: HashMap<Arc<str>, Behind>,
    /// Users of the program that are not recorded under their resource names: to be created, renamed or
    /// moved.
    pub(super) pending: Vec<(usize, ProgramUser)>,
    /// Recorded users that are not in the program under the same resource name.
    pub(super) missing: Vec<MissingUser>,
    pub(super) released: Vec<Release>,
    /// Who stays as it is in this run, by instance and user name: nobody else can be it.
    outside: Vec<(Identity, Arc<str>)>,
    /// The accounts of all records.
    accounts: Accounts,
    pub(super) recorded: usize,
    pub(super) unchanged: usize,
    pub(super) reasons: Vec<Diagnostic>,
}

/// The record of a user of the program.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Recorded<'a> {
    /// The resource name of the record.
    pub name: &'a str,
    /// The actual user.
    pub state: &'a Arc<UserState>,
    /// The lifecycle that is recorded with the user.
    pub lifecycle: &'a Lifecycle,
    /// Whether the program imports the user, and no apply has recorded it yet: it is not replaced then.
    pub is_import: bool,
}

impl<'a> Recorded<'a> {
    /// The record of a user.
    pub const fn new(name: &'a str, state: &'a Arc<UserState>, lifecycle: &'a Lifecycle) -> Self {
        Self { name, state, lifecycle, is_import: false }
    }

    /// Says that the program imports the user, and no apply has recorded it yet.
    #[must_use]
    pub const fn imported(mut self, is_import: bool) -> Self {
        self.is_import = is_import;
        self
    }
}

/// An instance, by its place in a list, and the name of a user: what Amazon Connect knows a user by.
type Identity = (usize, Box<str>);

/// What comes before users that depend on a user of the program.
#[derive(Debug)]
pub(super) enum Behind {
    /// That user: it changes, or may do so.
    Itself,
    /// It stays as it is: those that it depends on.
    Others(BTreeSet<Arc<str>>),
}

#[derive(Debug)]
pub(super) struct MissingUser {
    pub(super) name: String,
    pub(super) state: Arc<UserState>,
    pub(super) lifecycle: Lifecycle,
    pub(super) is_gone: bool,
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
            pending: Vec::new(),
            missing: Vec::new(),
            released: Vec::new(),
            outside: Vec::new(),
            accounts: Accounts::default(),
            recorded: 0,
            unchanged: 0,
            reasons: Vec::new(),
        }
    }

    /// Adds a user of the program, and the user that is recorded under its resource name; `None` if there is
    /// none, or it is gone.
    ///
    /// If the recorded user has another identity, both wait for [`finish`](Self::finish), which knows whether
    /// it is another user of the program.
    pub fn want(&mut self, user: &ProgramUser, recorded: Option<&Arc<UserState>>) {
        if !self.is_new(user) {
            return;
        }
        let place = self.names.len();
        match recorded {
            Some(state) if user.identity() == Some((&state.instance_id, &state.name)) => {
                self.record(&user.name, state);
                self.change(place, user, state, None, None);
            }
            recorded => {
                if let Some(state) = recorded {
                    self.leave(user.name.as_str(), state.clone(), user.lifecycle.protect);
                }
                self.note_behind(user, Action::Create);
                self.pending.push((place, user.clone()));
            }
        }
    }

    /// Adds a user of the program, and its record under whatever resource name, if the host knows it. Returns the action for the user.
    pub fn want_matched(&mut self, user: &ProgramUser, record: Option<Recorded<'_>>) -> Action {
        if !self.is_new(user) {
            return Action::None;
        }
        let place = self.names.len();
        match record {
            Some(Recorded { name, state, lifecycle, is_import }) => {
                self.record(name, state);
                if is_import && self.refuse_import(user, state) {
                    return Action::None;
                }
                let moved_from = (name != user.name).then(|| name.to_owned());
                self.change(place, user, state, moved_from, Some(lifecycle))
            }
            None => self.create(place, user.clone(), None),
        }
    }

    /// Adds a user of the program that is not planned: its resource name and its identity are taken, and refused
    /// where another user has them.
    #[cfg(feature = "interop")]
    pub(crate) fn check(&mut self, user: &ProgramUser) {
        self.is_new(user);
    }

    /// Adds a user of the program that stays as it is in this run: it is not a target, could not be read, or
    /// breaks a rule. `recorded` is its recorded state, if it has one and is not gone.
    pub fn keep(&mut self, name: &str, recorded: Option<&UserState>) {
        self.names.insert(name.into());
        if let Some(state) = recorded {
            self.record(name, state);
            self.take(name.into(), &state.instance_id, &state.name);
        }
    }

    /// Says that a user of the program that stays as it is in this run is to be this one: no other user of the program
    /// can be it.
    pub(crate) fn keep_for(&mut self, name: &str, identity: Option<UserKey<'_>>) {
        if let Some((instance, user_name)) = identity {
            self.take(name.into(), instance, user_name);
        }
    }

    fn take(&mut self, name: Arc<str>, instance: &InstanceId, user_name: &str) {
        let identity = self.identity(instance, user_name);
        self.outside.push((identity, name));
    }

    /// Adds a recorded user that is not in the program under this resource name. It is deleted, or moves if
    /// it is another user of the program. `protect` refuses its deletion, as [`PlanOptions::settings`] may.
    pub fn leave(&mut self, name: impl Into<String>, state: impl Into<Arc<UserState>>, protect: bool) {
        self.leave_with(name, state, Lifecycle { protect, ..Lifecycle::default() });
    }

    /// As [`leave`](Self::leave), with the recorded lifecycle: the account may stay.
    pub fn leave_with(
        &mut self,
        name: impl Into<String>,
        state: impl Into<Arc<UserState>>,
        lifecycle: Lifecycle,
    ) {
        let (name, state) = (name.into(), state.into());
        self.record(&name, &state);
        self.missing.push(MissingUser { name, state, lifecycle, is_gone: false });
    }

    /// Adds a recorded user that is gone from the service. Its deletion finds that out and forgets the
    /// record; it takes no room and is not guarded.
    pub fn gone(&mut self, name: impl Into<String>, state: impl Into<Arc<UserState>>) {
        let state = state.into();
        let lifecycle = Lifecycle::default();
        self.missing.push(MissingUser { name: name.into(), state, lifecycle, is_gone: true });
    }

    /// Whether a user of the program with this resource name was given.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Ends the planning, and returns the preview of the whole fleet.
    pub fn finish(mut self) -> FleetPreview {
        self.refuse_taken();
        self.match_pending();
        self.find_dependencies();
        self.users.sort_by_key(|(place, _)| *place);
        let mut preview = FleetPreview {
            users: self.users.into_iter().map(|(_, user)| user).collect(),
            unchanged: self.unchanged,
            recorded: self.recorded,
            notices: Vec::new(),
            reasons: self.reasons,
            deletions: Vec::new(),
            released: self.released,
            capacity: self.options.capacity,
            moves: Vec::new(),
        };
        preview.settle();
        let goes =
            |user: &&UserPreview| !user.is_gone && matches!(user.action(), Action::Delete | Action::Replace);
        preview.deletions = preview.users.iter().filter(goes).map(|user| user.name.clone()).collect();
        preview.reasons.extend(self.options.guard.check(preview.deletions.len(), self.recorded));
        preview.reasons.extend(self.accounts.refusals(preview.users.iter().map(Deleting::from)));
        preview
    }

    /// Counts a record of a user that is there.
    fn record(&mut self, name: &str, state: &UserState) {
        self.recorded += 1;
        let name = self.names.get(name).cloned().unwrap_or_else(|| name.into());
        self.accounts.add(name, state);
    }

    /// Whether neither the resource name nor the user is wanted already.
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

    /// Nobody can be whom a user is, or is to be, that stays as it is in this run.
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

    /// Users whose resource name has changed move, others are renamed or created, and recorded users that
    /// nobody wants are deleted.
    fn match_pending(&mut self) {
        let (pending, missing) = (take(&mut self.pending), take(&mut self.missing));
        let matched = match_users(
            pending.iter().map(|(_, user)| (user.name.as_str(), user.identity())),
            missing.iter().map(|MissingUser { name, state, is_gone, .. }| {
                (name.as_str(), (!is_gone).then_some((&state.instance_id, state.name.as_str())))
            }),
            |name| self.names.contains(name),
        );
        let recorded_as: Vec<Option<String>> = pending
            .iter()
            .map(|(_, user)| matched.recorded.get(&*user.name).map(|name| (*name).into()))
            .collect();
        let left = matched.missing;
        let mut missing: HashMap<String, MissingUser> =
            missing.into_iter().map(|record| (record.name.clone(), record)).collect();
        for ((place, user), recorded_as) in pending.into_iter().zip(recorded_as) {
            let record = recorded_as.as_ref().and_then(|name| missing.remove(name));
            if let Some(MissingUser { state, .. }) = record.filter(|record| !record.is_gone) {
                let moved_from = recorded_as.filter(|name| *name != user.name);
                self.change(place, &user, &state, moved_from, None);
            } else {
                self.create(place, user, None);
            }
        }
        for Missing { recorded_as, name } in left {
            if let Some(record) = missing.remove(&recorded_as) {
                self.delete(&name, record);
            }
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
