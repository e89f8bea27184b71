//! The configured provider: the service in each Region that resources name.

use std::sync::Arc;

use connect_user::{
    client::{CancellationToken, aws::AwsSettingsError},
    engine::{
        Resource,
        provider::{Configuration, Region, Regions, setting_error},
    },
    user::{Diagnostic, Spelling},
};
use prost_types::Struct;
use tokio::sync::OnceCell;
use tonic::Status;

use crate::{
    user::Inputs,
    wire::{Document, refused, text},
};

/// The service, for one provider of a program.
pub struct Service {
    configuration: Configuration,
    stop: CancellationToken,
    regions: OnceCell<Regions>,
}

/// Reads a configuration, without members of the engine.
pub fn configuration(inputs: Option<Struct>) -> (Configuration, Vec<Diagnostic>) {
    let mut inputs = Document::read(inputs);
    let _ = ["version", "pluginDownloadURL"].map(|own| inputs.take(own));
    Configuration::read(&inputs.value, Spelling::CamelCase)
}

impl Service {
    pub fn new(configuration: Configuration, stop: CancellationToken) -> Self {
        Self { configuration, stop, regions: OnceCell::new() }
    }

    /// The service in a Region; without a Region, in the configured Region.
    pub async fn region(&self, region: Option<&str>) -> Result<Arc<Region>, Status> {
        self.regions().await?.get(region).map_err(unusable)
    }

    /// The service in the Region of these inputs. While the Region is unknown, no calls are made.
    pub async fn of(&self, inputs: &Inputs) -> Result<Arc<Region>, Status> {
        match inputs.has_unknown_region() {
            true => Ok(self.regions().await?.unknown()),
            false => self.region(inputs.region()).await,
        }
    }

    /// Returns the notices about the service, each once.
    pub fn take_notices(&self) -> Vec<Diagnostic> {
        self.regions.get().map(Regions::take_notices).unwrap_or_default()
    }

    /// The Regions; the first call looks for credentials.
    async fn regions(&self) -> Result<&Regions, Status> {
        let set_up = |users: Resource| users.with_late_deletions(true);
        let connect = || Regions::connect(self.configuration.clone(), self.stop.clone(), set_up);
        self.regions.get_or_try_init(connect).await.map_err(unusable)
    }
}

fn unusable(error: AwsSettingsError) -> Status {
    refused(text(&setting_error(&error, Spelling::CamelCase)))
}
