//! The places where a shared state may be: memory, a folder, and servers that speak the protocols of S3, Google and Azure.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
};

use connect_user::{
    fleet::{SharedLocation, SharedStore, StateStore, StoreError},
    object_store::{
        ObjectStoreExt,
        aws::{AmazonS3Builder, AmazonS3ConfigKey},
        memory::InMemory,
        path::Path,
    },
};
use futures_util::FutureExt;

use super::{
    double::Double,
    servers::{BUCKET, Kind, Server},
    support::{Shared, large},
};
use crate::suite::{Subject, entries, put, whole};

/// A file of a folder, for which nothing is waited.
fn at(url: &str) -> SharedLocation {
    SharedLocation::parse(url).now_or_never().expect("at once").expect("a location")
}

#[tokio::test(start_paused = true)]
async fn memory_passes_the_suite_of_stores() {
    whole(&Shared::over(Double::new())).await;
    let store = Arc::new(InMemory::new());
    whole(&Shared::new(move |key| SharedLocation::new(store.clone(), key).expect("a location"))).await;
}

#[tokio::test]
async fn a_folder_passes_the_suite_of_stores() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().display().to_string();
    let state = Shared::new(move |key| at(&format!("file://{root}/deep/{key}")));
    whole(&state).await;
    large_states(&state).await;
}

#[tokio::test]
async fn servers_of_s3_google_and_azure_pass_the_suite_of_stores() {
    for server in Kind::ALL.into_iter().filter_map(Server::start) {
        whole(&server.state()).await;
        large_states(&server.state()).await;
    }
}

/// States with shards.
async fn large_states(state: &Shared) {
    for number in 0..10 {
        let store = state.open().await.expect("open");
        store.lock().await.expect("locked");
        store.commit(&[large(&format!("u{number}"), 60_000), put("same")]).await.expect("committed");
        store.unlock().await.expect("unlocked");
    }
    assert_eq!(state.entries().await.len(), 11);
}

/// The servers' own conditions, which the state stands on.
#[tokio::test]
async fn servers_of_s3_google_and_azure_heed_conditions() {
    for server in Kind::ALL.into_iter().filter_map(Server::start) {
        let state = server.state();
        let (ana, bob) = (state.opened_by("ana@one").await, state.opened_by("bob@two").await);
        let (ana, bob) = (ana.expect("open"), bob.expect("open"));
        ana.commit(&[put("a")]).await.expect("committed");
        let refused = bob.commit(&[put("b")]).await.expect_err("somebody else has written");
        assert!(matches!(&refused, StoreError::Changed { by, .. } if by == "ana@one"), "{refused}");
        ana.lock().await.expect("locked");
        let refused = state.opened_by("bob@two").await.expect_err("locked");
        assert!(matches!(&refused, StoreError::Leased { owner, .. } if owner == "ana@one"), "{refused}");
        state.unlock().await;
        assert!(ana.commit(&[put("c")]).await.is_err());
        assert_eq!(state.entries().await.into_keys().collect::<Vec<_>>(), ["a"]);
    }
}

/// A state in a bucket, with settings as the environment has them.
fn with(builder: AmazonS3Builder, settings: &[(&str, &str)]) -> Shared {
    let set = |builder: AmazonS3Builder, (name, value): &(&str, &str)| {
        builder.with_config(name.parse::<AmazonS3ConfigKey>().expect("a setting"), *value)
    };
    let store = Arc::new(settings.iter().fold(builder, set).build().expect("a client"));
    Shared::new(move |key| SharedLocation::new(store.clone(), key).expect("a location"))
}

#[tokio::test]
async fn an_encrypted_state_can_be_read() {
    let Some(server) = Server::start(Kind::S3) else { return };
    for settings in encryptions() {
        let state = with(server.s3(), &settings.each_ref().map(|(name, value)| (*name, value.as_str())));
        let state = state.another();
        state.open().await.expect("open").commit(&[put("a")]).await.expect("committed");
        state.open().await.expect("open").commit(&[put("b")]).await.expect("committed");
        assert_eq!(entries(&*state).await.len(), 2);
    }
}

/// What a write asks of the service, as it is on the wire.
#[tokio::test]
async fn a_write_says_how_the_object_is_encrypted() {
    let expected = [
        ["x-amz-server-side-encryption: aws:kms", "x-amz-server-side-encryption-aws-kms-key-id: some-key"],
        [
            "x-amz-server-side-encryption-customer-algorithm: AES256",
            "x-amz-server-side-encryption-customer-key: AAAA",
        ],
    ];
    for (settings, expected) in encryptions().into_iter().zip(expected) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let answers = std::thread::spawn(move || {
            ["404 Not Found", "403 Forbidden"].map(|status| answer(&listener, status))
        });
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        let builder =
            AmazonS3Builder::new().with_bucket_name(BUCKET).with_endpoint(endpoint).with_allow_http(true);
        let builder =
            builder.with_region("us-east-1").with_access_key_id("test").with_secret_access_key("test");
        let store = with(builder, &settings).open().await.expect("nobody yet");
        let refused = store.commit(&[put("a")]).await.expect_err("403");
        assert!(refused.to_string().contains("403"), "{refused}");
        let [read, write] = answers.join().expect("both");
        assert!(read.starts_with("GET /states/team/users ") && write.starts_with("PUT /states/team/users "));
        assert!(expected.iter().all(|header| write.contains(header)), "{write}");
        assert!(write.contains("if-none-match: *"), "{write}");
        // A key of the customer is needed to read, too.
        assert_eq!(read.contains("customer-key: AAAA"), expected[1].contains("customer"), "{read}");
    }
}

/// Reads the head of one request, and refuses it.
fn answer(listener: &TcpListener, status: &str) -> String {
    let (mut stream, _) = listener.accept().expect("a connection");
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut part).expect("a request");
        request.extend(&part[..count]);
    }
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).expect("answered");
    String::from_utf8_lossy(&request).into_owned()
}

/// With a key of the service, and with one that it does not keep.
fn encryptions() -> [[(&'static str, String); 2]; 2] {
    [
        [("aws_server_side_encryption", "aws:kms".to_owned()), ("aws_sse_kms_key_id", "some-key".to_owned())],
        [
            ("aws_server_side_encryption", "sse-c".to_owned()),
            ("aws_sse_customer_key_base64", base64_of_a_key()),
        ],
    ]
}

/// A key of 256 bits, all zeros.
fn base64_of_a_key() -> String {
    format!("{}=", "A".repeat(43))
}

#[tokio::test]
async fn a_url_that_is_none_is_refused_with_what_is_allowed() {
    for (url, expected) in [
        ("users.redb", "it must begin with `s3://`, `gs://`, `az://` or `file:///`"),
        ("ftp://host/users", "it must begin with `s3://`, `gs://`, `az://` or `file:///`"),
        ("s3://bucket", "it must name a bucket and a key"),
        ("s3:///users", "it must name a bucket and a key"),
        ("s3://bucket/team/users/", "the key must not end in `/`"),
        ("gs://bucket/team/users/", "the key must not end in `/`"),
        ("az://states@team/users/", "the key must not end in `/`"),
        ("file://users", "it must be `file://` and the absolute path of a file"),
        ("file:///folder/", "it must be `file://` and the absolute path of a file"),
    ] {
        let error = SharedLocation::parse(url).await.expect_err("refused");
        assert_eq!(error.to_string(), format!("the state `{url}` cannot be read or written: {expected}"));
    }
    for url in ["s3://bucket/team/users", "file:///folder/users"] {
        let location = SharedLocation::parse(url).await.expect("a location");
        assert_eq!(format!("{location:?}"), format!("SharedLocation({url:?})"));
    }
}

#[tokio::test]
async fn whatever_a_url_may_begin_with_is_known() {
    let said = SharedLocation::parse("users").await.expect_err("refused").to_string();
    let (_, allowed) = said.split_once(" must begin with ").expect("what is allowed");
    let allowed: Vec<&str> = allowed.split('`').skip(1).step_by(2).collect();
    assert_eq!(allowed.len(), 4, "{allowed:?}");
    for start in allowed {
        // Whether its settings are there is another question.
        let said = match SharedLocation::parse(&format!("{start}states/users")).await {
            Ok(location) => format!("{location:?}"),
            Err(error) => error.to_string(),
        };
        assert!(said.contains(start) && !said.contains("must begin"), "{said}");
    }
}

/// Names and addresses are for those whom the folder is for; without one, for its owner.
#[cfg(unix)]
#[tokio::test]
async fn a_folder_is_made_for_its_owner_alone_and_one_that_is_there_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let team = folder.path().join("team");
    fs::create_dir(&team).expect("created");
    fs::set_permissions(&team, fs::Permissions::from_mode(0o750)).expect("set");
    for (folder, mode) in [(&team, 0o750), (&team.join("new"), 0o700), (&team.join("deep/er"), 0o700)] {
        let url = format!("file://{}/users", folder.display());
        let store = SharedStore::open(at(&url), "ana@one").await.expect("open");
        store.commit(&[put("a")]).await.expect("committed");
        let found = fs::metadata(folder).expect("there").permissions().mode() & 0o777;
        assert_eq!(found, mode, "{found:o} of {}", folder.display());
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_with_its_cause() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let url = format!("file://{}/users", file.display());
    let error = match SharedStore::open(at(&url), "ana@one").await {
        Ok(store) => store.commit(&[put("a")]).await.expect_err("refused"),
        Err(error) => error,
    };
    assert!(
        error.to_string().contains("Not a directory") || error.to_string().contains("File exists"),
        "{error}"
    );
}

#[tokio::test]
async fn a_kill_while_a_file_is_written_leaves_no_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}/users", folder.path().display());
    let state = Shared::new(move |_| at(&url));
    state.open().await.expect("open").commit(&[put("a")]).await.expect("committed");
    assert!(folder.path().join("users.lock").exists());
    state.open().await.expect("open").commit(&[put("b")]).await.expect("the file of the lock is no lock");
    let store = connect_user::object_store::local::LocalFileSystem::new();
    let path = Path::from_absolute_path(folder.path().join("users")).expect("a path");
    assert!(store.head(&path).await.expect("there").size > 0);
}
