//! What is recorded by hand, what somebody else has changed, and what a session has to say.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use connect_user::{
    client::{
        ConnectClient, DeleteUser, ErrorKind, Rate, UpdateUserRoutingProfile,
        memory::{Fault, MemoryConnect, Outcome},
    },
    fleet::{
        AllKnown, Drift, Entry, FleetOutcome, MemoryStore, RecordError, Session, SessionError, StateStore,
        StoreChange, load_all,
    },
    read::{Filter, Strategy},
    user::{
        Code, CreationAttempt, Diagnostic, IdentityManagementType, ImportId, Operation, Settings, Severity,
        UserId,
    },
};
use serde_json::json;

use crate::{
    session::{preview, session_options},
    support::*,
};

async fn stored(users: &[(&str, &str, &str)]) -> MemoryStore {
    let store = MemoryStore::default();
    let entry = |name: &str, id: &str| Entry::new(state(&document(name), id));
    let changes: Vec<StoreChange> =
        users.iter().map(|(name, user, id)| StoreChange::put(*name, entry(user, id))).collect();
    store.commit(&changes).await.expect("committed");
    store
}

fn names(entries: &BTreeMap<String, Entry>) -> Vec<&str> {
    entries.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_user_is_recorded_once_under_a_free_name() {
    let (store, connect) = (stored(&[("ana", "a", "1")]).await, MemoryConnect::new());
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let refused = session.record("ana", state(&document("b"), "2")).await.expect_err("taken");
    assert_eq!(refused.to_string(), "another user is recorded as `ana` already");
    let refused = session.record("bea", state(&document("a"), "1")).await.expect_err("recorded");
    assert_eq!(
        (refused.to_string().as_str(), refused.help()),
        ("`i:1` is recorded as `ana` already", "use that name in the program")
    );
    session.record("bea", state(&document("b"), "2")).await.expect("recorded");
    assert_eq!(names(session.entries()), ["ana", "bea"]);
    assert_eq!(names(&load_all(&store).await.expect("loaded")), ["ana", "bea"]);
}

#[tokio::test]
async fn all_users_of_an_instance_are_recorded_or_none() {
    let (store, connect) = (stored(&[("ana", "a", "1"), ("b", "x", "3")]).await, MemoryConnect::new());
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let users = |ids: &[(&str, &str)]| ids.iter().map(|(name, id)| state(&document(name), id)).collect();
    let refused = session.record_all(users(&[("c", "4"), ("b", "2")])).await.expect_err("taken");
    assert!(
        matches!(&refused, RecordError::NameTaken { name, id } if name == "b" && id.to_string() == "i:2"),
        "{refused}"
    );
    assert_eq!(names(&load_all(&store).await.expect("loaded")), ["ana", "b"], "nobody was recorded");
    assert_eq!(session.record_all(users(&[("c", "4"), ("a", "1")])).await.expect("recorded"), 1);
    assert_eq!(names(&load_all(&store).await.expect("loaded")), ["ana", "b", "c"]);
}

#[tokio::test]
async fn who_is_forgotten_is_recorded_and_finished_or_it_is_meant() {
    let (store, connect) = (stored(&[("ana", "a", "1"), ("bea", "b", "2")]).await, MemoryConnect::new());
    let attempt = CreationAttempt::new(&desired(&document("c")), SystemTime::UNIX_EPOCH.into());
    let unclear: Entry = serde_json::from_value(json!({"creating": [attempt]})).expect("an entry");
    store.commit(&[StoreChange::put("cyd", unclear)]).await.expect("committed");
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let forget = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (gone, expected) in [
        (forget(&["ana", "dan"]), "no user is recorded as `dan`"),
        (forget(&["ana", "cyd"]), "a creation of `cyd` is unfinished"),
    ] {
        assert_eq!(session.forget(&gone, false).await.expect_err("refused").to_string(), expected);
        assert_eq!(session.entries().len(), 3, "nobody is forgotten");
    }
    let gone = session.forget(&forget(&["cyd", "ana", "ana"]), true).await.expect("forgotten");
    assert_eq!(gone.iter().map(String::as_str).collect::<Vec<_>>(), ["ana", "cyd"]);
    assert_eq!(names(&load_all(&store).await.expect("loaded")), ["bea"]);
}

#[tokio::test(start_paused = true)]
async fn who_exists_is_read_and_recorded_once_it_is_clear_that_it_can_be() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let elsewhere = MemoryStore::default();
    let there = applied(&elsewhere, &connect, &["a", "x"]).await;
    let [id, other] = ["a", "x"].map(|name| there.state(name).expect("there").id());
    let store = stored(&[("ana", "x", other.user.bare())]).await;
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let calls = connect.calls().len();
    let refused = session.record_existing("ana", &id, None).await.expect_err("taken");
    assert!(matches!(refused, RecordError::NameTaken { .. }), "{refused}");
    assert_eq!(refused.help(), "choose another name, or remove that record first");
    assert_eq!(connect.calls().len(), calls + 1, "only the recorded user is looked for");
    let kind = Some(IdentityManagementType::ConnectManaged);
    let refused = session.record_existing("a", &id, kind).await.expect_err("another kind");
    assert!(
        refused.to_string().contains("manages identities with `SAML`, not with `CONNECT_MANAGED`"),
        "{refused}"
    );
    let asked = count(&connect, Operation::DescribeInstance);
    session.record_existing("a", &id, kind).await.expect_err("another kind");
    assert_eq!(count(&connect, Operation::DescribeInstance), asked, "an instance is asked once");
    let nobody = ImportId::new(&"i".into(), &"nobody".into());
    let refused = session.record_existing("a", &nobody, None).await.expect_err("nobody");
    assert_eq!(
        (refused.to_string().as_str(), refused.help()),
        ("`i:nobody` cannot be imported", "look the two ids up in the console, or with `list-users`")
    );
    let state = session.record_existing("a", &id, None).await.expect("recorded");
    assert_eq!((state.id(), session.entries().len()), (id, 2));
}

#[tokio::test(start_paused = true)]
async fn who_was_made_again_in_the_console_is_recorded_under_its_name() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let elsewhere = MemoryStore::default();
    let id = applied(&elsewhere, &connect, &["a"]).await.state("a").expect("there").id();
    let store = stored(&[("ana", "a", "1"), ("bea", "bea", "2")]).await;
    let mut entry = store.get("ana").await.expect("read").expect("there");
    entry.notes = [("protect", "true"), ("passwordFingerprint", "of the former user")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    store.commit(&[StoreChange::put("ana", entry)]).await.expect("written");
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    session.record_existing("ana", &id, None).await.expect("recorded");
    let entry = store.get("ana").await.expect("read").expect("there");
    assert_eq!(entry.state.expect("a user").id(), id);
    assert_eq!(entry.notes.into_iter().collect::<Vec<_>>(), [("protect".to_owned(), "true".to_owned())]);
    // One account has one record.
    let refused = session.record_existing("bea", &id, None).await.expect_err("recorded");
    assert!(matches!(refused, RecordError::Recorded { ref name, .. } if name == "ana"), "{refused}");
    assert_eq!(session.entries().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_kind_of_an_instance_is_asked_where_one_is_expected_and_must_be_told() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let elsewhere = MemoryStore::default();
    let id = applied(&elsewhere, &connect, &["a"]).await.state("a").expect("there").id();
    let store = MemoryStore::default();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    connect.inject(Fault::of(Operation::DescribeInstance, 1, Outcome::Refused(ErrorKind::Invalid)));
    let kind = Some(IdentityManagementType::Saml);
    let refused = session.record_existing("a", &id, kind).await.expect_err("not told");
    assert_eq!(refused.to_string(), "the instance `i` cannot be read");
    assert!(session.entries().is_empty(), "nobody is recorded");
    let asked = count(&connect, Operation::DescribeInstance);
    session.record_existing("a", &id, None).await.expect("recorded");
    assert_eq!(count(&connect, Operation::DescribeInstance), asked, "nothing is expected");
}

/// A service with these users, which are recorded as they are.
async fn applied<'a>(store: &'a MemoryStore, connect: &'a MemoryConnect, users: &[&str]) -> Session<'a> {
    let mut session = Session::open(store, connect, session_options()).await.expect("open");
    let program: Vec<_> = users.iter().map(|name| wanted(name, &document(name))).collect();
    let preview = preview(&mut session, &program).await;
    let options = session.apply_options();
    let outcome = session.apply(preview, &mut AllKnown, &options).await.expect("applied");
    assert!(outcome.is_done());
    session
}

#[tokio::test(start_paused = true)]
async fn drift_tells_who_is_changed_gone_or_not_readable() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let session = applied(&store, &connect, &["a", "b", "c", "d"]).await;
    let id = |name: &str| session.state(name).expect("there").user_id.clone();
    connect
        .update_user_routing_profile(&UpdateUserRoutingProfile::new("i", id("b"), "r2"))
        .await
        .expect("changed");
    connect.delete_user(&DeleteUser::new("i", id("c"))).await.expect("deleted");
    // Who was made a moment ago may only not be visible yet.
    let later = || (SystemTime::now() + Duration::from_secs(3_600)).into();
    let drift = async |filter: Filter| {
        let mut options = session_options();
        (options.now, options.filter) = (&later, filter);
        let mut session = Session::open(&store, &connect, options).await.expect("open");
        session.drift(Strategy::Full, &Settings::default()).await.expect("searched")
    };
    let found = drift(Filter::default()).await;
    assert_eq!((found.changed(), found.checked()), (2, 4));
    assert!(found.failures.is_empty() && found.notices.is_empty(), "{found:?}");
    let json = json!(found);
    assert_eq!(json["unread"], json!([]));
    let told = |user: usize| {
        (
            &json["users"][user]["user"],
            &json["users"][user]["exists"],
            &json["users"][user]["changes"][0]["path"],
        )
    };
    assert_eq!(told(1), (&json!("b"), &json!(true), &json!("routingProfileId")));
    assert_eq!(told(2), (&json!("c"), &json!(false), &json!(null)));
    assert_eq!(
        found.to_string(),
        "~ b was changed by someone else\n    ~ routingProfileId: \"r1\" → \"r2\"\n- c is gone\n\
         Drift: 2 of 4 changed by someone else; not compared: userProficiencies."
    );
    // Nobody manages them, so that no strategy reads them.
    assert_eq!(json["notCompared"], json!(["userProficiencies"]));
    assert_eq!(json["findings"][0]["kind"], "gone");

    let names = |found: Drift| found.users.into_iter().map(|user| user.user).collect::<Vec<_>>();
    let found = drift(Filter::default().and("routing-profile=r2").expect("a filter")).await;
    assert_eq!(names(found), ["b"], "as it is now");
    // Who is meant is found by the strategy of the question, not by that of the session's refreshes.
    let by = async |refreshes: Strategy, strategy: Strategy| {
        let mut options = session_options();
        (options.now, options.filter) =
            (&later, Filter::default().and("routing-profile=r2").expect("a filter"));
        options.refresh.strategy = refreshes;
        let mut session = Session::open(&store, &connect, options).await.expect("open");
        connect.clear_calls();
        let found = session.drift(strategy, &Settings::default()).await.expect("searched");
        (names(found), connect.calls().len())
    };
    assert_eq!(by(Strategy::None, Strategy::Full).await.0, ["b"]);
    assert_eq!(by(Strategy::Full, Strategy::None).await, (vec![], 0));
    connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let found = drift(Filter::default().and("name-prefix=a").expect("a filter")).await;
    let told: Vec<Code> = found.notices.iter().map(|notice| notice.code).collect();
    assert_eq!((names(found), told), (vec!["a".to_owned()], vec![Code::NOT_CHECKED]));
}

#[tokio::test]
async fn users_of_an_instance_are_read_as_far_as_they_are_meant_whether_recorded_or_not() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let (store, other) = (MemoryStore::default(), MemoryStore::default());
    drop(applied(&store, &connect, &["a", "b", "c"]).await);
    for (condition, expected) in [
        (None, &["a", "b", "c"][..]),
        (Some("name=b"), &["b"]),
        (Some("name=x"), &[]),
        (Some("routing-profile=name:Agents"), &[]),
    ] {
        let mut options = session_options();
        if let Some(condition) = condition {
            options.filter = Filter::default().and(condition).expect("a filter");
        }
        let session = Session::open(&other, &connect, options).await.expect("open");
        for strategy in [Strategy::Full, Strategy::Search] {
            let read = session.existing(&"i".into(), strategy).await;
            if condition.is_some_and(|condition| condition.contains("name:")) {
                let error = read.expect_err("no such profile");
                assert!(matches!(error, SessionError::Filter(_)), "{error}");
                continue;
            }
            let users: Vec<_> = read.expect("read").users.into_iter().map(|user| user.name).collect();
            assert_eq!(users, expected, "{condition:?} {strategy}");
        }
    }
    let fault = Fault::of(Operation::DescribeInstance, 1, Outcome::Refused(ErrorKind::NotFound));
    connect.inject(fault);
    let session = Session::open(&other, &connect, session_options()).await.expect("open");
    let error = session.existing(&"gone".into(), Strategy::Full).await.expect_err("it is gone");
    assert!(matches!(error, SessionError::Instance(_)), "{error}");
    assert_eq!(error.help(), "check the id of the instance, the Region and the account");
    assert_eq!(error.diagnostics()[0].code, Code::CALL_FAILED);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_read_is_told_once_for_each_cause() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let mut session = applied(&store, &connect, &["a", "b", "c", "d", "e", "f", "g"]).await;
    for occurrence in 1..=7 {
        connect.inject(Fault::of(
            Operation::DescribeUser,
            occurrence,
            Outcome::Refused(ErrorKind::AccessDenied),
        ));
    }
    let found = session.drift(Strategy::Full, &Settings::default()).await.expect("read");
    assert!(found.users.is_empty());
    assert_eq!(found.to_string(), "Drift is not known; 7 could not be read.");
    assert_eq!(json!(found)["unread"], json!(["a", "b", "c", "d", "e", "f", "g"]));
    let [failure] = &*found.failures else { panic!("one cause: {:?}", found.failures) };
    assert_eq!((failure.code, failure.severity), (Code::CALL_FAILED, Severity::Error));
    assert!(
        failure
            .message
            .starts_with("`a`, `b`, `c`, `d`, `e` and 2 more cannot be read: `DescribeUser` failed"),
        "{failure}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_preview_comes_with_what_there_is_to_say_and_its_totals() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    drop(applied(&store, &connect, &["a", "b"]).await);
    let elsewhere = MemoryStore::default();
    drop(applied(&elsewhere, &connect, &["x"]).await);
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let mut changed = document("b");
    changed["routingProfileId"] = json!("r2");
    let program = [wanted("new", &document("a")), wanted("b", &changed), wanted("x", &document("x"))];
    let mut preview = preview(&mut session, &program).await;
    let told: Vec<(Code, String)> =
        session.notices(&preview).into_iter().map(|notice| (notice.code, notice.message.into())).collect();
    let owner = UserId::new(told.first().map_or("", |(_, text)| text.split('`').nth(3).unwrap_or("")));
    assert_eq!(
        told,
        [
            (
                Code::NAME_NOT_RECORDED,
                format!(
                    "`x` has the name of the user `{owner}`, which is not recorded: import it if it is meant"
                )
            ),
            (Code::MOVED, "`new` is the user that was `a`".to_owned()),
        ]
    );
    let totals = preview.totals(|_| Rate::DEFAULT);
    assert_eq!((totals.create, totals.update, totals.unchanged, totals.changes()), (1, 1, 1, 2));
    assert_eq!(
        totals.to_string(),
        "1 to create, 1 to update, 0 to replace, 0 to delete, 1 unchanged; 2 calls"
    );
    assert_eq!((preview.changes(), preview.instances()), (2, BTreeMap::from([("i", 2)])));
    let json = json!(preview);
    assert_eq!(json["moves"], json!([{"from": "a", "user": "new"}]));
    let users: Vec<_> = json["users"].as_array().expect("users").iter().map(|user| &user["user"]).collect();
    assert_eq!(users, ["b", "x"]);
    preview.refuse(Diagnostic::new(Code::new("frozen"), "nothing changes today"));
    let options = session.apply_options();
    let refused = session.apply(preview, &mut AllKnown, &options).await.expect_err("refused");
    assert_eq!(refused.to_string(), "nothing changes today");
    let mut outcome = FleetOutcome::default();
    outcome.unchanged = 3;
    assert_eq!(
        outcome.totals().to_string(),
        "0 created, 0 updated, 0 replaced, 0 deleted, 3 unchanged, 0 failed, 0 not finished"
    );
}
