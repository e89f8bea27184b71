//! The provider as it is configured: what every call works with.

use std::sync::Arc;

use connect_user::{
    client::aws::AwsSettings,
    engine::Resource,
    user::{Arn, Value},
};

use crate::{
    client::{Regions, Service},
    config::{Config, refuse},
    run::Run,
    wire::Diagnostics,
};

pub struct Host {
    pub config: Config,
    /// Nothing while the provider's configuration is not known.
    pub regions: Option<Regions>,
    /// Plans without a service.
    pub offline: Resource,
    pub run: Run,
}

impl Host {
    pub fn new(config: Config, regions: Option<Regions>) -> Self {
        let offline = Resource::offline(config.settings.clone()).with_drift_by_outputs(true);
        let run = Run::new(config.max_deletes);
        Self { config, regions, offline, run }
    }

    /// The service in the Region of an object, or of its ARN where a state is older than the attribute, or in the
    /// provider's; nothing where that is not known.
    pub fn service(&self, object: &Value) -> Option<Arc<Service>> {
        let regions = self.regions.as_ref()?;
        let text = |name| object.get(name).and_then(Value::as_str);
        let arn = text("arn").and_then(|arn| arn.parse::<Arn>().ok());
        let of_arn = arn.as_ref().map(Arn::region);
        match object.get("region") {
            Some(Value::Unknown) => None,
            _ => Some(regions.service(text("region").or(of_arn).unwrap_or(regions.default()))),
        }
    }

    /// The service that a call cannot do without.
    pub fn known_service(&self, object: &Value, diagnostics: &mut Diagnostics) -> Option<Arc<Service>> {
        let service = self.service(object);
        if service.is_none() {
            let message = "the provider's configuration is not known yet";
            diagnostics.error(message, "give the provider block values that are known by now", None);
        }
        service
    }

    /// The Region in which a configuration wants its user.
    pub fn region(&self, config: &Value, prior: Option<&Value>) -> Value {
        match (config.get("region"), &self.regions) {
            (None | Some(Value::Null), Some(regions)) => regions.default().into(),
            (None | Some(Value::Null), None) => {
                prior.map_or(Value::Unknown, |prior| prior.get("region").cloned().unwrap_or(Value::Null))
            }
            (Some(given), _) => given.clone(),
        }
    }
}

/// Refuses what no Region is called.
pub fn check_region(object: &Value, diagnostics: &mut Diagnostics) {
    let region = object.get("region").and_then(Value::as_str);
    if let Err(error) = AwsSettings::builder().maybe_region(region).build().check() {
        refuse(&error, diagnostics);
    }
}
