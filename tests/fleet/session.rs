//! Sessions, and previews of what is not known yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    client::{
        ErrorKind, Rate, RetryPolicy, TokenBuckets,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::Action,
    fleet::{
        AllKnown, Desired, DesiredSpec, FleetPreview, Lifecycle, MemoryStore, PlanOptions, Planner,
        ProgramUser, Resolve, Session, SessionOptions, StateStore, StoreChange, UserPreview, UserResult,
        load_all,
    },
    read::Strategy,
    user::{Code, DesiredUser, Diagnostic, IdentityManagementType, Input, InstanceId, Operation, Settings},
};
use serde_json::{Value, json};

use crate::{apply::timer, support::*};

fn settings() -> Settings {
    Settings::builder().identity_management(IdentityManagementType::Saml).build()
}

/// A user whose routing profile is known only after another user is there.
fn unknown(name: &str, user_name: &str) -> ProgramUser {
    let mut spec = spec(&document(user_name));
    spec.routing_profile_id = Input::Unknown;
    ProgramUser::builder().name(name).desired(Desired::partial(spec, settings())).build()
}

/// A user whose name is not known.
fn unnamed(name: &str) -> ProgramUser {
    let mut spec = spec(&document("unknown"));
    spec.name = Some(Input::Unknown);
    ProgramUser::builder().name(name).desired(Desired::partial(spec, settings())).build()
}

/// Tells whatever it is asked for, as a document.
struct Told(BTreeMap<String, Value>);

#[async_trait]
impl Resolve for Told {
    async fn resolve(
        &mut self,
        user: &UserPreview,
        session: &mut Session<'_>,
    ) -> Result<DesiredUser, Diagnostic> {
        assert!(session.state("first").is_some(), "who comes before is there");
        match self.0.remove(&user.name) {
            Some(document) => Ok(desired(&document)),
            None => Err(Diagnostic::new(Code::NOT_KNOWN_YET, "nobody tells").about(&user.name)),
        }
    }
}

pub fn session_options<'a>() -> SessionOptions<'a> {
    let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer()));
    SessionOptions::builder().timer(timer()).pace(pace).build()
}

pub async fn preview(session: &mut Session<'_>, program: &[ProgramUser]) -> FleetPreview {
    session.refresh(program).await.expect("read");
    let mut planner = Planner::new(PlanOptions::default());
    for user in program {
        session.want(&mut planner, user);
    }
    session.preview(planner)
}

fn codes(preview: FleetPreview) -> Vec<&'static str> {
    preview.into_plan().expect_err("refused").reasons.iter().map(|reason| reason.code.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_known_on_the_way_is_previewed_and_carried_out_after_what_it_comes_from() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let mut second = unknown("second", "b");
    second.depends_on = vec!["first".to_owned()];
    let mut third = wanted("third", &document("c"));
    third.depends_on = vec!["second".to_owned()];
    let program = [wanted("first", &document("a")), second, third];
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let first = preview(&mut session, &program).await;
    assert_eq!((first.count(Action::Create), first.calls()), (3, 3));
    assert_eq!(codes(first.clone()), ["not-known-yet"]);

    // Nobody tells what the second is: it fails, and who depends on it waits.
    let options = session.apply_options();
    let outcome = session.apply(first, &mut Told(BTreeMap::new()), &options).await.expect("applied");
    let results: Vec<_> = outcome.users.iter().map(|user| (user.user.as_str(), user.result)).collect();
    assert_eq!(
        results,
        [("first", UserResult::Done), ("second", UserResult::Failed), ("third", UserResult::NotTried)]
    );

    let again = preview(&mut session, &program).await;
    let mut told = Told([("second".to_owned(), document("b"))].into());
    let outcome = session.apply(again, &mut told, &options).await.expect("applied");
    assert!(outcome.is_done() && outcome.done(Action::Create) == 2, "{outcome:?}");
    let made = connect.calls().into_iter().filter(|call| call.operation == Operation::CreateUser);
    assert_eq!(made.count(), 3);
    assert_eq!(load_all(&store).await.expect("all").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_shown_is_not_done() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let all = [wanted("first", &document("a")), wanted("second", &document("b"))];
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let made = preview(&mut session, &all).await;
    let options = session.apply_options();
    session.apply(made, &mut Told(BTreeMap::new()), &options).await.expect("applied");

    let program = [wanted("first", &document("a")), unknown("second", "b")];
    let shown = preview(&mut session, &program).await;
    assert_eq!(shown.count(Action::Update), 1);
    let mut other = document("b");
    other["securityProfileIds"] = json!(["s2"]);
    let outcome = session
        .apply(shown, &mut Told([("second".to_owned(), other)].into()), &options)
        .await
        .expect("ended");
    assert_eq!(outcome.users[0].result, UserResult::Failed);
    let message = outcome.users[0].message.clone().expect("why");
    assert!(message.contains("which was not shown"), "{message}");

    // An unknown name may force a replacement, which is a deletion.
    let program = [wanted("first", &document("a")), unnamed("second")];
    let shown = preview(&mut session, &program).await;
    let told: Vec<_> =
        shown.notices().iter().map(|notice| (notice.code, notice.message.to_string())).collect();
    let message = "if `name` turns out to differ, `second` must be replaced, which is left to the next apply";
    assert_eq!(told, [(Code::REPLACEMENT_POSSIBLE, message.to_owned())]);
    let named = |name: &str| Told([("second".to_owned(), document(name))].into());
    let outcome = session.apply(shown.clone(), &mut named("c"), &options).await.expect("ended");
    let message = outcome.users[0].message.clone().expect("why");
    assert_eq!(message, "now that all values are known, the user must be replaced, which was not shown");
    assert!(session.apply(shown, &mut named("b"), &options).await.expect("ended").is_done());
}

#[tokio::test(start_paused = true)]
async fn what_was_found_is_remembered_although_the_plan_is_refused() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let program = [wanted("first", &document("a")), wanted("second", &document("b"))];
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let made = preview(&mut session, &program).await;
    let options = session.apply_options();
    session.apply(made, &mut Told(BTreeMap::new()), &options).await.expect("applied");
    let entries = load_all(&store).await.expect("all");
    let state = entries["first"].state.clone().expect("there");
    connect.set_time(connect.time().plus(std::time::Duration::from_secs(600)));
    assert!(connect.edit_user(&state.instance_id, &state.user_id, |user, _| {
        user.routing_profile_id = "r9".into();
    }));
    tokio::time::advance(std::time::Duration::from_secs(600)).await;

    // The same user twice: no plan.
    let twice = [wanted("first", &document("a")), wanted("other", &document("a"))];
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let refused = preview(&mut session, &twice).await;
    assert_eq!(codes(refused), ["duplicate-user"]);
    let entries = load_all(&store).await.expect("all");
    let found = &entries["first"].state.as_ref().expect("there").properties.routing_profile_id;
    assert_eq!(found.as_str(), "r9");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_stays_is_released_and_what_is_read_only_writes_nothing() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let mut kept = wanted("first", &document("a"));
    kept.lifecycle = Lifecycle::builder().retain_on_delete(true).build();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let made = preview(&mut session, std::slice::from_ref(&kept)).await;
    let options = session.apply_options();
    session.apply(made, &mut Told(BTreeMap::new()), &options).await.expect("applied");

    let mut looking = session_options();
    looking.read_only = true;
    let mut session = Session::open(&store, &connect, looking).await.expect("open");
    let forgotten = StoreChange::put("x", connect_user::fleet::Entry::default());
    session.commit(vec![forgotten]).await.expect("known here");
    assert!(store.get("x").await.expect("read").is_none());
    let left = preview(&mut session, &[]).await;
    assert_eq!((left.released().len(), left.count(Action::Delete)), (1, 0));

    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let left = preview(&mut session, &[]).await;
    let outcome = session.apply(left, &mut Told(BTreeMap::new()), &options).await.expect("applied");
    assert_eq!(outcome.released, 1);
    assert!(load_all(&store).await.expect("all").is_empty());
    assert_eq!(connect.users(&"i".into()).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn users_missing_from_the_program_are_protected_by_the_settings_of_the_plan() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let made = preview(&mut session, &[wanted("a", &document("a"))]).await;
    let options = session.apply_options();
    session.apply(made, &mut AllKnown, &options).await.expect("applied");

    let mut protecting = PlanOptions::default();
    protecting.settings.protect = true;
    let nobody: [ProgramUser; 0] = [];
    session.refresh(&nobody).await.expect("read");
    assert_eq!(codes(session.preview(Planner::new(protecting.clone()))), ["protected"]);
    assert_eq!(codes(session.preview_destroy(protecting)), ["protected"]);
}

#[tokio::test(start_paused = true)]
async fn a_former_resource_name_is_followed() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let made = preview(&mut session, &[wanted("old", &document("a"))]).await;
    let options = session.apply_options();
    session.apply(made, &mut Told(BTreeMap::new()), &options).await.expect("applied");

    let user = wanted("new", &document("renamed"));
    let aliases = ["old".to_owned()];
    let spec = DesiredSpec::new("new", user.desired.spec(), user.desired.settings()).with_aliases(&aliases);
    session.refresh(&[spec]).await.expect("read");
    let mut planner = Planner::new(PlanOptions::default());
    assert_eq!(session.want(&mut planner, &user), Action::Replace);
    let preview = session.preview(planner);
    assert_eq!(preview.moves().collect::<Vec<_>>(), [("old", "new")]);
}

/// The user `x`, named `b`, that has the user `old` left to delete.
async fn with_leftover() -> (MemoryConnect, MemoryStore) {
    with_leftover_and(None).await
}

/// The same beside another user.
async fn with_leftover_and(other: Option<ProgramUser>) -> (MemoryConnect, MemoryStore) {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let mut all = vec![wanted("x", &document("b")), wanted("left", &document("old"))];
    all.extend(other);
    let made = preview(&mut session, &all).await;
    let options = session.apply_options();
    assert!(session.apply(made, &mut AllKnown, &options).await.expect("applied").is_done());
    let mut entries = load_all(&store).await.expect("all");
    let left = entries.remove("left").and_then(|entry| entry.state).expect("there").to_replaced();
    let mut entry = entries.remove("x").expect("there");
    Arc::make_mut(entry.state.as_mut().expect("a state")).record.unfinished.replaced.push(left);
    let changes = [StoreChange::put("x", entry), StoreChange::remove("left")];
    store.commit(&changes).await.expect("written");
    (connect, store)
}

#[tokio::test(start_paused = true)]
async fn whom_one_user_has_left_to_delete_is_the_user_of_another_resource_that_wants_it() {
    // The resource has no user, or one who is somebody else.
    for other in [None, Some("c")] {
        let (connect, store) = with_leftover_and(other.map(|name| wanted("y", &document(name)))).await;
        let instance = InstanceId::from("i");
        let old = connect.users(&instance).into_iter().find(|(user, _)| user.name == "old").expect("there");
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let program = [wanted("x", &document("b")), wanted("y", &document("old"))];
        let shown = preview(&mut session, &program).await;
        let expected = if other.is_some() { 1 } else { 0 };
        assert_eq!(shown.deletions().len(), expected, "{:?}", session.refreshed());
        assert_eq!(shown.count(Action::Create), 0);
        let explanation = "`y`: the user `old`, which `x` had left to delete, is desired again";
        assert!(session.refreshed().explanations.iter().any(|told| told == explanation));
        let options = session.apply_options();
        assert!(session.apply(shown, &mut AllKnown, &options).await.expect("applied").is_done());
        let entries = load_all(&store).await.expect("all");
        assert_eq!(entries.keys().collect::<Vec<_>>(), ["x", "y"]);
        let y = entries["y"].state.as_ref().expect("a state");
        assert_eq!((&y.user_id, y.name.as_str()), (&old.0.user_id, "old"));
        assert_eq!(connect.users(&instance).len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn whom_a_user_has_left_to_delete_is_handed_over_where_the_names_of_a_list_have_shifted() {
    let (connect, store) = with_leftover().await;
    let ids = || -> Vec<_> {
        let users = connect.users(&InstanceId::from("i")).into_iter();
        users.map(|(user, _)| (user.name, user.user_id)).collect()
    };
    let before = ids();
    // Who was recorded as `x` is `y` now.
    let program = [wanted("x", &document("old")), wanted("y", &document("b"))];
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let shown = preview(&mut session, &program).await;
    assert_eq!(shown.changes(), 0, "{shown:?}");
    let options = session.apply_options();
    assert!(session.apply(shown, &mut AllKnown, &options).await.expect("applied").is_done());
    assert_eq!(ids(), before);
    let names = load_all(&store).await.expect("all").into_iter();
    let names: Vec<_> = names.map(|(name, entry)| (name, entry.state.expect("there").name.clone())).collect();
    assert_eq!(names, [("x".to_owned(), "old".to_owned()), ("y".to_owned(), "b".to_owned())]);
}

/// The account of a user stays, and the one that its replacement had left is deleted as it was to be.
#[tokio::test(start_paused = true)]
async fn whom_a_user_has_left_to_delete_is_deleted_also_where_its_own_account_stays() {
    for program in [&[][..], &[("x", "c")]] {
        let (connect, store) = with_leftover().await;
        let mut entry = store.get("x").await.expect("read").expect("there");
        entry.notes.insert("retainOnDelete".into(), "true".into());
        store.commit(&[StoreChange::put("x", entry)]).await.expect("written");
        let retained = Lifecycle::builder().retain_on_delete(true).build();
        let program = program.iter().map(|(key, name)| {
            let mut user = wanted(key, &document(name));
            user.lifecycle = retained.clone();
            user
        });
        let program: Vec<ProgramUser> = program.collect();
        for deleted in [0, 1, 0] {
            let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
            let shown = preview(&mut session, &program).await;
            assert_eq!(shown.deletions().len(), deleted, "{shown:?}");
            let options = session.apply_options();
            assert!(session.apply(shown, &mut AllKnown, &options).await.expect("applied").is_done());
        }
        let users = connect.users(&InstanceId::from("i")).into_iter();
        let names: BTreeSet<String> = users.map(|(user, _)| user.name).collect();
        let kept = ["b"].into_iter().chain(program.iter().filter_map(|user| user.desired.user_name()));
        assert_eq!(names, kept.map(str::to_owned).collect());
        assert_eq!(load_all(&store).await.expect("all").len(), program.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_handing_over_that_was_half_written_down_is_finished() {
    let (connect, store) = with_leftover().await;
    let x = store.get("x").await.expect("read").expect("there");
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let program = [wanted("x", &document("b")), wanted("y", &document("old"))];
    let shown = preview(&mut session, &program).await;
    let options = session.apply_options();
    assert!(session.apply(shown, &mut AllKnown, &options).await.expect("applied").is_done());
    store.commit(&[StoreChange::put("x", x)]).await.expect("written");
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let shown = preview(&mut session, &program).await;
    assert_eq!(shown.changes(), 0, "{shown:?}");
    let x = store.get("x").await.expect("read").and_then(|entry| entry.state).expect("there");
    assert!(x.record.unfinished.replaced.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_freed_in_a_later_stage_is_taken_in_that_stage() {
    let (connect, store) = with_leftover().await;
    let mut x = wanted("x", &document("b"));
    x.depends_on = vec!["first".to_owned()];
    let mut z = wanted("z", &document("z"));
    z.depends_on = vec!["y".to_owned()];
    // Only then it is known who it is.
    let mut y = unnamed("y");
    y.depends_on = vec!["first".to_owned()];
    let program = [wanted("first", &document("a")), x, y, z];
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let shown = preview(&mut session, &program).await;
    assert_eq!((shown.count(Action::Create), shown.count(Action::Update)), (3, 1));
    let options = session.apply_options();
    let mut told = Told([("y".to_owned(), document("old"))].into());
    let outcome = session.apply(shown, &mut told, &options).await.expect("applied");
    assert!(outcome.is_done(), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_whom_is_found_again_in_each_stage() {
    let (connect, store) = with_leftover().await;
    let mut second = unknown("second", "c");
    second.depends_on = vec!["first".to_owned()];
    let mut y = unnamed("y");
    y.depends_on = vec!["first".to_owned()];
    let program = [wanted("first", &document("a")), second, y, wanted("x", &document("b"))];
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let shown = preview(&mut session, &program).await;
    let options = session.apply_options();
    let documents = [("second".to_owned(), document("c")), ("y".to_owned(), document("old"))];
    let mut told = Told(documents.into());
    let outcome = session.apply(shown, &mut told, &options).await.expect("applied");
    assert!(outcome.is_done(), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_session_applies_with_its_own_retry_policy() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let store = MemoryStore::default();
    let program = [wanted("a", &document("a"))];
    let mut once = session_options();
    once.retry = Some(RetryPolicy::builder().total(Duration::ZERO).build());
    let mut session = Session::open(&store, &connect, once).await.expect("open");
    let made = preview(&mut session, &program).await;
    assert_eq!(made.estimate(|_| Rate::DEFAULT, false).total(), 1);
    assert_eq!(made.estimate(|_| Rate::DEFAULT, true).total(), 2, "it is read once");
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::Refused(ErrorKind::Throttled)));
    let options = session.apply_options();
    let outcome = session.apply(made, &mut AllKnown, &options).await.expect("ended");
    assert_eq!(outcome.count(UserResult::Failed), 1, "{outcome:?}");
    // Where nothing is said, waiting for a turn may take an hour.
    let session = Session::open(&store, &connect, session_options()).await.expect("open");
    assert_eq!(session.apply_options().retry.total, Duration::from_secs(3_600));
}

#[tokio::test(start_paused = true)]
async fn a_superseded_user_that_is_desired_again_and_cannot_be_read_is_not_deleted() {
    let (connect, store) = with_leftover().await;
    let mut looking = session_options();
    looking.refresh.strategy = Strategy::None;
    connect.inject(Fault::of(Operation::DescribeUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let program = [wanted("x", &document("old"))];
    let mut session = Session::open(&store, &connect, looking.clone()).await.expect("open");
    let shown = preview(&mut session, &program).await;
    assert!(session.refreshed().failed.contains_key("x"), "{:?}", session.refreshed());
    assert!(shown.is_empty(), "it stays as it is");
    // Once it can be read, it takes the place of the one that superseded it.
    let mut session = Session::open(&store, &connect, looking).await.expect("open");
    let shown = preview(&mut session, &program).await;
    let users = shown.users().iter().map(|user| (user.name.as_str(), user.action()));
    assert_eq!((users.collect::<Vec<_>>(), shown.calls()), (vec![("x", Action::Update)], 1));
}

#[tokio::test(start_paused = true)]
async fn a_session_has_one_clock_and_one_tolerance_of_time() {
    let connect = MemoryConnect::new();
    let hidden =
        MemoryInstance::new("i", IdentityManagementType::Saml).with_hidden_time(Duration::from_secs(60));
    connect.add_instance(hidden);
    let store = MemoryStore::default();
    let program = [wanted("a", &document("a"))];
    let now = || connect.time();
    let mut clocked = session_options();
    clocked.now = &now;
    clocked.refresh.visible_within = Duration::from_secs(90);
    let mut session = Session::open(&store, &connect, clocked.clone()).await.expect("open");
    let made = preview(&mut session, &program).await;
    let mut options = session.apply_options();
    assert_eq!(options.apply.visible_within, Duration::from_secs(90));
    options.apply.read_back = false;
    assert!(session.apply(made, &mut AllKnown, &options).await.expect("applied").is_done());

    let mut session = Session::open(&store, &connect, clocked).await.expect("open");
    let shown = preview(&mut session, &program).await;
    assert_eq!(shown.calls(), 0, "it is not visible yet, and assumed to exist");
}
