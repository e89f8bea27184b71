//! Beginning with a user that exists.

use connect_user::{
    apply::read,
    user::{ImportId, Secret, Value},
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

/// Begins with what another provider's resource was: its `id` is enough to read the user. A password in its
/// state is kept as a fingerprint only.
pub fn adopt(state: &Value, fingerprints: &Fingerprints) -> Kept {
    let mut object = Object::default();
    object.put("id", state.get("id").cloned().unwrap_or(Value::Null));
    let password = state.get("password").and_then(Value::as_str).map(Secret::from);
    let password = password.and_then(|password| fingerprints.of(&password));
    Kept { object, private: Private { password, ..Private::default() } }
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
            diagnostics.error(format!("the user `{id}` cannot be read: {error}"), "", None);
            return None;
        }
    };
    service.own(&state.user_id);
    let object = Object::from_state(&state, &host.config.options.default_tags);
    Some(Kept { object, private: Private { state: Some(state), ..Private::default() } })
}
