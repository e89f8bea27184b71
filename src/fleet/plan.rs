//! The plan of a fleet.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    PlanOptions, Wanted,
    order::{self, Wait},
};
use crate::{
    apply::is_recorded,
    diff::{self, Action, Plan, Refused, plan_deletion},
    user::{DesiredUser, IdentityManagementType, InstanceId, UserState},
};

/// The calls that bring every user of a fleet to what is wanted.
///
/// Users that need nothing are counted and not kept: the plan of a million users of whom a hundred change
/// holds a hundred.
#[derive(Debug)]
pub struct FleetPlan {
    pub(super) users: Vec<UserPlan>,
    unchanged: usize,
    notices: Vec<FleetNotice>,
}

/// The plan of one user of a fleet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UserPlan {
    /// The name that the user has in the program, or had.
    pub name: String,
    /// The calls; a plan without steps only records what is managed from now on.
    pub plan: Plan,
    /// The name that the user had in the program before, where it had another: that costs no call.
    pub moved_from: Option<String>,
    /// Which steps wait for steps of other users.
    pub(super) waits: Vec<Wait>,
}

/// Something to know about a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FleetNotice {
    /// A stable code.
    pub code: &'static str,
    /// The user that it is about, by its name in the program.
    pub user: Option<String>,
    /// What there is to say, in a sentence.
    pub message: String,
    /// The way out; empty where there is none to take.
    pub help: String,
}

/// Why a fleet has no plan: every reason at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", reasons.iter().map(|reason| reason.message.as_str()).collect::<Vec<_>>().join("; "))]
#[non_exhaustive]
pub struct FleetRefused {
    /// The reasons, each with its help.
    pub reasons: Vec<FleetNotice>,
    /// The users that the plan would delete or replace, by their names in the program.
    pub deletions: Vec<String>,
}

impl FleetPlan {
    /// The users for whom there is something to do or to record, in the order in which they were wanted;
    /// those that leave, last.
    pub fn users(&self) -> &[UserPlan] {
        &self.users
    }

    /// How many users are as they should be.
    pub const fn unchanged(&self) -> usize {
        self.unchanged
    }

    /// What there is to know, such as two users who exchange their names.
    pub fn notices(&self) -> &[FleetNotice] {
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

impl UserPlan {
    /// Which of the steps wait for steps of other users: own step, place of the other user in the plan, and
    /// its step.
    pub fn waits(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.waits.iter().map(|wait| (wait.step, wait.user, wait.other))
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

/// Plans a fleet from all that is wanted and all that is known, by the names in the program.
///
/// Who is in `states` and not wanted is deleted. See [`Planner`] for a fleet that need not be in memory at
/// once.
///
/// # Errors
///
/// [`FleetRefused`], with every reason: a user who is wanted twice, more deletions than the guard allows, an
/// instance that takes no more users, and what any user's own plan refuses.
pub fn plan(
    wanted: &[Wanted],
    states: &BTreeMap<String, UserState>,
    options: &PlanOptions,
) -> Result<FleetPlan, FleetRefused> {
    let mut planner = Planner::new(options.clone());
    let mut leaving: BTreeMap<&String, &UserState> = states.iter().collect();
    for user in wanted {
        leaving.remove(&user.name);
        planner.want(user, states.get(&user.name));
    }
    for (name, state) in leaving {
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
    /// Who is wanted, by instance and name. It keeps the hashes, which spares a million users the reading of
    /// their names each time that it grows.
    identities: IndexMap<Identity, Box<str>>,
    instances: Vec<Box<str>>,
    users: Vec<UserPlan>,
    /// Who is wanted and not known: another name in the program may know them.
    new: Vec<Wanted>,
    leaving: Vec<Leaving>,
    recorded: usize,
    unchanged: usize,
    reasons: Vec<FleetNotice>,
}

/// An instance, by its place in a list, and the name of a user: what Amazon Connect knows a user by.
type Identity = (usize, Box<str>);

#[derive(Debug)]
struct Leaving {
    name: String,
    state: UserState,
    protect: bool,
}

impl Planner {
    /// A planner who has heard of nobody yet.
    pub fn new(options: PlanOptions) -> Self {
        Self {
            assumed: options.user.identity_management,
            options,
            identities: IndexMap::new(),
            instances: Vec::new(),
            users: Vec::new(),
            new: Vec::new(),
            leaving: Vec::new(),
            recorded: 0,
            unchanged: 0,
            reasons: Vec::new(),
        }
    }

    /// Adds a user who is wanted, and as it is; `None` where it is not known or gone.
    pub fn want(&mut self, wanted: &Wanted, actual: Option<&UserState>) {
        let identity = self.identity(wanted.desired.instance_id(), wanted.desired.name());
        if let Some(other) = self.identities.insert(identity, wanted.name.as_str().into()) {
            let message =
                format!("`{other}` and `{}` are both the user `{}`", wanted.name, wanted.desired.name());
            self.refuse(
                "duplicate-user",
                &wanted.name,
                message,
                "take one of them out, or give it another name",
            );
            return;
        }
        let Some(actual) = actual else { return self.new.push(wanted.clone()) };
        self.recorded += 1;
        self.change(wanted, actual, None);
    }

    /// Adds a user who is known and no longer wanted. If the same user is wanted under another name, it
    /// moves there; otherwise it is deleted.
    pub fn leave(&mut self, name: impl Into<String>, state: UserState, protect: bool) {
        self.recorded += 1;
        self.leaving.push(Leaving { name: name.into(), state, protect });
    }

    /// The plan.
    ///
    /// # Errors
    ///
    /// As [`plan`].
    pub fn finish(mut self) -> Result<FleetPlan, FleetRefused> {
        self.settle_new();
        self.settle_leaving();
        let mut notices = Vec::new();
        order::settle(&mut self.users, &self.options.capacity, &mut notices, &mut self.reasons);
        let deletions = self.guard();
        if self.reasons.is_empty() {
            return Ok(FleetPlan { users: self.users, unchanged: self.unchanged, notices });
        }
        Err(FleetRefused { reasons: self.reasons, deletions })
    }

    fn change(&mut self, wanted: &Wanted, actual: &UserState, moved_from: Option<String>) {
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
        self.add(&wanted.name, desired.clone(), Some(actual), moved_from);
    }

    /// Plans with what the user was validated with.
    fn take_settings(&mut self, desired: &DesiredUser) {
        self.options.user.adopt(desired.options());
        self.options.user.identity_management = desired.identity_management().or(self.assumed);
    }

    fn add(
        &mut self,
        name: &str,
        desired: DesiredUser,
        actual: Option<&UserState>,
        moved_from: Option<String>,
    ) {
        match diff::plan(desired, actual, &self.options.user) {
            Ok(plan) => {
                self.users.push(UserPlan { name: name.to_owned(), plan, moved_from, waits: Vec::new() });
            }
            Err(refused) => self.refuse_user(name, &refused),
        }
    }

    /// Users whose name in the program has changed move; the others are made.
    fn settle_new(&mut self) {
        let mut leaving: Vec<Option<Leaving>> =
            std::mem::take(&mut self.leaving).into_iter().map(Some).collect();
        let mut places: HashMap<Identity, usize> = HashMap::new();
        for (place, left) in leaving.iter().enumerate() {
            if let Some(Leaving { state, .. }) = left {
                places.insert(self.identity(&state.instance_id, &state.name), place);
            }
        }
        for wanted in std::mem::take(&mut self.new) {
            let identity = self.identity(wanted.desired.instance_id(), wanted.desired.name());
            let place = places.remove(&identity);
            if let Some(Leaving { name, state, .. }) = place.and_then(|place| leaving.get_mut(place)?.take())
            {
                self.change(&wanted, &state, Some(name));
            } else {
                self.options.user.protect = false;
                self.options.user.password_changed = None;
                self.take_settings(&wanted.desired);
                self.add(&wanted.name, wanted.desired, None, None);
            }
        }
        self.leaving = leaving.into_iter().flatten().collect();
    }

    fn settle_leaving(&mut self) {
        for Leaving { name, state, protect } in std::mem::take(&mut self.leaving) {
            self.options.user.protect = protect;
            match plan_deletion(&state, &self.options.user) {
                Ok(plan) => self.users.push(UserPlan { name, plan, moved_from: None, waits: Vec::new() }),
                Err(refused) => self.refuse_user(&name, &refused),
            }
        }
    }

    /// Who would be deleted; more than allowed is a reason to refuse.
    fn guard(&mut self) -> Vec<String> {
        let goes = |user: &&UserPlan| matches!(user.plan.diff().action, Action::Delete | Action::Replace);
        let deletions: Vec<String> = self.users.iter().filter(goes).map(|user| user.name.clone()).collect();
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

    fn refuse(&mut self, code: &'static str, user: &str, message: String, help: &str) {
        self.reasons.push(FleetNotice { code, user: Some(user.to_owned()), message, help: help.to_owned() });
    }

    fn refuse_user(&mut self, name: &str, refused: &Refused) {
        for notice in refused.notices() {
            self.refuse(notice.code, name, format!("`{name}`: {}", notice.message), &notice.help);
        }
    }
}
