//! Errors that the service answers: by code, then by status.

use connect_user::client::{ConnectClient, Effect, ErrorKind};
use serde_json::json;

use crate::support::*;

/// Status, code, kind.
const TABLE: &[(u16, &str, ErrorKind)] = &[
    (404, "ResourceNotFoundException", ErrorKind::NotFound),
    (404, "UserNotFoundException", ErrorKind::NotFound),
    (409, "DuplicateResourceException", ErrorKind::Duplicate),
    (409, "ConditionalOperationFailedException", ErrorKind::Conflict),
    (409, "ResourceConflictException", ErrorKind::Conflict),
    (429, "ThrottlingException", ErrorKind::Throttled),
    (400, "ThrottlingException", ErrorKind::Throttled),
    (503, "ThrottlingException", ErrorKind::Throttled),
    (429, "TooManyRequestsException", ErrorKind::Throttled),
    (429, "LimitExceededException", ErrorKind::QuotaExceeded),
    (402, "ServiceQuotaExceededException", ErrorKind::QuotaExceeded),
    (400, "InvalidRequestException", ErrorKind::Invalid),
    (400, "InvalidParameterException", ErrorKind::Invalid),
    (403, "AccessDeniedException", ErrorKind::AccessDenied),
    (400, "AccessDeniedException", ErrorKind::AccessDenied),
    (403, "ExpiredTokenException", ErrorKind::Credentials),
    (403, "InvalidSignatureException", ErrorKind::Credentials),
    (403, "UnrecognizedClientException", ErrorKind::Credentials),
    (500, "InternalServiceException", ErrorKind::Service),
    (503, "ServiceUnavailableException", ErrorKind::Service),
];

const BY_STATUS: &[(u16, ErrorKind)] = &[
    (302, ErrorKind::Service),
    (400, ErrorKind::Invalid),
    (401, ErrorKind::AccessDenied),
    (403, ErrorKind::AccessDenied),
    (404, ErrorKind::NotFound),
    (408, ErrorKind::Service),
    (409, ErrorKind::Conflict),
    (413, ErrorKind::Invalid),
    (429, ErrorKind::Throttled),
    (500, ErrorKind::Service),
    (503, ErrorKind::Service),
];

/// A create may have been done where the service failed, and only there.
fn effect(kind: ErrorKind) -> Effect {
    if kind == ErrorKind::Service { Effect::Unknown } else { Effect::None }
}

#[tokio::test]
async fn a_code_says_the_kind_wherever_it_stands() {
    for (status, code, kind) in TABLE {
        let header =
            |value: &str| Answer::new(*status, json!({ "message": "Why" })).header("x-amzn-errortype", value);
        for answer in [
            header(code),
            header(&format!("{code}:http://internal.amazon.com/coral/com.amazon.connect/")),
            header(&format!("aws.connect#{code}")),
            Answer::new(*status, json!({ "__type": code, "Message": "Why" })),
            Answer::new(*status, json!({ "__type": format!("aws.connect#{code}"), "message": "Why" })),
            Answer::new(*status, json!({ "code": code, "message": "Why" })),
        ] {
            let error = create_error(&answer).await;
            assert_error(&error, *kind, effect(*kind));
            assert_eq!(error.code(), Some(*code), "{answer:?}");
            assert_eq!(error.message(), Some("Why"), "{answer:?}");
            assert_eq!(error.request_id(), Some(REQUEST_ID), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn without_a_code_the_status_says_the_kind() {
    for (status, kind) in BY_STATUS {
        for body in ["", "{}", "null", "<html>no JSON</html>", r#"{"message": "#] {
            let error = create_error(&Answer::new(*status, body)).await;
            assert_error(&error, *kind, effect(*kind));
            assert_eq!(error.code(), None, "{status} {body}");
            assert_eq!(error.message(), Some(format!("HTTP status {status}").as_str()), "{status} {body}");
            assert_eq!(error.request_id(), Some(REQUEST_ID), "{status} {body}");
        }
    }
}

#[tokio::test]
async fn an_unknown_code_is_kept_and_the_status_says_the_kind() {
    for (status, kind) in BY_STATUS {
        let error = create_error(&Answer::error(*status, "FromTheFutureException", "Why")).await;
        assert_error(&error, *kind, effect(*kind));
        assert_eq!((error.code(), error.message()), (Some("FromTheFutureException"), Some("Why")));
    }
}

#[tokio::test]
async fn a_code_in_the_header_counts_though_the_body_is_no_json() {
    let answer = Answer::new(429, "<html>").header("x-amzn-errortype", "LimitExceededException:http://x/");
    let error = create_error(&answer).await;
    assert_error(&error, ErrorKind::QuotaExceeded, Effect::None);
    assert_eq!(error.code(), Some("LimitExceededException"));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_may_have_had_its_effect() {
    for body in ["<html>", r#"{"UserId": "#, r#"{"UserId": 7}"#, "[]"] {
        let error = create_error(&Answer::ok(body)).await;
        assert_error(&error, ErrorKind::InvalidResponse, Effect::Unknown);
        assert_eq!(
            error.message(),
            Some("what `https://connect.us-east-1.amazonaws.com` answers cannot be read"),
            "{body}"
        );
        assert_eq!(error.request_id(), Some(REQUEST_ID), "{body}");
        assert!(std::error::Error::source(&error).is_some(), "{body}");
    }
    let wire = Wire::new(&Answer::ok("<html>"));
    let error = wire.client.describe_user(&describe_user()).await.expect_err("a failure");
    assert_error(&error, ErrorKind::InvalidResponse, Effect::None);
}

#[tokio::test]
async fn every_call_is_one_attempt() {
    for answer in [
        Answer::new(429, ""),
        Answer::error(429, "ThrottlingException", "Rate exceeded"),
        Answer::error(429, "LimitExceededException", "Full"),
        Answer::error(500, "InternalServiceException", "Oh"),
        Answer::new(500, "{}"),
        Answer::new(503, "").header("x-amz-retry-after", "1"),
    ] {
        let wire = Wire::new(&answer);
        wire.client.create_user(&create_user()).await.expect_err("a failure");
        assert_eq!(wire.requests().len(), 1, "{answer:?}");
        let wire = Wire::new(&answer);
        wire.client.describe_user(&describe_user()).await.expect_err("a failure");
        assert_eq!(wire.requests().len(), 1, "{answer:?}");
    }
}
