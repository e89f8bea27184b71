//! Refusals of requests by the service.

use crate::client::error::ErrorKind;

/// Why a request is refused: the kind, the service's code, and a message without personal values.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) kind: ErrorKind,
    pub(super) code: &'static str,
    pub(super) message: String,
}

pub(super) type Check<T = ()> = Result<T, Refusal>;

pub(super) fn refusal(kind: ErrorKind, message: impl Into<String>) -> Refusal {
    let code = match kind {
        ErrorKind::NotFound => "ResourceNotFoundException",
        ErrorKind::Duplicate => "DuplicateResourceException",
        ErrorKind::QuotaExceeded => "LimitExceededException",
        ErrorKind::Throttled => "TooManyRequestsException",
        _ => "InvalidParameterException",
    };
    Refusal { kind, code, message: message.into() }
}
