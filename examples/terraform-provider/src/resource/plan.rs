//! What Terraform is to show and to carry out.

use connect_user::{
    diff::Change,
    engine::{ResourceOptions, Snapshot},
    user::{Path, Property, Value},
};
use serde_json::Value as Json;
use tracing::debug;

use super::{Kept, kept::VERSION};
use crate::{
    host::Host,
    wire::{
        Diagnostics,
        user::{blocks, inputs, object},
    },
};

/// The attribute that stands for a changed password, which Terraform cannot see; in a plan's private state it says
/// so to the second plan of a replacement, which is made as if nobody were there.
const PASSWORD_CHANGED: &str = "password_changed";

/// What Terraform is to show and to carry out.
pub struct Planned {
    pub state: Value,
    /// Terraform gives it back beside the prior state.
    pub private: Vec<u8>,
    /// What makes a new user of it.
    pub replaces: Vec<Path>,
}

/// Plans what brings a user to what the configuration says.
pub async fn plan(
    host: &Host,
    prior: Option<&Kept>,
    config: &Value,
    private: &[u8],
    diagnostics: &mut Diagnostics,
) -> Option<Planned> {
    let region = host.region(config, prior.map(|prior| &prior.object));
    let there = prior.map(|prior| match host.service(&prior.object) {
        Some(service) => service.region().into(),
        None => prior.object.get("region").cloned().unwrap_or(Value::Null),
    });
    // Another Region is another user.
    let moves = there.is_some_and(|there| there != Value::Null && there != region);
    let from = prior.filter(|_| !moves);
    let service = host.service(&Value::Map(vec![("region".to_owned(), region.clone())]));
    let users = service.as_ref().map_or(&host.offline, |service| &service.users);

    let desired = inputs(config);
    let version = from.and_then(|prior| has_new_version(&prior.object, config));
    let diff = async |password_changed| {
        let options = ResourceOptions::builder()
            .maybe_password_changed(password_changed)
            .default_tags_unknown(host.config.tags_unknown)
            .build();
        users.diff(from.map(|prior| &prior.snapshot), &desired, &options).await
    };
    let is_new_password =
        |change: &Change| change.property == Property::Password && change.forces_replacement;
    let user = prior.and_then(|prior| prior.snapshot.id()).map(|id| id.user);
    let mut planned = diff(version).await;
    // Terraform plans again when it applies, and reads nobody then; an ephemeral password may be another by now.
    // What the first plan did not show is not done.
    let was_read = service.is_none() || user.as_ref().is_none_or(|user| host.run.has_read(user));
    if version.is_none()
        && !was_read
        && planned.as_ref().is_ok_and(|planned| planned.changes.iter().any(is_new_password))
    {
        diagnostics.warning(
            "`password` is another than the user was made with, and the user keeps its password",
            "no plan that read the user has shown a replacement: plan again, without `-refresh=false`, and with a \
             `password` that stays the same from plan to apply",
            Some(&Property::Password.into()),
        );
        planned = diff(Some(false)).await;
    }
    let planned = planned.map_err(|failure| diagnostics.failed(&failure)).ok()?;
    diagnostics.found(&planned.diagnostics);
    let changed: Vec<String> = planned.changes.iter().map(|change| change.property.snake_case()).collect();
    let id = user.as_ref().map(|user| user.bare());
    debug!(user = id, action = ?planned.action, changed = changed.join(", "), "planned");

    let stands_for = |change: &Change| match change.property {
        Property::Password if version.is_some() => Path::root().member(VERSION),
        Property::Password => Path::root().member(PASSWORD_CHANGED),
        property => property.into(),
    };
    let forced = planned.changes.iter().filter(|change| change.forces_replacement);
    let mut replaces: Vec<Path> = forced.map(stands_for).collect();
    replaces.extend(moves.then(|| Path::root().member("region")));
    if let (Some(user), false) = (&user, replaces.is_empty()) {
        host.run.plan_deletion(user, diagnostics);
    }
    if let Some(prior) = from {
        warn_of_blocks(prior, config, diagnostics);
    }
    let flag = serde_json::from_slice::<Json>(private).ok();
    let was_flagged = prior.is_none() && flag.is_some_and(|flag| flag.get(PASSWORD_CHANGED).is_some());
    let is_flagged = was_flagged || version.is_none() && planned.changes.iter().any(is_new_password);

    let written = [prior.map_or(&Value::Null, |prior| &prior.object), config];
    let mut state = object(&planned.outputs, config, &written);
    if let Value::Map(members) = &mut state {
        members.push(("region".to_owned(), region));
        members.extend(config.get(VERSION).map(|version| (VERSION.to_owned(), version.clone())));
        members.extend(is_flagged.then(|| (PASSWORD_CHANGED.to_owned(), Value::Unknown)));
    }
    let shown = prior.map(|prior| prior.snapshot.outputs.clone()).unwrap_or(Value::Null);
    let record = users.write_record(&Snapshot::new(planned.kept).with_outputs(shown));
    let private = match serde_json::from_str(&record) {
        Ok(Json::Object(mut record)) if is_flagged => {
            record.insert(PASSWORD_CHANGED.to_owned(), true.into());
            Json::Object(record).to_string()
        }
        _ => record,
    };
    Some(Planned { state, private: private.into_bytes(), replaces })
}

/// Whether the configuration says by `password_wo_version` that the password is another; nothing where it says
/// nothing. A version that is new to the resource says nothing of the password that the user has.
fn has_new_version(prior: &Value, config: &Value) -> Option<bool> {
    let version = |object: &Value| object.get(VERSION).filter(|version| **version != Value::Null).cloned();
    match (version(prior), version(config)) {
        (None, None) => None,
        (None, _) | (_, None) => Some(false),
        (was, is) => Some(was != is),
    }
}

/// A block that leaves the configuration and was never set by it leaves Terraform's state, and the user keeps
/// what was in it.
fn warn_of_blocks(prior: &Kept, config: &Value, diagnostics: &mut Diagnostics) {
    let is_there = |object: &Value, block: &str| match object.get(block) {
        Some(Value::List(items)) => !items.is_empty(),
        value => value == Some(&Value::Unknown),
    };
    let managed = prior.snapshot.kept.state().map(|state| state.record.managed).unwrap_or_default();
    for block in blocks() {
        let is_in = |property: &Property| property.snake_case().starts_with(&format!("{block}."));
        if is_there(&prior.object, &block)
            && !is_there(config, &block)
            && !managed.iter().any(|property| is_in(&property))
        {
            diagnostics.warning(
                format!("`{block}` leaves Terraform's state, and the user keeps what is in it"),
                "write the block into the configuration to manage it",
                None,
            );
        }
    }
}
