//! Callers who may not do everything: what goes without, and what is said where it does not.

use std::sync::Mutex;

use connect_user::{
    apply::{ApplyError, ApplyOptions, Failed, Observer, apply, delete},
    client::{
        ErrorKind,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::{self, plan},
    user::{Diagnostic, IdentityManagementType, Operation, Settings, UserState},
    validate::{Context, resolve},
};
use serde_json::json;

use crate::support::{spec, state, with};

const SAML: IdentityManagementType = IdentityManagementType::Saml;

/// A service in which the next call of each of these operations is denied.
fn denying(operations: &[Operation]) -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", SAML).with_routing_profiles(["r1", "r2"]).with_security_profiles(["s1"]),
    );
    for operation in operations {
        connect.inject(Fault::of(*operation, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    }
    connect
}

/// A user who is recorded and not there.
fn gone(instance: &str) -> UserState {
    let names = [("identityInfo.firstName", json!("Ann")), ("identityInfo.lastName", json!("Lee"))];
    let mut state = state(&with(&names));
    state.instance_id = instance.into();
    state
}

async fn deleted(connect: &MemoryConnect, state: &UserState) -> Result<(), Failed> {
    delete(state, connect, &Settings::default(), &ApplyOptions::default()).await.map(drop)
}

/// Hears what an apply does without.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn note(&self, note: &Diagnostic) {
        assert!(note.help.is_some());
        self.0.lock().expect("no panic").push(note.message.to_string());
    }
}

impl Heard {
    fn notes(self) -> Vec<String> {
        self.0.into_inner().expect("no panic")
    }
}

const LOOKS: [Operation; 3] = [Operation::DescribeInstance, Operation::ListUsers, Operation::SearchUsers];

#[tokio::test]
async fn a_user_is_found_to_be_gone_with_any_permission_that_shows_its_instance() {
    for denied in [&LOOKS[..1], &LOOKS[..2]] {
        deleted(&denying(denied), &gone("i")).await.expect("it is gone");
        // In a wrong Region or account it only seems so.
        let failed = deleted(&denying(denied), &gone("elsewhere")).await.expect_err("no such instance");
        assert_eq!(failed.error.client().map(|error| error.kind()), Some(ErrorKind::NotFound), "{failed}");
        assert!(failed.state.is_some());
    }
}

#[tokio::test]
async fn a_user_is_not_taken_for_gone_where_nobody_may_see_its_instance() {
    let failed = deleted(&denying(&LOOKS), &gone("i")).await.expect_err("nobody can tell");
    assert!(matches!(failed.error, ApplyError::InstanceNotChecked { .. }), "{failed}");
    assert_eq!(
        failed.to_string(),
        "the user `jane` was not found, and whether its instance exists was not checked: `DescribeInstance` failed, \
         access denied: refused by a fault (request `memory-2`)"
    );
    assert!(failed.error.help().contains("`connect:ListUsers`"));
    assert!(failed.state.is_some());
}

#[tokio::test]
async fn a_plan_for_a_user_who_is_gone_is_stale_with_any_permission_that_shows_its_instance() {
    let state = gone("i");
    let settings = Settings::builder().identity_management(SAML).build();
    let document = with(&[
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Lee")),
        ("routingProfileId", json!("r2")),
    ]);
    let context = Context::builder().settings(settings.clone()).prior(&state).build();
    let (desired, _) = resolve(spec(&document), &context).expect("a user");
    let plan = plan(desired, Some(&state), &settings).expect("a plan");
    let check_prior_state = ApplyOptions::builder().check_prior_state(true).build();
    let failed =
        apply(&plan, Some(&state), &denying(&LOOKS[..2]), &check_prior_state).await.expect_err("gone");
    assert!(matches!(failed.error, ApplyError::Stale) && failed.state.is_none(), "{failed}");
    let failed = apply(&plan, Some(&state), &denying(&LOOKS), &check_prior_state).await.expect_err("unknown");
    assert!(matches!(failed.error, ApplyError::InstanceNotChecked { .. }) && failed.state.is_some());
}

#[tokio::test]
async fn what_an_apply_does_without_the_observer_hears() {
    let settings = Settings::builder().identity_management(SAML).build();
    let document = with(&[("identityInfo.firstName", json!("Ann")), ("identityInfo.lastName", json!("Lee"))]);
    let context = Context::builder().settings(settings.clone()).build();
    let (desired, _) = resolve(spec(&document), &context).expect("a user");
    let plan = plan(desired, None, &settings).expect("a plan");
    for (denied, expected) in [
        (
            Operation::SearchUsers,
            "`SearchUsers` is not allowed: users are looked up in the list of all users",
        ),
        (
            Operation::ListUserProficiencies,
            "`ListUserProficiencies` is not allowed: the proficiencies of users are not compared",
        ),
    ] {
        let (connect, heard) = (denying(&[denied]), Heard::default());
        connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
        let now = || connect.time();
        let options = ApplyOptions::builder().observer(&heard).now(&now).build();
        apply(&plan, None, &connect, &options).await.expect("made and found");
        assert_eq!(heard.notes(), [expected]);
    }
    let (connect, heard) = (denying(&[Operation::DescribeUser]), Heard::default());
    apply(&plan, None, &connect, &ApplyOptions::builder().observer(&heard).build()).await.expect("made");
    assert_eq!(heard.notes(), ["`DescribeUser` is not allowed: what the service fills in is not read"]);
    let (connect, heard) = (denying(&LOOKS[..1]), Heard::default());
    let listening = ApplyOptions::builder().observer(&heard).build();
    delete(&gone("i"), &connect, &Settings::default(), &listening).await.expect("it is gone");
    assert_eq!(
        heard.notes(),
        ["`DescribeInstance` is not allowed: whether the instance exists is seen from its users"]
    );
}

#[test]
fn the_look_at_the_instance_is_among_the_actions_of_a_plan() {
    let plan = diff::plan_deletion(&gone("i"), &Settings::default()).expect("a plan");
    let actions: Vec<_> = plan.preview().iam_actions().into_iter().collect();
    assert_eq!(actions, ["connect:DeleteUser", "connect:DescribeInstance"]);
}
