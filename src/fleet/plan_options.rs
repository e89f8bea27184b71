//! Options of the plan of a fleet.

use std::collections::{BTreeMap, BTreeSet};

use bon::Builder;

use crate::{
    user::{Code, Diagnostic, Settings},
    validate::Overrides,
};

/// The limit of deletions in a plan. A replacement counts: the replaced user is deleted.
///
/// A plan with more deletions is refused, so that a mistake in a program, such as a missing file, does not delete
/// users. Raise the limit for an intended mass deletion.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Guard {
    /// Absolute limit.
    pub most: usize,
    /// Limit as a fraction of the recorded users, 0 to 1, rounded up. Three deletions are always within it.
    pub share: f64,
}

/// Number of deletions that [`Guard::share`] always allows, so that a small fleet can be changed.
const ALWAYS: usize = 3;

impl Guard {
    /// No limit.
    pub const OFF: Self = Self { most: usize::MAX, share: 1.0 };

    /// An absolute limit, and a limit as a fraction of the recorded users: the lower limit holds.
    pub const fn new(most: usize, share: f64) -> Self {
        Self { most, share }
    }

    /// An absolute limit alone.
    pub const fn most(most: usize) -> Self {
        Self { most, share: 1.0 }
    }

    /// The number of deletions that are allowed among `recorded` users.
    pub fn allows(self, recorded: usize) -> usize {
        let share = (recorded as f64 * self.share.clamp(0.0, 1.0)).ceil() as usize;
        let share = if self.share >= 1.0 { usize::MAX } else { share.max(ALWAYS) };
        share.min(self.most)
    }

    /// The reason to refuse `deletions` of `recorded` users; `None` if they are allowed.
    pub fn check(self, deletions: usize, recorded: usize) -> Option<Diagnostic> {
        let allowed = self.allows(recorded);
        let message =
            format!("{deletions} of {recorded} users would be deleted or replaced; the limit is {allowed}");
        (deletions > allowed).then(|| {
            let help = "look at the list; if it is meant, raise the limit";
            Diagnostic::new(Code::TOO_MANY_DELETIONS, message).with_help(help)
        })
    }
}

impl Default for Guard {
    /// At most 10 deletions, and at most a tenth of the recorded users.
    fn default() -> Self {
        Self { most: 10, share: 0.1 }
    }
}

/// The number of users in an instance, and its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capacity {
    /// The number of users in the instance, managed or not: see [`Refreshed::present`](super::Refreshed).
    pub present: usize,
    /// The quota "Users per instance".
    pub limit: usize,
}

impl Capacity {
    /// An instance that has `present` users and may have `limit`.
    pub const fn new(present: usize, limit: usize) -> Self {
        Self { present, limit }
    }
}

/// Options of the plan of a fleet.
#[derive(Builder, Clone, Debug, Default)]
#[non_exhaustive]
pub struct PlanOptions {
    /// The settings for recorded users that are missing from the program, which are deleted. A user of the program is
    /// planned with the settings that it was validated with; the identity management type is taken from here if those
    /// settings do not have it. Default: `Settings::default()`.
    #[builder(default)]
    pub settings: Settings,
    /// The limit of deletions. Default: at most 10, and at most a tenth of the recorded users.
    #[builder(default)]
    pub guard: Guard,
    /// The capacity of instances, by bare id. Near the limit, creations wait for deletions, and a plan that
    /// cannot fit is refused. An instance without an entry has no limit. Default: empty.
    #[builder(default)]
    pub capacity: BTreeMap<String, Capacity>,
    /// The resource names of the program's resources that are not users. If a recorded user is missing from the
    /// program, and its [`Lifecycle::deleted_with`](super::Lifecycle) is neither one of these resources nor a user of
    /// the program, its record is removed without a call. Default: none.
    #[builder(default)]
    pub other_resources: BTreeSet<String>,
    /// The rules whose severity the host changes, as in validation: a replacement is refused if its new user breaks a
    /// rule for new users, which do not hold for the user that is replaced. Default: none.
    #[builder(default)]
    pub overrides: Overrides,
}
