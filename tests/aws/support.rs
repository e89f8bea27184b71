//! A client whose answers are recorded, and what it has sent.

use aws_sdk_connect::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_types::body::SdkBody;
use connect_user::client::aws::AwsConnect;
use serde_json::Value;

/// The instance of every test, by its ARN: a path holds it as one segment.
pub const INSTANCE_ARN: &str = "arn:aws:connect:us-east-1:123456789012:instance/1c2d";
pub const USER_ARN: &str = "arn:aws:connect:us-east-1:123456789012:instance/1c2d/agent/7a9b";

/// What goes over the wire.
pub struct Wire {
    replay: StaticReplayClient,
}

/// A client that gets these answers, one a call.
pub fn connect(answers: Vec<http::Response<String>>) -> (AwsConnect, Wire) {
    let events = answers.into_iter().map(|answer| {
        let request = http::Request::builder().uri("https://unused.example").body(SdkBody::empty());
        ReplayEvent::new(request.expect("a request"), answer.map(SdkBody::from))
    });
    let replay = StaticReplayClient::new(events.collect());
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "example", None, None, "tests"))
        .http_client(replay.clone())
        .build();
    (AwsConnect::new(Client::from_conf(config)), Wire { replay })
}

pub fn answer(status: u16, body: impl ToString) -> http::Response<String> {
    http::Response::builder()
        .status(status)
        .header("x-amzn-requestid", "req-1")
        .body(body.to_string())
        .expect("a response")
}

pub fn ok(body: Value) -> http::Response<String> {
    answer(200, body)
}

impl Wire {
    /// How many requests were sent.
    pub fn count(&self) -> usize {
        self.replay.actual_requests().count()
    }

    /// Method, path with query, and body of the last request.
    pub fn last(&self) -> (String, String, Value) {
        let request = self.replay.actual_requests().last().expect("a request");
        let uri: http::Uri = request.uri().parse().expect("a URI");
        assert_eq!(uri.host(), Some("connect.us-east-1.amazonaws.com"));
        let bytes = request.body().bytes().expect("a body in memory");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(bytes).expect("JSON") };
        let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        (request.method().to_owned(), path, body)
    }
}
