//! What a plan and an apply go by: the provider's configuration, the instance, the password, the names.

use std::sync::Arc;

use connect_user::{
    read::Directory,
    user::{InstanceId, PasswordPolicy, Property, RoutingProfileId, Secret, Settings, UserState, Value},
    validate::{Context, Names},
};

use super::{Host, Object, Private};
use crate::wire::Diagnostics;

/// What says, by the convention of Terraform's providers, that a write-only value is another.
pub const PASSWORD_VERSION: &str = "password_wo_version";

/// Where names may stand instead of ids.
const NAMED: [Property; 3] =
    [Property::RoutingProfileId, Property::SecurityProfileIds, Property::HierarchyGroupId];

/// What the provider's configuration decides, and what is known of instance and password.
pub async fn settings(
    host: &Host,
    actual: Option<&UserState>,
    prior: Option<&Object>,
    config: &Object,
    private: &Private,
    diagnostics: &mut Diagnostics,
) -> Option<Settings> {
    let mut settings = host.config.settings.clone();
    let instance = config.get(Property::InstanceId).as_str().map(InstanceId::new);
    if let (Some(service), Some(instance)) = (host.service(config), instance.filter(|id| id.check().is_ok()))
    {
        match service.kind(&instance).await {
            Ok(kind) => settings.identity_management = kind,
            Err(error) => {
                let what = format_args!("the instance `{instance}`");
                diagnostics.not_read(what, &error, Some(Property::InstanceId));
                return None;
            }
        }
    }
    let password = config.get(Property::Password).as_str().map(Secret::from);
    let is_new = |(password, recorded)| !host.fingerprints.matches(recorded, &password);
    if let Some(is_new) = prior.and_then(|prior| has_new_version(prior, config)) {
        settings.password_changed = Some(is_new);
        return Some(settings);
    }
    let mut has_changed = password.zip(private.password.as_deref()).is_some_and(is_new);
    let was_read = |state: &UserState| host.regions.is_none() || host.run.is_owned(&state.user_id);
    if has_changed && settings.password == PasswordPolicy::Replace && !actual.is_none_or(was_read) {
        // Terraform plans again when it applies, and reads nobody then; an ephemeral password may be another by
        // now. What the first plan did not show is not done.
        has_changed = false;
        diagnostics.warning(
            "`password` is another than the user was made with, and the user keeps its password",
            "no plan that read the user has shown a replacement: plan again, without `-refresh=false`, and with \
             a `password` that stays the same from plan to apply",
            Some(&Property::Password.into()),
        );
    }
    settings.password_changed = Some(has_changed);
    Some(settings)
}

pub fn context<'a>(
    settings: &Settings,
    prior: Option<&'a UserState>,
    names: Option<&'a dyn Names>,
) -> Context<'a> {
    Context::builder().settings(settings.clone()).maybe_prior(prior).maybe_names(names).build()
}

/// The names of the instance, where the configuration uses any instead of an id.
pub async fn names(
    host: &Host,
    config: &Object,
    diagnostics: &mut Diagnostics,
) -> Option<Option<Arc<Directory>>> {
    let is_name =
        |value: &Value| value.as_str().is_some_and(|id| RoutingProfileId::new(id).named().is_some());
    let has_name = |property: &Property| match config.get(*property) {
        Value::List(items) => items.iter().any(is_name),
        value => is_name(value),
    };
    let uses_names = NAMED.iter().any(has_name);
    let instance = config.get(Property::InstanceId).as_str().filter(|_| uses_names).map(InstanceId::new);
    let (Some(service), Some(instance)) = (host.service(config), instance) else { return Some(None) };
    match service.names(&instance).await {
        Ok(names) => Some(Some(names)),
        Err(error) => {
            let what = format_args!("the names in the instance `{instance}`");
            diagnostics.not_read(what, &error, Some(Property::InstanceId));
            None
        }
    }
}

/// Whether the configuration says by `password_wo_version` that the password is another; nothing where it says
/// nothing. A version that is new to the resource says nothing of the password that the user has.
pub fn has_new_version(prior: &Object, config: &Object) -> Option<bool> {
    match (prior.output(PASSWORD_VERSION), config.output(PASSWORD_VERSION)) {
        (Value::Null, Value::Null) => None,
        (Value::Null, _) | (_, Value::Null) => Some(false),
        (was, is) => Some(was != is),
    }
}
