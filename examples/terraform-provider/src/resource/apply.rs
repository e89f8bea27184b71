//! Carrying out what was planned.

use std::time::Duration;

use connect_user::{
    apply::{self as service, Applied, ApplyError, Failed, refresh},
    client::Sleep,
    diff::{self, Plan, diff, drift, plan, plan_deletion},
    user::{Input, Property, UserSpec, UserState, Value},
    validate::resolve,
};

use super::{Host, Kept, Object, Private, context, decode, has_changed, object::has_unknowns, options};
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
    let kept = |object: Object, state: UserState, private: &Private| Kept {
        object,
        private: Private { state: Some(state), ..private.clone() },
    };
    let Some(service) = &host.service else {
        diagnostics.error("the provider's configuration is not known", "", None);
        return prior.cloned();
    };
    let Some(planned) = planned else { return delete(host, service, prior?, diagnostics).await };
    let Some(work) = prepare(host, service, prior, config, private, diagnostics).await else {
        return prior.cloned();
    };
    let mut private = Private { password_changed: false, ..private.clone() };
    let is_new = work.current.is_none();
    if is_new {
        let password = work.spec.password.as_ref().and_then(Input::known);
        private.password = password.and_then(|password| host.fingerprints.of(password));
    }
    match carry_out(service, &work).await {
        Ok(Applied { state: Some(state), adopted, .. }) => {
            service.own(&state.user_id);
            if adopted {
                let name = &state.name;
                let message = format!(
                    "the user `{name}` was there already, exactly as it should be, and was taken over"
                );
                diagnostics.warning(message, "an earlier call had made it", None);
            }
            Some(kept(as_planned(planned, &state), state, &private))
        }
        Ok(Applied { state: None, .. }) => None,
        Err(Failed { error, state, certain, left, .. }) => {
            let left: Vec<&str> = left.iter().map(|step| step.operation.name()).collect();
            let left = match left.as_slice() {
                [] => String::new(),
                left => format!("\n\nNot done: {}.", left.join(", ")),
            };
            let doubt = if certain {
                ""
            } else {
                "\n\nWhether the call was done is not known: it is read at the next plan."
            };
            diagnostics.error(error.to_string(), format!("{}{left}{doubt}", error.help()), None);
            let state = *state?;
            service.own(&state.user_id);
            let object = as_it_is(host, planned, &work, &state);
            Some(kept(object, state, &private))
        }
    }
}

/// What is to be done to one user.
struct Work {
    spec: UserSpec,
    plan: Plan,
    current: Option<UserState>,
    options: diff::Options,
}

async fn prepare(
    host: &Host,
    service: &Service,
    prior: Option<&Kept>,
    config: &Object,
    private: &Private,
    diagnostics: &mut Diagnostics,
) -> Option<Work> {
    let spec = decode(config, diagnostics)?;
    let options = options(host, &spec, private, diagnostics).await?;
    let current = match prior {
        Some(prior) => Some(unchanged(service, prior, diagnostics).await?),
        None => None,
    };
    let desired = match resolve(spec.clone(), &context(&options, current.as_ref())) {
        Ok((desired, _)) => desired,
        Err(report) => {
            diagnostics.report(&report);
            if let Some(place) = report.deferred().first() {
                diagnostics.error(format!("`{place}` is not known"), "give it a value", Some(place));
            }
            return None;
        }
    };
    match plan(desired, current.as_ref(), &options) {
        Ok(plan) => Some(Work { spec, plan, current, options }),
        Err(refused) => {
            diagnostics.notices(refused.notices());
            None
        }
    }
}

/// The user, if nobody has changed it since it was planned.
async fn unchanged(service: &Service, prior: &Kept, diagnostics: &mut Diagnostics) -> Option<UserState> {
    let known = prior.private.state.as_ref();
    let Some(known) = known else {
        diagnostics.error(
            "the user was not read before it was planned",
            "plan without `-refresh=false`",
            None,
        );
        return None;
    };
    let help = "plan again: what was planned might undo what somebody else has done";
    match refresh(service.client(), known).await {
        Ok(Some(actual)) => {
            let changes = drift(known, &actual);
            if changes.is_empty() {
                return Some(actual);
            }
            let places: Vec<String> = changes.iter().map(|change| change.path.to_string()).collect();
            let places = places.join("`, `");
            let message = format!("`{places}` of the user `{}` has changed since it was planned", known.name);
            diagnostics.error(message, help, None);
        }
        Ok(None) => {
            diagnostics.error(format!("the user `{}` is gone since it was planned", known.name), help, None)
        }
        Err(error) => {
            diagnostics.error(format!("the user `{}` cannot be read: {error}", known.name), "", None)
        }
    }
    None
}

/// Applies, and waits for a name that a user of this configuration is about to free: Terraform does not know
/// that names are unique.
async fn carry_out(service: &Service, work: &Work) -> Result<Applied, Failed> {
    let clock = Clock::default();
    let mut pauses = PATIENCE.iter();
    loop {
        let owned = service.owned();
        let options = service::Options::builder().sleep(&clock).owned(&owned).build();
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
            Some(seconds) if is_first || service.is_going(owner) => {
                clock.sleep(Duration::from_secs(*seconds)).await;
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
    service.let_go(&state.user_id);
    let plan = match plan_deletion(&state, &host.config.options) {
        Ok(plan) => plan,
        Err(refused) => {
            diagnostics.notices(refused.notices());
            return Some(prior.clone());
        }
    };
    let clock = Clock::default();
    let options = service::Options::builder().sleep(&clock).build();
    match service::apply(&plan, Some(&state), service.client(), &options).await {
        Ok(_) => None,
        Err(Failed { error, .. }) => {
            diagnostics.error(
                format!("the user `{}` is not deleted: {error}", state.name),
                error.help(),
                None,
            );
            Some(prior.clone())
        }
    }
}

/// The plan's values, and what only now is known.
fn as_planned(planned: &Object, state: &UserState) -> Object {
    let mut object = planned.clone();
    let there = Object::from_state(state, &Default::default());
    for property in Property::ALL.iter().copied().filter(|property| has_unknowns(planned.get(*property))) {
        object.set(property, there.get(property).clone());
    }
    object.identify(state);
    object.put("password_changed", Value::Null);
    if has_unknowns(planned.output("tags_all")) {
        object.put("tags_all", there.output("tags_all").clone());
    }
    object
}

/// After a failure: the plan's values as far as they hold, and otherwise the service's.
fn as_it_is(host: &Host, planned: &Object, work: &Work, state: &UserState) -> Object {
    let left = diff(&work.spec, Some(state), &work.options).changes;
    let there = Object::from_state(state, &host.config.options.default_tags);
    let mut object = as_planned(planned, state);
    for property in Property::ALL.iter().copied().filter(|property| has_changed(&left, *property)) {
        object.set(property, there.get(property).clone());
    }
    object.put("tags_all", there.output("tags_all").clone());
    object
}
