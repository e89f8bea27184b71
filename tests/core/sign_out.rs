//! Signing users out: what ends their sessions, in which order, and what a failure leaves to do.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use connect_user::{
    apply::{self, Applied, ApplyOptions, Failed, apply},
    client::{
        ConnectClient, DeleteUser, ErrorKind, RetryPolicy, Retrying, ThreadTimer,
        memory::{Fault, MemoryConnect, Outcome},
    },
    diff::{Risk, plan, preview, preview_deletion},
    user::{
        CreationAttempt, IdentityManagementType, Input, Operation, Operation::*, Settings, SignOutOn,
        UserState,
    },
    validate::{Context, resolve},
};
use serde_json::{Value, json};

use crate::support::{spec, with};

fn settings(on: &[SignOutOn]) -> Settings {
    let on: BTreeSet<_> = on.iter().copied().collect();
    Settings::builder().identity_management(IdentityManagementType::ConnectManaged).sign_out_on(on).build()
}

fn document(changes: &[(&str, Value)]) -> Value {
    let own = [
        ("password", json!("Password123")),
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Lee")),
        ("identityInfo.email", json!("ann@example.com")),
        ("securityProfileIds", json!(["s1", "s2"])),
    ];
    with(&[&own, changes].concat())
}

async fn bring(
    connect: &dyn ConnectClient,
    document: &Value,
    state: Option<&UserState>,
    settings: &Settings,
) -> Result<Applied, Failed> {
    let context = Context::builder().settings(settings.clone()).maybe_prior(state).build();
    let desired = resolve(spec(document), &context).expect("valid").0;
    let plan = plan(desired, state, settings).expect("a plan");
    apply(&plan, state, connect, &ApplyOptions::default()).await
}

async fn ann(connect: &MemoryConnect) -> UserState {
    let made = bring(connect, &document(&[]), None, &settings(&[])).await.expect("created");
    connect.clear_calls();
    made.state.expect("a user")
}

fn service() -> MemoryConnect {
    MemoryConnect::any_instance(IdentityManagementType::ConnectManaged)
}

#[tokio::test]
async fn who_loses_what_the_settings_name_is_signed_out_at_once() {
    let fewer = ("securityProfileIds", json!(["s1"]));
    let others = ("securityProfileIds", json!(["s1", "s3"]));
    let more = ("securityProfileIds", json!(["s1", "s2", "s3"]));
    let email = ("identityInfo.email", json!("lee@example.com"));
    let group = ("hierarchyGroupId", json!("g"));
    let profiles: &[_] = &[UpdateUserSecurityProfiles, DeleteAllEntitySessions, UpdateUserHierarchy];
    for (change, on, expected) in [
        (&fewer, SignOutOn::LostSecurityProfile, profiles),
        (&others, SignOutOn::LostSecurityProfile, profiles),
        (&more, SignOutOn::LostSecurityProfile, &[UpdateUserSecurityProfiles, UpdateUserHierarchy]),
        (&fewer, SignOutOn::ChangedEmail, &[UpdateUserSecurityProfiles, UpdateUserHierarchy]),
        (&fewer, SignOutOn::Deletion, &[UpdateUserSecurityProfiles, UpdateUserHierarchy]),
        (
            &email,
            SignOutOn::ChangedEmail,
            &[UpdateUserIdentityInfo, DeleteAllEntitySessions, UpdateUserHierarchy],
        ),
        (&email, SignOutOn::LostSecurityProfile, &[UpdateUserIdentityInfo, UpdateUserHierarchy]),
    ] {
        let connect = service();
        let state = ann(&connect).await;
        let wanted = document(&[change.clone(), group.clone()]);
        let done = bring(&connect, &wanted, Some(&state), &settings(&[on])).await.expect("applied");
        assert_eq!(connect.writes(), expected, "{change:?} {on}");
        assert!(done.state.expect("a user").record.unfinished.is_empty());
    }
}

#[tokio::test]
async fn a_first_email_address_ends_no_session() {
    let connect = service();
    let mut without = document(&[]);
    without["identityInfo"].as_object_mut().expect("an object").remove("email");
    let on = settings(&[SignOutOn::ChangedEmail]);
    let state = bring(&connect, &without, None, &on).await.expect("created").state.expect("a user");
    let change = preview(&spec(&document(&[])), Some(&state), &on);
    assert_eq!(operations(change.steps.iter().map(|step| step.operation)), ["UpdateUserIdentityInfo"]);
}

fn operations(steps: impl Iterator<Item = Operation>) -> Vec<&'static str> {
    steps.map(Operation::name).collect()
}

#[tokio::test]
async fn a_plan_shows_it_with_its_action_and_risk_also_while_it_is_not_known() {
    let state = ann(&service()).await;
    let on = settings(&[SignOutOn::LostSecurityProfile]);
    let mut wanted = spec(&document(&[("securityProfileIds", json!(["s1"]))]));
    let seen = preview(&wanted, Some(&state), &on);
    assert!(seen.iam_actions().contains("connect:DeleteAllEntitySessions"));
    assert_eq!((seen.steps[1].possible, &seen.steps[1].risks[..]), (false, &[Risk::EndsSessions][..]));
    wanted.security_profile_ids = Input::Unknown;
    let seen = preview(&wanted, Some(&state), &on);
    assert_eq!(
        operations(seen.steps.iter().map(|step| step.operation)),
        ["UpdateUserSecurityProfiles", "DeleteAllEntitySessions"]
    );
    assert!(seen.steps[1].possible && seen.steps[1].call().is_none());
}

#[tokio::test]
async fn who_is_deleted_or_replaced_is_signed_out_before() {
    let (connect, on) = (service(), settings(&[SignOutOn::Deletion]));
    let state = ann(&connect).await;
    let other = document(&[("name", json!("other"))]);
    let made = bring(&connect, &other, Some(&state), &on).await.expect("replaced").state.expect("a user");
    assert_eq!(connect.writes(), [CreateUser, DeleteAllEntitySessions, DeleteUser]);
    connect.clear_calls();
    apply::delete(&made, &connect, &on, &ApplyOptions::default()).await.expect("deleted");
    assert_eq!(connect.writes(), [DeleteAllEntitySessions, DeleteUser]);
    let steps = preview_deletion(&made, &settings(&[])).steps;
    assert_eq!(operations(steps.iter().map(|step| step.operation)), ["DeleteUser"], "off by default");
}

#[tokio::test]
async fn who_is_gone_already_needs_no_sign_out() {
    let (connect, on) = (service(), settings(&[SignOutOn::Deletion]));
    let state = ann(&connect).await;
    let request = DeleteUser::new(state.instance_id.clone(), state.user_id.clone());
    connect.delete_user(&request).await.expect("deleted by somebody else");
    let done = apply::delete(&state, &connect, &on, &ApplyOptions::default()).await.expect("deleted");
    assert_eq!(done.state, None);
}

#[tokio::test]
async fn what_could_not_be_signed_out_is_by_the_next_apply() {
    let (connect, on) = (service(), settings(&[SignOutOn::LostSecurityProfile]));
    let state = ann(&connect).await;
    let wanted = document(&[("securityProfileIds", json!(["s1"]))]);
    let denied = Outcome::Refused(ErrorKind::AccessDenied);
    connect.inject(Fault::of(DeleteAllEntitySessions, 1, denied));
    let failed = bring(&connect, &wanted, Some(&state), &on).await.expect_err("not allowed");
    assert_eq!((failed.done, failed.left[0].operation), (1, DeleteAllEntitySessions));
    let state = *failed.state.expect("a user");
    assert!(state.record.unfinished.sign_out);
    let json = serde_json::to_string(&state).expect("written");
    let state: UserState = serde_json::from_str(&json).expect("read");

    let seen = preview(&spec(&wanted), Some(&state), &on);
    let text = seen.text("ann").to_string();
    assert!(
        text.starts_with(
            "~ ann is as desired; it will be signed out, which an unfinished update left to do\n"
        ),
        "{text}"
    );
    let off = preview(&spec(&wanted), Some(&state), &settings(&[]));
    assert!(off.is_empty(), "whoever switches it off owes nothing");

    connect.clear_calls();
    let state = bring(&connect, &wanted, Some(&state), &on).await.expect("applied").state.expect("a user");
    assert_eq!(connect.writes(), [DeleteAllEntitySessions]);
    assert!(state.record.unfinished.is_empty());
    assert!(preview(&spec(&wanted), Some(&state), &on).is_empty());
}

#[tokio::test]
async fn a_demotion_that_was_refused_owes_no_sign_out_and_one_without_an_answer_does() {
    let on = settings(&[SignOutOn::LostSecurityProfile]);
    let wanted = document(&[("securityProfileIds", json!(["s1"]))]);
    for (outcome, owed) in [(Outcome::Refused(ErrorKind::AccessDenied), false), (Outcome::AnswerLost, true)] {
        let connect = service();
        let state = ann(&connect).await;
        connect.inject(Fault::of(UpdateUserSecurityProfiles, 1, outcome));
        let failed = bring(&connect, &wanted, Some(&state), &on).await.expect_err("it failed");
        let state = *failed.state.expect("a user");
        assert_eq!(state.record.unfinished.sign_out, owed, "{outcome:?}");
        connect.clear_calls();
        bring(&connect, &wanted, Some(&state), &on).await.expect("applied");
        assert!(connect.writes().ends_with(&[DeleteAllEntitySessions]), "{:?}", connect.writes());
    }
}

#[tokio::test]
async fn a_demotion_that_an_attempt_may_have_done_owes_a_sign_out_though_the_next_was_refused() {
    let (connect, on) = (Arc::new(service()), settings(&[SignOutOn::LostSecurityProfile]));
    let state = ann(&connect).await;
    let wanted = document(&[("securityProfileIds", json!(["s1"]))]);
    connect.inject(Fault::of(UpdateUserSecurityProfiles, 1, Outcome::AnswerLost));
    connect.inject(Fault::of(UpdateUserSecurityProfiles, 2, Outcome::Refused(ErrorKind::AccessDenied)));
    let policy = RetryPolicy::builder().first(Duration::ZERO).build();
    let client = Retrying::new(connect.clone(), policy, Arc::new(ThreadTimer::default()));
    let failed = bring(&client, &wanted, Some(&state), &on).await.expect_err("not allowed");
    let state = *failed.state.expect("a user");
    assert!(state.record.unfinished.sign_out);
    assert_eq!(state.properties.security_profile_ids, ["s1".into()].into(), "it was read again");
    connect.clear_calls();
    bring(&client, &wanted, Some(&state), &on).await.expect("applied");
    assert_eq!(connect.writes(), [DeleteAllEntitySessions]);
}

/// Ann, whom a demotion took rights from, and whose sign-out was refused.
async fn ann_with_a_debt(connect: &MemoryConnect, on: &Settings) -> UserState {
    let state = ann(connect).await;
    connect.inject(Fault::of(DeleteAllEntitySessions, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let wanted = document(&[("securityProfileIds", json!(["s1"]))]);
    let failed = bring(connect, &wanted, Some(&state), on).await.expect_err("not allowed");
    connect.clear_calls();
    *failed.state.expect("a user")
}

#[tokio::test]
async fn who_is_owed_a_sign_out_is_signed_out_before_being_deleted_or_replaced() {
    let on = settings(&[SignOutOn::LostSecurityProfile]);
    let connect = service();
    let state = ann_with_a_debt(&connect, &on).await;
    let steps = preview_deletion(&state, &settings(&[])).steps;
    assert_eq!(operations(steps.iter().map(|step| step.operation)), ["DeleteUser"], "switched off");
    apply::delete(&state, &connect, &on, &ApplyOptions::default()).await.expect("deleted");
    assert_eq!(connect.writes(), [DeleteAllEntitySessions, DeleteUser]);

    // The new user remembers what the old one is owed.
    let connect = service();
    let state = ann_with_a_debt(&connect, &on).await;
    connect.inject(Fault::of(DeleteAllEntitySessions, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let other = document(&[("name", json!("other")), ("securityProfileIds", json!(["s1"]))]);
    let failed = bring(&connect, &other, Some(&state), &on).await.expect_err("not allowed");
    assert_eq!(connect.writes(), [CreateUser, DeleteAllEntitySessions]);
    let json = serde_json::to_string(&*failed.state.expect("a user")).expect("written");
    let state: UserState = serde_json::from_str(&json).expect("read");
    assert!(!state.record.unfinished.sign_out && state.record.unfinished.replaced[0].sign_out);
    connect.clear_calls();
    connect.inject(Fault::of(Operation::DeleteUser, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let failed = bring(&connect, &other, Some(&state), &on).await.expect_err("not allowed");
    let state = *failed.state.expect("a user");
    assert_eq!(connect.writes(), [DeleteAllEntitySessions, Operation::DeleteUser]);
    assert!(!state.record.unfinished.replaced[0].sign_out, "it is signed out");
    connect.clear_calls();
    let state = bring(&connect, &other, Some(&state), &on).await.expect("applied").state.expect("a user");
    assert_eq!(connect.writes(), [Operation::DeleteUser]);
    assert!(state.record.unfinished.is_empty());
}

/// What the old user is owed is not owed to the user that an earlier run has made in its place.
#[tokio::test]
async fn whom_an_earlier_run_has_made_owes_nothing() {
    let on = settings(&[SignOutOn::LostSecurityProfile]);
    let connect = service();
    let state = ann_with_a_debt(&connect, &on).await;
    let other = spec(&document(&[("name", json!("other"))]));
    let context = Context::builder().settings(on.clone()).build();
    let first = resolve(other.clone(), &context).expect("valid").0;
    let attempts = [CreationAttempt::new(&first, connect.time())];
    let now = || connect.time();
    let options = ApplyOptions::builder().now(&now).attempts(&attempts).build();
    let creation = plan(first, None, &on).expect("a plan");
    apply(&creation, None, &connect, &options).await.expect("created, and the run was killed");

    let context = Context::builder().settings(on.clone()).prior(&state).build();
    let second = plan(resolve(other, &context).expect("valid").0, Some(&state), &on).expect("a plan");
    let failed = apply(&second, Some(&state), &connect, &options).await.expect_err("it is there");
    assert!(matches!(failed.error, apply::ApplyError::Recovered { .. }), "{failed}");
    let unfinished = failed.state.expect("a user").record.unfinished;
    assert!(!unfinished.sign_out && unfinished.replaced[0].sign_out, "{unfinished:?}");
}

/// The sign-out of a user who is deleted is not announced as one of the user who stays.
#[tokio::test]
async fn the_text_tells_a_sign_out_from_a_deletion() {
    let on = settings(&[SignOutOn::Deletion]);
    let (mut state, old) = (ann(&service()).await, ann(&service()).await);
    state.user_id = "another".into();
    state.record.unfinished.replaced.push(old.to_replaced());
    let deleted = "the old user left by an unfinished replacement will be deleted\n";
    let header = |state: &UserState| {
        let text = preview(&spec(&document(&[])), Some(state), &on).text("ann").to_string();
        text.split_inclusive('\n').next().map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(header(&state), format!("~ ann is as desired; {deleted}"));
    state.record.unfinished.sign_out = true;
    let signed_out = "it will be signed out, which an unfinished update left to do";
    assert_eq!(header(&state), format!("~ ann is as desired; {signed_out}, and {deleted}"));
}

/// The host is told before the demotion that a sign-out is owed: a kill in between loses nothing.
#[tokio::test]
async fn a_kill_between_demotion_and_sign_out_loses_nothing() {
    struct Saved(std::sync::Mutex<Vec<(Operation, bool)>>);
    #[async_trait::async_trait]
    impl apply::Observer for Saved {
        async fn before(
            &self,
            step: &connect_user::diff::Step,
            state: Option<&UserState>,
        ) -> Result<(), apply::ObserveError> {
            let owed = state.is_some_and(|state| state.record.unfinished.sign_out);
            self.0.lock().expect("a log").push((step.operation, owed));
            Ok(())
        }
    }
    let (connect, on) = (service(), settings(&[SignOutOn::LostSecurityProfile]));
    let state = ann(&connect).await;
    let context = Context::builder().settings(on.clone()).prior(&state).build();
    let wanted = spec(&document(&[("securityProfileIds", json!(["s1"]))]));
    let desired = resolve(wanted, &context).expect("valid").0;
    let plan = plan(desired, Some(&state), &on).expect("a plan");
    let saved = Saved(std::sync::Mutex::default());
    let options = ApplyOptions::builder().observer(&saved).build();
    apply(&plan, Some(&state), &connect, &options).await.expect("applied");
    let seen = saved.0.into_inner().expect("a log");
    assert_eq!(seen, [(UpdateUserSecurityProfiles, true), (DeleteAllEntitySessions, true)]);
}
