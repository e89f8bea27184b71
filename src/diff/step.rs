//! The steps of a plan: one API call each, fewest possible, in an order that never passes a limit.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    Call, Change, ChangeKind, Diff, QuickConnects, ReplacementOrder,
    channels::missing,
    tags,
    target::{flatten, target},
    want::Sides,
};
use crate::user::{
    ChannelSettings, OnChange, Operation, Path, Proficiencies, Property, Replaced, UserSettings, UserSpec,
    UserState,
};

/// Why a step deserves a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Risk {
    /// Whoever reads the new e-mail address can reset the password and take the account over.
    AccountTakeover,
    /// The user gets a security profile, which may let them administer the instance.
    PrivilegeGrant,
    /// A deleted user cannot be brought back.
    IrreversibleDeletion,
    /// The new user has another id, and only what the spec sets: history, and what was set by hand,
    /// stay with the old one.
    Replacement,
    /// For a moment every channel has the phone block's after contact work, until the next step.
    Flattening,
    /// The service has settings that this version does not know and that the call may lose.
    LosesUnrecognised,
    /// Quick connects that lead to the user stay behind and lead nowhere.
    QuickConnectsLeftBehind,
}

impl Risk {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AccountTakeover => "account-takeover",
            Self::PrivilegeGrant => "privilege-grant",
            Self::IrreversibleDeletion => "irreversible-deletion",
            Self::Replacement => "replacement",
            Self::Flattening => "flattening",
            Self::LosesUnrecognised => "loses-unrecognised",
            Self::QuickConnectsLeftBehind => "quick-connects-left-behind",
        }
    }

    /// What it means, in a few words.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::AccountTakeover => "whoever reads the new e-mail address can reset the password",
            Self::PrivilegeGrant => "grants a security profile",
            Self::IrreversibleDeletion => "a deleted user cannot be brought back",
            Self::Replacement => "the new user has another id, and only what the spec sets",
            Self::Flattening => "for a moment every channel has the same after contact work",
            Self::LosesUnrecognised => {
                "the service has settings here that this version does not know and may lose"
            }
            Self::QuickConnectsLeftBehind => "quick connects that lead to the user stay behind",
        }
    }
}

/// One API call of a plan or preview.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The API operation.
    pub operation: Operation,
    /// The properties that the call settles.
    pub covers: Vec<Path>,
    /// Why it deserves a second look.
    pub risks: Vec<Risk>,
    /// Whether it depends on values that are not known yet, and may turn out not to be needed.
    pub possible: bool,
    /// What the call carries; `None` while that is not known.
    pub(crate) call: Option<Call>,
}

impl Step {
    fn new(call: Call, covers: Vec<Path>) -> Self {
        Self { operation: call.operation(), covers, risks: Vec::new(), possible: false, call: Some(call) }
    }

    fn risk(mut self, risk: Risk, is_run: bool) -> Self {
        if is_run {
            self.risks.push(risk);
        }
        self
    }

    /// What the call carries; `None` in a preview, while that is not known.
    pub const fn call(&self) -> Option<&Call> {
        self.call.as_ref()
    }

    /// The IAM actions that the caller needs, the operation's own first.
    pub fn iam_actions(&self) -> Vec<&'static str> {
        let mut actions = vec![self.operation.iam_action()];
        let tags = self.covers.iter().any(|path| path.property() == Some(Property::Tags));
        if self.operation == Operation::CreateUser && tags {
            actions.push(Operation::TagResource.iam_action());
        }
        if self.operation == Operation::DeleteUser {
            // Where nobody is found, whether the instance is there.
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
        map.serialize_entry("covers", &self.covers)?;
        map.serialize_entry("risks", &self.risks)?;
        map.serialize_entry("possible", &self.possible)?;
        map.end()
    }
}

/// The steps that make a user.
pub(super) fn creation(spec: &UserSpec, diff: &Diff) -> Vec<Step> {
    let is_proficiency = |path: &Path| path.property() == Some(Property::UserProficiencies);
    let (later, now): (Vec<Path>, Vec<Path>) = diff
        .changes
        .iter()
        .filter(|change| change.kind != ChangeKind::Delete)
        .map(|change| change.path.clone())
        .partition(is_proficiency);
    let mut steps = vec![Step::new(Call::Create, now)];
    let proficiencies = spec.settle().and_then(|settings| settings.proficiencies).unwrap_or_default();
    if !later.is_empty() {
        let mut step = Step::new(Call::Associate(proficiencies.clone()), later);
        if spec.user_proficiencies.as_ref().is_some_and(crate::user::Node::has_unknowns) {
            step.call = None;
        }
        if step.call.is_none() || !proficiencies.is_empty() {
            steps.push(step);
        }
    }
    steps
}

/// The steps that delete a user, and what it may leave behind.
pub(super) fn deletion(user: &Replaced, quick_connects: QuickConnects) -> Vec<Step> {
    let delete = Step::new(Call::Delete(user.clone()), Vec::new()).risk(Risk::IrreversibleDeletion, true);
    match quick_connects {
        QuickConnects::Leave => vec![delete.risk(Risk::QuickConnectsLeftBehind, true)],
        QuickConnects::Delete => vec![Step::new(Call::DeleteQuickConnects(user.clone()), Vec::new()), delete],
    }
}

/// The steps that put a new user in the place of an old one.
pub(super) fn replacement(sides: &Sides<'_>, diff: &Diff) -> Vec<Step> {
    let mut create = creation(sides.spec, diff);
    let old = sides.state.to_replaced();
    let mut delete = deletion(&old, sides.options.quick_connects);
    for step in create.iter_mut().take(1).chain(delete.iter_mut().rev().take(1)) {
        step.risks.push(Risk::Replacement);
    }
    let leftover = sides.state.record.unfinished.replaced.iter();
    let leftover = leftover.flat_map(|user| deletion(user, sides.options.quick_connects));
    match diff.replacement {
        // While no user is there, no state remembers what is left to delete: that goes first.
        Some(ReplacementOrder::DeleteBeforeCreate) => leftover.chain(delete).chain(create).collect(),
        _ => create.into_iter().chain(delete).chain(leftover).collect(),
    }
}

/// The steps that change a user in place.
pub(super) fn update(sides: &Sides<'_>, diff: &Diff) -> Vec<Step> {
    let state = sides.state;
    let now = &state.settings;
    let then = target(sides);
    let covered = |operation: Operation| covered_by(&diff.changes, operation);
    let changed = |property| diff.changes.iter().any(|change| change.property == property && !change.unknown);
    let loses = |path: &str| state.record.unrecognised.iter().any(|found| found.starts_with(path));

    let mut steps = Vec::new();
    let mut add = |is_needed: bool, call: Call, risks: &[(Risk, bool)]| {
        if is_needed {
            let step = Step { covers: covered(call.operation()), ..Step::new(call, Vec::new()) };
            steps.push(risks.iter().fold(step, |step, (risk, is_run)| step.risk(*risk, *is_run)));
        }
    };
    add(
        now.identity != then.identity,
        Call::Identity(then.identity.clone()),
        &[(Risk::AccountTakeover, changed(Property::Email))],
    );
    add(
        now.routing_profile_id != then.routing_profile_id,
        Call::RoutingProfile(then.routing_profile_id.clone()),
        &[],
    );
    add(
        now.security_profile_ids != then.security_profile_ids,
        Call::SecurityProfiles(then.security_profile_ids.clone()),
        &[(Risk::PrivilegeGrant, !then.security_profile_ids.is_subset(&now.security_profile_ids))],
    );
    add(
        now.hierarchy_group_id != then.hierarchy_group_id,
        Call::Hierarchy(then.hierarchy_group_id.clone()),
        &[],
    );
    let phone_changes = diff
        .changes
        .iter()
        .any(|change| is_settled_by(change, Operation::UpdateUserPhoneConfig) && !change.unknown);
    let mut between = now.channels.clone();
    if phone_changes {
        between.after_contact_work =
            flatten(&between.after_contact_work, then.phone.after_contact_work_time_limit);
    }
    let lost = missing(&then.channels.after_contact_work, &between.after_contact_work, &then.phone);
    add(
        phone_changes,
        Call::Phone(then.phone.clone()),
        &[
            (Risk::Flattening, !lost.is_empty() && covered(Operation::UpdateUserConfig).is_empty()),
            (Risk::LosesUnrecognised, loses("phoneConfig")),
        ],
    );
    let channels = ChannelSettings {
        after_contact_work: lost,
        auto_accept: missing(&then.channels.auto_accept, &between.auto_accept, &then.phone),
        phone_number: missing(&then.channels.phone_number, &between.phone_number, &then.phone),
        persistent_connection: missing(
            &then.channels.persistent_connection,
            &between.persistent_connection,
            &then.phone,
        ),
        voice_enhancement: missing(&then.channels.voice_enhancement, &between.voice_enhancement, &then.phone),
    };
    add(
        !channels.is_empty(),
        Call::Channels(channels),
        &[(Risk::LosesUnrecognised, CHANNELS.iter().any(|property| loses(property.path())))],
    );
    for call in proficiency_calls(now, &then) {
        add(true, call, &[]);
    }
    for call in tags::calls(&diff.changes) {
        add(true, call, &[]);
    }
    restore_covers(&mut steps);
    add_possible(&mut steps, &diff.changes, loses);
    for user in &state.record.unfinished.replaced {
        steps.extend(deletion(user, sides.options.quick_connects));
    }
    steps
}

/// The settings that one call writes, channel by channel.
const CHANNELS: &[Property] = &[
    Property::AutoAcceptConfigs,
    Property::AfterContactWorkConfigs,
    Property::PhoneNumberConfigs,
    Property::PersistentConnectionConfigs,
    Property::VoiceEnhancementConfigs,
];

/// A call that only puts back what the phone block overwrote settles no change of its own.
fn restore_covers(steps: &mut [Step]) {
    for step in steps.iter_mut().filter(|step| step.covers.is_empty()) {
        if step.operation == Operation::UpdateUserConfig {
            step.covers.push(Property::AfterContactWorkConfigs.into());
        }
    }
}

fn proficiency_calls(now: &UserSettings, then: &UserSettings) -> Vec<Call> {
    let (Some(now), Some(then)) = (&now.proficiencies, &then.proficiencies) else {
        return Vec::new();
    };
    let gone: BTreeSet<_> = now.keys().filter(|key| !then.contains_key(*key)).cloned().collect();
    let pick = |keep: &dyn Fn(Option<&u8>, &u8) -> bool| -> Proficiencies {
        let kept = then.iter().filter(|(key, level)| keep(now.get(*key), level));
        kept.map(|(key, level)| (key.clone(), *level)).collect()
    };
    let levels = pick(&|before, level| before.is_some_and(|before| before != level));
    let new = pick(&|before, _| before.is_none());
    // What goes, goes first: the limit is never passed in between.
    [
        (!gone.is_empty()).then_some(Call::Disassociate(gone)),
        (!levels.is_empty()).then_some(Call::Levels(levels)),
        (!new.is_empty()).then_some(Call::Associate(new)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The steps that may be needed once what is unknown is known.
fn add_possible(steps: &mut Vec<Step>, changes: &[Change], loses: impl Fn(&str) -> bool) {
    let may_lose = |operation: Operation| match operation {
        Operation::UpdateUserPhoneConfig => loses("phoneConfig"),
        Operation::UpdateUserConfig => CHANNELS.iter().any(|property| loses(property.path())),
        _ => false,
    };
    for change in changes.iter().filter(|change| change.unknown) {
        let OnChange::Update(operations) = change.property.info().on_change else { continue };
        for operation in operations {
            if !is_settled_by(change, *operation) {
                continue;
            }
            match steps.iter_mut().find(|step| step.operation == *operation) {
                Some(step) => {
                    // The call is needed anyhow, but what it carries is not all known.
                    step.call = None;
                    if !step.covers.contains(&change.path) {
                        step.covers.push(change.path.clone());
                    }
                }
                None => steps.push(Step {
                    operation: *operation,
                    covers: vec![change.path.clone()],
                    risks: match change.property {
                        Property::Email => vec![Risk::AccountTakeover],
                        Property::SecurityProfileIds => vec![Risk::PrivilegeGrant],
                        _ if may_lose(*operation) => vec![Risk::LosesUnrecognised],
                        _ => Vec::new(),
                    },
                    possible: true,
                    call: None,
                }),
            }
        }
    }
    steps.sort_by_key(|step| ORDER.iter().position(|operation| *operation == step.operation));
}

/// The order of the steps of an update.
const ORDER: &[Operation] = &[
    Operation::UpdateUserIdentityInfo,
    Operation::UpdateUserRoutingProfile,
    Operation::UpdateUserSecurityProfiles,
    Operation::UpdateUserHierarchy,
    Operation::UpdateUserPhoneConfig,
    Operation::UpdateUserConfig,
    Operation::DisassociateUserProficiencies,
    Operation::UpdateUserProficiencies,
    Operation::AssociateUserProficiencies,
    Operation::UntagResource,
    Operation::TagResource,
];

fn covered_by(changes: &[Change], operation: Operation) -> Vec<Path> {
    changes
        .iter()
        .filter(|change| is_settled_by(change, operation))
        .map(|change| change.path.clone())
        .collect()
}

fn is_settled_by(change: &Change, operation: Operation) -> bool {
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

/// What a user that is gone was.
pub(super) fn replaced(state: &UserState) -> Vec<Replaced> {
    let mut users = state.record.unfinished.replaced.clone();
    users.push(state.to_replaced());
    users
}
