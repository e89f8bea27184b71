//! The steps of a plan: one API call each, as few as possible, in an order that never exceeds a limit.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    Call, Change, ChangeKind, Diff, ReplacementOrder, comparison::Comparison, leaf::target, risk::Risk,
    sign_out, tags, unrecognised::reset_by, work::flatten,
};
use crate::user::{
    ChannelSettings, Field, OnChange, Operation, Path, Proficiencies, Property, QuickConnects, Replaced,
    Settings, Settle, Shape, SignOutOn, UserProperties, UserSpec, UserState, Visitor,
};

/// One API call of a plan or preview.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The API operation.
    pub operation: Operation,
    /// The properties that the call writes.
    pub covers: Vec<Path>,
    /// The risks of the call.
    pub risks: Vec<Risk>,
    /// Whether the call depends on unknown values, and may turn out not to be needed.
    pub possible: bool,
    /// The content of the call; `None` while it is not known.
    pub(crate) call: Option<Call>,
}

impl Step {
    pub(super) fn new(call: Call, covers: Vec<Path>) -> Self {
        Self { operation: call.operation(), covers, risks: Vec::new(), possible: false, call: Some(call) }
    }

    pub(super) fn risk(mut self, risk: Risk, is_run: bool) -> Self {
        if is_run {
            self.risks.push(risk);
        }
        self
    }

    /// Returns the call with its content; `None` in a preview while the content is unknown.
    pub const fn call(&self) -> Option<&Call> {
        self.call.as_ref()
    }

    /// Returns the IAM actions that the call needs; the first is that of the operation.
    pub fn iam_actions(&self) -> Vec<&'static str> {
        let mut actions = vec![self.operation.iam_action()];
        let tags = self.covers.iter().any(|path| path.property() == Some(Property::Tags));
        if self.operation == Operation::CreateUser && tags {
            actions.push(Operation::TagResource.iam_action());
        }
        if self.operation == Operation::DeleteUser {
            // If the user is not found, the apply checks whether the instance exists.
            actions.push(Operation::DescribeInstance.iam_action());
        }
        if self.operation == Operation::DeleteQuickConnect {
            actions.push(Operation::SearchQuickConnects.iam_action());
        }
        actions
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let actions = self.iam_actions();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("operation", &self.operation)?;
        map.serialize_entry("iamAction", self.operation.iam_action())?;
        if let Some((_, more @ [_, ..])) = actions.split_first() {
            map.serialize_entry("furtherIamActions", more)?;
        }
        if let Some(Call::Delete(user) | Call::SignOut(user) | Call::DeleteQuickConnects(user)) = self.call()
        {
            map.serialize_entry("userId", &user.user_id)?;
            map.serialize_entry("userName", &user.name)?;
        }
        map.serialize_entry("covers", &self.covers)?;
        map.serialize_entry("risks", &self.risks)?;
        map.serialize_entry("possible", &self.possible)?;
        map.end()
    }
}

/// Returns the steps that create a user.
pub(super) fn creation(spec: &UserSpec, diff: &Diff) -> Vec<Step> {
    let is_proficiency = |path: &Path| path.property() == Some(Property::UserProficiencies);
    let (later, now): (Vec<Path>, Vec<Path>) = diff
        .changes
        .iter()
        .filter(|change| change.kind != ChangeKind::Delete)
        .map(|change| change.path.clone())
        .partition(is_proficiency);
    let mut steps = vec![Step::new(Call::Create, now)];
    if !later.is_empty() {
        // Other values may still be unknown.
        let proficiencies =
            spec.user_proficiencies.as_ref().map(|list| list.known().and_then(Settle::settle));
        let is_unknown = proficiencies == Some(None);
        let proficiencies: Proficiencies = proficiencies.flatten().unwrap_or_default();
        if is_unknown || !proficiencies.is_empty() {
            let mut step = Step::new(Call::Associate(proficiencies), later);
            if is_unknown {
                step.call = None;
            }
            steps.push(step);
        }
    }
    steps
}

/// Returns the steps that delete a user, and what the user may leave behind.
pub(super) fn deletion(user: &Replaced, settings: &Settings) -> Vec<Step> {
    let mut steps = Vec::new();
    if settings.quick_connects == QuickConnects::Delete {
        steps.push(Step::new(Call::DeleteQuickConnects(user.clone()), Vec::new()));
    }
    // Before the deletion: the service may not find a deleted user, and its sessions would continue.
    let is_owed = user.sign_out && !settings.sign_out_on.is_empty();
    if is_owed || settings.sign_out_on.contains(&SignOutOn::Deletion) {
        steps.push(Step::new(Call::SignOut(user.clone()), Vec::new()).risk(Risk::EndsSessions, true));
    }
    let delete = Step::new(Call::Delete(user.clone()), Vec::new()).risk(Risk::IrreversibleDeletion, true);
    steps.push(delete.risk(Risk::QuickConnectsLeftBehind, settings.quick_connects == QuickConnects::Leave));
    steps
}

/// Returns the steps that replace an old user with a new user.
pub(super) fn replacement(comparison: &Comparison<'_>, diff: &Diff) -> Vec<Step> {
    let mut create = creation(comparison.spec, diff);
    let old = comparison.state.to_account();
    let mut delete = deletion(&old, comparison.settings);
    for step in create.iter_mut().take(1).chain(delete.iter_mut().rev().take(1)) {
        step.risks.push(Risk::Replacement);
    }
    let leftover = leftover(comparison);
    match diff.replacement {
        // While no user exists, no state records what is left to delete, so users of earlier replacements are deleted
        // first.
        Some(ReplacementOrder::DeleteBeforeCreate) => leftover.chain(delete).chain(create).collect(),
        _ => create.into_iter().chain(delete).chain(leftover).collect(),
    }
}

/// Returns the steps that change a user in place.
pub(super) fn update(comparison: &Comparison<'_>, diff: &Diff) -> Vec<Step> {
    let target = target(comparison);
    let mut steps = Vec::new();
    for operation in ORDER {
        let calls = calls(*operation, comparison, &target, diff);
        steps.extend(calls.into_iter().map(|call| update_step(call, comparison, &target, diff)));
    }
    steps
}

/// Sorts the steps of an update into their order.
pub(super) fn sort(steps: &mut [Step]) {
    steps.sort_by_key(|step| ORDER.iter().position(|operation| *operation == step.operation));
}

/// Returns the steps that delete the users that earlier replacements left.
pub(super) fn leftover(comparison: &Comparison<'_>) -> impl Iterator<Item = Step> {
    let left = comparison.state.record.unfinished.replaced.iter();
    left.flat_map(|user| deletion(user, comparison.settings))
}

/// The order of the steps of an update.
const ORDER: &[Operation] = &[
    Operation::UpdateUserIdentityInfo,
    Operation::UpdateUserRoutingProfile,
    Operation::UpdateUserSecurityProfiles,
    // Directly after the calls that take rights away: a later step may fail.
    Operation::DeleteAllEntitySessions,
    Operation::UpdateUserHierarchy,
    Operation::UpdateUserPhoneConfig,
    Operation::UpdateUserConfig,
    Operation::DisassociateUserProficiencies,
    Operation::UpdateUserProficiencies,
    Operation::AssociateUserProficiencies,
    Operation::UntagResource,
    Operation::TagResource,
];

/// Returns the call of an operation, with the target's values, if a leaf that the operation writes differs from the
/// target.
fn calls(
    operation: Operation,
    comparison: &Comparison<'_>,
    target: &UserProperties,
    diff: &Diff,
) -> Option<Call> {
    let is_needed = is_changed(operation, &diff.changes);
    match operation {
        Operation::UpdateUserIdentityInfo => is_needed.then(|| Call::Identity(target.identity.clone())),
        Operation::UpdateUserRoutingProfile => {
            is_needed.then(|| Call::RoutingProfile(target.routing_profile_id.clone()))
        }
        Operation::UpdateUserSecurityProfiles => {
            is_needed.then(|| Call::SecurityProfiles(target.security_profile_ids.clone()))
        }
        Operation::UpdateUserHierarchy => {
            is_needed.then(|| Call::Hierarchy(target.hierarchy_group_id.clone()))
        }
        Operation::UpdateUserPhoneConfig => is_needed.then(|| Call::Phone(target.phone.clone())),
        // Also needed if only the phone block changes, because it overwrites after contact work.
        Operation::UpdateUserConfig => {
            let channels = missing_channels(comparison, target, diff);
            (!channels.is_empty()).then_some(Call::Channels(channels))
        }
        Operation::DisassociateUserProficiencies
        | Operation::UpdateUserProficiencies
        | Operation::AssociateUserProficiencies => is_needed.then(|| {
            proficiency_call(
                operation,
                comparison.state.properties.proficiencies.as_ref()?,
                target.proficiencies.as_ref()?,
            )
        })?,
        Operation::UntagResource | Operation::TagResource => tags::call(operation, &diff.changes),
        Operation::DeleteAllEntitySessions => {
            sign_out::is_due(comparison, &diff.changes).then(|| Call::SignOut(comparison.state.to_account()))
        }
        _ => None,
    }
}

fn update_step(call: Call, comparison: &Comparison<'_>, target: &UserProperties, diff: &Diff) -> Step {
    let changed = |property| diff.changes.iter().any(|change| change.property == property && !change.unknown);
    let operation = call.operation();
    let covers = covered_by(&diff.changes, operation);
    let now = &comparison.state.properties;
    let (risk, is_run) = match &call {
        Call::Identity(identity) => {
            (Risk::AccountTakeover, changed(Property::Email) && identity.email.is_some())
        }
        Call::SecurityProfiles(ids) => (Risk::PrivilegeGrant, !ids.is_subset(&now.security_profile_ids)),
        Call::Phone(_) => {
            let is_put_back = !is_changed(Operation::UpdateUserConfig, &diff.changes)
                && !missing_channels(comparison, target, diff).after_contact_work.is_empty();
            (Risk::Flattening, is_put_back)
        }
        Call::SignOut(_) => (Risk::EndsSessions, true),
        _ => (Risk::LosesUnrecognised, false),
    };
    let mut step = Step::new(call, covers).risk(risk, is_run);
    if operation == Operation::UpdateUserConfig && step.covers.is_empty() {
        // The call only restores what the phone block overwrites; no change asks for it.
        step.covers.push(Property::AfterContactWorkConfigs.into());
    }
    let is_lost = !reset_by(operation, step.call(), comparison).is_empty();
    step.risk(Risk::LosesUnrecognised, is_lost)
}

/// Returns the settings per channel, which one call writes.
fn channel_properties() -> impl Iterator<Item = Property> {
    Property::ALL.iter().copied().filter(|property| property.info().shape == Shape::Channels)
}

/// Returns the settings per channel that differ from the target, or will differ once the phone block is written.
fn missing_channels(comparison: &Comparison<'_>, target: &UserProperties, diff: &Diff) -> ChannelSettings {
    let mut between = comparison.state.properties.clone();
    if is_changed(Operation::UpdateUserPhoneConfig, &diff.changes) {
        let work = &mut between.channels.after_contact_work;
        *work = flatten(work, target.phone.after_contact_work_time_limit);
    }
    let mut missing = UserProperties::new(target.routing_profile_id.clone());
    for property in channel_properties() {
        property.visit(Missing { target, between: &between, missing: &mut missing });
    }
    missing.channels
}

struct Missing<'a> {
    target: &'a UserProperties,
    between: &'a UserProperties,
    missing: &'a mut UserProperties,
}

impl Visitor for Missing<'_> {
    type Output = ();

    fn visit<F: Field>(self) {
        if let (Some(target), Some(between)) = (F::setting(self.target), F::setting(self.between)) {
            F::write(self.missing, Some(F::Spec::missing(target, between, &self.target.phone)));
        }
    }
}

/// Proficiencies are removed before others are added, so that the limit is never exceeded.
fn proficiency_call(operation: Operation, now: &Proficiencies, target: &Proficiencies) -> Option<Call> {
    let pick = |keep: &dyn Fn(Option<&u8>, &u8) -> bool| -> Proficiencies {
        let kept = target.iter().filter(|(key, level)| keep(now.get(*key), level));
        kept.map(|(key, level)| (key.clone(), *level)).collect()
    };
    match operation {
        Operation::DisassociateUserProficiencies => {
            let gone: BTreeSet<_> = now.keys().filter(|key| !target.contains_key(*key)).cloned().collect();
            (!gone.is_empty()).then_some(Call::Disassociate(gone))
        }
        Operation::UpdateUserProficiencies => {
            let levels = pick(&|before, level| before.is_some_and(|before| before != level));
            (!levels.is_empty()).then_some(Call::Levels(levels))
        }
        _ => {
            let new = pick(&|before, _| before.is_none());
            (!new.is_empty()).then_some(Call::Associate(new))
        }
    }
}

/// Whether a known leaf that the operation writes differs from the target.
fn is_changed(operation: Operation, changes: &[Change]) -> bool {
    changes.iter().any(|change| is_settled_by(change, operation) && !change.unknown)
}

fn covered_by(changes: &[Change], operation: Operation) -> Vec<Path> {
    changes
        .iter()
        .filter(|change| is_settled_by(change, operation))
        .map(|change| change.path.clone())
        .collect()
}

pub(super) fn is_settled_by(change: &Change, operation: Operation) -> bool {
    let OnChange::Update(operations) = change.property.info().on_change else { return false };
    match operation {
        Operation::UntagResource => {
            change.property == Property::Tags
                && (change.kind == ChangeKind::Delete || tags::key(change).is_none())
        }
        Operation::TagResource => change.property == Property::Tags && change.kind != ChangeKind::Delete,
        _ => operations.contains(&operation),
    }
}

/// Returns the users to delete: those that earlier replacements left, and this user.
pub(super) fn replaced(state: &UserState) -> Vec<Replaced> {
    let mut users = state.record.unfinished.replaced.clone();
    users.push(state.to_account());
    users
}
