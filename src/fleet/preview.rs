//! The preview of a fleet, also while values are unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Capacity,
    estimate::Estimate,
    order,
    plan::{FleetPlan, FleetRefused, Release},
    stages,
    user_plan::{UserPreview, Wait},
};
use crate::{
    client::Rate,
    diff::{Action, Step},
    user::{Diagnostic, ImportId, Operation},
};

/// The preview of a fleet, also while values are unknown or a part is refused: what a host shows before it
/// asks for a confirmation.
///
/// Users that need no change are only counted.
#[derive(Clone, Debug, Default)]
pub struct FleetPreview {
    pub(super) users: Vec<UserPreview>,
    pub(super) unchanged: usize,
    pub(super) recorded: usize,
    pub(super) notices: Vec<Diagnostic>,
    pub(super) reasons: Vec<Diagnostic>,
    pub(super) deletions: Vec<String>,
    pub(super) released: Vec<Release>,
    pub(super) capacity: BTreeMap<String, Capacity>,
    /// The records with another resource name: the former name and the new one.
    pub(super) moves: Vec<(String, String)>,
    /// The users that the program imports and that are not recorded yet.
    pub(super) imports: Vec<(String, ImportId)>,
}

impl FleetPreview {
    /// The users with steps or a new record: those of the program in its order, then those that are missing from it.
    pub fn users(&self) -> &[UserPreview] {
        &self.users
    }

    /// The number of users with this action.
    pub fn count(&self, action: Action) -> usize {
        let unchanged = if action == Action::None { self.unchanged } else { 0 };
        unchanged + self.users.iter().filter(|user| user.action() == action).count()
    }

    /// The number of recorded users, without those that are gone.
    pub const fn recorded(&self) -> usize {
        self.recorded
    }

    /// Notices, such as two users that exchange their user names.
    pub fn notices(&self) -> &[Diagnostic] {
        &self.notices
    }

    /// Every reason why the preview cannot be applied. An unknown value is not a reason.
    pub fn reasons(&self) -> &[Diagnostic] {
        &self.reasons
    }

    /// Adds a reason of the host why the preview cannot be applied.
    pub fn refuse(&mut self, reason: Diagnostic) {
        self.reasons.push(reason);
    }

    /// The resource names of the users that would be deleted or replaced, or whose earlier replacement has left an
    /// account to delete.
    pub fn deletions(&self) -> &[String] {
        &self.deletions
    }

    /// The recorded users that are no longer managed: their accounts stay, or are gone already.
    pub fn released(&self) -> &[Release] {
        &self.released
    }

    /// The users whose resource name changes: the recorded name and the new one.
    pub fn moves(&self) -> impl Iterator<Item = (&str, &str)> {
        let moves = self.moves.iter().map(|(from, name)| (from.as_str(), name.as_str()));
        let moved = self.users.iter();
        moves.chain(moved.filter_map(|user| Some((user.moved_from.as_deref()?, user.name.as_str()))))
    }

    /// The existing users that an apply records because the program imports them: the resource name, and the user.
    pub fn imports(&self) -> impl Iterator<Item = (&str, &ImportId)> {
        self.imports.iter().map(|(name, id)| (name.as_str(), id))
    }

    /// Whether there is nothing to confirm before an apply: no user is changed, is imported, gets another resource
    /// name, or is no longer managed while its account stays.
    pub fn is_up_to_date(&self) -> bool {
        let is_kept = |release: &Release| !release.is_gone;
        self.changes() == 0
            && self.imports.is_empty()
            && self.moves().next().is_none()
            && !self.released.iter().any(is_kept)
    }

    /// Whether no call is needed. An apply may record users all the same:
    /// [`is_up_to_date`](Self::is_up_to_date) says whether there is nothing to confirm.
    pub fn is_empty(&self) -> bool {
        self.users.iter().all(|user| user.steps().is_empty())
    }

    /// The number of calls that write, including those that may turn out not to be needed.
    pub fn calls(&self) -> usize {
        self.users.iter().map(|user| user.steps().len()).sum()
    }

    /// The IAM actions that the calls need, each once.
    pub fn iam_actions(&self) -> BTreeSet<&'static str> {
        self.users.iter().flat_map(|user| user.steps()).flat_map(Step::iam_actions).collect()
    }

    /// The estimate of the calls at these rates. `read_back` is the option of the apply: see
    /// [`ApplyOptions::read_back`](crate::apply::ApplyOptions::read_back).
    pub fn estimate(&self, rate: impl Fn(Operation) -> Rate, read_back: bool) -> Estimate {
        Estimate::of_steps(self.users.iter().flat_map(|user| user.steps()), rate, read_back)
    }

    /// The plan, if all values are known. For a preview with values that become known during the apply, use
    /// [`Session::apply`](super::Session::apply). In the plan, each user waits until the users that it depends on are
    /// done, and is not tried if one of them fails.
    ///
    /// # Errors
    ///
    /// [`FleetRefused`], with every reason; `not-known-yet` if a value is unknown.
    pub fn into_plan(self) -> Result<FleetPlan, FleetRefused> {
        let Self { mut users, unchanged, notices, mut reasons, deletions, released, .. } = self;
        if reasons.is_empty() {
            let unknown = users.iter().filter(|user| !user.is_known());
            reasons.extend(unknown.map(UserPreview::not_known));
        }
        if !reasons.is_empty() {
            return Err(FleetRefused { reasons, deletions });
        }
        wait_for_dependencies(&mut users);
        let users = users.into_iter().filter_map(UserPreview::into_plan).collect();
        Ok(FleetPlan { users, unchanged, notices, released })
    }

    /// Finds which users wait for a name or for room that another user frees, and adds the reasons why the preview
    /// cannot be applied.
    pub(super) fn settle(&mut self) {
        let Self { users, notices, reasons, capacity, .. } = self;
        order::settle(users, capacity, notices, reasons);
    }
}

/// Makes the first step of each user wait for the last step of each user that it depends on.
fn wait_for_dependencies(users: &mut [UserPreview]) {
    let last: Vec<Option<usize>> = users.iter().map(|user| user.steps().len().checked_sub(1)).collect();
    for (place, needed) in stages::dependencies(users).into_iter().enumerate() {
        let last_of = |user: usize| Some(Wait { step: 0, user, other: last.get(user).copied()?? });
        if let Some(user) = users.get_mut(place).filter(|user| !user.steps().is_empty()) {
            let waits = needed.into_iter().filter_map(last_of);
            let new: Vec<Wait> = waits.filter(|wait| !user.waits.contains(wait)).collect();
            user.waits.extend(new);
        }
    }
}
