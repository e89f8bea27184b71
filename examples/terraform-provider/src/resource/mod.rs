//! The resource `connect_user`: Terraform's calls, each given to the crate's [`engine`](connect_user::engine).
//!
//! Terraform asks in this order: [`validate`] without the service and with unknowns, [`read`] for what is there,
//! [`plan`] with unknowns and once more without them, [`apply`]. [`import`] begins with a user that exists.

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

/// The same resource of other providers: `moved` blocks bring it here.
pub const MOVES_FROM: [&str; 2] = ["aws_connect_user", "awscc_connect_user"];

/// Checks a configuration as far as it is known; neither the service nor the provider's configuration is.
///
/// Warnings are for the plan, which tells them once: Terraform checks the configuration before each.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    let mut found = for_terraform(Resource::offline(Settings::default())).validate(&inputs(config));
    found.retain(Diagnostic::is_error);
    diagnostics.found(&found);
    check_region(config, diagnostics);
}

/// Reads a user again. `None` where it is gone.
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
    // Nothing but the id may have been known so far.
    let is_known = prior.object.get("name").is_some_and(|name| *name != Value::Null);
    let like = if is_known { &prior.object } else { &Value::Null };
    Some(Stored::after(&prior, users, read.snapshot, like, &service.name))
}

/// Carries out what was planned; also after a failure, what comes back is the user as it now is. `None` where
/// there is none.
///
/// Terraform sends the configuration as it is written: what it ignores, and what it has shown, only the planned state
/// says. Of the configuration comes what no state holds, the password of a new user.
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
            // What the plan has told is not told again.
            let mut notes = applied.diagnostics;
            notes.retain(|note| note.code == Code::TAKEN_OVER);
            diagnostics.found(&notes);
            Some(stored(applied.snapshot))
        }
        Err(failure) => {
            diagnostics.failed(&failure);
            // Terraform has no place for a user of whom nobody knows whether it is there.
            let snapshot = failure.snapshot.filter(|snapshot| snapshot.id().is_some())?;
            let is_same = |prior: &&Stored| prior.snapshot == *snapshot;
            Some(prior.filter(is_same).cloned().unwrap_or_else(|| stored(*snapshot)))
        }
    }
}

/// Deletes a user. What comes back is the user where it is not deleted.
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

/// Begins with a user that exists.
pub async fn import(host: &Host, identity: &Identity, diagnostics: &mut Diagnostics) -> Option<Stored> {
    let region = identity.region.as_deref().map_or(Value::Null, Value::from);
    let place = Value::Map(vec![("region".to_owned(), region)]);
    check_region(&place, diagnostics);
    let service = host.known_service(&place, diagnostics)?;
    let imported = service.users.import(&identity.id.to_string()).await;
    let snapshot = imported.map_err(|failure| diagnostics.failed(&failure)).ok()?;
    Some(Stored::of(&service.users, snapshot, &Value::Null, Some(&service.name)))
}

/// Begins with what another provider's resource was: what names the user there is enough to read it, in the Region
/// of its ARN. `None` where nothing names it.
pub fn moved(from: &str, state: &Value) -> Option<Stored> {
    let snapshot = Snapshot::of_state(state).filter(|_| MOVES_FROM.contains(&from))?;
    let text = |name| state.get(name).and_then(Value::as_str);
    let arn = ["user_arn", "arn", "id"].into_iter().find_map(|name| text(name)?.parse::<Arn>().ok());
    let region = text("region").or_else(|| arn.as_ref().map(Arn::region));
    let id = Value::Map(vec![("id".to_owned(), snapshot.id()?.to_string().into())]);
    let users = Resource::offline(Settings::default());
    Some(Stored::of(&users, snapshot.with_outputs(id), &Value::Null, region))
}

/// What a configuration says of a user that exists, so that nothing is to be done: all that it has, without what
/// the service gives and without the provider's Region.
pub fn generate(host: &Host, state: &Value) -> Value {
    let elsewhere = state.get("region").filter(|region| Some(*region) != host.region(&Value::Null).as_ref());
    let inputs = host.offline.program_inputs(&outputs(state));
    with_own(object(inputs, state, &[]), &Value::Null, elsewhere.cloned().unwrap_or(Value::Null))
}
