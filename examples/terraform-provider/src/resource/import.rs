//! Beginning with a user that exists.

use connect_user::{
    engine::{Fingerprints, Kept as Record, Resource},
    user::{Arn, Code, Secret, Settings, Value},
};

use super::Kept;
use crate::{
    host::{Host, check_region},
    wire::{Diagnostics, Identity},
};

/// Begins with a user that exists.
pub async fn import(host: &Host, identity: &Identity, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let region = identity.region.as_deref().map_or(Value::Null, Value::from);
    let place = Value::Map(vec![("region".to_owned(), region)]);
    check_region(&place, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let service = host.known_service(&place, diagnostics)?;
    match service.users.import(&identity.id.to_string()).await {
        Ok(snapshot) => {
            host.run.read(&identity.id.user);
            Some(Kept::of(&service.users, snapshot, &Value::Null, service.region()))
        }
        Err(failure) => {
            match failure.diagnostics.first() {
                Some(gone) if gone.code == Code::GONE => {
                    let message = format!("there is no user `{}`", identity.id);
                    diagnostics.error(message, "look for its id in the console", None);
                }
                _ => diagnostics.failed(&failure),
            }
            None
        }
    }
}

/// The same resource of other providers, and what names the user in its state: `moved` blocks bring it here.
pub const MOVES_FROM: [&str; 2] = ["aws_connect_user", "awscc_connect_user"];

/// Begins with what another provider's resource was: what names the user there is enough to read it, in the Region
/// of its ARN. A password in its state is kept as a fingerprint only. `None` where nothing names it.
pub fn adopt(from: &str, state: &Value) -> Option<Kept> {
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
    let mut record = Record::of(&id.parse().ok()?);
    if let Some(password) = text("password") {
        record = record.with_password(&Secret::from(password), &Fingerprints::default());
    }
    let members =
        [("id".to_owned(), id.into()), ("region".to_owned(), region.map_or(Value::Null, Value::from))];
    Some(Kept::new(&Resource::offline(Settings::default()), Value::Map(members.into()), record))
}

/// What a configuration says of a user that exists, so that nothing is to be done: all that it has, without what
/// the service gives and without the provider's Region.
pub fn generate(host: &Host, state: &Value) -> Value {
    const GIVEN: [&str; 7] = [
        "id",
        "arn",
        "user_id",
        "tags_all",
        "password_changed",
        "password_wo_version",
        // The service gives that, too, and the next plan knows it.
        "directory_user_id",
    ];
    let region = host.regions.as_ref().map(|regions| Value::from(regions.default()));
    let Value::Map(members) = state else { return Value::Null };
    let stays = |(name, value): &&(String, Value)| {
        let is_empty = matches!(value, Value::List(items) if items.is_empty());
        !GIVEN.contains(&name.as_str()) && !is_empty && (name != "region" || Some(value) != region.as_ref())
    };
    Value::Map(members.iter().filter(stays).cloned().collect())
}
