//! Comparison and preview: which calls each change takes, and no more.

use connect_user::{
    diff::{Action, ChangeKind, ReplacementOrder, Risk, diff, preview, preview_deletion},
    user::{
        Code, OnChange, PULUMI_UNKNOWN, PasswordPolicy, PhoneLine, Property, PropertySet, Settings, Tags,
        UnrecognisedPolicy, UserState, ignored_path,
    },
};
use serde_json::{Value, json};

use crate::support::{base, change, operations, spec, state, with};

/// A property, two values for it, and the call that changes it.
struct Row {
    property: Property,
    one: Value,
    two: Value,
}

fn rows() -> Vec<Row> {
    let row = |property, one, two| Row { property, one, two };
    vec![
        row(Property::HierarchyGroupId, json!("g1"), json!("g2")),
        row(Property::FirstName, json!("Ann"), json!("Bea")),
        row(Property::LastName, json!("Ann"), json!("Bea")),
        row(Property::Email, json!("a@example.com"), json!("b@example.com")),
        row(Property::SecondaryEmail, json!("a@example.com"), json!("b@example.com")),
        row(Property::Mobile, json!("+16175550101"), json!("+16175550102")),
        row(Property::AfterContactWorkTimeLimit, json!(30), json!(60)),
        row(Property::AutoAccept, json!(true), json!(false)),
        row(Property::PersistentConnection, json!(true), json!(false)),
        row(
            Property::AutoAcceptConfigs,
            json!([{"channel": "CHAT", "autoAccept": true}]),
            json!([{"channel": "TASK", "autoAccept": true}]),
        ),
        row(
            Property::AfterContactWorkConfigs,
            json!([{"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 5}}]),
            json!([{"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 6}}]),
        ),
        row(
            Property::PersistentConnectionConfigs,
            json!([{"channel": "VOICE", "persistentConnection": true}]),
            json!([{"channel": "VOICE", "persistentConnection": false}]),
        ),
        row(
            Property::VoiceEnhancementConfigs,
            json!([{"channel": "VOICE", "voiceEnhancementMode": "VOICE_ISOLATION"}]),
            json!([{"channel": "VOICE", "voiceEnhancementMode": "NOISE_SUPPRESSION"}]),
        ),
    ]
}

fn call_of(property: Property) -> &'static str {
    match property.info().on_change {
        OnChange::Update([operation]) => operation.name(),
        other => panic!("{property}: {other:?}"),
    }
}

#[test]
fn what_is_the_same_takes_no_call() {
    for Row { property, one, two } in rows() {
        for value in [one, two, Value::Null] {
            let document = with(&[(property.path(), value)]);
            let preview = change(&document, &document);
            assert!(preview.is_empty(), "{property}: {preview:?}");
            assert_eq!(preview.diff.action, Action::None);
        }
    }
}

#[test]
fn one_property_takes_one_call_when_it_changes_comes_or_goes() {
    for Row { property, one, two } in rows() {
        let call = call_of(property);
        let document = |value: &Value| with(&[(property.path(), value.clone())]);
        for (before, after, kind) in [
            (&one, &two, ChangeKind::Update),
            (&Value::Null, &one, ChangeKind::Add),
            (&one, &Value::Null, ChangeKind::Delete),
        ] {
            let preview = change(&document(before), &document(after));
            assert_eq!(operations(&preview), [call], "{property} {kind:?}");
            assert_eq!(preview.diff.changes.len(), 1, "{property} {kind:?}: {:?}", preview.diff.changes);
            assert_eq!(preview.diff.changes[0].kind, kind, "{property}");
            assert_eq!(preview.diff.changes[0].path.to_string(), property.path());
            assert_eq!(preview.steps[0].covers, [property.into()], "{property}");
        }
    }
}

#[test]
fn what_was_never_set_is_left_alone() {
    for Row { property, one, .. } in rows() {
        let mut state = state(&with(&[(property.path(), one)]));
        state.record.managed.remove(property);
        let preview = preview(&spec(&base()), Some(&state), &Settings::default());
        assert!(preview.is_empty(), "{property}: {preview:?}");
    }
}

#[test]
fn several_properties_of_a_block_take_one_call() {
    let after = with(&[
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Bea")),
        ("phoneConfig.autoAccept", json!(true)),
        ("phoneConfig.afterContactWorkTimeLimit", json!(9)),
        ("routingProfileId", json!("r2")),
        ("securityProfileIds", json!(["s2", "s1"])),
    ]);
    assert_eq!(
        operations(&change(&base(), &after)),
        [
            "UpdateUserIdentityInfo",
            "UpdateUserRoutingProfile",
            "UpdateUserSecurityProfiles",
            "UpdateUserPhoneConfig"
        ],
    );
}

#[test]
fn security_profiles_are_a_set() {
    let two = with(&[("securityProfileIds", json!(["s1", "s2"]))]);
    let turned = with(&[(
        "securityProfileIds",
        json!(["arn:aws:connect:us-east-1:1:instance/i/security-profile/s2", "s1"]),
    )]);
    assert!(change(&two, &turned).is_empty());
    let grants = change(&base(), &two);
    assert_eq!(grants.steps[0].risks, [Risk::PrivilegeGrant]);
    let takes = change(&two, &base());
    assert_eq!(operations(&takes), ["UpdateUserSecurityProfiles"]);
    assert!(takes.steps[0].risks.is_empty());
}

#[test]
fn a_desk_phone_number_goes_with_the_desk_phone() {
    let desk = with(&[
        ("phoneConfig.phoneType", json!("DESK_PHONE")),
        ("phoneConfig.deskPhoneNumber", json!("+16175550101")),
    ]);
    let soft = with(&[("phoneConfig.deskPhoneNumber", json!("+16175550101"))]);
    for after in [&soft, &base()] {
        let preview = change(&desk, after);
        assert_eq!(operations(&preview), ["UpdateUserPhoneConfig"]);
        let Some(connect_user::diff::Call::Phone(phone)) = preview.steps[0].call() else {
            panic!("{preview:?}")
        };
        assert_eq!(phone.line, PhoneLine::Soft);
        let paths: Vec<_> = preview.diff.changes.iter().map(|change| change.path.to_string()).collect();
        assert_eq!(paths, ["phoneConfig.phoneType", "phoneConfig.deskPhoneNumber"]);
    }
    assert!(change(&soft, &base()).is_empty(), "without effect, and therefore no change");
    let other = with(&[
        ("phoneConfig.phoneType", json!("DESK_PHONE")),
        ("phoneConfig.deskPhoneNumber", json!("+16175550102")),
    ]);
    assert_eq!(operations(&change(&desk, &other)), ["UpdateUserPhoneConfig"]);
}

#[test]
fn a_name_or_instance_replaces_the_user_and_the_new_one_comes_first() {
    for (path, value) in [("name", json!("june")), ("instanceId", json!("j"))] {
        let preview = change(&base(), &with(&[(path, value)]));
        assert_eq!(preview.diff.action, Action::Replace);
        assert_eq!(preview.diff.replacement, Some(ReplacementOrder::CreateBeforeDelete));
        assert_eq!(operations(&preview), ["CreateUser", "DeleteUser"]);
        assert!(preview.steps.iter().all(|step| step.risks.contains(&Risk::Replacement)));
    }
    assert!(change(&base(), &with(&[("name", json!("Jane"))])).diff.action == Action::Replace, "case counts");
}

#[test]
fn what_replaces_the_user_is_a_whole_property_a_block_or_a_tag() {
    let french = |level: i64, team: &str| {
        let list = json!([{"attributeName": "connect:Language", "attributeValue": "fr", "level": level}]);
        with(&[("userProficiencies", list), ("tags", json!({ "team": team }))])
    };
    let replacing = |path: &str, after: &Value| {
        let path = ignored_path(path).expect("a path");
        let settings = Settings::builder().replace_on_changes(vec![path]).build();
        let preview = preview(&spec(after), Some(&state(&french(1, "a"))), &settings);
        let refusals = preview.diff.refusals().map(|refusal| refusal.to_string()).collect::<Vec<_>>();
        (preview.diff.action, refusals)
    };
    for path in ["userProficiencies", "tags.team", "tags", "all"] {
        assert_eq!(replacing(path, &french(3, "b")), (Action::Replace, Vec::new()), "{path}");
    }
    assert_eq!(replacing("identityInfo", &french(3, "b")), (Action::Update, Vec::new()));
    for path in ["userProficiencies[0].level", "userProficiencies[0]", "autoAcceptConfigs[0].autoAccept"] {
        for after in [french(3, "a"), french(1, "a")] {
            let (_, refusals) = replacing(path, &after);
            let list = path.split('[').next().expect("a list");
            let expected = format!(
                "a change of `{path}` alone cannot replace the user: `{list}` is compared as a whole"
            );
            assert!(matches!(refusals.as_slice(), [one] if one.contains(&expected)), "{refusals:?}");
        }
    }
}

#[test]
fn an_instance_by_its_arn_is_the_same_instance() {
    let arn = with(&[("instanceId", json!("arn:aws:connect:us-east-1:1:instance/i"))]);
    assert!(change(&base(), &arn).is_empty());
}

#[test]
fn passwords_follow_the_policy() {
    let document = with(&[("password", json!("Password123"))]);
    let of = |password, changed| {
        let settings = Settings::builder().password(password).maybe_password_changed(changed).build();
        preview(&spec(&document), Some(&state(&base())), &settings)
    };
    for policy in [PasswordPolicy::Warn, PasswordPolicy::Replace, PasswordPolicy::Refuse] {
        assert!(of(policy, None).is_empty(), "nobody knows the last one");
        assert!(of(policy, Some(false)).is_empty());
    }
    let warned = of(PasswordPolicy::Warn, Some(true));
    assert!(warned.is_empty());
    assert_eq!(warned.diff.notices[0].code, "password-unchangeable");
    let replaced = of(PasswordPolicy::Replace, Some(true));
    assert_eq!(operations(&replaced), ["DeleteUser", "CreateUser"]);
    assert_eq!(replaced.diff.replacement, Some(ReplacementOrder::DeleteBeforeCreate));
    assert_eq!(of(PasswordPolicy::Refuse, Some(true)).diff.refusals().count(), 1);
    let mut recorded = state(&base());
    recorded.record.password = Some("Password1234".into());
    let seen = diff(&spec(&document), Some(&recorded), &Settings::default());
    assert_eq!(seen.notices.len(), 1, "the recorded password is compared");
    let text = format!("{seen:?} {} {}", serde_json::to_string(&replaced).unwrap(), replaced.text("jane"));
    assert!(!text.contains("Password123"), "{text}");
}

#[test]
fn a_directory_user_id_is_refused_or_replaces() {
    let other = with(&[("directoryUserId", json!("d2"))]);
    let before = with(&[("directoryUserId", json!("d1"))]);
    let refused = change(&before, &other);
    assert_eq!(refused.diff.refusals().count(), 1);
    assert!(change(&before, &base()).is_empty(), "what the service filled in is no drift");
    let settings =
        Settings::builder().directory_user_id(connect_user::user::DirectoryUserIdPolicy::Replace).build();
    let replaced = preview(&spec(&other), Some(&state(&before)), &settings);
    assert_eq!(operations(&replaced), ["DeleteUser", "CreateUser"]);
}

/// The user that takes its place is created with both.
#[test]
fn a_user_that_is_replaced_gets_its_password_and_directory_user_id() {
    let before = state(&with(&[("directoryUserId", json!("d1"))]));
    let new = ("password", json!("Password123"));
    let after = with(&[("name", json!("june")), ("directoryUserId", json!("d2")), new]);
    for policy in [PasswordPolicy::Warn, PasswordPolicy::Refuse] {
        let settings = Settings::builder().password(policy).password_changed(true).build();
        let replaced = preview(&spec(&after), Some(&before), &settings);
        assert_eq!(operations(&replaced), ["CreateUser", "DeleteUser"]);
        assert_eq!(replaced.diff.notices, [], "{policy:?}");
    }
}

#[test]
fn tags_are_compared_key_by_key_under_the_default_tags() {
    let tags = |tags: Value| with(&[("tags", tags)]);
    let before = tags(json!({"a": "1", "b": "2", "c": "3"}));
    let preview_ = change(&before, &tags(json!({"b": "2", "c": "x", "d": "4"})));
    let changes: Vec<_> = preview_.diff.changes.iter().map(|c| (c.path.to_string(), c.kind)).collect();
    assert_eq!(
        changes,
        [
            ("tags.a".to_owned(), ChangeKind::Delete),
            ("tags.c".to_owned(), ChangeKind::Update),
            ("tags.d".to_owned(), ChangeKind::Add),
        ],
    );
    assert_eq!(operations(&preview_), ["UntagResource", "TagResource"]);
    assert_eq!(operations(&change(&before, &tags(json!({"a": "9", "b": "2", "c": "3"})))), ["TagResource"]);
    assert_eq!(operations(&change(&before, &base())), ["UntagResource"], "set before, left out now");

    let mut foreign = state(&base());
    foreign.tags_all = Tags::from([("aws:x".into(), "1".into()), ("hand".into(), "made".into())]);
    let seen = |document: &Value, settings: &Settings| {
        operations(&preview(&spec(document), Some(&foreign), settings))
    };
    assert!(seen(&base(), &Settings::default()).is_empty(), "nobody manages them");
    assert_eq!(seen(&tags(json!({})), &Settings::default()), ["UntagResource"], "all are managed now");
    let defaults = Settings::builder().default_tags(Tags::from([("team".into(), "ops".into())])).build();
    assert_eq!(seen(&base(), &defaults), ["TagResource"]);
    let mut defaulted = state(&base());
    defaulted.tags_all = Tags::from([("team".into(), "ops".into())]);
    defaulted.record.default_tag_keys = ["team".to_owned()].into();
    assert!(preview(&spec(&base()), Some(&defaulted), &defaults).is_empty());
    let gone = preview(&spec(&base()), Some(&defaulted), &Settings::default());
    assert_eq!(operations(&gone), ["UntagResource"], "a default that is no longer one");
}

#[test]
fn proficiencies_go_before_they_come() {
    let of = |list: &[(&str, i64)]| {
        let list: Vec<_> = list
            .iter()
            .map(|(value, level)| json!({"attributeName": "language", "attributeValue": value, "level": level}))
            .collect();
        with(&[("userProficiencies", json!(list))])
    };
    let preview = change(&of(&[("fr", 1), ("de", 2), ("en", 3)]), &of(&[("en", 3), ("de", 5), ("it", 1)]));
    assert_eq!(
        operations(&preview),
        ["DisassociateUserProficiencies", "UpdateUserProficiencies", "AssociateUserProficiencies"],
    );
    assert_eq!(operations(&change(&of(&[("fr", 1)]), &base())), ["DisassociateUserProficiencies"]);
    assert_eq!(operations(&change(&base(), &of(&[("fr", 1)]))), ["AssociateUserProficiencies"]);
    assert!(change(&of(&[("fr", 1), ("de", 2)]), &of(&[("de", 2), ("fr", 1)])).is_empty());
}

#[test]
fn a_phone_change_puts_back_what_it_flattens() {
    let work = |limit: i64| {
        json!([
            {"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": limit}},
            {"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 0}},
        ])
    };
    let before = with(&[("afterContactWorkConfigs", work(90))]);
    let after = with(&[("afterContactWorkConfigs", work(90)), ("phoneConfig.autoAccept", json!(true))]);
    let managed = change(&before, &after);
    assert_eq!(operations(&managed), ["UpdateUserPhoneConfig", "UpdateUserConfig"]);
    assert_eq!(managed.steps[0].risks, [Risk::Flattening]);
    let Some(connect_user::diff::Call::Channels(channels)) = managed.steps[1].call() else { panic!() };
    assert_eq!(channels.after_contact_work.len(), 1, "the chat's is the block's already");

    let mut by_hand = state(&before);
    by_hand.record.managed.remove(Property::AfterContactWorkConfigs);
    let auto = with(&[("phoneConfig.autoAccept", json!(true))]);
    let kept = preview(&spec(&auto), Some(&by_hand), &Settings::default());
    assert_eq!(operations(&kept), ["UpdateUserPhoneConfig", "UpdateUserConfig"], "set by hand, and kept");

    let mut mirrored = state(&with(&[("afterContactWorkConfigs", work(0))]));
    mirrored.record.managed.remove(Property::AfterContactWorkConfigs);
    let limit = with(&[("phoneConfig.afterContactWorkTimeLimit", json!(30))]);
    let followed = preview(&spec(&limit), Some(&mirrored), &Settings::default());
    assert_eq!(operations(&followed), ["UpdateUserPhoneConfig"], "what mirrors the block follows it");
}

#[test]
fn a_value_that_moves_between_block_and_channels_is_kept_or_changed_but_never_lost() {
    let voice = |auto_accept: bool| json!([{"channel": "VOICE", "autoAccept": auto_accept}]);
    let block = with(&[("phoneConfig.autoAccept", json!(true))]);
    let channels = |auto_accept| with(&[("autoAcceptConfigs", voice(auto_accept))]);
    assert!(change(&block, &channels(true)).is_empty(), "the same, said elsewhere");
    assert_eq!(
        operations(&change(&block, &channels(false))),
        ["UpdateUserPhoneConfig"],
        "the block says the default now"
    );
    assert_eq!(operations(&change(&channels(true), &block)), ["UpdateUserPhoneConfig"]);

    let work = |limit: i64| json!([{"channel": "VOICE", "afterContactWorkConfig": {"afterContactWorkTimeLimit": limit}}]);
    let block = with(&[("phoneConfig.afterContactWorkTimeLimit", json!(60))]);
    let channels = |limit| with(&[("afterContactWorkConfigs", work(limit))]);
    assert!(change(&block, &channels(60)).is_empty());
    assert_eq!(operations(&change(&block, &channels(0))), ["UpdateUserPhoneConfig"]);
    assert_eq!(operations(&change(&block, &channels(90))), ["UpdateUserPhoneConfig", "UpdateUserConfig"]);

    let desk = with(&[
        ("phoneConfig.phoneType", json!("DESK_PHONE")),
        ("phoneConfig.deskPhoneNumber", json!("+16175550101")),
    ]);
    let channel =
        |config: Value| with(&[("phoneConfig", Value::Null), ("phoneNumberConfigs", json!([config]))]);
    let soft = channel(json!({"channel": "VOICE", "phoneType": "SOFT_PHONE"}));
    let preview = change(&desk, &soft);
    assert_eq!(operations(&preview), ["UpdateUserPhoneConfig"]);
    let Some(connect_user::diff::Call::Phone(phone)) = preview.steps[0].call() else { panic!("{preview:?}") };
    assert_eq!(*phone, Default::default(), "neither the desk phone nor its number stays");
    let same = channel(json!({"channel": "VOICE", "phoneType": "DESK_PHONE", "phoneNumber": "+16175550101"}));
    assert!(change(&desk, &same).is_empty());
    let other =
        channel(json!({"channel": "VOICE", "phoneType": "DESK_PHONE", "phoneNumber": "+16175550102"}));
    assert_eq!(operations(&change(&desk, &other)), ["UpdateUserPhoneConfig", "UpdateUserConfig"]);

    let persistent = with(&[("phoneConfig.persistentConnection", json!(true))]);
    let off = with(&[(
        "persistentConnectionConfigs",
        json!([{"channel": "VOICE", "persistentConnection": false}]),
    )]);
    assert_eq!(operations(&change(&persistent, &off)), ["UpdateUserPhoneConfig"]);
}

#[test]
fn unknown_values_are_possible_changes() {
    let unknown = json!(PULUMI_UNKNOWN);
    let after = with(&[
        ("routingProfileId", unknown.clone()),
        ("securityProfileIds", json!(["s1", unknown])),
        ("hierarchyGroupId", unknown),
        ("phoneConfig.autoAccept", json!(true)),
    ]);
    let preview = change(&base(), &after);
    assert_eq!(preview.diff.action, Action::Update);
    let steps: Vec<_> = preview.steps.iter().map(|step| (step.operation.name(), step.possible)).collect();
    assert_eq!(
        steps,
        [
            ("UpdateUserRoutingProfile", true),
            ("UpdateUserSecurityProfiles", true),
            ("UpdateUserHierarchy", true),
            ("UpdateUserPhoneConfig", false),
        ],
    );
    let json = serde_json::to_value(&preview).unwrap();
    assert!(!json.to_string().contains(PULUMI_UNKNOWN), "{json}");
    let name = change(&base(), &with(&[("name", json!(PULUMI_UNKNOWN))]));
    assert_eq!(name.diff.action, Action::Update);
    assert!(name.diff.changes[0].forces_replacement && name.diff.changes[0].unknown);
}

#[test]
fn a_protected_user_is_neither_deleted_nor_replaced() {
    let settings = Settings::builder().protect(true).build();
    let replaced = preview(&spec(&with(&[("name", json!("june"))])), Some(&state(&base())), &settings);
    assert_eq!(replaced.diff.refusals().count(), 1);
    assert_eq!(preview_deletion(&state(&base()), &settings).diff.refusals().count(), 1);
    assert_eq!(preview_deletion(&state(&base()), &Settings::default()).diff.refusals().count(), 0);
}

#[test]
fn texts_are_escaped_and_secrets_left_out() {
    let document = with(&[
        ("password", json!("Password123")),
        ("identityInfo.firstName", json!("Ann\n+ forged: line")),
        ("identityInfo.email", json!("a@example.com")),
        ("tags", json!({"cost center": "7"})),
    ]);
    let created = preview(&spec(&document), None, &Settings::default());
    insta::assert_snapshot!(created.text("jane"), @r#"
    + jane will be created
        + instanceId: "i"
        + name: "jane"
        + password: (secret)
        + routingProfileId: "r1"
        + securityProfileIds: ["s1"]
        + identityInfo.firstName: "Ann\n+ forged: line"
        + identityInfo.email: "a@example.com"
        + phoneConfig.phoneType: "SOFT_PHONE"
        + tags["cost center"]: "7"
      1 call:
        CreateUser (connect:CreateUser, connect:TagResource)
    "#);
    let after = with(&[
        ("identityInfo.email", json!("b@example.com")),
        ("securityProfileIds", json!(["s1", "admin"])),
        ("tags", json!({"cost center": PULUMI_UNKNOWN})),
    ]);
    insta::assert_snapshot!(change(&document, &after).text("jane"), @r#"
    ~ jane will be updated in place
        ~ securityProfileIds: ["s1"] → ["s1","admin"]
        - identityInfo.firstName: "Ann\n+ forged: line" → null
        ~ identityInfo.email: "a@example.com" → "b@example.com"
        ~ tags["cost center"]: "7" → (known after apply)
      3 calls:
        UpdateUserIdentityInfo (connect:UpdateUserIdentityInfo): identityInfo.firstName, identityInfo.email
          ! account-takeover: a person who reads the mail of the new address can reset the password
        UpdateUserSecurityProfiles (connect:UpdateUserSecurityProfiles): securityProfileIds
          ! privilege-grant: grants a security profile
        TagResource (connect:TagResource, if needed): tags["cost center"]
    "#);
    let renamed = change(&document, &with(&[("name", json!("june"))]));
    insta::assert_snapshot!(renamed.text("jane"), @r#"
    +/- jane will be replaced: created, then deleted
        ~ name: "jane" → "june"  (forces replacement)
        - identityInfo.firstName: "Ann\n+ forged: line" → null
        - identityInfo.email: "a@example.com" → null
        - tags["cost center"]: "7" → null
      2 calls:
        CreateUser (connect:CreateUser)
          ! replacement: the new user has another id, and only the properties that the spec sets
        DeleteUser (connect:DeleteUser, connect:DescribeInstance)
          ! irreversible-deletion: a deleted user cannot be brought back
          ! quick-connects-left-behind: quick connects that lead to the user stay behind
          ! replacement: the new user has another id, and only the properties that the spec sets
    "#);
}

#[test]
fn drift_is_seen_in_every_property_and_nowhere_else() {
    use connect_user::diff::drift;

    for Row { property, one, two } in rows() {
        let of = |value: &Value| state(&with(&[(property.path(), value.clone())]));
        for (recorded, actual, kind) in [
            (&one, &two, ChangeKind::Update),
            (&Value::Null, &one, ChangeKind::Add),
            (&one, &Value::Null, ChangeKind::Delete),
        ] {
            let mut actual = of(actual);
            actual.record = Default::default();
            let seen = drift(&of(recorded), &actual, &Settings::default());
            assert_eq!(seen.len(), 1, "{property} {kind:?}: {seen:?}");
            assert_eq!(seen[0].path.to_string(), property.path());
        }
        assert!(drift(&of(&one), &of(&one), &Settings::default()).is_empty(), "{property}");
    }
    let mut tagged = state(&base());
    tagged.tags_all = Tags::from([("aws:x".into(), "1".into()), ("hand".into(), "made".into())]);
    let seen = drift(&state(&base()), &tagged, &Settings::default());
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].path.to_string().as_str(), seen[0].kind), ("tags.hand", ChangeKind::Add));
}

#[test]
fn an_unchanged_user_is_compared_without_an_allocation() {
    let document = with(&[
        ("hierarchyGroupId", json!("g1")),
        ("securityProfileIds", json!(["s2", "s1", "s3"])),
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.email", json!("a@example.com")),
        ("phoneConfig.phoneType", json!("DESK_PHONE")),
        ("phoneConfig.deskPhoneNumber", json!("+16175550101")),
        ("autoAcceptConfigs", json!([{"channel": "CHAT", "autoAccept": true}])),
        (
            "afterContactWorkConfigs",
            json!([{"channel": "TASK", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 5}}]),
        ),
        ("voiceEnhancementConfigs", json!([{"channel": "VOICE", "voiceEnhancementMode": "VOICE_ISOLATION"}])),
        ("userProficiencies", json!([{"attributeName": "language", "attributeValue": "fr", "level": 2}])),
        ("tags", json!({"team": "ops", "cost center": "7"})),
    ]);
    let (spec, state, settings) = (spec(&document), state(&document), Settings::default());
    let mut same = false;
    let info = allocation_counter::measure(|| same = diff(&spec, Some(&state), &settings).is_empty());
    assert!(same);
    assert_eq!(info.count_total, 0);
}

#[test]
fn no_name_forges_a_line() {
    let document = json!({"instanceId": "i\n+ x", "name": "jane", "evil\nname": 1});
    let value = serde_json::from_value(document).expect("a document");
    let (_, report) = connect_user::validate::validate_document(value, &Default::default());
    assert!(
        report.to_string().lines().all(|line| !line.starts_with("name") && !line.starts_with('+')),
        "{report}"
    );
    let text = preview(&spec(&base()), None, &Settings::default()).text("a\n- b will be deleted").to_string();
    assert!(text.starts_with("+ a\\n- b will be deleted will be created\n"), "{text}");
}

#[test]
fn a_name_that_is_left_out_stays() {
    let preview = change(&base(), &with(&[("name", Value::Null)]));
    assert!(preview.is_empty(), "{preview:?}");
}

#[test]
fn a_replaced_user_needs_no_proficiencies_read() {
    let proficiency = json!([{"attributeName": "l", "attributeValue": "f", "level": 1}]);
    let mut state = state(&base());
    state.properties.proficiencies = None;
    let wanted =
        |name: &str| spec(&with(&[("name", json!(name)), ("userProficiencies", proficiency.clone())]));
    let refusals = |name: &str| {
        let diff = diff(&wanted(name), Some(&state), &Settings::default());
        diff.refusals()
            .filter(|notice| notice.help.is_some())
            .map(|notice| notice.code.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(refusals("jane"), ["proficiencies-not-read"]);
    assert!(refusals("june").is_empty(), "a new user has none, whatever the old one has");
}

#[test]
fn a_step_that_is_only_possible_tells_what_it_may_lose() {
    let mut state = state(&base());
    state.record.unrecognised = vec!["phoneConfig.phoneType".to_owned()];
    let mut wanted = spec(&base());
    let config = wanted.phone_config.as_mut().expect("a phone");
    config.auto_accept = Some(connect_user::user::Input::Unknown);
    let steps = preview(&wanted, Some(&state), &Settings::default()).steps;
    let [step] = steps.as_slice() else { panic!("{steps:?}") };
    assert!(step.possible);
    assert_eq!(step.risks, [Risk::LosesUnrecognised]);
}

#[test]
fn a_call_tells_what_it_may_reset_in_the_blocks_that_it_writes_and_is_refused_on_demand() {
    let mode = "afterContactWorkConfigs[].afterContactWorkConfig.AfterContactWorkMode `ON`";
    let mut there = state(&base());
    there.record.unrecognised = vec![mode.to_owned(), "identityInfo.Pronouns".to_owned(), "Badge".to_owned()];
    let told = |change: (&str, serde_json::Value), policy: UnrecognisedPolicy| {
        let settings = Settings::builder().unrecognised(policy).build();
        preview(&spec(&with(&[change])), Some(&there), &settings)
    };
    let config = json!([{"channel": "CHAT", "autoAccept": true}]);
    let work = json!([{"channel": "CHAT", "afterContactWorkConfig": {"afterContactWorkTimeLimit": 5}}]);
    for (change, expected) in [
        (("routingProfileId", json!("other")), &[][..]),
        (("autoAcceptConfigs", config), &[]),
        (("afterContactWorkConfigs", work), &[mode]),
        // It sets one limit for all channels.
        (("phoneConfig.autoAccept", json!(true)), &[mode]),
        (("identityInfo.firstName", json!("June")), &["identityInfo.Pronouns"]),
        (("name", json!("june")), &[mode, "identityInfo.Pronouns", "Badge"]),
    ] {
        let warned = told(change.clone(), UnrecognisedPolicy::Warn);
        let notices: Vec<_> =
            warned.diff.notices.iter().filter(|notice| notice.code == "unrecognised-settings").collect();
        assert_eq!(warned.diff.refusals().count(), 0, "{change:?}");
        assert_eq!(notices.len(), usize::from(!expected.is_empty()), "{change:?}: {notices:?}");
        for notice in notices {
            assert!(notice.message.ends_with(&expected.join(", ")), "{notice}");
        }
        let refused = told(change.clone(), UnrecognisedPolicy::Refuse);
        assert_eq!(refused.diff.refusals().count(), usize::from(!expected.is_empty()), "{change:?}");
    }
}

#[test]
fn no_debug_output_tells_personal_data() {
    let personal = |one: &str, number: &str| {
        with(&[
            ("identityInfo.firstName", json!(format!("Maximiliane{one}"))),
            ("identityInfo.lastName", json!(format!("Mustermann{one}"))),
            ("identityInfo.email", json!(format!("max{one}@example.com"))),
            ("identityInfo.secondaryEmail", json!(format!("max{one}@example.org"))),
            ("identityInfo.mobile", json!(format!("+1617555010{number}"))),
            ("phoneConfig.phoneType", json!("DESK_PHONE")),
            ("phoneConfig.deskPhoneNumber", json!(format!("+1617555011{number}"))),
            (
                "phoneNumberConfigs",
                json!([{"channel": "VOICE", "phoneType": "DESK_PHONE", "phoneNumber": format!("+1617555012{number}")}]),
            ),
            ("password", json!("Password123")),
        ])
    };
    let (before, after) = (personal("a", "1"), personal("b", "2"));
    let there = state(&before);
    let settings = Settings::default();
    let previews = [
        preview(&spec(&after), None, &settings),
        preview(&spec(&after), Some(&there), &settings),
        preview_deletion(&there, &settings),
    ];
    let mut texts = vec![format!("{there:?} {:?}", spec(&after))];
    for preview in &previews {
        assert!(preview.diff.changes.len() > 5);
        texts.push(format!("{preview:?} {:?} {:?}", preview.diff, preview.steps));
        texts.extend(preview.diff.changes.iter().map(|change| format!("{change:?}")));
        texts.extend(preview.steps.iter().map(|step| format!("{step:?} {:?}", step.call())));
    }
    let mut taken = after.clone();
    taken.as_object_mut().expect("an object").remove("phoneNumberConfigs");
    let desired = connect_user::validate::resolve(spec(&taken), &Default::default()).expect("valid").0;
    let made = connect_user::diff::plan(desired.clone(), Some(&there), &settings).expect("a plan");
    texts.push(format!("{made:?} {desired:?}"));
    texts.push(format!("{:?}", connect_user::diff::plan_deletion(&there, &settings)));
    for text in texts {
        for part in ["Maximiliane", "Mustermann", "max", "1617555", "Password123"] {
            assert!(!text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn what_an_unfinished_replacement_left_is_deleted_and_the_text_says_so() {
    let mut there = state(&base());
    there.record.unfinished.replaced.push(state(&with(&[("name", json!("june"))])).to_replaced());
    let seen = preview(&spec(&base()), Some(&there), &Settings::default());
    assert_eq!(operations(&seen), ["DeleteUser"]);
    let text = seen.text("jane").to_string();
    assert!(
        text.starts_with(
            "~ jane is as desired; the old user left by an unfinished replacement will be deleted\n"
        ),
        "{text}"
    );
}

#[test]
fn a_replacement_names_what_the_new_user_will_not_have() {
    let lost = |user: &UserState, document: &Value| {
        let notices = preview(&spec(document), Some(user), &Settings::default()).diff.notices;
        let told = notices.into_iter().find(|notice| notice.code == Code::REPLACEMENT_LOSES);
        told.map(|notice| notice.message.to_string())
    };
    for Row { property, one, .. } in rows() {
        let set = (property.path(), one);
        let mut user = state(&with(std::slice::from_ref(&set)));
        // The changes show what the spec has set before.
        assert_eq!(lost(&user, &with(&[("name", json!("june"))])), None, "{property}");
        user.record.managed = PropertySet::EMPTY;
        let told = lost(&user, &with(&[("name", json!("june"))])).expect("a note");
        assert!(told.contains(&format!("`{property}`")), "{told}");
        assert_eq!(lost(&user, &with(&[("name", json!("june")), set.clone()])), None, "{property}");
        assert_eq!(lost(&user, &with(&[])), None, "{property}");
    }
    let mut user = state(&with(&[
        ("tags", json!({"team": "x", "aws:made": "by"})),
        ("userProficiencies", json!([{"attributeName": "a", "attributeValue": "b", "level": 3.0}])),
    ]));
    (user.record.managed, user.record.tag_keys) = (PropertySet::EMPTY, Default::default());
    insta::assert_snapshot!(lost(&user, &with(&[("name", json!("june"))])).expect("a note"), @r#"the new user will not have what the spec does not set: `userProficiencies` ([{"attributeName":"a","attributeValue":"b","level":3}]), `tags.team` ("x")"#);
}

#[test]
fn an_unknown_block_may_change_the_part_that_replaces_the_user() {
    let user = state(&with(&[("tags", json!({"team": "x"}))]));
    let settings = Settings::builder().replace_on_changes(vec!["tags.team".parse().expect("a path")]).build();
    let unknown = spec(&with(&[("tags", json!(PULUMI_UNKNOWN))]));
    let diff = diff(&unknown, Some(&user), &settings);
    assert_eq!(diff.action, Action::Update);
    assert!(diff.replacement.is_some() && diff.changes.iter().all(|change| change.forces_replacement));
}
