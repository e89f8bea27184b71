//! A fleet on its way: side by side, at the floor of the quota, and what is left after it was ended.

use std::{
    collections::BTreeMap,
    num::{NonZeroU32, NonZeroUsize},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    apply::{ApplyOptions, CreationOutcome},
    client::{
        CancellationToken, ConnectClient, ErrorKind, QuickConnectSummary, Rate, TokenBuckets, TokioTimer,
        memory::{Fault, MemoryConnect, Outcome},
    },
    diff::Action,
    fleet::{
        Entry, Event, EventKind, FleetObserver, FleetOptions, FleetOutcome, FleetPlan, Guard, MemoryStore,
        Notes, OnFailure, PlanOptions, ProgramUser, RecoveredUser, StateStore, StoreChange, StoreError,
        UserResult, apply, events, load_all, plan, recover, refresh,
    },
    read::{RefreshOptions, Strategy},
    user::{IdentityManagementType, Operation, QuickConnects, SignOutOn, Timestamp, UserId, UserState},
};
use proptest::{collection::vec, option, prelude::*, sample::select, strategy::Strategy as _};
use serde_json::{Value, json};

use crate::support::*;

/// The runtime's clock, which tests pause.
pub fn timer() -> Arc<TokioTimer> {
    Arc::new(TokioTimer::default())
}

pub fn options<'a>() -> FleetOptions<'a> {
    let timer = timer();
    let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone()));
    let apply = ApplyOptions::builder().now(&|| NOW).read_back(false).build();
    FleetOptions::builder().timer(timer).pace(pace).apply(apply).build()
}

/// The time at which everything begins.
const NOW: Timestamp = Timestamp::from_millis(1);

/// A service whose clock is that of the options.
pub fn connect() -> MemoryConnect {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    connect.set_time(NOW);
    connect
}

fn plan_of(wanted: &[ProgramUser], states: &BTreeMap<String, Arc<UserState>>) -> FleetPlan {
    let options = PlanOptions::builder().guard(Guard::OFF).build();
    plan(wanted, states, &options).expect("a plan")
}

pub async fn states_of(store: &MemoryStore) -> BTreeMap<String, Arc<UserState>> {
    let all = load_all(store).await.expect("all");
    all.into_iter().filter_map(|(name, entry)| Some((name, entry.state?))).collect()
}

/// The users whom the store remembers, as they are; it then remembers them so.
async fn read_again(
    connect: &dyn ConnectClient,
    store: &MemoryStore,
    wanted: &[ProgramUser],
) -> BTreeMap<String, Arc<UserState>> {
    let options = RefreshOptions::builder().strategy(Strategy::Full).build();
    let states = states_of(store).await;
    let read = refresh(wanted, &states, connect, &options, Timestamp::from_millis(9_999_999)).await;
    store.commit(&read.changes(&load_all(store).await.expect("all"))).await.expect("written");
    read.there()
}

/// What earlier runs had begun to make and could not write down, some minutes later.
pub async fn look_into_creations(connect: &dyn ConnectClient, store: &dyn StateStore) -> Vec<RecoveredUser> {
    let later = || Timestamp::from_millis(9_999_999);
    let options = ApplyOptions::builder().now(&later).build();
    let recovered = recover(&load_all(store).await.expect("all"), connect, &options).await;
    store.commit(&recovered.changes).await.expect("written");
    recovered.users
}

/// Brings the service to what is wanted, from what the store remembers.
async fn bring(
    connect: &dyn ConnectClient,
    store: &MemoryStore,
    wanted: &[ProgramUser],
    options: &FleetOptions<'_>,
) -> FleetOutcome {
    look_into_creations(connect, store).await;
    let there = read_again(connect, store, wanted).await;
    apply(&plan_of(wanted, &there), store, connect, options).await
}

fn many(count: usize) -> Vec<ProgramUser> {
    (0..count).map(|number| format!("u{number:04}")).map(|name| wanted(&name, &document(&name))).collect()
}

#[tokio::test(start_paused = true)]
async fn many_are_made_at_the_speed_of_the_quota_and_then_there_is_nothing_to_do() {
    let (connect, store) = (connect(), MemoryStore::default());
    let all = many(105);
    let plan = plan_of(&all, &BTreeMap::new());
    let estimate = plan.estimate(|_| Rate::DEFAULT, false);
    assert_eq!(estimate.to_string(), "105 calls, at least 50s (CreateUser 105 at 2 a second, assumed)");
    let outcome = apply(&plan, &store, &connect, &options()).await;
    assert!(outcome.is_done(), "{outcome:?}");
    assert_eq!((outcome.done(Action::Create), outcome.calls, connect.calls().len()), (105, 105, 105));
    assert_eq!(outcome.elapsed.as_secs(), 50, "{:?}", outcome.elapsed);
    let states = states_of(&store).await;
    assert_eq!(states.len(), 105);
    assert_eq!(states["u0003"].record.last_written, Some(NOW));
    assert!(plan_of(&all, &states).is_empty());
}

#[tokio::test(start_paused = true)]
async fn more_users_than_are_under_way_at_once_may_wait_for_each_other() {
    let (connect, store) = (connect(), MemoryStore::default());
    let rate = Rate::UNLIMITED;
    let fast = || {
        let mut options = options();
        options.pace = Arc::new(TokenBuckets::new(rate, options.timer.clone()));
        options
    };
    // Everybody takes the name of the one before, in one great circle, after which each waits for another.
    let count = 2_500;
    let named = |shift: usize| -> Vec<ProgramUser> {
        let name = |number: usize| format!("n{:05}", (number + shift) % count);
        (0..count).map(|number| wanted(&format!("u{number:05}"), &document(&name(number)))).collect()
    };
    assert!(apply(&plan_of(&named(0), &BTreeMap::new()), &store, &connect, &fast()).await.is_done());
    let plan = plan_of(&named(1), &states_of(&store).await);
    let outcome = apply(&plan, &store, &connect, &fast()).await;
    assert!(outcome.is_done());
    assert_eq!(connect.users(&"i".into()).len(), count);
    assert!(plan_of(&named(1), &states_of(&store).await).is_empty());
}

/// Users of whom each has something else to do.
fn mixed(count: usize) -> (BTreeMap<String, Arc<UserState>>, Vec<ProgramUser>) {
    let mut states = BTreeMap::new();
    let mut all = Vec::new();
    for number in 0..count {
        let name = format!("u{number:04}");
        let mut document = document(&name);
        if number % 5 != 0 {
            states.insert(name.clone(), state(&document, &format!("id-{number}")).into());
            if number % 2 == 0 {
                document["routingProfileId"] = json!("r2");
            }
            if number % 3 == 0 {
                document["tags"]["team"] = json!("y");
            }
            if number % 7 == 0 {
                document["securityProfileIds"] = json!(["s2"]);
                document["identityInfo"]["lastName"] = json!("C");
            }
        }
        all.push(wanted(&name, &document));
    }
    (states, all)
}

/// A service that has these users.
async fn with_users(states: &mut BTreeMap<String, Arc<UserState>>) -> MemoryConnect {
    let connect = connect();
    let store = MemoryStore::default();
    let all: Vec<ProgramUser> = states.keys().map(|name| wanted(name, &document(name))).collect();
    let mut fast = options();
    let rate = Rate::UNLIMITED;
    fast.pace = Arc::new(TokenBuckets::new(rate, fast.timer.clone()));
    assert!(apply(&plan_of(&all, &BTreeMap::new()), &store, &connect, &fast).await.is_done());
    *states = states_of(&store).await;
    connect.clear_calls();
    connect
}

#[tokio::test(start_paused = true)]
async fn every_operation_has_its_share_all_the_time() {
    let (mut states, all) = mixed(600);
    let connect = with_users(&mut states).await;
    let store =
        MemoryStore::new(states.iter().map(|(name, state)| (name.clone(), Entry::new(state.clone()))));
    let plan = plan_of(&all, &states);
    let floor = plan.estimate(|_| Rate::DEFAULT, false).time;
    let outcome = apply(&plan, &store, &connect, &options()).await;
    assert!(outcome.is_done());
    let ratio = outcome.elapsed.as_secs_f64() / floor.as_secs_f64();
    assert!(ratio <= 1.05, "{ratio}: {:?} of {floor:?}", outcome.elapsed);
    assert!(plan_of(&all, &states_of(&store).await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_user_that_fails_does_not_stop_the_others_unless_it_should() {
    for (on_failure, most) in [
        (OnFailure::Continue, 40),
        (OnFailure::STOP, 12),
        (OnFailure::StopAfter(NonZeroU32::MIN.saturating_add(1)), 25),
    ] {
        let (connect, store) = (connect(), MemoryStore::default());
        for occurrence in [3, 14] {
            let refused = Outcome::Refused(ErrorKind::AccessDenied);
            connect.inject(Fault::of(Operation::CreateUser, occurrence, refused));
        }
        let mut options = options();
        options.on_failure = on_failure;
        let outcome = apply(&plan_of(&many(40), &BTreeMap::new()), &store, &connect, &options).await;
        let made = outcome.count(UserResult::Done);
        assert!(made + 2 <= most && outcome.users.len() == 40, "{on_failure:?}: {made}");
        assert_eq!(states_of(&store).await.len(), made);
        assert_eq!(made + outcome.count(UserResult::Failed) + outcome.count(UserResult::NotTried), 40);
        let failed = outcome.users.iter().find(|user| user.result == UserResult::Failed).expect("one failed");
        assert_eq!(failed.kind(), Some(ErrorKind::AccessDenied));
        assert!(failed.help.as_ref().is_some_and(|help| help.contains("IAM")));
        connect.clear_faults();
        assert!(bring(&connect, &store, &many(40), &self::options()).await.is_done(), "the next run goes on");
        assert_eq!(connect.users(&"i".into()).len(), 40);
    }
}

#[tokio::test(start_paused = true)]
async fn cancelled_at_any_moment_it_keeps_what_was_done() {
    for seconds in [0, 1, 7, 30] {
        let (connect, store) = (connect(), MemoryStore::default());
        let mut options = options();
        options.cancel = CancellationToken::new();
        let plan = plan_of(&many(80), &BTreeMap::new());
        let (outcome, ()) = tokio::join!(apply(&plan, &store, &connect, &options), async {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            options.cancel.cancel();
        });
        assert!(outcome.cancelled && !outcome.is_done());
        assert!(outcome.elapsed <= Duration::from_secs(seconds + 1), "{:?}", outcome.elapsed);
        assert_eq!(outcome.count(UserResult::Failed), 0, "ending is no failure");
        assert_eq!(connect.users(&"i".into()).len(), states_of(&store).await.len());
        assert!(bring(&connect, &store, &many(80), &self::options()).await.is_done());
        assert_eq!(count(&connect, Operation::CreateUser), 80, "nothing is repeated");
    }
}

/// A store that stops writing.
#[derive(Debug)]
struct Failing(MemoryStore, Mutex<usize>);

#[async_trait]
impl StateStore for Failing {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.0.get(name).await
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        self.0.page(after, limit).await
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        {
            let mut left = self.1.lock().expect("a count");
            if *left == 0 {
                return Err(StoreError::Other("the disk is full".into()));
            }
            *left -= 1;
        }
        self.0.commit(changes).await
    }
}

#[tokio::test(start_paused = true)]
async fn states_that_cannot_be_written_end_everything_and_the_users_made_are_found_again() {
    let (connect, store) = (connect(), Failing(MemoryStore::default(), Mutex::new(5)));
    let outcome = apply(&plan_of(&many(40), &BTreeMap::new()), &store, &connect, &options()).await;
    assert_eq!(outcome.store.as_ref().map(ToString::to_string).as_deref(), Some("the disk is full"));
    assert!(!outcome.is_done());
    assert!(connect.users(&"i".into()).len() < 40);
    let found = look_into_creations(&connect, &store.0).await;
    let is_made = |user: &&RecoveredUser| matches!(user.outcome, CreationOutcome::Made(_));
    assert!(found.iter().filter(is_made).count() > 0, "who was made and not written down is found");
    let outcome = bring(&connect, &store.0, &many(40), &options()).await;
    assert!(outcome.is_done(), "{outcome:?}");
    assert_eq!(connect.users(&"i".into()).len(), 40);
    assert!(outcome.users.iter().all(|user| user.message.is_none()), "nobody is taken over on the way");
}

#[tokio::test(start_paused = true)]
async fn names_are_taken_in_turn_and_who_waits_for_a_failure_is_not_tried() {
    let denied =
        |occurrence| Fault::of(Operation::DeleteUser, occurrence, Outcome::Refused(ErrorKind::AccessDenied));
    for failing in [None, Some(1), Some(2), Some(3)] {
        let (connect, store) = (connect(), MemoryStore::default());
        let before = [("a", "x"), ("b", "y"), ("c", "z")];
        assert!(bring(&connect, &store, &wants(&before), &options()).await.is_done());
        // Each is replaced, and the one before is left to delete.
        (1..=3).for_each(|occurrence| connect.inject(denied(occurrence)));
        let between = [("a", "1"), ("b", "2"), ("c", "3")];
        let outcome = bring(&connect, &store, &wants(&between), &options()).await;
        assert_eq!(outcome.count(UserResult::Failed), 3);
        // Now each takes the name of the next one's, and a new one a name as well.
        let after = [("a", "y"), ("b", "z"), ("c", "x"), ("e", "1")];
        if let Some(occurrence) = failing {
            connect.inject(denied(occurrence));
        }
        // A host that tells no refresh what it wants has them deleted and made again.
        let outcome =
            apply(&plan_of(&wants(&after), &states_of(&store).await), &store, &connect, &options()).await;
        assert_eq!(outcome.is_done(), failing.is_none(), "{outcome:?}");
        if failing.is_some() {
            assert_eq!(outcome.count(UserResult::Failed), 1);
            let outcome = bring(&connect, &store, &wants(&after), &options()).await;
            assert!(outcome.is_done(), "{failing:?}: {outcome:?}");
        }
        let mut names: Vec<_> = connect.users(&"i".into()).into_iter().map(|(user, _)| user.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["1", "x", "y", "z"]);
        assert!(plan_of(&wants(&after), &states_of(&store).await).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_left_to_delete_and_is_wanted_under_another_name_of_the_program_stays() {
    let (connect, store) = (connect(), MemoryStore::default());
    let before = [("a", "x"), ("b", "y"), ("c", "z")];
    assert!(bring(&connect, &store, &wants(&before), &options()).await.is_done());
    let ids = || -> BTreeMap<String, UserId> {
        let users = connect.users(&"i".into()).into_iter();
        users.map(|(user, _)| (user.name, user.user_id)).collect()
    };
    let first = ids();
    let denied =
        |occurrence| Fault::of(Operation::DeleteUser, occurrence, Outcome::Refused(ErrorKind::AccessDenied));
    (1..=3).for_each(|occurrence| connect.inject(denied(occurrence)));
    let between = [("a", "1"), ("b", "2"), ("c", "3")];
    assert_eq!(bring(&connect, &store, &wants(&between), &options()).await.count(UserResult::Failed), 3);
    let second = ids();
    connect.clear_calls();
    let after = wants(&[("a", "y"), ("b", "z"), ("c", "x"), ("e", "1")]);
    assert!(bring(&connect, &store, &after, &options()).await.is_done());
    assert_eq!(connect.writes(), [Operation::DeleteUser, Operation::DeleteUser]);
    let mut expected = first;
    expected.insert("1".to_owned(), second["1"].clone());
    assert_eq!(ids(), expected);
    assert!(plan_of(&after, &states_of(&store).await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_user_that_moves_takes_its_notes_along() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &store, &[wanted("old", &document("jane"))], &options()).await.is_done());
    let mut entry = store.get("old").await.expect("read").expect("there");
    entry.notes.insert("k".into(), "v".into());
    store.commit(&[StoreChange::put("old", entry)]).await.expect("written");
    connect.clear_calls();
    let mut changed = document("jane");
    for changes in [false, true] {
        let (from, to) = if changes { ("new", "newer") } else { ("old", "new") };
        if changes {
            changed["routingProfileId"] = json!("r9");
        }
        let outcome = bring(&connect, &store, &[wanted(to, &changed)], &options()).await;
        assert!(outcome.is_done());
        assert_eq!((outcome.recorded, outcome.users.len()), if changes { (0, 1) } else { (1, 0) });
        assert!(store.get(from).await.expect("read").is_none());
        assert_eq!(store.get(to).await.expect("read").expect("there").notes.get("k").expect("an entry"), "v");
    }
    assert_eq!(connect.writes(), [Operation::UpdateUserRoutingProfile]);
}

#[tokio::test(start_paused = true)]
async fn who_is_recorded_under_whose_name_is_written_in_one_transaction() {
    let named = |users: &[(&str, &str)]| wants(users);
    let names = |store: &MemoryStore| -> Vec<(String, String)> {
        store
            .entries()
            .into_iter()
            .map(|(name, entry)| (name, entry.state.expect("there").name.clone()))
            .collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, user)| ((*name).into(), (*user).into())).collect()
    };
    let before = [("0", "mira"), ("1", "teo"), ("2", "ama")];
    let after = [("0", "teo"), ("1", "ama")];
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &store, &named(&before), &options()).await.is_done());
    // An exchange of resource names costs no call and loses nobody.
    let exchanged = [("0", "teo"), ("1", "mira"), ("2", "ama")];
    connect.clear_calls();
    assert!(bring(&connect, &store, &named(&exchanged), &options()).await.is_done());
    assert_eq!((names(&store), connect.writes()), (pairs(&exchanged), Vec::new()));
    assert!(bring(&connect, &store, &named(&before), &options()).await.is_done());
    // Rows shift: who is missing keeps a record until it is deleted.
    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let outcome = bring(&connect, &store, &named(&after), &options()).await;
    assert_eq!(outcome.count(UserResult::Failed), 1);
    assert_eq!(names(&store), pairs(&[("0", "teo"), ("0 (mira)", "mira"), ("1", "ama")]));
    // The program goes back, and so does everybody's record.
    assert!(bring(&connect, &store, &named(&before), &options()).await.is_done());
    assert_eq!(names(&store), pairs(&before));
    assert!(bring(&connect, &store, &named(&after), &options()).await.is_done());
    assert_eq!(names(&store), pairs(&after));
    assert_eq!(connect.writes(), [Operation::DeleteUser, Operation::DeleteUser]);
    // A record that the plan says nothing of is kept.
    let states: BTreeMap<_, _> =
        states_of(&store).await.into_iter().filter(|(name, _)| name == "1").collect();
    let part = plan_of(&named(&[("0", "ama")]), &states);
    assert!(apply(&part, &store, &connect, &options()).await.is_done());
    assert_eq!(names(&store), pairs(&[("0", "ama"), ("0 (teo)", "teo")]));
}

#[tokio::test(start_paused = true)]
async fn quick_connects_of_everybody_who_goes_are_searched_once() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &store, &many(12), &options()).await.is_done());
    for (number, state) in states_of(&store).await.values().enumerate() {
        let quick_connect =
            QuickConnectSummary::new(format!("q{number}"), "q").user_id(state.user_id.clone());
        assert!(connect.add_quick_connect(&"i".into(), quick_connect));
    }
    connect.clear_calls();
    let mut plan_options = PlanOptions::builder().guard(Guard::OFF).build();
    plan_options.settings.quick_connects = QuickConnects::Delete;
    let plan = plan(&[], &states_of(&store).await, &plan_options).expect("a plan");
    assert!(apply(&plan, &store, &connect, &options()).await.is_done());
    let counts = [Operation::SearchQuickConnects, Operation::DeleteQuickConnect, Operation::DeleteUser];
    let counted = counts.map(|operation| count(&connect, operation));
    assert!(counted[0] <= 2, "pages, not users: {counted:?}");
    assert_eq!(counted[1..], [12, 12]);
    assert!(store.entries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn everybody_who_goes_is_signed_out_and_the_estimate_counts_it() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &store, &many(12), &options()).await.is_done());
    connect.clear_calls();
    let mut plan_options = PlanOptions::builder().guard(Guard::OFF).build();
    plan_options.settings.sign_out_on = [SignOutOn::Deletion].into();
    let plan = plan(&[], &states_of(&store).await, &plan_options).expect("a plan");
    assert_eq!(plan.estimate(|_| Rate::DEFAULT, false).calls[&Operation::DeleteAllEntitySessions], 12);
    assert!(apply(&plan, &store, &connect, &options()).await.is_done());
    let counts = [Operation::DeleteAllEntitySessions, Operation::DeleteUser];
    assert_eq!(counts.map(|operation| count(&connect, operation)), [12, 12]);
    assert!(store.entries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_host_hears_once_what_was_done_without() {
    let (connect, store) = (connect(), MemoryStore::default());
    // Three creations are looked for by name, and nobody may search.
    let users = plan_of(&many(3), &BTreeMap::new());
    for occurrence in 1..=3 {
        connect.inject(Fault::of(Operation::CreateUser, occurrence, Outcome::AnswerLost));
        connect.inject(Fault::of(
            Operation::SearchUsers,
            occurrence,
            Outcome::Refused(ErrorKind::AccessDenied),
        ));
    }
    let (sender, mut stream) = events();
    let mut options = options();
    options.observer = &sender;
    let outcome = apply(&users, &store, &connect, &options).await;
    assert!(outcome.is_done(), "{outcome:?}");
    drop(options);
    drop(sender);
    let mut notes = Vec::new();
    while let Some(event) = stream.next().await {
        if let EventKind::Note(note) = &event.kind {
            assert_eq!(serde_json::to_value(&event).expect("JSON")["event"], "note");
            notes.push(note.to_string());
        }
    }
    assert_eq!(
        notes,
        ["note[not-allowed]: `SearchUsers` is not allowed: users are looked up in the list of all users\n  \
          help: allow `connect:SearchUsers`"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_host_hears_how_far_everything_is() {
    let (connect, store) = (connect(), MemoryStore::default());
    connect.inject(Fault::of(Operation::CreateUser, 2, Outcome::Refused(ErrorKind::QuotaExceeded)));
    let (sender, mut stream) = events();
    let mut options = options();
    options.observer = &sender;
    apply(&plan_of(&many(20), &BTreeMap::new()), &store, &connect, &options).await;
    drop(options);
    drop(sender);
    let mut all: Vec<Event> = Vec::new();
    while let Some(event) = stream.next().await {
        all.push(event);
    }
    let steps = all.iter().filter(|event| matches!(event.kind, EventKind::Step { .. })).count();
    assert_eq!((steps, all.len()), (20, 40));
    let last = all.last().expect("an event").progress;
    assert_eq!((last.users_done, last.users, last.steps_done, last.steps), (20, 20, 19, 20));
    assert_eq!(last.left, Duration::ZERO);
    let first = all.first().expect("an event").progress;
    assert_eq!(first.left.as_secs(), 9, "nineteen are left at two a second: {:?}", first.left);
    let json = serde_json::to_value(&all[0]).expect("JSON");
    assert_eq!(json["event"], "step");
    assert_eq!(json["operation"], "CreateUser");
    assert!(json["progress"]["leftSeconds"].is_number());
    let failed = all.iter().find_map(|event| match &event.kind {
        EventKind::Step { error: Some(error), .. } => Some(error.to_string()),
        _ => None,
    });
    assert!(failed.expect("a failure").contains("a quota is full"));
}

#[derive(Debug)]
struct Marks;

impl FleetObserver for Marks {
    fn notes(&self, name: &str, state: Option<&UserState>, before: &Notes) -> Notes {
        let mut notes = before.clone();
        notes.insert("seen".into(), format!("{name}={:?}", state.map(|state| &state.name)));
        notes
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_notes_what_it_likes_with_each_user() {
    let (connect, store) = (connect(), MemoryStore::default());
    let mut options = options();
    options.observer = &Marks;
    options.parallelism = NonZeroUsize::MIN;
    assert!(bring(&connect, &store, &[wanted("a", &document("jane"))], &options).await.is_done());
    assert_eq!(store.entries()["a"].notes.get("seen").expect("an entry"), "a=Some(\"jane\")");
}

/// What a random fleet wants of one of its users: nothing, or a name and some settings.
fn wish() -> impl proptest::strategy::Strategy<Value = Option<(u8, Value)>> {
    let settings = (select(vec!["r1", "r2"]), option::of(select(vec!["x", "y"])), 0..3_u32, any::<bool>());
    option::weighted(0.8, (0..6_u8, settings)).prop_map(|wish| {
        let (name, (routing, team, limit, is_known)) = wish?;
        let mut document = document("n");
        document["routingProfileId"] = json!(routing);
        document["phoneConfig"]["afterContactWorkTimeLimit"] = json!(limit);
        document["tags"] = team.map_or(json!({}), |team| json!({"team": team}));
        if is_known {
            let key = json!({"attributeName": "l", "attributeValue": "f", "level": limit + 1});
            document["userProficiencies"] = json!([key]);
        }
        Some((name, document))
    })
}

/// A fleet in which nobody has the name of another.
fn fleet() -> impl proptest::strategy::Strategy<Value = Vec<ProgramUser>> {
    vec(wish(), 5).prop_map(|wishes| {
        let mut taken = std::collections::BTreeSet::new();
        let mut all = Vec::new();
        for (number, wish) in wishes.into_iter().enumerate() {
            if let Some((name, mut document)) = wish
                && taken.insert(name)
            {
                document["name"] = json!(format!("n{name}"));
                all.push(wanted(&format!("u{number}"), &document));
            }
        }
        all
    })
}

/// Every user of the service by its name, as far as a program says it.
fn there(connect: &MemoryConnect) -> BTreeMap<String, Value> {
    let users = connect.users(&"i".into()).into_iter();
    let whole = users.map(|(user, proficiencies)| user.into_state("i".into(), Some(proficiencies)));
    whole
        .map(|state| {
            (state.name.clone(), serde_json::to_value(state.to_spec(&Default::default())).expect("JSON"))
        })
        .collect()
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever fails or ends at whatever moment, the next runs end in what an undisturbed one does.
    #[test]
    fn disturbed_at_any_moment_the_next_run_ends_the_same(
        before in fleet(),
        after in fleet(),
        fault in option::of((1..30_u32, select(vec![
            Outcome::AnswerLost, Outcome::NoAnswer, Outcome::Refused(ErrorKind::AccessDenied),
        ]))),
        cancel_at in option::of(0..6_000_u64),
        killed_at in option::weighted(0.3, 0..12_usize),
    ) {
        block_on(async {
            let (calm, calm_store) = (connect(), MemoryStore::default());
            assert!(bring(&calm, &calm_store, &before, &options()).await.is_done());
            assert!(bring(&calm, &calm_store, &after, &options()).await.is_done());

            let (connect, store) = (connect(), MemoryStore::default());
            assert!(bring(&connect, &store, &before, &options()).await.is_done());
            let known = read_again(&connect, &store, &after).await;
            if let Some((occurrence, outcome)) = fault {
                connect.inject(Fault::of_any(occurrence, outcome));
            }
            let mut disturbed = options();
            disturbed.cancel = CancellationToken::new();
            disturbed.retry.attempts = 1;
            let plan = plan_of(&after, &known);
            // A kill between a call and its record is a store that writes no more.
            let mortal = Failing(store, Mutex::new(killed_at.unwrap_or(usize::MAX)));
            tokio::join!(apply(&plan, &mortal, &connect, &disturbed), async {
                if let Some(at) = cancel_at {
                    tokio::time::sleep(Duration::from_millis(at)).await;
                    disturbed.cancel.cancel();
                }
            });
            let store = mortal.0;
            connect.clear_faults();
            for _ in 0..3 {
                let outcome = bring(&connect, &store, &after, &options()).await;
                assert!(outcome.is_done(), "{outcome:?}");
            }
            assert_eq!(there(&connect), there(&calm));
            let known = read_again(&connect, &store, &after).await;
            assert_eq!(known.len(), after.len());
            assert!(store.entries().values().all(|entry| entry.creating.is_empty()));
            assert!(plan_of(&after, &known).is_empty(), "{:?}", plan_of(&after, &known));
        });
    }
}

/// What is checked here is that it compiles.
#[test]
fn a_fleet_may_be_applied_on_any_thread() {
    fn on_any_thread<T: Send>(_: T) {}

    let _ = |plan: &FleetPlan,
             store: &dyn StateStore,
             client: &dyn ConnectClient,
             options: &FleetOptions<'_>,
             left: &BTreeMap<String, Entry>| {
        on_any_thread(apply(plan, store, client, options));
        on_any_thread(load_all(store));
        on_any_thread(recover(left, client, &ApplyOptions::default()));
    };
}
