//! What a fleet is to become, also while values are unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Capacity,
    estimate::Estimate,
    order,
    plan::{FleetPlan, FleetRefused, Release},
    user_plan::UserPreview,
};
use crate::{
    client::Rate,
    diff::{Action, Step},
    user::{Code, Diagnostic, Operation},
};

/// What a fleet is to become, also while values are unknown or a part is refused: what a host shows before it
/// asks whether to go on.
///
/// Users that need nothing are counted and not kept.
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
    /// Users whose records have another resource name now: the former one and the present one.
    pub(super) moves: Vec<(String, String)>,
}

impl FleetPreview {
    /// The users for whom there is something to do or to record, in the order of the program; those that are
    /// missing from the program, last.
    pub fn users(&self) -> &[UserPreview] {
        &self.users
    }

    /// How many users get what.
    pub fn count(&self, action: Action) -> usize {
        let unchanged = if action == Action::None { self.unchanged } else { 0 };
        unchanged + self.users.iter().filter(|user| user.action() == action).count()
    }

    /// How many users are recorded, those that are gone not counted.
    pub const fn recorded(&self) -> usize {
        self.recorded
    }

    /// What there is to know, such as two users who exchange their names.
    pub fn notices(&self) -> &[Diagnostic] {
        &self.notices
    }

    /// Why this cannot be carried out: every reason. Values that are not known yet are none.
    pub fn reasons(&self) -> &[Diagnostic] {
        &self.reasons
    }

    /// The users that would be deleted or replaced, by their resource names.
    pub fn deletions(&self) -> &[String] {
        &self.deletions
    }

    /// Recorded users that are no longer managed, and whose accounts stay as they are.
    pub fn released(&self) -> &[Release] {
        &self.released
    }

    /// The users that are recorded under another resource name: that one, and the one that they have now.
    pub fn moves(&self) -> impl Iterator<Item = (&str, &str)> {
        let moves = self.moves.iter().map(|(from, name)| (from.as_str(), name.as_str()));
        let moved = self.users.iter();
        moves.chain(moved.filter_map(|user| Some((user.moved_from.as_deref()?, user.name.as_str()))))
    }

    /// Whether no call is needed.
    pub fn is_empty(&self) -> bool {
        self.users.iter().all(|user| user.steps().is_empty())
    }

    /// How many calls will change something, those included that may turn out not to be needed.
    pub fn calls(&self) -> usize {
        self.users.iter().map(|user| user.preview().calls()).sum()
    }

    /// The IAM actions that the calls need, each once.
    pub fn iam_actions(&self) -> BTreeSet<&'static str> {
        self.users.iter().flat_map(|user| user.steps()).flat_map(Step::iam_actions).collect()
    }

    /// What the calls cost at these rates.
    pub fn estimate(&self, rate: impl Fn(Operation) -> Rate) -> Estimate {
        Estimate::of_steps(self.users.iter().flat_map(|user| user.steps()), rate)
    }

    /// The plan, where everything is known. A [`Session`](super::Session) carries out a preview of which
    /// something is known only on the way.
    ///
    /// # Errors
    ///
    /// [`FleetRefused`], with every reason; `not-known-yet` where a value is unknown.
    pub fn into_plan(self) -> Result<FleetPlan, FleetRefused> {
        let Self { users, unchanged, notices, mut reasons, deletions, released, .. } = self;
        if reasons.is_empty() {
            let unknown = users.iter().filter(|user| !user.is_known());
            reasons.extend(unknown.map(|user| {
                Diagnostic::new(Code::NOT_KNOWN_YET, "a value is not known yet")
                    .about(&user.name)
                    .with_help("give the value, or apply what it comes from first")
            }));
        }
        if !reasons.is_empty() {
            return Err(FleetRefused { reasons, deletions });
        }
        let users = users.into_iter().filter_map(UserPreview::into_plan).collect();
        Ok(FleetPlan { users, unchanged, notices, released })
    }

    /// Finds out who waits for whom for a name or for room, and what cannot be.
    pub(super) fn settle(&mut self) {
        let Self { users, notices, reasons, capacity, .. } = self;
        order::settle(users, capacity, notices, reasons);
    }
}
