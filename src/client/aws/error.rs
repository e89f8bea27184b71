//! The SDK's errors as the crate's: the kind by the service's code, and by the HTTP status where
//! the code is unknown.

use std::{error::Error, fmt, io, iter};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_connect::{
    config::http::HttpResponse,
    error::{ConnectorError, ErrorMetadata, ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

use super::to_sdk::Sent;
use crate::{
    client::{ClientError, Effect, ErrorKind},
    user::Operation,
};

/// The codes of Amazon Connect, and those that stand before every AWS service.
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
    ("SerializationException", ErrorKind::Invalid),
    ("AccessDenied", ErrorKind::AccessDenied),
    ("AccessDeniedException", ErrorKind::AccessDenied),
    ("ExpiredToken", ErrorKind::AccessDenied),
    ("ExpiredTokenException", ErrorKind::AccessDenied),
    ("IncompleteSignature", ErrorKind::AccessDenied),
    ("IncompleteSignatureException", ErrorKind::AccessDenied),
    ("InvalidClientTokenId", ErrorKind::AccessDenied),
    ("InvalidSignatureException", ErrorKind::AccessDenied),
    ("MissingAuthenticationToken", ErrorKind::AccessDenied),
    ("MissingAuthenticationTokenException", ErrorKind::AccessDenied),
    ("NotAuthorized", ErrorKind::AccessDenied),
    ("OptInRequired", ErrorKind::AccessDenied),
    ("UnrecognizedClientException", ErrorKind::AccessDenied),
    ("InternalServiceException", ErrorKind::Service),
    ("InternalServerException", ErrorKind::Service),
    ("InternalFailure", ErrorKind::Service),
    ("ServiceUnavailable", ErrorKind::Service),
    ("ServiceUnavailableException", ErrorKind::Service),
];

/// The error of a call, without anything of what was sent.
pub(super) fn client_error<E>(operation: Operation, error: &SdkError<E>, sent: &Sent<'_>) -> ClientError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let failed = match error.raw_response() {
        Some(response) => refused(operation, error, response, sent),
        None => unanswered(operation, error, sent),
    };
    match error.request_id() {
        Some(id) => failed.with_request_id(id),
        None => failed,
    }
}

/// An answer that lacks what it must have.
pub(super) fn incomplete(operation: Operation, member: &str, request_id: Option<&str>) -> ClientError {
    let error =
        ClientError::new(operation, ErrorKind::Service).with_message(format!("the answer has no `{member}`"));
    match request_id {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// The service answered with an error, or with something that cannot be read.
fn refused<E>(
    operation: Operation,
    error: &SdkError<E>,
    response: &HttpResponse,
    sent: &Sent<'_>,
) -> ClientError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = response.status();
    if status.is_success() {
        let failed = ClientError::new(operation, ErrorKind::Service);
        return caused(failed.with_message("the answer cannot be read"), error, sent);
    }
    // The SDK gives up on the code where the body is no JSON, as a proxy's page is not.
    let header = response.headers().get("x-amzn-errortype");
    let code = error.code().or(header).map(bare_code).filter(|code| !code.is_empty());
    // It files a message without a code away among the causes.
    let uncoded = || chain(error).find_map(|cause| cause.downcast_ref::<ErrorMetadata>()?.message());
    let message = error.message().or_else(uncoded);

    let kind = code.and_then(kind_of_code).unwrap_or_else(|| kind_of_status(status.as_u16()));
    let failed = ClientError::new(operation, kind);
    let failed = match code {
        Some(code) => failed.with_code(code),
        None => failed,
    };
    match message {
        // The chain of causes would only repeat code and message.
        Some(message) => failed.with_message(sent.redact(message)),
        None if code.is_some() => failed,
        None => caused(failed.with_message(format!("HTTP status {}", status.as_u16())), error, sent),
    }
}

/// There is no answer: the request was never made, or is lost.
fn unanswered<E: Error + 'static>(operation: Operation, error: &SdkError<E>, sent: &Sent<'_>) -> ClientError {
    let failed = match error {
        SdkError::ConstructionFailure(_) => {
            ClientError::new(operation, ErrorKind::Invalid).with_message("the request cannot be built")
        }
        SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(was_never_sent) => {
            ClientError::new(operation, ErrorKind::Transport).with_effect(Effect::None)
        }
        _ => ClientError::new(operation, ErrorKind::Transport),
    };
    caused(failed, error, sent)
}

fn caused<E: Error + 'static>(failed: ClientError, error: &SdkError<E>, sent: &Sent<'_>) -> ClientError {
    match error.source().and_then(|source| Cause::of(source, sent)) {
        Some(cause) => failed.with_source(cause),
        None => failed,
    }
}

/// Whether the failure proves that no byte of the request left.
fn was_never_sent(error: &ConnectorError) -> bool {
    error.is_user()
        || chain(error).any(|cause| {
            let refused = cause.downcast_ref::<io::Error>().map(io::Error::kind);
            refused == Some(io::ErrorKind::ConnectionRefused) || cause.is::<CredentialsError>()
        })
}

/// `aws.connect#ThrottlingException:http://…` names a namespace and a document around its code.
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
        // A time-out of the service's: it may have begun.
        408 => ErrorKind::Service,
        400..=499 => ErrorKind::Invalid,
        _ => ErrorKind::Service,
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source())
}

/// What the SDK's chain of causes says: its own types would print requests with `Debug`.
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
