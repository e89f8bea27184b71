//! The provider as it is configured: the users of each Region that resources name.

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

/// Reads a configuration, without the engine's own members.
pub fn configuration(inputs: Option<Struct>) -> (Configuration, Vec<Diagnostic>) {
    let mut inputs = Document::read(inputs);
    let _ = ["version", "pluginDownloadURL"].map(|own| inputs.take(own));
    Configuration::read(&inputs.value, Spelling::CamelCase)
}

impl Service {
    pub fn new(configuration: Configuration, stop: CancellationToken) -> Self {
        Self { configuration, stop, regions: OnceCell::new() }
    }

    /// The service in a Region; in the configured one where none is named.
    pub async fn region(&self, region: Option<&str>) -> Result<Arc<Region>, Status> {
        self.regions().await?.get(region).map_err(unusable)
    }

    /// The service in the Region of these inputs. While that is not known, nothing is asked.
    pub async fn of(&self, inputs: &Inputs) -> Result<Arc<Region>, Status> {
        match inputs.has_unknown_region() {
            true => Ok(self.regions().await?.unknown()),
            false => self.region(inputs.region()).await,
        }
    }

    /// What there is to say about the service, each once.
    pub fn take_notices(&self) -> Vec<Diagnostic> {
        self.regions.get().map(Regions::take_notices).unwrap_or_default()
    }

    /// The first call looks for credentials.
    async fn regions(&self) -> Result<&Regions, Status> {
        let set_up = |users: Resource| users.with_late_deletions(true);
        let connect = || Regions::connect(self.configuration.clone(), self.stop.clone(), set_up);
        self.regions.get_or_try_init(connect).await.map_err(unusable)
    }
}

fn unusable(error: AwsSettingsError) -> Status {
    refused(text(&setting_error(&error, Spelling::CamelCase)))
}
