//! What an operator must not be surprised by: deletions, and what is said of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    apply::ApplyError,
    client::{
        CancellationToken, ErrorKind, Rate, Rates, TokenBuckets,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::Action,
    fleet::{
        AllKnown, DesiredSpec, EmbeddedStore, Entry, Event, EventKind, FleetObserver, FleetOptions,
        FleetOutcome, Guard, Lifecycle, MemoryStore, PlanOptions, ProgramUser, SavedFleetPlan, Session,
        StateStore, StoreChange, StoreError, UserResult, apply, load_all, plan, refresh,
    },
    read::{RefreshOptions, Strategy},
    user::{
        Code, Diagnostic, IdentityManagementType, ImportId, Operation, ProficiencyKey, Property,
        SecurityProfileId, Settings,
    },
};
use serde_json::json;

use crate::{
    apply::{options, states_of},
    session::{preview, session_options},
    support::*,
};

const SAML: IdentityManagementType = IdentityManagementType::Saml;

fn connect() -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", SAML)
            .with_routing_profiles(["r1", "r2"])
            .with_security_profiles(["s1", "s2"])
            .with_attribute("connect:Language", ["en", "fr", "de"]),
    );
    connect
}

/// Users that are deleted before they are created again, once their names differ.
fn deleted_first(names: impl IntoIterator<Item = String>) -> Vec<ProgramUser> {
    let settings = Settings::builder().identity_management(SAML).delete_before_replace(true).build();
    let user = |(number, name): (usize, String)| {
        let desired = validated(&document(&name), settings.clone());
        ProgramUser::builder().name(format!("u{number:02}")).desired(desired).build()
    };
    names.into_iter().enumerate().map(user).collect()
}

async fn bring(connect: &MemoryConnect, store: &MemoryStore, program: &[ProgramUser]) -> FleetOutcome {
    let options_of_plan = PlanOptions::builder().guard(Guard::OFF).build();
    let plan = plan(program, &states_of(store).await, &options_of_plan).expect("a plan");
    apply(&plan, store, connect, &options()).await
}

#[tokio::test(start_paused = true)]
async fn a_user_that_cannot_be_created_again_keeps_others_from_being_deleted_first() {
    let (connect, store) = (connect(), MemoryStore::default());
    let before = deleted_first((0..40).map(|number| format!("a{number}")));
    let after = deleted_first((0..40).map(|number| format!("b{number}")));
    assert!(bring(&connect, &store, &before).await.is_done());
    for occurrence in 1..=40 {
        connect.inject(Fault::of(
            Operation::CreateUser,
            occurrence,
            Outcome::Refused(ErrorKind::AccessDenied),
        ));
    }
    let outcome = bring(&connect, &store, &after).await;
    let gone: Vec<_> = outcome.users.iter().filter(|user| user.is_gone).collect();
    assert!((1..=8).contains(&gone.len()), "{}", gone.len());
    assert_eq!(connect.users(&"i".into()).len(), 40 - gone.len());
    assert!(gone.iter().all(|user| user.result == UserResult::Failed));
    let told = outcome.users.iter().find(|user| user.result == UserResult::NotTried).expect("not tried");
    let message = told.message.as_deref().expect("a reason");
    assert!(
        message.ends_with("was deleted and could not be created again: no further user is deleted first"),
        "{message}"
    );
    let json = serde_json::to_value(gone[0]).expect("JSON");
    assert_eq!(json["isGone"], true);

    connect.clear_faults();
    assert!(bring(&connect, &store, &after).await.is_done());
    assert_eq!(connect.users(&"i".into()).len(), 40);
}

#[tokio::test(start_paused = true)]
async fn a_user_is_not_deleted_first_where_its_new_name_is_taken() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &store, &deleted_first(["bo".to_owned()])).await.is_done());
    let elsewhere = MemoryStore::default();
    assert!(bring(&connect, &elsewhere, &wants(&[("other", "bobo")])).await.is_done());
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let shown = preview(&mut session, &deleted_first(["bobo".to_owned()])).await;
    let outcome = session.apply(shown, &mut AllKnown, &options()).await.expect("tried");
    let is_taken = |outcome: &FleetOutcome| {
        let user = &outcome.users[0];
        matches!(user.error.as_deref(), Some(ApplyError::NewNameTaken { .. })) && !user.is_gone
    };
    assert!(is_taken(&outcome), "{outcome:?}");
    assert_eq!(connect.users(&"i".into()).len(), 2);
    // So it is however the plan is applied.
    assert!(is_taken(&bring(&connect, &store, &deleted_first(["bobo".to_owned()])).await));
    assert_eq!(connect.users(&"i".into()).len(), 2);
    // Whom the search finds and nobody may read has the name.
    for occurrence in 1..=20 {
        let denied = Outcome::Refused(ErrorKind::AccessDenied);
        connect.inject(Fault::of(Operation::DescribeUser, occurrence, denied));
    }
    assert!(!bring(&connect, &store, &deleted_first(["bobo".to_owned()])).await.is_done());
    connect.clear_faults();
    assert_eq!(connect.users(&"i".into()).len(), 2);
    // Created first, nothing is lost: the service refuses the name.
    let shown = preview(&mut session, &wants(&[("u00", "bobo")])).await;
    assert!(shown.reasons().is_empty());
    assert!(!session.apply(shown, &mut AllKnown, &options()).await.expect("tried").is_done());
    assert_eq!(connect.users(&"i".into()).len(), 2);
}

/// One creation a second, and any other call at once.
fn slow_creations<'a>() -> FleetOptions<'a> {
    let rate = |text: &str| text.parse::<Rate>().expect("a rate");
    let rates = Rates::from(rate("50:5")).with(Operation::CreateUser, rate("1:1"));
    let mut options = options();
    options.pace = Arc::new(TokenBuckets::new(rates, options.timer.clone()));
    options
}

#[tokio::test(start_paused = true)]
async fn however_slow_creations_are_few_users_are_without_an_account_at_once() {
    let (connect, store) = (connect(), MemoryStore::default());
    let names = |first| deleted_first((0..60).map(move |number| format!("{first}{number}")));
    assert!(bring(&connect, &store, &names('a')).await.is_done());
    let plan = plan(&names('b'), &states_of(&store).await, &PlanOptions::builder().guard(Guard::OFF).build());
    let options = slow_creations();
    let least = Mutex::new(usize::MAX);
    let plan = plan.expect("a plan");
    let watched = async {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = connect.users(&"i".into()).len();
            let mut least = least.lock().expect("no panic");
            *least = now.min(*least);
        }
    };
    tokio::select! {
        outcome = apply(&plan, &store, &connect, &options) => assert!(outcome.is_done()),
        () = watched => {}
    }
    let least = *least.lock().expect("no panic");
    assert!((52..60).contains(&least), "{least}");
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_is_refused_once_a_user_of_it_is_protected_or_stays() {
    for lifecycle in [
        Lifecycle::builder().protect(true).build(),
        Lifecycle::builder().retain_on_delete(true).build(),
        Lifecycle::builder().deleted_with("x").build(),
    ] {
        let (connect, store) = (connect(), MemoryStore::default());
        assert!(bring(&connect, &store, &wants(&[("a", "ann"), ("b", "bob")])).await.is_done());
        let program = wants(&[("a", "ann")]);
        let options_of_plan = PlanOptions::builder().guard(Guard::OFF).build();
        let plan = plan(&program, &states_of(&store).await, &options_of_plan).expect("a plan");
        let entries = load_all(&store).await.expect("all");
        let saved = plan.save(&entries);
        assert!(saved.clone().load(&entries, |_| None).is_ok());

        // A colleague applies the program with another option of `b`.
        let mut with_options = wants(&[("a", "ann"), ("b", "bob")]);
        with_options[1].lifecycle = lifecycle;
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let shown = preview(&mut session, &with_options).await;
        assert!(session.apply(shown, &mut AllKnown, &options()).await.expect("applied").is_done());
        let refused = saved.load(&load_all(&store).await.expect("all"), |_| None).expect_err("stale");
        assert_eq!(refused.reasons[0].code, Code::STALE);
        assert_eq!(refused.reasons[0].subject.as_deref(), Some("b"));
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_that_replacements_have_left_are_named_and_counted_as_deletions() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &store, &wants(&[("a", "ann"), ("b", "bob")])).await.is_done());
    let old = connect.users(&"i".into()).remove(0).0.user_id;
    for occurrence in [1, 2] {
        connect.inject(Fault::of(
            Operation::DeleteUser,
            occurrence,
            Outcome::Refused(ErrorKind::AccessDenied),
        ));
    }
    let program = wants(&[("a", "anna"), ("b", "bobby")]);
    assert!(!bring(&connect, &store, &program).await.is_done());

    let none = PlanOptions::builder().guard(Guard::new(0, 0.0)).build();
    let refused = plan(&program, &states_of(&store).await, &none).expect_err("a deletion");
    assert_eq!(refused.deletions, ["a", "b"]);
    let allowed = PlanOptions::builder().guard(Guard::OFF).build();
    let plan = plan(&program, &states_of(&store).await, &allowed).expect("a plan");
    let text = plan.text(|_| Rate::DEFAULT).to_string();
    assert!(text.contains(&format!("i:{old}, user `ann`")), "{text}");
    assert!(text.contains("2 users will be deleted, which is irreversible: a, b"), "{text}");
    let json = serde_json::to_value(plan.users()[0].plan.preview()).expect("JSON");
    assert_eq!((&json["steps"][0]["userId"], &json["steps"][0]["userName"]), (&json!(old), &json!("ann")));
}

#[tokio::test(start_paused = true)]
async fn proficiencies_that_were_left_out_of_a_reading_are_read_once_they_are_managed() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &store, &wants(&[("a", "ann")])).await.is_done());
    let id = connect.users(&"i".into()).remove(0).0.user_id;
    let later = |connect: &MemoryConnect| connect.set_time(connect.time().plus(Duration::from_secs(3_600)));
    later(&connect);
    connect.edit_user(&"i".into(), &id, |user, proficiencies| {
        user.routing_profile_id = "r2".into();
        proficiencies.insert(ProficiencyKey::new("connect:Language", "de"), 2);
    });
    later(&connect);
    let listed = RefreshOptions::builder().strategy(Strategy::Listed).build();
    let known = states_of(&store).await;
    // A reading for a program that does not manage them leaves them out.
    let read = refresh(&wants(&[("a", "ann")]), &known, &connect, &listed, connect.time()).await.there();
    let mut document = document("ann");
    document["userProficiencies"] =
        json!([{"attributeName": "connect:Language", "attributeValue": "fr", "level": 1}]);
    let program = [wanted("a", &document)];
    let read = refresh(&program, &read, &connect, &listed, connect.time()).await.there();
    let plan = plan(&program, &read, &PlanOptions::default()).expect("a plan");
    assert!(apply(&plan, &store, &connect, &options()).await.is_done());
    let (_, proficiencies) = connect.users(&"i".into()).remove(0);
    assert_eq!(
        proficiencies.into_keys().collect::<Vec<_>>(),
        [ProficiencyKey::new("connect:Language", "fr")]
    );
}

#[tokio::test(start_paused = true)]
async fn drift_shows_changes_also_of_what_an_own_change_may_have_hidden() {
    let (connect, store) = (connect(), MemoryStore::default());
    let mut document = document("ann");
    assert!(bring(&connect, &store, &[wanted("a", &document)]).await.is_done());
    document["tags"] = json!({"team": "y"});
    for _ in 0..2 {
        // The list shows a change, which is our own.
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let program = [wanted("a", &document)];
        let shown = preview(&mut session, &program).await;
        assert!(session.apply(shown, &mut AllKnown, &options()).await.expect("applied").is_done());
    }
    let id = connect.users(&"i".into()).remove(0).0.user_id;
    connect.edit_user(&"i".into(), &id, |user, _| {
        user.security_profile_ids = ["s2"].map(SecurityProfileId::new).into();
        user.identity.first_name = Some("Z".into());
    });
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let found = session.drift(Strategy::Full, &Settings::default()).await.expect("read");
    let changed: Vec<String> = found.users[0].changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(changed, ["securityProfileIds", "identityInfo.firstName"]);
    // Nobody has recorded that there is no e-mail address.
    assert!(!found.not_compared.contains(Property::SecurityProfileIds), "{:?}", found.not_compared);
}

/// A store that has something to say at the end of an apply.
#[derive(Debug, Default)]
struct Warns(MemoryStore);

#[async_trait]
impl StateStore for Warns {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.0.get(name).await
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        self.0.page(after, limit).await
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        self.0.commit(changes).await
    }

    async fn warnings(&self) -> Vec<Diagnostic> {
        vec![Diagnostic::new(Code::STATE_BEHIND, "moved")]
    }
}

#[derive(Default)]
struct Notes(Mutex<Vec<Code>>);

impl FleetObserver for Notes {
    fn event(&self, event: &Event) {
        if let EventKind::Note(note) = &event.kind {
            self.0.lock().expect("no panic").push(note.code);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_store_warns_of_is_told_by_a_session_too() {
    let (connect, store, notes) = (connect(), Warns::default(), Notes::default());
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let program = wants(&[("a", "ann")]);
    let shown = preview(&mut session, &program).await;
    assert_eq!(shown.count(Action::Create), 1);
    let mut options = options();
    options.observer = &notes;
    assert!(session.apply(shown, &mut AllKnown, &options).await.expect("applied").is_done());
    assert_eq!(*notes.0.lock().expect("no panic"), [Code::STATE_BEHIND]);
}

#[tokio::test]
async fn a_store_that_is_opened_to_read_never_writes() {
    let directory = tempfile::tempdir().expect("a directory");
    let (path, left) = (directory.path().join("a.redb"), directory.path().join("b.redb"));
    let store = EmbeddedStore::open(&path).expect("a store");
    store.commit(&[StoreChange::put("a", Entry::default())]).await.expect("written");
    // As a kill leaves it.
    std::fs::copy(&path, &left).expect("copied");
    let reader = EmbeddedStore::open_to_read(&left).expect("repaired");
    assert_eq!(load_all(&reader).await.expect("all").into_keys().collect::<Vec<_>>(), ["a"]);
    assert!(matches!(reader.commit(&[StoreChange::remove("a")]).await, Err(StoreError::ReadOnly { .. })));
    // Another process may write meanwhile.
    assert!(EmbeddedStore::open(&left).is_ok());
    let _: BTreeMap<String, Entry> = load_all(&reader).await.expect("all");
}

#[tokio::test(start_paused = true)]
async fn what_was_set_of_a_user_that_is_desired_again_goes_unless_the_program_sets_it() {
    let (connect, store) = (connect(), MemoryStore::default());
    let mut whole = document("jane");
    whole["identityInfo"]["secondaryEmail"] = json!("a@example.com");
    whole["tags"] = json!({"team": "x", "more": "1"});
    whole["userProficiencies"] =
        json!([{"attributeName": "connect:Language", "attributeValue": "fr", "level": 1}]);
    let run = async |document: &serde_json::Value| {
        let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
        let program = [wanted("a", document)];
        let shown = preview(&mut session, &program).await;
        session.apply(shown, &mut AllKnown, &options()).await.expect("applied").is_done()
    };
    assert!(run(&whole).await);
    // Replaced by a user that sets less; the old user is left to delete.
    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(!run(&document("june")).await);
    assert!(run(&document("jane")).await);
    let [(jane, proficiencies)] = <[_; 1]>::try_from(connect.users(&"i".into())).expect("one user");
    assert_eq!((jane.name.as_str(), jane.identity.secondary_email), ("jane", None));
    assert_eq!(jane.tags.keys().collect::<Vec<_>>(), ["team"]);
    assert!(proficiencies.is_empty(), "{proficiencies:?}");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_read_only_applies_nothing() {
    let (connect, store) = (connect(), MemoryStore::default());
    let mut read_only = session_options();
    read_only.read_only = true;
    let mut session = Session::open(&store, &connect, read_only).await.expect("open");
    let shown = preview(&mut session, &wants(&[("a", "ann")])).await;
    let outcome = session.apply(shown, &mut AllKnown, &options()).await.expect("not refused");
    assert!(matches!(outcome.store, Some(StoreError::ReadOnlySession)), "{outcome:?}");
    let plan = plan(&wants(&[("a", "ann")]), &BTreeMap::new(), &PlanOptions::default()).expect("a plan");
    let outcome = session.apply_plan(&plan, &options()).await;
    assert!(matches!(outcome.store, Some(StoreError::ReadOnlySession)), "{outcome:?}");
    assert!(connect.users(&"i".into()).is_empty() && load_all(&store).await.expect("all").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_with_a_user_twice_is_refused() {
    let plan = plan(&wants(&[("a", "ann")]), &BTreeMap::new(), &PlanOptions::default()).expect("a plan");
    let mut json = serde_json::to_value(plan.save(&BTreeMap::new())).expect("JSON");
    let user = json["users"][0].clone();
    json["users"].as_array_mut().expect("users").push(user);
    let saved: SavedFleetPlan = serde_json::from_value(json).expect("a plan");
    let refused = saved.load(&BTreeMap::new(), |_| None).expect_err("twice");
    assert_eq!(refused.reasons[0].code, Code::DUPLICATE_RESOURCE_NAME);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_left_does_not_take_the_place_of_a_protected_user() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &store, &wants(&[("a", "jane")])).await.is_done());
    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(!bring(&connect, &store, &wants(&[("a", "june")])).await.is_done());

    // The user `june` is protected now, and `jane` is desired again.
    let mut back = wants(&[("a", "jane")]);
    back[0].lifecycle = Lifecycle::builder().protect(true).build();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let shown = preview(&mut session, &back).await;
    assert_eq!(shown.reasons().iter().map(|reason| reason.code).collect::<Vec<_>>(), [Code::PROTECTED]);
    assert!(session.apply(shown, &mut AllKnown, &options()).await.is_err());
    assert_eq!(connect.users(&"i".into()).len(), 2);

    back[0].lifecycle = Lifecycle::default();
    let shown = preview(&mut session, &back).await;
    assert!(session.apply(shown, &mut AllKnown, &options()).await.expect("applied").is_done());
    assert_eq!(connect.users(&"i".into())[0].0.name, "jane");
}

#[tokio::test(start_paused = true)]
async fn every_user_that_cannot_be_imported_is_told_at_once() {
    let (connect, store) = (connect(), MemoryStore::default());
    assert!(bring(&connect, &MemoryStore::default(), &wants(&[("a", "ann")])).await.is_done());
    let there = connect.users(&"i".into()).remove(0).0.user_id;
    let program = wants(&[("a", "ann"), ("b", "bob"), ("c", "cid")]);
    let ids = [there, "gone-1".into(), "gone-2".into()].map(|id| ImportId::new(&"i".into(), &id));
    let desired: Vec<DesiredSpec<'_>> =
        program.iter().zip(&ids).map(|(user, id)| DesiredSpec::from(user).with_import(Some(id))).collect();
    let mut session = Session::open(&store, &connect, session_options()).await.expect("open");
    let error = session.refresh(&desired).await.expect_err("two are gone");
    let told: Vec<_> = error.diagnostics().into_iter().filter_map(|found| found.subject).collect();
    assert_eq!(told, ["b", "c"]);
    assert_eq!(error.help(), "correct the id in `import`, or take it out");
    let text = error.to_string();
    assert!(text.contains("`b` cannot import `i:gone-1`") && text.contains("`c` cannot import"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_is_not_told_as_one_that_cannot_create() {
    let (connect, store) = (connect(), MemoryStore::default());
    let names = |first| deleted_first((0..40).map(move |number| format!("{first}{number}")));
    assert!(bring(&connect, &store, &names('a')).await.is_done());
    let all = PlanOptions::builder().guard(Guard::OFF).build();
    let plan = plan(&names('b'), &states_of(&store).await, &all).expect("a plan");
    let mut options = slow_creations();
    options.cancel = CancellationToken::new();
    let cancel = options.cancel.clone();
    let (outcome, ()) = tokio::join!(apply(&plan, &store, &connect, &options), async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        cancel.cancel();
    });
    assert!(outcome.cancelled && outcome.users.iter().any(|user| user.is_gone), "{outcome:?}");
    let never_began = outcome.users.iter().filter(|user| user.steps == 0 && user.error.is_none());
    let reasons: Vec<&str> = never_began.filter_map(|user| user.message.as_deref()).collect();
    assert!(reasons.len() > 8, "{outcome:?}");
    assert!(reasons.iter().all(|reason| reason.starts_with("stopped before its first step")), "{reasons:?}");
}
