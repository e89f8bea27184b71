//! States of many users: how much is read and written, and what was restored or damaged.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    double::{Double, Fault},
    support::{Shared, large},
};
use crate::{
    apply::options,
    suite::{Subject, apply, entry, put},
    support::*,
};
use connect_user::{
    client::memory::MemoryConnect,
    fleet::{self, EventKind, PlanOptions, SharedStore, StateStore, StoreChange, StoreError, events, plan},
    object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path},
    user::{Code, IdentityManagementType},
};

/// Objects are counted, not requests.
#[tokio::test(start_paused = true)]
async fn of_ten_thousand_users_a_plan_reads_nine_objects_and_an_apply_of_one_writes_at_most_two() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    let anybody = entry("anybody");
    let users = |name: &str| {
        let mut entry = anybody.clone();
        let state = Arc::make_mut(entry.state.as_mut().expect("a state"));
        state.name = name.to_owned();
        state.user_id = format!("id-of-{name}").as_str().into();
        entry
    };
    let changes: Vec<StoreChange> = (0..10_000)
        .map(|number| format!("agent{number}"))
        .map(|name| StoreChange::put(name.clone(), users(&name)))
        .collect();
    let store = state.opened_by("ana@one").await.expect("open");
    store.commit(&changes).await.expect("committed");
    for round in 0..3 {
        double.forget();
        let store = state.opened_by("ana@one").await.expect("open");
        let (read, written) = double.touched();
        assert_eq!((read.len(), written.len()), (9, 0), "{read:?}");
        // What an apply of one user does to the state.
        store.lock().await.expect("locked");
        store.commit(&[put("agent77")]).await.expect("committed");
        store
            .commit(&[StoreChange::put("agent77", users(&format!("agent77-{round}")))])
            .await
            .expect("committed");
        store.unlock().await.expect("unlocked");
        let (_, written) = double.touched();
        assert!(written.len() <= 2, "{written:?}");
        // The trial of the condition is one of them, and writes nothing.
        assert!(double.writes() <= 6, "{} requests", double.writes());
    }
    let store = state.open().await.expect("open");
    assert_eq!(store.get("agent77").await.expect("read"), Some(users("agent77-2")));
    assert_eq!(store.get("agent9999").await.expect("read"), Some(users("agent9999")));
}

#[tokio::test(start_paused = true)]
async fn an_apply_of_one_user_of_a_small_fleet_touches_one_object() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let mut program: Vec<_> =
        (0..200).map(|number| format!("u{number}")).map(|name| wanted(&name, &document(&name))).collect();
    let store = state.opened_by("ana@one").await.expect("open");
    assert_eq!(apply(&store, &connect, &program).await, [200, 0, 0]);
    double.forget();
    program.push(wanted("one-more", &document("one-more")));
    let store = state.opened_by("ana@one").await.expect("open");
    assert_eq!(apply(&store, &connect, &program).await, [1, 0, 0]);
    let (read, written) = double.touched();
    assert_eq!((read.len(), written.len()), (1, 1), "{read:?} {written:?}");
    assert!(double.writes() <= 6, "{} requests", double.writes());
}

/// Changes and removals that are spread over the first object and the shards come together again.
#[tokio::test(start_paused = true)]
async fn a_state_with_shards_remembers_what_memory_does() {
    let state = Shared::over(Double::new());
    let mut random = fastrand::Rng::with_seed(11);
    let mut expected = BTreeMap::new();
    let mut store = state.opened_by("ana@one").await.expect("open");
    for round in 0..60 {
        let changes: Vec<StoreChange> = (0..random.usize(1..4))
            .map(|_| {
                let name = format!("u{}", random.u8(0..40));
                match random.u8(0..4) {
                    0 => StoreChange::remove(name),
                    _ => large(&name, random.usize(0..60_000)),
                }
            })
            .collect();
        store.commit(&changes).await.expect("committed");
        for change in changes {
            match change.entry {
                Some(entry) => drop(expected.insert(change.name, entry)),
                None => drop(expected.remove(&change.name)),
            }
        }
        if round % 7 == 0 {
            store = state.opened_by("bob@two").await.expect("open");
        }
        assert_eq!(state.entries().await, expected, "round {round}");
    }
}

async fn object(store: &dyn ObjectStore, key: &str) -> Option<Vec<u8>> {
    let found = store.get(&Path::from(key)).await.ok()?;
    Some(found.bytes().await.expect("bytes").into())
}

async fn overwrite(store: &dyn ObjectStore, key: &str, bytes: Vec<u8>) {
    store.put(&Path::from(key), PutPayload::from(bytes)).await.expect("written");
}

/// The objects of a state, by key.
async fn objects(store: &dyn ObjectStore) -> BTreeMap<String, Vec<u8>> {
    let mut objects = BTreeMap::new();
    for number in 0..9 {
        let key = if number == 0 { "team/users".to_owned() } else { format!("team/users.{number}") };
        if let Some(bytes) = object(store, &key).await {
            objects.insert(key, bytes);
        }
    }
    objects
}

/// A bucket with versions: what was there at any moment is a state; single objects of another moment are noticed.
#[tokio::test(start_paused = true)]
async fn what_was_there_at_any_moment_is_a_state_and_a_mixture_is_noticed() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    let store = state.opened_by("ana@one").await.expect("open");
    let mut moments = Vec::new();
    for number in 0..24 {
        store.commit(&[large(&format!("u{number}"), 50_000)]).await.expect("committed");
        moments.push((objects(&double).await, state.entries().await));
    }
    let last = moments.last().expect("one").0.clone();
    assert!(last.len() > 3, "{} objects", last.len());
    for (objects, entries) in &moments {
        let other = Double::new();
        for (key, bytes) in objects {
            overwrite(&other, key, bytes.clone()).await;
        }
        assert_eq!(Shared::over(other).entries().await, *entries);
    }
    // One shard that is older than the rest, and one first object.
    let mut with_shards = moments.iter().filter(|(objects, _)| objects.len() > 1);
    // The first object says only after the next commit what is in the shard: until then it has everything.
    let (first, entries) = with_shards.next().expect("one");
    overwrite(&double, "team/users", first["team/users"].clone()).await;
    assert_eq!(state.entries().await, *entries);
    let old = with_shards.next().expect("another").0.clone();
    let shard = old.keys().last().expect("a shard").clone();
    assert_ne!(old[&shard], last[&shard], "it has changed since");
    for key in [shard.as_str(), "team/users"] {
        let other = Double::new();
        for (key, bytes) in &last {
            overwrite(&other, key, bytes.clone()).await;
        }
        overwrite(&other, key, old[key].clone()).await;
        let error = Shared::over(other).read().await.expect_err("noticed");
        assert!(error.to_string().contains("of different moments"), "{error}");
    }
}

/// More users than the first object has, each with an entry of some size.
fn many(bytes: usize) -> Vec<StoreChange> {
    (0..12).map(|number| large(&format!("u{number}"), bytes)).collect()
}

/// Shards that were left where the first object was deleted, or restored to before there were any, are never read as
/// one's own, whatever their number.
#[tokio::test(start_paused = true)]
async fn shards_that_were_left_are_overwritten_and_not_read() {
    for (earlier, restored) in [(1, false), (5, false), (1, true), (5, true)] {
        let double = Double::new();
        let state = Shared::over(double.clone());
        let store = state.opened_by("ana@one").await.expect("open");
        store.commit(&[put("u0")]).await.expect("committed");
        let small = object(&double, "team/users").await.expect("there");
        for _ in 0..earlier {
            store.commit(&many(90_000)).await.expect("committed");
        }
        let left = objects(&double).await;
        assert!(left.len() > 3, "{} objects", left.len());
        match restored {
            true => overwrite(&double, "team/users", small).await,
            false => double.delete(&Path::from("team/users")).await.expect("deleted"),
        }
        let store = state.opened_by("bob@two").await.expect("open");
        if !restored {
            store.commit(&[put("u0")]).await.expect("committed");
        }
        store.commit(&many(80_000)).await.expect("committed");
        store.commit(&[put("last")]).await.expect("committed");
        let mut expected: BTreeMap<_, _> =
            many(80_000).into_iter().filter_map(|change| Some((change.name, change.entry?))).collect();
        expected.insert("last".to_owned(), entry("last"));
        assert_eq!(state.entries().await, expected, "{earlier} {restored}");
        if restored {
            continue;
        }
        let last = objects(&double).await;
        let shard = last.keys().rfind(|key| left.contains_key(*key)).expect("a shard");
        overwrite(&double, shard, left[shard].clone()).await;
        let error = state.read().await.expect_err("a shard of another state");
        assert!(error.to_string().contains("of different moments"), "{error}");
    }
}

/// Shards only make room: whoever may not write them, or fails to, records what was done all the same.
#[tokio::test(start_paused = true)]
async fn a_commit_that_is_made_succeeds_also_where_no_shard_can_be_written() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    let store = state.opened_by("ana@one").await.expect("open");
    double.deny(Some("users."));
    for change in many(90_000) {
        store.commit(&[change]).await.expect("committed");
    }
    store.commit(&many(60_000)).await.expect("committed");
    assert_eq!((objects(&double).await.len(), state.entries().await.len()), (1, 12));
    // What failed is not tried with every commit.
    double.forget();
    double.deny(Some("users."));
    store.commit(&[put("a")]).await.expect("committed");
    assert_eq!(double.writes(), 1);
    // It is told, once and for all, until it is made up for.
    let warning = store.warnings().await.pop().expect("a warning");
    assert_eq!(warning.code, Code::STATE_BEHIND);
    assert!(warning.message.contains("KiB of changes wait in `double/team/users`"), "{}", warning.message);
    assert!(warning.message.contains("users."), "with its cause: {}", warning.message);
    // Another run makes up for it, and a passing error is one.
    let store = state.opened_by("bob@two").await.expect("open");
    double.forget();
    double.fail(3, Fault::Refused);
    store.commit(&[put("b")]).await.expect("committed");
    assert!(objects(&double).await.len() > 1);
    assert_eq!((state.entries().await.len(), store.warnings().await), (14, Vec::new()));
    // There is a bound, and its cause is told.
    double.deny(Some("users."));
    let huge: Vec<StoreChange> = (0..30).map(|number| large(&format!("h{number}"), 1 << 20)).collect();
    store.commit(&huge).await.expect("committed");
    let error = store.commit(&[put("c")]).await.expect_err("too much is due");
    assert!(matches!(&error, StoreError::Failed { location, .. } if location.contains("users.")), "{error}");
    double.deny(None);
    store.commit(&[put("c")]).await.expect("committed");
    assert_eq!((state.entries().await.len(), store.warnings().await), (45, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn an_apply_tells_that_changes_wait() {
    let double = Double::new();
    let store = Shared::over(double.clone()).opened_by("ana@one").await.expect("open");
    double.deny(Some("users."));
    store.commit(&many(90_000)).await.expect("committed");
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let all = [wanted("one", &document("one"))];
    let plan = plan(&all, &BTreeMap::new(), &PlanOptions::default()).expect("a plan");
    let (sender, mut events) = events();
    let mut options = options();
    options.observer = &sender;
    assert!(fleet::apply(&plan, &store, &connect, &options).await.is_done());
    drop(options);
    drop(sender);
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        if let EventKind::Note(note) = event.kind {
            told.push(note.code);
        }
    }
    assert_eq!(told, [Code::STATE_BEHIND]);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_or_foreign_object_is_refused_and_stays() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    state.open().await.expect("open").commit(&[put("a"), put("b")]).await.expect("committed");
    let whole = object(&double, "team/users").await.expect("there");
    let mut damaged: Vec<Vec<u8>> = vec![Vec::new(), b"{}".to_vec(), whole[..whole.len() / 2].to_vec()];
    for place in (0..whole.len()).step_by(13) {
        let mut bytes = whole.clone();
        bytes[place] ^= 4;
        damaged.push(bytes);
    }
    for bytes in damaged {
        overwrite(&double, "team/users", bytes.clone()).await;
        for error in [state.open().await.err(), state.read().await.err()] {
            let error = error.expect("refused");
            let is_named = error.to_string().contains("`double/team/users`");
            assert!(
                is_named && matches!(error, StoreError::Damaged { .. } | StoreError::Version { .. }),
                "{error}"
            );
        }
        assert_eq!(object(&double, "team/users").await.expect("there"), bytes);
    }
    let text = String::from_utf8_lossy(&whole).replacen("state 1", "state 7", 1);
    overwrite(&double, "team/users", text.into_bytes()).await;
    let error = state.open().await.expect_err("refused");
    assert!(matches!(error, StoreError::Version { found: 7, known: 1, .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_state_that_was_deleted_meanwhile_is_not_written_again() {
    let double = Double::new();
    let state = Shared::over(double.clone());
    let store = state.opened_by("ana@one").await.expect("open");
    store.commit(&[put("a")]).await.expect("committed");
    double.delete(&Path::from("team/users")).await.expect("deleted");
    let error = store.commit(&[put("b")]).await.expect_err("it is gone");
    assert!(error.to_string().contains("it was deleted after it was read"), "{error}");
    let lease = SharedStore::break_lease(state.location(), "ana@one", "").await.expect("nothing there");
    assert!(lease.is_none() && object(&double, "team/users").await.is_none());
}
