//! What is ignored is neither changed nor sent otherwise, and never replaces a user.

use connect_user::{
    diff::{Action, Call, ChangeKind, Plan, diff, drift, needs_reading, plan, preview},
    user::{
        IgnoreTags, PasswordPolicy, Path, PhoneLine, Property, PropertySet, Settings, Tags, UserState,
        ignored_path,
    },
    validate::{Context, resolve},
};
use serde_json::{Value, json};

use crate::support::{base, operations, spec, state, with};

fn ignoring(paths: &[&str]) -> Settings {
    let paths = paths.iter().map(|path| ignored_path(path).unwrap_or_else(|error| panic!("{error}")));
    Settings::builder().ignore_changes(paths.collect::<Vec<_>>()).build()
}

fn planned(document: &Value, state: &UserState, settings: &Settings) -> Plan {
    let context = Context::builder().settings(settings.clone()).prior(state).build();
    let (desired, _) = resolve(spec(document), &context).unwrap_or_else(|report| panic!("{report}"));
    plan(desired, Some(state), settings).unwrap_or_else(|refused| panic!("{refused}"))
}

fn before() -> Value {
    with(&[
        ("hierarchyGroupId", json!("g1")),
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Lee")),
        ("identityInfo.email", json!("ann@example.com")),
        ("phoneConfig.phoneType", json!("DESK_PHONE")),
        ("phoneConfig.deskPhoneNumber", json!("+16175550101")),
        ("phoneConfig.autoAccept", json!(true)),
        ("voiceEnhancementConfigs", json!([{"channel": "VOICE", "voiceEnhancementMode": "VOICE_ISOLATION"}])),
        ("userProficiencies", json!([{"attributeName": "a", "attributeValue": "b", "level": 3}])),
        ("tags", json!({"Name": "one", "a b": "two", "team": "ops"})),
    ])
}

#[test]
fn a_plan_that_ignores_nothing_calls_what_it_shows_whatever_the_user_was_validated_with() {
    let there = state(&before());
    let context = Context::builder().settings(ignoring(&["name", "instanceId"])).prior(&there).build();
    let mut document = before();
    (document["name"], document["instanceId"]) = (json!("joan"), json!("j"));
    let (desired, _) = resolve(spec(&document), &context).unwrap_or_else(|report| panic!("{report}"));
    assert_eq!(desired.name(), "jane");
    let plan = plan(desired, Some(&there), &Settings::default()).expect("a plan");
    assert_eq!(plan.action(), Action::Replace);
    let created = plan.desired().expect("a user");
    assert_eq!((created.name(), created.instance_id().bare()), ("joan", "j"));
}

/// A change of every property, and the paths that ignore it.
fn changes() -> Vec<(&'static str, Value, Vec<&'static str>)> {
    vec![
        ("instanceId", json!("j"), vec!["instanceId", "instance_id", "all"]),
        ("name", json!("june"), vec!["name", "all"]),
        ("directoryUserId", json!("d2"), vec!["directoryUserId", "all"]),
        ("hierarchyGroupId", json!("g2"), vec!["hierarchyGroupId", "hierarchy_group_id"]),
        ("routingProfileId", json!("r2"), vec!["routingProfileId", "routing_profile_id"]),
        ("securityProfileIds", json!(["s2"]), vec!["securityProfileIds", "security_profile_ids[*]"]),
        (
            "identityInfo.email",
            json!("x@example.com"),
            vec!["identityInfo.email", "identity_info[0].email", "identityInfo"],
        ),
        ("identityInfo.firstName", json!("Bea"), vec!["identityInfo.firstName", "identity_info"]),
        ("phoneConfig.phoneType", json!("SOFT_PHONE"), vec!["phoneConfig"]),
        (
            "phoneConfig.autoAccept",
            json!(false),
            vec!["phoneConfig.autoAccept", "phone_config[*].auto_accept"],
        ),
        (
            "voiceEnhancementConfigs",
            json!([{"channel": "VOICE", "voiceEnhancementMode": "NONE"}]),
            vec!["voiceEnhancementConfigs"],
        ),
        ("userProficiencies", json!([]), vec!["userProficiencies"]),
        (
            "tags",
            json!({"Name": "new", "a b": "two", "team": "ops"}),
            vec!["tags.Name", r#"tags["Name"]"#, "tags"],
        ),
        ("tags", json!({"Name": "one", "team": "ops"}), vec![r#"tags["a b"]"#, "tags.a b", "tags[*]"]),
    ]
}

#[test]
fn a_change_or_an_absence_that_is_ignored_is_none() {
    let state = state(&before());
    for (path, value, ignored) in changes() {
        let mut after = before();
        let place = path.split('.').fold(&mut after, |place, member| &mut place[member]);
        *place = value;
        assert!(!preview(&spec(&after), Some(&state), &Settings::default()).is_empty(), "{path}");
        for ignored in ignored {
            let settings = ignoring(&[ignored]);
            let seen = preview(&spec(&after), Some(&state), &settings);
            assert!(seen.is_empty() && seen.diff.notices.is_empty(), "{path} under {ignored}: {seen:#?}");
            let plan = planned(&after, &state, &settings);
            assert!(plan.is_empty(), "{path} under {ignored}: {plan:#?}");
        }
    }
    for path in [
        "hierarchyGroupId",
        "identityInfo.email",
        "identityInfo",
        "phoneConfig.autoAccept",
        "voiceEnhancementConfigs",
        "tags",
    ] {
        let mut after = before();
        let (block, member) = path.split_once('.').unwrap_or(("", path));
        let object = if block.is_empty() { &mut after } else { &mut after[block] };
        object.as_object_mut().expect("an object").remove(member);
        assert!(!preview(&spec(&after), Some(&state), &Settings::default()).is_empty(), "{path}");
        let seen = preview(&spec(&after), Some(&state), &ignoring(&[path]));
        assert!(seen.is_empty(), "{path}: {seen:#?}");
    }
}

#[test]
fn a_call_that_writes_the_block_sends_what_is_there() {
    let mut there = state(&before());
    there.properties.identity.email = Some("by.hand@example.com".into());
    there.properties.phone.line = PhoneLine::Desk(Some("+16175550199".into()));
    let mut after = before();
    after["identityInfo"]["firstName"] = json!("Bea");
    after["identityInfo"]["email"] = json!("program@example.com");
    after["phoneConfig"]["autoAccept"] = json!(false);
    after["phoneConfig"]["deskPhoneNumber"] = json!("+16175550102");
    let plan = planned(&after, &there, &ignoring(&["identityInfo.email", "phoneConfig.deskPhoneNumber"]));
    let (mut email, mut number) = (None, None);
    for step in plan.steps() {
        match step.call() {
            Some(Call::Identity(identity)) => email = identity.email.clone(),
            Some(Call::Phone(phone)) => number = phone.line.number().cloned(),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(email, Some("by.hand@example.com".into()));
    assert_eq!(number, Some("+16175550199".into()));
    let paths: Vec<_> = plan.preview().diff.changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["identityInfo.firstName", "phoneConfig.autoAccept"]);
}

#[test]
fn an_ignored_number_that_a_soft_phone_cannot_have_is_shown_to_go() {
    let before = with(&[
        ("phoneConfig.phoneType", json!("DESK_PHONE")),
        ("phoneConfig.deskPhoneNumber", json!("+16175550101")),
    ]);
    let ignored = ignoring(&["phoneConfig.deskPhoneNumber"]);
    for after in [base(), with(&[("phoneConfig.deskPhoneNumber", json!("+16175550101"))])] {
        let seen = preview(&spec(&after), Some(&state(&before)), &ignored);
        let changes: Vec<_> = seen
            .diff
            .changes
            .iter()
            .map(|change| (change.property, change.kind, change.after.is_some()))
            .collect();
        let expected = [
            (Property::PhoneType, ChangeKind::Update, true),
            (Property::DeskPhoneNumber, ChangeKind::Delete, false),
        ];
        assert_eq!(changes, expected);
        assert_eq!(operations(&seen), ["UpdateUserPhoneConfig"]);
    }
    // While the type is a telephone, the number stays as it is.
    let mut other = before.clone();
    other["phoneConfig"]["deskPhoneNumber"] = json!("+16175550102");
    assert!(preview(&spec(&other), Some(&state(&before)), &ignored).is_empty());
}

#[test]
fn a_desk_phone_that_is_ignored_keeps_its_number() {
    let state = state(&before());
    let soft = with(&[
        ("identityInfo.firstName", json!("Ann")),
        ("phoneConfig.afterContactWorkTimeLimit", json!(9)),
    ]);
    let seen = preview(&spec(&soft), Some(&state), &ignoring(&["phoneConfig.phoneType"]));
    let phone = seen.steps.iter().find_map(|step| match step.call() {
        Some(Call::Phone(phone)) => Some(phone.clone()),
        _ => None,
    });
    assert_eq!(phone.expect("a call").line, PhoneLine::Desk(Some("+16175550101".into())));
}

#[test]
fn passwords_that_are_ignored_follow_no_policy() {
    let document = with(&[("password", json!("Password123"))]);
    for policy in [PasswordPolicy::Warn, PasswordPolicy::Replace, PasswordPolicy::Refuse] {
        let mut settings = ignoring(&["password"]);
        settings.password = policy;
        settings.password_changed = Some(true);
        let seen = preview(&spec(&document), Some(&state(&base())), &settings);
        assert!(seen.is_empty() && seen.diff.notices.is_empty(), "{policy:?}: {seen:?}");
    }
}

#[test]
fn a_new_user_gets_what_is_ignored_and_a_replacement_what_the_old_one_has() {
    let mut settings = ignoring(&["identityInfo.email", "tags.team", "hierarchyGroupId"]);
    settings.default_tags = Tags::from([("cost".into(), "7".into())]);
    let created = preview(&spec(&before()), None, &settings);
    let paths: Vec<_> = created.diff.changes.iter().map(|change| change.path.to_string()).collect();
    for path in ["identityInfo.email", "tags.team", "tags.cost", "hierarchyGroupId"] {
        assert!(paths.iter().any(|found| found == path), "{path}");
    }
    let mut there = state(&before());
    there.properties.identity.email = Some("by.hand@example.com".into());
    there.properties.hierarchy_group_id = None;
    there.tags_all.insert("team".into(), "hand".into());
    let mut after = before();
    after["name"] = json!("june");
    let plan = planned(&after, &there, &settings);
    assert_eq!(plan.action(), Action::Replace);
    let desired = plan.desired().expect("a user");
    assert_eq!(desired.properties().identity.email, Some("by.hand@example.com".into()));
    assert_eq!(desired.properties().hierarchy_group_id, None);
    assert_eq!(desired.tags_all().get("team").expect("an entry"), "hand");
    there.record.unread = PropertySet::NOT_IN_SEARCH;
    assert_eq!(needs_reading(&spec(&after), &there, &settings), [Property::Email].into_iter().collect());
}

#[test]
fn ids_of_an_instance_are_not_kept_in_another_one() {
    let settings =
        ignoring(&["routingProfileId", "securityProfileIds", "hierarchyGroupId", "identityInfo.email"]);
    let mut there = state(&before());
    there.properties.routing_profile_id = "by-hand".into();
    there.properties.security_profile_ids = ["by-hand".into()].into();
    there.properties.hierarchy_group_id = Some("by-hand".into());
    there.properties.identity.email = Some("by.hand@example.com".into());
    let mut after = before();
    for (member, value, is_kept) in [
        ("name", "june", true),
        ("instanceId", "arn:aws:connect:us-east-1:123456789012:instance/i", true),
        ("instanceId", "j", false),
    ] {
        after[member] = json!(value);
        let plan = planned(&after, &there, &settings);
        assert_eq!(plan.action(), Action::Replace);
        let properties = plan.desired().expect("a user").properties();
        let given = spec(&before()).routing_profile_id.known().cloned().expect("an id");
        let expected = if is_kept { "by-hand".into() } else { given };
        assert_eq!(properties.routing_profile_id, expected, "{value}");
        assert_eq!(properties.security_profile_ids.contains(&"by-hand".into()), is_kept, "{value}");
        let group = properties.hierarchy_group_id.is_some_and(|group| group.as_str() == "by-hand");
        assert_eq!(group, is_kept, "{value}");
        assert_eq!(properties.identity.email, Some("by.hand@example.com".into()), "{value}");
    }
}

#[test]
fn what_is_ignored_stays_recorded_as_it_was() {
    let mut after = before();
    after["routingProfileId"] = json!("r2");
    after["identityInfo"]["secondaryEmail"] = json!("second@example.com");
    let settings =
        ignoring(&["identityInfo.email", "identityInfo.secondaryEmail", "tags.Name", "tags.other"]);
    after["tags"]["other"] = json!("x");
    let plan = planned(&after, &state(&before()), &settings);
    assert_eq!(operations(&plan.preview()), ["UpdateUserRoutingProfile"]);
    let managed = plan.desired().expect("a user").managed();
    assert!(managed.contains(Property::Email), "an earlier apply has set it");
    assert!(!managed.contains(Property::SecondaryEmail), "no call has set it");
}

#[test]
fn tags_of_others_are_neither_shown_nor_compared_nor_removed() {
    let mut there = state(&before());
    there.tags_all.insert("owner".into(), "somebody".into());
    there.tags_all.insert("k8s/one".into(), "1".into());
    let other = there.clone();
    let document = before();
    assert_eq!(operations(&preview(&spec(&document), Some(&there), &Settings::default())), ["UntagResource"]);
    let settings = Settings::builder().ignore_tags(IgnoreTags::new(["owner"], ["k8s/"])).build();
    assert!(planned(&document, &there, &settings).is_empty());
    there.tags_all.insert("k8s/one".into(), "2".into());
    there.tags_all.insert("k8s/two".into(), "2".into());
    assert!(drift(&other, &there, &settings).is_empty());
    assert_eq!(drift(&other, &there, &Settings::default()).len(), 2);
    let gone = connect_user::diff::preview_deletion(&there, &settings);
    assert!(gone.diff.changes.iter().all(|change| !change.path.to_string().contains("k8s")), "{gone:?}");
    // All of them may be: the whole map is left alone.
    let all = Settings::builder().ignore_tags(IgnoreTags::new([""; 0], [""])).build();
    assert!(diff(&spec(&base()), Some(&there), &all).changes.iter().all(|c| c.property != Property::Tags));
}

#[test]
fn a_tag_of_others_in_the_program_is_an_error_and_never_set() {
    let ignore = IgnoreTags::new(["owner"], [""; 0]);
    let mut settings = Settings::builder().ignore_tags(ignore).build();
    let document = with(&[("tags", json!({"owner": "me"}))]);
    let report = resolve(spec(&document), &Context::builder().settings(settings.clone()).build())
        .expect_err("an error");
    let found: Vec<_> = report.errors().map(|v| (v.path.to_string(), v.code.as_str())).collect();
    assert_eq!(found, [("tags.owner".to_owned(), "tag-ignored")]);
    let created = preview(&spec(&document), None, &settings);
    assert!(created.diff.changes.iter().all(|change| change.property != Property::Tags), "{created:?}");
    settings.default_tags = Tags::from([("owner".into(), "me".into())]);
    let report =
        resolve(spec(&base()), &Context::builder().settings(settings).build()).expect_err("an error");
    assert!(report.to_string().contains("the default tag `owner`"), "{report}");
}

#[test]
fn a_path_to_nothing_is_an_error_with_a_suggestion() {
    for (path, message) in [
        (
            "identityInfo.emial",
            "`identityInfo.emial` names no property of a user; did you mean `identityInfo.email`?",
        ),
        (
            "routing_profile",
            "`routing_profile` names no property of a user; did you mean `routingProfileId`?",
        ),
        ("", "`` names no property of a user"),
        ("name.first", "`name.first` names no property of a user"),
        ("pagerNumber", "`pagerNumber` names no property of a user"),
        (r#"tags[""#, r#"`tags["` is not a path: a name in quotes does not end, or has a bad escape"#),
        (r#"tags["a]"#, r#"`tags["a]` is not a path: a name in quotes does not end, or has a bad escape"#),
        (
            "tags[a]",
            "`tags[a]` is not a path: brackets must hold a whole number from 0, or a name in double quotes",
        ),
        ("tags.", "`tags.` is not a path: a name is empty"),
        (r#"tags[""]"#, r#"`tags[""]` is not a path: the key of a tag is empty"#),
        ("userProficiencies[", "`userProficiencies[` is not a path: a `[` has no `]`"),
        ("userProficiencies]", "`userProficiencies]` is not a path: a `]` has no `[`"),
        (
            "userProficiencies[x].level",
            "`userProficiencies[x].level` is not a path: brackets must hold a whole number from 0, or a name in double quotes",
        ),
        (
            "userProficiencies[1]level",
            "`userProficiencies[1]level` is not a path: a `]` must be followed by `.`, `[` or nothing",
        ),
        (
            "securityProfileIds[1]",
            "`securityProfileIds[1]` names a part of `securityProfileIds` that cannot be ignored by itself",
        ),
    ] {
        let error = ignored_path(path).expect_err(path);
        assert_eq!(error.to_string(), message);
        assert!(!error.help().is_empty());
    }
    // A tag that nobody has yet may be there later.
    for path in ["tags.nobody's: own", r#"tags["nobody's: own"]"#] {
        assert_eq!(ignored_path(path), Ok(Path::from(Property::Tags).key("nobody's: own")));
    }
    assert_eq!(ignored_path("all"), Ok(Path::root()));
}

/// People copy a path from what they are shown.
#[test]
fn the_path_of_a_tag_is_read_as_it_is_shown() {
    for key in [
        "team",
        "cost center",
        "\0n",
        "a\nb\tc",
        "\u{202e}x",
        "\u{1bca0}",
        "😀\u{200b}",
        "\"",
        "\\u{41}",
        "\\",
        "]",
        "*x",
    ] {
        let path = Path::from(Property::Tags).key(key);
        assert_eq!(ignored_path(&path.to_string()).as_ref(), Ok(&path), "{path}");
    }
    assert_eq!(ignored_path(r#"tags["\u0041\ud83d\ude00"]"#), Ok(Path::from(Property::Tags).key("A😀")));
    for wrong in
        [r#"tags["\u{d800}"]"#, r#"tags["\u{41"]"#, r#"tags["\x41"]"#, r#"tags["\"]"#, r#"tags["a"b"]"#]
    {
        assert!(ignored_path(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn preview_and_plan_go_by_the_same_options() {
    let tags = Tags::from([("team".into(), "x".into())]);
    let settings = Settings::builder().default_tags(tags).build();
    let (desired, _) =
        resolve(spec(&base()), &Context::builder().settings(settings.clone()).build()).expect("valid");
    for state in [None, Some(state(&base()))] {
        let shown = preview(&spec(&base()), state.as_ref(), &settings);
        let made = plan(desired.clone(), state.as_ref(), &settings).expect("a plan");
        assert_eq!(made.preview(), shown);
    }
    let refused = plan(desired, None, &Settings::default()).expect_err("not what was validated");
    assert_eq!(refused.diagnostics()[0].code, "settings-differ");
}

#[test]
fn elements_of_lists_are_told_apart_by_what_they_are_about() {
    let skill = |value: &str, level: i64| json!({"attributeName": "language", "attributeValue": value, "level": level});
    let there = state(&with(&[
        ("userProficiencies", json!([skill("de", 1), skill("fr", 2)])),
        ("autoAcceptConfigs", json!([{"channel": "CHAT", "autoAccept": true}])),
    ]));
    let after = with(&[
        // In another order, one with another level, and one that is not there.
        ("userProficiencies", json!([skill("fr", 5), skill("en", 3), skill("de", 4)])),
        (
            "autoAcceptConfigs",
            json!([{"channel": "TASK", "autoAccept": true}, {"channel": "CHAT", "autoAccept": false}]),
        ),
    ]);
    let of = |paths: &[&str]| operations(&preview(&spec(&after), Some(&there), &ignoring(paths)));
    let all = ["UpdateUserConfig", "UpdateUserProficiencies", "AssociateUserProficiencies"];
    assert_eq!(of(&[]), all);
    assert_eq!(
        of(&["userProficiencies[0].level", "user_proficiencies[2]"]),
        ["UpdateUserConfig", "AssociateUserProficiencies"]
    );
    assert_eq!(of(&["userProficiencies[1]"]), ["UpdateUserConfig", "UpdateUserProficiencies"]);
    assert_eq!(of(&["autoAcceptConfigs[0]", "autoAcceptConfigs[1].autoAccept"]), all[1..]);
    assert_eq!(of(&["autoAcceptConfigs[7]"]), all, "there is no such element");
    let settings = ignoring(&["userProficiencies[1]", "userProficiencies[2]"]);
    let plan = planned(&after, &there, &settings);
    let desired = plan.desired().expect("a user").properties().proficiencies.clone().expect("some");
    assert_eq!(desired.values().copied().collect::<Vec<_>>(), [1, 5], "the levels of `de` and `fr`");
    for path in [
        "userProficiencies[0].attributeName",
        "userProficiencies[0].shoeSize",
        "userProficiencies[x]",
        "name[0]",
        "autoAcceptConfigs[0].channel",
    ] {
        assert!(ignored_path(path).is_err(), "{path}");
    }
    let nested = "after_contact_work_configs[0].after_contact_work_config.after_contact_work_time_limit";
    assert_eq!(
        ignored_path(nested).expect("a path").to_string(),
        "afterContactWorkConfigs[0].afterContactWorkConfig.afterContactWorkTimeLimit",
    );
}

#[test]
fn a_directory_s_names_may_differ_where_that_is_ignored_or_not_read() {
    let kind = connect_user::user::IdentityManagementType::ExistingDirectory;
    let mut there = state(&before());
    let mut after = before();
    after["identityInfo"]["email"] = json!("x@example.com");
    let check = |there: &UserState, mut settings: Settings| {
        settings.identity_management = Some(kind);
        let context = Context::builder().settings(settings).prior(there).build();
        let report = connect_user::validate::validate(&spec(&after), &context);
        report.errors().map(|violation| violation.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(check(&there, Settings::default()), ["directory-identity-fixed"]);
    assert!(check(&there, ignoring(&["identityInfo"])).is_empty());
    there.record.unread = PropertySet::NOT_IN_SEARCH;
    assert!(check(&there, Settings::default()).is_empty());
}
