//! A plan of a fleet that is stored and applied later.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Deserializer, Serialize, de};

use super::{
    Entry, Lifecycle,
    accounts::{Accounts, Deleting},
    plan::{FleetPlan, FleetRefused, Release},
    user_plan::{UserPlan, Wait},
    work::deletes,
};
use crate::{
    diff::{Plan, Preview, SavedPlan},
    user::{Code, Diagnostic, Newer, Secret, UserId, UserState, one_line},
};

/// The plan of a fleet to store and to apply later, such as in another process after a review.
///
/// The saved plan holds a [`SavedPlan`] of each user, and which users wait for which. It holds personal data, but never
/// a password. Loading it is refused as `stale` if the record of a user of the plan has changed since it was saved,
/// including its [`Lifecycle`]: such as a user that is protected now. Changes made outside the program in Amazon Connect are found by the apply, with
/// [`ApplyOptions::check_prior_state`](crate::apply::ApplyOptions::check_prior_state).
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct SavedFleetPlan(Written);

/// The serialized form.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    version: u64,
    users: Vec<SavedUser>,
    unchanged: usize,
    notices: Vec<Diagnostic>,
    released: Vec<SavedRelease>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SavedUser {
    name: String,
    moved_from: Option<String>,
    lifecycle: Option<Lifecycle>,
    /// The step, the index of the other user, and the step of the other user.
    waits: Vec<(usize, usize, usize)>,
    /// The id of the recorded user, also if that user is gone and is created again.
    recorded: Option<UserId>,
    /// The recorded lifecycle, which decides what a deletion may do.
    #[serde(default)]
    recorded_lifecycle: Lifecycle,
    plan: SavedPlan,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SavedRelease {
    user: String,
    reason: String,
    is_replaced: bool,
    recorded: Option<UserId>,
    #[serde(default)]
    recorded_lifecycle: Lifecycle,
}

impl<'de> Deserialize<'de> for SavedFleetPlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        // The version is checked first: a later version may have any other form.
        let version = json.get("version").and_then(serde_json::Value::as_u64);
        Newer::check("the plan", version, Self::VERSION)?;
        let written: Written = serde_json::from_value(json).map_err(de::Error::custom)?;
        check_waits(&written.users).map_err(de::Error::custom)?;
        Ok(Self(written))
    }
}

/// Refuses steps that wait for a step that is not in the plan, and steps that would wait for each other for ever. No plan
/// that was saved has such steps, but a file can be edited.
fn check_waits(users: &[SavedUser]) -> Result<(), String> {
    let steps = |place: usize| users.get(place).map(|user| user.plan.steps().len());
    let mut waiting: HashMap<usize, Vec<usize>> = HashMap::new();
    for (place, user) in users.iter().enumerate() {
        for (step, other, its) in &user.waits {
            let is_there = |place, step| steps(place).is_some_and(|steps| step < steps);
            if !is_there(place, *step) || !is_there(*other, *its) {
                return Err(format!(
                    "`{}` waits for a step that the plan does not have",
                    one_line(&user.name)
                ));
            }
            waiting.entry(*other).or_default().push(place);
        }
    }
    // Makes the steps as an apply would, as long as one can be made.
    let mut made = vec![0_usize; users.len()];
    let made_by = |made: &[usize], place: usize| made.get(place).copied().unwrap_or_default();
    let held_by = |made: &[usize], place: usize| {
        let waits = users.get(place).into_iter().flat_map(|user| &user.waits);
        let mut next = waits.filter(|(step, ..)| *step == made_by(made, place));
        next.find(|(_, other, its)| made_by(made, *other) <= *its).map(|(_, other, _)| *other)
    };
    let mut open: Vec<usize> = (0..users.len()).collect();
    while let Some(place) = open.pop() {
        let before = made_by(&made, place);
        while Some(made_by(&made, place)) < steps(place) && held_by(&made, place).is_none() {
            made.get_mut(place).into_iter().for_each(|made| *made += 1);
        }
        if made_by(&made, place) > before {
            open.extend(waiting.get(&place).into_iter().flatten());
        }
    }
    match (0..users.len()).find_map(|place| Some((place, held_by(&made, place)?))) {
        Some((place, other)) => {
            let name = |place: usize| users.get(place).map(|user| one_line(&user.name)).unwrap_or_default();
            Err(format!(
                "users would wait for each other for ever, such as `{}` for `{}`",
                name(place),
                name(other)
            ))
        }
        None => Ok(()),
    }
}

fn recorded<'a>(entries: &'a BTreeMap<String, Entry>, name: &str) -> Option<&'a UserState> {
    entries.get(name)?.state.as_deref()
}

fn recorded_lifecycle(entries: &BTreeMap<String, Entry>, name: &str) -> Lifecycle {
    entries.get(name).map(|entry| Lifecycle::of_notes(&entry.notes)).unwrap_or_default()
}

impl FleetPlan {
    /// The plan to store and to apply later. `entries` are the entries that the plan was made from: see
    /// [`load_all`](super::load_all).
    pub fn save(&self, entries: &BTreeMap<String, Entry>) -> SavedFleetPlan {
        let id = |name: &str| recorded(entries, name).map(|state| state.user_id.clone());
        let user = |user: &UserPlan| {
            let before = user.moved_from.as_ref().unwrap_or(&user.name);
            SavedUser {
                name: user.name.clone(),
                moved_from: user.moved_from.clone(),
                lifecycle: user.lifecycle.clone(),
                waits: user.waits().collect(),
                recorded: id(before),
                recorded_lifecycle: recorded_lifecycle(entries, before),
                plan: user.plan.save(),
            }
        };
        let release = |release: &Release| SavedRelease {
            user: release.user.clone(),
            reason: release.reason.clone(),
            is_replaced: release.is_replaced,
            recorded: id(&release.user),
            recorded_lifecycle: recorded_lifecycle(entries, &release.user),
        };
        SavedFleetPlan(Written {
            version: SavedFleetPlan::VERSION,
            users: self.users.iter().map(user).collect(),
            unchanged: self.unchanged,
            notices: self.notices.clone(),
            released: self.released.iter().map(release).collect(),
        })
    }
}

impl SavedFleetPlan {
    /// The version of the JSON that this crate writes. Reading a later version is refused.
    pub const VERSION: u64 = 1;

    /// The users of the plan by their resource names, each with its preview, to show them again.
    pub fn previews(&self) -> impl Iterator<Item = (&str, Preview)> {
        self.0.users.iter().map(|user| (user.name.as_str(), user.plan.preview()))
    }

    /// Notices, such as a user that is deleted before it is created again.
    pub fn notices(&self) -> &[Diagnostic] {
        &self.0.notices
    }

    /// The recorded users that are no longer managed: their accounts stay, or are gone already. Each has the reason.
    pub fn released(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.released.iter().map(|release| (release.user.as_str(), release.reason.as_str()))
    }

    /// The users whose resource name changes: the recorded name and the new one.
    pub fn moves(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.users.iter().filter_map(|user| Some((user.moved_from.as_deref()?, user.name.as_str())))
    }

    /// The users, by their resource names, whose passwords [`load`](Self::load) needs.
    pub fn needs_passwords(&self) -> impl Iterator<Item = &str> {
        self.0.users.iter().filter(|user| user.plan.needs_password()).map(|user| user.name.as_str())
    }

    /// The plan, to apply it. `entries` are the present entries of the store; `password` gives the password of a new
    /// user by its resource name.
    ///
    /// # Errors
    ///
    /// [`FleetRefused`], with every reason: `stale` for each user whose record has changed since the plan
    /// was saved, `shared-account` where another record has an account that the plan deletes, and what
    /// [`SavedPlan::load`] refuses.
    pub fn load(
        self,
        entries: &BTreeMap<String, Entry>,
        mut password: impl FnMut(&str) -> Option<Secret>,
    ) -> Result<FleetPlan, FleetRefused> {
        let mut reasons = Vec::new();
        let mut deletions = Vec::new();
        let mut users = Vec::new();
        let mut names = BTreeSet::new();
        for SavedUser {
            name,
            moved_from,
            lifecycle,
            waits,
            recorded: before,
            recorded_lifecycle: noted,
            plan,
        } in self.0.users
        {
            if !names.insert(name.clone()) {
                let message = format!("the plan has the user `{name}` twice");
                reasons.push(Diagnostic::new(Code::DUPLICATE_RESOURCE_NAME, message).about(&name));
            }
            if deletes(plan.steps()) {
                deletions.push(name.clone());
            }
            let given = if plan.needs_password() { password(&name) } else { None };
            let plan = match plan.load(given) {
                Ok(plan) => plan,
                Err(refused) => {
                    reasons.extend(refused.diagnostics().iter().map(|reason| reason.clone().about(&name)));
                    continue;
                }
            };
            let known_as = moved_from.as_ref().unwrap_or(&name);
            let is_noted_otherwise = recorded_lifecycle(entries, known_as) != noted;
            if is_noted_otherwise || is_stale(&plan, before.as_ref(), recorded(entries, known_as)) {
                reasons.push(stale(&name));
            }
            let waits = waits.into_iter().map(|(step, user, other)| Wait { step, user, other }).collect();
            users.push(UserPlan { name, plan, moved_from, lifecycle, waits });
        }
        let mut released = Vec::new();
        for SavedRelease { user, reason, is_replaced, recorded: before, recorded_lifecycle: noted } in
            self.0.released
        {
            let now = recorded(entries, &user).map(|state| &state.user_id);
            if now != before.as_ref() || recorded_lifecycle(entries, &user) != noted {
                reasons.push(stale(&user));
            }
            released.push(Release { user, reason, is_replaced, is_gone: false });
        }
        let mut accounts = Accounts::default();
        for (name, entry) in entries {
            if let Some(state) = &entry.state {
                accounts.add(name.as_str().into(), state);
            }
        }
        reasons.extend(accounts.refusals(users.iter().map(Deleting::from)));
        match reasons.is_empty() {
            true => Ok(FleetPlan { users, unchanged: self.0.unchanged, notices: self.0.notices, released }),
            false => Err(FleetRefused { reasons, deletions }),
        }
    }
}

/// Whether the recorded user differs from the user that the plan was made from.
fn is_stale(plan: &Plan, before: Option<&UserId>, now: Option<&UserState>) -> bool {
    now.map(|state| &state.user_id) != before || plan.base().is_some() && !plan.is_made_from(now)
}

fn stale(name: &str) -> Diagnostic {
    Diagnostic::new(Code::STALE, format!("the record of `{name}` has changed since the plan was saved"))
        .about(name)
        .with_help("plan again")
}

impl std::fmt::Debug for SavedFleetPlan {
    /// Shows only the names of the users, because their values may be personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.0.users.iter().map(|user| user.name.as_str()).collect();
        f.debug_struct("SavedFleetPlan").field("users", &names).finish_non_exhaustive()
    }
}
