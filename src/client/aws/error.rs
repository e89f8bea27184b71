//! Converts the SDK's errors: the kind is derived from the service's code, or from the HTTP status if the code is
//! unknown.

use std::{error::Error, fmt, iter};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_connect::{
    config::http::HttpResponse,
    error::{ConnectorError, ErrorMetadata, ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

use super::{endpoint::Endpoint, to_sdk::Sent};
use crate::{
    client::error::{ClientError, ErrorKind},
    user::Operation,
};

/// The codes of Amazon Connect, and those common to all AWS services.
const KINDS: &[(&str, ErrorKind)] = &[
    ("ResourceNotFoundException", ErrorKind::NotFound),
    ("UserNotFoundException", ErrorKind::NotFound),
    ("DuplicateResourceException", ErrorKind::Duplicate),
    ("ConditionalOperationFailedException", ErrorKind::Conflict),
    ("ResourceConflictException", ErrorKind::Conflict),
    ("LimitExceededException", ErrorKind::QuotaExceeded),
    ("ServiceQuotaExceededException", ErrorKind::QuotaExceeded),
    ("Throttling", ErrorKind::Throttled),
    ("ThrottlingException", ErrorKind::Throttled),
    ("ThrottledException", ErrorKind::Throttled),
    ("TooManyRequestsException", ErrorKind::Throttled),
    ("RequestLimitExceeded", ErrorKind::Throttled),
    ("RequestThrottled", ErrorKind::Throttled),
    ("RequestThrottledException", ErrorKind::Throttled),
    ("SlowDown", ErrorKind::Throttled),
    ("InvalidRequestException", ErrorKind::Invalid),
    ("InvalidParameterException", ErrorKind::Invalid),
    ("ValidationException", ErrorKind::Invalid),
    // Comes with status 404, as if a user were missing.
    ("UnknownOperationException", ErrorKind::Invalid),
    ("SerializationException", ErrorKind::Invalid),
    ("AccessDenied", ErrorKind::AccessDenied),
    ("AccessDeniedException", ErrorKind::AccessDenied),
    ("ExpiredToken", ErrorKind::Credentials),
    ("ExpiredTokenException", ErrorKind::Credentials),
    ("IncompleteSignature", ErrorKind::Credentials),
    ("IncompleteSignatureException", ErrorKind::Credentials),
    ("InvalidClientTokenId", ErrorKind::Credentials),
    ("InvalidSignatureException", ErrorKind::Credentials),
    ("MissingAuthenticationToken", ErrorKind::Credentials),
    ("MissingAuthenticationTokenException", ErrorKind::Credentials),
    ("NotAuthorized", ErrorKind::AccessDenied),
    ("OptInRequired", ErrorKind::AccessDenied),
    ("UnrecognizedClientException", ErrorKind::Credentials),
    ("InternalServiceException", ErrorKind::Service),
    ("InternalServerException", ErrorKind::Service),
    ("InternalFailure", ErrorKind::Service),
    ("ServiceUnavailable", ErrorKind::Service),
    ("ServiceUnavailableException", ErrorKind::Service),
];

/// Returns the error of a call, without anything that was sent.
pub(super) fn client_error<E>(
    operation: Operation,
    error: &SdkError<E>,
    sent: &Sent<'_>,
    endpoint: &Endpoint,
) -> ClientError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failed = match error.raw_response() {
        Some(response) => refused(operation, error, response, sent, endpoint),
        None => unanswered(operation, error, sent, endpoint),
    };
    match error.request_id() {
        Some(id) => failed.with_request_id(id),
        None => failed,
    }
}

/// Returns the error of an answer without a required member.
pub(super) fn incomplete(operation: Operation, member: &str, request_id: Option<&str>) -> ClientError {
    let error = ClientError::new(operation, ErrorKind::InvalidResponse)
        .with_message(format!("the answer has no `{member}`"));
    match request_id {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// Returns the error of an error answer, or of an answer that cannot be read.
fn refused<E>(
    operation: Operation,
    error: &SdkError<E>,
    response: &HttpResponse,
    sent: &Sent<'_>,
    endpoint: &Endpoint,
) -> ClientError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = response.status();
    if status.is_success() {
        let failed = ClientError::new(operation, ErrorKind::InvalidResponse)
            .with_message(format!("what {endpoint} answers cannot be read"));
        return caused(failed, error, sent);
    }
    // The SDK does not read the code if the body is not JSON, for example a page of a proxy.
    let header = response.headers().get("x-amzn-errortype");
    let code = error.code().or(header).map(bare_code).filter(|code| !code.is_empty());
    // The SDK puts a message without a code among the causes.
    let uncoded = || chain(error).find_map(|cause| cause.downcast_ref::<ErrorMetadata>()?.message());
    let message = error.message().or_else(uncoded);

    let status = status.as_u16();
    if code.is_none() && error.request_id().is_none() && is_of_another_server(status) {
        return ClientError::new(operation, ErrorKind::Unreachable).with_message(format!(
            "{endpoint} answers HTTP status {status}, and not as Amazon Connect does"
        ));
    }
    let kind = code.and_then(kind_of_code).unwrap_or_else(|| kind_of_status(status));
    let failed = ClientError::new(operation, kind);
    let failed = match code {
        Some(code) => failed.with_code(code),
        None => failed,
    };
    match message {
        // The chain of causes would only repeat code and message.
        Some(message) => failed.with_message(sent.redact(message)),
        None if code.is_some() => failed,
        None => caused(failed.with_message(format!("HTTP status {status}")), error, sent),
    }
}

/// Returns the error of a request without an answer: the request was never sent, or the answer was lost.
fn unanswered<E: Error + 'static>(
    operation: Operation,
    error: &SdkError<E>,
    sent: &Sent<'_>,
    endpoint: &Endpoint,
) -> ClientError {
    let causes = causes(error, sent);
    let (kind, message) = match error {
        _ if chain(error).any(has_tried_all) => (ErrorKind::Credentials, NO_CREDENTIALS.to_owned()),
        _ if chain(error).any(|cause| cause.is::<CredentialsError>()) => (ErrorKind::Credentials, causes),
        SdkError::ConstructionFailure(_) => {
            (ErrorKind::Invalid, format!("the request cannot be built: {causes}"))
        }
        SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(was_never_sent) => {
            (ErrorKind::Unreachable, endpoint.before(&causes))
        }
        _ => (ErrorKind::Transport, endpoint.before(&causes)),
    };
    ClientError::new(operation, kind).with_message(message)
}

/// Replaces the SDK's message, which names each source twice.
const NO_CREDENTIALS: &str = "none in the environment, the profile, a web identity, the container or EC2";

/// Whether the SDK has tried all default sources of credentials.
fn has_tried_all(cause: &(dyn Error + 'static)) -> bool {
    cause.to_string().starts_with("no credentials found in chain")
}

fn caused<E: Error + 'static>(failed: ClientError, error: &SdkError<E>, sent: &Sent<'_>) -> ClientError {
    match error.source().and_then(|source| Cause::of(source, sent)) {
        Some(cause) => failed.with_source(cause),
        None => failed,
    }
}

/// Returns the messages of an error's causes in one line; the root cause is last. Messages without content, and those
/// that the cause repeats, are left out.
fn causes(error: &(dyn Error + 'static), sent: &Sent<'_>) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in chain(error).skip(1) {
        let text = sent.redact(&one_line(&cause.to_string()));
        match said.last_mut() {
            _ if SAYS_NOTHING.contains(&text.as_str()) => {}
            Some(last) if last.contains(&text) => {}
            Some(last) if text.contains(last.as_str()) => *last = text,
            _ => said.push(text),
        }
    }
    said.join(": ")
}

/// Messages of the SDK for failures whose cause says more.
const SAYS_NOTHING: [&str; 5] = [
    "io error",
    "other",
    "user error",
    "client error (Connect)",
    "an error occurred while loading credentials",
];

/// Returns a text in one line, without the request that the SDK prints if its URL is wrong.
fn one_line(text: &str) -> String {
    let text = match text.split_once(IN_A_REQUEST) {
        Some((before, request)) => {
            let after = request.rsplit_once("`: ").map(|(_, after)| format!(": {after}"));
            format!("{before}{}", after.unwrap_or_default())
        }
        None => text.to_owned(),
    };
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

/// The text between a wrong URL and the request, which may contain anything.
const IN_A_REQUEST: &str = " to request `";

/// Whether the failure proves that no byte of the request was sent: the request could not be built, or there was no
/// connection.
fn was_never_sent(error: &ConnectorError) -> bool {
    let is_connecting = |cause: &(dyn Error + 'static)| {
        cause.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(|error| error.is_connect())
    };
    let is_of_the_url = |cause: &(dyn Error + 'static)| cause.to_string().contains(IN_A_REQUEST);
    error.is_user() || chain(error).any(|cause| is_connecting(cause) || is_of_the_url(cause))
}

/// Whether a status, in an answer without AWS's error code and request id, shows that another server than Amazon
/// Connect has answered: a proxy, a login page, another program. Statuses of temporary failures are not included.
const fn is_of_another_server(status: u16) -> bool {
    matches!(status, 300..=499) && !matches!(status, 408 | 429)
}

/// Returns the code itself: `aws.connect#ThrottlingException:http://…` contains a namespace and a document, too.
fn bare_code(code: &str) -> &str {
    let code = code.split_once(':').map_or(code, |(code, _)| code);
    code.rsplit_once('#').map_or(code, |(_, code)| code).trim()
}

fn kind_of_code(code: &str) -> Option<ErrorKind> {
    KINDS.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind)
}

const fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 | 403 => ErrorKind::AccessDenied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        // A time-out of the service: it may have begun the work.
        408 => ErrorKind::Service,
        400..=499 => ErrorKind::Invalid,
        _ => ErrorKind::Service,
    }
}

/// Returns an error and its causes.
pub(super) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source())
}

/// The texts of the SDK's chain of causes. The SDK's own types would print requests with `Debug`.
#[derive(Debug)]
struct Cause {
    text: String,
    source: Option<Box<Cause>>,
}

impl Cause {
    fn of(error: &(dyn Error + 'static), sent: &Sent<'_>) -> Option<Self> {
        let texts: Vec<_> = chain(error).map(|error| sent.redact(&error.to_string())).collect();
        texts.into_iter().rev().fold(None, |source, text| Some(Self { text, source: source.map(Box::new) }))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
