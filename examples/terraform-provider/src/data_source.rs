//! The data source `connect_user`: a user that this configuration does not manage, found by its id or its exact name.

use connect_user::{
    engine::Resource,
    user::{Settings, Value},
};

use crate::{
    host::{Host, check_region, for_terraform},
    wire::{Diagnostics, user::object},
};

/// Checks that the configuration can identify a user.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    check_region(config, diagnostics);
    diagnostics
        .found(&for_terraform(Resource::offline(Settings::default())).validate_find(&arguments(config)));
}

/// The attributes that identify the user. All other attributes come from the service and must be null in a
/// configuration; the schema refuses other values.
fn arguments(config: &Value) -> Value {
    let named = ["instance_id", "user_id", "name", "region"].into_iter();
    Value::Map(named.filter_map(|name| Some((name.to_owned(), config.get(name)?.clone()))).collect())
}

/// Finds a user.
pub async fn find(host: &Host, config: &Value, diagnostics: &mut Diagnostics) -> Value {
    let Some(service) = host.known_service(config, diagnostics) else { return Value::Null };
    let user = match service.users.find(&arguments(config)).await {
        Ok(user) => user,
        Err(failure) => {
            diagnostics.failed(&failure);
            return Value::Null;
        }
    };
    let Value::Map(mut members) = object(user.outputs.clone(), &Value::Null, &[]) else { return Value::Null };
    // All tags, including tags that were not set by Terraform; and ids as the configuration writes them.
    let tags = user.outputs.get("tags_all").cloned().unwrap_or(Value::Null);
    let written = ["instance_id", "user_id"].into_iter().filter_map(|name| {
        let id = config.get(name).filter(|id| id.as_str().is_some_and(|id| !id.is_empty()))?;
        Some((name.to_owned(), id.clone()))
    });
    let mut own: Vec<(String, Value)> = written.collect();
    own.extend([("tags".to_owned(), tags), ("region".to_owned(), service.name.as_str().into())]);
    members.retain(|(name, _)| own.iter().all(|(own, _)| own != name));
    members.extend(own);
    Value::Map(members)
}
