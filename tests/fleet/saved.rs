//! Plans of fleets that are stored, and applied later.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use connect_user::{
    client::memory::MemoryConnect,
    diff::{Action, Plan},
    fleet::{
        Capacity, Entry, FleetPlan, FleetRefused, Guard, Lifecycle, MemoryStore, PlanOptions, Planner,
        ProgramUser, Recorded, SavedFleetPlan, Session, SessionError, StateStore, StoreChange, StoreError,
        apply, load_all, plan,
    },
    user::{Code, IdentityManagementType, Secret, Settings, UserState},
};
use serde_json::json;

use crate::{
    accounts::{importing, records, service},
    apply::{options, states_of},
    session::session_options,
    support::*,
};

fn managed() -> Settings {
    Settings::builder().identity_management(IdentityManagementType::ConnectManaged).build()
}

/// A user of a `CONNECT_MANAGED` instance, with a password.
fn user(logical: &str, name: &str, profile: &str) -> ProgramUser {
    let mut document = document(name);
    document["password"] = json!("Password123");
    document["routingProfileId"] = json!(profile);
    ProgramUser::builder().name(logical).desired(validated(&document, managed())).build()
}

async fn planned(store: &MemoryStore, program: &[ProgramUser]) -> FleetPlan {
    let options = PlanOptions::builder().guard(Guard::OFF).settings(managed()).build();
    plan(program, &states_of(store).await, &options).expect("a plan")
}

/// A service and a store that have `a`, `b` and `c`, and a program in which `a` changes, `b` moves, `c` is missing and
/// `d` is new.
async fn fleet() -> (MemoryConnect, MemoryStore, Vec<ProgramUser>) {
    let (connect, store) =
        (MemoryConnect::any_instance(IdentityManagementType::ConnectManaged), MemoryStore::default());
    let before = [user("a", "ann", "r1"), user("b", "bob", "r1"), user("c", "cid", "r1")];
    let made = apply(&planned(&store, &before).await, &store, &connect, &options()).await;
    assert!(made.is_done(), "{made:?}");
    (connect, store, vec![user("a", "ann", "r2"), user("moved", "bob", "r1"), user("d", "dan", "r1")])
}

fn through_a_file(plan: &FleetPlan, entries: &BTreeMap<String, Entry>) -> SavedFleetPlan {
    let file = serde_json::to_string(&plan.save(entries)).expect("JSON");
    assert!(!file.contains("Password123"), "{file}");
    serde_json::from_str(&file).expect("a plan")
}

fn codes(refused: &FleetRefused) -> Vec<(Option<&str>, Code)> {
    refused.reasons.iter().map(|reason| (reason.subject.as_deref(), reason.code)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_is_applied_later_as_it_was_shown() {
    let (connect, store, program) = fleet().await;
    let entries = load_all(&store).await.expect("all");
    let plan = planned(&store, &program).await;
    let saved = through_a_file(&plan, &entries);
    assert_eq!(saved.needs_passwords().collect::<Vec<_>>(), ["d"]);
    let shown: Vec<_> = saved.previews().map(|(name, preview)| (name, preview.diff.action)).collect();
    assert_eq!(
        shown,
        [("a", Action::Update), ("moved", Action::None), ("d", Action::Create), ("c", Action::Delete)]
    );

    let refused = saved.clone().load(&entries, |_| None).expect_err("no password");
    assert_eq!(codes(&refused), [(Some("d"), Code::PASSWORD_REQUIRED)]);
    assert_eq!(refused.deletions, ["c"]);

    let loaded = saved.load(&entries, |_| Some(Secret::new("Password123"))).expect("a plan");
    assert!(apply(&loaded, &store, &connect, &options()).await.is_done());
    assert!(planned(&store, &program).await.is_empty());
    assert_eq!(states_of(&store).await.into_keys().collect::<Vec<_>>(), ["a", "d", "moved"]);
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_is_refused_once_its_users_are_recorded_otherwise() {
    let (connect, store, program) = fleet().await;
    let entries = load_all(&store).await.expect("all");
    let plan = planned(&store, &program).await;
    let saved = through_a_file(&plan, &entries);
    let password = |_: &str| Some(Secret::new("Password123"));
    // Notes of the host are no other user.
    let mut entry = entries["a"].clone();
    entry.notes.insert("k".into(), "v".into());
    store.commit(&[StoreChange::put("a", entry)]).await.expect("written");
    let now = load_all(&store).await.expect("all");
    assert!(saved.clone().load(&now, password).is_ok());

    assert!(apply(&plan, &store, &connect, &options()).await.is_done());
    let now = load_all(&store).await.expect("all");
    let refused = saved.load(&now, password).expect_err("it was applied already");
    assert_eq!(codes(&refused), ["a", "moved", "d", "c"].map(|name| (Some(name), Code::STALE)));
    assert!(refused.reasons.iter().all(|reason| reason.help.is_some()));
}

/// A store that lets the first write of a user in progress through, and no other: as a kill in the middle of a call.
#[derive(Debug)]
struct Killed<'a>(&'a MemoryStore);

#[async_trait]
impl StateStore for Killed<'_> {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.0.get(name).await
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        self.0.page(after, limit).await
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        let is_done = |change: &StoreChange| {
            let state = change.entry.as_ref().and_then(|entry| entry.state.as_ref());
            state.is_some_and(|state| !state.record.in_progress)
        };
        if changes.iter().any(is_done) {
            std::future::pending::<()>().await;
        }
        self.0.commit(changes).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_is_refused_once_another_run_was_killed_while_it_changed_a_user() {
    let (connect, store, _) = fleet().await;
    let unchanged = || [user("b", "bob", "r1"), user("c", "cid", "r1")];
    let program = |profile| [vec![user("a", "ann", profile)], unchanged().to_vec()].concat();
    let entries = load_all(&store).await.expect("all");
    let saved = through_a_file(&planned(&store, &program("r2")).await, &entries);

    let other = planned(&store, &program("r3")).await;
    let (killed, options) = (Killed(&store), options());
    let run = apply(&other, &killed, &connect, &options);
    assert!(tokio::time::timeout(Duration::from_secs(60), run).await.is_err(), "it was killed");

    let now = load_all(&store).await.expect("all");
    let refused = saved.load(&now, |_| None).expect_err("nobody knows what became of the other change");
    assert_eq!(codes(&refused), [(Some("a"), Code::STALE)]);
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_of_another_version_is_refused() {
    let (_, store, program) = fleet().await;
    let saved = planned(&store, &program).await.save(&load_all(&store).await.expect("all"));
    let mut file = serde_json::to_value(saved).expect("JSON");
    file["version"] = json!(7);
    // Whatever else a later version may write, and whatever the order.
    file.as_object_mut().expect("an object").remove("users");
    file["aaa"] = json!("first");
    let error = serde_json::from_value::<SavedFleetPlan>(file).expect_err("a later one");
    assert_eq!(
        error.to_string(),
        "the plan was written by a later version: its version must be at most 1, is 7; use the program that wrote it, or a \
         later one"
    );
}

/// A plan goes through a file, and says and does the same afterwards. Returns its notices and steps.
fn unchanged_by_a_file(plan: &FleetPlan, states: &BTreeMap<String, Arc<UserState>>) -> Vec<String> {
    let entries: BTreeMap<String, Entry> =
        states.iter().map(|(name, state)| (name.clone(), Entry::new(state.clone()))).collect();
    let saved = through_a_file(plan, &entries);
    let notices = saved.notices().iter().map(|notice| notice.code.to_string());
    let released = saved.released().map(|(user, _)| format!("{user} stays"));
    let moves = saved.moves().map(|(from, to)| format!("{from} moves to {to}"));
    let mut told: Vec<String> = notices.chain(released).chain(moves).collect();
    let loaded = saved.load(&entries, |_| None).expect("a plan");
    assert_eq!((loaded.notices(), loaded.released()), (plan.notices(), plan.released()));
    assert_eq!(loaded.users().len(), plan.users().len());
    for (loaded, user) in loaded.users().iter().zip(plan.users()) {
        assert_eq!((&loaded.name, &loaded.moved_from), (&user.name, &user.moved_from));
        assert_eq!(loaded.plan.base(), user.plan.base());
        assert_eq!(loaded.plan.preview(), user.plan.preview());
        assert_eq!(loaded.plan.settings(), user.plan.settings());
        let spec = |plan: &Plan| plan.desired().map(|desired| desired.spec().clone());
        assert_eq!(spec(&loaded.plan), spec(&user.plan));
        let waits: Vec<_> = loaded.waits().collect();
        assert_eq!(waits, user.waits().collect::<Vec<_>>(), "{}", user.name);
        let of = |place: usize, step: usize| {
            let user = &plan.users()[place];
            format!("{} {}", user.name, user.plan.steps()[step].operation)
        };
        told.extend(waits.into_iter().map(|(step, other, its)| {
            format!("{} {} waits for {}", user.name, user.plan.steps()[step].operation, of(other, its))
        }));
    }
    told
}

fn full(limit: usize) -> PlanOptions {
    let capacity = [("i".to_owned(), Capacity::new(limit, limit))];
    PlanOptions::builder().guard(Guard::OFF).capacity(capacity.into()).build()
}

#[test]
fn a_saved_plan_keeps_who_waits_for_whom_and_who_is_deleted_first() {
    let left = records(&[("a", "1", "id-1", Some("x")), ("b", "2", "id-2", Some("y"))]);
    let program = wants(&[("a", "y"), ("b", "x")]);
    let names = plan(&program, &left, &PlanOptions::builder().guard(Guard::OFF).build()).expect("a plan");
    assert_eq!(
        unchanged_by_a_file(&names, &left),
        [
            "delete-before-create",
            "a CreateUser waits for b DeleteUser",
            "b CreateUser waits for a DeleteUser"
        ]
    );

    let before = states(&[("a", "a"), ("b", "b")]);
    let room = plan(&wants(&[("a", "a"), ("c", "c")]), &before, &full(2)).expect("a plan");
    assert_eq!(unchanged_by_a_file(&room, &before), ["c CreateUser waits for b DeleteUser"]);
    let first = plan(&wants(&[("a", "a2"), ("moved", "b")]), &before, &full(2)).expect("a plan");
    assert_eq!(unchanged_by_a_file(&first, &before), ["delete-before-create", "b moves to moved"]);

    let mut planner = Planner::new(PlanOptions::builder().guard(Guard::OFF).build());
    let stays = Lifecycle::builder().retain_on_delete(true).build();
    planner.leave("a", Recorded::new("a", &before["a"], &stays));
    let mut renamed = wanted("b", &document("b2"));
    renamed.lifecycle = stays;
    planner.want(&renamed, Some(Recorded::new("b", &before["b"], &Lifecycle::default())));
    let released = planner.finish().into_plan().expect("a plan");
    let mut told = unchanged_by_a_file(&released, &before);
    told.sort_unstable();
    assert_eq!(told, ["a stays", "b stays"]);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_imports_a_user_saves_a_plan_that_another_process_can_load() {
    let (connect, ids) = service(&["boss"]).await;
    let store = MemoryStore::default();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let mut changed = document("boss");
    changed["routingProfileId"] = json!("r2");
    let shown = importing(&mut session, &wanted("a", &changed), &ids[0]).await;
    assert_eq!(shown.count(Action::Update), 1);
    let file = serde_json::to_string(&session.save(shown).await.expect("saved")).expect("JSON");

    let saved: SavedFleetPlan = serde_json::from_str(&file).expect("a plan");
    let plan = saved.load(&load_all(&store).await.expect("all"), |_| None).expect("a plan");
    assert!(apply(&plan, &store, &connect, &options()).await.is_done());
    let made = connect.users(&"i".into()).remove(0).0;
    assert_eq!(made.routing_profile_id.as_str(), "r2");

    // What cannot be applied is not saved, and records nobody.
    let store = MemoryStore::default();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let refused = importing(&mut session, &wanted("jane", &document("jane")), &ids[0]).await;
    assert!(matches!(session.save(refused).await, Err(SessionError::Refused(_))));
    assert!(load_all(&store).await.expect("all").is_empty());
}

/// A plan that a person has edited must not wait for ever in the middle of an apply.
#[test]
fn a_saved_plan_whose_users_would_wait_for_ever_is_not_read() {
    let left = records(&[("a", "1", "id-1", Some("x")), ("b", "2", "id-2", Some("y"))]);
    let program = wants(&[("a", "y"), ("b", "x")]);
    let plan = plan(&program, &left, &PlanOptions::builder().guard(Guard::OFF).build()).expect("a plan");
    let saved = serde_json::to_value(plan.save(&BTreeMap::new())).expect("JSON");
    let edited = |first, second| {
        let mut edited = saved.clone();
        (edited["users"][0]["waits"], edited["users"][1]["waits"]) = (first, second);
        serde_json::from_value::<SavedFleetPlan>(edited).err().map(|error| error.to_string())
    };
    assert_eq!(edited(json!([[1, 1, 0]]), json!([[1, 0, 0]])), None);
    let for_ever = "users would wait for each other for ever, such as `a` for `b`";
    assert_eq!(edited(json!([[0, 1, 0]]), json!([[0, 0, 0]])).as_deref(), Some(for_ever));
    assert_eq!(edited(json!([[0, 1, 1]]), json!([[1, 0, 0]])).as_deref(), Some(for_ever));
    let itself = edited(json!([[0, 0, 1]]), json!([]));
    assert_eq!(itself.as_deref(), Some("users would wait for each other for ever, such as `a` for `a`"));
    for waits in [json!([[0, 2, 0]]), json!([[0, 1, 9]]), json!([[9, 1, 0]])] {
        let refused = edited(waits, json!([]));
        assert_eq!(refused.as_deref(), Some("`a` waits for a step that the plan does not have"));
    }
}
