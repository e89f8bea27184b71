//! Where calls go, for messages.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use aws_sdk_connect::{
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef},
    error::BoxError,
};

/// The scheme and host that a client calls: known from its first request on.
#[derive(Clone, Debug, Default)]
pub(super) struct Endpoint(Arc<OnceLock<String>>);

impl Endpoint {
    /// What happened to a call, behind where it went, if that is known.
    pub(super) fn before(&self, text: &str) -> String {
        match self.0.get() {
            Some(origin) => format!("`{origin}`: {text}"),
            None => text.to_owned(),
        }
    }
}

impl Intercept for Endpoint {
    fn name(&self) -> &'static str {
        "Endpoint"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.get_or_init(|| origin(context.request().uri()));
        Ok(())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get() {
            Some(origin) => write!(f, "`{origin}`"),
            None => f.write_str("Amazon Connect"),
        }
    }
}

/// The scheme and host of a URL: no path, and nobody's name and password.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}
