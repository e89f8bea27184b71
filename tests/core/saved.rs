//! Plans that are stored and applied later.

use connect_user::{
    apply::{ApplyError, ApplyOptions, apply},
    client::memory::MemoryConnect,
    diff::{Plan, SavedPlan, plan, plan_deletion},
    user::{IdentityManagementType, PasswordPolicy, Secret, Settings, UserState},
    validate::{Context, resolve},
};
use serde_json::{Value, json};

use crate::support::*;

const PASSWORD: &str = "Password123";

fn settings() -> Settings {
    Settings::builder().identity_management(IdentityManagementType::ConnectManaged).build()
}

fn document() -> Value {
    with(&[
        ("password", json!(PASSWORD)),
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Lee")),
    ])
}

fn planned(document: &Value, state: Option<&UserState>, settings: &Settings) -> Plan {
    let context = Context::builder().settings(settings.clone()).maybe_prior(state).build();
    let (desired, _) = resolve(spec(document), &context).unwrap_or_else(|report| panic!("{report}"));
    plan(desired, state, settings).unwrap_or_else(|refused| panic!("{refused}"))
}

fn read(json: &Value) -> SavedPlan {
    serde_json::from_value(json.clone()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn password() -> Option<Secret> {
    Some(PASSWORD.into())
}

#[tokio::test]
async fn a_saved_plan_is_applied_as_if_it_were_the_plan() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::ConnectManaged);
    let made = planned(&document(), None, &settings());
    let text = serde_json::to_string(&made.save()).expect("JSON");
    assert!(!text.contains(PASSWORD) && !format!("{:?}", made.save()).contains("Ann"));
    let saved: SavedPlan = serde_json::from_str(&text).expect("a plan");
    assert_eq!((saved.preview(), saved.base()), (made.preview(), None));
    let loaded = saved.load(password()).expect("a plan");
    assert_eq!(loaded.desired().expect("a user").password(), Some(&PASSWORD.into()));
    let state =
        apply(&loaded, None, &connect, &ApplyOptions::default()).await.expect("made").state.expect("a user");
    assert!(planned(&document(), Some(&state), &settings()).is_empty());

    // An update needs no password, and what is recorded as managed stays as it is.
    let mut other = document();
    other["routingProfileId"] = json!("r2");
    let saved = read(&serde_json::to_value(planned(&other, Some(&state), &settings()).save()).expect("JSON"));
    assert!(!saved.needs_password());
    let loaded = saved.load(None).expect("a plan");
    let changed = apply(&loaded, Some(&state), &connect, &ApplyOptions::default()).await.expect("changed");
    let changed = changed.state.expect("a user");
    assert_eq!(changed.record.managed, state.record.managed);
    assert!(planned(&other, Some(&changed), &settings()).is_empty());

    // It was made from another state.
    let stale = apply(&loaded, Some(&changed), &connect, &ApplyOptions::default()).await.expect_err("stale");
    assert!(matches!(stale.error, ApplyError::Stale), "{stale}");
    assert_eq!(stale.error.help(), "read the user again and make a new plan");

    let gone = plan_deletion(&changed, &settings()).expect("a plan");
    let loaded = read(&serde_json::to_value(gone.save()).expect("JSON")).load(None).expect("a plan");
    assert_eq!((loaded.steps(), loaded.settings()), (gone.steps(), gone.settings()));
    apply(&loaded, Some(&changed), &connect, &ApplyOptions::default()).await.expect("deleted");
}

#[test]
fn a_password_is_given_again_where_a_user_is_created() {
    let saved = planned(&document(), None, &settings()).save();
    assert!(saved.needs_password());
    let refused = saved.load(None).expect_err("a new user needs it");
    assert_eq!(refused.diagnostics()[0].code, "password-required");
    assert_eq!(
        refused.diagnostics()[0].to_string(),
        "error[password-required]: `password` is required: the saved plan creates the user and holds no password\n  \
         help: give the password of the new user with the plan",
    );

    // That it has changed is found where both are known, and replaces the user by that policy.
    let mut state = state(&document());
    state.record.password = Some("Password122".into());
    let mut policy = settings();
    policy.password = PasswordPolicy::Replace;
    let saved =
        read(&serde_json::to_value(planned(&document(), Some(&state), &policy).save()).expect("JSON"));
    assert!(saved.needs_password() && saved.base().expect("a state").record.password.is_none());
    let loaded = saved.load(password()).expect("a plan");
    let again = planned(&document(), Some(&state), &policy);
    assert_eq!(loaded.steps(), again.steps());
}

#[tokio::test]
async fn a_password_that_breaks_the_rules_deletes_nobody() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::ConnectManaged);
    let made = planned(&document(), None, &settings());
    let there = apply(&made, None, &connect, &ApplyOptions::default()).await.expect("made").state;
    let mut replacing = settings();
    (replacing.password, replacing.delete_before_replace) = (PasswordPolicy::Replace, true);
    let mut other = document();
    other["password"] = json!("Password124");
    let saved = planned(&other, there.as_ref(), &replacing).save();
    for (password, codes) in [
        ("x", vec!["password-length", "password-weak"]),
        ("Password 124", vec!["password-white-space"]),
        (&"Aa1x".repeat(17), vec!["password-length"]),
    ] {
        let refused = saved.clone().load(Some(password.into())).expect_err(password);
        let found: Vec<&str> = refused.diagnostics().iter().map(|reason| reason.code.as_str()).collect();
        assert_eq!(found, codes, "{password}");
        assert!(refused.diagnostics().iter().all(|reason| reason.help.is_some()));
        assert!(!refused.to_string().contains(password), "{refused}");
    }
    let loaded = saved.load(Some("Password124".into())).expect("a plan");
    let replaced = apply(&loaded, there.as_ref(), &connect, &ApplyOptions::default()).await;
    assert!(replaced.expect("replaced").state.is_some());
}

#[test]
fn what_cannot_be_applied_as_it_was_shown_is_refused() {
    let saved = serde_json::to_value(planned(&document(), None, &settings()).save()).expect("JSON");
    let changed = |path: &str, value: Value| {
        let mut saved = saved.clone();
        *saved.pointer_mut(path).expect(path) = value;
        serde_json::from_value::<SavedPlan>(saved)
    };
    let refused = changed("/shown/steps", json!([])).expect("it can be read").load(password());
    assert_eq!(refused.expect_err("another plan").diagnostics()[0].code, "not-shown");
    let refused = changed("/desired/spec/name", json!("joan")).expect("it can be read").load(password());
    assert_eq!(refused.expect_err("another user").diagnostics()[0].code, "not-shown");
    let error = changed("/version", json!(2)).expect_err("a later version");
    assert_eq!(
        error.to_string(),
        "the plan was written by a later version: its version must be at most 1, is 2; use the program that wrote it, or a \
         later one"
    );
    for (path, value) in [
        ("/desired", Value::Null),
        ("/desired/spec/name", Value::Null),
        ("/desired/spec/phoneConfig", json!({"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": -1})),
        ("/settings", json!(1)),
        ("/settings/password", json!("never")),
    ] {
        changed(path, value).expect_err(path);
    }
}
