//! The outcome of applying the plan of a fleet.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use super::super::{StoreError, UserPlan};
use crate::{
    apply::ApplyError,
    client::{ClientError, ErrorKind},
    diff::Action,
};

/// The outcome of one user.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserOutcome {
    /// The resource name.
    pub user: String,
    /// The action that was planned.
    pub action: Action,
    /// The result.
    pub result: UserResult,
    /// The number of steps that were done.
    pub steps: usize,
    /// Whether the user has no account now: a replacement has deleted it and has not created it again yet. The next run
    /// creates it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_gone: bool,
    /// The reason why the user is not done, or a notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What to do about the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The error, if a step failed. A failure of the store is in [`FleetOutcome::store`].
    #[serde(skip)]
    pub error: Option<Arc<ApplyError>>,
}

impl UserOutcome {
    pub(super) fn new(user: &UserPlan, result: UserResult, steps: usize) -> Self {
        let is_gone = result != UserResult::Done && user.is_gone_after(steps);
        Self { steps, is_gone, ..Self::of(user.name.clone(), user.plan.action(), result) }
    }

    pub(in crate::fleet) const fn of(user: String, action: Action, result: UserResult) -> Self {
        Self { user, action, result, steps: 0, is_gone: false, message: None, help: None, error: None }
    }

    /// The error of the client, if a call failed.
    pub fn client(&self) -> Option<&ClientError> {
        self.error.as_deref().and_then(ApplyError::client)
    }

    /// The kind of the client's error, if a call failed.
    pub fn kind(&self) -> Option<ErrorKind> {
        self.client().map(ClientError::kind)
    }
}

/// The result of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UserResult {
    /// The user is as desired.
    Done,
    /// A step failed; the next run continues there.
    Failed,
    /// The apply was stopped before its last step; the next run continues there.
    Unfinished,
    /// No step was done: the apply was stopped before, or a user that it depends on or waits for failed.
    NotTried,
}

/// The outcome of applying the plan of a fleet.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FleetOutcome {
    /// The outcome of each user that had a step to do, in the order in which they ended.
    pub users: Vec<UserOutcome>,
    /// The number of users that the plan left as they are.
    pub unchanged: usize,
    /// The number of users that needed no step and whose record was updated.
    pub recorded: usize,
    /// The number of users that are no longer managed.
    pub released: usize,
    /// The number of calls, including retries.
    pub calls: u64,
    /// The duration of the apply.
    pub elapsed: Duration,
    /// Whether the host cancelled the apply.
    pub cancelled: bool,
    /// The error of the store, if it could not be read or written: the apply stops then.
    pub store: Option<StoreError>,
}

impl FleetOutcome {
    /// The number of users with this result.
    pub fn count(&self, result: UserResult) -> usize {
        self.users.iter().filter(|user| user.result == result).count()
    }

    /// The number of users that are done, with this action.
    pub fn done(&self, action: Action) -> usize {
        let is_done = |user: &&UserOutcome| user.result == UserResult::Done && user.action == action;
        self.users.iter().filter(is_done).count()
    }

    /// Adds the outcome of another stage.
    pub(in crate::fleet) fn add(&mut self, other: Self) {
        self.users.extend(other.users);
        self.unchanged += other.unchanged;
        self.recorded += other.recorded;
        self.released += other.released;
        self.calls += other.calls;
        self.elapsed += other.elapsed;
        self.cancelled |= other.cancelled;
        self.store = self.store.take().or(other.store);
    }

    /// Whether every user is as desired.
    pub fn is_done(&self) -> bool {
        self.store.is_none() && self.users.iter().all(|user| user.result == UserResult::Done)
    }
}
