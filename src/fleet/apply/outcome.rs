//! What has become of a fleet.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use super::super::{StoreError, UserPlan};
use crate::{
    apply::ApplyError,
    client::{ClientError, ErrorKind},
    diff::Action,
};

/// What has become of one user.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserOutcome {
    /// The user, by its name in the program.
    pub user: String,
    /// What was to happen to it.
    pub action: Action,
    /// What has become of it.
    pub result: UserResult,
    /// How many of its steps were made.
    pub steps: usize,
    /// Why it is not done, or what else there is to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What went wrong, if something did. Why states could not be written stands in [`FleetOutcome::store`].
    #[serde(skip)]
    pub error: Option<Arc<ApplyError>>,
}

impl UserOutcome {
    pub(super) fn new(user: &UserPlan, result: UserResult, steps: usize) -> Self {
        Self { steps, ..Self::of(user.name.clone(), user.plan.diff().action, result) }
    }

    pub(in crate::fleet) const fn of(user: String, action: Action, result: UserResult) -> Self {
        Self { user, action, result, steps: 0, message: None, help: None, error: None }
    }

    /// What the service or the line said, if a call failed.
    pub fn client(&self) -> Option<&ClientError> {
        self.error.as_deref().and_then(ApplyError::client)
    }

    /// What kind of failure it was, if a call failed.
    pub fn kind(&self) -> Option<ErrorKind> {
        self.client().map(ClientError::kind)
    }
}

/// What has become of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UserResult {
    /// It is as it should be.
    Done,
    /// A step has failed; the next run goes on there.
    Failed,
    /// Everything was ended before its last step; the next run goes on there.
    Unfinished,
    /// None of its steps was made: the run was stopped before, or a user that it waits for has failed.
    NotTried,
}

/// What has become of a fleet.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FleetOutcome {
    /// What has become of each user of the plan that had a step to make, in the order in which they ended.
    pub users: Vec<UserOutcome>,
    /// How many users needed no step, and have their record brought up to date.
    pub recorded: usize,
    /// How many users are no longer managed.
    pub released: usize,
    /// How many calls were made, those made again included.
    pub calls: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether the host has ended it.
    pub cancelled: bool,
    /// Why states could not be written, if so: the run was stopped then.
    pub store: Option<StoreError>,
}

impl FleetOutcome {
    /// How many users have come to this.
    pub fn count(&self, result: UserResult) -> usize {
        self.users.iter().filter(|user| user.result == result).count()
    }

    /// How many users have got what they were to get.
    pub fn done(&self, action: Action) -> usize {
        let is_done = |user: &&UserOutcome| user.result == UserResult::Done && user.action == action;
        self.users.iter().filter(is_done).count()
    }

    /// Takes over what has become of more users.
    pub(in crate::fleet) fn add(&mut self, other: Self) {
        self.users.extend(other.users);
        self.recorded += other.recorded;
        self.released += other.released;
        self.calls += other.calls;
        self.elapsed += other.elapsed;
        self.cancelled |= other.cancelled;
        self.store = self.store.take().or(other.store);
    }

    /// Whether every user is as it should be.
    pub fn is_done(&self) -> bool {
        self.store.is_none() && self.users.iter().all(|user| user.result == UserResult::Done)
    }
}
