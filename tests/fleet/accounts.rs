//! Accounts that two records have, and accounts that are imported: none is deleted that somebody keeps.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use connect_user::{
    client::{ConnectClient, DeleteUser, memory::MemoryConnect},
    diff::Action,
    fleet::{
        AllKnown, DesiredSpec, Entry, FleetPreview, Guard, Lifecycle, MemoryStore, PlanOptions, Planner,
        ProgramUser, Recorded, Session, SessionError, StateStore, StoreChange, plan,
    },
    user::{Code, Diagnostic, IdentityManagementType, ImportId, PasswordPolicy, Path, Settings, UserState},
};
use serde_json::json;

use crate::{creations::Killed, session::session_options, support::*};

fn options() -> PlanOptions {
    PlanOptions::builder().guard(Guard::OFF).build()
}

fn with_lifecycle(mut user: ProgramUser, lifecycle: &Lifecycle) -> ProgramUser {
    user.lifecycle = lifecycle.clone();
    user
}

/// Records: the resource name, the user name, the id, and the id of the account that is left to delete.
pub fn records(users: &[(&str, &str, &str, Option<&str>)]) -> BTreeMap<String, Arc<UserState>> {
    let state = |(resource, name, id, left): &(&str, &str, &str, Option<&str>)| {
        let mut state = serde_json::to_value(state(&document(name), id)).expect("JSON");
        if let Some(left) = left {
            state["unfinished"] = json!({"replaced": [{"instanceId": "i", "userId": left, "name": left}]});
        }
        ((*resource).to_owned(), serde_json::from_value::<UserState>(state).expect("a state").into())
    };
    users.iter().map(state).collect()
}

/// The reasons of a refusal; none if there is a plan.
fn reasons(preview: &FleetPreview) -> Vec<(Code, Option<&str>, &str)> {
    let told = |reason: &Diagnostic| reason.help.as_deref().is_some_and(|help| !help.is_empty());
    assert!(preview.reasons().iter().all(told), "{:?}", preview.reasons());
    let reasons = preview.reasons().iter();
    reasons.map(|reason| (reason.code, reason.subject.as_deref(), reason.message.as_str())).collect()
}

const SHARED: &str = "the account `i:1` would be deleted, which is recorded as `a` too";

#[test]
fn an_account_that_another_record_keeps_is_not_deleted() {
    let refused = |wanted: &[(&str, &str)], recorded: &[(&str, &str, &str, Option<&str>)], who: &str| {
        let refused = plan(&wants(wanted), &records(recorded), &options()).expect_err("a kept account");
        let reasons = refused.reasons.iter().map(|reason| (reason.subject.as_deref(), &*reason.message));
        assert_eq!(reasons.collect::<Vec<_>>(), [(Some(who), SHARED)]);
        assert_eq!(refused.reasons[0].code, Code::SHARED_ACCOUNT);
    };
    let twice = [("a", "x", "1", None), ("b", "x", "1", None)];
    refused(&[("a", "x")], &twice, "b");
    // The record of the other one is older than a change of the name.
    refused(&[("a", "x")], &[("a", "x", "1", None), ("b", "y", "1", None)], "b");
    // It would be replaced, or is left from an earlier replacement.
    refused(&[("a", "x"), ("b", "z")], &[("a", "x", "1", None), ("b", "y", "1", None)], "b");
    refused(&[("a", "x"), ("b", "y")], &[("a", "x", "1", None), ("b", "y", "2", Some("1"))], "b");
    refused(&[("a", "x")], &[("a", "x", "1", Some("1"))], "a");

    // Nobody keeps it, or it is somebody else's.
    let deleted = plan(&[], &records(&twice), &options()).expect("nobody keeps it");
    assert_eq!(deleted.count(Action::Delete), 2);
    let mut elsewhere = document("x");
    elsewhere["instanceId"] = json!("j");
    let mut states = records(&[("b", "y", "1", None)]);
    states.insert("a".to_owned(), state(&elsewhere, "1").into());
    assert!(plan(&[wanted("a", &elsewhere)], &states, &options()).is_ok(), "an id is that of an instance");
}

#[test]
fn an_account_of_a_record_that_is_not_planned_or_stays_is_not_deleted() {
    let states = records(&[("a", "x", "1", None), ("b", "x", "1", None)]);
    let lifecycle = Lifecycle::builder().retain_on_delete(true).build();
    let mut not_planned = Planner::new(options());
    not_planned.keep("a", Some(&states["a"]));
    let mut stays = Planner::new(options());
    stays.leave("a", Recorded::new("a", &states["a"], &lifecycle));
    let mut matched = Planner::new(options());
    let recorded = Recorded::new("a", &states["a"], &lifecycle);
    matched.want(&wanted("a", &document("x")), Some(recorded));
    let mut stays_when_replaced = Planner::new(options());
    let renamed = with_lifecycle(wanted("a", &document("z")), &lifecycle);
    stays_when_replaced.want(&renamed, Some(recorded));
    for mut planner in [not_planned, stays, matched, stays_when_replaced] {
        planner.leave("b", Recorded::new("b", &states["b"], &Lifecycle::default()));
        assert_eq!(reasons(&planner.finish()), [(Code::SHARED_ACCOUNT, Some("b"), SHARED)]);
    }
}

#[test]
fn a_saved_plan_does_not_delete_an_account_that_another_record_has_got_since() {
    let states = records(&[("b", "x", "1", None)]);
    let entries = |names: &[&str]| {
        let entry = |name: &&str| ((*name).to_owned(), Entry::new(states["b"].clone()));
        names.iter().map(entry).collect::<BTreeMap<_, _>>()
    };
    let saved = || plan(&[], &states, &options()).expect("a plan").save(&entries(&["b"]));
    assert!(saved().load(&entries(&["b"]), |_| None).is_ok());
    let refused = saved().load(&entries(&["a", "b"]), |_| None).expect_err("a kept account");
    assert_eq!((refused.reasons[0].code, &*refused.reasons[0].message), (Code::SHARED_ACCOUNT, SHARED));
}

/// A service that has users of these names, and their import ids.
pub async fn service(names: &[&str]) -> (MemoryConnect, Vec<ImportId>) {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let program: Vec<ProgramUser> = names.iter().map(|name| wanted(name, &document(name))).collect();
    let made = crate::session::preview(&mut session, &program).await;
    let options = session.apply_options();
    assert!(session.apply(made, &mut AllKnown, &options).await.expect("applied").is_done());
    let ids = names.iter().map(|name| session.state(name).expect("made").id()).collect();
    (connect, ids)
}

/// The preview of a program of one user that imports a user.
pub async fn importing(session: &mut Session<'_>, user: &ProgramUser, id: &ImportId) -> FleetPreview {
    let spec = DesiredSpec::new(&user.name, user.desired.spec(), user.desired.settings());
    session.refresh(&[spec.with_import(Some(id))]).await.expect("read");
    let mut planner = Planner::new(options());
    session.want(&mut planner, user);
    session.preview(planner)
}

#[tokio::test(start_paused = true)]
async fn an_imported_user_is_not_replaced_before_it_is_recorded() {
    let (connect, ids) = service(&["boss"]).await;
    let store = MemoryStore::default();
    let mut elsewhere = document("boss");
    elsewhere["instanceId"] = json!("j");
    let retained = Lifecycle::builder().retain_on_delete(true).build();
    let other = |lifecycle| with_lifecycle(wanted("jane", &document("jane")), lifecycle);
    for (user, message) in [
        (other(&Lifecycle::default()), "imports `{}`, which is the user `boss`, not `jane`"),
        (other(&retained), "imports `{}`, which is the user `boss`, not `jane`"),
        (wanted("jane", &elsewhere), "imports `{}`, and would be replaced because of `instanceId`"),
    ] {
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &user, &ids[0]).await;
        let message = format!("`jane` {}", message.replace("{}", &ids[0].to_string()));
        assert_eq!(reasons(&preview), [(Code::IMPORT_REPLACED, Some("jane"), message.as_str())]);
        let options = session.apply_options();
        session.apply(preview, &mut AllKnown, &options).await.expect_err("refused");
        assert_eq!(connect.users(&"i".into()).len(), 1);
        assert!(store.get("jane").await.expect("read").is_none());
    }

    // By its own name it is imported, and then a user like any other.
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let preview = importing(&mut session, &wanted("jane", &document("boss")), &ids[0]).await;
    let options = session.apply_options();
    assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
    let preview = importing(&mut session, &wanted("jane", &document("jane")), &ids[0]).await;
    assert_eq!((reasons(&preview), preview.count(Action::Replace)), (vec![], 1));
}

/// What a host compares is the password of whomever it has recorded under the name.
#[test]
fn nobody_knows_the_password_of_an_imported_user() {
    let settings = Settings::builder()
        .identity_management(IdentityManagementType::ConnectManaged)
        .password(PasswordPolicy::Replace)
        .build();
    let mut desired = document("jane");
    desired["password"] = json!("Password123");
    let mut jane = wanted("jane", &document("jane"));
    jane.desired = validated(&desired, settings).into();
    jane.password_changed = Some(true);
    let (actual, lifecycle) = (Arc::new(state(&document("jane"), "u1")), Lifecycle::default());
    for is_import in [true, false] {
        let mut planner = Planner::new(options());
        planner.want(&jane, Some(Recorded::new("jane", &actual, &lifecycle).imported(is_import)));
        let preview = planner.finish();
        let replaced = preview.count(Action::Replace);
        assert_eq!((reasons(&preview), replaced), (vec![], usize::from(!is_import)));
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_in_the_place_of_a_user_that_is_gone_is_recorded_by_an_apply_alone() {
    let (connect, ids) = service(&["boss", "jane"]).await;
    let store = MemoryStore::default();
    let jane = wanted("a", &document("jane"));
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let preview = importing(&mut session, &jane, &ids[1]).await;
    let options = session.apply_options();
    assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
    let mut entry = store.get("a").await.expect("read").expect("imported");
    entry.notes.insert("password".into(), "of the user that is gone".into());
    store.commit(&[StoreChange::put("a", entry.clone())]).await.expect("written");
    let gone = DeleteUser::new("i", ids[1].user.clone());
    connect.delete_user(&gone).await.expect("deleted by hand");
    tokio::time::advance(Duration::from_secs(3_600)).await;

    // However often it is looked at.
    for _ in 0..2 {
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &jane, &ids[0]).await;
        assert_eq!(preview.reasons()[0].code, Code::IMPORT_REPLACED);
        assert_eq!(store.get("a").await.expect("read").as_ref(), Some(&entry));
    }
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let preview = importing(&mut session, &wanted("a", &document("boss")), &ids[0]).await;
    assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
    let entry = store.get("a").await.expect("read").expect("imported");
    assert_eq!(entry.state.expect("there").id(), ids[0]);
    assert_eq!(entry.notes.keys().collect::<Vec<_>>(), ["import"]);
}

#[tokio::test(start_paused = true)]
async fn an_import_that_was_carried_out_is_no_second_one_of_whom_the_record_no_longer_has() {
    let (connect, ids) = service(&["boss", "jane"]).await;
    let store = MemoryStore::default();
    let options = {
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &wanted("a", &document("boss")), &ids[0]).await;
        let options = session.apply_options();
        session.apply(preview, &mut AllKnown, &options).await.expect("applied");
        options
    };
    // Since then, `a` has got another account, and the first one stays as it is.
    let mut entry = store.get("a").await.expect("read").expect("imported");
    entry.state = Some(Arc::new(state(&document("jane"), ids[1].user.as_str())));
    store.commit(&[StoreChange::put("a", entry)]).await.expect("written");
    let users = [wanted("a", &document("jane")), wanted("b", &document("boss"))];
    let specs = users.each_ref().map(|user| {
        DesiredSpec::new(&user.name, user.desired.spec(), user.desired.settings()).with_import(Some(&ids[0]))
    });
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    session.refresh(&specs).await.expect("nothing is refused");
    let mut planner = Planner::new(self::options());
    for user in &users {
        session.want(&mut planner, user);
    }
    let preview = session.preview(planner);
    assert_eq!(preview.imports().collect::<Vec<_>>(), [("b", &ids[0])]);
    assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
    assert_eq!(session.state("b").expect("imported").id(), ids[0]);
}

#[tokio::test(start_paused = true)]
async fn a_mistyped_import_never_replaces_a_recorded_user() {
    let (connect, ids) = service(&["boss"]).await;
    let store = MemoryStore::default();
    let kept = Lifecycle::builder().protect(true).build();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let boss = with_lifecycle(wanted("a", &document("boss")), &kept);
    let preview = importing(&mut session, &boss, &ids[0]).await;
    let options = session.apply_options();
    assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
    for _ in 0..2 {
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let jane = wanted("b", &document("jane"));
        let spec = DesiredSpec::new("b", jane.desired.spec(), jane.desired.settings());
        let refused = session.refresh(&[spec.with_import(Some(&ids[0]))]).await;
        let Err(SessionError::Program(refused)) = refused else { panic!("{refused:?}") };
        assert_eq!(refused.code, Code::RECORDED_OTHERWISE);
    }
    // By its own name, the record is its own.
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let preview = importing(&mut session, &wanted("b", &document("boss")), &ids[0]).await;
    assert_eq!(preview.moves().collect::<Vec<_>>(), [("a", "b")]);
}

#[tokio::test(start_paused = true)]
async fn an_import_that_was_carried_out_stays_so_where_users_exchange_their_names() {
    let (connect, ids) = service(&["boss", "jane"]).await;
    let store = MemoryStore::default();
    let people = |names: [&str; 3]| {
        ["a", "b", "c"].map(|key| key.to_owned()).into_iter().zip(names.map(str::to_owned))
    };
    // Both exchange their names, and one its name with somebody new; the options stay.
    for names in [["boss", "jane", "new"], ["jane", "boss", "new"], ["new", "boss", "jane"]] {
        let program: Vec<ProgramUser> =
            people(names).map(|(key, name)| wanted(&key, &document(&name))).collect();
        for _ in 0..2 {
            let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
            let imports = [Some(&ids[0]), Some(&ids[1]), None];
            let specs = program.iter().zip(imports).map(|(user, id)| {
                DesiredSpec::new(&user.name, user.desired.spec(), user.desired.settings()).with_import(id)
            });
            session.refresh(&specs.collect::<Vec<_>>()).await.expect("nothing is refused");
            let mut planner = Planner::new(options());
            for user in &program {
                session.want(&mut planner, user);
            }
            let preview = session.preview(planner);
            assert!(preview.deletions().is_empty(), "{preview:?}");
            let options = session.apply_options();
            assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
            let there = |name: &str| session.state(name).expect("there").name.clone();
            assert_eq!(["a", "b", "c"].map(there), names);
        }
    }
    assert_eq!(connect.users(&"i".into()).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_user_that_is_recorded_is_not_imported_under_another_name_whatever_the_targets() {
    let (connect, ids) = service(&["x"]).await;
    let state = {
        let store = MemoryStore::default();
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &wanted("a", &document("x")), &ids[0]).await;
        let options = session.apply_options();
        session.apply(preview, &mut AllKnown, &options).await.expect("applied");
        session.state("a").expect("imported").clone()
    };
    let store = MemoryStore::default();
    store.commit(&[StoreChange::put("a", Entry::new(state))]).await.expect("written");
    let mut targeted = session_options();
    targeted.targets = ["b".to_owned()].into();
    let mut session = Session::open(&store, &connect, targeted).await.expect("open");
    let (a, b) = (wanted("a", &document("x")), wanted("b", &document("y")));
    let spec = |user| DesiredSpec::from(user);
    let error =
        session.refresh(&[spec(&a), spec(&b).with_import(Some(&ids[0]))]).await.expect_err("recorded");
    let SessionError::Program(refused) = error else { panic!("{error}") };
    assert_eq!(refused.code, Code::RECORDED_OTHERWISE);
}

/// A list of imports loses its first user: the keys of the others shift, and each still imports its own.
#[tokio::test(start_paused = true)]
async fn imports_in_a_list_whose_keys_shift_find_their_users() {
    let (connect, ids) = service(&["a", "b", "c"]).await;
    let store = MemoryStore::default();
    let program = |users: &[(&str, &str)]| -> Vec<ProgramUser> {
        users.iter().map(|(key, login)| wanted(key, &document(login))).collect()
    };
    let run = async |users: &[ProgramUser], ids: &[ImportId]| {
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let specs = users.iter().zip(ids);
        let specs: Vec<_> = specs.map(|(user, id)| DesiredSpec::from(user).with_import(Some(id))).collect();
        session.refresh(&specs).await.expect("each import is recorded as itself");
        let mut planner = Planner::new(options());
        for user in users {
            session.want(&mut planner, user);
        }
        let preview = session.preview(planner);
        let counts = (preview.reasons().len(), preview.count(Action::Delete), preview.count(Action::Replace));
        let apply = session.apply_options();
        assert!(session.apply(preview, &mut AllKnown, &apply).await.expect("applied").is_done());
        counts
    };
    let all = program(&[("users-0", "a"), ("users-1", "b"), ("users-2", "c")]);
    assert_eq!(run(&all, &ids).await, (0, 0, 0));
    let shifted = program(&[("users-0", "b"), ("users-1", "c")]);
    assert_eq!(run(&shifted, &ids[1..]).await, (0, 1, 0));
    let left: Vec<_> = connect.users(&"i".into()).into_iter().map(|(user, _)| user.user_id).collect();
    assert_eq!(left, [ids[1].user.clone(), ids[2].user.clone()]);
    for (key, id) in [("users-0", &ids[1]), ("users-1", &ids[2])] {
        let entry = store.get(key).await.expect("read").expect("recorded");
        assert_eq!(entry.state.expect("there").id(), *id);
    }
    assert!(store.get("users-2").await.expect("read").is_none());
}

/// An import is carried out once: who is gone is created again, like any recorded user.
#[tokio::test(start_paused = true)]
async fn who_was_imported_and_is_gone_is_created_again() {
    for is_noted in [true, false] {
        let (connect, ids) = service(&["jane"]).await;
        let store = MemoryStore::default();
        let jane = wanted("a", &document("jane"));
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &jane, &ids[0]).await;
        let options = session.apply_options();
        assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
        if !is_noted {
            // It was recorded by another way, and the program has got the option since.
            let state = session.state("a").expect("imported").clone();
            store.commit(&[StoreChange::put("a", Entry::new(state))]).await.expect("written");
        }
        let gone = DeleteUser::new("i", ids[0].user.clone());
        connect.delete_user(&gone).await.expect("deleted by hand");
        tokio::time::advance(Duration::from_secs(3_600)).await;

        for created in [1, 0] {
            let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
            let preview = importing(&mut session, &jane, &ids[0]).await;
            assert_eq!((reasons(&preview), preview.count(Action::Create)), (vec![], created));
            assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
        }
        assert_eq!(connect.users(&"i".into()).len(), 1);
    }
}

/// A run that replaces an imported user is killed after any number of writes: the next one goes on.
#[tokio::test(start_paused = true)]
async fn a_replacement_of_who_was_imported_goes_on_after_a_kill() {
    let mut between = 0;
    for (writes, name) in (0..8).flat_map(|writes| [(writes, "a"), (writes, "b")]) {
        let (connect, ids) = service(&["jane"]).await;
        let killed = Killed { store: MemoryStore::default(), left: AtomicUsize::new(usize::MAX) };
        let mut document = document("jane");
        let mut session = Session::open(&killed, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &wanted("a", &document), &ids[0]).await;
        let options = session.apply_options();
        assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());

        tokio::time::advance(Duration::from_secs(3_600)).await;
        connect.set_time(SystemTime::now().into());
        // Its name is taken until it is deleted, so the deletion comes first.
        document["identityInfo"]["firstName"] = json!("Jane");
        let settings = Settings::builder()
            .identity_management(IdentityManagementType::Saml)
            .replace_on_changes(vec![Path::root().member("identityInfo")])
            .build();
        let jane =
            |name| ProgramUser::builder().name(name).desired(validated(&document, settings.clone())).build();
        let mut session = Session::open(&killed, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &jane("a"), &ids[0]).await;
        assert_eq!(preview.count(Action::Replace), 1);
        killed.left.store(writes, Ordering::Relaxed);
        let _ = session.apply(preview, &mut AllKnown, &options).await;
        drop(session);
        let entry = killed.store.get("a").await.expect("read").expect("recorded");
        between += usize::from(entry.state.is_none());

        // Under another name it is the same user, unless a creation is in doubt, which is found under its own.
        if name == "b" && !entry.creating.is_empty() {
            continue;
        }
        for is_last in [false, true] {
            let mut session = Session::open(&killed.store, &connect, session_options()).await.expect("open");
            session.recover().await.expect("recovered");
            let preview = importing(&mut session, &jane(name), &ids[0]).await;
            assert_eq!(reasons(&preview), [], "`{name}` after {writes} writes");
            assert!(!is_last || preview.is_empty(), "`{name}` after {writes} writes");
            let outcome = session.apply(preview, &mut AllKnown, &options).await.expect("applied");
            assert!(outcome.is_done(), "`{name}` after {writes} writes: {outcome:?}");
        }
        assert_eq!(connect.users(&"i".into()).len(), 1);
        assert_eq!(killed.store.page(None, 9).await.expect("read").len(), 1);
    }
    assert!(between >= 2, "some kills come between the deletion and the creation");
}

/// A program may keep its `import` option: what it asks for was done once.
#[tokio::test(start_paused = true)]
async fn a_user_that_was_imported_and_replaced_since_is_not_asked_for_again() {
    let (connect, ids) = service(&["jane"]).await;
    let store = MemoryStore::default();
    for (login, replaced) in [("jane", 0), ("janet", 1), ("janet", 0), ("joan", 1)] {
        let user = wanted("a", &document(login));
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &user, &ids[0]).await;
        assert_eq!((reasons(&preview), preview.count(Action::Replace)), (vec![], replaced), "{login}");
        let options = session.apply_options();
        assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
    }
    let users = connect.users(&"i".into());
    let names: Vec<&str> = users.iter().map(|(user, _)| user.name.as_str()).collect();
    assert_eq!(names, ["joan"]);
    // Another id is another matter.
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let other = ImportId::new(&"i".into(), &"00000009-0000-4000-8000-000000000009".into());
    let user = wanted("a", &document("joan"));
    let error = session.refresh(&[DesiredSpec::from(&user).with_import(Some(&other))]).await;
    let SessionError::Program(refused) = error.expect_err("another user") else { panic!("of the program") };
    assert_eq!(refused.code, Code::RECORDED_OTHERWISE);
}

/// An account that has stayed when its user moved to another instance is imported once more where the user comes back.
#[tokio::test(start_paused = true)]
async fn an_account_that_has_stayed_is_imported_again_where_its_user_comes_back() {
    let (connect, ids) = service(&["jane"]).await;
    let store = MemoryStore::default();
    let retained = Lifecycle::builder().retain_on_delete(true).build();
    let jane = |instance: &str| {
        let mut document = document("jane");
        document["instanceId"] = json!(instance);
        with_lifecycle(wanted("a", &document), &retained)
    };
    for (instance, expected) in [("i", Action::None), ("j", Action::Replace)] {
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &jane(instance), &ids[0]).await;
        assert_eq!(reasons(&preview), []);
        assert!(expected == Action::None || preview.count(Action::Create) == 1, "{preview:?}");
        let options = session.apply_options();
        assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
    }
    // While its user is in the other instance, each plan says what stands in the way.
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let back = jane("i");
    let refused = session.refresh(&[DesiredSpec::from(&back).with_import(Some(&ids[0]))]).await;
    let Err(SessionError::Program(refused)) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.code, Code::RECORDED_OTHERWISE);
    // Once that one is gone, the account is its own again.
    let mut entry = store.get("a").await.expect("read").expect("recorded");
    let moved = Arc::make_mut(entry.state.as_mut().expect("a state"));
    moved.record.created = None;
    connect.delete_user(&DeleteUser::new("j", moved.user_id.clone())).await.expect("deleted by hand");
    store.commit(&[StoreChange::put("a", entry)]).await.expect("written");
    for is_import in [true, false] {
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let preview = importing(&mut session, &back, &ids[0]).await;
        assert_eq!((reasons(&preview), preview.calls()), (vec![], 0));
        assert_eq!(preview.imports().count(), usize::from(is_import));
        let options = session.apply_options();
        assert!(session.apply(preview, &mut AllKnown, &options).await.expect("applied").is_done());
        assert_eq!(session.state("a").expect("there").id(), ids[0]);
    }
}
