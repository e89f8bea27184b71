//! What a host decides about the plan of a fleet.

use std::collections::{BTreeMap, BTreeSet};

use bon::Builder;

use crate::{
    diff,
    user::{Code, Diagnostic},
};

/// How many deletions a plan may hold, replacements included: a replaced user is deleted.
///
/// A plan with more is refused, so that a mistake in a program, such as a file that was left out, deletes
/// nobody. A mass deletion that is meant takes a higher limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guard {
    /// Absolute limit.
    pub most: usize,
    /// Limit as a fraction of the recorded users, 0 to 1, rounded up; it never forbids three.
    pub share: f64,
}

/// Deletions that the share of a small fleet never forbids.
const ALWAYS: usize = 3;

impl Guard {
    /// No limit.
    pub const OFF: Self = Self { most: usize::MAX, share: 1.0 };

    /// An absolute limit alone.
    pub const fn most(most: usize) -> Self {
        Self { most, share: 1.0 }
    }

    /// How many deletions are allowed where `recorded` users are recorded.
    pub fn allows(self, recorded: usize) -> usize {
        let share = (recorded as f64 * self.share.clamp(0.0, 1.0)).ceil() as usize;
        let share = if self.share >= 1.0 { usize::MAX } else { share.max(ALWAYS) };
        share.min(self.most)
    }

    /// Why `deletions` of `recorded` users are too many; `None` where they are not.
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
    /// Ten deletions, and a tenth of the recorded users.
    fn default() -> Self {
        Self { most: 10, share: 0.1 }
    }
}

/// How many users an instance has, and may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The users that are there, whoever manages them: [`Refreshed::present`](super::Refreshed) counts them.
    pub present: usize,
    /// The quota "Users per instance".
    pub limit: usize,
}

/// Settings of the plan of a fleet.
#[derive(Builder, Clone, Debug, Default)]
#[non_exhaustive]
pub struct PlanOptions {
    /// What holds for every user. Protection and passwords are said of each
    /// [`ProgramUser`](super::ProgramUser); `protect` here holds for recorded users that are missing from the
    /// program.
    #[builder(default)]
    pub user: diff::Settings,
    /// How many deletions there may be: at most ten, and a tenth of the recorded users, by default.
    #[builder(default)]
    pub guard: Guard,
    /// The capacity of instances, by their bare id, where it is known: near the limit, creations wait for
    /// deletions, and a plan that cannot fit is refused. An instance without an entry has no limit.
    #[builder(default)]
    pub capacity: BTreeMap<String, Capacity>,
    /// The names of the program's other resources, which are not users: a user whose
    /// [`Lifecycle::deleted_with`](super::Lifecycle) is neither one of them nor a user of the program is
    /// forgotten without a call once it is missing too. Default: none.
    #[builder(default)]
    pub other_resources: BTreeSet<String>,
}
