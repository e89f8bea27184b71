//! The calls for the data source.

use magma_protocol::tfplugin6::{read_data_source, validate_data_resource_config};
use tonic::Status;

use super::{ConnectProvider, read};
use crate::{
    data_source,
    wire::{Diagnostics, encode},
};

pub async fn validate(
    provider: &ConnectProvider,
    request: validate_data_resource_config::Request,
) -> Result<validate_data_resource_config::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    let config = read(request.config.as_ref())?;
    provider.data_source.check(&config, &mut diagnostics);
    data_source::validate(&config, &mut diagnostics);
    Ok(validate_data_resource_config::Response { diagnostics: diagnostics.into_inner() })
}

pub async fn find(
    provider: &ConnectProvider,
    request: read_data_source::Request,
) -> Result<read_data_source::Response, Status> {
    let host = provider.host().await?;
    let mut diagnostics = Diagnostics::default();
    let config = read(request.config.as_ref())?;
    let found = data_source::find(&host, &config, &mut diagnostics).await;
    Ok(read_data_source::Response {
        state: Some(encode(&provider.data_source.complete(&found))),
        diagnostics: diagnostics.into_inner(),
        ..Default::default()
    })
}
