//! Applying: what is there in the end, whatever happens on the way.

use std::time::Duration;

use connect_user::{
    apply::{self, Applied, ApplyError, CreationOutcome, Failed, apply},
    client::{
        ConnectClient, DeleteUser, ErrorKind, QuickConnectSummary, UserDescription,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::{self, Action, Plan, plan, plan_deletion, preview},
    read::{find_by_name, import, read, refresh},
    user::{
        Channel, CreationAttempt, DesiredUser, IdentityManagementType, ImportId, InstanceId, Operation,
        PhoneLine, Property, QuickConnects, Settings, SignOutOn, UserState,
    },
    validate::{Context, resolve},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    random::{any_kind, document},
    support::{base, spec, with},
};

const SAML: IdentityManagementType = IdentityManagementType::Saml;

fn connect(kind: IdentityManagementType) -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", kind)
            .with_routing_profiles(["r1", "r2"])
            .with_security_profiles(["s1", "s2", "s3"])
            .with_hierarchy_groups(["g1", "g2"])
            .with_attribute("connect:Language", ["en", "fr", "de"]),
    );
    connect
}

fn saml(members: &[(&str, Value)]) -> Value {
    let names = [("identityInfo.firstName", json!("Ann")), ("identityInfo.lastName", json!("Lee"))];
    with(&[&names, members].concat())
}

fn desired(document: &Value, kind: IdentityManagementType, prior: Option<&UserState>) -> DesiredUser {
    let context = Context::builder().identity_management(kind).maybe_prior(prior).build();
    resolve(spec(document), &context).unwrap_or_else(|report| panic!("{report}\n{document}")).0
}

fn planned(document: &Value, kind: IdentityManagementType, state: Option<&UserState>) -> Plan {
    let settings = Settings::builder().identity_management(kind).build();
    plan(desired(document, kind, state), state, &settings).expect("a plan")
}

async fn run(connect: &MemoryConnect, plan: &Plan, state: Option<&UserState>) -> Result<Applied, Failed> {
    let now = || connect.time();
    apply(plan, state, connect, &apply::ApplyOptions::builder().now(&now).build()).await
}

async fn applied(
    connect: &MemoryConnect,
    document: &Value,
    kind: IdentityManagementType,
    state: Option<&UserState>,
) -> UserState {
    let done = run(connect, &planned(document, kind, state), state).await.expect("applied");
    done.state.expect("a user")
}

fn instance() -> InstanceId {
    "i".into()
}

/// What the service has must be what the state says, and what the spec wants.
async fn check(connect: &MemoryConnect, document: &Value, kind: IdentityManagementType, state: &UserState) {
    let users = connect.users(&instance());
    assert_eq!(users.len(), 1, "one user: {users:#?}");
    let fresh = refresh(connect, state).await.expect("read").expect("there");
    assert!(
        diff::drift(state, &fresh, &Settings::default()).is_empty(),
        "{:#?}",
        diff::drift(state, &fresh, &Settings::default())
    );
    check_effective(document, &users[0].0);
    let again = preview(&spec(document), Some(&fresh), &Settings::default());
    assert!(again.is_empty(), "{again:#?}\n{document}");
    assert_eq!(planned(document, kind, Some(&fresh)).action(), Action::None);
}

/// What the agent has in a call, whichever of the two places says it: compared without asking the library.
fn check_effective(document: &Value, user: &UserDescription) {
    let voice = |list: &str| document[list].as_array()?.iter().find(|config| config["channel"] == "VOICE");
    let block = &document["phoneConfig"];
    let there = &user.channels;
    if let Some(config) = voice("autoAcceptConfigs") {
        let actual = there
            .auto_accept
            .get(&Channel::Voice)
            .map_or(user.phone.auto_accept, |accept| accept.auto_accept);
        assert_eq!(json!(actual), config["autoAccept"], "{document}");
    } else if let Some(wanted) = block["autoAccept"].as_bool() {
        assert_eq!(user.phone.auto_accept, wanted, "{document}");
        assert!(
            there.auto_accept.get(&Channel::Voice).is_none_or(|accept| accept.auto_accept == wanted),
            "{document}"
        );
    }
    if let Some(config) = voice("afterContactWorkConfigs") {
        let unnamed = user.phone.after_contact_work_time_limit;
        let actual = there.after_contact_work.get(&Channel::Voice).map_or(unnamed, |work| work.time_limit);
        assert_eq!(
            json!(actual),
            config["afterContactWorkConfig"]["afterContactWorkTimeLimit"],
            "{document}"
        );
    }
    let voice_phone = there.phone_number.get(&Channel::Voice);
    let line = voice_phone.unwrap_or(&user.phone.line);
    let (wanted, wanted_number) = match voice("phoneNumberConfigs") {
        Some(config) => (&config["phoneType"], &config["phoneNumber"]),
        None => (&block["phoneType"], &block["deskPhoneNumber"]),
    };
    assert_eq!(json!(line.phone_type()), *wanted, "{document}");
    assert_eq!(line.number().map(|number| number.as_str()), wanted_number.as_str(), "{document}");
    if let Some(config) = voice("persistentConnectionConfigs") {
        let unnamed = user.phone.persistent_connection.unwrap_or(false);
        let actual = there.persistent_connection.get(&Channel::Voice).copied().unwrap_or(unnamed);
        assert_eq!(json!(actual), config["persistentConnection"], "{document}");
    }
}

/// A future without a runtime: nothing in memory ever waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::AnswerLost),
        Just(Outcome::NoAnswer),
        proptest::sample::select(ErrorKind::ALL)
            // Both mean something else where nothing of it is true.
            .prop_filter("true", |kind| !matches!(kind, ErrorKind::Duplicate | ErrorKind::NotFound))
            .prop_map(Outcome::Refused),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// From any user to any other, over any single failure, to exactly the desired user.
    #[test]
    fn a_second_run_finishes_the_work(
        (kind, before, after) in any_kind().prop_flat_map(|kind| {
            let names = proptest::sample::select(vec!["jane", "june"]);
            (Just(kind), proptest::option::of(document(kind, "jane")), names.prop_flat_map(move |name| document(kind, name)))
        }),
        call in 1..12u32,
        outcome in outcomes(),
    ) {
        now(async {
            let connect = connect(kind);
            let mut state = match &before {
                Some(before) => Some(applied(&connect, before, kind, None).await),
                None => None,
            };
            connect.clear_calls();
            connect.inject(Fault::of_any(call, outcome));
            let plan = planned(&after, kind, state.as_ref());
            let most = plan.steps().len();
            let mut writes = 0;
            match run(&connect, &plan, state.as_ref()).await {
                Ok(done) => state = done.state,
                Err(failed) => {
                    assert!(failed.done < most);
                    assert_eq!(failed.left.len(), most - failed.done);
                    state = failed.state.map(|state| *state);
                    connect.clear_faults();
                    if let (false, Some(known)) = (failed.certain, &state) {
                        state = refresh(&connect, known).await.expect("read");
                    }
                    writes = connect.writes().len();
                    let second = planned(&after, kind, state.as_ref());
                    state = run(&connect, &second, state.as_ref()).await.expect("the second run").state;
                }
            }
            connect.clear_faults();
            // The call that failed may be made twice, and a phone block brings its channels with it.
            assert!(connect.writes().len() <= most + 3, "{writes}: {:?}", connect.calls());
            check(&connect, &after, kind, &state.expect("a user")).await;
        });
    }

    /// What is planned is what is called, and nothing else is.
    #[test]
    fn apply_makes_the_calls_of_the_plan(
        (kind, before, after) in any_kind().prop_flat_map(|kind| (Just(kind), document(kind, "jane"), document(kind, "jane"))),
    ) {
        now(async {
            let connect = connect(kind);
            let state = applied(&connect, &before, kind, None).await;
            connect.clear_calls();
            let plan = planned(&after, kind, Some(&state));
            let operations: Vec<_> = plan.steps().iter().map(|step| step.operation).collect();
            assert_eq!(plan.preview().diff.is_empty(), operations.is_empty());
            assert!(plan.steps().iter().all(|step| !step.covers.is_empty()), "{plan:#?}");
            let done = run(&connect, &plan, Some(&state)).await.expect("applied");
            assert_eq!(connect.writes(), operations);
            check(&connect, &after, kind, &done.state.expect("a user")).await;
        });
    }

    /// An imported user plans to nothing with the spec that describes it, and the state survives JSON.
    #[test]
    fn what_is_imported_plans_to_nothing((kind, document) in any_kind().prop_flat_map(|kind| (Just(kind), document(kind, "jane")))) {
        now(async {
            let connect = connect(kind);
            let made = applied(&connect, &document, kind, None).await;
            let state = import(&connect, &made.id()).await.expect("imported");
            let settings = Settings::builder().identity_management(kind).build();
            let described = state.to_spec(&settings);
            assert_ne!(described.user_proficiencies, Some(connect_user::user::Input::Known(Vec::new())));
            let context = Context::builder().settings(settings.clone()).prior(&state).build();
            let (desired, _) = resolve(described, &context).unwrap_or_else(|report| panic!("{report}"));
            let plan = plan(desired, Some(&state), &settings).expect("a plan");
            assert!(plan.is_empty(), "{plan:#?}");
            let json = serde_json::to_string(&made).expect("json");
            assert!(!json.contains("Password123"));
            let mut again: UserState = serde_json::from_str(&json).expect("a state");
            again.record.password = made.record.password.clone();
            assert_eq!(again, made);
        });
    }
}

#[tokio::test]
async fn a_created_user_is_read_back() {
    let connect = connect(IdentityManagementType::ConnectManaged);
    let document = saml(&[("password", json!("Password123"))]);
    let state = applied(&connect, &document, IdentityManagementType::ConnectManaged, None).await;
    assert!(state.directory_user_id.is_some(), "what the service filled in");
    assert!(state.last_modified_time.is_some());
    assert!(!format!("{:?} {state:?}", connect.calls()).contains("Password123"));
}

#[tokio::test]
async fn a_user_that_cannot_be_seen_yet_is_waited_for() {
    #[derive(Debug, Default)]
    struct Counting(std::sync::atomic::AtomicU32);
    #[async_trait::async_trait]
    impl connect_user::client::Sleep for Counting {
        async fn sleep(&self, _: std::time::Duration) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", SAML).with_hidden_reads(3));
    let document =
        saml(&[("userProficiencies", json!([{"attributeName": "a", "attributeValue": "b", "level": 1}]))]);
    let sleep = Counting::default();
    let options = apply::ApplyOptions::builder().sleep(&sleep).build();
    let done = apply(&planned(&document, SAML, None), None, &connect, &options).await.expect("applied");
    assert_eq!(sleep.0.into_inner(), 3);
    check(&connect, &document, SAML, &done.state.expect("a user")).await;
}

#[tokio::test]
async fn without_waiting_a_user_that_cannot_be_seen_is_finished_later() {
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", SAML).with_hidden_reads(3));
    let document =
        saml(&[("userProficiencies", json!([{"attributeName": "a", "attributeValue": "b", "level": 1}]))]);
    let options = apply::ApplyOptions::builder().wait(apply::Wait::NONE).build();
    let failed =
        apply(&planned(&document, SAML, None), None, &connect, &options).await.expect_err("too early");
    assert_eq!((failed.done, failed.left.len()), (1, 1));
    for _ in 0..2 {
        assert!(refresh(&connect, failed.state.as_deref().expect("made")).await.expect("read").is_none());
    }
    let state = refresh(&connect, failed.state.as_deref().expect("made")).await.expect("read").expect("seen");
    let state = applied(&connect, &document, SAML, Some(&state)).await;
    check(&connect, &document, SAML, &state).await;
}

/// Waits by turning the clock of the service.
struct Turning<'a>(&'a MemoryConnect);

#[async_trait::async_trait]
impl connect_user::client::Sleep for Turning<'_> {
    async fn sleep(&self, time: Duration) {
        self.0.set_time(self.0.time().plus(time));
    }
}

#[tokio::test]
async fn a_user_of_an_earlier_run_that_cannot_be_seen_yet_is_waited_for() {
    let fewer = saml(&[("securityProfileIds", json!(["s1"]))]);
    let settings = Settings::builder()
        .identity_management(SAML)
        .sign_out_on([SignOutOn::LostSecurityProfile].into())
        .build();
    for (refused, waits) in [(None, true), (None, false), (Some(Operation::DeleteAllEntitySessions), false)] {
        let connect = MemoryConnect::new();
        connect.add_instance(MemoryInstance::new("i", SAML).with_hidden_time(Duration::from_secs(60)));
        let now = || connect.time();
        let plain = apply::ApplyOptions::builder().now(&now).build();
        let first = planned(&saml(&[("securityProfileIds", json!(["s1", "s2"]))]), SAML, None);
        let made = apply(&first, None, &connect, &plain).await.expect("created").state.expect("a user");
        if let Some(operation) = refused {
            // What the first call sees, the next may not see yet.
            connect.set_time(now().plus(Duration::from_secs(60)));
            connect.inject(Fault::of(operation, 1, Outcome::Refused(ErrorKind::NotFound)));
        }
        let context = Context::builder().settings(settings.clone()).prior(&made).build();
        let desired = resolve(spec(&fewer), &context).expect("valid").0;
        let second = plan(desired, Some(&made), &settings).expect("a plan");
        let sleep = Turning(&connect);
        let sleep = waits.then_some(&sleep as &dyn connect_user::client::Sleep);
        let options = apply::ApplyOptions::builder().now(&now).maybe_sleep(sleep).build();
        let done = apply(&second, Some(&made), &connect, &options).await;
        if waits {
            check(&connect, &fewer, SAML, &done.expect("applied").state.expect("a user")).await;
            continue;
        }
        let failed = done.expect_err("too early");
        assert!(matches!(failed.error, ApplyError::NotVisible { .. }), "{failed}");
        assert_eq!(failed.error.help(), "run it again in a few minutes");
        assert_eq!(failed.state.expect("a user").user_id, made.user_id);
        // Long after its creation, whoever is not found is gone.
        connect.set_time(now().plus(Duration::from_secs(600)));
        connect.delete_user(&DeleteUser::new(instance(), made.user_id.clone())).await.expect("deleted");
        let gone = apply(&second, Some(&made), &connect, &options).await.expect_err("it is gone");
        let is_gone = gone.error.client().is_some_and(|error| error.kind() == ErrorKind::NotFound);
        assert!(is_gone && !matches!(gone.error, ApplyError::NotVisible { .. }), "{gone}");
    }
}

#[tokio::test]
async fn a_user_that_differs_is_not_adopted() {
    let connect = connect(SAML);
    applied(&connect, &saml(&[("tags", json!({"by": "hand"}))]), SAML, None).await;
    let failed = run(&connect, &planned(&saml(&[]), SAML, None), None).await.expect_err("taken");
    let ApplyError::NotAdopted { id, differing, .. } = &failed.error else { panic!("{failed:?}") };
    assert_eq!(id.instance, instance());
    assert_eq!(differing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["tags.by"]);
    assert_eq!(
        failed.to_string(),
        "the name is taken by the user `i:00000001-0000-4000-8000-000000000001`, which differs in `tags.by`",
    );
    assert!(failed.state.is_none());
}

#[tokio::test]
async fn a_user_of_the_same_making_is_adopted_where_the_host_asks_for_it() {
    let connect = connect(SAML);
    let document = saml(&[("phoneConfig.autoAccept", json!(true))]);
    applied(&connect, &document, SAML, None).await;
    let plan = planned(&document, SAML, None);
    let failed = run(&connect, &plan, None).await.expect_err("nobody is taken over unasked");
    assert!(matches!(&failed.error, ApplyError::NotAdopted { differing, .. } if differing.is_empty()));
    assert!(failed.certain && failed.attempt.is_none());
    let options = apply::ApplyOptions::builder().adopt_taken(true).build();
    let done = apply(&plan, None, &connect, &options).await.expect("adopted");
    assert!(done.adopted);
    check(&connect, &document, SAML, &done.state.expect("a user")).await;
}

#[tokio::test]
async fn names_are_looked_up_exactly() {
    let connect = connect(SAML);
    let made = applied(&connect, &saml(&[]), SAML, None).await;
    applied(&connect, &saml(&[("name", json!("JANE"))]), SAML, None).await;
    let found = find_by_name(&connect, &instance(), "jane", false).await.expect("search").expect("found");
    assert_eq!(found.user_id, made.user_id);
    assert!(find_by_name(&connect, &instance(), "Jane", true).await.expect("search").is_none());
}

#[tokio::test]
async fn deleting_what_is_gone_is_success() {
    let connect = connect(SAML);
    let state = applied(&connect, &saml(&[]), SAML, None).await;
    let request = DeleteUser::new(instance(), state.user_id.clone());
    connect.delete_user(&request).await.expect("deleted by someone else");
    let plan = plan_deletion(&state, &Settings::default()).expect("a plan");
    let done = run(&connect, &plan, Some(&state)).await.expect("deleted");
    assert_eq!(done.state, None);
    assert!(read(&connect, &instance(), &state.user_id).await.expect("read").is_none());
}

#[tokio::test]
async fn quick_connects_go_with_the_user_where_the_host_says_so() {
    for (choice, left) in [(QuickConnects::Leave, 2), (QuickConnects::Delete, 1)] {
        let connect = connect(SAML);
        let state = applied(&connect, &saml(&[]), SAML, None).await;
        for (id, user) in [("q1", Some(state.user_id.clone())), ("q2", Some("someone".into()))] {
            let quick_connect = QuickConnectSummary::new(id, id).user_id(user);
            assert!(connect.add_quick_connect(&instance(), quick_connect));
        }
        let settings = Settings::builder().quick_connects(choice).build();
        apply::delete(&state, &connect, &settings, &apply::ApplyOptions::default()).await.expect("deleted");
        let request = connect_user::client::SearchQuickConnects::new(instance());
        assert_eq!(connect.search_quick_connects(&request).await.expect("search").items.len(), left);
    }
}

#[tokio::test]
async fn a_plan_refuses_another_state() {
    let connect = connect(SAML);
    let state = applied(&connect, &saml(&[]), SAML, None).await;
    let plan = planned(&saml(&[("routingProfileId", json!("r2"))]), SAML, Some(&state));
    let mut other = state.clone();
    other.properties.phone.auto_accept = true;
    connect.clear_calls();
    for other in [Some(&other), None] {
        let failed = run(&connect, &plan, other).await.expect_err("stale");
        assert!(matches!(failed.error, ApplyError::Stale));
    }
    assert!(connect.calls().is_empty());
}

#[tokio::test]
async fn the_host_hears_of_every_step_and_may_stop() {
    #[derive(Default)]
    struct Log(std::sync::Mutex<Vec<String>>);
    #[async_trait::async_trait]
    impl apply::Observer for Log {
        async fn before(
            &self,
            step: &diff::Step,
            state: Option<&UserState>,
        ) -> Result<(), apply::ObserveError> {
            self.0.lock().unwrap().push(format!("before {} {}", step.operation, state.is_some()));
            Ok(())
        }

        async fn after(
            &self,
            step: &diff::Step,
            result: Result<(), &connect_user::client::ClientError>,
            state: Option<&UserState>,
        ) -> Result<(), apply::ObserveError> {
            self.0.lock().unwrap().push(format!(
                "after {} {} {}",
                step.operation,
                result.is_ok(),
                state.is_some()
            ));
            if step.operation == Operation::UpdateUserHierarchy {
                Err("the disk is full".into())
            } else {
                Ok(())
            }
        }
    }
    let connect = connect(SAML);
    let log = Log::default();
    let options = apply::ApplyOptions::builder().observer(&log).build();
    let done = apply(&planned(&saml(&[]), SAML, None), None, &connect, &options).await.expect("applied");
    let state = done.state.expect("a user");
    let changed = saml(&[
        ("hierarchyGroupId", json!("g1")),
        ("routingProfileId", json!("r9")),
        ("phoneConfig.autoAccept", json!(true)),
    ]);
    let failed = apply(&planned(&changed, SAML, Some(&state)), Some(&state), &connect, &options)
        .await
        .expect_err("no r9");
    assert_eq!(failed.done, 0);
    let changed = saml(&[("hierarchyGroupId", json!("g1")), ("phoneConfig.autoAccept", json!(true))]);
    let stopped = apply(&planned(&changed, SAML, Some(&state)), Some(&state), &connect, &options)
        .await
        .expect_err("stopped");
    assert_eq!(stopped.to_string(), "stopped by the host: the disk is full");
    assert_eq!(
        stopped.state.expect("a user").properties.hierarchy_group_id,
        Some("g1".into()),
        "it was done"
    );
    assert_eq!(
        log.0.into_inner().unwrap(),
        [
            "before CreateUser false",
            "after CreateUser true true",
            "before UpdateUserRoutingProfile true",
            "after UpdateUserRoutingProfile false true",
            "before UpdateUserHierarchy true",
            "after UpdateUserHierarchy true true",
        ],
    );
}

#[tokio::test]
async fn looking_first_takes_one_call_and_another_only_for_proficiencies() {
    let connect = connect(SAML);
    let state = applied(&connect, &saml(&[]), SAML, None).await;
    let french = json!([{"attributeName": "connect:Language", "attributeValue": "fr", "level": 1}]);
    let options = apply::ApplyOptions::builder().check_prior_state(true).build();
    for (members, calls) in [
        (("phoneConfig.autoAccept", json!(true)), vec!["DescribeUser", "UpdateUserPhoneConfig"]),
        (
            ("userProficiencies", french),
            vec!["DescribeUser", "ListUserProficiencies", "AssociateUserProficiencies"],
        ),
    ] {
        let plan = planned(&saml(&[members]), SAML, Some(&state));
        connect.clear_calls();
        let done = apply(&plan, Some(&state), &connect, &options).await.expect("applied");
        let made: Vec<_> = connect.calls().iter().map(|call| call.operation.name()).collect();
        assert_eq!(made, calls);
        applied(&connect, &saml(&[]), SAML, done.state.as_ref()).await;
    }
}

/// A user with after contact work of a channel's own, that nobody manages.
async fn with_work_of_its_own(connect: &MemoryConnect, document: &Value) -> UserState {
    let state = applied(connect, document, SAML, None).await;
    connect.edit_user(&instance(), &state.user_id, |user, _| {
        let work = connect_user::user::AfterContactWork::new(30);
        user.channels.after_contact_work.insert(Channel::Chat, work);
    });
    refresh(connect, &state).await.expect("read").expect("there")
}

#[tokio::test]
async fn work_that_was_put_back_is_not_put_back_again() {
    let before = saml(&[]);
    let after = saml(&[("phoneConfig.autoAccept", json!(true)), ("tags", json!({"a": "1"}))]);
    for (operation, outcome) in [
        // All is put back, and then something else fails.
        (Operation::TagResource, Outcome::Refused(ErrorKind::AccessDenied)),
        // It is put back, and nobody hears of it.
        (Operation::UpdateUserConfig, Outcome::AnswerLost),
        // It was never overwritten.
        (Operation::UpdateUserPhoneConfig, Outcome::Refused(ErrorKind::AccessDenied)),
    ] {
        let connect = connect(SAML);
        let state = with_work_of_its_own(&connect, &before).await;
        connect.inject(Fault::of(operation, 1, outcome));
        let failed =
            run(&connect, &planned(&after, SAML, Some(&state)), Some(&state)).await.expect_err("a fault");
        let state = failed.state.expect("a user");
        assert!(state.record.unfinished.is_empty(), "{operation}: {:?}", state.record.unfinished);
        // Somebody changes it, even to what the block says: that stays.
        connect.edit_user(&instance(), &state.user_id, |user, _| {
            user.channels.after_contact_work.get_mut(&Channel::Chat).expect("a chat").time_limit = 0;
        });
        let state = refresh(&connect, &state).await.expect("read").expect("there");
        let state = applied(&connect, &after, SAML, Some(&state)).await;
        if operation != Operation::UpdateUserPhoneConfig {
            check(&connect, &after, SAML, &state).await;
        }
        let (user, _) = &connect.users(&instance())[0];
        assert_eq!(user.channels.after_contact_work[&Channel::Chat].time_limit, 0, "{operation}");
    }
}

#[tokio::test]
async fn work_that_is_overwritten_is_put_back_unless_somebody_has_changed_it_since() {
    let after = saml(&[("phoneConfig.autoAccept", json!(true))]);
    for (by_hand, expected) in [(None, 30), (Some(45), 45)] {
        let connect = connect(SAML);
        let state = with_work_of_its_own(&connect, &saml(&[])).await;
        connect.inject(Fault::of(Operation::UpdateUserConfig, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        let failed =
            run(&connect, &planned(&after, SAML, Some(&state)), Some(&state)).await.expect_err("a fault");
        let state = failed.state.expect("a user");
        assert!(!state.record.unfinished.is_empty());
        if let Some(limit) = by_hand {
            connect.edit_user(&instance(), &state.user_id, |user, _| {
                user.channels.after_contact_work.get_mut(&Channel::Chat).expect("a chat").time_limit = limit;
            });
        }
        let state = refresh(&connect, &state).await.expect("read").expect("there");
        applied(&connect, &after, SAML, Some(&state)).await;
        let (user, _) = &connect.users(&instance())[0];
        assert_eq!(user.channels.after_contact_work[&Channel::Chat].time_limit, expected);
    }
}

#[tokio::test]
async fn a_program_that_is_set_back_after_a_failure_leaves_the_work_as_it_was() {
    let chat = json!([{"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 300}}]);
    let before = saml(&[]);
    let after = saml(&[("phoneConfig.autoAccept", json!(true)), ("afterContactWorkConfigs", chat)]);
    let of_chat = |connect: &MemoryConnect| {
        connect.users(&instance())[0].0.channels.after_contact_work[&Channel::Chat].time_limit
    };
    for (refused, is_overwritten) in
        [(Operation::UpdateUserPhoneConfig, false), (Operation::UpdateUserConfig, true)]
    {
        let connect = connect(SAML);
        let state = with_work_of_its_own(&connect, &before).await;
        connect.inject(Fault::of(refused, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        let failed = run(&connect, &planned(&after, SAML, Some(&state)), Some(&state)).await;
        let state = failed.expect_err("a fault").state.expect("a user");
        let noted = &state.record.unfinished.after_contact_work;
        let noted: Vec<_> = noted.iter().map(|(channel, work)| (*channel, work.time_limit)).collect();
        // What was there, not what the failed apply was to write.
        let expected = if is_overwritten { vec![(Channel::Chat, 30)] } else { Vec::new() };
        assert_eq!(noted, expected, "{refused}");
        assert_eq!(of_chat(&connect), if is_overwritten { 0 } else { 30 }, "{refused}");
        let state = refresh(&connect, &state).await.expect("read").expect("there");
        applied(&connect, &before, SAML, Some(&state)).await;
        assert_eq!(of_chat(&connect), 30, "{refused}");
    }
}

#[tokio::test]
async fn an_import_of_nobody_is_not_found() {
    let id: ImportId = "i:u".parse().expect("an id");
    let error = import(&connect(SAML), &id).await.expect_err("nobody");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "`DescribeUser` failed, not found: the instance has no such user (request `memory-1`)"
    );
    assert!(base().is_object());
}

#[test]
fn an_apply_may_run_on_any_thread() {
    fn on_any_thread<T: Send>(_: T) {}

    let connect = connect(SAML);
    let plan = planned(&saml(&[]), SAML, None);
    on_any_thread(apply(&plan, None, &connect, &apply::ApplyOptions::default()));
    on_any_thread(find_by_name(&connect, &instance(), "jane", true));
}

#[tokio::test]
async fn what_a_refused_call_would_have_set_is_not_managed() {
    let wishes = saml(&[("hierarchyGroupId", json!("g2")), ("tags", json!({"team": "x"}))]);
    for (operation, is_managed) in [
        (Operation::UpdateUserHierarchy, [false, false]),
        // The hierarchy group has been set by then.
        (Operation::TagResource, [true, false]),
    ] {
        let connect = connect(SAML);
        let state = applied(&connect, &saml(&[]), SAML, None).await;
        // The administrator's.
        connect.edit_user(&instance(), &state.user_id, |user, _| {
            user.hierarchy_group_id = Some("g1".into());
            user.tags.insert("team".into(), "y".into());
        });
        let state = refresh(&connect, &state).await.expect("read").expect("there");
        connect.inject(Fault::of(operation, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        let failed = run(&connect, &planned(&wishes, SAML, Some(&state)), Some(&state)).await;
        let state = *failed.expect_err("refused").state.expect("there");
        let managed =
            [Property::HierarchyGroupId, Property::Tags].map(|it| state.record.managed.contains(it));
        assert_eq!(managed, is_managed, "{operation}");
        assert!(state.record.tag_keys.is_empty());
        // The program is set back.
        let state = applied(&connect, &saml(&[]), SAML, Some(&state)).await;
        let left = if is_managed[0] { None } else { Some("g1".into()) };
        assert_eq!(state.properties.hierarchy_group_id, left, "{operation}");
        assert_eq!(state.tags_all.get("team").expect("an entry"), "y");
    }
}

#[tokio::test]
async fn what_a_call_may_have_set_is_managed() {
    let connect = connect(SAML);
    let state = applied(&connect, &saml(&[]), SAML, None).await;
    connect.inject(Fault::of(Operation::UpdateUserHierarchy, 1, Outcome::NoAnswer));
    connect.inject(Fault::of(Operation::DescribeUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let wishes = saml(&[("hierarchyGroupId", json!("g2"))]);
    let failed =
        run(&connect, &planned(&wishes, SAML, Some(&state)), Some(&state)).await.expect_err("no answer");
    assert!(!failed.certain);
    assert!(failed.state.expect("there").record.managed.contains(Property::HierarchyGroupId));
}

#[tokio::test]
async fn an_apply_remembers_when_it_changed_the_user() {
    let connect = connect(SAML);
    let state = applied(&connect, &saml(&[]), SAML, None).await;
    assert_eq!(state.record.last_written, None, "it was read");
    let changed = saml(&[("routingProfileId", json!("r2"))]);
    let state = applied(&connect, &changed, SAML, Some(&state)).await;
    assert_eq!((state.last_modified_time, state.record.last_written), (None, Some(connect.time())));
    let now = || connect.time();
    let options = apply::ApplyOptions::builder().now(&now).read_back(false).build();
    let other = planned(&saml(&[("name", json!("june"))]), SAML, None);
    let state = apply(&other, None, &connect, &options).await.expect("applied").state.expect("a user");
    assert_eq!(state.record.last_written, Some(connect.time()));
}

#[tokio::test]
async fn who_may_not_search_or_list_proficiencies_does_without() {
    let connect = connect(SAML);
    let made = applied(&connect, &saml(&[]), SAML, None).await;
    let denied = Outcome::Refused(ErrorKind::AccessDenied);
    let deny = |operation: Operation| {
        connect.clear_faults();
        (1..9).for_each(|occurrence| connect.inject(Fault::of(operation, occurrence, denied)));
    };
    deny(Operation::ListUserProficiencies);
    let imported = import(&connect, &made.id()).await.expect("imported");
    let again = refresh(&connect, &made).await.expect("read").expect("there");
    let found = read(&connect, &instance(), &made.user_id).await.expect("read").expect("there");
    // What was not read is as it was recorded, or nothing.
    for (state, recorded) in [(imported, &None), (again, &made.properties.proficiencies), (found, &None)] {
        assert_eq!(state.properties.proficiencies, *recorded);
        assert!(state.record.unread.contains(Property::UserProficiencies));
        assert!(planned(&saml(&[]), SAML, Some(&state)).is_empty());
    }
    let mut managing = made.clone();
    managing.record.managed.insert(Property::UserProficiencies);
    deny(Operation::ListUserProficiencies);
    let error = refresh(&connect, &managing).await.expect_err("they are managed");
    assert_eq!(error.kind(), ErrorKind::AccessDenied);

    deny(Operation::SearchUsers);
    let found = find_by_name(&connect, &instance(), "jane", false).await.expect("listed").expect("found");
    assert_eq!(found.user_id, made.user_id);
    (1..3).for_each(|occurrence| {
        connect.inject(Fault::of(Operation::ListUserProficiencies, occurrence, denied));
    });
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    let document = saml(&[("name", json!("june"))]);
    let done = run(&connect, &planned(&document, SAML, None), None).await.expect("listed");
    assert!(done.adopted);
    assert!(done.state.expect("a user").record.unread.contains(Property::UserProficiencies));
}

/// The console's own lists have it; the service in memory refuses a number that is sent.
#[tokio::test]
async fn a_soft_phone_s_number_is_not_sent() {
    let connect = connect(SAML);
    let soft = |limit: i64| {
        saml(&[
            ("phoneConfig.deskPhoneNumber", json!("6175550143")),
            ("phoneConfig.afterContactWorkTimeLimit", json!(limit)),
        ])
    };
    let made = applied(&connect, &soft(0), SAML, None).await;
    let changed = applied(&connect, &soft(30), SAML, Some(&made)).await;
    assert_eq!(changed.properties.phone.line, PhoneLine::Soft);
    assert!(planned(&soft(30), SAML, Some(&changed)).is_empty());
}

#[tokio::test]
async fn a_creation_that_may_have_been_done_is_not_certain() {
    let connect = connect(SAML);
    let document = saml(&[]);
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::Service)));
    let failed = run(&connect, &planned(&document, SAML, None), None).await.expect_err("nobody can tell");
    assert!(matches!(failed.error, ApplyError::OutcomeUnknown { .. }), "{failed}");
    assert!(!failed.certain && failed.state.is_none());
    let attempt = failed.attempt.expect("remembered");
    assert_eq!((attempt.name(), attempt.instance_id()), ("jane", &instance()));
    let json = serde_json::to_string(&attempt).expect("JSON");
    assert_eq!(serde_json::from_str::<CreationAttempt>(&json).expect("an attempt"), *attempt);

    let now = || connect.time();
    let options = apply::ApplyOptions::builder().now(&now).build();
    let CreationOutcome::Made(state) = apply::recover(&attempt, &connect, &options).await else {
        panic!("made")
    };
    check(&connect, &document, SAML, &state).await;
    // Whoever has changed it meanwhile, or was there before, is not taken for it.
    connect.edit_user(&instance(), &state.user_id, |user, _| user.routing_profile_id = "r2".into());
    let unclear = apply::recover(&attempt, &connect, &options).await;
    assert!(matches!(unclear, CreationOutcome::Unclear { differing, .. } if differing.len() == 1));
    let later = connect.time().plus(std::time::Duration::from_secs(60));
    let attempt = CreationAttempt::new(&desired(&document, SAML, None), later);
    // A namesake that was deleted before may still be found, until the new user would be.
    assert!(matches!(apply::recover(&attempt, &connect, &options).await, CreationOutcome::NotKnownYet(None)));
    let now = || later.plus(std::time::Duration::from_secs(600));
    let options = apply::ApplyOptions::builder().now(&now).build();
    assert!(matches!(apply::recover(&attempt, &connect, &options).await, CreationOutcome::NotMade));
}

/// A directory fills in the names of its users.
#[tokio::test]
async fn a_creation_is_recognised_though_the_directory_has_filled_in_names() {
    let kind = IdentityManagementType::ExistingDirectory;
    let connect = connect(kind);
    let document = with(&[("directoryUserId", json!("d-1"))]);
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::Service)));
    let failed = run(&connect, &planned(&document, kind, None), None).await.expect_err("lost");
    let json = serde_json::to_value(failed.attempt.expect("remembered")).expect("JSON");
    let user = connect.users(&instance())[0].0.user_id.clone();
    connect.edit_user(&instance(), &user, |user, _| {
        user.identity.first_name = Some("Jane".into());
        user.identity.last_name = Some("Roe".into());
    });
    let now = || connect.time();
    let options = apply::ApplyOptions::builder().now(&now).build();
    let outcome = async |json: &Value| {
        let attempt: CreationAttempt = serde_json::from_value(json.clone()).expect("an attempt");
        apply::recover(&attempt, &connect, &options).await
    };
    assert!(matches!(outcome(&json).await, CreationOutcome::Made(state) if state.user_id == user));
    // Attempts of earlier versions do not say whose the names are.
    let mut early = json;
    early.as_object_mut().expect("an object").remove("identityManagement").expect("the type");
    let unclear = outcome(&early).await;
    assert!(matches!(&unclear, CreationOutcome::Unclear { differing, .. } if differing.len() == 2));
}

#[tokio::test]
async fn a_user_of_long_after_a_creation_of_an_earlier_run_is_not_taken_over() {
    let document = saml(&[]);
    for (minutes, is_made) in [(14, true), (16, false)] {
        let connect = connect(SAML);
        let attempts = [CreationAttempt::new(&desired(&document, SAML, None), connect.time())];
        connect.set_time(connect.time().plus(Duration::from_secs(minutes * 60)));
        let other = applied(&connect, &document, SAML, None).await;
        let now = || connect.time();
        let options = apply::ApplyOptions::builder().now(&now).attempts(&attempts).build();
        let outcome = apply::recover(&attempts[0], &connect, &options).await;
        let failed = apply(&planned(&document, SAML, None), None, &connect, &options).await;
        let failed = failed.expect_err("the name is taken");
        match is_made {
            true => {
                assert!(matches!(outcome, CreationOutcome::Made(state) if state.user_id == other.user_id));
                assert!(matches!(failed.error, ApplyError::Recovered { .. }), "{failed}");
            }
            false => {
                let told = outcome.diagnostic("`jane`").message;
                assert!(told.ends_with("may be it, but its time of change is not conclusive"), "{told}");
                assert!(matches!(failed.error, ApplyError::NotAdopted { .. }), "{failed}");
            }
        }
    }
}

/// Until its end, a run knows what it has waited for.
#[tokio::test]
async fn a_creation_that_waited_long_for_its_call_is_recognised_in_its_run() {
    struct Waiting<'a>(&'a MemoryConnect);
    #[async_trait::async_trait]
    impl apply::Observer for Waiting<'_> {
        async fn creating(&self, _: &CreationAttempt) -> Result<(), apply::ObserveError> {
            self.0.set_time(self.0.time().plus(Duration::from_secs(3_600)));
            Ok(())
        }
    }
    let connect = connect(SAML);
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    let (now, observer) = (|| connect.time(), Waiting(&connect));
    let options = apply::ApplyOptions::builder().now(&now).observer(&observer).build();
    let done = apply(&planned(&saml(&[]), SAML, None), None, &connect, &options).await;
    assert!(done.expect("found").adopted);
}

#[tokio::test]
async fn everybody_of_the_name_is_looked_at() {
    let connect = connect(SAML);
    applied(&connect, &saml(&[]), SAML, None).await;
    let other = applied(&connect, &saml(&[("name", json!("june"))]), SAML, None).await;
    // Whom the search still shows, and who is gone, has the name too.
    connect.edit_user(&instance(), &other.user_id, |user, _| user.name = "jane".into());
    for thorough in [false, true] {
        connect.inject(Fault::of(Operation::DescribeUser, 1, Outcome::Refused(ErrorKind::NotFound)));
        let found = find_by_name(&connect, &instance(), "jane", thorough).await.expect("found");
        assert_eq!(found.map(|state| state.user_id), Some(other.user_id.clone()));
    }
}

#[tokio::test]
async fn without_a_way_to_wait_nothing_is_read_again_and_again() {
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", SAML).with_hidden_reads(100));
    let plan = planned(&saml(&[]), SAML, None);
    apply(&plan, None, &connect, &apply::ApplyOptions::default()).await.expect("applied");
    let operations: Vec<_> = connect.calls().iter().map(|call| call.operation).collect();
    assert_eq!(operations, [Operation::CreateUser, Operation::DescribeUser]);
}

#[tokio::test]
async fn an_arn_that_an_answer_has_left_out_is_read_before_tags_are_set() {
    let connect = connect(SAML);
    let made = applied(&connect, &saml(&[]), SAML, None).await;
    let mut without = made.clone();
    without.arn.clear();
    let tagged = saml(&[("tags", json!({"team": "x"}))]);
    let done = applied(&connect, &tagged, SAML, Some(&without)).await;
    assert_eq!(
        (done.arn.as_str(), done.tags_all.get("team").expect("an entry").as_str()),
        (made.arn.as_str(), "x")
    );
    // Nor does a reading that leaves it out take it away.
    connect.edit_user(&instance(), &made.user_id, |user, _| user.arn.clear());
    let again = refresh(&connect, &done).await.expect("read").expect("there");
    assert_eq!(again.arn, made.arn);
}
