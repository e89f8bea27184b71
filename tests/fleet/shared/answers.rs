//! What services answer, and what is made of it.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use connect_user::{
    fleet::{SharedLocation, StateStore, StoreError},
    object_store::{
        ObjectStore, RetryConfig, aws::AmazonS3Builder, azure::MicrosoftAzureBuilder,
        gcp::GoogleCloudStorageBuilder,
    },
};

use super::{
    servers::{ACCOUNT, BUCKET, KEY, Kind, Server},
    support::Shared,
};
use crate::suite::put;

/// A request: its method, its head and its body.
struct Request {
    is_put: bool,
    head: String,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &mut TcpStream) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).ok()?;
            head.extend(byte);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let mut request = Self { is_put: head.starts_with("put"), head, body: Vec::new() };
        let length = request.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        request.body = vec![0; length];
        stream.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(found, _)| *found == name).map(|(_, value)| value)
    }
}

/// A status, a tag and a body.
type Answer = (u16, Option<String>, Vec<u8>);

/// A service on loopback, until it is dropped.
struct Service {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    fn start(mut answer: impl FnMut(Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let (address, is_over) =
            (listener.local_addr().expect("an address"), Arc::new(AtomicBool::new(false)));
        let ends = is_over.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                if ends.load(Ordering::Acquire) {
                    return;
                }
                let Some(request) = Request::read(&mut stream) else { continue };
                let (status, tag, body) = answer(request);
                let tag = tag.map(|tag| format!("ETag: {tag}\r\n")).unwrap_or_default();
                let head = format!(
                    "HTTP/1.1 {status} Said\r\n{tag}Last-Modified: Wed, 21 Oct 2026 07:28:00 GMT\r\n\
                     Content-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                // The client may have gone.
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Self { address, is_over, thread: Some(thread) }
    }

    /// A service that always answers with an error, from the n-th request on; with 404 before.
    fn refusing(first: usize, status: u16, body: &'static str) -> Self {
        let mut count = 0;
        Self::start(move |_| {
            count += 1;
            match count < first {
                true => (404, None, error("NoSuchKey", "The specified key does not exist.")),
                false => (status, None, body.into()),
            }
        })
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn s3(&self) -> Shared {
        over(s3(&self.url()))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn error(code: &str, message: &str) -> Vec<u8> {
    let ids = "<RequestId>4442587FB7D0A2F9</RequestId><HostId>aGVsbG8=</HostId>";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{ids}</Error>"
    )
    .into_bytes()
}

/// A client that tries once.
fn s3(url: &str) -> Arc<dyn ObjectStore> {
    let builder = AmazonS3Builder::new().with_bucket_name(BUCKET).with_endpoint(url).with_allow_http(true);
    let builder = builder.with_region("us-east-1").with_access_key_id("test").with_secret_access_key("test");
    Arc::new(builder.with_retry(once()).build().expect("a client"))
}

fn once() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

fn over(store: Arc<dyn ObjectStore>) -> Shared {
    Shared::new(move |key| SharedLocation::new(store.clone(), key).expect("a location"))
}

const NO_BUCKET: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code>\
    <Message>The specified bucket does not exist</Message><BucketName>states</BucketName>\
    <RequestId>4442587FB7D0A2F9</RequestId></Error>";
const NO_CONTAINER: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>ContainerNotFound</Code>\
    <Message>The specified container does not exist.\nRequestId:1b2a\nTime:2026-10-21T07:28:00Z</Message></Error>";

fn google(url: &str) -> Arc<dyn ObjectStore> {
    let key = format!(
        r#"{{"gcs_base_url": "{url}", "disable_oauth": true, "client_email": "", "private_key": "", "private_key_id": ""}}"#
    );
    let builder = GoogleCloudStorageBuilder::new().with_bucket_name(BUCKET).with_service_account_key(key);
    Arc::new(builder.with_retry(once()).build().expect("a client"))
}

fn azure(url: &str) -> Arc<dyn ObjectStore> {
    let builder = MicrosoftAzureBuilder::new().with_container_name(BUCKET).with_account(ACCOUNT);
    let builder = builder.with_access_key(KEY).with_endpoint(url.to_owned()).with_allow_http(true);
    Arc::new(builder.with_retry(once()).build().expect("a client"))
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_is_no_empty_state() {
    type Client = fn(&str) -> Arc<dyn ObjectStore>;
    for (client, body) in [(s3 as Client, NO_BUCKET), (google, NO_BUCKET), (azure, NO_CONTAINER)] {
        let service = Service::refusing(1, 404, body);
        let store = client(&service.url());
        let expected =
            format!("the state `{store}/team/users` cannot be read or written: there is no bucket `{store}`");
        let refused = over(store).opened_by("ana@one").await.expect_err("refused");
        assert!(matches!(refused, StoreError::NoBucket { .. }), "{refused:?}");
        assert_eq!(refused.to_string(), expected);

        // It is gone when it is written.
        let service = Service::refusing(2, 404, body);
        let store = over(client(&service.url())).opened_by("ana@one").await.expect("a state without objects");
        let refused = store.commit(&[put("a")]).await.expect_err("refused");
        assert_eq!(refused.to_string(), expected);
        assert_eq!(refused.help(), "correct the URL, or create the bucket");
    }
}

#[tokio::test]
async fn a_server_without_the_bucket_says_so() {
    let Some(server) = Server::start(Kind::S3) else { return };
    let store = server.s3().with_bucket_name("nobucket").build().expect("a client");
    let refused = over(Arc::new(store)).opened_by("ana@one").await.expect_err("refused");
    assert!(
        matches!(&refused, StoreError::NoBucket { bucket, .. } if bucket == "AmazonS3(nobucket)"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_refused_connection_says_so() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    let refused = over(s3(&format!("http://{closed}"))).opened_by("ana@one").await.expect_err("refused");
    let refused = refused.to_string();
    let causes = ["client error (Connect)", "tcp connect error", "Connection refused"];
    assert_eq!(causes.map(|cause| refused.matches(cause).count()), [1; 3], "{refused}");
}

#[tokio::test]
async fn of_what_a_service_says_the_code_and_the_message_are_shown() {
    let denied = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code>\
        <Message>Access Denied</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>aGVsbG8=</HostId></Error>";
    let service = Service::refusing(1, 403, denied);
    let refused = service.s3().opened_by("ana@one").await.expect_err("refused").to_string();
    assert!(refused.ends_with(" 403 Forbidden: AccessDenied: Access Denied"), "{refused}");
}

/// A bucket with one object, that answers 409 to every other write until there were some.
#[derive(Default)]
struct Bucket {
    object: Option<Vec<u8>>,
    number: usize,
    /// The conditions of writes that were answered with 409.
    conflicts: Vec<String>,
    writes: usize,
}

impl Bucket {
    fn answer(&mut self, request: Request) -> Answer {
        let tag = self.object.as_ref().map(|_| format!("\"{}\"", self.number));
        if !request.is_put {
            return match &self.object {
                Some(object) => (200, tag, object.clone()),
                None => (404, None, error("NoSuchKey", "The specified key does not exist.")),
            };
        }
        let (create, update) = (request.header("if-none-match"), request.header("if-match"));
        let is_met = match (create, update) {
            (Some("*"), None) => tag.is_none(),
            (None, Some(expected)) => tag.as_deref() == Some(expected),
            found => panic!("a write without a condition: {found:?}"),
        };
        if !is_met {
            return (412, None, error("PreconditionFailed", "At least one of the conditions did not hold"));
        }
        let condition = if create.is_some() { "if-none-match" } else { "if-match" };
        if !self.conflicts.iter().any(|seen| seen == condition) {
            self.conflicts.push(condition.to_owned());
            return (409, None, error("ConditionalRequestConflict", "A conflicting operation is under way"));
        }
        (self.object, self.number, self.writes) = (Some(request.body), self.number + 1, self.writes + 1);
        (200, Some(format!("\"{}\"", self.number)), Vec::new())
    }
}

/// The service's 409 says that somebody's write is under way, not that it was made.
#[tokio::test]
async fn a_write_that_is_answered_with_a_conflict_is_tried_again() {
    let bucket = Arc::new(Mutex::new(Bucket::default()));
    let held = bucket.clone();
    let service = Service::start(move |request| held.lock().expect("not poisoned").answer(request));
    let state = service.s3();
    let store = state.opened_by("ana@one").await.expect("open");
    store.commit(&[put("a")]).await.expect("tried again");
    assert_eq!(bucket.lock().expect("not poisoned").conflicts, ["if-none-match", "if-match"]);
    // The first is without users, for the conditions to be tried.
    assert_eq!(bucket.lock().expect("not poisoned").writes, 2);
    assert_eq!(state.entries().await.into_keys().collect::<Vec<_>>(), ["a"]);
}
