//! What is remembered, and survives.

use std::{fs, path::Path, sync::Arc};

use connect_user::fleet::{
    EmbeddedStore, Entry, JsonError, MemoryStore, StateStore, StoreChange, StoreError, export_json,
    import_json, load_all,
};
use proptest::{collection::vec, prelude::*};

use crate::support::*;

fn entry(name: &str) -> Entry {
    entry_of(name, &format!("u-{name}"))
}

fn entry_of(name: &str, id: &str) -> Entry {
    let mut entry = Entry::new(state(&document(name), id));
    entry.notes.insert("fingerprint".into(), "ab:cd".into());
    entry
}

fn put(name: &str) -> StoreChange {
    StoreChange::put(name.to_owned(), entry(name))
}

fn open(path: &Path) -> EmbeddedStore {
    EmbeddedStore::open(path).expect("a store")
}

#[tokio::test]
async fn what_was_committed_is_there_after_opening_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("deep/er/users.redb");
    open(&path).commit(&[put("b"), put("a"), StoreChange::remove("b"), put("c")]).await.expect("committed");
    let store = open(&path);
    assert_eq!(store.get("a").await.expect("read"), Some(entry("a")));
    assert_eq!(store.get("b").await.expect("read"), None);
    let names = |page: Vec<(String, Entry)>| page.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(store.page(None, 1).await.expect("a page")), ["a"]);
    assert_eq!(names(store.page(Some("a"), 10).await.expect("a page")), ["c"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    }
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
async fn one_writes_and_others_read_meanwhile() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("users.redb");
    let missing = EmbeddedStore::open_to_read(&path).expect("nobody yet");
    assert_eq!(missing.page(None, 9).await.expect("a page"), []);
    assert!(!path.exists(), "reading makes no file");
    let first = open(&path);
    let second = EmbeddedStore::open(&path).expect_err("only one may write");
    assert!(matches!(second, StoreError::InUse { .. }), "{second}");
    assert_eq!(second.help(), "wait until it has ended");
    first.commit(&[put("a")]).await.expect("committed");
    let reader = EmbeddedStore::open_to_read(&path).expect("a reader");
    assert_eq!(reader.get("a").await.expect("read"), Some(entry("a")));
    let refused = reader.commit(&[put("b")]).await.expect_err("it is for reading");
    assert!(matches!(refused, StoreError::ReadOnly { .. }));
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The file remembers what memory does, whenever it is closed and opened.
    #[test]
    fn the_file_remembers_what_memory_does(
        commits in vec((vec((0..6_u8, any::<bool>()), 1..4), any::<bool>()), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("users.redb");
        let memory = MemoryStore::default();
        let mut file = open(&path);
        for (changes, reopen) in commits {
            let changes: Vec<StoreChange> = changes
                .into_iter()
                .map(|(name, is_put)| {
                    let name = format!("u{name}");
                    if is_put { put(&name) } else { StoreChange::remove(name) }
                })
                .collect();
            runtime.block_on(memory.commit(&changes)).expect("committed");
            runtime.block_on(file.commit(&changes)).expect("committed");
            if reopen {
                drop(file);
                file = open(&path);
            }
        }
        prop_assert_eq!(runtime.block_on(load_all(&file)).expect("all"), memory.entries());
    }
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
