//! The data source `connect_user`: a user that somebody else manages, found by its id or its exact name.

use connect_user::{
    read::find_by_name,
    user::{InstanceId, Path, Property, UserId, Value},
};

use crate::{
    host::{Host, check_region},
    wire::{Diagnostics, user::object},
};

/// Says what is missing to find a user.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    check_region(config, diagnostics);
    let is_given =
        |name| config.get(name).is_some_and(|value| *value != Value::Null && value.as_str() != Some(""));
    match (is_given("user_id"), is_given("name")) {
        (true, true) => diagnostics.error(
            "both `user_id` and `name` are given",
            "keep the one by which to find the user",
            Some(&Path::root().member("name")),
        ),
        (false, false) => {
            diagnostics.error(
                "neither `user_id` nor `name` is given",
                "give the one that you know",
                Some(&Path::root().member("user_id")),
            );
        }
        _ => {}
    }
}

/// Finds a user.
pub async fn find(host: &Host, config: &Value, diagnostics: &mut Diagnostics) -> Value {
    let Some(service) = host.known_service(config, diagnostics) else { return Value::Null };
    let text = |name| config.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let instance = InstanceId::new(text("instance_id").unwrap_or_default());
    let named = match (text("user_id"), text("name")) {
        (Some(id), _) => Ok(Some(UserId::new(id))),
        (None, Some(name)) => {
            let found = find_by_name(&*service.client, &instance, name, false).await;
            found.map(|found| found.map(|user| user.user_id))
        }
        _ => {
            validate(config, diagnostics);
            return Value::Null;
        }
    };
    let what = text("user_id").or(text("name")).unwrap_or_default();
    let id = match named {
        Ok(id) => id,
        Err(error) => {
            diagnostics.not_read(format_args!("the user `{what}`"), &error, Some(Property::InstanceId));
            return Value::Null;
        }
    };
    let found = match &id {
        Some(id) => service.users.look_up(&format!("{}:{}", instance.bare(), id.bare())).await,
        None => return there_is_none(what, &instance, text("user_id").is_some(), diagnostics),
    };
    match found {
        Ok(user) => {
            let Value::Map(mut members) = object(user.outputs.clone(), &Value::Null, &[]) else {
                return Value::Null;
            };
            // As the configuration writes it, and every tag, whoever set it.
            let tags = user.outputs.get("tags_all").cloned().unwrap_or(Value::Null);
            members.retain(|(name, _)| !["instance_id", "user_id", "tags"].contains(&name.as_str()));
            let user_id = text("user_id").map_or_else(|| id.map(|id| id.bare().into()), |id| Some(id.into()));
            members.extend([
                ("tags".to_owned(), tags),
                ("instance_id".to_owned(), text("instance_id").unwrap_or_default().into()),
                ("user_id".to_owned(), user_id.unwrap_or(Value::Null)),
                ("region".to_owned(), service.name.as_str().into()),
            ]);
            Value::Map(members)
        }
        Err(failure) if failure.is_gone() => {
            there_is_none(what, &instance, text("user_id").is_some(), diagnostics)
        }
        Err(failure) => {
            diagnostics.failed(&failure);
            Value::Null
        }
    }
}

fn there_is_none(what: &str, instance: &InstanceId, by_id: bool, diagnostics: &mut Diagnostics) -> Value {
    let message = format!("there is no user `{what}` in the instance `{instance}`");
    let (at, help) = match by_id {
        true => ("user_id", "look for its id in the console"),
        false => ("name", "names are told apart by upper and lower case"),
    };
    diagnostics.error(message, help, Some(&Path::root().member(at)));
    Value::Null
}
