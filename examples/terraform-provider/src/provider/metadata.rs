//! The resources of the provider, and their schemas.

use std::collections::HashMap;

use magma_protocol::tfplugin6::{
    ServerCapabilities, get_functions, get_metadata, get_provider_schema, get_resource_identity_schemas,
};
use tonic::Status;

use super::{ConnectProvider, USER};
use crate::wire::Identity;

pub async fn types(_: &ConnectProvider, _: get_metadata::Request) -> Result<get_metadata::Response, Status> {
    Ok(get_metadata::Response {
        server_capabilities: Some(capabilities()),
        resources: vec![get_metadata::ResourceMetadata { type_name: USER.to_owned() }],
        data_sources: vec![get_metadata::DataSourceMetadata { type_name: USER.to_owned() }],
        list_resources: vec![get_metadata::ListResourceMetadata { type_name: USER.to_owned() }],
        ..Default::default()
    })
}

pub async fn schemas(
    provider: &ConnectProvider,
    _: get_provider_schema::Request,
) -> Result<get_provider_schema::Response, Status> {
    Ok(get_provider_schema::Response {
        provider: Some(provider.config.to_proto()),
        resource_schemas: HashMap::from([(USER.to_owned(), provider.resource.to_proto())]),
        data_source_schemas: HashMap::from([(USER.to_owned(), provider.data_source.to_proto())]),
        list_resource_schemas: HashMap::from([(USER.to_owned(), provider.list.to_proto())]),
        server_capabilities: Some(capabilities()),
        ..Default::default()
    })
}

pub async fn identities(
    _: &ConnectProvider,
    _: get_resource_identity_schemas::Request,
) -> Result<get_resource_identity_schemas::Response, Status> {
    Ok(get_resource_identity_schemas::Response {
        identity_schemas: HashMap::from([(USER.to_owned(), Identity::schema())]),
        ..Default::default()
    })
}

pub async fn functions(
    _: &ConnectProvider,
    _: get_functions::Request,
) -> Result<get_functions::Response, Status> {
    Ok(get_functions::Response::default())
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        get_provider_schema_optional: true,
        move_resource_state: true,
        // Deletions must be planned, so that they are counted.
        plan_destroy: true,
        generate_resource_config: true,
    }
}
