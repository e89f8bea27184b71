//! The totals of the plan of a fleet, and of an apply.

use std::{collections::BTreeMap, fmt};

use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeStruct},
};

use super::{Estimate, FleetOutcome, FleetPlan, FleetPreview, UserPreview, UserResult};
use crate::{
    client::Rate,
    diff::Action,
    user::{ImportId, Operation},
};

/// The totals of a plan: the number of users with each action, the calls, and the time that the calls take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanTotals {
    /// Users to create.
    pub create: usize,
    /// Users to update.
    pub update: usize,
    /// Users to replace.
    pub replace: usize,
    /// Users to delete.
    pub delete: usize,
    /// Users that are as desired.
    pub unchanged: usize,
    /// The number of calls that write, including those that may turn out not to be needed.
    pub calls: usize,
    /// The estimate of the calls.
    pub estimate: Estimate,
}

impl PlanTotals {
    /// The number of users that change.
    pub const fn changes(&self) -> usize {
        self.create + self.update + self.replace + self.delete
    }

    fn of(count: impl Fn(Action) -> usize, calls: usize, estimate: Estimate) -> Self {
        Self {
            create: count(Action::Create),
            update: count(Action::Update),
            replace: count(Action::Replace),
            delete: count(Action::Delete),
            unchanged: count(Action::None),
            calls,
            estimate,
        }
    }
}

impl fmt::Display for PlanTotals {
    /// `1 to create, 0 to update, 0 to replace, 0 to delete, 7 unchanged; 1 call`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { create, update, replace, delete, unchanged, estimate, .. } = self;
        write!(f, "{create} to create, {update} to update, {replace} to replace, {delete} to delete, ")?;
        write!(f, "{unchanged} unchanged; {estimate}")
    }
}

impl FleetPreview {
    /// The totals of the plan, with the estimate at these rates.
    pub fn totals(&self, rate: impl Fn(Operation) -> Rate) -> PlanTotals {
        PlanTotals::of(|action| self.count(action), self.calls(), self.estimate(rate, false))
    }

    /// The number of users that change: they are created, updated, replaced or deleted.
    pub fn changes(&self) -> usize {
        self.users().iter().filter(|user| user.action() != Action::None).count()
    }

    /// The number of users that change in each instance, by its bare id; users with an unknown instance are left out.
    pub fn instances(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for user in self.users().iter().filter(|user| user.action() != Action::None) {
            let recorded = || user.base().map(|state| &state.instance_id);
            if let Some(instance) = user.instance.as_ref().or_else(recorded) {
                *counts.entry(instance.bare()).or_default() += 1;
            }
        }
        counts
    }
}

impl FleetPlan {
    /// The totals of the plan, with the estimate at these rates.
    pub fn totals(&self, rate: impl Fn(Operation) -> Rate) -> PlanTotals {
        PlanTotals::of(|action| self.count(action), self.calls(), self.estimate(rate, false))
    }
}

impl Serialize for FleetPreview {
    /// Serializes the users that change or have notices, with their previews; and `imports`, `moves`, `notices` and
    /// `released`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Import<'a> {
            user: &'a str,
            id: &'a ImportId,
        }

        #[derive(Serialize)]
        struct Move<'a> {
            from: &'a str,
            user: &'a str,
        }

        #[derive(Serialize)]
        struct User<'a> {
            user: &'a str,
            #[serde(flatten)]
            preview: serde_json::Value,
        }

        let is_told =
            |user: &&UserPreview| user.action() != Action::None || !user.preview().diff.notices.is_empty();
        // Serialized to a value first: otherwise flattening numbers the members anew.
        let user = |told| {
            serde_json::to_value(UserPreview::preview(told)).map(|preview| User { user: &told.name, preview })
        };
        let users = self.users().iter().filter(is_told).map(user).collect::<Result<Vec<_>, _>>();
        let users = users.map_err(S::Error::custom)?;
        let mut preview = serializer.serialize_struct("FleetPreview", 5)?;
        preview.serialize_field("users", &users)?;
        let imports = self.imports().map(|(user, id)| Import { user, id });
        preview.serialize_field("imports", &imports.collect::<Vec<_>>())?;
        let moves = self.moves().map(|(from, user)| Move { from, user });
        preview.serialize_field("moves", &moves.collect::<Vec<_>>())?;
        preview.serialize_field("notices", self.notices())?;
        preview.serialize_field("released", self.released())?;
        preview.end()
    }
}

/// The totals of an apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OutcomeTotals {
    /// Users that were created.
    pub created: usize,
    /// Users that were updated.
    pub updated: usize,
    /// Users that were replaced.
    pub replaced: usize,
    /// Users that were deleted.
    pub deleted: usize,
    /// Users that needed no call.
    pub unchanged: usize,
    /// Users with a failed step.
    pub failed: usize,
    /// Users with steps left to do, including users that were not tried.
    pub unfinished: usize,
    /// Users that are no longer managed.
    pub released: usize,
}

impl FleetOutcome {
    /// The totals of the apply.
    pub fn totals(&self) -> OutcomeTotals {
        OutcomeTotals {
            created: self.done(Action::Create),
            updated: self.done(Action::Update),
            replaced: self.done(Action::Replace),
            deleted: self.done(Action::Delete),
            unchanged: self.unchanged,
            failed: self.count(UserResult::Failed),
            unfinished: self.count(UserResult::Unfinished) + self.count(UserResult::NotTried),
            released: self.released,
        }
    }
}

impl fmt::Display for OutcomeTotals {
    /// `1 created, 0 updated, 0 replaced, 0 deleted, 7 unchanged, 0 failed, 0 not finished`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, replaced, deleted, unchanged, failed, unfinished, released } = self;
        write!(f, "{created} created, {updated} updated, {replaced} replaced, {deleted} deleted, ")?;
        write!(f, "{unchanged} unchanged, {failed} failed, {unfinished} not finished")?;
        match released {
            0 => Ok(()),
            released => write!(f, ", {released} no longer managed"),
        }
    }
}
