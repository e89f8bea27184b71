//! The plan of a fleet.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::user_plan::UserPlan;
use crate::{
    diff::{self, Action},
    user::{Diagnostic, joined},
};

/// The plan of a fleet: the calls that make every user as desired.
///
/// Users that need no change are only counted: if 100 of a million users change, the plan holds 100.
#[derive(Debug)]
pub struct FleetPlan {
    pub(super) users: Vec<UserPlan>,
    pub(super) unchanged: usize,
    pub(super) notices: Vec<Diagnostic>,
    pub(super) released: Vec<Release>,
}

/// A recorded user that is no longer managed: its account stays, or is gone already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Release {
    /// The resource name of the record.
    pub user: String,
    /// The reason, as a sentence.
    pub reason: String,
    /// Whether a new user is created under the same resource name.
    #[serde(skip)]
    pub is_replaced: bool,
    /// Whether the account is gone from the service.
    #[serde(skip)]
    pub is_gone: bool,
}

/// The error of planning a fleet, with every reason.
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
    /// The users with steps or a new record: those of the program in its order, then those that are missing from it.
    pub fn users(&self) -> &[UserPlan] {
        &self.users
    }

    /// The number of users that are as desired.
    pub const fn unchanged(&self) -> usize {
        self.unchanged
    }

    /// Notices, such as two users that exchange their user names.
    pub fn notices(&self) -> &[Diagnostic] {
        &self.notices
    }

    /// The recorded users that are no longer managed: their accounts stay, or are gone already.
    pub fn released(&self) -> &[Release] {
        &self.released
    }

    /// The number of users with this action.
    pub fn count(&self, action: Action) -> usize {
        match action {
            Action::None => self.unchanged + self.with(Action::None).count(),
            action => self.with(action).count(),
        }
    }

    /// The number of calls that write.
    pub fn calls(&self) -> usize {
        self.users.iter().map(|user| user.plan.steps().len()).sum()
    }

    /// Whether no call is needed.
    pub fn is_empty(&self) -> bool {
        self.users.iter().all(|user| user.plan.steps().is_empty())
    }

    fn with(&self, action: Action) -> impl Iterator<Item = &UserPlan> {
        self.users.iter().filter(move |user| user.plan.action() == action)
    }
}

impl Serialize for FleetPlan {
    /// Serializes the users of the plan with their previews, the number of unchanged users, and the notices.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct User<'a> {
            user: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            moved_from: Option<&'a str>,
            #[serde(flatten)]
            preview: diff::Preview,
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
