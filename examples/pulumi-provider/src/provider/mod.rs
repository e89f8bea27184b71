//! The provider: each call of Pulumi's engine.

mod invoke;
mod list;
mod names;
mod resource;

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use connect_user::{client::CancellationToken, user::Value};
use futures_util::Stream;
use tonic::{Request, Response, Status};

use crate::{
    config::{Config, Mistake, without_effect},
    engine::Engine,
    protocol::{
        CheckFailure, CheckRequest, CheckResponse, ConfigureRequest, ConfigureResponse, CreateRequest,
        CreateResponse, DeleteRequest, DiffRequest, DiffResponse, Empty, GetMappingResponse,
        GetMappingsResponse, GetSchemaRequest, GetSchemaResponse, HandshakeRequest, HandshakeResponse,
        InvokeRequest, InvokeResponse, ListRequest, ListResponse, PluginAttach, PluginInfo, PropertyDiffKind,
        ReadRequest, ReadResponse, UpdateRequest, UpdateResponse,
        provider::resource_provider_server::ResourceProvider,
    },
    schema::{self, GET_USER, USER},
    service::Service,
    wire::{Document, Marks, differing, refused, write},
};

use self::names::Names;

type Answer<T> = Result<Response<T>, Status>;

/// The provider, for one run of the engine.
#[derive(Default)]
pub struct Provider {
    pub engine: Engine,
    pub stop: CancellationToken,
    names: Names,
    service: Mutex<Option<Arc<Service>>>,
}

impl Provider {
    fn service(&self) -> Result<Arc<Service>, Status> {
        let service = self.service.lock().unwrap_or_else(PoisonError::into_inner).clone();
        service.ok_or_else(|| refused("the provider is not configured yet"))
    }
}

/// The type that a URN names: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`.
fn type_of(urn: &str) -> &str {
    let types = urn.split("::").nth(2).unwrap_or_default();
    types.rsplit('$').next().unwrap_or(types)
}

/// The resource's name in the program.
fn name_of(urn: &str) -> &str {
    urn.splitn(4, "::").nth(3).unwrap_or_default()
}

fn check_type(kind: &str) -> Result<(), Status> {
    if kind == USER {
        return Ok(());
    }
    let message = format!("this provider has users of Amazon Connect only (`{USER}`), and no `{kind}`");
    Err(Status::unimplemented(format!("{message}; use Pulumi's own `aws` plugin for other resources")))
}

fn no_such(what: &str) -> Status {
    Status::unimplemented(format!("this provider has no {what}"))
}

#[async_trait]
impl ResourceProvider for Provider {
    type ListStream = Pin<Box<dyn Stream<Item = Result<ListResponse, Status>> + Send>>;

    async fn handshake(&self, request: Request<HandshakeRequest>) -> Answer<HandshakeResponse> {
        self.engine.attach(&request.into_inner().engine_address);
        Ok(Response::new(HandshakeResponse {
            accept_secrets: true,
            accept_outputs: true,
            supports_autonaming_configuration: true,
        }))
    }

    async fn attach(&self, request: Request<PluginAttach>) -> Answer<Empty> {
        self.engine.attach(&request.into_inner().address);
        Ok(Response::new(Empty {}))
    }

    async fn get_plugin_info(&self, _: Request<Empty>) -> Answer<PluginInfo> {
        Ok(Response::new(PluginInfo { version: schema::VERSION.to_owned() }))
    }

    async fn get_schema(&self, request: Request<GetSchemaRequest>) -> Answer<GetSchemaResponse> {
        match request.into_inner().version {
            0 => Ok(Response::new(GetSchemaResponse { schema: schema::package() })),
            version => Err(no_such(&format!("schema of version {version}: it must be 0"))),
        }
    }

    async fn check_config(&self, request: Request<CheckRequest>) -> Answer<CheckResponse> {
        let CheckRequest { urn, news, .. } = request.into_inner();
        let inputs = Document::read(news.clone());
        let (_, mistakes) = Config::read(&inputs.value);
        for key in without_effect(&inputs.value) {
            let message = format!("`{key}` is accepted, and has no effect on Amazon Connect users");
            self.engine.warn(&urn, &message).await;
        }
        let failure = |Mistake { key, reason }| CheckFailure { property: key, reason };
        let failures = mistakes.into_iter().map(failure).collect();
        Ok(Response::new(CheckResponse { inputs: news, failures }))
    }

    /// Users that are there stay, whatever changes: their own Regions are compared when they are.
    async fn diff_config(&self, request: Request<DiffRequest>) -> Answer<DiffResponse> {
        let DiffRequest { olds, news, old_inputs, .. } = request.into_inner();
        let (olds, news) = (Document::read(old_inputs.or(olds)).value, Document::read(news).value);
        let members = |value: &Value| match value {
            Value::Map(members) => members.iter().map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        };
        let mut names = [members(&olds), members(&news)].concat();
        names.sort();
        names.dedup();
        let changes = names.into_iter().filter_map(|name| {
            let kind = match (olds.get(&name), news.get(&name)) {
                (old, new) if old == new => return None,
                (None, _) => PropertyDiffKind::Add,
                (_, None) => PropertyDiffKind::Delete,
                _ => PropertyDiffKind::Update,
            };
            Some((name, kind))
        });
        Ok(Response::new(differing(changes)))
    }

    async fn configure(&self, request: Request<ConfigureRequest>) -> Answer<ConfigureResponse> {
        let ConfigureRequest { variables, args } = request.into_inner();
        let (config, mistakes) = Config::of(args, &variables);
        if let Some(Mistake { reason, .. }) = mistakes.into_iter().next() {
            return Err(Status::invalid_argument(reason));
        }
        let service = Arc::new(Service::new(config, self.stop.clone()));
        *self.service.lock().unwrap_or_else(PoisonError::into_inner) = Some(service);
        Ok(Response::new(ConfigureResponse {
            accept_secrets: true,
            supports_preview: true,
            accept_outputs: true,
            supports_autonaming_configuration: true,
        }))
    }

    async fn check(&self, request: Request<CheckRequest>) -> Answer<CheckResponse> {
        let request = request.into_inner();
        check_type(type_of(&request.urn))?;
        Ok(Response::new(self.check_user(request).await?))
    }

    async fn diff(&self, request: Request<DiffRequest>) -> Answer<DiffResponse> {
        let request = request.into_inner();
        check_type(type_of(&request.urn))?;
        Ok(Response::new(self.diff_user(request).await?))
    }

    async fn create(&self, request: Request<CreateRequest>) -> Answer<CreateResponse> {
        let request = request.into_inner();
        check_type(type_of(&request.urn))?;
        Ok(Response::new(self.create_user(request).await?))
    }

    async fn read(&self, request: Request<ReadRequest>) -> Answer<ReadResponse> {
        let request = request.into_inner();
        check_type(type_of(&request.urn))?;
        Ok(Response::new(self.read_user(request).await?))
    }

    async fn update(&self, request: Request<UpdateRequest>) -> Answer<UpdateResponse> {
        let request = request.into_inner();
        check_type(type_of(&request.urn))?;
        Ok(Response::new(self.update_user(request).await?))
    }

    async fn delete(&self, request: Request<DeleteRequest>) -> Answer<Empty> {
        let request = request.into_inner();
        check_type(type_of(&request.urn))?;
        self.delete_user(request).await?;
        Ok(Response::new(Empty {}))
    }

    async fn invoke(&self, request: Request<InvokeRequest>) -> Answer<InvokeResponse> {
        let InvokeRequest { tok, args } = request.into_inner();
        if tok != GET_USER {
            return Err(no_such(&format!("function `{tok}`, only `{GET_USER}`")));
        }
        let args = Document::read(args);
        let found = self.get_user(&args).await?;
        let marks =
            if args.marks == Marks::default() { Marks::default() } else { Marks::default().with("tags") };
        let result = Some(write(found, &marks));
        Ok(Response::new(InvokeResponse { result, failures: Vec::new() }))
    }

    async fn list(&self, request: Request<ListRequest>) -> Answer<Self::ListStream> {
        let request = request.into_inner();
        check_type(&request.token)?;
        let found = self.list_users(request).await?;
        Ok(Response::new(Box::pin(futures_util::stream::iter(found.into_iter().map(Ok)))))
    }

    async fn cancel(&self, _: Request<Empty>) -> Answer<Empty> {
        self.stop.cancel();
        Ok(Response::new(Empty {}))
    }

    /// No program of another tool is converted by this provider.
    async fn get_mapping(&self, _: Request<Empty>) -> Answer<GetMappingResponse> {
        Ok(Response::new(GetMappingResponse {}))
    }

    async fn get_mappings(&self, _: Request<Empty>) -> Answer<GetMappingsResponse> {
        Ok(Response::new(GetMappingsResponse {}))
    }

    async fn parameterize(&self, _: Request<Empty>) -> Answer<Empty> {
        Err(no_such("parameters"))
    }

    async fn call(&self, _: Request<Empty>) -> Answer<Empty> {
        Err(no_such("components with methods"))
    }

    async fn construct(&self, _: Request<Empty>) -> Answer<Empty> {
        Err(no_such("components"))
    }
}
