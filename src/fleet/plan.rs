//! The plan of a fleet.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use indexmap::IndexMap;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Missing, PlanOptions, Wanted, matching::match_among, order, user_plan::UserPlan};
use crate::{
    apply::is_recorded,
    diff::{self, Action, Refused, plan_deletion},
    user::{Code, DesiredUser, Diagnostic, IdentityManagementType, InstanceId, UserState, joined},
};

/// The calls that bring every user of a fleet to what is wanted.
///
/// Users that need nothing are counted and not kept: the plan of a million users of whom a hundred change
/// holds a hundred.
#[derive(Debug)]
pub struct FleetPlan {
    pub(super) users: Vec<UserPlan>,
    unchanged: usize,
    notices: Vec<Diagnostic>,
}

/// Why a fleet has no plan: every reason at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", joined(reasons))]
#[non_exhaustive]
pub struct FleetRefused {
    /// The reasons, each with its help.
    pub reasons: Vec<Diagnostic>,
    /// The users that the plan would delete or replace, by their names in the program.
    pub deletions: Vec<String>,
}

impl FleetPlan {
    /// The users for whom there is something to do or to record, in the order in which they were wanted;
    /// those that are missing from the program, last.
    pub fn users(&self) -> &[UserPlan] {
        &self.users
    }

    /// How many users are as they should be.
    pub const fn unchanged(&self) -> usize {
        self.unchanged
    }

    /// What there is to know, such as two users who exchange their names.
    pub fn notices(&self) -> &[Diagnostic] {
        &self.notices
    }

    /// How many users get what.
    pub fn count(&self, action: Action) -> usize {
        match action {
            Action::None => self.unchanged + self.with(Action::None).count(),
            action => self.with(action).count(),
        }
    }

    /// Whether no call is needed.
    pub fn is_empty(&self) -> bool {
        self.users.iter().all(|user| user.plan.steps().is_empty())
    }

    fn with(&self, action: Action) -> impl Iterator<Item = &UserPlan> {
        self.users.iter().filter(move |user| user.plan.diff().action == action)
    }
}

impl Serialize for FleetPlan {
    /// The changed users as their previews, and how many there are of each.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct User<'a> {
            user: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            moved_from: Option<&'a str>,
            #[serde(flatten)]
            preview: &'a diff::Preview,
        }

        let user = |user: &UserPlan| {
            let UserPlan { name, plan, moved_from, .. } = user;
            serde_json::to_value(User {
                user: name,
                moved_from: moved_from.as_deref(),
                preview: plan.preview(),
            })
        };
        let users: Vec<_> = self.users.iter().filter_map(|plan| user(plan).ok()).collect();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("users", &users)?;
        map.serialize_entry("unchanged", &self.unchanged)?;
        map.serialize_entry("notices", &self.notices)?;
        map.end()
    }
}

/// Plans a fleet from all that is wanted and all that is recorded and there, by resource names.
///
/// Who is who is decided by [`match_users`](super::match_users): a user of the program whose instance and user name are recorded
/// under another resource name moves there without a call. Users in `states` that are missing from the
/// program are deleted. See [`Planner`] for a fleet that need not be in memory at once.
///
/// # Errors
///
/// [`FleetRefused`], with every reason: a resource name or a user that is wanted twice, more deletions than
/// the guard allows, an instance that takes no more users, and what any user's own plan refuses.
pub fn plan(
    wanted: &[Wanted],
    states: &BTreeMap<String, UserState>,
    options: &PlanOptions,
) -> Result<FleetPlan, FleetRefused> {
    let mut planner = Planner::new(options.clone());
    let mut missing: BTreeMap<&String, &UserState> = states.iter().collect();
    for user in wanted {
        planner.want(user, missing.remove(&user.name));
    }
    for (name, state) in missing {
        planner.leave(name.clone(), state.clone(), options.user.protect);
    }
    planner.finish()
}

/// Plans a fleet user by user.
#[derive(Debug)]
pub struct Planner {
    options: PlanOptions,
    /// How instances manage identities where a user does not say.
    assumed: Option<IdentityManagementType>,
    /// Whether recorded users are protected of whom nothing else is said.
    protect: bool,
    /// Who is wanted, by instance and user name. It keeps the hashes, which spares a million users the
    /// reading of their names each time that it grows.
    identities: IndexMap<Identity, Arc<str>>,
    /// The resource names that are wanted.
    names: HashSet<Arc<str>>,
    instances: Vec<Box<str>>,
    /// The plans, each with the place of its user in the program.
    users: Vec<(usize, UserPlan)>,
    /// Users of the program that are not recorded under their resource names: to be created, renamed or
    /// moved.
    pending: Vec<(usize, Wanted)>,
    /// Recorded users that are not in the program under the same resource name.
    records: Vec<Recorded>,
    recorded: usize,
    unchanged: usize,
    reasons: Vec<Diagnostic>,
}

/// An instance, by its place in a list, and the name of a user: what Amazon Connect knows a user by.
type Identity = (usize, Box<str>);

#[derive(Debug)]
struct Recorded {
    name: String,
    state: UserState,
    protect: bool,
    is_gone: bool,
}

impl Planner {
    /// A planner without any user.
    pub fn new(options: PlanOptions) -> Self {
        Self {
            assumed: options.user.identity_management,
            protect: options.user.protect,
            options,
            identities: IndexMap::new(),
            names: HashSet::new(),
            instances: Vec::new(),
            users: Vec::new(),
            pending: Vec::new(),
            records: Vec::new(),
            recorded: 0,
            unchanged: 0,
            reasons: Vec::new(),
        }
    }

    /// Adds a user of the program, and the user that is recorded under its resource name; `None` where
    /// there is none, or it is gone.
    ///
    /// Where the recorded one has another identity, both wait for [`finish`](Self::finish), which knows
    /// whether it is another user of the program.
    pub fn want(&mut self, wanted: &Wanted, recorded: Option<&UserState>) {
        if !self.is_new(wanted) {
            return;
        }
        let place = self.names.len();
        let desired = &wanted.desired;
        match recorded {
            Some(state) if state.instance_id == *desired.instance_id() && state.name == desired.name() => {
                self.recorded += 1;
                self.change(place, wanted, state, None);
            }
            recorded => {
                if let Some(state) = recorded {
                    self.leave(wanted.name.as_str(), state.clone(), self.protect || wanted.protect);
                }
                self.pending.push((place, wanted.clone()));
            }
        }
    }

    /// Adds a recorded user that is not in the program under this resource name; `protect` says whether it
    /// must not be deleted. Where it is another user of the program, it moves there without a call.
    pub fn leave(&mut self, name: impl Into<String>, state: UserState, protect: bool) {
        self.recorded += 1;
        self.records.push(Recorded { name: name.into(), state, protect, is_gone: false });
    }

    /// Adds a recorded user that is gone from the service: it is nobody of the program, and its deletion, which
    /// finds out that it is gone, forgets it. It takes no room and is not guarded.
    pub fn gone(&mut self, name: impl Into<String>, state: UserState) {
        self.records.push(Recorded { name: name.into(), state, protect: false, is_gone: true });
    }

    /// The plan.
    ///
    /// # Errors
    ///
    /// As [`plan`].
    pub fn finish(mut self) -> Result<FleetPlan, FleetRefused> {
        self.match_pending();
        self.users.sort_by_key(|(place, _)| *place);
        let mut users: Vec<UserPlan> =
            std::mem::take(&mut self.users).into_iter().map(|(_, user)| user).collect();
        let mut notices = Vec::new();
        order::settle(&mut users, &self.options.capacity, &mut notices, &mut self.reasons);
        let deletions = self.guard(&users);
        if self.reasons.is_empty() {
            return Ok(FleetPlan { users, unchanged: self.unchanged, notices });
        }
        Err(FleetRefused { reasons: self.reasons, deletions })
    }

    /// Whether neither the resource name nor the user is wanted already.
    fn is_new(&mut self, wanted: &Wanted) -> bool {
        let name: Arc<str> = wanted.name.as_str().into();
        if !self.names.insert(name.clone()) {
            let message = format!("the program has two users of the resource name `{name}`");
            let help = "give each user a resource name of its own";
            self.reasons
                .push(Diagnostic::new(Code::DUPLICATE_RESOURCE_NAME, message).about(&*name).with_help(help));
            return false;
        }
        let identity = self.identity(wanted.desired.instance_id(), wanted.desired.name());
        if let Some(other) = self.identities.insert(identity, name.clone()) {
            let message = format!("`{other}` and `{name}` are both the user `{}`", wanted.desired.name());
            let help = "take one of them out, or give it another name";
            self.reasons.push(Diagnostic::new(Code::DUPLICATE_USER, message).about(&*name).with_help(help));
            return false;
        }
        true
    }

    fn change(&mut self, place: usize, wanted: &Wanted, actual: &UserState, moved_from: Option<String>) {
        let desired = &wanted.desired;
        self.options.user.password_changed = wanted.password_changed;
        self.options.user.protect = wanted.protect;
        self.take_settings(desired);
        // What differs is found without allocating; who does not differ is not even cloned.
        let diff = diff::diff(desired.spec(), Some(actual), &self.options.user);
        let is_quiet = diff.is_empty() && diff.action == Action::None && diff.notices.is_empty();
        if is_quiet && moved_from.is_none() && is_recorded(desired, actual) {
            self.unchanged += 1;
            return;
        }
        self.add(place, &wanted.name, desired.clone(), Some(actual), moved_from);
    }

    /// Plans with what the user was validated with.
    fn take_settings(&mut self, desired: &DesiredUser) {
        self.options.user.adopt(desired.options());
        self.options.user.identity_management = desired.identity_management().or(self.assumed);
    }

    fn add(
        &mut self,
        place: usize,
        name: &str,
        desired: DesiredUser,
        actual: Option<&UserState>,
        moved_from: Option<String>,
    ) {
        match diff::plan(desired, actual, &self.options.user) {
            Ok(plan) => self.users.push((place, UserPlan { moved_from, ..UserPlan::new(name, plan) })),
            Err(refused) => self.refuse_user(name, &refused),
        }
    }

    /// Users whose resource name has changed move, others are renamed or created, and recorded users that
    /// nobody wants are deleted.
    fn match_pending(&mut self) {
        let (pending, records) = (std::mem::take(&mut self.pending), std::mem::take(&mut self.records));
        let matches = match_among(
            pending.iter().map(|(_, Wanted { name, desired, .. })| {
                (name.as_str(), Some((desired.instance_id(), desired.name())))
            }),
            records.iter().map(|Recorded { name, state, is_gone, .. }| {
                (name.as_str(), (!is_gone).then_some((&state.instance_id, state.name.as_str())))
            }),
            |name| self.names.contains(name),
        );
        let mut records: HashMap<String, Recorded> =
            records.into_iter().map(|record| (record.name.clone(), record)).collect();
        for (place, wanted) in pending {
            let record = matches.recorded_as(&wanted.name).and_then(|name| records.remove(name));
            if let Some(Recorded { state, .. }) = record.filter(|record| !record.is_gone) {
                let moved_from = matches.moved_from(&wanted.name).map(str::to_owned);
                self.change(place, &wanted, &state, moved_from);
            } else {
                self.options.user.protect = false;
                self.options.user.password_changed = None;
                self.take_settings(&wanted.desired);
                self.add(place, &wanted.name, wanted.desired, None, None);
            }
        }
        for Missing { recorded_as, name } in matches.missing() {
            let Some(Recorded { state, protect, is_gone, .. }) = records.remove(recorded_as) else {
                continue;
            };
            let moved_from = (name != recorded_as).then(|| recorded_as.clone());
            self.options.user.protect = protect;
            match plan_deletion(&state, &self.options.user) {
                Ok(plan) => {
                    let user = UserPlan { moved_from, is_gone, ..UserPlan::new(name, plan) };
                    self.users.push((usize::MAX, user));
                }
                Err(refused) => self.refuse_user(name, &refused),
            }
        }
    }

    /// Who would be deleted; more than allowed is a reason to refuse.
    fn guard(&mut self, users: &[UserPlan]) -> Vec<String> {
        let goes = |user: &&UserPlan| {
            !user.is_gone && matches!(user.plan.diff().action, Action::Delete | Action::Replace)
        };
        let deletions: Vec<String> = users.iter().filter(goes).map(|user| user.name.clone()).collect();
        self.reasons.extend(self.options.guard.check(deletions.len(), self.recorded));
        deletions
    }

    fn identity(&mut self, instance: &InstanceId, name: &str) -> Identity {
        let known = self.instances.iter().position(|known| **known == *instance.bare());
        let place = known.unwrap_or_else(|| {
            self.instances.push(instance.bare().into());
            self.instances.len() - 1
        });
        (place, name.into())
    }

    fn refuse_user(&mut self, name: &str, refused: &Refused) {
        self.reasons.extend(refused.diagnostics().iter().map(|reason| reason.clone().about(name)));
    }
}
