//! The calls for the provider block, and for stopping the provider.

use std::sync::Arc;

use connect_user::{
    engine::{
        Spelling,
        provider::{Configuration, setting_error},
    },
    user::Value,
};
use magma_protocol::tfplugin6::{configure_provider, stop_provider, validate_provider_config};
use tonic::Status;

use super::{ConnectProvider, read};
use crate::{host::Host, wire::Diagnostics};

pub async fn validate(
    _: &ConnectProvider,
    request: validate_provider_config::Request,
) -> Result<validate_provider_config::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    configuration(&read(request.config.as_ref())?, &mut diagnostics);
    Ok(validate_provider_config::Response { diagnostics: diagnostics.into_inner() })
}

pub async fn configure(
    provider: &ConnectProvider,
    request: configure_provider::Request,
) -> Result<configure_provider::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    let configuration = configuration(&read(request.config.as_ref())?, &mut diagnostics);
    if !diagnostics.has_errors() {
        match Host::connect(configuration, provider.stop.clone()).await {
            Ok(host) => *provider.host.write().await = Some(Arc::new(host)),
            Err(error) => diagnostics.found(&[setting_error(&error, Spelling::SnakeCase)]),
        }
    }
    Ok(configure_provider::Response { diagnostics: diagnostics.into_inner() })
}

fn configuration(block: &Value, diagnostics: &mut Diagnostics) -> Configuration {
    let (configuration, found) = Configuration::read(block, Spelling::SnakeCase);
    diagnostics.found(&found);
    configuration
}

pub async fn stop(
    provider: &ConnectProvider,
    _: stop_provider::Request,
) -> Result<stop_provider::Response, Status> {
    provider.stop.cancel();
    Ok(stop_provider::Response::default())
}
