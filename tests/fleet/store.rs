//! What is remembered, and survives.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use connect_user::fleet::{
    EmbeddedStore, JsonError, MemoryStore, StateStore, StoreChange, StoreError, export_json, import_json,
    load_all,
};
use tempfile::TempDir;

use crate::suite::{Subject, entry, entry_of, put, whole};

fn open(path: &Path) -> EmbeddedStore {
    EmbeddedStore::open(path).expect("a store")
}

/// A file in a folder.
pub struct Embedded(Arc<TempDir>, usize);

impl Embedded {
    pub fn new() -> Self {
        Self(Arc::new(tempfile::tempdir().expect("a directory")), 0)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join(format!("deep/er/users-{}.redb", self.1))
    }
}

#[async_trait]
impl Subject for Embedded {
    async fn open(&self) -> Result<Box<dyn StateStore>, StoreError> {
        Ok(Box::new(EmbeddedStore::open(self.path())?))
    }

    async fn read(&self) -> Result<Box<dyn StateStore>, StoreError> {
        Ok(Box::new(EmbeddedStore::open_to_read(self.path())?))
    }

    fn another(&self) -> Box<dyn Subject> {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        Box::new(Self(self.0.clone(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_passes_the_suite_of_stores() {
    whole(&Embedded::new()).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_private_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("deep/er/users.redb");
    open(&path).commit(&[put("a")]).await.expect("committed");
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
}

/// A fleet of 100,000 users has less than 100 MB in a file, as an apply writes them: a few at a time.
#[tokio::test]
async fn a_user_takes_less_than_a_kilobyte() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    let store = open(&path);
    let id = |number: u64| format!("{number:08x}-0000-4000-8000-{:012x}", number.wrapping_mul(2_654_435_761));
    let users: Vec<StoreChange> = (0..4_000)
        .map(|number| {
            let mut entry = entry(&format!("agent{number}@example.com"));
            let state = Arc::make_mut(entry.state.as_mut().expect("a state"));
            let instance = "aaaaaaaa-bbbb-cccc-dddd-111111111111";
            state.instance_id = instance.into();
            state.user_id = id(number).into();
            state.arn =
                format!("arn:aws:connect:us-east-1:123456789012:instance/{instance}/agent/{}", id(number));
            state.properties.routing_profile_id = id(number % 7 + 1_000_000).into();
            StoreChange::put(format!("agents[{number}]"), entry)
        })
        .collect();
    for changes in users.chunks(4) {
        store.commit(changes).await.expect("committed");
    }
    drop(store);
    let size = fs::metadata(&path).expect("a file").len() as usize;
    assert!(size < 1_000 * users.len(), "{} bytes for a user", size / users.len());
}

/// What is in the file that a version wrote can be read by every later one, or is refused by its version.
#[tokio::test]
async fn a_file_of_this_version_can_be_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fleet/store-3.redb");
    if std::env::var_os("WRITE_STORE").is_some() {
        let store = open(&path);
        let put = |name: &str| StoreChange::put(name.to_owned(), entry_of(name, "u1"));
        store.commit(&[put("a"), put("b")]).await.expect("committed");
        drop(store);
        fs::copy(&path, &kept).expect("a copy");
    }
    fs::copy(kept, &path).expect("a copy");
    let all = load_all(&EmbeddedStore::open_to_read(&path).expect("a store")).await.expect("read");
    assert_eq!(
        all.into_iter().collect::<Vec<_>>(),
        ["a", "b"].map(|name| (name.into(), entry_of(name, "u1")))
    );
}

#[tokio::test]
async fn only_one_process_has_the_file_open_to_write() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    EmbeddedStore::open_to_read(&path).expect("nobody yet");
    assert!(!path.exists(), "reading makes no file");
    let first = open(&path);
    let second = EmbeddedStore::open(&path).expect_err("only one may write");
    assert!(matches!(second, StoreError::InUse { .. }), "{second}");
    assert_eq!(second.help(), "wait until it has ended");
    drop(first);
    open(&path);
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused_and_stays() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    let text = "{\"version\": 1}\n".repeat(1_000);
    fs::write(&path, &text).expect("written");
    for error in [EmbeddedStore::open(&path), EmbeddedStore::open_to_read(&path)] {
        let error = error.expect_err("no store");
        assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    }
    assert_eq!(fs::read_to_string(&path).expect("text"), text);
}

#[tokio::test]
async fn json_goes_out_and_comes_in() {
    let store = MemoryStore::new([("a".to_owned(), entry("a")), ("b".to_owned(), entry("b"))]);
    let mut text = Vec::new();
    assert_eq!(export_json(&store, &mut text).await.expect("exported"), 2);
    let other = MemoryStore::default();
    assert_eq!(import_json(&other, text.as_slice()).await.expect("imported"), 2);
    assert_eq!(other.entries(), store.entries());
    let again = import_json(&other, text.as_slice()).await.expect_err("they are there");
    assert!(matches!(&again, JsonError::Taken(name) if name == "a"), "{again}");
    let later = import_json(&other, "{\"version\":7}".as_bytes()).await.expect_err("too new");
    assert_eq!(later.to_string(), "it has version 7, and this program knows 1");
    assert!(import_json(&other, "nonsense".as_bytes()).await.is_err());
}

#[tokio::test]
async fn an_account_comes_under_no_second_name() {
    let mut text = Vec::new();
    export_json(&MemoryStore::new([("a".to_owned(), entry("a"))]), &mut text).await.expect("exported");
    let store = MemoryStore::new([("b".to_owned(), entry("a"))]);
    let error = import_json(&store, text.as_slice()).await.expect_err("one account");
    assert!(
        matches!(&error, JsonError::SameAccount { user, other, .. } if user == "a" && other == "b"),
        "{error}"
    );
    assert_eq!(store.entries().len(), 1);
}

#[tokio::test]
async fn a_state_of_a_later_version_is_named_as_such() {
    let store = MemoryStore::default();
    store.commit(&[put("a"), put("b")]).await.expect("committed");
    let mut text = Vec::new();
    export_json(&store, &mut text).await.expect("written");
    let mut document: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    document["users"]["b"]["state"]["version"] = 7.into();
    document["users"]["b"]["state"]["shoeSize"] = 42.into();
    let error =
        import_json(&MemoryStore::default(), document.to_string().as_bytes()).await.expect_err("later");
    assert!(matches!(error, JsonError::StateVersion { found: 7, .. }));
    assert_eq!(error.to_string(), "the state of `b` has version 7, and this program knows 1");
}
