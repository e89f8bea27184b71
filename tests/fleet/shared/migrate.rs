//! States that move: from every kind to every kind, and stopped on the way.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use connect_user::{
    fleet::{Creating, Entry, SharedLocation, StoreChange, StoreError, load_all, migrate},
    object_store::memory::InMemory,
    user::{AfterContactWork, Channel, CreationAttempt, LastModified, Property, Replaced, Timestamp},
};
use futures_util::FutureExt;
use serde_json::json;

use super::{
    double::{Double, Fault},
    servers::{Kind, Server},
    support::{Shared, large},
};
use crate::{
    store::Embedded,
    suite::{Subject, entries, entry, put},
    support::*,
};

fn time(seconds: u64) -> Timestamp {
    (std::time::UNIX_EPOCH + Duration::from_millis(seconds * 1_000 + 7)).into()
}

/// A user of whom everything is recorded that can be.
fn everything() -> Entry {
    let mut document = document("José \u{1F600}");
    document["hierarchyGroupId"] = json!("g1");
    document["identityInfo"]["secondaryEmail"] = json!("a@example.com");
    document["identityInfo"]["mobile"] = json!("+16175550101");
    document["userProficiencies"] =
        json!([{"attributeName": "Language", "attributeValue": "German", "level": 4.0}]);
    document["autoAcceptConfigs"] =
        json!([{"channel": "CHAT", "autoAccept": true}, {"channel": "VOICE", "autoAccept": true}]);
    let mut state = state(&document, "u-1");
    let replaced =
        json!({"instanceId": "i", "userId": "u-0", "name": "jose", "created": time(1), "signOut": true});
    let replaced: Replaced = serde_json::from_value(replaced).expect("a former user");
    let record = &mut state.record;
    record.default_tag_keys.insert("owner".to_owned());
    record.unfinished.replaced.push(replaced);
    let work = AfterContactWork::new(30).with_agent_first_callback(60);
    record.unfinished.after_contact_work.insert(Channel::Voice, work);
    record.unfinished.sign_out = true;
    record.unrecognised.push("phoneConfig.afterContactWorkMode".to_owned());
    (record.last_written, record.created) = (Some(time(2)), Some(time(3)));
    record.in_progress = true;
    record.unread.insert(Property::Mobile);
    (state.last_modified_time, state.last_modified_region) = (Some(time(4)), Some("eu-west-2".to_owned()));
    state.proficiencies_last_modified = Some(LastModified::new(time(6), "eu-west-2".to_owned()));
    let mut entry = Entry::new(state);
    entry.notes.insert("protect".into(), "true".into());
    entry.notes.insert("a note\n".into(), "\"of the host\"".into());
    entry.creating.push(creating("u-1"));
    entry
}

/// A user whose creation may have been done.
fn creating(supersedes: &str) -> Creating {
    let attempt = CreationAttempt::new(&desired(&document("c")), time(5));
    let mut creating = serde_json::to_value(&attempt).expect("JSON");
    creating["supersedes"] = json!(supersedes);
    creating["notes"] = json!({"import": "i:u-2"});
    serde_json::from_value(creating).expect("a creation")
}

/// Records of every form, which take several objects of a shared state.
fn records() -> Vec<StoreChange> {
    let mut pending = Entry::default();
    pending.creating.push(creating("u-9"));
    let mut all = vec![
        StoreChange::put("José \u{1F600}/\"x\"", everything()),
        StoreChange::put("pending", pending),
        StoreChange::put("plain", entry("plain")),
    ];
    all.extend((0..5).map(|number| large(&format!("large-{number}"), 40_000)));
    all
}

fn recorded() -> BTreeMap<String, Entry> {
    records().into_iter().filter_map(|change| Some((change.name, change.entry?))).collect()
}

/// A kind of state, with what messages call it.
type Named = (String, Box<dyn Subject>);

/// Each kind of state that there is. Servers are tried where they can be had.
fn kinds() -> (Vec<Named>, Vec<Server>) {
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = move |key: &str| {
        let url = format!("file://{}/{key}", folder.path().display());
        SharedLocation::parse(&url).now_or_never().expect("at once").expect("a location")
    };
    let store = Arc::new(InMemory::new());
    let in_memory = move |key: &str| SharedLocation::new(store.clone(), key).expect("a location");
    let mut kinds: Vec<Named> = vec![
        ("a file".to_owned(), Box::new(Embedded::new())),
        ("a folder".to_owned(), Box::new(Shared::new(in_folder))),
        ("memory".to_owned(), Box::new(Shared::new(in_memory))),
    ];
    let servers: Vec<Server> = Kind::ALL.into_iter().filter_map(Server::start).collect();
    for (number, server) in servers.iter().enumerate() {
        kinds.push((format!("server {number}"), Box::new(server.state())));
    }
    (kinds, servers)
}

#[tokio::test]
async fn every_kind_of_state_moves_to_every_kind_with_its_records_whole() {
    let (kinds, _servers) = kinds();
    for (from, first) in &kinds {
        for (to, second) in &kinds {
            let (first, second) = (first.another(), second.another());
            let source = first.open().await.expect("open");
            source.commit(&records()).await.expect("committed");
            let target = second.open().await.expect("open");
            for again in [false, true] {
                let moved = migrate(&*source, &*target).await;
                assert_eq!(moved.expect("moved"), recorded().len(), "{from} to {to}, again: {again}");
            }
            drop((source, target));
            assert!(entries(&*first).await == recorded(), "{from} to {to}: the source is another one");
            assert!(entries(&*second).await == recorded(), "{from} to {to}: the target is another one");
            // Nothing is locked, and whoever goes on there is not overwritten.
            let (source, target) = (first.open().await.expect("open"), second.open().await.expect("open"));
            source.commit(&[put("more")]).await.expect("not locked");
            target.commit(&[put("other")]).await.expect("not locked");
            let refused = migrate(&*source, &*target).await.expect_err("it has other users");
            assert!(matches!(refused, StoreError::NotEmpty), "{from} to {to}: {refused}");
        }
    }
}

/// Kills a run at every call of either state: the source stays as it is, the target has all or nothing, and the next run
/// finishes it.
#[tokio::test(start_paused = true)]
async fn a_move_that_was_killed_is_finished_by_the_next() {
    for is_target in [false, true] {
        let calls = killed_move(is_target, None).await;
        assert!(calls > 2, "{calls} calls");
        for call in 1..=calls {
            for last in [Fault::Refused, Fault::AnswerLost, Fault::Hangs] {
                killed_move(is_target, Some((call, last))).await;
            }
        }
    }
}

/// Moves a state, which is killed at a call of its source or its target. Returns how many calls that took.
async fn killed_move(is_target: bool, kill: Option<(usize, Fault)>) -> usize {
    let (source, target) = (Double::new(), Double::new());
    let of = |double: &Double| Shared::over(double.clone());
    of(&source).open().await.expect("open").commit(&records()).await.expect("committed");
    let (first, second) = (of(&source).open().await.expect("open"), of(&target).open().await.expect("open"));
    let killed = if is_target { &target } else { &source };
    let before = killed.calls();
    if let Some((call, last)) = kill {
        killed.kill(call, last);
    }
    let moved = tokio::time::timeout(Duration::from_secs(600), migrate(&*first, &*second)).await;
    let calls = killed.calls() - before;
    drop((first, second));
    let (first, second) = (of(&source.inner()), of(&target.inner()));
    first.unlock().await;
    second.unlock().await;
    assert!(entries(&first).await == recorded(), "{kill:?}: the source is another one");
    let there = entries(&second).await;
    assert!(there.is_empty() || there == recorded(), "{kill:?}: {:?}", there.keys());
    assert!(kill.is_some() || matches!(moved, Ok(Ok(_))), "nothing was killed");
    let (from, to) = (first.open().await.expect("open"), second.open().await.expect("open"));
    assert_eq!(migrate(&*from, &*to).await.expect("finished"), recorded().len(), "{kill:?}");
    assert!(load_all(&*to).await.expect("all") == recorded(), "{kill:?}: the target is another one");
    calls
}
