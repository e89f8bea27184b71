//! Terraform's calls, each given to what answers it.

use std::{collections::HashMap, pin::Pin, sync::Arc};

use connect_user::{client::CancellationToken, user::Value};
use futures_util::Stream;
use magma_protocol::tfplugin6::{
    DynamicValue, ServerCapabilities, apply_resource_change, call_function, close_ephemeral_resource,
    configure_provider, configure_state_store, delete_state, generate_resource_config, get_functions,
    get_metadata, get_provider_schema, get_resource_identity_schemas, get_states, import_resource_state,
    invoke_action, list_resource, lock_state, move_resource_state, open_ephemeral_resource, plan_action,
    plan_resource_change, provider_server::Provider, read_data_source, read_resource, read_state_bytes,
    renew_ephemeral_resource, stop_provider, unlock_state, upgrade_resource_identity, upgrade_resource_state,
    validate_action_config, validate_data_resource_config, validate_ephemeral_resource_config,
    validate_list_resource_config, validate_provider_config, validate_resource_config, validate_state_store,
    write_state_bytes,
};
use tokio::sync::RwLock;
use tonic::{Request, Response, Status, Streaming, async_trait};

use crate::{
    client::Service,
    config::{self, Config},
    data_source,
    fingerprint::Fingerprints,
    resource::{self, Host, Kept, MOVES_FROM, Object, Planned, Private},
    schema::Schema,
    wire::{Diagnostics, attribute_path, decode, encode},
};

/// The one type of resource, and of data source, that there is.
const USER: &str = "connect_user";

/// The provider, from its start until Terraform ends it.
pub struct ConnectProvider {
    host: RwLock<Option<Arc<Host>>>,
    resource: Schema,
    data_source: Schema,
    config: Schema,
    /// Ends calls that wait for their turn or for another attempt.
    pub stop: CancellationToken,
}

impl Default for ConnectProvider {
    fn default() -> Self {
        Self {
            host: RwLock::default(),
            resource: Schema::resource(),
            data_source: Schema::data_source(),
            config: config::schema(),
            stop: CancellationToken::new(),
        }
    }
}

type Answer<T> = Result<Response<T>, Status>;

/// An answer that comes in parts.
type Parts<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl ConnectProvider {
    async fn host(&self) -> Result<Arc<Host>, Status> {
        self.host
            .read()
            .await
            .clone()
            .ok_or_else(|| Status::failed_precondition("the provider is not configured"))
    }

    fn encode(&self, kept: Option<&Kept>) -> DynamicValue {
        encode(&kept.map_or(Value::Null, |kept| self.resource.complete(&kept.object.to_terraform())))
    }
}

#[expect(clippy::result_large_err, reason = "it is what every answer has")]
fn read(value: Option<&DynamicValue>) -> Result<Value, Status> {
    decode(value).map_err(Status::invalid_argument)
}

fn private(kept: Option<&Kept>) -> Vec<u8> {
    kept.map(|kept| kept.private.write(Some(&kept.object))).unwrap_or_default()
}

/// What Terraform asks of providers that have more than resources and data sources.
macro_rules! no_use_for {
    ($($name:ident: $request:ty => $response:ty;)+) => {$(
        // As `async_trait` writes it, which does not look into macros.
        fn $name<'a, 'b>(
            &'a self,
            _: Request<$request>,
        ) -> Pin<Box<dyn Future<Output = Answer<$response>> + Send + 'b>>
        where
            'a: 'b,
            Self: 'b,
        {
            let message = concat!("this provider has no use for ", stringify!($name));
            Box::pin(async move { Err(Status::unimplemented(message)) })
        }
    )+};
}

#[async_trait]
impl Provider for ConnectProvider {
    async fn get_metadata(&self, _: Request<get_metadata::Request>) -> Answer<get_metadata::Response> {
        Ok(Response::new(get_metadata::Response {
            server_capabilities: Some(capabilities()),
            resources: vec![get_metadata::ResourceMetadata { type_name: USER.to_owned() }],
            data_sources: vec![get_metadata::DataSourceMetadata { type_name: USER.to_owned() }],
            ..Default::default()
        }))
    }

    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Answer<get_provider_schema::Response> {
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(self.config.to_proto()),
            resource_schemas: HashMap::from([(USER.to_owned(), self.resource.to_proto())]),
            data_source_schemas: HashMap::from([(USER.to_owned(), self.data_source.to_proto())]),
            server_capabilities: Some(capabilities()),
            ..Default::default()
        }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<validate_provider_config::Request>,
    ) -> Answer<validate_provider_config::Response> {
        let mut diagnostics = Diagnostics::default();
        Config::read(&read(request.get_ref().config.as_ref())?, &mut diagnostics);
        Ok(Response::new(validate_provider_config::Response { diagnostics: diagnostics.into_inner() }))
    }

    async fn configure_provider(
        &self,
        request: Request<configure_provider::Request>,
    ) -> Answer<configure_provider::Response> {
        let mut diagnostics = Diagnostics::default();
        let config = Config::read(&read(request.get_ref().config.as_ref())?, &mut diagnostics);
        let service = match config.is_unknown || diagnostics.has_errors() {
            true => None,
            false => match Service::connect(&config, self.stop.clone()).await {
                Ok(service) => Some(service),
                Err(error) => {
                    diagnostics.error(error.to_string(), error.help(), None);
                    None
                }
            },
        };
        let host = Host { config, service, fingerprints: Fingerprints::like(None) };
        *self.host.write().await = Some(Arc::new(host));
        Ok(Response::new(configure_provider::Response { diagnostics: diagnostics.into_inner() }))
    }

    async fn validate_resource_config(
        &self,
        request: Request<validate_resource_config::Request>,
    ) -> Answer<validate_resource_config::Response> {
        let mut diagnostics = Diagnostics::default();
        let request = request.into_inner();
        let config = read(request.config.as_ref())?;
        self.resource.refuse_computed(&config, &mut diagnostics);
        resource::validate(&Object::from_terraform(&config), &mut diagnostics);
        Ok(Response::new(validate_resource_config::Response { diagnostics: diagnostics.into_inner() }))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<validate_data_resource_config::Request>,
    ) -> Answer<validate_data_resource_config::Response> {
        let mut diagnostics = Diagnostics::default();
        let config = read(request.get_ref().config.as_ref())?;
        self.data_source.refuse_computed(&config, &mut diagnostics);
        data_source::validate(&config, &mut diagnostics);
        Ok(Response::new(validate_data_resource_config::Response { diagnostics: diagnostics.into_inner() }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Answer<upgrade_resource_state::Response> {
        let raw = request.into_inner().raw_state.unwrap_or_default();
        let state: Value = serde_json::from_slice(&raw.json)
            .map_err(|error| Status::invalid_argument(format!("the state cannot be read: {error}")))?;
        Ok(Response::new(upgrade_resource_state::Response {
            upgraded_state: Some(encode(&self.resource.complete(&state))),
            diagnostics: Vec::new(),
        }))
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Answer<read_resource::Response> {
        let (host, request) = (self.host().await?, request.into_inner());
        let mut diagnostics = Diagnostics::default();
        let kept = match Kept::read(&read(request.current_state.as_ref())?, &request.private) {
            Ok(Some(kept)) => resource::read(&host, &kept, &mut diagnostics).await,
            Ok(None) => None,
            Err(unreadable) => {
                diagnostics.unreadable(&unreadable);
                return Ok(Response::new(read_resource::Response {
                    new_state: request.current_state,
                    private: request.private,
                    diagnostics: diagnostics.into_inner(),
                    ..Default::default()
                }));
            }
        };
        Ok(Response::new(read_resource::Response {
            new_state: Some(self.encode(kept.as_ref())),
            private: private(kept.as_ref()),
            diagnostics: diagnostics.into_inner(),
            ..Default::default()
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Answer<plan_resource_change::Response> {
        let (host, request) = (self.host().await?, request.into_inner());
        let mut diagnostics = Diagnostics::default();
        let answer = |planned: Option<&Planned>, prior: Option<&Object>, diagnostics: Diagnostics| {
            plan_resource_change::Response {
                planned_state: Some(self.encode(planned.map(|planned| &planned.kept))),
                requires_replace: planned
                    .iter()
                    .flat_map(|planned| &planned.replaces)
                    .filter_map(attribute_path)
                    .collect(),
                // Terraform gives it back beside the prior state.
                planned_private: planned.map(|planned| planned.kept.private.write(prior)).unwrap_or_default(),
                diagnostics: diagnostics.into_inner(),
                ..Default::default()
            }
        };
        let prior = Kept::read(&read(request.prior_state.as_ref())?, &request.prior_private);
        let private = Private::read(&request.prior_private, None);
        let (prior, private) = match (prior, private) {
            (Ok(prior), Ok(private)) => (prior, private),
            (Err(unreadable), _) | (_, Err(unreadable)) => {
                diagnostics.unreadable(&unreadable);
                return Ok(Response::new(answer(None, None, diagnostics)));
            }
        };
        if read(request.proposed_new_state.as_ref())? == Value::Null {
            if let Some(prior) = &prior {
                resource::plan_deletion(&host, prior, &mut diagnostics);
            }
            let planned_private = request.prior_private;
            return Ok(Response::new(plan_resource_change::Response {
                planned_private,
                ..answer(None, None, diagnostics)
            }));
        }
        let config = Object::from_terraform(&read(request.config.as_ref())?);
        let planned = resource::plan(&host, prior.as_ref(), &config, &private, &mut diagnostics).await;
        let prior = prior.as_ref().map(|kept| &kept.object);
        Ok(Response::new(answer(planned.as_ref(), prior, diagnostics)))
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Answer<apply_resource_change::Response> {
        let (host, request) = (self.host().await?, request.into_inner());
        let mut diagnostics = Diagnostics::default();
        let prior = Kept::read(&read(request.prior_state.as_ref())?, &request.planned_private);
        let own = Private::read(&request.planned_private, None);
        let (prior, own) = match (prior, own) {
            (Ok(prior), Ok(own)) => (prior, own),
            (Err(unreadable), _) | (_, Err(unreadable)) => {
                diagnostics.unreadable(&unreadable);
                return Ok(Response::new(apply_resource_change::Response {
                    new_state: request.prior_state,
                    private: request.planned_private,
                    diagnostics: diagnostics.into_inner(),
                    ..Default::default()
                }));
            }
        };
        let planned = read(request.planned_state.as_ref())?;
        let planned = (planned != Value::Null).then(|| Object::from_terraform(&planned));
        let config = Object::from_terraform(&read(request.config.as_ref())?);
        let kept =
            resource::apply(&host, prior.as_ref(), planned.as_ref(), &config, &own, &mut diagnostics).await;
        Ok(Response::new(apply_resource_change::Response {
            new_state: Some(self.encode(kept.as_ref())),
            private: private(kept.as_ref()),
            diagnostics: diagnostics.into_inner(),
            ..Default::default()
        }))
    }

    async fn import_resource_state(
        &self,
        request: Request<import_resource_state::Request>,
    ) -> Answer<import_resource_state::Response> {
        let host = self.host().await?;
        let mut diagnostics = Diagnostics::default();
        let kept = resource::import(&host, &request.get_ref().id, &mut diagnostics).await;
        let imported = kept.iter().map(|kept| import_resource_state::ImportedResource {
            type_name: USER.to_owned(),
            state: Some(self.encode(Some(kept))),
            private: private(Some(kept)),
            ..Default::default()
        });
        Ok(Response::new(import_resource_state::Response {
            imported_resources: imported.collect(),
            diagnostics: diagnostics.into_inner(),
            ..Default::default()
        }))
    }

    async fn move_resource_state(
        &self,
        request: Request<move_resource_state::Request>,
    ) -> Answer<move_resource_state::Response> {
        let request = request.into_inner();
        let mut diagnostics = Diagnostics::default();
        let raw = request.source_state.unwrap_or_default();
        let state: Value = serde_json::from_slice(&raw.json)
            .map_err(|error| Status::invalid_argument(format!("the state cannot be read: {error}")))?;
        let from = &request.source_type_name;
        let moved = MOVES_FROM
            .contains(&from.as_str())
            .then(|| resource::adopt(from, &state, &Fingerprints::like(None)))
            .flatten();
        if moved.is_none() {
            diagnostics.error(
                format!("`{from}` cannot be moved here"),
                format!("only `{}` can, with what names the user in its state", MOVES_FROM.join("` and `")),
                None,
            );
        }
        Ok(Response::new(move_resource_state::Response {
            target_state: Some(self.encode(moved.as_ref())),
            target_private: private(moved.as_ref()),
            diagnostics: diagnostics.into_inner(),
            ..Default::default()
        }))
    }

    async fn read_data_source(
        &self,
        request: Request<read_data_source::Request>,
    ) -> Answer<read_data_source::Response> {
        let host = self.host().await?;
        let mut diagnostics = Diagnostics::default();
        let config = read(request.get_ref().config.as_ref())?;
        let found = data_source::find(&host, &config, &mut diagnostics).await;
        Ok(Response::new(read_data_source::Response {
            state: Some(encode(&self.data_source.complete(&found))),
            diagnostics: diagnostics.into_inner(),
            ..Default::default()
        }))
    }

    async fn get_functions(&self, _: Request<get_functions::Request>) -> Answer<get_functions::Response> {
        Ok(Response::new(get_functions::Response::default()))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<get_resource_identity_schemas::Request>,
    ) -> Answer<get_resource_identity_schemas::Response> {
        Ok(Response::new(get_resource_identity_schemas::Response::default()))
    }

    async fn stop_provider(&self, _: Request<stop_provider::Request>) -> Answer<stop_provider::Response> {
        self.stop.cancel();
        Ok(Response::new(stop_provider::Response::default()))
    }

    type ListResourceStream = Parts<list_resource::Event>;
    type ReadStateBytesStream = Parts<read_state_bytes::Response>;
    type InvokeActionStream = Parts<invoke_action::Event>;

    no_use_for! {
        upgrade_resource_identity: upgrade_resource_identity::Request => upgrade_resource_identity::Response;
        generate_resource_config: generate_resource_config::Request => generate_resource_config::Response;
        validate_ephemeral_resource_config: validate_ephemeral_resource_config::Request => validate_ephemeral_resource_config::Response;
        open_ephemeral_resource: open_ephemeral_resource::Request => open_ephemeral_resource::Response;
        renew_ephemeral_resource: renew_ephemeral_resource::Request => renew_ephemeral_resource::Response;
        close_ephemeral_resource: close_ephemeral_resource::Request => close_ephemeral_resource::Response;
        list_resource: list_resource::Request => Self::ListResourceStream;
        validate_list_resource_config: validate_list_resource_config::Request => validate_list_resource_config::Response;
        call_function: call_function::Request => call_function::Response;
        validate_state_store_config: validate_state_store::Request => validate_state_store::Response;
        configure_state_store: configure_state_store::Request => configure_state_store::Response;
        read_state_bytes: read_state_bytes::Request => Self::ReadStateBytesStream;
        write_state_bytes: Streaming<write_state_bytes::RequestChunk> => write_state_bytes::Response;
        lock_state: lock_state::Request => lock_state::Response;
        unlock_state: unlock_state::Request => unlock_state::Response;
        get_states: get_states::Request => get_states::Response;
        delete_state: delete_state::Request => delete_state::Response;
        plan_action: plan_action::Request => plan_action::Response;
        invoke_action: invoke_action::Request => Self::InvokeActionStream;
        validate_action_config: validate_action_config::Request => validate_action_config::Response;
    }
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        get_provider_schema_optional: true,
        move_resource_state: true,
        // Deletions are counted while they are planned.
        plan_destroy: true,
        ..Default::default()
    }
}
