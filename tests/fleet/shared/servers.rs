//! Servers on loopback that speak the protocols of stores, and are not ours.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use connect_user::{
    fleet::SharedLocation,
    object_store::{
        ObjectStore,
        aws::{AmazonS3Builder, AmazonS3ConfigKey},
        azure::{AzureConfigKey, MicrosoftAzureBuilder},
        gcp::{GoogleCloudStorageBuilder, GoogleConfigKey},
    },
};
use tempfile::TempDir;

use super::support::Shared;

pub const BUCKET: &str = "states";

/// Whose protocol it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `moto_server` (PyPI: `moto[server]`).
    S3,
    /// The program of `tests/gcs` (Go: fake-gcs-server).
    Google,
    /// `azurite-blob` (npm: `azurite`).
    Azure,
}

/// The account and the key that Azurite's documentation gives to everybody.
pub const ACCOUNT: &str = "devstoreaccount1";
pub const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The right to create containers, signed with that key.
const MAY_CREATE: &str = "sv=2018-11-09&ss=b&srt=c&sp=c&se=2099-01-01T00%3A00%3A00Z&\
                          sig=vwCTbNdtmCTJFAhMegL18CRZbJK8CnlTH4HLkH0VM%2Fw%3D";

impl Kind {
    pub const ALL: [Self; 3] = [Self::S3, Self::Google, Self::Azure];

    /// The variable that says where the program is.
    const fn variable(self) -> &'static str {
        match self {
            Self::S3 => "MOTO_SERVER",
            Self::Google => "GCS_SERVER",
            Self::Azure => "AZURITE",
        }
    }

    fn arguments(self, port: &str) -> Vec<&str> {
        match self {
            Self::S3 => vec!["-H", "127.0.0.1", "-p", port],
            Self::Google => vec![port, BUCKET],
            Self::Azure => {
                let bounded = ["--inMemoryPersistence", "--extentMemoryLimit", "64"];
                let quiet = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"];
                [&bounded[..], &quiet, &["--blobHost", "127.0.0.1", "--blobPort", port]].concat()
            }
        }
    }

    /// What makes the bucket, and what is answered when it is there.
    fn first_request(self) -> (String, [&'static str; 2]) {
        match self {
            Self::S3 => (format!("PUT /{BUCKET}"), ["200", "200"]),
            Self::Google => (format!("GET /storage/v1/b/{BUCKET}"), ["200", "200"]),
            Self::Azure => {
                (format!("PUT /{ACCOUNT}/{BUCKET}?restype=container&{MAY_CREATE}"), ["201", "409"])
            }
        }
    }
}

/// A server with an empty bucket, until it is dropped.
pub struct Server {
    kind: Kind,
    child: Child,
    port: u16,
    /// Where it may leave what it writes.
    _folder: TempDir,
}

impl Server {
    /// Starts one, if the environment says where its program is.
    pub fn start(kind: Kind) -> Option<Self> {
        let Some(program) = std::env::var_os(kind.variable()) else {
            eprintln!("skipped: {} does not say where a server is (see CONTRIBUTING.md)", kind.variable());
            return None;
        };
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(program);
        command.args(kind.arguments(&port.to_string())).current_dir(folder.path());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let server = Self { kind, child, port, _folder: folder };
        let began = Instant::now();
        while !server.has_bucket() {
            assert!(began.elapsed() < Duration::from_secs(60), "{kind:?} does not answer");
            sleep(Duration::from_millis(100));
        }
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn has_bucket(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let (request, expected) = self.kind.first_request();
        let host = format!("127.0.0.1:{}", self.port);
        let request =
            format!("{request} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        let _ = stream.write_all(request.as_bytes());
        stream.read_to_string(&mut answer).is_ok()
            && answer.split(' ').nth(1).is_some_and(|status| expected.contains(&status))
    }

    /// What the environment of its clients says to reach it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let url = self.url();
        let settings = |all: &[(&'static str, &str)]| {
            all.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        match self.kind {
            Kind::S3 => settings(&[
                ("AWS_ENDPOINT_URL", &url),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_REGION", "us-east-1"),
                ("AWS_ALLOW_HTTP", "true"),
            ]),
            Kind::Google => settings(&[(
                "GOOGLE_SERVICE_ACCOUNT_KEY",
                &format!(
                    r#"{{"gcs_base_url": "{url}", "disable_oauth": true, "client_email": "", "private_key": "", "private_key_id": ""}}"#
                ),
            )]),
            Kind::Azure => settings(&[
                ("AZURE_STORAGE_ENDPOINT", &format!("{url}/{ACCOUNT}")),
                ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
                ("AZURE_STORAGE_ACCOUNT_KEY", KEY),
                ("AZURE_ALLOW_HTTP", "true"),
            ]),
        }
    }

    /// The URL of a state, in that environment.
    pub fn state_url(&self) -> String {
        let scheme = match self.kind {
            Kind::S3 => "s3",
            Kind::Google => "gs",
            Kind::Azure => "az",
        };
        format!("{scheme}://{BUCKET}/team/users")
    }

    /// A client of the bucket.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        match self.kind {
            Kind::S3 => Arc::new(self.s3().build().expect("a client")),
            Kind::Google => {
                let set = |builder: GoogleCloudStorageBuilder, (name, value): (&str, String)| {
                    let name: GoogleConfigKey = name.to_lowercase().parse().expect("a setting");
                    builder.with_config(name, value)
                };
                let builder = GoogleCloudStorageBuilder::new().with_bucket_name(BUCKET);
                Arc::new(self.environment().into_iter().fold(builder, set).build().expect("a client"))
            }
            Kind::Azure => {
                let set = |builder: MicrosoftAzureBuilder, (name, value): (&str, String)| {
                    let name: AzureConfigKey = name.to_lowercase().parse().expect("a setting");
                    builder.with_config(name, value)
                };
                let builder = MicrosoftAzureBuilder::new().with_container_name(BUCKET);
                Arc::new(self.environment().into_iter().fold(builder, set).build().expect("a client"))
            }
        }
    }

    /// The settings of a client of S3.
    pub fn s3(&self) -> AmazonS3Builder {
        let set = |builder: AmazonS3Builder, (name, value): (&str, String)| {
            let name: AmazonS3ConfigKey = name.to_lowercase().parse().expect("a setting");
            builder.with_config(name, value)
        };
        self.environment().into_iter().fold(AmazonS3Builder::new().with_bucket_name(BUCKET), set)
    }

    /// States in the bucket.
    pub fn state(&self) -> Shared {
        let store = self.store();
        Shared::new(move |key| SharedLocation::new(store.clone(), key).expect("a location"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
