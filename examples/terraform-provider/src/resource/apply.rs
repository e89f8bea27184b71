//! Carrying out what was planned.

use std::time::Duration;

use connect_user::{
    apply::{self as service, Applied, ApplyError, Failed},
    client::Sleep,
    diff::{Action, Plan, drift, plan, plan_deletion},
    user::{Diagnostic, Input, Property, PropertySet, Settings, UserSpec, UserState},
    validate::{Names, resolve},
};
use tracing::{info, warn};

use super::{
    Host, Kept, Object, Private,
    planned::{as_it_is, as_planned},
    settings::{context, names, settings},
    with_what_is_needed,
};
use crate::{
    client::{Clock, Service},
    wire::Diagnostics,
};

/// How long a name may be taken by a user of the same configuration that is on its way out.
const PATIENCE: [u64; 7] = [1, 2, 4, 8, 15, 15, 15];

/// Carries out what was planned; also after a failure, what comes back is the user as it now is. `None` where
/// there is none.
pub async fn apply(
    host: &Host,
    prior: Option<&Kept>,
    planned: Option<&Object>,
    config: &Object,
    private: &Private,
    diagnostics: &mut Diagnostics,
) -> Option<Kept> {
    let Some(service) = host.service(planned.or(prior.map(|prior| &prior.object))?) else {
        diagnostics.error(
            "the provider's configuration is not known",
            "give the provider block values that are known when it is applied",
            None,
        );
        return prior.cloned();
    };
    let Some(planned) = planned else { return delete(host, &service, prior?, diagnostics).await };
    let kept = |mut object: Object, state: UserState, private: &Private| {
        object.put("region", service.region().into());
        Kept { object, private: Private { state: Some(state), ..private.clone() } }
    };
    let known = prior.and_then(|prior| prior.private.state.clone());
    let planning = Planning { host, service: &service, prior, planned, config, private };
    let Some(mut work) = planning.work(known, diagnostics).await else {
        return prior.cloned();
    };
    let mut private = Private { password_changed: false, set: PropertySet::EMPTY, ..private.clone() };
    let is_new = work.current.is_none();
    if is_new {
        let password = work.spec.password.as_ref().and_then(Input::known);
        private.password = password.and_then(|password| host.fingerprints.of(password));
    }
    let mut result = carry_out(host, &service, &work).await;
    if let Err(Failed { error: ApplyError::Stale, state: Some(actual), .. }) = &result
        && planning.shows_nothing_of(&work, actual)
    {
        // The plan could not show what has changed, and shows no less with it.
        match planning.work(Some((**actual).clone()), diagnostics).await {
            Some(again) => work = again,
            None => return prior.cloned(),
        }
        result = carry_out(host, &service, &work).await;
    }
    match result {
        Ok(Applied { state: Some(mut state), adopted, .. }) => {
            // It was read back: if it cannot be found any more, it is gone.
            if state.last_modified_time.is_some() {
                state.record.created = None;
            }
            host.run.own(&state.user_id);
            if adopted {
                host.run.adopt(&state.user_id);
                diagnostics.adopted(&state.name);
            }
            Some(kept(as_planned(planned, &state, &work.settings), state, &private))
        }
        Ok(Applied { state: None, .. }) => None,
        Err(failed) => {
            diagnostics.failed(&failed, work.current.as_ref(), host.run.is_stopped());
            let state = *failed.state?;
            host.run.own(&state.user_id);
            let object = as_it_is(planned, &work.spec, &state, &work.settings);
            Some(kept(object, state, &private))
        }
    }
}

/// What is to be done to one user.
struct Work {
    spec: UserSpec,
    plan: Plan,
    current: Option<UserState>,
    settings: Settings,
}

/// What an apply is made from.
struct Planning<'a> {
    host: &'a Host,
    service: &'a Service,
    prior: Option<&'a Kept>,
    planned: &'a Object,
    config: &'a Object,
    private: &'a Private,
}

impl Planning<'_> {
    /// What is to be done to the user as it is known.
    ///
    /// Terraform sends the configuration as it is written: what it ignores, and what it has shown, only the
    /// planned state says. Of the configuration comes what no state holds, the password of a new user.
    async fn work(&self, current: Option<UserState>, diagnostics: &mut Diagnostics) -> Option<Work> {
        let Self { host, private, .. } = self;
        let mut desired = self.planned.only(private.set);
        if self.prior.is_none() {
            desired.set(Property::Password, self.config.get(Property::Password).clone());
        }
        let prior = self.prior.map(|prior| &prior.object);
        let settings = settings(host, current.as_ref(), prior, &desired, private, diagnostics).await?;
        let names = names(host, &desired, diagnostics).await?;
        // What cannot be read was refused when it was planned.
        let spec = UserSpec::decode(desired.to_document());
        let mut spec = spec.map_err(|errors| diagnostics.error(errors.to_string(), "", None)).ok()?;
        if let Some(names) = names {
            diagnostics.notices(&names.resolve(&mut spec));
        }
        if diagnostics.has_errors() {
            return None;
        }
        let mut work = planned_work(spec, current, settings, diagnostics)?;
        if let (true, Some(known)) = (work.plan.steps().is_empty(), &work.current) {
            // Terraform has a change to make, and what is known has none: it may be out of date where nothing
            // shows it.
            let doubted = self.prior.map(|prior| prior.without_what_is_not_shown(known))?;
            let read = with_what_is_needed(
                Some(self.service),
                &work.spec,
                Some(doubted),
                &work.settings,
                diagnostics,
            )
            .await?;
            work = planned_work(work.spec, read, work.settings, diagnostics)?;
        }
        if let (Action::Replace, Some(current)) = (work.plan.diff().action, &work.current) {
            diagnostics.error(
                format!("the user `{}` would be replaced, which the plan did not show", current.name),
                "plan again: nothing was done",
                None,
            );
            return None;
        }
        let operations: Vec<&str> = work.plan.steps().iter().map(|step| step.operation.name()).collect();
        let user = work.current.as_ref().map(|state| state.user_id.bare());
        info!(user, action = ?work.plan.diff().action, operations = operations.join(", "), "applying");
        Some(work)
    }

    /// Whether Terraform shows none of the changes that were made to the user since it was planned.
    fn shows_nothing_of(&self, work: &Work, actual: &UserState) -> bool {
        let (Some(known), Some(prior)) = (&work.current, self.prior) else { return false };
        drift(known, actual, &work.settings).iter().all(|change| !prior.shows(change.property))
    }
}

fn planned_work(
    spec: UserSpec,
    current: Option<UserState>,
    settings: Settings,
    diagnostics: &mut Diagnostics,
) -> Option<Work> {
    let desired = match resolve(spec.clone(), &context(&settings, current.as_ref(), None)) {
        Ok((desired, _)) => desired,
        Err(report) => {
            diagnostics.report(&report, |_| false);
            if let Some(place) = report.deferred().first() {
                diagnostics.error(format!("`{place}` is not known"), "give it a value", Some(place));
            }
            return None;
        }
    };
    match plan(desired, current.as_ref(), &settings) {
        Ok(plan) => Some(Work { spec, plan, current, settings }),
        Err(refused) => {
            diagnostics.notices(refused.diagnostics());
            None
        }
    }
}

/// Logs what an apply does without.
struct Log;

impl service::Observer for Log {
    fn note(&self, note: &Diagnostic) {
        warn!(code = note.code.as_str(), help = note.help, "{}", note.message);
    }
}

/// Applies, and waits for a name that a user of this configuration is about to free: Terraform does not know
/// that names are unique. Who has the name and is on its way out must not be taken over.
async fn carry_out(host: &Host, service: &Service, work: &Work) -> Result<Applied, Failed> {
    let clock = Clock::default();
    let (mut pauses, mut adopts) = (PATIENCE.iter(), false);
    loop {
        let owned = host.run.owned();
        let options = service::ApplyOptions::builder()
            .sleep(&clock)
            .observer(&Log)
            .owned(&owned)
            .adopt_taken(adopts)
            .check_prior_state(true)
            .build();
        let result = service::apply(&work.plan, work.current.as_ref(), service.client(), &options).await;
        let owner = match &result {
            Err(Failed {
                error: ApplyError::NotAdopted { id, .. } | ApplyError::Owned { id, .. }, ..
            }) => &id.user,
            _ => return result,
        };
        // The first pause is for a deletion that Terraform has begun at the same moment.
        let is_first = pauses.len() == PATIENCE.len();
        match pauses.next() {
            Some(seconds) if is_first || host.run.is_going(owner) => {
                info!(seconds, owner = owner.bare(), "waiting for a name that this user has");
                clock.sleep(Duration::from_secs(*seconds)).await;
                adopts = host.config.adopt_existing && !host.run.is_going(owner);
            }
            _ => return result,
        }
    }
}

async fn delete(host: &Host, service: &Service, prior: &Kept, diagnostics: &mut Diagnostics) -> Option<Kept> {
    // Terraform keeps what is kept for the provider from a deletion that makes way for a new user.
    let Some(state) = prior.private.state.clone().or_else(|| prior.object.to_state()) else {
        diagnostics.error(
            "the user was not read before it was planned",
            "plan without `-refresh=false`",
            None,
        );
        return Some(prior.clone());
    };
    if host.run.was_adopted(&state.user_id) {
        let message = format!("the user `{}` belongs to another resource now, and is kept", state.name);
        diagnostics.warning(message, "the other resource has taken it over", None);
        return None;
    }
    if !host.run.may_delete(&state.user_id, diagnostics) {
        return Some(prior.clone());
    }
    host.run.let_go(&state.user_id);
    info!(user = state.user_id.bare(), "deleting");
    let plan = match plan_deletion(&state, &host.config.settings) {
        Ok(plan) => plan,
        Err(refused) => {
            diagnostics.notices(refused.diagnostics());
            return Some(prior.clone());
        }
    };
    let clock = Clock::default();
    let options = service::ApplyOptions::builder().sleep(&clock).observer(&Log).build();
    match service::apply(&plan, Some(&state), service.client(), &options).await {
        Ok(_) => None,
        Err(Failed { error, .. }) => {
            diagnostics.not_deleted(&state.name, &error, host.run.is_stopped());
            Some(prior.clone())
        }
    }
}
