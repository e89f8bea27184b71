//! Checks of requests: a web page in a browser must not control the server, and no client may exhaust its memory.

use std::{net::IpAddr, time::Duration};

use http_body_util::BodyExt;
use hyper::{
    HeaderMap,
    body::{Body, Incoming},
    header::{AUTHORIZATION, HOST, ORIGIN},
};

use crate::answer::Answer;

/// Limit of a request body in bytes; a creation with all properties has a few kilobytes.
const MOST_BODY: usize = 1 << 20;

/// Time limit for receiving a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Refuses requests that a browser sends for a foreign web page: requests with an `Origin`, or with a `Host` that is
/// not a loopback address. AWS SDKs send no `Origin`, and as `Host` the address of the endpoint.
pub fn check(headers: &HeaderMap, any_host: bool) -> Result<(), Answer> {
    let refused = |message: &str| Answer::error(403, "AccessDeniedException", message);
    if headers.contains_key(ORIGIN) {
        return Err(refused("requests of web pages, which have the header `Origin`, are refused"));
    }
    let is_known = |host: &str| any_host || is_loopback(host);
    match headers.get(HOST).map(|host| host.to_str().unwrap_or_default()) {
        Some(host) if !is_known(host) => {
            Err(refused("the header `Host` must name a loopback address, such as `127.0.0.1` or `localhost`"))
        }
        _ => Ok(()),
    }
}

/// The access key and the Region that a request is signed with, as `KEY/REGION`: neither is secret.
pub fn signed(headers: &HeaderMap) -> Option<String> {
    let (_, scope) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once("Credential=")?;
    let mut scope = scope.split('/');
    let (key, _date, region) = (scope.next()?, scope.next()?, scope.next()?);
    Some(format!("{key}/{region}"))
}

/// Whether a host, with or without its port, can only be this machine.
fn is_loopback(host: &str) -> bool {
    let (name, _port) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some(parts) => parts,
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Reads the body of a request. Each piece is copied, because a piece of one byte would keep the whole buffer that it
/// was read into.
pub async fn read(mut body: Incoming) -> Result<Vec<u8>, Answer> {
    let too_large = || Answer::invalid(&format!("the body must be at most {MOST_BODY} bytes"));
    if body.size_hint().lower() > MOST_BODY as u64 {
        return Err(too_large());
    }
    let whole = async {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Answer::invalid("the request ended early"))?;
            let piece = frame.data_ref().map(|piece| &piece[..]).unwrap_or_default();
            if bytes.len() + piece.len() > MOST_BODY {
                return Err(too_large());
            }
            bytes.extend_from_slice(piece);
        }
        Ok(bytes)
    };
    match tokio::time::timeout(BODY_TIMEOUT, whole).await {
        Ok(read) => read,
        Err(_) => Err(Answer::error(408, "RequestTimeoutException", "the body did not arrive in time")),
    }
}
