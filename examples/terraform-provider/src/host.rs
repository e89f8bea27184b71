//! The configured provider, which all calls use.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use connect_user::{
    client::{
        CancellationToken,
        aws::{AwsSettings, AwsSettingsError},
    },
    engine::{
        Resource, Spelling,
        provider::{Configuration, Region, Regions, setting_error},
    },
    user::{Arn, Value},
};
use tracing::warn;

use crate::wire::Diagnostics;

pub struct Host {
    /// The service in each Region; `None` while the configuration of the provider has unknown values.
    pub regions: Option<Regions>,
    /// The resource for plans without a service.
    pub offline: Resource,
    pub tags_unknown: bool,
    /// The messages about values that cannot be read and that were logged already.
    told: Mutex<BTreeSet<String>>,
}

/// A resource with the options that Terraform needs.
pub fn for_terraform(users: Resource) -> Resource {
    users.with_spelling(Spelling::SnakeCase).with_drift_by_outputs(true).with_second_plans(true)
}

impl Host {
    pub async fn connect(
        configuration: Configuration,
        stop: CancellationToken,
    ) -> Result<Self, AwsSettingsError> {
        let offline = for_terraform(Resource::offline(configuration.settings.clone()));
        let tags_unknown = configuration.has_unknown("defaultTags");
        let regions = match configuration.is_unknown() {
            true => None,
            false => Some(Regions::connect(configuration, stop, for_terraform).await?),
        };
        Ok(Self { regions, offline, tags_unknown, told: Mutex::default() })
    }

    /// The Region of an object: from its attribute, from its ARN if the state is older than the attribute, or from the
    /// provider. `None` if it is unknown.
    pub fn region(&self, object: &Value) -> Option<Value> {
        let text = |name| object.get(name).and_then(Value::as_str);
        let of_arn = || Some(text("arn")?.parse::<Arn>().ok()?.region().into());
        let given = object.get("region").filter(|region| **region != Value::Null).cloned();
        given.or_else(of_arn).or_else(|| Some(self.regions.as_ref()?.home().into()))
    }

    /// The service in a Region; `None` if the Region or the configuration of the provider is unknown.
    pub fn service_in(&self, region: &Value) -> Option<Arc<Region>> {
        // Invalid names of Regions were refused before.
        self.regions.as_ref()?.get(Some(region.as_str()?)).ok()
    }

    /// The service in the Region of an object.
    pub fn service(&self, object: &Value) -> Option<Arc<Region>> {
        self.service_in(&self.region(object)?)
    }

    /// The service, for calls that need it: an error if it is unknown.
    pub fn known_service(&self, object: &Value, diagnostics: &mut Diagnostics) -> Option<Arc<Region>> {
        let service = self.service(object);
        if service.is_none() && !diagnostics.has_errors() {
            let message = "the provider's configuration is not known yet";
            diagnostics.error(message, "give the provider block values that are known by now", None);
        }
        service
    }

    /// Logs what the caller is not allowed to read of users, once.
    pub fn log_unchecked(&self, users: &Resource) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for found in users.unchecked() {
            if told.insert(found.message.to_string()) {
                warn!(code = found.code.as_str(), help = found.help.as_deref(), "{}", found.message);
            }
        }
    }
}

/// Refuses an invalid name of a Region.
pub fn check_region(object: &Value, diagnostics: &mut Diagnostics) {
    let region = object.get("region").and_then(Value::as_str);
    if let Err(error) = AwsSettings::builder().maybe_region(region).build().check() {
        diagnostics.found(&[setting_error(&error, Spelling::SnakeCase)]);
    }
}
