//! A diff with the steps that apply it, also while some values are unknown.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    Action, Call, Change, Diff, ReplacementOrder, Step, changes,
    comparison::Comparison,
    lost, possible, sign_out,
    step::{creation, deletion, leftover, replaced, replacement, update},
    unread, unrecognised,
    whole::{additions, removals},
};
use crate::user::{
    Code, Diagnostic, IdentityManagementType, Path, Property, Settings, UserId, UserSpec, UserState,
    keep_ignored,
};

/// The preview of a plan: the changes and the calls, also while values are unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Preview {
    /// The changes and notices.
    #[serde(flatten)]
    pub diff: Diff,
    /// The calls, in order.
    pub steps: Vec<Step>,
}

impl Preview {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.diff.is_empty()
    }

    /// Returns the IAM actions that the calls need, each once: the minimal policy for applying the plan.
    pub fn iam_actions(&self) -> BTreeSet<&'static str> {
        self.steps.iter().flat_map(Step::iam_actions).collect()
    }

    /// Moves the deletion of a replaced user before the creation of the new user. Returns whether that changed the
    /// order.
    pub(crate) fn delete_first(&mut self, replaced: &UserId) -> bool {
        if self.diff.replacement != Some(ReplacementOrder::CreateBeforeDelete) {
            return false;
        }
        self.diff.replacement = Some(ReplacementOrder::DeleteBeforeCreate);
        // While no user exists, no state records what is left to delete, so users of earlier replacements are deleted
        // first.
        self.steps.sort_by_key(|step| match step.call() {
            Some(Call::Delete(gone) | Call::DeleteQuickConnects(gone) | Call::SignOut(gone)) => {
                u8::from(gone.user_id == *replaced)
            }
            _ => 2,
        });
        true
    }

    /// Returns the number of calls that write, including those that may turn out not to be needed.
    pub fn calls(&self) -> usize {
        self.steps.len()
    }
}

/// Compares a desired user with the actual one.
///
/// `spec` may hold unknowns; if `state` is `None`, everything is new. Allocates nothing if nothing differs.
///
/// ```
/// use connect_user::{diff::{Action, diff}, user::{Settings, UserSpec}};
///
/// let spec = UserSpec::builder()
///     .instance_id("1c2d")
///     .name("jane")
///     .routing_profile_id("7a9b")
///     .security_profile_ids(["5e6f"])
///     .build();
/// let diff = diff(&spec, None, &Settings::default());
/// assert_eq!(diff.action, Action::Create);
/// assert_eq!(diff.changes.len(), 4);
/// ```
pub fn diff(spec: &UserSpec, state: Option<&UserState>, settings: &Settings) -> Diff {
    let spec = &*spec.without_empty_texts();
    match state {
        None => Diff { action: Action::Create, changes: additions(spec, settings), ..Diff::default() },
        Some(state) => against(&Comparison::new(&keep_ignored(spec, state, settings), state, settings)),
    }
}

pub(super) fn against(comparison: &Comparison<'_>) -> Diff {
    let mut notices = Vec::new();
    let mut changes = changes::changes(comparison, &mut notices);
    for change in &mut changes {
        // Of a block that is not known, any part may change.
        let is_in = |path: &Path| path.covers(&change.path) || change.unknown && change.path.covers(path);
        let is_named = comparison.settings.replace_on_changes.iter().any(is_in);
        change.forces_replacement |= is_named;
    }
    let replaces = |change: &Change| change.forces_replacement;
    let certain = changes.iter().any(|change| replaces(change) && !change.unknown);
    let replacement = changes.iter().any(replaces).then(|| {
        let moves = |change: &Change| matches!(change.property, Property::InstanceId | Property::Name);
        if changes.iter().any(moves) && !comparison.settings.delete_before_replace {
            ReplacementOrder::CreateBeforeDelete
        } else {
            ReplacementOrder::DeleteBeforeCreate
        }
    });
    if certain {
        // A new user has no proficiencies, whatever the old user has, and gets the password and the directory user id of
        // the spec.
        notices.retain(|notice: &Diagnostic| !OF_EXISTING.contains(&notice.code));
        notices.extend(replacement_refusals(comparison));
    }
    notices.extend(comparison.settings.replace_on_changes.iter().filter_map(part_refusal));
    notices.extend(unread::refusals(comparison, &changes));
    let unfinished =
        !comparison.state.record.unfinished.replaced.is_empty() || sign_out::is_due(comparison, &changes);
    let action = match (certain, changes.is_empty() && !unfinished) {
        (true, _) => Action::Replace,
        (false, true) => Action::None,
        (false, false) => Action::Update,
    };
    Diff { action, changes, notices, replacement }
}

/// What holds for a user that exists, and not for the new one that replaces it.
const OF_EXISTING: &[Code] =
    &[Code::PROFICIENCIES_NOT_READ, Code::PASSWORD_UNCHANGEABLE, Code::DIRECTORY_USER_ID_UNCHANGEABLE];

fn replacement_refusals(comparison: &Comparison<'_>) -> Vec<Diagnostic> {
    let settings = comparison.settings;
    let mut notices = Vec::new();
    if settings.protect {
        notices.push(protected("replaced"));
    }
    if settings.identity_management == Some(IdentityManagementType::ConnectManaged)
        && comparison.spec.password.is_none()
    {
        let message = "the user would be replaced, and a new user of this instance needs a password";
        let help = "give the new user a password, or take back the change that replaces the user";
        let refusal = Diagnostic::new(Code::REPLACEMENT_NEEDS_PASSWORD, message);
        notices.push(refusal.at(Property::Password).with_help(help));
    }
    notices
}

/// Returns a refusal if a path names a part of a property: a property is one change, apart from tags.
fn part_refusal(path: &Path) -> Option<Diagnostic> {
    let property = path.property().filter(|property| *property != Property::Tags)?;
    if *path == property.into() {
        return None;
    }
    let message = format!(
        "a change of `{path:#}` alone cannot replace the user: `{property:#}` is compared as a whole"
    );
    let help = format!("let changes of `{property:#}` replace the user, or none of it");
    Some(Diagnostic::new(Code::INVALID_VALUE, message).at(path.clone()).with_help(help))
}

fn protected(what: &str) -> Diagnostic {
    Diagnostic::new(Code::PROTECTED, format!("the user is protected and would be {what}"))
        .with_help("apply it with `protect: false` first, then remove or replace it")
}

/// Returns the diff of a deletion: everything that is removed.
pub(super) fn deletion_diff(state: &UserState, settings: &Settings) -> Diff {
    let changes = removals(state, settings);
    let notices = if settings.protect { vec![protected("deleted")] } else { Vec::new() };
    Diff { action: Action::Delete, changes, notices, replacement: None }
}

/// Compares a desired user with the actual one, and plans the calls, also while values are unknown.
///
/// A step has its content only if that is known; [`plan`](super::plan) takes a user of which everything is known.
pub fn preview(spec: &UserSpec, state: Option<&UserState>, settings: &Settings) -> Preview {
    let spec = &*spec.without_empty_texts();
    let Some(state) = state else {
        let diff = diff(spec, None, settings);
        let steps = creation(spec, &diff);
        return Preview { diff, steps };
    };
    let spec = keep_ignored(spec, state, settings);
    let comparison = Comparison::new(&spec, state, settings);
    let mut diff = against(&comparison);
    let steps = match diff.action {
        Action::None => Vec::new(),
        Action::Replace => {
            diff.notices.extend(lost::notice(&comparison, &diff.changes));
            let fresh = Diff { changes: additions(&spec, settings), ..diff.clone() };
            replacement(&comparison, &fresh)
        }
        _ => {
            let mut steps = update(&comparison, &diff);
            possible::add(&mut steps, &comparison, &diff.changes);
            steps.extend(leftover(&comparison));
            steps
        }
    };
    if !state.record.unrecognised.is_empty() {
        let notice = |step: &Step| unrecognised::notice(step.operation, step.call(), &comparison);
        diff.notices.extend(steps.iter().filter_map(notice));
    }
    Preview { diff, steps }
}

/// Previews the deletion of a user.
pub fn preview_deletion(state: &UserState, settings: &Settings) -> Preview {
    let steps = replaced(state).iter().flat_map(|user| deletion(user, settings)).collect();
    Preview { diff: deletion_diff(state, settings), steps }
}
