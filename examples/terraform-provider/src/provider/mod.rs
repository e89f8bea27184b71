//! The calls of Terraform, and the functions that answer them.

mod data_source;
mod list;
mod metadata;
mod provider_config;
mod resource;

use std::{pin::Pin, sync::Arc};

use connect_user::{client::CancellationToken, user::Value};
use futures_util::Stream;
use magma_protocol::tfplugin6::{
    DynamicValue, apply_resource_change, call_function, close_ephemeral_resource, configure_provider,
    configure_state_store, delete_state, generate_resource_config, get_functions, get_metadata,
    get_provider_schema, get_resource_identity_schemas, get_states, import_resource_state, invoke_action,
    list_resource, lock_state, move_resource_state, open_ephemeral_resource, plan_action,
    plan_resource_change, provider_server::Provider, read_data_source, read_resource, read_state_bytes,
    renew_ephemeral_resource, stop_provider, unlock_state, upgrade_resource_identity, upgrade_resource_state,
    validate_action_config, validate_data_resource_config, validate_ephemeral_resource_config,
    validate_list_resource_config, validate_provider_config, validate_resource_config, validate_state_store,
    write_state_bytes,
};
use tokio::sync::RwLock;
use tonic::{Request, Response, Status, Streaming};

use crate::{
    host::Host,
    list::schema as list_schema,
    schema::Schema,
    wire::{Stored, decode, encode},
};

/// The only type of resource, data source and list resource.
const USER: &str = "connect_user";

/// The provider, from its start until Terraform ends it.
pub struct ConnectProvider {
    host: RwLock<Option<Arc<Host>>>,
    resource: Arc<Schema>,
    data_source: Schema,
    list: Schema,
    config: Schema,
    /// Cancels calls that wait for the pace or for another attempt.
    pub stop: CancellationToken,
}

impl Default for ConnectProvider {
    fn default() -> Self {
        Self {
            host: RwLock::default(),
            resource: Arc::new(Schema::resource()),
            list: list_schema(),
            data_source: Schema::data_source(),
            config: Schema::provider(),
            stop: CancellationToken::new(),
        }
    }
}

impl ConnectProvider {
    async fn host(&self) -> Result<Arc<Host>, Status> {
        self.host
            .read()
            .await
            .clone()
            .ok_or_else(|| Status::failed_precondition("the provider is not configured"))
    }

    fn encode(&self, stored: Option<&Stored>) -> DynamicValue {
        encode(&stored.map_or(Value::Null, |stored| self.resource.complete(&stored.object)))
    }
}

#[expect(clippy::result_large_err, reason = "it is what every answer has")]
fn read(value: Option<&DynamicValue>) -> Result<Value, Status> {
    decode(value).map_err(Status::invalid_argument)
}

/// Reads a state as Terraform stores it.
#[expect(clippy::result_large_err, reason = "it is what every answer has")]
fn read_json(json: &[u8]) -> Result<Value, Status> {
    serde_json::from_slice(json)
        .map_err(|error| Status::invalid_argument(format!("the state cannot be read: {error}")))
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send + 'a>>;

/// A streaming answer.
type Parts<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Declares the methods, with the function that answers each, and the methods that this provider does not need. Written
/// as `async_trait` would expand them, because that does not look into macros.
macro_rules! methods {
    (
        answered { $($name:ident($request:ty) -> $response:ty = $answer:path;)+ }
        without_use { $($unused:ident($unused_request:ty) -> $unused_response:ty;)+ }
    ) => {
        $(fn $name<'a, 'b>(&'a self, request: Request<$request>) -> Answer<'b, $response>
        where
            'a: 'b,
            Self: 'b,
        {
            Box::pin(async move { $answer(self, request.into_inner()).await.map(Response::new) })
        })+
        $(fn $unused<'a, 'b>(&'a self, _: Request<$unused_request>) -> Answer<'b, $unused_response>
        where
            'a: 'b,
            Self: 'b,
        {
            let message = concat!("this provider has no use for ", stringify!($unused));
            Box::pin(async move { Err(Status::unimplemented(message)) })
        })+
    };
}

impl Provider for ConnectProvider {
    type ListResourceStream = Parts<list_resource::Event>;
    type ReadStateBytesStream = Parts<read_state_bytes::Response>;
    type InvokeActionStream = Parts<invoke_action::Event>;

    methods! {
        answered {
            get_metadata(get_metadata::Request) -> get_metadata::Response = metadata::types;
            get_provider_schema(get_provider_schema::Request) -> get_provider_schema::Response = metadata::schemas;
            get_resource_identity_schemas(get_resource_identity_schemas::Request) -> get_resource_identity_schemas::Response = metadata::identities;
            get_functions(get_functions::Request) -> get_functions::Response = metadata::functions;
            validate_provider_config(validate_provider_config::Request) -> validate_provider_config::Response = provider_config::validate;
            configure_provider(configure_provider::Request) -> configure_provider::Response = provider_config::configure;
            stop_provider(stop_provider::Request) -> stop_provider::Response = provider_config::stop;
            validate_resource_config(validate_resource_config::Request) -> validate_resource_config::Response = resource::validate;
            upgrade_resource_state(upgrade_resource_state::Request) -> upgrade_resource_state::Response = resource::upgrade;
            upgrade_resource_identity(upgrade_resource_identity::Request) -> upgrade_resource_identity::Response = resource::upgrade_identity;
            read_resource(read_resource::Request) -> read_resource::Response = resource::refresh;
            plan_resource_change(plan_resource_change::Request) -> plan_resource_change::Response = resource::plan;
            apply_resource_change(apply_resource_change::Request) -> apply_resource_change::Response = resource::apply;
            import_resource_state(import_resource_state::Request) -> import_resource_state::Response = resource::import;
            move_resource_state(move_resource_state::Request) -> move_resource_state::Response = resource::adopt;
            validate_data_resource_config(validate_data_resource_config::Request) -> validate_data_resource_config::Response = data_source::validate;
            read_data_source(read_data_source::Request) -> read_data_source::Response = data_source::find;
            generate_resource_config(generate_resource_config::Request) -> generate_resource_config::Response = resource::generate;
            validate_list_resource_config(validate_list_resource_config::Request) -> validate_list_resource_config::Response = list::validate;
            list_resource(list_resource::Request) -> Self::ListResourceStream = list::find;
        }
        without_use {
            validate_ephemeral_resource_config(validate_ephemeral_resource_config::Request) -> validate_ephemeral_resource_config::Response;
            open_ephemeral_resource(open_ephemeral_resource::Request) -> open_ephemeral_resource::Response;
            renew_ephemeral_resource(renew_ephemeral_resource::Request) -> renew_ephemeral_resource::Response;
            close_ephemeral_resource(close_ephemeral_resource::Request) -> close_ephemeral_resource::Response;
            call_function(call_function::Request) -> call_function::Response;
            validate_state_store_config(validate_state_store::Request) -> validate_state_store::Response;
            configure_state_store(configure_state_store::Request) -> configure_state_store::Response;
            read_state_bytes(read_state_bytes::Request) -> Self::ReadStateBytesStream;
            write_state_bytes(Streaming<write_state_bytes::RequestChunk>) -> write_state_bytes::Response;
            lock_state(lock_state::Request) -> lock_state::Response;
            unlock_state(unlock_state::Request) -> unlock_state::Response;
            get_states(get_states::Request) -> get_states::Response;
            delete_state(delete_state::Request) -> delete_state::Response;
            plan_action(plan_action::Request) -> plan_action::Response;
            invoke_action(invoke_action::Request) -> Self::InvokeActionStream;
            validate_action_config(validate_action_config::Request) -> validate_action_config::Response;
        }
    }
}
