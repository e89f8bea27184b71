//! Calls without an answer, and what no error may tell.

use std::{
    error::Error,
    io::Write,
    iter,
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError, future};
use aws_sdk_connect::{
    Client,
    config::{Credentials, SharedCredentialsProvider, timeout::TimeoutConfig},
};
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_http_client::test_util::{NeverClient, capture_request};
use connect_user::{
    client::{
        ClientError, ConnectClient, DeleteAllEntitySessions, Effect, ErrorKind, UpdateUserConfig,
        UpdateUserIdentityInfo, UpdateUserPhoneConfig, aws::AwsConnect,
    },
    user::{Operation, Phone, PhoneLine},
};

use tracing_subscriber::{filter::LevelFilter, util::SubscriberInitExt};

use crate::{
    http::{MANAGED, run, spec},
    requests::channels,
    server::Server,
    support::*,
};

/// Everything that an error shows to anybody.
fn shown(error: &ClientError) -> String {
    let chain = iter::successors(Some(error as &dyn Error), |error| (*error).source());
    chain.map(|error| format!("{error}\n{error:?}\n{error:#?}\n")).collect()
}

#[track_caller]
fn assert_tells_nothing(text: &str) {
    for confidential in [PASSWORD, EMAIL, SECONDARY_EMAIL, MOBILE, DESK_PHONE, "Jane", "Doe", "not-a-key"] {
        assert!(!text.contains(confidential), "`{confidential}` in {text}");
    }
}

#[tokio::test]
async fn a_connection_that_is_refused_sent_nothing() {
    // Bound and let go: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let http = aws_smithy_http_client::Builder::new().build_http();
    let client = AwsConnect::new(Client::from_conf(config(http).endpoint_url(&url).build()));

    let error = client.create_user(&create_confidential_user()).await.expect_err("a failure");

    assert_error(&error, ErrorKind::Unreachable, Effect::None);
    assert_eq!((error.code(), error.request_id()), (None, None));
    let refused = format!(
        "`CreateUser` failed, the service cannot be reached: `{url}`: tcp connect error: Connection refused"
    );
    assert!(error.to_string().starts_with(&refused), "{error}");
    assert_tells_nothing(&shown(&error));
}

#[tokio::test]
async fn a_url_that_cannot_be_called_sent_nothing() {
    for (url, said) in [
        ("localhost:4566", "failed to apply endpoint `localhost:4566`: endpoint must contain scheme"),
        ("http://[x", "failed to apply endpoint `http://[x`: endpoint is not a valid URI"),
        ("ftp://localhost:4566", "`ftp://localhost:4566`: "),
        ("http://connect.invalid", "`http://connect.invalid`: dns error: "),
        ("http://jane:Password123@connect.invalid:99/x", "`http://connect.invalid:99`: dns error: "),
    ] {
        let http = aws_smithy_http_client::Builder::new().build_http();
        let client = AwsConnect::new(Client::from_conf(config(http).endpoint_url(url).build()));
        let error = client.create_user(&create_confidential_user()).await.expect_err("a failure");
        assert_error(&error, ErrorKind::Unreachable, Effect::None);
        assert!(error.to_string().contains(said), "{error}");
        assert_tells_nothing(&shown(&error));
        assert!(!error.to_string().contains("SdkBody") && error.help().contains("endpoint URL"), "{error}");
    }
}

#[tokio::test]
async fn what_another_server_answers_says_nothing_about_users() {
    // Without what AWS puts into each answer: a proxy, a login page, another program.
    for status in [301, 302, 400, 403, 404, 407] {
        let wire = Wire::new(&Answer::foreign(status, "<html>not here</html>"));
        let error = wire.client.delete_user(&delete_user()).await.expect_err("a failure");
        assert_error(&error, ErrorKind::Unreachable, Effect::None);
        assert!(
            error
                .to_string()
                .contains(&format!("answers HTTP status {status}, and not as Amazon Connect does")),
            "{error}"
        );
    }
    let wire = Wire::new(&Answer::foreign(200, "<html>welcome</html>"));
    let error = wire.client.describe_user(&describe_user()).await.expect_err("a failure");
    assert_error(&error, ErrorKind::InvalidResponse, Effect::None);
    let wire = Wire::new(&Answer::error(404, "UnknownOperationException", "no such operation"));
    let error = wire.client.describe_user(&describe_user()).await.expect_err("a failure");
    assert_error(&error, ErrorKind::Invalid, Effect::None);
}

#[tokio::test]
async fn a_connection_that_is_lost_may_have_had_its_effect() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || drop(listener.accept()));
    let http = aws_smithy_http_client::Builder::new().build_http();
    let client = AwsConnect::new(Client::from_conf(config(http).endpoint_url(url).build()));

    let error = client.create_user(&create_confidential_user()).await.expect_err("a failure");

    server.join().expect("the server");
    assert_error(&error, ErrorKind::Transport, Effect::Unknown);
    assert_tells_nothing(&shown(&error));
}

#[tokio::test]
async fn a_time_out_of_the_client_is_kept() {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(20)).build();
    let http = NeverClient::new();
    let client = AwsConnect::new(Client::from_conf(config(http.clone()).timeout_config(timeouts).build()));

    let error = client.create_user(&create_confidential_user()).await.expect_err("a failure");
    assert_error(&error, ErrorKind::Transport, Effect::Unknown);
    assert_tells_nothing(&shown(&error));
    assert_eq!(http.num_calls(), 1);

    let error = client.describe_user(&describe_user()).await.expect_err("a failure");
    assert_error(&error, ErrorKind::Transport, Effect::None);
}

#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("nobody knows any")))
    }
}

#[tokio::test]
async fn without_credentials_nothing_is_sent() {
    let (http, receiver) = capture_request(None);
    let config = config(http).credentials_provider(SharedCredentialsProvider::new(NoCredentials));
    let client = AwsConnect::new(Client::from_conf(config.build()));

    let error = client.create_user(&create_confidential_user()).await.expect_err("a failure");

    assert_error(&error, ErrorKind::Credentials, Effect::None);
    assert_eq!(
        error.to_string(),
        "`CreateUser` failed, there are no AWS credentials to use: the credential provider was not enabled: nobody knows any"
    );
    assert_tells_nothing(&shown(&error));
    receiver.expect_no_request();
}

#[tokio::test]
async fn the_credentials_of_the_client_sign() {
    let (http, receiver) = capture_request(None);
    let config = config(http).credentials_provider(Credentials::new("OTHER", "key", None, None, "test"));
    let client = AwsConnect::new(Client::from_conf(config.build()));
    client.describe_user(&describe_user()).await.expect_err("an answer without a user");
    let request = receiver.expect_request();
    let authorization = request.headers().get("authorization").expect("a signature");
    assert!(authorization.contains("Credential=OTHER/"), "{authorization}");
    assert!(authorization.contains("/us-east-1/connect/aws4_request"), "{authorization}");
}

/// The SDK lacks the operation: what is signed is the request as it is sent, and nothing repeats it.
#[tokio::test]
async fn a_sign_out_is_signed_as_it_is_sent_and_made_once() {
    async fn signature(instance: &str, user: &str, time: u64) -> (String, String) {
        let (http, receiver) = capture_request(None);
        let config = config(http).time_source(StaticTimeSource::from_secs(time)).build();
        let client = AwsConnect::new(Client::from_conf(config));
        let request = DeleteAllEntitySessions::new(instance, user);
        client.delete_all_entity_sessions(&request).await.expect("signed out");
        let request = receiver.expect_request();
        assert_eq!(
            request.headers().get("content-length"),
            Some(request.body().bytes().expect("whole").len().to_string().as_str())
        );
        let signature = request.headers().get("authorization").expect("a signature");
        (request.uri().to_owned(), signature.to_owned())
    }

    let time = 1_800_000_000;
    let (url, signed) = signature("1c2d", "8e9f", time).await;
    assert_eq!(url, "https://connect.us-east-1.amazonaws.com/auth/sessions/delete-all-entity-sessions");
    assert!(signed.contains("Credential=AKID/"), "{signed}");
    assert_eq!(signature("1c2d", "8e9f", time).await, (url.clone(), signed.clone()));
    // User and instance are only in the body: so it is signed.
    assert_ne!(signature("1c2d", "7a9b", time).await, (url.clone(), signed.clone()));
    assert_ne!(signature("5c6d", "8e9f", time).await, (url, signed));

    for answer in [
        Answer::error(429, "ThrottlingException", "Rate"),
        Answer::error(500, "InternalServiceException", "Oh"),
    ] {
        let wire = Wire::new(&answer);
        let request = DeleteAllEntitySessions::new(instance_id(), user_id());
        let error = wire.client.delete_all_entity_sessions(&request).await.expect_err("a failure");
        assert_eq!((error.operation(), wire.requests().len()), (Operation::DeleteAllEntitySessions, 1));
    }
}

#[tokio::test]
async fn what_the_service_quotes_is_redacted() {
    let quote = format!(
        "Jane Doe: '{PASSWORD}' is weak, {EMAIL}, {SECONDARY_EMAIL} or {MOBILE} taken, {DESK_PHONE} odd"
    );
    let redacted = "(redacted) (redacted): '(redacted)' is weak, (redacted), (redacted) or (redacted) taken, (redacted) odd";
    for (status, code) in
        [(400, "InvalidParameterException"), (500, "InternalServiceException"), (400, "New")]
    {
        let wire = Wire::new(&Answer::error(status, code, &quote));
        let error = wire.client.create_user(&create_confidential_user()).await.expect_err("a failure");
        assert_eq!(error.message(), Some(redacted));
        assert_tells_nothing(&shown(&error));
    }
    // No code: the SDK keeps the message in an error of its own.
    let wire = Wire::new(&Answer::new(400, serde_json::json!({ "message": quote })));
    let error = wire.client.create_user(&create_confidential_user()).await.expect_err("a failure");
    assert_eq!(error.message(), Some(redacted));
    assert_tells_nothing(&shown(&error));
}

#[tokio::test]
async fn what_an_update_sent_is_redacted_too() {
    let answer = |quoted: &str| Answer::error(400, "InvalidParameterException", quoted);
    let (instance_id, user_id) = (instance_id(), user_id());

    let wire = Wire::new(&answer(EMAIL));
    let request = UpdateUserIdentityInfo::new(instance_id.clone(), user_id.clone(), identity());
    let error = wire.client.update_user_identity_info(&request).await.expect_err("a failure");
    assert_eq!(error.message(), Some("(redacted)"));

    let wire = Wire::new(&answer(DESK_PHONE));
    let phone = Phone::builder().line(PhoneLine::Desk(Some(DESK_PHONE.into()))).build();
    let request = UpdateUserPhoneConfig::new(instance_id.clone(), user_id.clone(), phone);
    let error = wire.client.update_user_phone_config(&request).await.expect_err("a failure");
    assert_eq!(error.message(), Some("(redacted)"));

    let wire = Wire::new(&answer(DESK_PHONE));
    let request = UpdateUserConfig::new(instance_id, user_id, channels());
    let error = wire.client.update_user_config(&request).await.expect_err("a failure");
    assert_eq!(error.message(), Some("(redacted)"));
}

#[tokio::test]
async fn short_names_do_not_blot_out_messages() {
    let wire = Wire::new(&Answer::error(400, "InvalidParameterException", "A password is weak: Bo"));
    let mut request = create_confidential_user();
    request.identity.first_name = Some("A".into());
    request.identity.last_name = Some("Bo".into());
    request.password = Some("".into());
    let error = wire.client.create_user(&request).await.expect_err("a failure");
    assert_eq!(error.message(), Some("A password is weak: Bo"));
}

#[tokio::test]
async fn debug_tells_the_region_alone() {
    let text = format!("{:?}", client(NeverClient::new()));
    assert_eq!(text, r#"AwsConnect { region: Some("us-east-1"), .. }"#);
}

/// A writer whose text can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// In a process of its own: what `tracing` lets through is decided once for all threads.
#[test]
fn the_sdk_s_own_log_tells_no_password_and_below_trace_nobody() {
    let output = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "failures::the_sdk_s_own_log"])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "for the test above, in a process of its own"]
async fn the_sdk_s_own_log() {
    let everybody = ["Password123", "Jane", "jane", "@example.com", "+16175550101"];
    for (level, canaries) in [(LevelFilter::DEBUG, &everybody[..]), (LevelFilter::TRACE, &everybody[..1])] {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_max_level(level).with_writer(move || writer.clone()).finish();
        let guard = subscriber.set_default();
        let server = Server::start(&["--instance", MANAGED, "--fault", "UpdateUserPhoneConfig:1:500/"]);
        let state = run(&server.connect(), spec(30), None).await.expect("a user");
        run(&server.connect(), spec(60), Some(&state)).await.expect_err("a failure");
        drop(guard);
        let text = String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
        assert!(text.contains("CreateUser"), "it is heard: {text}");
        for canary in canaries {
            assert!(!text.contains(canary), "{level}: {canary}");
        }
    }
}
