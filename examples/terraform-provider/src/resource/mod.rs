//! The resource `connect_user`: answers the calls of Terraform with the crate's [`engine`](connect_user::engine).
//!
//! Terraform calls in this order: [`validate`] without the service and with unknown values, [`read`] to refresh the
//! state, [`plan`] with unknown values and once more without them, [`apply`]. [`import`] imports a user that exists.

mod plan;

use connect_user::{
    engine::{Kept, Resource, ResourceOptions, Snapshot},
    user::{Arn, Code, Diagnostic, Settings, Value},
};

pub use self::plan::{plan, plan_deletion};
use crate::{
    host::{Host, check_region, for_terraform},
    wire::{
        Diagnostics, Identity, Stored, log, timeout,
        user::{inputs, object, outputs},
        with_own,
    },
};

/// The types of this resource in other providers, from which `moved` blocks can move users to this provider.
pub const MOVES_FROM: [&str; 2] = ["aws_connect_user", "awscc_connect_user"];

/// Checks the known values of a configuration, without the service and the configuration of the provider.
///
/// Warnings are not reported here but by the plan, so that they are reported once: Terraform validates before each
/// plan.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    let mut found = for_terraform(Resource::offline(Settings::default())).validate(&inputs(config));
    found.retain(Diagnostic::is_error);
    diagnostics.found(&found);
    check_region(config, diagnostics);
}

/// Refreshes a user. `None` if it no longer exists.
pub async fn read(host: &Host, prior: Stored, diagnostics: &mut Diagnostics) -> Option<Stored> {
    let Some(service) = host.service(&prior.object) else { return Some(prior) };
    let users = &service.users;
    let read = match users.within(timeout(&prior.object, "read"), users.read(&prior.snapshot)).await {
        Ok(read) => read?,
        Err(failure) => {
            diagnostics.failed(&failure);
            return Some(prior);
        }
    };
    host.log_unchecked(users);
    diagnostics.found(&read.diagnostics);
    // After an import, only the id may be known so far.
    let is_known = prior.object.get("name").is_some_and(|name| *name != Value::Null);
    let like = if is_known { &prior.object } else { &Value::Null };
    Some(Stored::after(&prior, users, read.snapshot, like, &service.name))
}

/// Applies a plan, and returns the actual user, also after a failure. `None` if there is no user.
///
/// Terraform sends the configuration as it is written: only the planned state says what is ignored and what was shown.
/// Only the password of a new user, which is in no state, is taken from the configuration.
pub async fn apply(
    host: &Host,
    prior: Option<&Stored>,
    planned: &Value,
    record: &Kept,
    config: &Value,
    diagnostics: &mut Diagnostics,
) -> Option<Stored> {
    let Some(service) = host.known_service(planned, diagnostics) else { return prior.cloned() };
    let (users, shown, program) = (&service.users, outputs(planned), inputs(config));
    let time = timeout(planned, if prior.is_some() { "update" } else { "create" });
    let change = users.apply_planned(prior.map(|prior| &prior.snapshot), &shown, record, &program);
    let stored = |snapshot: Snapshot| Stored::of(users, snapshot, planned, Some(&service.name));
    match users.within(time, change).await {
        Ok(applied) => {
            log(&applied.diagnostics);
            // Do not repeat diagnostics of the plan.
            let mut notes = applied.diagnostics;
            notes.retain(|note| note.code == Code::TAKEN_OVER);
            diagnostics.found(&notes);
            Some(stored(applied.snapshot))
        }
        Err(failure) => {
            diagnostics.failed(&failure);
            // Terraform cannot store a user whose creation is uncertain.
            let snapshot = failure.snapshot.filter(|snapshot| snapshot.id().is_some())?;
            let is_same = |prior: &&Stored| prior.snapshot == *snapshot;
            Some(prior.filter(is_same).cloned().unwrap_or_else(|| stored(*snapshot)))
        }
    }
}

/// Deletes a user. Returns the user if it was not deleted.
pub async fn delete(host: &Host, prior: &Stored, diagnostics: &mut Diagnostics) -> Option<Stored> {
    let Some(service) = host.known_service(&prior.object, diagnostics) else { return Some(prior.clone()) };
    let options = ResourceOptions::default();
    let deletion = service.users.delete(&prior.snapshot, &options);
    match service.users.within(timeout(&prior.object, "delete"), deletion).await {
        Ok(notes) => {
            diagnostics.found(&notes);
            None
        }
        Err(failure) => {
            diagnostics.failed(&failure);
            Some(prior.clone())
        }
    }
}

/// Imports a user that exists.
pub async fn import(host: &Host, identity: &Identity, diagnostics: &mut Diagnostics) -> Option<Stored> {
    let region = identity.region.as_deref().map_or(Value::Null, Value::from);
    let place = Value::Map(vec![("region".to_owned(), region)]);
    check_region(&place, diagnostics);
    let service = host.known_service(&place, diagnostics)?;
    let imported = service.users.import(&identity.id.to_string()).await;
    let snapshot = imported.map_err(|failure| diagnostics.failed(&failure)).ok()?;
    Some(Stored::of(&service.users, snapshot, &Value::Null, Some(&service.name)))
}

/// Takes over a resource of another provider: the id of the user in its state is enough to read the user, in the Region
/// of its ARN. `None` if the state has no id.
pub fn moved(from: &str, state: &Value) -> Option<Stored> {
    let snapshot = Snapshot::of_state(state).filter(|_| MOVES_FROM.contains(&from))?;
    let text = |name| state.get(name).and_then(Value::as_str);
    let arn = ["user_arn", "arn", "id"].into_iter().find_map(|name| text(name)?.parse::<Arn>().ok());
    let region = text("region").or_else(|| arn.as_ref().map(Arn::region));
    let id = Value::Map(vec![("id".to_owned(), snapshot.id()?.to_string().into())]);
    let users = Resource::offline(Settings::default());
    Some(Stored::of(&users, snapshot.with_outputs(id), &Value::Null, region))
}

/// Generates a configuration for a user that exists, whose plan is empty: all its properties, without outputs and
/// without the Region of the provider.
pub fn generate(host: &Host, state: &Value) -> Value {
    let elsewhere = state.get("region").filter(|region| Some(*region) != host.region(&Value::Null).as_ref());
    let inputs = host.offline.program_inputs(&outputs(state));
    with_own(object(inputs, state, &[]), &Value::Null, elsewhere.cloned().unwrap_or(Value::Null))
}
