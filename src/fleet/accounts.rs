//! Accounts with two records: an account is not deleted while one of the records keeps it.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use super::user_plan::{UserPlan, UserPreview};
use crate::{
    diff::{Action, Call, Step},
    user::{Code, Diagnostic, InstanceId, Replaced, UserId, UserState},
};

/// The hash of an account, which takes little memory: a planner holds the accounts of a million users.
type Account = u64;

/// The accounts of records, each with the resource name of its record.
#[derive(Debug, Default)]
pub(super) struct Accounts(Vec<(Account, Arc<str>)>);

/// A user of a plan, with its deletions and the account that its record gives up.
pub(super) struct Deleting<'a> {
    name: &'a str,
    recorded_as: &'a str,
    /// The account that the record no longer has after the apply.
    given_up: Option<Account>,
    steps: &'a [Step],
}

impl Accounts {
    pub(super) fn add(&mut self, name: Arc<str>, state: &UserState) {
        self.0.push((account(&state.instance_id, &state.user_id), name));
    }

    /// The refusals of users that delete the account of another record.
    pub(super) fn refusals<'a>(&self, users: impl Iterator<Item = Deleting<'a>>) -> Vec<Diagnostic> {
        let mut deleted: HashMap<Account, (&str, &Replaced)> = HashMap::new();
        let mut given_up: HashSet<(Account, &str)> = HashSet::new();
        for user in users {
            given_up.extend(user.given_up.map(|account| (account, user.recorded_as)));
            for step in user.steps {
                if let Some(Call::Delete(gone)) = step.call() {
                    deleted.insert(account(&gone.instance_id, &gone.user_id), (user.name, gone));
                }
            }
        }
        if deleted.is_empty() {
            return Vec::new();
        }
        let kept = self.0.iter().filter(|(account, name)| !given_up.contains(&(*account, &**name)));
        let refused = kept.filter_map(|(account, keeper)| {
            let (name, gone) = deleted.get(account)?;
            let id = gone.id();
            let message = format!("the account `{id}` would be deleted, which is recorded as `{keeper}` too");
            let help = "remove the record that is not of this account";
            Some(Diagnostic::new(Code::SHARED_ACCOUNT, message).about(*name).with_help(help))
        });
        refused.collect()
    }
}

impl<'a> Deleting<'a> {
    fn new(
        name: &'a str,
        moved_from: Option<&'a str>,
        action: Action,
        base: Option<&UserState>,
        steps: &'a [Step],
    ) -> Self {
        let base = base.filter(|_| matches!(action, Action::Delete | Action::Replace));
        let given_up = base.map(|state| account(&state.instance_id, &state.user_id));
        Self { name, recorded_as: moved_from.unwrap_or(name), given_up, steps }
    }
}

impl<'a> From<&'a UserPreview> for Deleting<'a> {
    fn from(user: &'a UserPreview) -> Self {
        Self::new(&user.name, user.moved_from.as_deref(), user.action(), user.base(), user.steps())
    }
}

impl<'a> From<&'a UserPlan> for Deleting<'a> {
    fn from(user: &'a UserPlan) -> Self {
        let UserPlan { name, plan, moved_from, .. } = user;
        Self::new(name, moved_from.as_deref(), plan.action(), plan.base(), plan.steps())
    }
}

/// The hash of an account. In one plan of a billion, two accounts have the same hash: the plan may then be refused, and
/// nothing worse.
fn account(instance: &InstanceId, user: &UserId) -> Account {
    let mut hasher = DefaultHasher::new();
    (instance.bare(), user.bare()).hash(&mut hasher);
    hasher.finish()
}
