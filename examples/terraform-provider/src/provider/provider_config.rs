//! The provider's own block, and its end.

use std::sync::Arc;

use magma_protocol::tfplugin6::{configure_provider, stop_provider, validate_provider_config};
use tonic::Status;

use super::{ConnectProvider, read};
use crate::{
    client::Regions,
    config::{Config, refuse},
    host::Host,
    wire::Diagnostics,
};

pub async fn validate(
    _: &ConnectProvider,
    request: validate_provider_config::Request,
) -> Result<validate_provider_config::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    Config::read(&read(request.config.as_ref())?, &mut diagnostics);
    Ok(validate_provider_config::Response { diagnostics: diagnostics.into_inner() })
}

pub async fn configure(
    provider: &ConnectProvider,
    request: configure_provider::Request,
) -> Result<configure_provider::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    let config = Config::read(&read(request.config.as_ref())?, &mut diagnostics);
    let regions = match config.is_unknown || diagnostics.has_errors() {
        true => None,
        false => match Regions::connect(&config, provider.stop.clone()).await {
            Ok(regions) => Some(regions),
            Err(error) => {
                refuse(&error, &mut diagnostics);
                None
            }
        },
    };
    *provider.host.write().await = Some(Arc::new(Host::new(config, regions)));
    Ok(configure_provider::Response { diagnostics: diagnostics.into_inner() })
}

pub async fn stop(
    provider: &ConnectProvider,
    _: stop_provider::Request,
) -> Result<stop_provider::Response, Status> {
    provider.stop.cancel();
    Ok(stop_provider::Response::default())
}
