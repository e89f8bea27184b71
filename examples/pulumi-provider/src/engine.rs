//! Messages to Pulumi's engine, in addition to answers.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use tonic::{
    Request,
    client::Grpc,
    codec::ProstCodec,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};

use crate::protocol::{Empty, LogRequest, LogSeverity};

/// The method of the engine's service for messages.
const LOG: &str = "/pulumirpc.Engine/Log";

/// The engine, once its address is known.
#[derive(Default)]
pub struct Engine {
    client: Mutex<Option<Grpc<Channel>>>,
    told: Mutex<HashSet<(String, String)>>,
}

impl Engine {
    /// Connects to the engine, which listens at `HOST:PORT`.
    pub fn attach(&self, address: &str) {
        let endpoint = Endpoint::from_shared(format!("http://{address}"));
        let client = endpoint.ok().map(|endpoint| Grpc::new(endpoint.connect_lazy()));
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = client;
    }

    /// Sends a message about a resource, once.
    pub async fn log(&self, severity: LogSeverity, urn: &str, message: &str) {
        let told = (urn.to_owned(), message.to_owned());
        if !self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(told) {
            return;
        }
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(mut client) = client else { return eprintln!("{message}") };
        let request =
            LogRequest { severity: severity.into(), message: message.to_owned(), urn: urn.to_owned() };
        // If the engine no longer runs, the message is dropped.
        if client.ready().await.is_ok() {
            let codec = ProstCodec::<_, Empty>::default();
            let _ = client.unary(Request::new(request), PathAndQuery::from_static(LOG), codec).await;
        }
    }
}
