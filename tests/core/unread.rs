//! What was not read is not written.

use connect_user::{
    diff::{drift, needs_reading, plan, preview},
    user::{PasswordPolicy, Property, PropertySet, Settings, UserState},
    validate::{Context, resolve},
};
use serde_json::{Value, json};

use crate::support::{operations, spec, state, with};

/// A user whom a search has found again: e-mail and mobile are as recorded.
fn found() -> (Value, UserState) {
    let document = with(&[
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Lee")),
        ("identityInfo.email", json!("ann@example.com")),
    ]);
    let mut state = state(&document);
    state.record.unread = PropertySet::NOT_IN_SEARCH;
    (document, state)
}

fn changed(document: &Value, path: &str, value: Value) -> Value {
    let mut document = document.clone();
    let pointer = format!("/{}", path.replace('.', "/"));
    match document.pointer_mut(&pointer) {
        Some(place) => *place = value,
        None => panic!("{pointer}"),
    }
    document
}

#[test]
fn what_is_as_recorded_needs_no_reading() {
    let (document, state) = found();
    let settings = Settings::default();
    assert!(preview(&spec(&document), Some(&state), &settings).is_empty());
    assert!(needs_reading(&spec(&document), &state, &settings).is_empty());
    // Another block is nobody's business.
    let other = changed(&document, "phoneConfig.phoneType", json!("DESK_PHONE"));
    let other =
        changed(&other, "phoneConfig", json!({"phoneType": "DESK_PHONE", "deskPhoneNumber": "+16175550101"}));
    let seen = preview(&spec(&other), Some(&state), &settings);
    assert_eq!(operations(&seen), ["UpdateUserPhoneConfig"]);
    assert_eq!(seen.diff.refusals().count(), 0);
}

#[test]
fn a_call_that_writes_the_block_is_refused_and_names_what_was_not_read() {
    let (document, state) = found();
    for (path, value) in
        [("identityInfo.firstName", json!("Bea")), ("identityInfo.email", json!("bea@example.com"))]
    {
        let after = spec(&changed(&document, path, value));
        let seen = preview(&after, Some(&state), &Settings::default());
        let refusals: Vec<_> = seen.diff.refusals().collect();
        assert_eq!(refusals.len(), 1, "{seen:?}");
        assert_eq!(refusals[0].code, "not-read");
        assert_eq!(
            refusals[0].message,
            "`UpdateUserIdentityInfo` would write `identityInfo.email`, `identityInfo.secondaryEmail`, \
             `identityInfo.mobile`, which were not read",
        );
        assert_eq!(needs_reading(&after, &state, &Settings::default()), PropertySet::NOT_IN_SEARCH);
        let (desired, _) = resolve(after, &Context::default()).expect("valid");
        let refused = plan(desired, Some(&state), &Settings::default()).expect_err("not read");
        assert_eq!(refused.diagnostics()[0].code, "not-read");
    }
}

#[test]
fn whoever_is_in_doubt_is_read_before_any_block_is_written() {
    let (document, mut state) = found();
    state.record.unread = PropertySet::WRITTEN_WHOLE;
    let needed = |path: &str, value: Value| {
        needs_reading(&spec(&changed(&document, path, value)), &state, &Settings::default())
    };
    assert_eq!(
        needed("securityProfileIds", json!(["s2"])),
        [Property::SecurityProfileIds].into_iter().collect()
    );
    assert!(needed("routingProfileId", json!("r2")).is_empty(), "it is written alone");
    let phone = needed("phoneConfig", json!({"phoneType": "SOFT_PHONE", "autoAccept": true}));
    assert!(phone.contains(Property::DeskPhoneNumber) && phone.contains(Property::AfterContactWorkConfigs));
    assert!(!phone.contains(Property::Email));
    assert!(needed("name", json!("june")).is_empty(), "a new user gets what the program says");
}

#[test]
fn an_unknown_value_that_may_need_the_block_counts() {
    let (document, state) = found();
    let mut after = spec(&document);
    let identity = after.identity_info.as_mut().expect("an identity");
    identity.first_name = Some(connect_user::user::Input::Unknown);
    assert_eq!(needs_reading(&after, &state, &Settings::default()), PropertySet::NOT_IN_SEARCH);
}

#[test]
fn drift_says_nothing_of_what_was_not_read() {
    let (_, recorded) = found();
    let mut searched = recorded.clone();
    searched.properties.identity.email = None;
    searched.properties.identity.last_name = Some("Roe".into());
    let seen: Vec<_> =
        drift(&recorded, &searched, &Settings::default()).into_iter().map(|c| c.property).collect();
    assert_eq!(seen, [Property::LastName]);
}

#[test]
fn a_state_keeps_what_was_not_read_and_reads_the_old_form() {
    let (_, state) = found();
    let mut json = serde_json::to_value(&state).expect("JSON");
    assert_eq!(
        json["unread"],
        json!(["identityInfo.email", "identityInfo.secondaryEmail", "identityInfo.mobile"])
    );
    assert_eq!(serde_json::from_value::<UserState>(json.clone()).expect("a state"), state);
    let members = json.as_object_mut().expect("an object");
    members.remove("unread");
    members.insert("partial".into(), json!(true));
    assert_eq!(serde_json::from_value::<UserState>(json).expect("a state"), state);
}

#[test]
fn ignored_properties_are_read_where_a_changed_password_may_replace_the_user() {
    let document = with(&[("password", json!("Password123"))]);
    let mut state = state(&document);
    state.record.unread = PropertySet::WRITTEN_WHOLE;
    let settings = |changed| {
        Settings::builder()
            .password(PasswordPolicy::Replace)
            .maybe_password_changed(changed)
            .ignore_changes(vec![Property::SecurityProfileIds.into()])
            .build()
    };
    let kept = PropertySet::from_iter([Property::SecurityProfileIds]);
    assert_eq!(needs_reading(&spec(&document), &state, &settings(None)), kept);
    assert_eq!(needs_reading(&spec(&document), &state, &settings(Some(true))), kept);
    assert!(needs_reading(&spec(&document), &state, &settings(Some(false))).is_empty());
    let without = with(&[]);
    assert!(needs_reading(&spec(&without), &state, &settings(None)).is_empty());
}
