//! Plans for Terraform.

use connect_user::{
    diff::Change,
    engine::ResourceOptions,
    user::{Path, Property, Value},
};

use crate::{
    host::Host,
    schema::{PASSWORD_CHANGED, VERSION},
    wire::{
        Diagnostics, Stored,
        user::{blocks, inputs, object},
        with_own,
    },
};

/// The end of the record of a plan that replaces a user because of a changed password. It tells that to the second plan
/// of the replacement, which Terraform makes without a prior state.
const FLAG: &str = r#","password_changed":true}"#;

/// Plans the changes from the prior state to the configuration. Returns the planned state, the record, and the paths
/// that require a replacement.
pub async fn plan(
    host: &Host,
    prior: Option<&Stored>,
    config: &Value,
    private: &[u8],
    diagnostics: &mut Diagnostics,
) -> Option<(Value, String, Vec<Path>)> {
    let there = prior.and_then(|prior| host.region(&prior.object));
    let region = host.region(config).or_else(|| there.clone()).unwrap_or(Value::Unknown);
    // A user in another Region is another user.
    let moves = there.is_some_and(|there| there != region);
    let from = prior.filter(|_| !moves);
    let service = host.service_in(&region);
    let users = service.as_ref().map_or(&host.offline, |service| &service.users);
    let version = from.and_then(|prior| has_new_version(&prior.object, config));
    let options = ResourceOptions::builder()
        .maybe_password_changed(version)
        .default_tags_unknown(host.tags_unknown)
        .build();
    let planned = users.diff(from.map(|prior| &prior.snapshot), &inputs(config), &options).await;
    let planned = planned.map_err(|failure| diagnostics.failed(&failure)).ok()?;
    diagnostics.found(&planned.diagnostics);
    let forced = planned.changes.iter().filter(|change| change.forces_replacement);
    let is_new_password = forced.clone().any(|change| change.property == Property::Password);
    let stands_for = |change: &Change| match change.property {
        Property::Password if version.is_some() => Path::root().member(VERSION),
        Property::Password => Path::root().member(PASSWORD_CHANGED),
        property => property.into(),
    };
    let mut replaces: Vec<Path> = forced.map(stands_for).collect();
    if moves {
        replaces.push(Path::root().member("region"));
        plan_deletion(host, prior, diagnostics);
    }
    if let Some(prior) = from {
        warn_of_blocks(prior, config, diagnostics);
    }
    let was_flagged = prior.is_none() && private.ends_with(FLAG.as_bytes());
    let is_flagged = was_flagged || version.is_none() && is_new_password;

    let written = [prior.map_or(&Value::Null, |prior| &prior.object), config];
    let mut state = with_own(object(planned.outputs, config, &written), config, region);
    if let (Value::Map(members), true) = (&mut state, is_flagged) {
        members.push((PASSWORD_CHANGED.to_owned(), Value::Unknown));
    }
    let mut private = Stored::planned(prior, users, planned.kept);
    if let Some(open) = private.strip_suffix('}').filter(|_| is_flagged) {
        private = format!("{open}{FLAG}");
    }
    Some((state, private, replaces))
}

/// Counts a planned deletion.
pub fn plan_deletion(host: &Host, prior: Option<&Stored>, diagnostics: &mut Diagnostics) {
    let service = prior.and_then(|prior| host.service(&prior.object));
    if let Some((prior, service)) = prior.zip(service) {
        diagnostics.found(service.users.plan_deletion(&prior.snapshot).as_slice());
    }
}

/// Whether `password_wo_version` in the configuration says that the password has changed; `None` if neither the state
/// nor the configuration has a version. A version that is only in one of them does not mean a changed password.
fn has_new_version(prior: &Value, config: &Value) -> Option<bool> {
    let version = |object: &Value| object.get(VERSION).filter(|version| **version != Value::Null).cloned();
    match (version(prior), version(config)) {
        (None, None) => None,
        (was, is) => Some(was.is_some() && is.is_some() && was != is),
    }
}

/// Warns of a block that was removed from the configuration and was never managed: it is removed from Terraform's
/// state, but the user keeps its values.
fn warn_of_blocks(prior: &Stored, config: &Value, diagnostics: &mut Diagnostics) {
    let is_there = |object: &Value, block: &str| {
        object
            .get(block)
            .is_some_and(|items| !matches!(items, Value::Null) && *items != Value::List(Vec::new()))
    };
    let managed = prior.snapshot.kept.state().map(|state| state.record.managed).unwrap_or_default();
    for block in blocks().iter().filter(|block| is_there(&prior.object, block) && !is_there(config, block)) {
        let is_in = |property: Property| property.snake_case().split('.').next() == Some(block);
        if !managed.iter().any(is_in) {
            let message = format!("`{block}` leaves Terraform's state, and the user keeps what is in it");
            diagnostics.warning(message, "write the block into the configuration to manage it", None);
        }
    }
}
