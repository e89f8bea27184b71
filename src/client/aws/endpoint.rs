//! The endpoint of calls, for messages.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use aws_sdk_connect::{
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef},
    error::BoxError,
};

/// The scheme and host that a client calls, known after its first request.
#[derive(Clone, Debug, Default)]
pub(super) struct Endpoint(Arc<OnceLock<String>>);

impl Endpoint {
    /// Returns the text about a call, preceded by the endpoint of the call if it is known.
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

/// Returns the scheme and host of the URL of a request, without path, user and password.
fn origin(url: &str) -> String {
    let url = without_secrets(url);
    let (scheme, rest) = url.split_once("://").unwrap_or(("", &url));
    format!("{scheme}://{}", rest.split('/').next().unwrap_or_default())
}

/// Returns a URL without parts that may be secret: user, password, query and fragment. If these parts cannot be found
/// reliably, the URL is not shown at all.
pub(super) fn without_secrets(url: &str) -> String {
    let is_plain = |text: &str| !text.contains(['@', '?', '#']);
    if is_plain(url) {
        return url.to_owned();
    }
    let hidden = || "…".to_owned();
    let Ok(parsed) = url.parse::<http::Uri>() else { return hidden() };
    let query = parsed.query().unwrap_or_default();
    match (parsed.scheme_str(), parsed.host()) {
        (Some(scheme), Some(host)) if is_plain(parsed.path()) && is_plain(query) => {
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{host}{port}{}", parsed.path())
        }
        _ => hidden(),
    }
}
