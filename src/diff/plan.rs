//! A plan that can be applied.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{
    Action, Preview, Step,
    preview::{preview, preview_deletion},
};
use crate::user::{Code, DesiredUser, Diagnostic, Path, Property, Settings, UserState, joined};

/// The plan of one user: the calls that lead from the prior state to the desired user.
/// [`apply`](https://docs.rs/connect-user/latest/connect_user/apply/fn.apply.html) carries it out.
///
/// The plan holds the password that a creation needs; `Debug`, text and JSON leave the password out.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    action: Action,
    steps: Vec<Step>,
    base: Option<Arc<UserState>>,
    goal: Goal,
    /// Whether a replaced user is deleted first although the preview planned to create the new user first.
    is_reordered: bool,
}

/// The goal of a plan.
#[derive(Clone, Debug, PartialEq)]
enum Goal {
    /// The desired user.
    Desired(Box<DesiredUser>),
    /// No user, under these settings.
    Deleted(Arc<Settings>),
}

/// The error of planning, with every reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub(super) Vec<Diagnostic>);

impl Plan {
    fn new(preview: Preview, base: Option<Arc<UserState>>, goal: Goal) -> Self {
        Self { action: preview.diff.action, steps: preview.steps, base, goal, is_reordered: false }
    }

    /// Returns what happens to the user.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Returns the calls, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the preview of the plan, to show it. The preview is computed again, so that a plan of many users need
    /// not store each change.
    pub fn preview(&self) -> Preview {
        let base = self.base();
        let mut preview = match (&self.goal, base) {
            (Goal::Desired(desired), _) => preview(desired.given(), base, desired.settings()),
            (Goal::Deleted(settings), Some(base)) => preview_deletion(base, settings),
            (Goal::Deleted(_), None) => Preview::default(),
        };
        if let Some(base) = base.filter(|_| self.is_reordered) {
            preview.delete_first(&base.user_id);
        }
        preview
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.preview().is_empty()
    }

    /// Returns the prior state; `None` if the user is created.
    pub fn base(&self) -> Option<&UserState> {
        self.base.as_deref()
    }

    /// Returns the prior state, shared.
    #[cfg(feature = "fleet")]
    pub(crate) const fn shared_base(&self) -> Option<&Arc<UserState>> {
        self.base.as_ref()
    }

    /// Returns the settings with which the plan was made.
    pub fn settings(&self) -> &Settings {
        match &self.goal {
            Goal::Desired(desired) => desired.settings(),
            Goal::Deleted(settings) => settings,
        }
    }

    /// Returns the desired user; `None` if the user will be deleted. Ignored properties have their actual values.
    pub fn desired(&self) -> Option<&DesiredUser> {
        match &self.goal {
            Goal::Desired(desired) => Some(desired),
            Goal::Deleted(_) => None,
        }
    }

    /// Returns the desired user, to change it.
    pub(super) fn desired_mut(&mut self) -> Option<&mut DesiredUser> {
        match &mut self.goal {
            Goal::Desired(desired) => Some(desired),
            Goal::Deleted(_) => None,
        }
    }

    /// Removes the recorded password.
    pub(super) fn forget_recorded_password(&mut self) {
        if let Some(base) = self.base.as_mut().filter(|base| base.record.password.is_some()) {
            Arc::make_mut(base).record.password = None;
        }
    }

    /// Deletes a replaced user before the new one is created; see [`Preview::delete_first`].
    pub(crate) fn delete_first(&mut self) -> bool {
        let mut preview = self.preview();
        let is_changed = self.base().is_some_and(|base| preview.delete_first(&base.user_id));
        if is_changed {
            self.steps = preview.steps;
            self.is_reordered = true;
        }
        is_changed
    }

    /// Whether the plan was made from this state. Compares everything that a call could have changed, and whether an
    /// apply was in progress, but not the time of the last change.
    pub(crate) fn is_made_from(&self, state: Option<&UserState>) -> bool {
        match (&self.base, state) {
            (None, None) => true,
            (Some(base), Some(state)) => {
                base.instance_id == state.instance_id
                    && base.user_id == state.user_id
                    && base.name == state.name
                    && base.directory_user_id == state.directory_user_id
                    && base.properties == state.properties
                    && base.tags_all == state.tags_all
                    && base.record.unfinished == state.record.unfinished
                    // The changes of a killed apply are not recorded.
                    && base.record.in_progress == state.record.in_progress
            }
            _ => false,
        }
    }
}

impl Serialize for Plan {
    /// Writes the [`Preview`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.preview().serialize(serializer)
    }
}

/// Plans the calls that lead from `state`, or from no user, to the desired user.
///
/// Give the `settings` with which the user was validated: the plan then equals what [`preview`](super::preview()) shows
/// with the same settings.
///
/// # Errors
///
/// [`Refused`] if something changed that no call can change and the policy is to refuse, a protected user would be
/// replaced, a replacement lacks what a new user needs, a call would write a property that was not read (`not-read`;
/// [`needs_reading`](super::needs_reading) returns these properties), or the user was validated with other default tags
/// or another identity management type (`settings-differ`).
pub fn plan(desired: DesiredUser, state: Option<&UserState>, settings: &Settings) -> Result<Plan, Refused> {
    plan_shared(desired, state.cloned().map(Arc::new).as_ref(), settings)
}

/// Plans with a state that the plan shares.
pub(crate) fn plan_shared(
    mut desired: DesiredUser,
    state: Option<&Arc<UserState>>,
    settings: &Settings,
) -> Result<Plan, Refused> {
    if let Some(notice) = settings_differ(&desired, settings) {
        return Err(Refused(vec![notice]));
    }
    let preview = preview(desired.spec(), state.map(|state| &**state), settings);
    accept(&preview)?;
    // Only properties that these settings ignore are kept, whatever was ignored when the user was validated.
    desired.keep_nothing();
    if let Some(state) = state {
        desired.keep_ignored(state, settings, preview.diff.action == Action::Replace);
    }
    if *desired.settings != *settings {
        desired.settings = Arc::new(settings.clone());
    }
    Ok(Plan::new(preview, state.cloned(), Goal::Desired(Box::new(desired))))
}

/// Refuses a user that was validated with other settings.
fn settings_differ(desired: &DesiredUser, settings: &Settings) -> Option<Diagnostic> {
    let is_other_kind = |kind| settings.identity_management != Some(kind);
    let (path, what) = if desired.default_tags() != &settings.default_tags {
        (Property::Tags.into(), "default tags")
    } else if desired.identity_management().is_some_and(is_other_kind) {
        (Path::root(), "an identity management type")
    } else {
        return None;
    };
    let message = format!("the user was validated with {what} other than those of the plan");
    let refusal = Diagnostic::new(Code::SETTINGS_DIFFER, message).at(path);
    Some(refusal.with_help("give validation and planning the same settings"))
}

/// Plans the calls that delete a user.
///
/// # Errors
///
/// [`Refused`] if the user is protected.
pub fn plan_deletion(state: &UserState, settings: &Settings) -> Result<Plan, Refused> {
    plan_deletion_shared(&Arc::new(state.clone()), settings)
}

/// Plans a deletion with a state that the plan shares.
pub(crate) fn plan_deletion_shared(state: &Arc<UserState>, settings: &Settings) -> Result<Plan, Refused> {
    let preview = preview_deletion(state, settings);
    accept(&preview)?;
    Ok(Plan::new(preview, Some(state.clone()), Goal::Deleted(Arc::new(settings.clone()))))
}

fn accept(preview: &Preview) -> Result<(), Refused> {
    let refusals: Vec<Diagnostic> = preview.diff.refusals().cloned().collect();
    if refusals.is_empty() { Ok(()) } else { Err(Refused(refusals)) }
}

impl Refused {
    /// Returns the reasons, each with its help.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&joined(&self.0))
    }
}

impl std::error::Error for Refused {}
