//! What every store that lasts has to do.

use async_trait::async_trait;
use connect_user::{
    client::memory::MemoryConnect,
    fleet::{
        AllKnown, Entry, Guard, MemoryStore, PlanOptions, Planner, ProgramUser, Session, StateStore,
        StoreChange, StoreError, export_json, import_json, load_all, migrate,
    },
    user::IdentityManagementType,
};
use serde_json::json;

use crate::{session::session_options, support::*};

/// A state, which is opened again and again.
#[async_trait]
pub trait Subject: Sync {
    /// Opens it to write.
    async fn open(&self) -> Result<Box<dyn StateStore>, StoreError>;

    /// Opens it to read.
    async fn read(&self) -> Result<Box<dyn StateStore>, StoreError>;

    /// A state that does not exist yet, in the same place.
    fn another(&self) -> Box<dyn Subject>;
}

pub fn entry(name: &str) -> Entry {
    entry_of(name, &format!("u-{name}"))
}

/// The entry of a user whose account has that id.
pub fn entry_of(name: &str, id: &str) -> Entry {
    let mut entry = Entry::new(state(&document(name), id));
    entry.notes.insert("fingerprint".into(), "ab:cd".into());
    entry
}

pub fn put(name: &str) -> StoreChange {
    StoreChange::put(name.to_owned(), entry(name))
}

/// Puts a state through everything.
pub async fn whole(subject: &dyn Subject) {
    what_was_committed_is_there_after_opening_again(&*subject.another()).await;
    nothing_is_made_by_reading(&*subject.another()).await;
    it_remembers_what_memory_does(&*subject.another()).await;
    it_goes_out_as_json_and_moves(&*subject.another(), &*subject.another()).await;
    one_applies_and_others_read_meanwhile(&*subject.another()).await;
    a_fleet_is_applied_and_found_again(&*subject.another()).await;
}

async fn open(subject: &dyn Subject) -> Box<dyn StateStore> {
    subject.open().await.expect("a store")
}

async fn what_was_committed_is_there_after_opening_again(subject: &dyn Subject) {
    let first = open(subject).await;
    first.commit(&[put("b"), put("a"), StoreChange::remove("b"), put("c")]).await.expect("committed");
    drop(first);
    let store = open(subject).await;
    assert_eq!(store.get("a").await.expect("read"), Some(entry("a")));
    assert_eq!(store.get("b").await.expect("read"), None);
    let names = |page: Vec<(String, Entry)>| page.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(store.page(None, 1).await.expect("a page")), ["a"]);
    assert_eq!(names(store.page(Some("a"), 10).await.expect("a page")), ["c"]);
}

async fn nothing_is_made_by_reading(subject: &dyn Subject) {
    let reader = subject.read().await.expect("nobody yet");
    assert_eq!(reader.page(None, 9).await.expect("a page"), []);
    let refused = reader.commit(&[put("b")]).await.expect_err("it is for reading");
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused}");
    drop(reader);
    open(subject).await.commit(&[put("a")]).await.expect("committed");
    let reader = subject.read().await.expect("a reader");
    assert_eq!(reader.get("a").await.expect("read"), Some(entry("a")));
    let refused = reader.commit(&[put("b")]).await.expect_err("it is for reading");
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused}");
}

async fn it_remembers_what_memory_does(subject: &dyn Subject) {
    let mut random = fastrand::Rng::with_seed(7);
    let memory = MemoryStore::default();
    let mut store = open(subject).await;
    for _ in 0..40 {
        let change = |random: &mut fastrand::Rng| {
            let name = format!("u{}", random.u8(0..6));
            if random.bool() { put(&name) } else { StoreChange::remove(name) }
        };
        let changes: Vec<StoreChange> = (0..random.usize(1..4)).map(|_| change(&mut random)).collect();
        memory.commit(&changes).await.expect("committed");
        store.commit(&changes).await.expect("committed");
        if random.u8(0..4) == 0 {
            drop(store);
            store = open(subject).await;
        }
        assert_eq!(load_all(&*store).await.expect("all"), memory.entries());
    }
}

async fn it_goes_out_as_json_and_moves(subject: &dyn Subject, other: &dyn Subject) {
    let store = open(subject).await;
    store.commit(&[put("a"), put("b")]).await.expect("committed");
    let mut text = Vec::new();
    assert_eq!(export_json(&*store, &mut text).await.expect("exported"), 2);
    let moved = open(other).await;
    assert_eq!(migrate(&*store, &*moved).await.expect("moved"), 2);
    drop(moved);
    let moved = open(other).await;
    assert_eq!(load_all(&*moved).await.expect("all"), load_all(&*store).await.expect("all"));
    assert_eq!(migrate(&*store, &*moved).await.expect("there already"), 2);
    moved.commit(&[StoreChange::remove("b")]).await.expect("removed");
    let refused = migrate(&*store, &*moved).await.expect_err("it has other users");
    assert!(matches!(refused, StoreError::NotEmpty), "{refused}");
    moved.commit(&[StoreChange::remove("a")]).await.expect("removed");
    assert_eq!(import_json(&*moved, text.as_slice()).await.expect("imported"), 2);
    assert_eq!(moved.get("b").await.expect("read"), Some(entry("b")));
    store.commit(&[put("c")]).await.expect("not locked any more");
}

async fn one_applies_and_others_read_meanwhile(subject: &dyn Subject) {
    let store = open(subject).await;
    store.lock().await.expect("locked");
    store.commit(&[put("a")]).await.expect("committed");
    let refused = subject.open().await.expect_err("only one may write");
    assert!(matches!(refused, StoreError::InUse { .. } | StoreError::Leased { .. }), "{refused}");
    assert!(refused.help().starts_with("wait until"), "{}", refused.help());
    let reader = subject.read().await.expect("a reader");
    assert_eq!(reader.get("a").await.expect("read"), Some(entry("a")));
    store.unlock().await.expect("unlocked");
    drop(store);
    open(subject).await.commit(&[put("b")]).await.expect("committed");
}

async fn a_fleet_is_applied_and_found_again(subject: &dyn Subject) {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let mut other = document("b");
    other["routingProfileId"] = json!("r2");
    let runs = [
        (vec![wanted("a", &document("a")), wanted("b", &document("b"))], [2, 0, 0]),
        (vec![wanted("a", &document("a")), wanted("b", &other), wanted("c", &document("c"))], [1, 1, 0]),
        (vec![wanted("x", &other)], [0, 0, 2]),
        (vec![wanted("x", &other)], [0, 0, 0]),
    ];
    for (program, expected) in runs {
        let store = open(subject).await;
        assert_eq!(apply(&*store, &connect, &program).await, expected);
    }
    let there = load_all(&*subject.read().await.expect("a reader")).await.expect("all");
    assert_eq!(there.keys().collect::<Vec<_>>(), ["x"]);
}

/// Applies a program in a session. Returns how many users were created, updated and deleted.
pub async fn apply(store: &dyn StateStore, connect: &MemoryConnect, program: &[ProgramUser]) -> [usize; 3] {
    use connect_user::diff::Action;

    let mut session = Session::open(store, connect, session_options()).await.expect("a session");
    session.recover().await.expect("looked into");
    session.refresh(program).await.expect("refreshed");
    let mut planner = Planner::new(PlanOptions::builder().guard(Guard::OFF).build());
    for user in program {
        session.want(&mut planner, user);
    }
    let preview = session.preview(planner);
    let options = session.apply_options();
    let outcome = session.apply(preview, &mut AllKnown, &options).await.expect("applied");
    assert!(outcome.is_done(), "{outcome:?}");
    [Action::Create, Action::Update, Action::Delete].map(|action| outcome.done(action))
}

/// All entries of a state.
#[cfg(feature = "object-store")]
pub async fn entries(subject: &dyn Subject) -> std::collections::BTreeMap<String, Entry> {
    load_all(&*subject.read().await.expect("a reader")).await.expect("all")
}
