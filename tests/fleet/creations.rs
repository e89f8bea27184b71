//! Creations of which nobody has heard: what an earlier run had begun is found again, and nobody else's user.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    apply::CreationOutcome,
    client::{
        ConnectClient, DeleteUser, ErrorKind, Pace, Turn,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::Action,
    fleet::{
        AllKnown, Entry, FleetObserver, FleetOutcome, FleetPlan, Guard, MemoryStore, Notes, PlanOptions,
        ProgramUser, Session, StateStore, StoreChange, StoreError, UserResult, apply, load_all, plan,
    },
    user::{IdentityManagementType, Operation, Timestamp, UserState},
};
use serde_json::json;

use crate::{
    apply::{connect, look_into_creations, options, states_of},
    refresh::request,
    session::{preview, session_options},
    support::*,
};

/// A store to which nothing more is written after so many commits: what a kill leaves.
#[derive(Debug)]
pub struct Killed {
    pub store: MemoryStore,
    pub left: AtomicUsize,
}

#[async_trait]
impl StateStore for Killed {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.store.get(name).await
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        self.store.page(after, limit).await
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        let left = |left: usize| left.checked_sub(1);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left) {
            Ok(_) => self.store.commit(changes).await,
            Err(_) => Err(StoreError::Other("killed".into())),
        }
    }
}

async fn planned(wanted: &[ProgramUser], store: &MemoryStore) -> FleetPlan {
    let options = PlanOptions::builder().guard(Guard::OFF).build();
    plan(wanted, &states_of(store).await, &options).expect("a plan")
}

/// Makes `jane`, and is killed before the answer is written down.
async fn killed_after_creating(connect: &MemoryConnect) -> MemoryStore {
    let store = Killed { store: MemoryStore::default(), left: AtomicUsize::new(1) };
    let plan = planned(&[wanted("a", &document("jane"))], &store.store).await;
    let outcome = apply(&plan, &store, connect, &options()).await;
    assert!(!outcome.is_done());
    assert_eq!(names(connect), ["jane"]);
    store.store
}

fn names(connect: &MemoryConnect) -> Vec<String> {
    let mut names: Vec<_> = connect.users(&"i".into()).into_iter().map(|(user, _)| user.name).collect();
    names.sort_unstable();
    names
}

async fn run(connect: &MemoryConnect, store: &MemoryStore, wanted: &[ProgramUser]) -> FleetOutcome {
    apply(&planned(wanted, store).await, store, connect, &options()).await
}

#[tokio::test(start_paused = true)]
async fn who_was_made_before_a_kill_is_recorded_and_planned_like_anybody() {
    let mut routed = document("jane");
    routed["routingProfileId"] = json!("r2");
    for (next, action) in [
        (None, Action::Delete),
        (Some(document("jane")), Action::None),
        (Some(routed), Action::Update),
        (Some(document("june")), Action::Replace),
    ] {
        let connect = connect();
        let store = killed_after_creating(&connect).await;
        let json = serde_json::to_value(&load_all(&store).await.expect("all")["a"]).expect("JSON");
        assert_eq!(json["creating"][0]["spec"]["name"], "jane");
        let found = look_into_creations(&connect, &store).await;
        assert!(matches!(found[0].outcome, CreationOutcome::Made(_)), "{found:?}");
        assert!(look_into_creations(&connect, &store).await.is_empty(), "it is settled");
        let wants: Vec<ProgramUser> = next.iter().map(|document| wanted("a", document)).collect();
        let plan = planned(&wants, &store).await;
        assert_eq!(plan.count(action), 1, "{next:?}: {plan:?}");
        assert!(run(&connect, &store, &wants).await.is_done());
        let left: Vec<_> = next.iter().map(|document| document["name"].clone()).collect();
        assert_eq!(json!(names(&connect)), json!(left));
        assert!(planned(&wants, &store).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_creations_in_doubt_the_one_that_has_not_made_the_user_is_settled_by_the_other() {
    for other in ["a", "b"] {
        let connect = connect();
        let store = killed_after_creating(&connect).await;
        let entry = store.get("a").await.expect("read").expect("there");
        // A later run had begun it again, longer after the first one than clocks may differ, and was killed, too.
        let mut json = serde_json::to_value(&entry).expect("JSON");
        let began: Timestamp = serde_json::from_value(json["creating"][0]["began"].clone()).expect("a time");
        let mut second = json["creating"][0].clone();
        second["began"] = json!(began.plus(std::time::Duration::from_secs(600)));
        match other {
            "a" => json["creating"].as_array_mut().expect("creations").push(second),
            _ => {
                let entry = serde_json::from_value(json!({"creating": [second]})).expect("an entry");
                store.commit(&[StoreChange::put("b", entry)]).await.expect("written");
            }
        }
        let entry = serde_json::from_value(json).expect("an entry");
        store.commit(&[StoreChange::put("a", entry)]).await.expect("written");
        let found = look_into_creations(&connect, &store).await;
        let made = found.iter().filter(|user| matches!(user.outcome, CreationOutcome::Made(_)));
        assert_eq!(made.count(), 1, "{found:?}");
        assert!(
            !found.iter().any(|user| matches!(user.outcome, CreationOutcome::Unclear { .. })),
            "{found:?}"
        );
        let entries = load_all(&store).await.expect("all");
        assert!(entries.values().all(|entry| entry.creating.is_empty()), "{entries:?}");
        assert!(entries["a"].state.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_in_doubt_is_not_forgotten_with_a_user_that_is_gone_and_missing() {
    let connect = connect();
    let store = killed_after_creating(&connect).await;
    let made = connect.users(&"i".into()).remove(0).0.user_id;
    // Somebody changes whom the killed run has made, and the record is of another user, who is gone.
    connect.edit_user(&"i".into(), &made, |user, _| user.routing_profile_id = "r9".into());
    let mut entry = store.get("a").await.expect("read").expect("there");
    entry.state = Some(Arc::new(state(&document("joan"), "nobody")));
    store.commit(&[StoreChange::put("a", entry)]).await.expect("written");
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let found = session.recover().await.expect("looked into");
    assert!(matches!(found[0].outcome, CreationOutcome::Unclear { .. }), "{found:?}");
    let gone = crate::session::preview(&mut session, &[]).await;
    let options = session.apply_options();
    assert!(session.apply(gone, &mut AllKnown, &options).await.expect("applied").is_done());
    let entry = store.get("a").await.expect("read").expect("kept");
    assert_eq!((entry.state, entry.creating.len()), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn creations_that_are_looked_into_together_share_the_lists_of_the_instance() {
    const IN_DOUBT: usize = 40;
    let connect = connect();
    let store = killed_after_creating(&connect).await;
    let first = serde_json::to_value(store.get("a").await.expect("read").expect("there")).expect("JSON");
    for number in 0..IN_DOUBT {
        let mut entry = first.clone();
        entry["creating"][0]["spec"]["name"] = json!(format!("nobody-{number}"));
        let entry: Entry = serde_json::from_value(entry).expect("an entry");
        store.commit(&[StoreChange::put(format!("n{number}"), entry)]).await.expect("written");
    }
    // A list takes three calls.
    for number in 0..2_500 {
        connect.create_user(&request(&format!("other-{number}"))).await.expect("made");
    }
    connect.clear_calls();
    let later = || Timestamp::from_millis(9_999_999);
    let mut looking = session_options();
    looking.now = &later;
    let mut session = Session::open(&store, &connect, looking).await.expect("open");
    let found = session.recover().await.expect("found out");
    assert_eq!(found.len(), IN_DOUBT + 1);
    let not_made = found.iter().filter(|found| matches!(found.outcome, CreationOutcome::NotMade)).count();
    assert_eq!(not_made, IN_DOUBT, "{found:?}");
    let calls = |operation| count(&connect, operation);
    assert_eq!(calls(Operation::SearchUsers), IN_DOUBT + 1);
    // Each for itself would be 120. While one list is read, as many searches are made as it has calls.
    let listed = calls(Operation::ListUsers);
    assert!((3..=IN_DOUBT + 2 * 3).contains(&listed), "{listed}");
}

#[tokio::test(start_paused = true)]
async fn nobody_elses_user_is_taken_for_ones_own() {
    // Somebody else's, exactly equal, but older.
    let connect = connect();
    let other = MemoryStore::default();
    assert!(run(&connect, &other, &[wanted("x", &document("jane"))]).await.is_done());
    let store = MemoryStore::default();
    let mut options = options();
    let later = || "2026-02-01T00:00:00Z".parse().expect("a time");
    options.apply.now = &later;
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::NoAnswer));
    let plan = planned(&[wanted("a", &document("jane"))], &store).await;
    let outcome = apply(&plan, &store, &connect, &options).await;
    assert_eq!(outcome.users[0].result, UserResult::Failed, "{outcome:?}");
    assert!(load_all(&store).await.expect("all").is_empty(), "and nothing is in doubt");

    // Nor one that is asked for plainly; unless the host says so.
    let outcome = run(&connect, &store, &[wanted("a", &document("jane"))]).await;
    assert!(outcome.users[0].message.as_ref().is_some_and(|text| text.contains("is taken")), "{outcome:?}");
    options.apply.adopt_taken = true;
    assert!(apply(&plan, &store, &connect, &options).await.is_done());
}

#[tokio::test(start_paused = true)]
async fn a_user_of_the_same_store_is_never_taken_over() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(run(&connect, &store, &[wanted("a", &document("jane"))]).await.is_done());
    // A part of the fleet, planned without the rest.
    let plan = planned(&[wanted("b", &document("jane"))], &MemoryStore::default()).await;
    let mut options = options();
    options.apply.adopt_taken = true;
    let outcome = apply(&plan, &store, &connect, &options).await;
    let message = outcome.users[0].message.clone().unwrap_or_default();
    assert!(message.contains("managed as another resource"), "{message}");
    assert_eq!(states_of(&store).await.keys().collect::<Vec<_>>(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_lost_is_waited_for() {
    let connect = MemoryConnect::new();
    let slow = MemoryInstance::new("i", IdentityManagementType::Saml).with_hidden_reads(5);
    connect.add_instance(slow);
    let store = MemoryStore::default();
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    let outcome = run(&connect, &store, &[wanted("a", &document("jane"))]).await;
    assert!(outcome.is_done(), "{outcome:?}");
    assert_eq!(names(&connect), ["jane"]);
    assert!(load_all(&store).await.expect("all")["a"].creating.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_did_not_arrive_is_repeated() {
    let (connect, store) = (connect(), MemoryStore::default());
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::NoAnswer));
    connect.inject(Fault::of(Operation::CreateUser, 2, Outcome::Refused(ErrorKind::Service)));
    let outcome = run(&connect, &store, &[wanted("a", &document("jane"))]).await;
    assert!(outcome.is_done(), "{outcome:?}");
    assert_eq!(names(&connect), ["jane"]);
}

#[tokio::test(start_paused = true)]
async fn what_stays_uncertain_is_said_and_remembered() {
    let (connect, store) = (connect(), MemoryStore::default());
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    for occurrence in 1..40 {
        let refused = Outcome::Refused(ErrorKind::Invalid);
        connect.inject(Fault::of(Operation::SearchUsers, occurrence, refused));
    }
    let outcome = run(&connect, &store, &[wanted("a", &document("jane"))]).await;
    let message = outcome.users[0].message.clone().unwrap_or_default();
    assert!(message.contains("whether the user `jane` was created is not known"), "{message}");
    let entry = load_all(&store).await.expect("all")["a"].clone();
    assert_eq!((&entry.state, entry.creating.len()), (&None, 1));
    // Whoever records another user under that name leaves it in doubt.
    let other = entry.clone().with_state(crate::support::state(&document("other"), "other"));
    assert_eq!((other.state.is_some(), other.creating), (true, entry.creating));
    connect.clear_faults();
    // The next apply knows its own, also where nobody has looked before.
    let outcome = run(&connect, &store, &[wanted("a", &document("jane"))]).await;
    let message = outcome.users[0].message.clone().unwrap_or_default();
    assert!(message.contains("an earlier run created the user"), "{message}");
    assert!(run(&connect, &store, &[wanted("a", &document("jane"))]).await.is_done());
    let entry = load_all(&store).await.expect("all")["a"].clone();
    assert!(entry.state.is_some() && entry.creating.is_empty());
    assert_eq!(names(&connect), ["jane"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_another_user_has_just_freed_is_waited_for() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(run(&connect, &store, &[wanted("a", &document("jane"))]).await.is_done());
    // `june` first, then `jane` anew: its name stays taken for a while after the old one is deleted.
    for occurrence in 2..5 {
        let taken = Outcome::Refused(ErrorKind::Duplicate);
        connect.inject(Fault::of(Operation::CreateUser, occurrence, taken));
    }
    let all = [wanted("a", &document("june")), wanted("b", &document("jane"))];
    let outcome = run(&connect, &store, &all).await;
    assert!(outcome.is_done(), "{outcome:?}");
    assert_eq!(names(&connect), ["jane", "june"]);
    assert!(planned(&all, &store).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_lost_while_a_name_is_waited_for_is_looked_for() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(run(&connect, &store, &[wanted("a", &document("jane"))]).await.is_done());
    connect.inject(Fault::of(Operation::CreateUser, 2, Outcome::Refused(ErrorKind::Duplicate)));
    connect.inject(Fault::of(Operation::CreateUser, 3, Outcome::AnswerLost));
    let all = [wanted("a", &document("june")), wanted("b", &document("jane"))];
    let outcome = run(&connect, &store, &all).await;
    assert!(outcome.is_done(), "{outcome:?}");
    assert_eq!(names(&connect), ["jane", "june"]);
}

#[tokio::test(start_paused = true)]
async fn who_was_deleted_before_a_kill_is_not_left_to_delete() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(run(&connect, &store, &[wanted("a", &document("jane"))]).await.is_done());
    let old = states_of(&store).await["a"].clone();
    let request = DeleteUser::new(old.instance_id.clone(), old.user_id.clone());
    connect.delete_user(&request).await.expect("deleted, and not written down");
    // The refresh has found nobody.
    let all = [wanted("a", &document("june"))];
    let plan = planned(&all, &MemoryStore::default()).await;
    let outcome = apply(&plan, &store, &connect, &options()).await;
    assert!(outcome.is_done() && outcome.users[0].message.is_none(), "{outcome:?}");
    assert!(planned(&all, &store).await.is_empty(), "{:?}", planned(&all, &store).await);
}

#[tokio::test(start_paused = true)]
async fn who_is_left_to_delete_is_told_also_of_a_user_that_was_taken_over() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(run(&connect, &store, &[wanted("a", &document("jane"))]).await.is_done());
    // Out of sight for a while, and there all the same.
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    let plan = planned(&[wanted("a", &document("june"))], &MemoryStore::default()).await;
    let outcome = apply(&plan, &store, &connect, &options()).await;
    let message = outcome.users[0].message.clone().unwrap_or_default();
    assert!(message.contains("adopted") && message.contains("left to delete"), "{message}");
    assert!(run(&connect, &store, &[wanted("a", &document("june"))]).await.is_done());
    assert_eq!(names(&connect), ["june"]);
}

/// Notes which program has made a user, as a host notes a password's fingerprint.
#[derive(Debug)]
struct Program(&'static str);

impl FleetObserver for Program {
    fn notes(&self, _: &str, state: Option<&UserState>, before: &Notes) -> Notes {
        let mut notes = before.clone();
        if state.is_none() {
            notes.insert("program".to_owned(), self.0.to_owned());
        }
        notes
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_host_notes_of_a_creation_is_that_of_the_creation() {
    let connect = connect();
    let store = Killed { store: MemoryStore::default(), left: AtomicUsize::new(1) };
    let plan = planned(&[wanted("a", &document("jane"))], &store.store).await;
    let mut options = options();
    options.observer = &Program("first");
    assert!(!apply(&plan, &store, &connect, &options).await.is_done());
    let store = store.store;
    // Also where the next run has not looked before: its own notes are of another password.
    options.observer = &Program("second");
    assert!(!apply(&plan, &store, &connect, &options).await.is_done(), "it is planned again");
    assert_eq!(load_all(&store).await.expect("all")["a"].notes.get("program").expect("an entry"), "first");
    let plan = planned(&[wanted("a", &document("jane"))], &store).await;
    assert!(apply(&plan, &store, &connect, &options).await.is_done());
    assert_eq!(load_all(&store).await.expect("all")["a"].notes.get("program").expect("an entry"), "first");
}

/// A password that is noted belongs to the account, whatever record the account stands under.
#[tokio::test(start_paused = true)]
async fn what_a_host_notes_of_a_user_stays_with_that_user() {
    for program in [vec![("a", "jane")], vec![("a", "june"), ("b", "jane")], vec![("b", "jane")]] {
        let (connect, store) = (connect(), MemoryStore::default());
        let mut options = options();
        for (run, login) in [("first", "jane"), ("second", "june")] {
            connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
            options.observer = if run == "first" { &Program("first") } else { &Program("second") };
            let plan = planned(&[wanted("a", &document(login))], &store).await;
            let _ = apply(&plan, &store, &connect, &options).await;
        }
        assert_eq!(names(&connect), ["jane", "june"]);
        connect.clear_faults();
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let wanted: Vec<_> = program.iter().map(|(key, name)| wanted(key, &document(name))).collect();
        let shown = preview(&mut session, &wanted).await;
        let noted = |entries: &BTreeMap<String, Entry>| -> Vec<(String, Option<String>)> {
            let all = entries.values().filter_map(|entry| Some((entry.state.as_ref()?, &entry.notes)));
            all.map(|(user, notes)| (user.name.clone(), notes.get("program").cloned())).collect()
        };
        for (name, run) in noted(session.entries()) {
            let made = if name == "jane" { "first" } else { "second" };
            assert_eq!(run.as_deref(), Some(made), "{name} of {program:?}");
        }
        let mut applying = session.apply_options();
        applying.observer = &Program("third");
        assert!(session.apply(shown, &mut AllKnown, &applying).await.expect("applied").is_done());
        let entries = load_all(&store).await.expect("all");
        let expected = match program.len() {
            1 => vec![("jane".to_owned(), Some("first".to_owned()))],
            _ => vec![
                ("june".to_owned(), Some("second".to_owned())),
                ("jane".to_owned(), Some("first".to_owned())),
            ],
        };
        assert_eq!(noted(&entries), expected);
        assert!(entries.values().all(|entry| entry.superseded.is_empty()), "{entries:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_of_half_of_all_calls_only_takes_time() {
    let (connect, store) = (connect(), MemoryStore::default());
    let mut random = fastrand::Rng::with_seed(11);
    for occurrence in (1..4_000).filter(|_| random.bool()) {
        let throttled = Outcome::Refused(ErrorKind::Throttled);
        connect.inject(Fault::of(Operation::CreateUser, occurrence, throttled));
    }
    let all: Vec<ProgramUser> =
        (0..2_000).map(|number| format!("u{number}")).map(|name| wanted(&name, &document(&name))).collect();
    let outcome = run(&connect, &store, &all).await;
    assert!(outcome.is_done(), "{:?}", outcome.users.iter().filter(|user| user.error.is_some()).count());
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_freed_before_this_run_is_waited_for() {
    let (connect, store) = (connect(), MemoryStore::default());
    for occurrence in 1..4 {
        let taken = Outcome::Refused(ErrorKind::Duplicate);
        connect.inject(Fault::of(Operation::CreateUser, occurrence, taken));
    }
    let outcome = run(&connect, &store, &[wanted("a", &document("jane"))]).await;
    assert!(outcome.is_done(), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn who_has_the_name_is_told_at_once() {
    let (connect, store) = (connect(), MemoryStore::default());
    let other = MemoryStore::default();
    assert!(run(&connect, &other, &[wanted("x", &document("jane"))]).await.is_done());
    let mut different = document("jane");
    different["routingProfileId"] = json!("r2");
    let outcome = run(&connect, &store, &[wanted("a", &different)]).await;
    let message = outcome.users[0].message.clone().unwrap_or_default();
    assert!(message.contains("which differs in `routingProfileId`"), "{message}");
    assert!(outcome.elapsed.as_secs() < 5, "{:?}", outcome.elapsed);
}

/// The recorded user was deleted, and somebody else has made another of its name: waiting would not help.
#[tokio::test(start_paused = true)]
async fn who_has_the_name_of_a_user_that_is_gone_is_told_at_once() {
    let (connect, store, other) = (connect(), MemoryStore::default(), MemoryStore::default());
    let all = [wanted("a", &document("jane"))];
    assert!(run(&connect, &store, &all).await.is_done());
    let gone = states_of(&store).await["a"].clone();
    let request = DeleteUser::new(gone.instance_id.clone(), gone.user_id.clone());
    connect.delete_user(&request).await.expect("deleted by hand");
    let mut theirs = document("jane");
    theirs["routingProfileId"] = json!("r9");
    assert!(run(&connect, &other, &[wanted("x", &theirs)]).await.is_done());

    let plan = planned(&all, &MemoryStore::default()).await;
    let outcome = apply(&plan, &store, &connect, &options()).await;
    assert_eq!(outcome.users[0].result, UserResult::Failed, "{outcome:?}");
    assert!(
        outcome.users[0].message.as_ref().is_some_and(|message| message.contains("is taken by the user"))
    );
    assert!(outcome.elapsed < std::time::Duration::from_secs(10), "{:?}", outcome.elapsed);
}

/// A pace of a host that does not learn from throttling.
#[derive(Debug)]
struct Steady;

#[async_trait]
impl Pace for Steady {
    async fn acquire(&self, _: Operation) -> Turn {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Turn::default()
    }

    fn throttled(&self, _: Operation, _: Turn) {}

    fn accepted(&self, _: Operation, _: Turn) {}
}

#[tokio::test(start_paused = true)]
async fn a_kill_while_creations_are_throttled_leaves_few_of_them_in_doubt() {
    let (connect, store) = (connect(), MemoryStore::default());
    let throttled = Outcome::Refused(ErrorKind::Throttled);
    (1..4_000).for_each(|occurrence| connect.inject(Fault::of(Operation::CreateUser, occurrence, throttled)));
    let all: Vec<ProgramUser> =
        (0..500).map(|number| format!("u{number}")).map(|name| wanted(&name, &document(&name))).collect();
    let plan = plan(&all, &BTreeMap::new(), &PlanOptions::default()).expect("a plan");
    let mut options = options();
    options.pace = Arc::new(Steady);
    let applying = apply(&plan, &store, &connect, &options);
    assert!(tokio::time::timeout(Duration::from_secs(60), applying).await.is_err());
    let entries = load_all(&store).await.expect("all");
    let in_doubt = entries.values().filter(|entry| !entry.creating.is_empty()).count();
    assert!((1..=20).contains(&in_doubt), "{in_doubt}");
}
