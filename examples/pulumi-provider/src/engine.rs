//! What Pulumi's engine is told besides the answers.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use tonic::transport::{Channel, Endpoint};

use crate::protocol::{LogRequest, LogSeverity, engine::engine_client::EngineClient};

/// The engine, once its address is known.
#[derive(Default)]
pub struct Engine {
    client: Mutex<Option<EngineClient<Channel>>>,
    told: Mutex<HashSet<(String, String)>>,
}

impl Engine {
    /// The engine listens at `HOST:PORT`.
    pub fn attach(&self, address: &str) {
        let endpoint = Endpoint::from_shared(format!("http://{address}"));
        let client = endpoint.ok().map(|endpoint| EngineClient::new(endpoint.connect_lazy()));
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = client;
    }

    /// Warns of something at a resource, once.
    pub async fn warn(&self, urn: &str, message: &str) {
        self.log(LogSeverity::Warning, urn, message).await;
    }

    /// Tells something of a resource, once.
    pub async fn tell(&self, urn: &str, message: &str) {
        self.log(LogSeverity::Info, urn, message).await;
    }

    async fn log(&self, severity: LogSeverity, urn: &str, message: &str) {
        let told = (urn.to_owned(), message.to_owned());
        if !self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(told) {
            return;
        }
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(mut client) = client else { return eprintln!("{message}") };
        let request =
            LogRequest { severity: severity.into(), message: message.to_owned(), urn: urn.to_owned() };
        // An engine that has gone reads no messages.
        let _ = client.log(request).await;
    }
}
