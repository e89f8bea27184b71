//! The calls for the list resource.

use futures_util::StreamExt;
use magma_protocol::tfplugin6::{list_resource, validate_list_resource_config};
use tonic::Status;

use super::{ConnectProvider, Parts, read};
use crate::{list, wire::Diagnostics};

pub async fn validate(
    _: &ConnectProvider,
    request: validate_list_resource_config::Request,
) -> Result<validate_list_resource_config::Response, Status> {
    let mut diagnostics = Diagnostics::default();
    list::validate(&read(request.config.as_ref())?, &mut diagnostics);
    Ok(validate_list_resource_config::Response { diagnostics: diagnostics.into_inner() })
}

pub async fn find(
    provider: &ConnectProvider,
    request: list_resource::Request,
) -> Result<Parts<list_resource::Event>, Status> {
    let (host, resource) = (provider.host().await?, provider.resource.clone());
    let config = read(request.config.as_ref())?;
    let events = list::list(host, resource, config, request.include_resource_object, request.limit).await;
    Ok(events.map(Ok).boxed())
}
