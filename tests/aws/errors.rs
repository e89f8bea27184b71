//! What failures become, and that each is one attempt.

use std::collections::BTreeSet;

use aws_sdk_connect::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
};
use connect_user::{
    client::{ConnectClient, CreateUser, DescribeInstance, Effect, ErrorKind, aws::AwsConnect},
    user::{ChannelSettings, Identity, Tags},
};
use serde_json::json;

use crate::support::{answer, connect};

fn creation() -> CreateUser {
    CreateUser {
        instance_id: "1c2d".into(),
        name: "jane".into(),
        password: Some("Password123".into()),
        directory_user_id: None,
        identity: Identity {
            email: Some("jane@example.com".into()),
            mobile: Some("+16175550102".into()),
            ..Identity::default()
        },
        phone: None,
        routing_profile_id: "r".into(),
        security_profile_ids: BTreeSet::from(["s".into()]),
        hierarchy_group_id: None,
        channels: ChannelSettings::default(),
        tags: Tags::new(),
    }
}

#[tokio::test]
async fn errors_are_told_apart_by_code_and_then_by_status() {
    let rows = [
        (400, Some("InvalidParameterException"), ErrorKind::Invalid),
        (400, Some("InvalidRequestException"), ErrorKind::Invalid),
        (400, Some("SomethingNewException"), ErrorKind::Invalid),
        (401, None, ErrorKind::AccessDenied),
        (403, Some("AccessDeniedException"), ErrorKind::AccessDenied),
        (403, None, ErrorKind::AccessDenied),
        (404, Some("ResourceNotFoundException"), ErrorKind::NotFound),
        (404, None, ErrorKind::NotFound),
        (409, Some("DuplicateResourceException"), ErrorKind::Duplicate),
        (409, Some("ConditionalOperationFailedException"), ErrorKind::Conflict),
        (409, None, ErrorKind::Conflict),
        (429, Some("ThrottlingException"), ErrorKind::Throttled),
        (429, Some("TooManyRequestsException"), ErrorKind::Throttled),
        (429, Some("LimitExceededException"), ErrorKind::QuotaExceeded),
        (429, None, ErrorKind::Throttled),
        (500, Some("InternalServiceException"), ErrorKind::Service),
        (500, None, ErrorKind::Service),
        (503, None, ErrorKind::Service),
    ];
    for (status, code, kind) in rows {
        let mut answers = vec![answer(status, json!({"Message": "why"}))];
        if let Some(code) = code {
            answers = vec![
                answer(status, json!({"__type": format!("com.amazonaws.connect#{code}"), "Message": "why"})),
                answer(status, json!({"code": code, "message": "why"})),
            ];
            let mut in_header = answer(status, json!({"Message": "why"}));
            let header = format!("{code}:http://internal.amazon.com/coral/com.amazon.connect/");
            in_header.headers_mut().insert("x-amzn-errortype", header.parse().expect("a header"));
            answers.push(in_header);
        }
        for answer in answers {
            let described = format!("{answer:?}");
            let (client, wire) = connect(vec![answer]);
            let error = client.create_user(&creation()).await.expect_err("refused");
            assert_eq!((error.kind(), error.code()), (kind, code), "{described}");
            // Without a code the SDK does not read the message either.
            let message =
                if code.is_some() { "why".to_owned() } else { format!("the service answered {status}") };
            assert_eq!(error.message(), Some(message.as_str()), "{described}");
            assert_eq!(error.request_id(), Some("req-1"), "{described}");
            let unknown = kind == ErrorKind::Service;
            assert_eq!(error.effect() == Effect::Unknown, unknown, "{described}");
            assert_eq!(wire.count(), 1, "a single attempt: {described}");
        }
    }
}

#[tokio::test]
async fn answers_that_cannot_be_read_are_failures_of_the_service() {
    for (status, body) in [(200, "{\"UserId\": "), (200, "nonsense"), (500, "<html>"), (500, ""), (429, "")] {
        let (client, wire) = connect(vec![answer(status, body)]);
        let error = client.create_user(&creation()).await.expect_err("unreadable");
        let kind = if status == 429 { ErrorKind::Throttled } else { ErrorKind::Service };
        assert_eq!((error.kind(), wire.count()), (kind, 1), "{status} {body}: {error}");
        assert_eq!(error.operation().name(), "CreateUser");
    }
}

#[tokio::test]
async fn nothing_that_was_sent_is_told() {
    let refusals = [
        answer(
            400,
            json!({"__type": "InvalidParameterException", "Message": "Password123 is not a good password"}),
        ),
        answer(500, ""),
        answer(200, "{"),
    ];
    for refusal in refusals {
        let (client, _) = connect(vec![refusal]);
        let error = client.create_user(&creation()).await.expect_err("refused");
        let text = format!("{error} {error:?} {client:?} {:?}", creation());
        for secret in ["Password123", "jane@example.com", "+16175550102"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

/// A client of an address at which nobody listens.
fn nobody() -> AwsConnect {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "example", None, None, "tests"))
        .endpoint_url("http://127.0.0.1:1")
        .build();
    AwsConnect::new(Client::from_conf(config))
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_done() {
    let error = nobody().create_user(&creation()).await.expect_err("nobody");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Transport, Effect::None));
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_service_that_never_answers_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let timeouts = aws_sdk_connect::config::timeout::TimeoutConfig::builder()
        .operation_attempt_timeout(std::time::Duration::from_millis(200))
        .build();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "example", None, None, "tests"))
        .endpoint_url(url)
        .timeout_config(timeouts)
        .build();
    let client = AwsConnect::new(Client::from_conf(config));
    let error = client.create_user(&creation()).await.expect_err("silence");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Transport, Effect::Unknown));
    let request = DescribeInstance { instance_id: "1c2d".into() };
    let error = client.describe_instance(&request).await.expect_err("silence");
    assert_eq!(error.effect(), Effect::None, "a read has no effect");
}

#[tokio::test]
async fn an_empty_id_is_not_sent() {
    let (client, wire) = connect(Vec::new());
    let error =
        client.describe_instance(&DescribeInstance { instance_id: "".into() }).await.expect_err("no id");
    assert_eq!((error.kind(), wire.count()), (ErrorKind::Invalid, 0));
}
