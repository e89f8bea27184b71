//! From the SDK's errors to ours, by code first and by status where there is none.

use std::{error::Error, io};

use aws_sdk_connect::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

use crate::{
    client::{ClientError, Effect, ErrorKind},
    user::{Operation, Secret},
};

/// The service's codes. Those that the SDK does not know arrive untyped; the code is the same.
const CODES: &[(&str, ErrorKind)] = &[
    ("ResourceNotFoundException", ErrorKind::NotFound),
    ("DuplicateResourceException", ErrorKind::Duplicate),
    ("ThrottlingException", ErrorKind::Throttled),
    ("Throttling", ErrorKind::Throttled),
    ("TooManyRequestsException", ErrorKind::Throttled),
    ("RequestLimitExceeded", ErrorKind::Throttled),
    // Also 429, yet permanent: a quota is full.
    ("LimitExceededException", ErrorKind::QuotaExceeded),
    ("ServiceQuotaExceededException", ErrorKind::QuotaExceeded),
    ("InvalidParameterException", ErrorKind::Invalid),
    ("InvalidRequestException", ErrorKind::Invalid),
    ("ValidationException", ErrorKind::Invalid),
    ("AccessDeniedException", ErrorKind::AccessDenied),
    ("AccessDenied", ErrorKind::AccessDenied),
    ("UnrecognizedClientException", ErrorKind::AccessDenied),
    ("ExpiredTokenException", ErrorKind::AccessDenied),
    ("InvalidSignatureException", ErrorKind::AccessDenied),
    ("ConditionalOperationFailedException", ErrorKind::Conflict),
    ("ResourceConflictException", ErrorKind::Conflict),
    ("ResourceInUseException", ErrorKind::Conflict),
    ("InternalServiceException", ErrorKind::Service),
    ("InternalServerException", ErrorKind::Service),
    ("ServiceUnavailableException", ErrorKind::Service),
];

fn kind_of(code: Option<&str>, status: u16) -> ErrorKind {
    let known = CODES.iter().find(|(known, _)| Some(*known) == code).map(|(_, kind)| *kind);
    known.unwrap_or(match status {
        401 | 403 => ErrorKind::AccessDenied,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        400..=499 => ErrorKind::Invalid,
        _ => ErrorKind::Service,
    })
}

/// A code without the namespace before it and the address behind it.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code)
}

/// What a failed call means. Nothing of the request is in it.
pub(super) fn client_error<E>(operation: Operation, error: SdkError<E, HttpResponse>) -> ClientError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let request_id = error.raw_response().and_then(RequestId::request_id).map(str::to_owned);
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let mapped = match &error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().map(bare);
            let mut mapped = ClientError::new(operation, kind_of(code, status));
            if let Some(code) = code {
                mapped = mapped.with_code(code);
            }
            match service.err().message() {
                Some(message) => mapped.with_message(message),
                None => mapped.with_message(format!("the service answered {status}")),
            }
        }
        SdkError::ConstructionFailure(_) => ClientError::new(operation, ErrorKind::Invalid)
            .with_message("the request cannot be made")
            .with_effect(Effect::None),
        SdkError::TimeoutError(_) => {
            ClientError::new(operation, ErrorKind::Transport).with_message("the time for an answer is over")
        }
        SdkError::DispatchFailure(_) => {
            let mapped = ClientError::new(operation, ErrorKind::Transport).with_message(innermost(&error));
            // Nobody has listened: nothing was done.
            if is_refused(&error) { mapped.with_effect(Effect::None) } else { mapped }
        }
        _ => unreadable(operation, "the answer cannot be read"),
    };
    let mapped = match request_id {
        Some(id) => mapped.with_request_id(id),
        None => mapped,
    };
    match error {
        // An answer might quote the request: what it says is in code and message already.
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => mapped,
        error => match error.into_source() {
            Ok(source) => mapped.with_source(Source(source)),
            Err(_) => mapped,
        },
    }
}

/// An answer without what must be in it.
pub(super) fn unreadable(operation: Operation, message: &str) -> ClientError {
    ClientError::new(operation, ErrorKind::Service).with_message(message)
}

/// A message that quotes the password that was sent does so no more.
pub(super) fn without_secret(error: ClientError, secret: Option<&Secret>) -> ClientError {
    match (error.message(), secret) {
        (Some(message), Some(secret)) if !secret.expose().is_empty() && message.contains(secret.expose()) => {
            let message = message.replace(secret.expose(), "(secret)");
            error.with_message(message)
        }
        _ => error,
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    fn source<'a>(error: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        (*error).source()
    }

    std::iter::successors(Some(error), source)
}

/// The cause of all causes says most: `no credentials`, `connection refused`.
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn is_refused(error: &(dyn Error + 'static)) -> bool {
    let refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    chain(error).any(|error| error.downcast_ref::<io::Error>().is_some_and(refused))
}

/// A source behind a pointer, as a source.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Source(Box<dyn Error + Send + Sync>);
