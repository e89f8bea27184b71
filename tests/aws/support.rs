//! A client whose service is a list of answers.

use std::collections::BTreeSet;

use aws_sdk_connect::config::{
    BehaviorVersion, Builder, Config, Credentials, HttpClient, Region,
    http::{HttpRequest, HttpResponse},
};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use connect_user::{
    client::{
        ClientError, ConnectClient, CreateUser, DeleteUser, DescribeUser, Effect, ErrorKind, SearchUsers,
        aws::AwsConnect,
    },
    user::{Identity, InstanceId, Phone, PhoneLine, Secret, UserId},
};
use serde_json::Value;

pub const INSTANCE: &str = "1c2d";
pub const USER: &str = "8e9f";
pub const USER_ARN: &str = "arn:aws:connect:us-east-1:123456789012:instance/1c2d/agent/8e9f";
/// `USER_ARN` as one segment of a path.
pub const USER_ARN_SEGMENT: &str =
    "arn%3Aaws%3Aconnect%3Aus-east-1%3A123456789012%3Ainstance%2F1c2d%2Fagent%2F8e9f";
pub const REQUEST_ID: &str = "5d1c";

pub const PASSWORD: &str = "Password123";
pub const EMAIL: &str = "jane.doe@example.com";
pub const SECONDARY_EMAIL: &str = "jd@example.org";
pub const MOBILE: &str = "+16175550123";
pub const DESK_PHONE: &str = "+112345678912";

pub fn instance_id() -> InstanceId {
    InstanceId::new(INSTANCE)
}

pub fn user_id() -> UserId {
    UserId::new(USER)
}

/// What the service answers.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    pub fn new(status: u16, body: impl ToString) -> Self {
        let headers = vec![("x-amzn-requestid", REQUEST_ID.to_owned())];
        Self { status, headers, body: body.to_string() }
    }

    pub fn ok(body: impl ToString) -> Self {
        Self::new(200, body)
    }

    /// What no AWS service sends: there is no request id.
    pub fn foreign(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.to_owned() }
    }

    /// An error as Amazon Connect sends it.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, serde_json::json!({ "Message": message })).header("x-amzn-errortype", code)
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn response(&self) -> HttpResponse {
        let status = self.status.try_into().expect("a status");
        let mut response = HttpResponse::new(status, self.body.clone().into());
        for (name, value) in &self.headers {
            response.headers_mut().insert(*name, value.clone());
        }
        response
    }
}

/// What the client sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    /// `Null` where there is none.
    pub body: Value,
}

impl Request {
    fn read(request: &HttpRequest) -> Self {
        let uri =
            request.uri().strip_prefix("https://connect.us-east-1.amazonaws.com").expect("the endpoint");
        let (path, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
        let body = request.body().bytes().expect("a body in memory");
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(body).expect("JSON") };
        Self { method: request.method().into(), path: path.into(), query: query.map(Into::into), body }
    }
}

/// A client and what went over its wire.
pub struct Wire {
    http: StaticReplayClient,
    pub client: AwsConnect,
}

impl Wire {
    /// Gives the same answer up to four times: an attempt too many gets one too, and is counted.
    pub fn new(answer: &Answer) -> Self {
        let events =
            (0..4).map(|_| ReplayEvent::new(HttpRequest::empty(), answer.response())).collect::<Vec<_>>();
        let http = StaticReplayClient::new(events);
        Self { client: client(http.clone()), http }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.http.actual_requests().map(Request::read).collect()
    }

    /// The one request that was sent.
    pub fn request(&self) -> Request {
        let [request] = <[Request; 1]>::try_from(self.requests()).expect("one request");
        request
    }
}

/// A configuration with the SDK's own retries, as hosts have it.
pub fn config(http: impl HttpClient + 'static) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKID", "not-a-key", None, None, "test"))
        .http_client(http)
}

pub fn client(http: impl HttpClient + 'static) -> AwsConnect {
    AwsConnect::new(aws_sdk_connect::Client::from_conf(config(http).build()))
}

/// The least that makes a user.
pub fn create_user() -> CreateUser {
    CreateUser::new(instance_id(), "jane", "7a9b", BTreeSet::from(["3d4e".into()]))
}

/// One with everything confidential in it.
pub fn create_confidential_user() -> CreateUser {
    let phone = Phone::builder().line(PhoneLine::Desk(Some(DESK_PHONE.into()))).build();
    create_user().password(Secret::from(PASSWORD)).identity(identity()).phone(phone)
}

pub fn identity() -> Identity {
    Identity::builder()
        .first_name("Jane")
        .last_name("Doe")
        .email(EMAIL)
        .secondary_email(SECONDARY_EMAIL)
        .mobile(MOBILE)
        .build()
}

pub fn describe_user() -> DescribeUser {
    DescribeUser::new(instance_id(), user_id())
}

pub fn delete_user() -> DeleteUser {
    DeleteUser::new(instance_id(), user_id())
}

pub fn search_users() -> SearchUsers {
    SearchUsers::new(instance_id())
}

/// What the service makes of a create.
pub async fn create_error(answer: &Answer) -> ClientError {
    Wire::new(answer).client.create_user(&create_user()).await.expect_err("a failure")
}

#[track_caller]
pub fn assert_error(error: &ClientError, kind: ErrorKind, effect: Effect) {
    assert_eq!((error.kind(), error.effect()), (kind, effect), "{error} ({error:?})");
}
