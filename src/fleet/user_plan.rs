//! The plan of one user of a fleet.

use crate::diff::Plan;

/// The plan of one user of a fleet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UserPlan {
    /// The resource name. That of a user who is missing from the program is the one under which it is
    /// recorded, unless another user has that one now: see [`Missing::name`](super::Missing::name).
    pub name: String,
    /// The calls; a plan without steps only records what is managed from now on.
    pub plan: Plan,
    /// The resource name under which the user is recorded, where it is another: changing it costs no call.
    pub moved_from: Option<String>,
    /// Whether the user is gone from the service, and its deletion only forgets it.
    pub(super) is_gone: bool,
    /// Which steps wait for steps of other users.
    pub(super) waits: Vec<Wait>,
}

/// A step that waits for a step of another user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// The step of this user.
    pub(super) step: usize,
    /// The other user, by its place in the plan.
    pub(super) user: usize,
    /// The step of the other user that must be done.
    pub(super) other: usize,
}

impl UserPlan {
    pub(super) fn new(name: &str, plan: Plan) -> Self {
        Self { name: name.to_owned(), plan, moved_from: None, is_gone: false, waits: Vec::new() }
    }

    /// Which of the steps wait for steps of other users: own step, place of the other user in the plan, and
    /// its step.
    pub fn waits(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.waits.iter().map(|wait| (wait.step, wait.user, wait.other))
    }
}
