//! Beginning with a user that exists.

use connect_user::{
    read::read,
    user::{Arn, ImportId, Secret, Value},
};

use super::{Host, Kept, Object, Private};
use crate::{client::Service, fingerprint::Fingerprints, wire::Diagnostics};

/// Begins with a user that exists: `INSTANCE_ID:USER_ID`.
pub async fn import(host: &Host, id: &str, diagnostics: &mut Diagnostics) -> Option<Kept> {
    let Some(service) = &host.service else {
        diagnostics.error("the provider's configuration is not known yet", "import afterwards", None);
        return None;
    };
    let kept = adopted(host, service, id, diagnostics).await;
    if kept.is_none() && !diagnostics.has_errors() {
        diagnostics.error(format!("there is no user `{id}`"), "look for its id in the console", None);
    }
    kept
}

/// The same resource of other providers, and what names the user in its state: `moved` blocks bring it here.
pub const MOVES_FROM: [&str; 2] = ["aws_connect_user", "awscc_connect_user"];

/// Begins with what another provider's resource was: what names the user there is enough to read it. A
/// password in its state is kept as a fingerprint only. `None` where nothing names it.
pub fn adopt(from: &str, state: &Value, fingerprints: &Fingerprints) -> Option<Kept> {
    let text = |name| state.get(name).and_then(Value::as_str);
    let id = match from {
        "awscc_connect_user" => {
            let arn: Arn = text("user_arn").or_else(|| text("id"))?.parse().ok()?;
            let (_, user) = arn.resource()?;
            format!("{}:{user}", arn.instance())
        }
        _ => text("id")?.to_owned(),
    };
    let mut object = Object::default();
    object.put("id", id.into());
    let password = text("password").map(Secret::from);
    let password = password.and_then(|password| fingerprints.of(&password));
    Some(Kept { object, private: Private { password, ..Private::default() } })
}

/// The user of an id; nothing where there is none.
pub async fn adopted(
    host: &Host,
    service: &Service,
    id: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Kept> {
    let parsed = match id.parse::<ImportId>() {
        Ok(parsed) => parsed,
        Err(error) => {
            diagnostics.error(error.to_string(), error.help(), None);
            return None;
        }
    };
    let state = match read(service.client(), &parsed.instance, &parsed.user).await {
        Ok(state) => state?,
        Err(error) => {
            diagnostics.not_read(format_args!("the user `{id}`"), &error, None);
            return None;
        }
    };
    service.own(&state.user_id);
    let object = Object::from_state(&state, &host.config.settings);
    Some(Kept { object, private: Private { state: Some(state), ..Private::default() } })
}
