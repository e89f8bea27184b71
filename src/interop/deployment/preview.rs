//! The preview of a program.

use std::borrow::Cow;

use super::{
    base::{Deployment, beside},
    error::DeploymentError,
    review::{Review, ReviewedUser},
    values::{inputs, suffix},
};
use crate::{
    diff::Action,
    fleet::{Capacity, Desired, DesiredSpec, FleetPreview, PlanOptions, Planner, ProgramUser, Session},
    interop::program::{Evaluated, ProgramResource},
    read::Directory,
    user::{Code, Diagnostic, IdentityManagementType, Settings, UserSpec, Value, counted},
    validate::{resolve_decoded, with_name},
};

impl Deployment<'_> {
    /// Validates every user of the program against the recorded users, without a call to the service.
    ///
    /// # Errors
    ///
    /// A reference that cannot be resolved, and two resources that are the same user.
    pub async fn validate(&mut self, session: &mut Session<'_>) -> Result<Review, DeploymentError> {
        self.assume(session)?;
        let (review, planner) = self.look(session).await?;
        reviewed(review, planner.finish())
    }

    /// Validates and previews every user of the program, each after the users that it refers to. Call
    /// [`refresh`](Self::refresh) before.
    ///
    /// The preview has no changes for users that break a rule: do not apply it if the review is not
    /// [valid](Review::is_valid).
    ///
    /// # Errors
    ///
    /// A reference that cannot be resolved, an instance that cannot be read, and two resources that are the same user.
    pub async fn preview(&mut self, session: &Session<'_>) -> Result<Review, DeploymentError> {
        let (mut review, planner) = self.look(session).await?;
        let mut preview = session.preview(planner);
        review.notices.extend(session.notices(&preview));
        let is_empty = self.program.users().is_empty() && !self.options.may_be_empty;
        let deletions = preview.deletions().len();
        if is_empty && deletions > 0 && preview.reasons().is_empty() {
            let deleted = counted(deletions as u64, "recorded user");
            let message = format!("the program has no users, so {deleted} would be deleted");
            let reason = Diagnostic::new(Code::EMPTY_PROGRAM, message);
            preview.refuse(reason.with_help("check the program; if it is meant, allow an empty one"));
        }
        reviewed(review, preview)
    }

    async fn look(&mut self, session: &Session<'_>) -> Result<(Review, Planner), DeploymentError> {
        let mut planner = Planner::new(self.plan_options(session));
        let mut review = Review::default();
        for user in self.program.in_order() {
            if !session.is_meant(user.name()) {
                session.keep(&mut planner, user.name());
                let evaluated = self.program.evaluate(user, &self.scope)?;
                let settings = &self.options.settings;
                let identity = DesiredSpec::new(user.name(), &evaluated.spec, settings).identity();
                planner.keep_for(user.name(), identity);
                // References to this user get its recorded values.
                match session.state(user.name()) {
                    Some(state) => self.scope.known(user.name(), state.encode()),
                    None => {
                        self.scope.pending(user.name(), Value::Map(Vec::new()), Some(&Value::Unknown));
                    }
                }
                continue;
            }
            let evaluated = self.program.evaluate(user, &self.scope)?;
            let (kind, directory) = self.look_up(&evaluated.spec, session).await?;
            let found = self.look_at(user, evaluated, kind, directory.as_deref(), session, &mut planner);
            let is_silent = found.report.diagnostics().is_empty() && found.report.deferred().is_empty();
            review.checked += 1;
            if !is_silent || !found.unresolved.is_empty() {
                review.users.push(found);
            }
        }
        review.notices = self.instances.take_notices();
        Ok((review, planner))
    }

    fn plan_options(&self, session: &Session<'_>) -> PlanOptions {
        // The number of users of each instance, if the quota is known.
        let present = session.refreshed().present.iter();
        let capacity = self.options.users_per_instance.map(|limit| {
            present
                .map(|(instance, present)| (instance.clone(), Capacity { present: *present, limit }))
                .collect()
        });
        PlanOptions::builder()
            .settings(Settings::clone(&self.options.settings))
            .guard(self.options.guard)
            .capacity(capacity.unwrap_or_default())
            .other_resources(self.program.other_resources())
            .overrides(self.options.overrides.clone())
            .build()
    }

    fn look_at(
        &mut self,
        user: &ProgramResource,
        evaluated: Cow<'_, Evaluated>,
        kind: Option<IdentityManagementType>,
        directory: Option<&Directory>,
        session: &Session<'_>,
        planner: &mut Planner,
    ) -> ReviewedUser {
        let (name, options) = (user.name(), user.options());
        let (entry, actual) = (session.entries().get(name), session.state(name).map(|state| &**state));
        let context = beside(self.context(user, kind, suffix(entry)), actual, directory);
        let Evaluated { spec, mistakes, unresolved } = evaluated.into_owned();
        // A made-up name whose suffix is not made yet is known after apply.
        let is_named = spec.name.is_some() || suffix(entry).is_some() || actual.is_some();
        let (desired, report) = resolve_decoded(spec, mistakes, &context);
        let desired: Desired = match desired {
            Ok(desired) if is_named => desired.into(),
            Ok(desired) => {
                let spec = UserSpec { name: None, ..desired.spec().clone() };
                Desired::partial(spec, context.settings)
            }
            Err(spec) if is_named => Desired::partial(with_name(&spec, &context), context.settings),
            Err(spec) => Desired::partial(spec, context.settings),
        };
        let inputs = self.program.is_needed(user).then(|| inputs(desired.spec(), &self.options.settings));
        let action = match report.is_valid() {
            true => {
                let password_changed = self.passwords.is_changed(desired.spec(), entry);
                let user = ProgramUser::builder()
                    .name(name)
                    .desired(desired)
                    .maybe_password_changed(password_changed)
                    .lifecycle(options.lifecycle())
                    .depends_on(self.program.needs(user).map(str::to_owned).collect())
                    .build();
                if self.is_offline && inputs.is_none() {
                    planner.check(&user);
                    Action::None
                } else {
                    let action = session.want(planner, &user);
                    self.passwords.add(name, user.desired.spec(), actual, entry, action);
                    action
                }
            }
            false => {
                session.keep(planner, name);
                Action::None
            }
        };
        // References to the user get its planned values, not its prior state.
        if let Some(inputs) = inputs {
            match (actual, action) {
                (Some(state), Action::None) => self.scope.known(name, state.encode()),
                (Some(state), Action::Update) => self.scope.pending(name, inputs, Some(&state.encode())),
                // Offline, a user that is to be imported is not read.
                _ => self.scope.pending(name, inputs, options.import.as_ref().map(|_| &Value::Unknown)),
            }
        }
        ReviewedUser { name: name.to_owned(), report, unresolved }
    }
}

fn reviewed(review: Review, preview: FleetPreview) -> Result<Review, DeploymentError> {
    // Two resources are the same user: all other findings would be unreliable.
    match preview.reasons().iter().find(|reason| reason.code == Code::DUPLICATE_USER) {
        Some(twice) => Err(twice.clone().into()),
        None => Ok(Review { preview, ..review }),
    }
}
