//! The plan of a fleet.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::user_plan::UserPlan;
use crate::{
    diff::{self, Action},
    user::{Diagnostic, joined},
};

/// The calls that bring every user of a fleet to what is wanted.
///
/// Users that need nothing are counted and not kept: the plan of a million users of whom a hundred change
/// holds a hundred.
#[derive(Debug)]
pub struct FleetPlan {
    pub(super) users: Vec<UserPlan>,
    pub(super) unchanged: usize,
    pub(super) notices: Vec<Diagnostic>,
    pub(super) released: Vec<Release>,
}

/// A recorded user that is no longer managed, and whose account stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Release {
    /// The resource name under which it is recorded.
    pub user: String,
    /// Why, in words.
    pub reason: String,
    /// Whether a new user takes its place in the program.
    #[serde(skip)]
    pub is_replaced: bool,
}

/// Why a fleet has no plan: every reason at once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", joined(reasons))]
#[non_exhaustive]
pub struct FleetRefused {
    /// The reasons, each with its help.
    pub reasons: Vec<Diagnostic>,
    /// The users that the plan would delete or replace, by their resource names.
    pub deletions: Vec<String>,
}

impl FleetPlan {
    /// The users for whom there is something to do or to record, in the order in which they were wanted;
    /// those that are missing from the program, last.
    pub fn users(&self) -> &[UserPlan] {
        &self.users
    }

    /// How many users are as they should be.
    pub const fn unchanged(&self) -> usize {
        self.unchanged
    }

    /// What there is to know, such as two users who exchange their names.
    pub fn notices(&self) -> &[Diagnostic] {
        &self.notices
    }

    /// Recorded users that are no longer managed, and whose accounts stay as they are.
    pub fn released(&self) -> &[Release] {
        &self.released
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
