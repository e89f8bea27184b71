//! The data source `connect_user`: a user that somebody else manages, found by its id or its exact name.

use connect_user::{
    read::{find_by_name, read},
    user::{InstanceId, Path, Property, UserId, Value},
};

use crate::{
    resource::{Host, Object, check_region},
    wire::Diagnostics,
};

/// Says what is missing to find a user.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    check_region(config.get("region").unwrap_or(&Value::Null), diagnostics);
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
    let mut place = Object::default();
    place.put("region", config.get("region").cloned().unwrap_or(Value::Null));
    let Some(service) = host.service(&place) else {
        diagnostics.error(
            "the provider's configuration is not known yet",
            "apply what it waits for first",
            None,
        );
        return Value::Null;
    };
    let text = |name| config.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let instance = InstanceId::new(text("instance_id").unwrap_or_default());
    let (what, found) = match (text("user_id"), text("name")) {
        (Some(id), _) => (id, read(service.client(), &instance, &UserId::new(id)).await),
        (None, Some(name)) => (name, find_by_name(service.client(), &instance, name, true).await),
        _ => {
            validate(config, diagnostics);
            return Value::Null;
        }
    };
    match found {
        Ok(Some(state)) => {
            let mut object = Object::from_state(&state, &host.config.settings);
            // Every tag is shown, whoever set it.
            let tags = object.output("tags_all").clone();
            object.set(Property::Tags, tags);
            object.put("region", service.region().into());
            let Value::Map(mut members) = object.to_terraform() else { return Value::Null };
            // As the configuration writes it.
            members.retain(|(name, _)| {
                name != "instance_id" && (name != "user_id" || text("user_id").is_none())
            });
            let given = ["instance_id", "user_id"].into_iter().filter_map(|name| Some((name, text(name)?)));
            members.extend(given.map(|(name, text)| (name.to_owned(), text.into())));
            Value::Map(members)
        }
        Ok(None) => {
            let message = format!("there is no user `{what}` in the instance `{instance}`");
            let (at, help) = match text("user_id") {
                Some(_) => ("user_id", "look for its id in the console"),
                None => ("name", "names are told apart by upper and lower case"),
            };
            diagnostics.error(message, help, Some(&Path::root().member(at)));
            Value::Null
        }
        Err(error) => {
            diagnostics.not_read(format_args!("the user `{what}`"), &error, Some(Property::InstanceId));
            Value::Null
        }
    }
}
