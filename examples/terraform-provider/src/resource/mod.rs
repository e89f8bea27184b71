//! The resource `connect_user`: Terraform's calls, each given to the crate's [`engine`](connect_user::engine).
//!
//! Terraform asks in this order: [`validate`] without the service and with unknowns, [`read`] for what is there,
//! [`plan`] with unknowns and once more without them, [`apply`]. [`import`] and [`adopt`] begin with a user that
//! exists.

mod import;
mod kept;
mod plan;

use connect_user::{
    engine::{Kept as Record, Resource, ResourceOptions, Snapshot},
    user::{Code, Diagnostic, Path, Settings, Value},
};
use tracing::{debug, info};

use self::kept::VERSION;
pub use self::{
    import::{MOVES_FROM, adopt, generate, import},
    kept::Kept,
    plan::{Planned, plan},
};
use crate::{
    host::{Host, check_region},
    wire::{
        Diagnostics, log,
        user::{inputs, outputs},
    },
};

/// Checks a configuration as far as it is known; neither the service nor the provider's configuration is.
///
/// Warnings are for the plan, which tells them once: Terraform checks the configuration before each.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    let is_given = |name| config.get(name).is_some_and(|value| *value != Value::Null);
    if is_given("password") && is_given("password_wo") {
        let at = Path::root().member("password_wo");
        diagnostics.error("both `password` and `password_wo` are given", "keep one of them", Some(&at));
    }
    if is_given(VERSION) && !is_given("password_wo") {
        let message = format!("`{VERSION}` is given without `password_wo`");
        let help = "give the password as `password_wo`, or remove the version";
        diagnostics.error(message, help, Some(&Path::root().member(VERSION)));
    }
    let mut found = Resource::offline(Settings::default()).validate(&inputs(config));
    found.retain(|found| found.is_error());
    diagnostics.found(&found);
    check_region(config, diagnostics);
}

/// Reads a user again. `None` where it is gone.
pub async fn read(host: &Host, prior: &Kept, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let Some(service) = host.service(&prior.object) else { return Some(prior.clone()) };
    let read = match service.users.read(&prior.snapshot).await {
        Ok(read) => read,
        Err(failure) => {
            diagnostics.failed(&failure);
            return Some(prior.clone());
        }
    };
    service.log_unchecked();
    let user = prior.snapshot.id()?.user;
    let Some(read) = read else {
        debug!(user = user.bare(), "the user is gone");
        return None;
    };
    host.run.read(&user);
    let changed: Vec<String> = read.drift.iter().map(|change| change.property.snake_case()).collect();
    debug!(user = user.bare(), changed = changed.join(", "), "the user was read");
    diagnostics.found(&read.diagnostics);
    // Nothing but the id may have been known so far.
    let like = if prior.object.get("name").is_some_and(|name| *name != Value::Null) {
        &prior.object
    } else {
        &Value::Null
    };
    let is_same = read.snapshot == prior.snapshot;
    let kept = Kept::of(&service.users, read.snapshot, like, service.region());
    Some(if is_same { Kept { private: prior.private.clone(), ..kept } } else { kept })
}

/// Counts a deletion that Terraform plans.
pub fn plan_deletion(host: &Host, prior: &Kept, diagnostics: &mut Diagnostics) {
    if let Some(id) = prior.snapshot.id() {
        host.run.plan_deletion(&id.user, diagnostics);
    }
}

/// Carries out what was planned; also after a failure, what comes back is the user as it now is. `None` where
/// there is none.
///
/// Terraform sends the configuration as it is written: what it ignores, and what it has shown, only the planned state
/// says. Of the configuration comes what no state holds, the password of a new user.
pub async fn apply(
    host: &Host,
    prior: Option<&Kept>,
    planned: &Value,
    record: &Record,
    config: &Value,
    diagnostics: &mut Diagnostics,
) -> Option<Kept> {
    let Some(service) = host.known_service(planned, diagnostics) else { return prior.cloned() };
    let (users, shown) = (&service.users, outputs(planned));
    let program = if prior.is_none() { inputs(config) } else { Value::Null };
    let desired = users.planned_inputs(&shown, record, &program);
    let options = ResourceOptions::builder().planned(&shown).build();
    info!(user = prior.and_then(|prior| prior.snapshot.id()).map(|id| id.user.to_string()), "applying");
    let applied = match prior {
        Some(prior) => users.update(&prior.snapshot, &desired, &options).await,
        None => users.create(&desired, &options).await,
    };
    let kept = |snapshot: Snapshot| Kept::of(users, snapshot, planned, service.region());
    match applied {
        Ok(applied) => {
            log(&applied.diagnostics);
            // What the plan has told is not told again.
            let is_new = |note: &&Diagnostic| note.code == Code::TAKEN_OVER;
            diagnostics.found(&applied.diagnostics.iter().filter(is_new).cloned().collect::<Vec<_>>());
            Some(kept(applied.snapshot))
        }
        Err(failure) => {
            diagnostics.failed(&failure);
            // Terraform has no place for a user of whom nobody knows whether it is there.
            let snapshot = *failure.snapshot?;
            snapshot.id()?;
            match prior {
                Some(prior) if prior.snapshot == snapshot => Some(prior.clone()),
                _ => Some(kept(snapshot)),
            }
        }
    }
}

/// Deletes a user. What comes back is the user where it is not deleted.
pub async fn delete(host: &Host, prior: &Kept, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let user = prior.snapshot.id()?.user;
    let Some(service) = host.known_service(&prior.object, diagnostics) else { return Some(prior.clone()) };
    if !host.run.may_delete(&user, diagnostics) {
        return Some(prior.clone());
    }
    info!(user = user.bare(), "deleting");
    match service.users.delete(&prior.snapshot, &ResourceOptions::default()).await {
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
