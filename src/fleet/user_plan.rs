//! The plan of one user of a fleet, also while values are unknown.

use std::{borrow::Cow, sync::Arc};

use super::program::Lifecycle;
use crate::{
    diff::{self, Action, Call, Change, Plan, Preview, Step},
    user::{Code, DesiredUser, Diagnostic, InstanceId, Operation, Path, Settings, UserState, listed},
};

/// The preview of one user of a fleet, perhaps with unknown values.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UserPreview {
    /// The resource name, as in [`UserPlan::name`].
    pub name: String,
    /// The recorded resource name, if it differs: changing it costs no call.
    pub moved_from: Option<String>,
    pub(super) planned: Planned,
    pub(super) lifecycle: Option<Lifecycle>,
    /// The desired instance and user name, each if it is known.
    pub(super) instance: Option<InstanceId>,
    pub(super) user_name: Option<String>,
    /// The stage in which the user is applied, after all users of lower stages: 0 is the first.
    pub(super) stage: usize,
    /// The resource names of the changed users that must be applied before this user.
    pub(super) depends_on: Vec<Arc<str>>,
    pub(super) waits: Vec<Wait>,
}

/// A plan, or a preview while there can be no plan.
#[derive(Clone, Debug)]
pub(super) enum Planned {
    Known(Box<Plan>),
    /// Values are unknown, or the plan is refused.
    Partial(Box<Partial>),
}

/// A preview, and the prior state and the settings to plan with once all values are known.
#[derive(Clone, Debug)]
pub(super) struct Partial {
    pub(super) preview: Preview,
    pub(super) base: Option<Arc<UserState>>,
    /// The user that the new one replaces, if that one is no longer managed: ignored properties keep its values.
    pub(super) former: Option<Arc<UserState>>,
    pub(super) settings: Settings,
}

impl Planned {
    pub(super) fn known(plan: Plan) -> Self {
        Self::Known(Box::new(plan))
    }
}

impl UserPreview {
    pub(super) fn new(name: &str, planned: Planned) -> Self {
        Self {
            name: name.to_owned(),
            moved_from: None,
            planned,
            lifecycle: None,
            instance: None,
            user_name: None,
            stage: 0,
            depends_on: Vec::new(),
            waits: Vec::new(),
        }
    }

    /// The changes and the calls.
    pub fn preview(&self) -> Cow<'_, Preview> {
        match &self.planned {
            Planned::Known(plan) => Cow::Owned(plan.preview()),
            Planned::Partial(partial) => Cow::Borrowed(&partial.preview),
        }
    }

    /// The action for the user.
    pub fn action(&self) -> Action {
        match &self.planned {
            Planned::Known(plan) => plan.action(),
            Planned::Partial(partial) => partial.preview.diff.action,
        }
    }

    /// The prior state; `None` if the user is created.
    pub fn base(&self) -> Option<&UserState> {
        match &self.planned {
            Planned::Known(plan) => plan.base(),
            Planned::Partial(partial) => partial.base.as_deref(),
        }
    }

    /// Whether all values are known and nothing is refused.
    pub const fn is_known(&self) -> bool {
        matches!(self.planned, Planned::Known(_))
    }

    /// The notice that an unknown value may force a replacement. An apply makes no deletion that the preview did not
    /// count.
    pub(super) fn possible_replacement(&self) -> Option<Diagnostic> {
        let Planned::Partial(partial) = &self.planned else { return None };
        let diff = &partial.preview.diff;
        if diff.action != Action::Update || diff.replacement.is_none() {
            return None;
        }
        let places = self.unknown(|change| change.forces_replacement);
        let message = format!(
            "if {} turns out to differ, `{}` must be replaced, which is left to the next apply",
            listed(&places),
            self.name
        );
        let told = Diagnostic::new(Code::REPLACEMENT_POSSIBLE, message).about(&self.name);
        Some(told.with_help("look at the next plan then, which shows the replacement"))
    }

    /// The places of unknown values.
    fn unknown(&self, is_meant: impl Fn(&Change) -> bool) -> Vec<Path> {
        let preview = self.preview();
        let unknown = preview.diff.changes.iter().filter(|change| change.unknown && is_meant(change));
        unknown.map(|change| change.path.clone()).collect()
    }

    /// The diagnostic with the unknown values that prevent a plan, and the way out.
    pub(super) fn not_known(&self) -> Diagnostic {
        let places = self.unknown(|_| true);
        let (what, at) = match places.as_slice() {
            [] => ("a value is not known yet".to_owned(), None),
            [place] => (format!("`{place:#}` is not known yet"), Some(place.clone())),
            places => (format!("these values are not known yet: {}", listed(places)), None),
        };
        let told = Diagnostic::new(Code::NOT_KNOWN_YET, what).about(&self.name);
        let told = told.with_help("give the value, or apply what it comes from first");
        at.map_or(told.clone(), |place| told.at(place))
    }

    /// The desired instance and user name, if both are known.
    pub fn identity(&self) -> Option<(&InstanceId, &str)> {
        Some((self.instance.as_ref()?, self.user_name.as_deref()?))
    }

    pub(super) fn steps(&self) -> &[Step] {
        match &self.planned {
            Planned::Known(plan) => plan.steps(),
            Planned::Partial(partial) => &partial.preview.steps,
        }
    }

    /// Moves the deletion of a replaced user before the creation of the new user. Returns whether that changed the
    /// order.
    pub(super) fn delete_first(&mut self) -> bool {
        match &mut self.planned {
            Planned::Known(plan) => plan.delete_first(),
            Planned::Partial(partial) => {
                partial.base.as_ref().is_some_and(|base| partial.preview.delete_first(&base.user_id))
            }
        }
    }

    /// Plans the user once all values are known. A step with an operation that was not shown is refused.
    pub(super) fn resolve(&mut self, desired: DesiredUser) -> Result<(), Vec<Diagnostic>> {
        let Planned::Partial(partial) = &self.planned else { return Ok(()) };
        let desired = match &partial.former {
            Some(former) => desired.keeping(former),
            None => desired,
        };
        // These two depend on whether the user exists and is recorded, which the preview has taken into account.
        let (shown, validated) = (&partial.settings, desired.settings());
        let settings = Settings {
            identity_management: validated.identity_management.or(shown.identity_management),
            password_changed: shown.password_changed,
            protect: shown.protect,
            ..validated.clone()
        };
        let plan = diff::plan_shared(desired, partial.base.as_ref(), &settings).map_err(|refused| {
            let refusals = refused.diagnostics().iter();
            refusals.map(|refusal| refusal.clone().about(&self.name)).collect::<Vec<_>>()
        })?;
        let is_shown =
            |step: &Step| partial.preview.steps.iter().any(|shown| shown.operation == step.operation);
        if let Some(step) = plan.steps().iter().find(|step| !is_shown(step)) {
            let needs = match plan.action() {
                Action::Replace => "the user must be replaced".to_owned(),
                _ => format!("it needs `{}`", step.operation),
            };
            let message = format!("now that all values are known, {needs}, which was not shown");
            let refusal = Diagnostic::new(Code::NOT_SHOWN, message).about(&self.name);
            return Err(vec![refusal.with_help("look at the new plan, and apply it")]);
        }
        if let Some(desired) = plan.desired() {
            self.instance = Some(desired.instance_id().clone());
            self.user_name = Some(desired.name().to_owned());
        }
        self.planned = Planned::known(plan);
        Ok(())
    }

    /// The plan, if all values are known.
    pub(super) fn into_plan(self) -> Option<UserPlan> {
        let Self { name, moved_from, planned, lifecycle, waits, .. } = self;
        let Planned::Known(plan) = planned else { return None };
        Some(UserPlan { name, plan: *plan, moved_from, lifecycle, waits })
    }
}

/// The plan of one user of a fleet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UserPlan {
    /// The resource name. For a user that is missing from the program, it is the recorded name, or a new one such as
    /// `agents[0] (jane)` if another user has the recorded name now.
    pub name: String,
    /// The plan. A plan without steps records which properties are managed from now on.
    pub plan: Plan,
    /// The recorded resource name, if it differs: changing it costs no call.
    pub moved_from: Option<String>,
    /// The lifecycle to record with the user; `None` if the user is deleted.
    pub(super) lifecycle: Option<Lifecycle>,
    /// The steps that wait for steps of other users.
    pub(super) waits: Vec<Wait>,
}

/// A step that waits for a step of another user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// The step of this user.
    pub(super) step: usize,
    /// The index of the other user in the plan.
    pub(super) user: usize,
    /// The step of the other user that must be done.
    pub(super) other: usize,
}

impl UserPlan {
    /// The steps that wait for steps of other users: each with the step of this user, the index of the other user in
    /// the plan, and the step of the other user. Steps are counted from 0.
    pub fn waits(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.waits.iter().map(|wait| (wait.step, wait.user, wait.other))
    }

    /// Whether the user is deleted before it is created again.
    pub(super) fn deletes_first(&self) -> bool {
        self.gone_between().is_some()
    }

    /// The steps between which the user has no account: the one that deletes it, and the one that creates it again.
    fn gone_between(&self) -> Option<(usize, usize)> {
        let steps = || self.plan.steps().iter();
        let base = &self.plan.base()?.user_id;
        let is_own = |step: &Step| matches!(step.call(), Some(Call::Delete(user)) if user.user_id == *base);
        let (deletes, creates) =
            (steps().position(is_own)?, steps().position(|step| step.operation == Operation::CreateUser)?);
        (deletes < creates).then_some((deletes, creates))
    }

    /// Whether the user has no account after this number of steps: it was deleted, and is not created again.
    pub(super) fn is_gone_after(&self, steps: usize) -> bool {
        self.gone_between().is_some_and(|(deletes, creates)| deletes < steps && steps <= creates)
    }
}
