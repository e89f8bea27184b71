//! What a plan shows, and that an apply does just that.

use std::collections::{BTreeMap, BTreeSet};

use connect_user::{
    client::{
        ErrorKind,
        memory::{Fault, MemoryInstance, Outcome},
    },
    diff::{Action, ReplacementOrder},
    engine::{Failure, Kept, Resource, ResourceOptions, Snapshot, Spelling},
    user::{
        IdentityManagementType::{ConnectManaged, Saml},
        Operation, PULUMI_UNKNOWN, PasswordPolicy, Settings, SignOutOn, Value,
    },
};
use serde_json::json;

use super::support::{
    assert_is_within, changes, codes, create, diff, inputs, resource, service, text, update, value,
};

#[tokio::test]
async fn planned_outputs_are_unknown_where_only_an_apply_tells() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let unknown = inputs(json!({ "hierarchyGroupId": PULUMI_UNKNOWN, "tags": { "team": PULUMI_UNKNOWN } }));
    let planned = diff(&resource, None, &unknown).await;
    assert_eq!(planned.action, Action::Create);
    for name in ["id", "arn", "userId", "directoryUserId", "hierarchyGroupId", "tagsAll"] {
        assert_eq!(planned.outputs.get(name), Some(&Value::Unknown), "{name}");
    }
    assert_eq!(text(&planned.outputs, "name").as_deref(), Some("jane"));
    let failure = resource.create(&unknown, &ResourceOptions::default()).await.expect_err("not known");
    assert_eq!(codes(&failure), ["not-known-yet", "not-known-yet"]);
    assert!(connect.writes().is_empty(), "and nothing was done");
}

#[tokio::test]
async fn outputs_are_as_they_are_written_where_nothing_differs() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "securityProfileIds": ["s2", "s1"] }))).await;
    assert_eq!(user.outputs.get("securityProfileIds"), Some(&Value::List(vec!["s2".into(), "s1".into()])));
    let turned = inputs(json!({ "securityProfileIds": ["s1", "s2"] }));
    let planned = diff(&resource, Some(&user), &turned).await;
    assert!(planned.is_empty());
    assert_eq!(planned.outputs, user.outputs, "what is shown stays");
}

/// Whatever the first of two plans knows, the second has: else Terraform refuses the second.
#[tokio::test]
async fn what_is_partly_unknown_is_planned_as_it_may_come_also_if_it_turns_out_the_same() {
    let voice = |accepts: serde_json::Value| json!([{ "channel": "VOICE", "autoAccept": accepts }]);
    let callback = json!([{ "channel": "VOICE", "autoAccept": true, "agentFirstCallbackAutoAccept": false }]);
    let work = |channel: &str, limit: serde_json::Value| json!({ "channel": channel, "afterContactWorkConfig": { "afterContactWorkTimeLimit": limit } });
    let french = |value: &str, level: serde_json::Value| json!([{ "attributeName": "connect:Language", "attributeValue": value, "level": level }]);
    let arn = "arn:aws:connect:us-east-1:123456789012:instance/i/security-profile/s2";
    let unknown = || json!(PULUMI_UNKNOWN);
    for (property, before, early, late, ignored) in [
        ("autoAcceptConfigs", callback, voice(unknown()), voice(json!(true)), None),
        ("securityProfileIds", json!(["s1", "s2"]), json!([unknown(), arn]), json!(["s1", arn]), None),
        ("securityProfileIds", json!(["s1", "s2"]), json!(["s2", unknown()]), json!(["s2", "s1"]), None),
        (
            "afterContactWorkConfigs",
            json!([work("CHAT", json!(30)), work("TASK", json!(0))]),
            json!([work("CHAT", unknown())]),
            json!([work("CHAT", json!(30))]),
            None,
        ),
        (
            "userProficiencies",
            french("fr", json!(1)),
            french(PULUMI_UNKNOWN, json!(5)),
            french("fr", json!(5)),
            Some("userProficiencies[0].level"),
        ),
        (
            "userProficiencies",
            french("fr", json!(1)),
            french(PULUMI_UNKNOWN, json!(5)),
            french("fr", json!(5)),
            Some("userProficiencies[0]"),
        ),
    ] {
        let connect = service(Saml);
        let resource = resource(&connect);
        let of = |value: serde_json::Value| inputs(json!({ property: value }));
        let user = create(&resource, &of(before)).await;
        let ignored = ignored.into_iter().map(str::to_owned).collect();
        let options = ResourceOptions::builder().ignore_changes(ignored).build();
        let early = resource.diff(Some(&user), &of(early), &options).await.expect("a plan");
        let late = resource.diff(Some(&user), &of(late), &options).await.expect("a plan");
        assert!(late.is_empty(), "{property}: {:?}", changes(&late));
        assert!(early.outputs.get(property).is_some_and(Value::has_unknowns), "{property}");
        assert_is_within(&early.outputs, &late.outputs);
    }
}

/// Terraform refuses a plan that differs from the configuration, also where a part of it is unknown.
#[tokio::test]
async fn what_is_partly_unknown_is_planned_as_it_is_written_if_it_is_sure_to_change() {
    let unknown = || json!(PULUMI_UNKNOWN);
    let accepts =
        |channel: &str, accepts: serde_json::Value| json!({ "channel": channel, "autoAccept": accepts });
    let speaks = |value: &str, level: serde_json::Value| json!({ "attributeName": "connect:Language", "attributeValue": value, "level": level });
    let open_language = |level: u32| json!({ "attributeName": "connect:Language", "attributeValue": unknown(), "level": level });
    for (property, before, given, open) in [
        ("securityProfileIds", json!(["s1", "s2"]), json!(["s1", "s2", unknown()]), None),
        ("securityProfileIds", json!(["s1", "s2"]), json!(["s2", unknown()]), None),
        ("securityProfileIds", json!(["s1", "s2"]), json!(["s3", unknown()]), None),
        ("tags", json!({ "team": "ops" }), json!({ "team": "ops", "cost": unknown() }), None),
        (
            "userProficiencies",
            json!([speaks("fr", json!(1))]),
            json!([speaks("fr", json!(1)), speaks("en", unknown())]),
            None,
        ),
        (
            "userProficiencies",
            json!([speaks("fr", json!(1)), speaks("en", json!(1))]),
            json!([open_language(1)]),
            None,
        ),
        (
            "userProficiencies",
            json!([speaks("fr", json!(1))]),
            json!([speaks("fr", json!(1)), open_language(2)]),
            None,
        ),
        (
            "autoAcceptConfigs",
            json!([accepts("CHAT", json!(true))]),
            json!([accepts("TASK", unknown())]),
            None,
        ),
        // An element that may say no more than the default is unknown as a whole.
        (
            "autoAcceptConfigs",
            json!([accepts("CHAT", json!(true))]),
            json!([accepts("CHAT", json!(true)), accepts("TASK", unknown())]),
            Some(1),
        ),
    ] {
        let connect = service(Saml);
        let resource = resource(&connect);
        let user = create(&resource, &inputs(json!({ property: before }))).await;
        let planned = diff(&resource, Some(&user), &inputs(json!({ property: given.clone() }))).await;
        let mut expected = given;
        if let Some(element) = open {
            expected[element] = unknown();
        }
        assert_eq!(planned.outputs.get(property), Some(&value(expected)), "{property}");
    }
}

/// Else the old user would be deleted, and the new one refused.
#[tokio::test]
async fn a_replacement_by_a_user_that_cannot_be_created_is_refused() {
    let connect = service(ConnectManaged);
    let settings = Settings::builder().password(PasswordPolicy::Replace).build();
    let resource = || Resource::new(connect.clone(), settings.clone());
    let of = |password: &str, group: &str| inputs(json!({ "password": password, "hierarchyGroupId": group }));
    let user = create(&resource(), &of("Password123", "g1")).await;
    let options = ResourceOptions::builder().replace_on_changes(vec!["hierarchyGroupId".into()]).build();
    for (inputs, codes_of) in [
        (of("weak", "g1"), vec!["password-length", "password-weak"]),
        (of("", "g1"), vec!["password-length", "password-weak"]),
        (of("Password123", "g2"), vec![]),
        (of("Password124", "g2"), vec![]),
    ] {
        let planned = resource().diff(Some(&user), &inputs, &options).await;
        let is_refused = |failure: Failure| {
            let errors = failure.diagnostics.iter().filter(|found| found.is_error());
            errors.map(|found| found.code.as_str()).collect::<Vec<_>>()
        };
        match planned {
            Ok(planned) => assert_eq!((planned.action, codes_of), (Action::Replace, vec![])),
            Err(failure) => assert_eq!(is_refused(failure), codes_of),
        }
    }
}

/// Both say the phone only if the unknown block is there.
#[tokio::test]
async fn a_replacement_is_not_refused_for_what_an_unknown_value_that_is_ignored_may_say() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({}))).await;
    let options = ResourceOptions::builder().ignore_changes(vec!["phoneConfig".into()]).build();
    for block in [json!(PULUMI_UNKNOWN), json!(null)] {
        let lines = json!([{ "channel": "VOICE", "phoneType": "SOFT_PHONE" }]);
        let program = json!({ "name": "joan", "phoneConfig": block, "phoneNumberConfigs": lines });
        let planned = resource.diff(Some(&user), &inputs(program), &options).await.expect("a plan");
        assert_eq!(planned.action, Action::Replace);
    }
}

/// What is known to change comes as it is written, however much beside it is unknown.
#[tokio::test]
async fn tags_that_change_are_planned_beside_unknown_ones() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "tags": { "team": "ops" } }))).await;
    for (tags, shown) in [
        (json!({ "team": PULUMI_UNKNOWN, "cost": "7" }), json!({ "team": PULUMI_UNKNOWN, "cost": "7" })),
        (json!({ "team": PULUMI_UNKNOWN }), json!({ "team": PULUMI_UNKNOWN })),
    ] {
        let planned = diff(&resource, Some(&user), &inputs(json!({ "tags": tags }))).await;
        assert_eq!(planned.outputs.get("tags"), Some(&value(shown)));
    }
}

#[tokio::test]
async fn what_is_ignored_is_worked_into_the_inputs() {
    let connect = service(Saml);
    let resource = resource(&connect).with_spelling(Spelling::SnakeCase);
    let spelled = |members| Spelling::SnakeCase.value(inputs(members));
    let first = spelled(json!({ "hierarchyGroupId": "g1", "tags": { "team": "ops", "Cost": "7" } }));
    let user = create(&resource, &first).await;
    let second = spelled(json!({
        "name": "other", "hierarchyGroupId": "g2", "routingProfileId": "r2", "tags": { "team": "sales", "Cost": "8" }
    }));
    let options = ResourceOptions::builder()
        .ignore_changes(vec!["name".into(), "hierarchy_group_id".into(), "tags.Cost".into()])
        .build();
    let planned = resource.diff(Some(&user), &second, &options).await.expect("a plan");
    assert_eq!(changes(&planned), ["routing_profile_id", "tags.team"]);
    assert_eq!(text(&planned.inputs, "hierarchy_group_id").as_deref(), Some("g1"));
    assert_eq!(text(&planned.inputs, "tags.Cost").as_deref(), Some("7"));
    assert_eq!(text(&planned.outputs, "tags_all.Cost").as_deref(), Some("7"));
    // An engine that hands the planned inputs to the apply ignores nothing any more.
    let updated = update(&resource, &user, &planned.inputs).await.expect("an update");
    assert_eq!(text(&updated.outputs, "name").as_deref(), Some("jane"));
    assert_eq!(updated.outputs, planned.outputs);
    let wrong = ResourceOptions::builder().ignore_changes(vec!["nmae".into()]).build();
    let failure = resource.diff(Some(&user), &second, &wrong).await.expect_err("no such place");
    assert!(failure.to_string().contains("`nmae` names no property"), "{failure}");
}

/// Where channels say the phone, a block without its type is none.
#[tokio::test]
async fn what_is_ignored_of_another_instance_is_not_asked_of_the_new_one() {
    let connect = service(Saml);
    connect.add_instance(MemoryInstance::new("j", Saml));
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "hierarchyGroupId": "g1" }))).await;
    let ignored = vec!["hierarchyGroupId".into(), "routingProfileId".into()];
    let options = ResourceOptions::builder().ignore_changes(ignored).build();
    for (instance, profile, group) in [("i", "r1", Some("g1")), ("j", "r2", None)] {
        let desired = inputs(json!({ "instanceId": instance, "routingProfileId": "r2" }));
        let planned = resource.diff(Some(&user), &desired, &options).await.expect("a plan");
        assert_eq!(planned.is_replacement(), instance == "j");
        for document in [&planned.inputs, &planned.outputs] {
            assert_eq!(text(document, "routingProfileId").as_deref(), Some(profile), "{instance}");
            assert_eq!(text(document, "hierarchyGroupId").as_deref(), group, "{instance}");
        }
    }
}

#[tokio::test]
async fn an_ignored_phone_stays_beside_channels_that_say_it() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let block = json!({ "phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 5 });
    let user = create(&resource, &inputs(json!({ "phoneConfig": block }))).await;
    let voice = json!([{ "channel": "VOICE", "phoneType": "SOFT_PHONE" }]);
    let program = inputs(json!({ "phoneConfig": null, "phoneNumberConfigs": voice }));
    let options = ResourceOptions::builder().ignore_changes(vec!["phoneConfig".into()]).build();
    let planned = resource.diff(Some(&user), &program, &options).await.expect("a plan");
    let user = resource.update(&user, &planned.inputs, &options).await.expect("an update").snapshot;
    let (there, _) = &connect.users(&"i".into())[0];
    assert_eq!(there.phone.after_contact_work_time_limit, 5);
    assert!(resource.diff(Some(&user), &program, &options).await.expect("a plan").is_empty());
}

/// A block that is not known may set what is not ignored.
#[tokio::test]
async fn what_is_ignored_of_a_block_leaves_the_rest_of_it_unknown() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({}))).await;
    let open = inputs(json!({ "identityInfo": PULUMI_UNKNOWN }));
    for (ignored, stays) in [("identityInfo.firstName", Some("Jane")), ("identityInfo.mobile", None)] {
        let options = ResourceOptions::builder().ignore_changes(vec![ignored.into()]).build();
        let planned = resource.diff(Some(&user), &open, &options).await.expect("a plan");
        let block = planned.inputs.get("identityInfo").expect("the block");
        assert_eq!(block.get("lastName"), Some(&Value::Unknown), "{ignored}: {block:?}");
        assert_eq!(block.get("mobile").is_none(), ignored.ends_with("mobile"), "{ignored}: {block:?}");
        assert_eq!(text(&planned.outputs, "identityInfo.firstName").as_deref(), stays, "{ignored}");
        let is_open = planned.outputs.get("identityInfo") == Some(&Value::Unknown);
        assert_eq!(is_open, stays.is_none(), "a block in which nothing is known may be left out");
        let failure = update(&resource, &user, &planned.inputs).await.expect_err("not known yet");
        assert!(codes(&failure).iter().all(|code| *code == "not-known-yet"), "{failure}");
    }
}

#[tokio::test]
async fn the_keys_of_ignored_tags_are_never_spelled_otherwise() {
    for spelling in [Spelling::CamelCase, Spelling::SnakeCase, Spelling::PascalCase] {
        let connect = service(Saml);
        let resource = resource(&connect).with_spelling(spelling);
        let keys = ["a.user_id.b", "a.userId.b", "a.UserId.b", "user_id:x", "b"];
        let tags = |value: &'static str| keys.iter().map(|key| (*key, value)).collect::<BTreeMap<_, _>>();
        let user = create(&resource, &spelling.value(inputs(json!({ "tags": tags("1") })))).await;
        let second = spelling.value(inputs(json!({ "tags": tags("2") })));
        for (ignored, key) in [
            (r#"tags["a.user_id.b"]"#, "a.user_id.b"),
            ("tags.a.userId.b", "a.userId.b"),
            (r#"tags["a.UserId.b"]"#, "a.UserId.b"),
            ("tags.user_id:x", "user_id:x"),
            ("tags[*].b", "b"),
        ] {
            let ignored = ignored.replacen("tags", &spelling.name("tags"), 1);
            let options = ResourceOptions::builder().ignore_changes(vec![ignored]).build();
            let planned = resource.diff(Some(&user), &second, &options).await.expect("a plan");
            let rest = changes(&planned);
            assert!(rest.len() == keys.len() - 1, "{spelling:?} {key}: {rest:?}");
            assert!(!rest.iter().any(|change| change.contains(key) && key.len() > 1), "{key}: {rest:?}");
        }
    }
}

#[tokio::test]
async fn a_replacement_is_planned_and_never_done_by_an_update() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "hierarchyGroupId": "g1" }))).await;
    let renamed = inputs(json!({ "name": "joan" }));
    let planned = diff(&resource, Some(&user), &renamed).await;
    assert_eq!(planned.action, Action::Replace);
    assert_eq!(planned.replacement, Some(ReplacementOrder::CreateBeforeDelete));
    assert_eq!(planned.replaces().map(ToString::to_string).collect::<Vec<_>>(), ["name"]);
    for name in ["id", "arn", "userId"] {
        assert_eq!(planned.outputs.get(name), Some(&Value::Unknown), "{name} is another's");
    }
    assert_eq!(planned.outputs.get("hierarchyGroupId"), None, "the new user has none");
    connect.clear_calls();
    let failure = update(&resource, &user, &renamed).await.expect_err("a replacement");
    assert_eq!(codes(&failure), ["replacement-not-planned"]);
    assert_eq!(*failure.snapshot.expect("the user"), user);
    assert!(connect.writes().is_empty());

    let asked = ResourceOptions::builder().replace_on_changes(vec!["routingProfileId".into()]).build();
    let moved = inputs(json!({ "routingProfileId": "r2", "hierarchyGroupId": "g1" }));
    let planned = resource.diff(Some(&user), &moved, &asked).await.expect("a plan");
    assert_eq!(planned.replacement, Some(ReplacementOrder::DeleteBeforeCreate), "the name stays");
    let protected = ResourceOptions::builder().protect(true).build();
    let failure = resource.diff(Some(&user), &renamed, &protected).await.expect_err("protected");
    assert_eq!(codes(&failure), ["protected"]);
}

#[tokio::test]
async fn a_password_is_kept_as_a_fingerprint_and_nowhere_else() {
    let connect = service(ConnectManaged);
    let with = |password: &str| inputs(json!({ "password": password }));
    let resource = |password| Resource::new(connect.clone(), Settings::builder().password(password).build());
    let warns = resource(PasswordPolicy::Warn);
    let user = create(&warns, &with("Password123")).await;
    let kept = user.kept.write();
    assert!(!kept.contains("Password123") && kept.contains(r#""password":""#), "{kept}");
    for shown in [format!("{user:?}"), format!("{warns:?}"), format!("{:?}", user.outputs)] {
        assert!(!shown.contains("Password123"), "{shown}");
    }
    assert_eq!(text(&user.inputs, "password").as_deref(), Some("Password123"), "the engine's own");
    let stored = warns.without_secrets(user.clone());
    assert!(!serde_json::to_string(&stored).expect("a text").contains("Password123"));

    let user = Snapshot::new(Kept::read(&kept).expect("a record"));
    let planned = diff(&warns, Some(&user), &with("Password123")).await;
    assert!(planned.is_empty() && planned.diagnostics.is_empty(), "{planned:?}");
    let planned = diff(&warns, Some(&user), &with("Password124")).await;
    assert!(planned.is_empty());
    assert!(planned.diagnostics.iter().any(|found| found.code == "password-unchangeable"), "{planned:?}");
    let replaces = resource(PasswordPolicy::Replace);
    let planned = diff(&replaces, Some(&user), &with("Password124")).await;
    assert_eq!(planned.replaces().map(ToString::to_string).collect::<Vec<_>>(), ["password"]);
    assert!(!format!("{planned:?}").contains("Password124"));
    // A host that knows has the last word.
    for (says, password) in [(false, "Password124"), (true, "Password123")] {
        let options = ResourceOptions::builder().password_changed(says).build();
        let planned = replaces.diff(Some(&user), &with(password), &options).await.expect("a plan");
        assert_eq!(planned.is_replacement(), says);
    }
}

#[tokio::test]
async fn an_engine_hands_planned_outputs_to_an_apply() {
    // As Terraform does: it ignores changes while it plans, and the apply gets the program as it is written.
    let connect = service(ConnectManaged);
    let resource = resource(&connect);
    let program = inputs(json!({ "password": "Password123", "tags": { "team": PULUMI_UNKNOWN } }));
    let planned = diff(&resource, None, &program).await;
    let known = inputs(json!({ "password": "Password123", "tags": { "team": "ops" } }));
    let planned_again = diff(&resource, None, &known).await;
    let kept = Kept::read(&planned_again.kept.write()).expect("a record");
    let taken = resource.planned_inputs(&planned_again.outputs, &kept, &known);
    assert_eq!(text(&taken, "password").as_deref(), Some("Password123"));
    let options = ResourceOptions::builder().planned(&planned_again.outputs).build();
    let user = resource.create(&taken, &options).await.expect("a user").snapshot;
    let Value::Map(shown) = &planned.outputs else { panic!("an object") };
    for (name, value) in shown.iter().filter(|(name, _)| name != "tags") {
        let is_as_planned = *value == Value::Unknown || user.outputs.get(name) == Some(value);
        assert!(is_as_planned, "{name}: {value:?}, {:?}", user.outputs.get(name));
    }
    // Ignored changes are no inputs of the plan: a name that is written otherwise is not taken.
    let options = ResourceOptions::builder().ignore_changes(vec!["name".into()]).build();
    let program = inputs(json!({ "name": "other", "routingProfileId": "r2", "tags": { "team": "ops" } }));
    let planned = resource.diff(Some(&user), &program, &options).await.expect("a plan");
    let taken = resource.planned_inputs(&planned.outputs, &planned.kept, &program);
    let prior = Snapshot::new(planned.kept.clone()).with_outputs(user.outputs.clone());
    let updated = update(&resource, &prior, &taken).await.expect("an update");
    assert_eq!(text(&updated.outputs, "name").as_deref(), Some("jane"));
    assert_eq!(connect.writes(), [Operation::CreateUser, Operation::UpdateUserRoutingProfile]);
}

#[tokio::test]
async fn what_the_last_inputs_set_is_taken_away_also_where_it_changed_nothing() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "hierarchyGroupId": "g1" }))).await;
    let imported = resource.import(&user.id().expect("an id").to_string()).await.expect("a user");
    assert_eq!(text(&imported.inputs, "hierarchyGroupId").as_deref(), Some("g1"));
    assert_eq!(changes(&diff(&resource, Some(&imported), &inputs(json!({}))).await), ["hierarchyGroupId"]);
    // An engine that keeps no inputs leaves alone what nobody has set.
    let unknown = Snapshot::new(imported.kept.clone());
    assert!(diff(&resource, Some(&unknown), &inputs(json!({}))).await.is_empty());
}

/// An engine applies only what it sees a change in.
#[tokio::test]
async fn what_an_apply_left_to_do_is_a_change_that_an_engine_sees() {
    let connect = service(Saml);
    let settings = Settings::builder().sign_out_on(BTreeSet::from([SignOutOn::LostSecurityProfile])).build();
    let resource = Resource::new(connect.clone(), settings);
    let user = create(&resource, &inputs(json!({ "securityProfileIds": ["s1", "s2"] }))).await;
    let desired = inputs(json!({}));
    let denied = Outcome::Refused(ErrorKind::AccessDenied);
    connect.inject(Fault::of(Operation::DeleteAllEntitySessions, 1, denied));
    let failure = update(&resource, &user, &desired).await.expect_err("not allowed");
    let demoted = *failure.snapshot.expect("the user");
    let read = resource.read(&demoted).await.expect("a reading").expect("the user");
    assert!(read.drift.is_empty());
    for prior in [&demoted, &read.snapshot] {
        let planned = diff(&resource, Some(prior), &desired).await;
        assert_eq!((planned.action, changes(&planned).is_empty()), (Action::Update, true));
        assert_eq!(planned.outputs.get("tagsAll"), Some(&Value::Unknown));
        let told: Vec<_> =
            planned.diagnostics.iter().map(|told| (told.code.as_str(), &*told.message)).collect();
        assert_eq!(
            told,
            [("unfinished", "the user will be signed out, which is due since an earlier change")]
        );
    }
    connect.clear_calls();
    let done = update(&resource, &read.snapshot, &desired).await.expect("a sign-out");
    assert_eq!(connect.writes(), [Operation::DeleteAllEntitySessions]);
    assert_eq!(done.outputs, read.snapshot.outputs, "nothing else");
    let planned = diff(&resource, Some(&done), &desired).await;
    assert!(planned.is_empty() && planned.diagnostics.is_empty());
    assert_eq!(planned.outputs, done.outputs);
}
