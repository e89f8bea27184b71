//! Beginning with a user that exists.

use connect_user::{
    engine::Fingerprints,
    read::read,
    user::{Arn, Property, Secret, Value},
};

use super::{Host, Identity, Kept, Object, Private, check_region};
use crate::{
    client::{Regions, Service},
    wire::Diagnostics,
};

/// Begins with a user that exists.
pub async fn import(host: &Host, identity: &Identity, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let mut object = Object::default();
    object.put("id", identity.id.to_string().into());
    object.put("region", identity.region.as_deref().map_or(Value::Null, Value::from));
    check_region(object.output("region"), diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let Some(service) = host.service(&object) else {
        diagnostics.error("the provider's configuration is not known yet", "import afterwards", None);
        return None;
    };
    let kept = adopted(host, &service, &object, diagnostics).await;
    if kept.is_none() && !diagnostics.has_errors() {
        diagnostics.error(
            format!("there is no user `{}`", identity.id),
            "look for its id in the console",
            None,
        );
    }
    kept
}

/// The same resource of other providers, and what names the user in its state: `moved` blocks bring it here.
pub const MOVES_FROM: [&str; 2] = ["aws_connect_user", "awscc_connect_user"];

/// Begins with what another provider's resource was: what names the user there is enough to read it, in the Region
/// of its ARN. A password in its state is kept as a fingerprint only. `None` where nothing names it.
pub fn adopt(from: &str, state: &Value, fingerprints: &Fingerprints) -> Option<Kept> {
    let text = |name| state.get(name).and_then(Value::as_str);
    let arn = text("user_arn").or_else(|| text("arn")).or_else(|| text("id"));
    let arn = arn.and_then(|arn| arn.parse::<Arn>().ok());
    let id = match from {
        "awscc_connect_user" => {
            let (_, user) = arn.as_ref()?.resource()?;
            format!("{}:{user}", arn.as_ref()?.instance())
        }
        _ => text("id")?.to_owned(),
    };
    let region = text("region").or_else(|| arn.as_ref().map(Arn::region));
    let mut object = Object::default();
    object.put("id", id.into());
    object.put("region", region.map_or(Value::Null, Value::from));
    let password = text("password").map(Secret::from);
    let password = password.and_then(|password| fingerprints.of(&password));
    Some(Kept { object, private: Private { password, ..Private::default() } })
}

/// The user of an object that has its id; nothing where there is none.
pub async fn adopted(
    host: &Host,
    service: &Service,
    object: &Object,
    diagnostics: &mut Diagnostics,
) -> Option<Kept> {
    let id = object.output("id").as_str().unwrap_or_default();
    let Identity { id, .. } = Identity::parse(id, diagnostics)?;
    let state = match read(service.client(), &id.instance, &id.user).await {
        Ok(state) => state?,
        Err(error) => {
            diagnostics.not_read(format_args!("the user `{id}`"), &error, None);
            return None;
        }
    };
    host.run.own(&state.user_id);
    let mut object = Object::from_state(&state, &host.config.settings);
    object.put("region", service.region().into());
    Some(Kept { object, private: Private { state: Some(state), ..Private::default() } })
}

/// What a configuration says of a user that exists, so that nothing is to be done: all that it has, without what
/// the service gives and without the provider's Region.
pub fn generate(host: &Host, there: &Object) -> Object {
    let mut config = there.clone();
    for output in ["id", "arn", "user_id", "tags_all", "password_changed", "password_wo_version"] {
        config.put(output, Value::Null);
    }
    // The service gives that, too, and the next plan knows it.
    config.set(Property::DirectoryUserId, Value::Null);
    let is_empty = |value: &Value| matches!(value, Value::List(items) if items.is_empty());
    config.leaves.retain(|_, value| !is_empty(value));
    let region = host.regions.as_ref().map(Regions::default);
    if there.output("region").as_str() == region {
        config.put("region", Value::Null);
    }
    config
}
