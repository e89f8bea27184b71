//! The provider: handles the calls of Pulumi's engine.

mod invoke;
mod list;
mod resource;

use std::sync::{Arc, Mutex, PoisonError};

use connect_user::{client::CancellationToken, user::Diagnostic};
use tonic::Status;

use crate::{
    engine::Engine,
    protocol::{
        CheckFailure, CheckRequest, CheckResponse, ConfigureRequest, ConfigureResponse, DiffChanges,
        DiffRequest, DiffResponse, Empty, GetSchemaRequest, GetSchemaResponse, HandshakeRequest,
        HandshakeResponse, InvokeRequest, InvokeResponse, PluginAttach, PluginInfo,
    },
    schema::{self, GET_USER, USER},
    service::{Service, configuration},
    wire::{Document, Marks, Secrets, refused, text, write},
};

type Answer<T> = Result<T, Status>;

/// The provider, for one run of the engine.
#[derive(Default)]
pub struct Provider {
    pub engine: Engine,
    pub stop: CancellationToken,
    secrets: Secrets,
    service: Mutex<Option<Arc<Service>>>,
}

impl Provider {
    fn service(&self) -> Answer<Arc<Service>> {
        let service = self.service.lock().unwrap_or_else(PoisonError::into_inner).clone();
        service.ok_or_else(|| refused("the provider is not configured yet"))
    }

    /// Sends the engine notices about the service as a whole, from the calls so far.
    pub async fn tell(&self) {
        if let Ok(service) = self.service() {
            self.say("", &service.take_notices()).await;
        }
    }
}

/// The resource name in a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`.
fn name_of(urn: &str) -> Answer<&str> {
    let mut parts = urn.splitn(4, "::").skip(2);
    let (types, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    check_type(types.rsplit('$').next().unwrap_or(types))?;
    Ok(name)
}

fn check_type(kind: &str) -> Answer<()> {
    if kind == USER {
        return Ok(());
    }
    let message = format!("this provider has users of Amazon Connect only (`{USER}`), and no `{kind}`");
    Err(Status::unimplemented(format!("{message}; use Pulumi's own `aws` plugin for other resources")))
}

fn no_such(what: &str) -> Status {
    Status::unimplemented(format!("this provider has no {what}"))
}

impl Provider {
    pub fn handshake(&self, request: HandshakeRequest) -> Answer<HandshakeResponse> {
        self.engine.attach(&request.engine_address);
        Ok(HandshakeResponse {
            accept_secrets: true,
            accept_outputs: true,
            supports_autonaming_configuration: true,
        })
    }

    pub fn attach(&self, request: PluginAttach) -> Answer<Empty> {
        self.engine.attach(&request.address);
        Ok(Empty {})
    }

    pub fn plugin_info(&self) -> Answer<PluginInfo> {
        Ok(PluginInfo { version: schema::VERSION.to_owned() })
    }

    pub fn schema(&self, request: GetSchemaRequest) -> Answer<GetSchemaResponse> {
        match request.version {
            0 => Ok(GetSchemaResponse { schema: schema::package() }),
            version => Err(no_such(&format!("schema of version {version}: it must be 0"))),
        }
    }

    pub async fn check_config(&self, request: CheckRequest) -> Answer<CheckResponse> {
        let CheckRequest { urn, news, .. } = request;
        let (_, found) = configuration(news.clone());
        let (errors, warnings): (Vec<_>, Vec<_>) = found.into_iter().partition(Diagnostic::is_error);
        self.say(&urn, &warnings).await;
        let failure =
            |error: &Diagnostic| CheckFailure { property: error.path.to_string(), reason: text(error) };
        Ok(CheckResponse { inputs: news, failures: errors.iter().map(failure).collect() })
    }

    /// Compares configurations. A change never replaces users: their Regions are compared in their own diffs.
    pub fn diff_config(&self, request: DiffRequest) -> Answer<DiffResponse> {
        let DiffRequest { olds, news, old_inputs, .. } = request;
        let is_same = Document::read(old_inputs.or(olds)).value == Document::read(news).value;
        let changes = if is_same { DiffChanges::None } else { DiffChanges::Some };
        Ok(DiffResponse { changes: changes.into(), ..DiffResponse::default() })
    }

    pub fn configure(&self, request: ConfigureRequest) -> Answer<ConfigureResponse> {
        let (configuration, found) = configuration(request.args);
        if let Some(error) = found.iter().find(|found| found.is_error()) {
            return Err(Status::invalid_argument(text(error)));
        }
        let service = Arc::new(Service::new(configuration, self.stop.clone()));
        *self.service.lock().unwrap_or_else(PoisonError::into_inner) = Some(service);
        Ok(ConfigureResponse {
            accept_secrets: true,
            supports_preview: true,
            accept_outputs: true,
            supports_autonaming_configuration: true,
        })
    }

    pub async fn invoke(&self, request: InvokeRequest) -> Answer<InvokeResponse> {
        let InvokeRequest { tok, args } = request;
        if tok != GET_USER {
            return Err(no_such(&format!("function `{tok}`, only `{GET_USER}`")));
        }
        let args = Document::read(args);
        self.secrets.learn(&args);
        let found = self.get_user(&args).await?;
        let marks =
            if args.marks == Marks::default() { Marks::default() } else { Marks::default().with("tags") };
        Ok(InvokeResponse { result: Some(write(found, &marks)) })
    }

    pub fn cancel(&self) -> Answer<Empty> {
        self.stop.cancel();
        Ok(Empty {})
    }
}
