//! Planning one user of a fleet.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{
    Lifecycle, ProgramUser,
    plan::Release,
    planner::{Behind, MissingUser, Planner, Recorded},
    program::Desired,
    user_plan::{Partial, Planned, UserPreview},
};
use crate::{
    apply::is_recorded,
    diff::{self, Action, preview_deletion},
    user::{Code, Diagnostic, Input, Path, Property, UserSpec, UserState, keep_ignored, listed},
    validate::{Context, validate},
};

/// Whether a user of the program exists and is recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The user is not created yet.
    New,
    /// An existing user that was not recorded before.
    Imported,
    /// A recorded user.
    Recorded,
}

impl Planner {
    /// Plans a user that exists.
    pub(super) fn change(&mut self, user: &ProgramUser, record: Recorded<'_>) -> Action {
        let Recorded { name, state: actual, lifecycle: recorded, is_import } = record;
        let moved_from = (name != user.name).then(|| name.to_owned());
        self.take_settings(user, if is_import { Standing::Imported } else { Standing::Recorded });
        let (desired, lifecycle) = (&user.desired, &user.lifecycle);
        // The diff does not allocate, and a user without differences is not even cloned.
        let diff = diff::diff(desired.spec(), Some(actual), &self.settings);
        let is_recorded = match desired {
            Desired::Known(desired) => is_recorded(desired, actual),
            Desired::Partial(_) => true,
        };
        let is_quiet = diff.is_empty() && diff.action == Action::None && diff.notices.is_empty();
        if is_quiet && moved_from.is_none() && is_recorded && recorded == lifecycle {
            self.unchanged += 1;
            self.note_behind(user, Action::None);
            return Action::None;
        }
        if diff.action == Action::Replace && lifecycle.retain_on_delete && !self.settings.protect {
            if self.may_be_same(user, actual) {
                let message =
                    "the user would be replaced by one of the same name, so its account cannot stay";
                let help = "remove `retainOnDelete`, or give the user another `name`";
                self.refuse(Code::RETAINED_NAME, &user.name, message, help);
            } else {
                self.released.push(Release {
                    user: user.name.clone(),
                    reason: format!(
                        "its account `{}` stays when `{}` is created again (`retainOnDelete`)",
                        actual.id(),
                        user.name
                    ),
                    is_replaced: true,
                    is_gone: false,
                });
                return self.create(user, moved_from, Some(actual));
            }
        }
        let mut refusals: Vec<Diagnostic> = diff.refusals().cloned().collect();
        let is_replaced = diff.action == Action::Replace;
        drop(diff);
        if is_replaced {
            refusals.extend(self.broken_by_new(desired.spec(), actual));
        }
        let planned = match desired {
            Desired::Known(desired) if refusals.is_empty() => {
                diff::plan_shared(desired.clone(), Some(actual), &self.settings).map(Planned::known)
            }
            _ => {
                let preview = diff::preview(desired.spec(), Some(actual), &self.settings);
                let (base, settings) = (Some(actual.clone()), self.settings.clone());
                Ok(Planned::Partial(Box::new(Partial { preview, base, former: None, settings })))
            }
        };
        self.refuse_user(&user.name, &refusals);
        match planned {
            Ok(planned) => self.add(user, planned, moved_from, Some(actual)),
            Err(refused) => {
                self.refuse_user(&user.name, refused.diagnostics());
                Action::None
            }
        }
    }

    /// The errors of rules that hold for the new user of a replacement, and not for the user that is replaced: the
    /// service would refuse the new user, perhaps once the old one is deleted.
    fn broken_by_new(&self, spec: &UserSpec, actual: &UserState) -> Vec<Diagnostic> {
        let spec = keep_ignored(spec, actual, &self.settings);
        let context =
            Context::builder().settings(self.settings.clone()).overrides(self.options.overrides.clone());
        let new = context.build();
        let there = validate(&spec, &Context { exists: true, ..new.clone() });
        let report = validate(&spec, &new);
        // The service has accepted the name that stays, and the diff refuses a new user without a password.
        let keeps_name = spec.name.as_ref().and_then(Input::known) == Some(&actual.name);
        let is_known = |error: &&Diagnostic| {
            error.code == Code::PASSWORD_REQUIRED
                || keeps_name && error.path == Property::Name.into()
                || there.errors().any(|known| known.code == error.code)
        };
        report.errors().filter(|error| !is_known(error)).cloned().collect()
    }

    /// Refuses to replace a user that is imported: a mistyped import id would delete another user. Returns whether the
    /// user is refused.
    pub(super) fn refuse_import(&mut self, user: &ProgramUser, actual: &UserState) -> bool {
        self.take_settings(user, Standing::Imported);
        let diff = diff::diff(user.desired.spec(), Some(actual), &self.settings);
        if diff.action != Action::Replace {
            return false;
        }
        let (name, id) = (&user.name, actual.id());
        let forces = diff.changes.iter().filter(|change| change.forces_replacement && !change.unknown);
        let paths: Vec<Path> = forces.map(|change| change.path.clone()).collect();
        let is_name = paths == [Path::from(Property::Name)];
        let (message, help) = match user.desired.user_name().filter(|_| is_name) {
            Some(desired) => (
                format!("`{name}` imports `{id}`, which is the user `{}`, not `{desired}`", actual.name),
                format!("look the id up, or write `name: {}`", actual.name),
            ),
            None => (
                format!("`{name}` imports `{id}`, and would be replaced because of {}", listed(&paths)),
                "look the id up, or import it as it is and change it afterwards".to_owned(),
            ),
        };
        self.refuse(Code::IMPORT_REPLACED, name, &message, &help);
        true
    }

    /// Plans a user that is to be created. `former` is the user that it replaces, if that one is no longer managed.
    pub(super) fn create(
        &mut self,
        user: &ProgramUser,
        moved_from: Option<String>,
        former: Option<&Arc<UserState>>,
    ) -> Action {
        let user = &*former.map_or(Cow::Borrowed(user), |former| Cow::Owned(user.keeping(former)));
        self.take_settings(user, Standing::New);
        let planned = match &user.desired {
            Desired::Known(desired) => diff::plan(desired.clone(), None, &self.settings).map(Planned::known),
            Desired::Partial(partial) => {
                let preview = diff::preview(&partial.spec, None, &self.settings);
                let (base, settings, former) = (None, self.settings.clone(), former.cloned());
                Ok(Planned::Partial(Box::new(Partial { preview, base, former, settings })))
            }
        };
        match planned {
            Ok(planned) => self.add(user, planned, moved_from, None),
            Err(refused) => {
                self.refuse_user(&user.name, refused.diagnostics());
                Action::None
            }
        }
    }

    fn add(
        &mut self,
        user: &ProgramUser,
        planned: Planned,
        moved_from: Option<String>,
        actual: Option<&UserState>,
    ) -> Action {
        let mut preview = UserPreview::new(&user.name, planned);
        preview.moved_from = moved_from;
        preview.lifecycle = Some(user.lifecycle.clone());
        let identity = |preview: &mut UserPreview, desired: &Desired| {
            preview.instance = desired.instance_id().cloned();
            preview.user_name = desired.user_name().map(str::to_owned);
        };
        match (&preview.planned, actual) {
            (Planned::Known(plan), _) => {
                if let Some(desired) = plan.desired() {
                    (preview.instance, preview.user_name) =
                        (Some(desired.instance_id().clone()), Some(desired.name().to_owned()));
                }
            }
            (Planned::Partial(_), Some(actual)) => {
                let kept = keep_ignored(user.desired.spec(), actual, user.desired.settings());
                let desired = Desired::partial(kept.into_owned(), self.settings.clone());
                identity(&mut preview, &desired);
            }
            (Planned::Partial(_), None) => identity(&mut preview, &user.desired),
        }
        let action = preview.action();
        self.note_behind(user, action);
        preview.depends_on = user.depends_on.iter().map(|name| name.as_str().into()).collect();
        self.users.push(preview);
        action
    }

    /// Notes the users that must be applied before the dependents of this user: the user itself if it changes, or else
    /// the changed users that it depends on.
    pub(super) fn note_behind(&mut self, user: &ProgramUser, action: Action) {
        let behind = match action {
            Action::None => Behind::Others(self.changed(user.depends_on.iter().map(String::as_str))),
            _ => Behind::Itself,
        };
        let is_nobody = matches!(&behind, Behind::Others(others) if others.is_empty());
        if let Some(name) = self.names.get(user.name.as_str()).filter(|_| !is_nobody) {
            self.behind.insert(name.clone(), behind);
        }
    }

    /// The changed users among `names`, and the changed users that the unchanged ones of them depend on.
    fn changed<'n>(&self, names: impl Iterator<Item = &'n str>) -> BTreeSet<Arc<str>> {
        let mut found = BTreeSet::new();
        for (name, behind) in names.filter_map(|name| self.behind.get_key_value(name)) {
            match behind {
                Behind::Itself => drop(found.insert(name.clone())),
                Behind::Others(others) => found.extend(others.iter().cloned()),
            }
        }
        found
    }

    /// Finds the changed users that must be applied before each changed user, also through users that stay as they are.
    pub(super) fn find_dependencies(&mut self) {
        let mut users = std::mem::take(&mut self.users);
        for user in users.iter_mut().filter(|user| !user.depends_on.is_empty()) {
            let depends_on = self.changed(user.depends_on.iter().map(|name| &**name));
            user.depends_on = depends_on.into_iter().collect();
        }
        self.users = users;
    }

    /// Takes the settings that the user was validated with. A user that does not exist yet is not protected, and
    /// whether the password has changed is only known of a recorded user.
    pub(super) fn take_settings(&mut self, user: &ProgramUser, standing: Standing) {
        let own = user.desired.settings();
        let settings = &mut self.settings;
        settings.adopt(own);
        settings.identity_management = own.identity_management.or(self.options.settings.identity_management);
        settings.password_changed =
            user.password_changed.or(own.password_changed).filter(|_| standing == Standing::Recorded);
        settings.protect = (user.lifecycle.protect || own.protect) && standing != Standing::New;
    }

    /// Whether the desired instance and user name are those of the actual user; unknown values count as the same.
    pub(super) fn may_be_same(&self, user: &ProgramUser, actual: &UserState) -> bool {
        user.desired.instance_id().is_none_or(|instance| *instance == actual.instance_id)
            && user.desired.user_name().is_none_or(|name| name == actual.name)
    }

    /// Plans a recorded user that is missing from the program: it is deleted, or its account stays.
    pub(super) fn delete(&mut self, missing: MissingUser) {
        let MissingUser { name, moved_from, state, mut lifecycle } = missing;
        lifecycle.protect |= self.options.settings.protect;
        if let Some(reason) = self.retained(&lifecycle) {
            let user = moved_from.unwrap_or(name);
            self.released.push(Release { user, reason, is_replaced: false, is_gone: false });
            return;
        }
        self.settings.adopt(&self.options.settings);
        self.settings.protect = lifecycle.protect;
        let planned = match diff::plan_deletion_shared(&state, &self.settings) {
            Ok(plan) => Planned::known(plan),
            Err(refused) => {
                self.refuse_user(&name, refused.diagnostics());
                let preview = preview_deletion(&state, &self.settings);
                let (base, settings) = (Some(state), self.settings.clone());
                Planned::Partial(Box::new(Partial { preview, base, former: None, settings }))
            }
        };
        self.users.push(UserPreview { moved_from, ..UserPreview::new(&name, planned) });
    }

    /// The reason why a user that is missing from the program is not deleted; `None` if it is deleted.
    pub(super) fn retained(&self, lifecycle: &Lifecycle) -> Option<String> {
        if lifecycle.retain_on_delete && !lifecycle.protect {
            return Some("its account stays (`retainOnDelete`)".to_owned());
        }
        let with = lifecycle.deleted_with.as_deref()?;
        let is_there = self.names.contains(with) || self.options.other_resources.contains(with);
        (!is_there).then(|| format!("it goes with `{with}`, which has left the program too (`deletedWith`)"))
    }

    pub(super) fn refuse(&mut self, code: Code, user: &str, message: &str, help: &str) {
        self.reasons.push(Diagnostic::new(code, message).about(user).with_help(help));
    }

    pub(super) fn refuse_user(&mut self, name: &str, refusals: &[Diagnostic]) {
        self.reasons.extend(refusals.iter().map(|refusal| refusal.clone().about(name)));
    }
}
