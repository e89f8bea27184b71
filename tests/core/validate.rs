//! Rules: each with a user that breaks it and one that does not.

use std::collections::BTreeSet;

use connect_user::{
    user::{
        AutoName, Code, IdentityManagementType, IgnoreTags, PULUMI_UNKNOWN, PasswordPolicy, Settings,
        Severity, Stage, Tags, UserSpec, UserState, Value as Document,
    },
    validate::{Context, Overrides, Report, resolve, validate, validate_document},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{base, spec, state, with};

const MANAGED: Option<IdentityManagementType> = Some(IdentityManagementType::ConnectManaged);
const SAML: Option<IdentityManagementType> = Some(IdentityManagementType::Saml);
const DIRECTORY: Option<IdentityManagementType> = Some(IdentityManagementType::ExistingDirectory);

/// A user who breaks one rule, and the place.
pub struct Case {
    pub code: &'static str,
    path: &'static str,
    kind: Option<IdentityManagementType>,
    document: Value,
    default_tags: Tags,
    ignore_tags: IgnoreTags,
    prior: Option<UserState>,
}

fn case(
    code: &'static str,
    path: &'static str,
    kind: Option<IdentityManagementType>,
    members: &[(&str, Value)],
) -> Case {
    Case {
        code,
        path,
        kind,
        document: with(members),
        default_tags: Tags::new(),
        ignore_tags: IgnoreTags::default(),
        prior: None,
    }
}

/// Names, an e-mail address and a password: what a `CONNECT_MANAGED` instance asks for.
fn managed(members: &[(&str, Value)]) -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("password", json!("Password123")),
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Lee")),
        ("identityInfo.email", json!("ann@example.com")),
    ];
    for (path, value) in members {
        // The paths of this file are all literals; leaking them is the shortest way to a static one.
        all.push((Box::leak(path.to_string().into_boxed_str()), value.clone()));
    }
    all
}

fn text(length: usize) -> Value {
    json!("x".repeat(length))
}

fn work(channel: &str, limit: i64) -> Value {
    json!([{"channel": channel, "afterContactWorkConfig": {"afterContactWorkTimeLimit": limit}}])
}

fn proficiency(name: &str, value: &str, level: i64) -> Value {
    json!({"attributeName": name, "attributeValue": value, "level": level})
}

pub fn cases() -> Vec<Case> {
    let arn = |instance: &str, kind: &str| {
        json!(format!("arn:aws:connect:us-east-1:1:instance/{instance}/{kind}/x"))
    };
    let fifty: Value =
        (0..51).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    let mut cases = vec![
        case("instance-id-length", "instanceId", None, &[("instanceId", text(101))]),
        case("invalid-id", "routingProfileId", None, &[("routingProfileId", json!("r 1"))]),
        case("invalid-id", "routingProfileId", None, &[("routingProfileId", json!(""))]),
        case(
            "invalid-id",
            "securityProfileIds[1]",
            None,
            &[("securityProfileIds", json!(["s1", arn("i", "agent")]))],
        ),
        case("invalid-id", "hierarchyGroupId", None, &[("hierarchyGroupId", arn("i", "routing-profile"))]),
        case("foreign-arn", "routingProfileId", None, &[("routingProfileId", arn("j", "routing-profile"))]),
        case("foreign-arn", "hierarchyGroupId", None, &[("hierarchyGroupId", arn("j", "agent-group"))]),
        case("name-missing", "name", None, &[("name", Value::Null)]),
        case("name-length", "name", None, &[("name", text(101))]),
        case("name-length", "name", None, &[("name", json!(""))]),
        case(
            "name-length",
            "name",
            SAML,
            &[
                ("name", text(65)),
                ("identityInfo.firstName", json!("A")),
                ("identityInfo.lastName", json!("B")),
            ],
        ),
        case(
            "name-characters",
            "name",
            SAML,
            &[
                ("name", json!("jané")),
                ("identityInfo.firstName", json!("A")),
                ("identityInfo.lastName", json!("B")),
            ],
        ),
        case(
            "name-characters",
            "name",
            SAML,
            &[
                ("name", json!("CORP\\jane")),
                ("identityInfo.firstName", json!("A")),
                ("identityInfo.lastName", json!("B")),
            ],
        ),
        case("name-at-sign", "name", None, &[("name", json!("jane@"))]),
        case("name-at-sign", "name", None, &[("name", json!("testuser@example"))]),
        case("name-at-sign", "name", None, &[("name", json!("mholt@0058d00000AbCdEQAV@00D8d000001XyZaEAK"))]),
        case("surrounding-white-space", "name", None, &[("name", json!("jane "))]),
        case("surrounding-white-space", "directoryUserId", None, &[("directoryUserId", json!("\u{a0}d"))]),
        case(
            "surrounding-white-space",
            "identityInfo.lastName",
            None,
            &[("identityInfo.lastName", json!("Lee\n"))],
        ),
        case(
            "surrounding-white-space",
            "identityInfo.email",
            None,
            &[("identityInfo.email", json!(" a@example.com"))],
        ),
        case(
            "surrounding-white-space",
            "identityInfo.secondaryEmail",
            None,
            &[("identityInfo.secondaryEmail", json!("a@example.com\t"))],
        ),
        case(
            "surrounding-white-space",
            "userProficiencies[0].attributeValue",
            None,
            &[("userProficiencies", json!([proficiency("n", "v ", 1)]))],
        ),
        case("control-character", "name", None, &[("name", json!("ja\u{7f}ne"))]),
        case("control-character", "name", None, &[("name", json!("ja\u{ffff}ne"))]),
        case("control-character", "name", None, &[("name", json!("ja\u{200b}ne"))]),
        case("control-character", "name", None, &[("name", json!("ja\u{202e}ne"))]),
        case("control-character", "name", None, &[("name", json!("ja\u{200d}ne"))]),
        case(
            "control-character",
            "userProficiencies[0].attributeName",
            None,
            &[("userProficiencies", json!([proficiency("n\u{ad}n", "v", 1)]))],
        ),
        case(
            "control-character",
            "identityInfo.firstName",
            None,
            &[("identityInfo.firstName", json!("An\u{85}n"))],
        ),
        case("control-character", "directoryUserId", None, &[("directoryUserId", json!("d\u{2028}d"))]),
        case("name-over-20", "name", DIRECTORY, &[("name", text(21))]),
        case("password-required", "password", MANAGED, &managed(&[("password", Value::Null)])),
        case("password-not-allowed", "password", DIRECTORY, &[("password", json!("Password123"))]),
        case("password-length", "password", MANAGED, &managed(&[("password", json!("Passw0r"))])),
        case(
            "password-length",
            "password",
            MANAGED,
            &managed(&[("password", json!(format!("Aa1{}", "x".repeat(62))))]),
        ),
        case(
            "password-white-space",
            "password",
            MANAGED,
            &managed(&[("password", json!("Password\u{a0}123"))]),
        ),
        case("password-weak", "password", MANAGED, &managed(&[("password", json!("PASSWORD123"))])),
        case(
            "directory-user-id-not-allowed",
            "directoryUserId",
            SAML,
            &[
                ("directoryUserId", json!("d")),
                ("identityInfo.firstName", json!("A")),
                ("identityInfo.lastName", json!("B")),
            ],
        ),
        case("security-profile-count", "securityProfileIds", None, &[("securityProfileIds", json!([]))]),
        case(
            "security-profile-count",
            "securityProfileIds",
            None,
            &[("securityProfileIds", (0..11).map(|n| format!("s{n}")).collect())],
        ),
        case(
            "duplicate-security-profile",
            "securityProfileIds[1]",
            None,
            &[("securityProfileIds", json!(["x", arn("i", "security-profile")]))],
        ),
        case("names-required", "identityInfo.lastName", SAML, &[("identityInfo.firstName", json!("Ann"))]),
        case(
            "names-required",
            "identityInfo.firstName",
            MANAGED,
            &managed(&[("identityInfo.firstName", json!(""))]),
        ),
        case(
            "names-expected",
            "identityInfo.lastName",
            None,
            &[("password", json!("Password123")), ("identityInfo.firstName", json!("Ann"))],
        ),
        case(
            "person-name-length",
            "identityInfo.firstName",
            DIRECTORY,
            &[("identityInfo.firstName", text(256))],
        ),
        case("person-name-length", "identityInfo.lastName", None, &[("identityInfo.lastName", text(301))]),
        case(
            "person-name-length",
            "identityInfo.lastName",
            MANAGED,
            &managed(&[("identityInfo.lastName", text(257))]),
        ),
        case("not-nfc", "identityInfo.firstName", None, &[("identityInfo.firstName", json!("Jose\u{301}"))]),
        case("email-not-allowed", "identityInfo.email", SAML, &managed(&[("password", Value::Null)])),
        case(
            "email-missing",
            "identityInfo.email",
            MANAGED,
            &managed(&[("identityInfo.email", Value::Null)]),
        ),
        case("email-shape", "identityInfo.email", None, &[("identityInfo.email", json!("nobody"))]),
        case(
            "secondary-email-length",
            "identityInfo.secondaryEmail",
            None,
            &[("identityInfo.secondaryEmail", json!(format!("{}@example.com", "x".repeat(254))))],
        ),
        case(
            "secondary-email-shape",
            "identityInfo.secondaryEmail",
            None,
            &[("identityInfo.secondaryEmail", json!("a@b@example.com"))],
        ),
        case("mobile-form", "identityInfo.mobile", None, &[("identityInfo.mobile", json!("+06175550101"))]),
        case("phone-config-required", "phoneConfig.phoneType", None, &[("phoneConfig", Value::Null)]),
        case(
            "desk-phone-number-required",
            "phoneConfig.deskPhoneNumber",
            None,
            &[("phoneConfig.phoneType", json!("DESK_PHONE"))],
        ),
        case(
            "desk-phone-number-required",
            "phoneNumberConfigs[0].phoneNumber",
            None,
            &[
                ("phoneConfig", Value::Null),
                ("phoneNumberConfigs", json!([{"channel": "VOICE", "phoneType": "DESK_PHONE"}])),
            ],
        ),
        case(
            "desk-phone-number-unused",
            "phoneConfig.deskPhoneNumber",
            None,
            &[("phoneConfig.deskPhoneNumber", json!("+16175550101"))],
        ),
        case(
            "desk-phone-number-form",
            "phoneConfig.deskPhoneNumber",
            None,
            &[
                ("phoneConfig.phoneType", json!("DESK_PHONE")),
                ("phoneConfig.deskPhoneNumber", json!("+16175550101x")),
            ],
        ),
        case(
            "persistent-connection-unused",
            "phoneConfig.persistentConnection",
            None,
            &[
                ("phoneConfig.phoneType", json!("DESK_PHONE")),
                ("phoneConfig.deskPhoneNumber", json!("+16175550101")),
                ("phoneConfig.persistentConnection", json!(true)),
            ],
        ),
        case(
            "after-contact-work-limit",
            "phoneConfig.afterContactWorkTimeLimit",
            None,
            &[("phoneConfig.afterContactWorkTimeLimit", json!(2_000_001))],
        ),
        case(
            "after-contact-work-limit",
            "afterContactWorkConfigs[0].afterContactWorkConfig.afterContactWorkTimeLimit",
            None,
            &[("afterContactWorkConfigs", work("TASK", -1))],
        ),
        case(
            "chat-after-contact-work-limit",
            "afterContactWorkConfigs[0].afterContactWorkConfig.afterContactWorkTimeLimit",
            None,
            &[("afterContactWorkConfigs", work("CHAT", 5_401))],
        ),
        case(
            "conflicting-settings",
            "autoAcceptConfigs",
            None,
            &[
                ("phoneConfig.autoAccept", json!(false)),
                ("autoAcceptConfigs", json!([{"channel": "CHAT", "autoAccept": true}])),
            ],
        ),
        case(
            "conflicting-settings",
            "afterContactWorkConfigs",
            None,
            &[
                ("phoneConfig.afterContactWorkTimeLimit", json!(0)),
                ("afterContactWorkConfigs", work("TASK", 1)),
            ],
        ),
        case(
            "conflicting-settings",
            "phoneNumberConfigs",
            None,
            &[("phoneNumberConfigs", json!([{"channel": "VOICE", "phoneType": "SOFT_PHONE"}]))],
        ),
        case(
            "conflicting-settings",
            "persistentConnectionConfigs",
            None,
            &[
                ("phoneConfig.persistentConnection", json!(true)),
                ("persistentConnectionConfigs", json!([{"channel": "VOICE", "persistentConnection": true}])),
            ],
        ),
        case(
            "duplicate-channel",
            "autoAcceptConfigs[1].channel",
            None,
            &[(
                "autoAcceptConfigs",
                json!([{"channel": "CHAT", "autoAccept": true}, {"channel": "CHAT", "autoAccept": false}]),
            )],
        ),
        case(
            "channel-not-voice",
            "voiceEnhancementConfigs[0].channel",
            None,
            &[("voiceEnhancementConfigs", json!([{"channel": "CHAT", "voiceEnhancementMode": "NONE"}]))],
        ),
        case(
            "agent-first-not-voice",
            "autoAcceptConfigs[0].agentFirstCallbackAutoAccept",
            None,
            &[(
                "autoAcceptConfigs",
                json!([{"channel": "CHAT", "autoAccept": true, "agentFirstCallbackAutoAccept": true}]),
            )],
        ),
        case(
            "proficiency-text-length",
            "userProficiencies[0].attributeName",
            None,
            &[("userProficiencies", json!([proficiency("", "v", 1)]))],
        ),
        case(
            "proficiency-level",
            "userProficiencies[0].level",
            None,
            &[("userProficiencies", json!([proficiency("n", "v", 6)]))],
        ),
        case(
            "duplicate-proficiency",
            "userProficiencies[1]",
            None,
            &[("userProficiencies", json!([proficiency("n", "v", 1), proficiency("n", "v", 2)]))],
        ),
        case(
            "too-many-proficiencies",
            "userProficiencies",
            None,
            &[("userProficiencies", (0..11).map(|n| proficiency("n", &n.to_string(), 1)).collect())],
        ),
        case("too-many-tags", "tags", None, &[("tags", fifty)]),
        case("tag-key-length", "tags", None, &[("tags", json!({"k".repeat(129): "v"}))]),
        case("tag-key-characters", "tags[\"a#b\"]", None, &[("tags", json!({"a#b": "v"}))]),
        case("tag-key-reserved", "tags[\"AWS:x\"]", None, &[("tags", json!({"AWS:x": "v"}))]),
        case("tag-value-length", "tags.k", None, &[("tags", json!({"k": "v".repeat(257)}))]),
    ];
    let own = "arn:aws:connect:us-east-1:1:instance/i";
    for (foreign, path, other) in [
        ("instanceId", "routingProfileId", "arn:aws:connect:eu-west-2:1:instance/i/routing-profile/x"),
        ("instanceId", "routingProfileId", "arn:aws-cn:connect:us-east-1:1:instance/i/routing-profile/x"),
        ("instanceId", "hierarchyGroupId", "arn:aws:connect:us-east-1:2:instance/i/agent-group/x"),
    ] {
        cases.push(case("foreign-arn", path, None, &[(foreign, json!(own)), (path, json!(other))]));
    }
    // The user as it is says where its instance is.
    let mut elsewhere = case(
        "foreign-arn",
        "routingProfileId",
        None,
        &[("routingProfileId", json!("arn:aws:connect:us-east-1:1:instance/i/routing-profile/r1"))],
    );
    elsewhere.prior = Some(state(&base()));
    cases.push(elsewhere);
    let mut defaults = case("tag-key-reserved", "tags[\"aws:x\"]", None, &[]);
    defaults.default_tags = Tags::from([("aws:x".into(), "v".into())]);
    let mut fixed = case(
        "directory-identity-fixed",
        "identityInfo.email",
        DIRECTORY,
        &[("identityInfo.email", json!("b@example.com"))],
    );
    fixed.prior = Some(state(&with(&[("identityInfo.email", json!("a@example.com"))])));
    let mut ignored = case("tag-ignored", "tags.k", None, &[("tags", json!({"k": "v"}))]);
    ignored.ignore_tags = IgnoreTags::new(["k"], [""; 0]);
    cases.extend([defaults, fixed, ignored]);
    cases
}

pub fn report(case: &Case) -> Report {
    let settings = Settings::builder()
        .maybe_identity_management(case.kind)
        .default_tags(case.default_tags.clone())
        .ignore_tags(case.ignore_tags.clone())
        .build();
    let context = Context::builder().settings(settings).maybe_prior(case.prior.as_ref()).build();
    validate(&spec(&case.document), &context)
}

#[test]
fn every_rule_has_a_user_that_breaks_it_and_only_it() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let report = report(&case);
        let found: Vec<_> =
            report.diagnostics().iter().map(|v| (v.code.as_str(), v.path.to_string())).collect();
        let [(code, path)] = found.as_slice() else { panic!("{}: {report}", case.code) };
        assert_eq!(*code, case.code, "{report}");
        if case.code != "tag-key-length" {
            assert_eq!(path, case.path, "{report}");
        }
        let violation = &report.diagnostics()[0];
        assert!(violation.help.is_some());
        let message = &violation.message;
        assert!(
            !message.ends_with('.') && message.starts_with(|c: char| c == '`' || c.is_lowercase()),
            "{message}"
        );
        seen.insert(case.code);
    }
    // Those of reading have tests of their own here, and those of an instance in `tests/fleet/directory.rs`.
    for rule in Code::all().filter(|rule| rule.stage == Stage::Rule) {
        assert!(seen.contains(rule.code.as_str()), "no case for `{}`", rule.code);
    }
}

/// It may turn out to be right, and also to be left out: an error now would keep a right program from being planned.
#[test]
fn what_is_not_known_yet_breaks_no_rule() {
    for mut case in cases() {
        let found = report(&case).diagnostics()[0].clone();
        for place in [&found.path].into_iter().chain(&found.related) {
            let place = place.to_string();
            let whole = place.split(['.', '[']).next().expect("a member").to_owned();
            let is_inside = place.contains('[') || whole == "tags";
            let document = std::mem::replace(&mut case.document, Value::Null);
            // A member of a block, and the block as a whole; lists and maps as a whole.
            for open in [if is_inside { whole.clone() } else { place }, whole] {
                case.document = document.clone();
                match open.split_once('.') {
                    Some((block, member)) => case.document[block][member] = json!(PULUMI_UNKNOWN),
                    None => case.document[&open] = json!(PULUMI_UNKNOWN),
                }
                let still: Vec<_> = report(&case).diagnostics().iter().map(|found| found.code).collect();
                // Default tags are known.
                let is_known = !case.default_tags.is_empty();
                assert!(is_known || !still.contains(&found.code), "{} `{open}`: {still:?}", case.code);
            }
            case.document = document;
        }
    }
}

#[test]
fn users_who_break_nothing() {
    let names = [("identityInfo.firstName", json!("Ann")), ("identityInfo.lastName", json!("Lee"))];
    let edge = |members: &[(&str, Value)]| with(&[&names[..], members].concat());
    for (kind, document) in [
        (None, base()),
        (DIRECTORY, base()),
        (SAML, edge(&[("name", text(64))])),
        (
            SAML,
            edge(&[
                ("identityInfo.firstName", json!("")),
                ("identityInfo.secondaryEmail", json!("a.b+c@x-y.example.com")),
            ]),
        ),
        (MANAGED, with(&managed(&[("password", json!(format!("Aa1{}", "é".repeat(61))))]))),
        (MANAGED, with(&managed(&[("identityInfo.lastName", json!("é".repeat(256)))]))),
        (
            None,
            edge(&[
                ("name", json!("jane@example.com")),
                ("tags", json!({"k".repeat(128): "v".repeat(256), "ключ 1_.:/=+-@": ""})),
            ]),
        ),
        (
            None,
            edge(&[(
                "autoAcceptConfigs",
                json!([{"channel": "VOICE", "autoAccept": true, "agentFirstCallbackAutoAccept": true}]),
            )]),
        ),
        (None, edge(&[("phoneConfig.autoAccept", json!(true)), ("autoAcceptConfigs", json!([]))])),
        (None, edge(&[("afterContactWorkConfigs", work("CHAT", 5_400))])),
        (
            None,
            edge(&[
                ("phoneConfig.afterContactWorkTimeLimit", json!(2_000_000)),
                ("identityInfo.mobile", json!("+12")),
            ]),
        ),
    ] {
        let context = Context::builder().maybe_identity_management(kind).build();
        let report = validate(&spec(&document), &context);
        assert!(report.diagnostics().is_empty(), "{report}\n{document}");
    }
}

#[test]
fn a_user_who_stays_needs_no_password_and_one_who_is_replaced_does() {
    let document = with(&managed(&[("password", Value::Null)]));
    let prior = state(&document);
    let check = |document: &Value| {
        let context = Context::builder().maybe_identity_management(MANAGED).prior(&prior).build();
        validate(&spec(document), &context).is_valid()
    };
    assert!(check(&document));
    let mut renamed = document.clone();
    renamed["name"] = json!("june");
    assert!(!check(&renamed));
}

/// As spreadsheets and the defaults of modules write it, and as `aws_connect_user` takes it.
#[test]
fn an_empty_text_means_left_out() {
    let empty = with(&[
        ("hierarchyGroupId", json!("")),
        ("directoryUserId", json!("")),
        ("identityInfo.firstName", json!("Ann")),
        ("identityInfo.lastName", json!("Lee")),
        ("identityInfo.email", json!("")),
        ("identityInfo.secondaryEmail", json!("")),
        ("identityInfo.mobile", json!("")),
        ("phoneConfig.deskPhoneNumber", json!("")),
    ]);
    let left_out = with(&[("identityInfo.firstName", json!("Ann")), ("identityInfo.lastName", json!("Lee"))]);
    assert_eq!(spec(&empty), spec(&left_out));
    for kind in [None, SAML, DIRECTORY] {
        let context = Context::builder().maybe_identity_management(kind).build();
        let report = validate(&spec(&empty), &context);
        assert!(report.diagnostics().is_empty(), "{report}");
    }
    // A host that fills the fields itself is understood alike.
    let mut built = spec(&left_out);
    built.hierarchy_group_id = Some("".into());
    built.directory_user_id = Some("".into());
    built.identity_info.as_mut().expect("a block").email = Some("".into());
    built.phone_config.as_mut().expect("a block").desk_phone_number = Some("".into());
    assert_eq!(built.managed(), spec(&left_out).managed());
    assert!(validate(&built, &Context::builder().maybe_identity_management(SAML).build()).is_valid());
    assert_eq!(resolve(built.clone(), &Context::default()).expect("valid").0.spec(), &spec(&left_out));
    let settings = connect_user::user::Settings::default();
    let there = state(&left_out);
    assert!(connect_user::diff::preview(&built, Some(&there), &settings).is_empty());
    assert_eq!(
        connect_user::diff::diff(&built, None, &settings),
        connect_user::diff::diff(&spec(&left_out), None, &settings)
    );
    // So is a state that was recorded with them, and a desk phone without its number is none.
    assert_eq!(state(&empty).properties, there.properties);
    assert_eq!(state(&empty).directory_user_id, None);
    let desk =
        with(&[("phoneConfig.phoneType", json!("DESK_PHONE")), ("phoneConfig.deskPhoneNumber", json!(""))]);
    let report = validate(&spec(&desk), &Context::default());
    assert_eq!(
        report.errors().map(|error| error.code.as_str()).collect::<Vec<_>>(),
        ["desk-phone-number-required"]
    );
}

#[test]
fn unknown_values_are_deferred_and_keep_from_resolving() {
    let unknown = json!(PULUMI_UNKNOWN);
    let document = with(&[
        ("routingProfileId", unknown.clone()),
        ("securityProfileIds", json!(["s1", unknown])),
        ("tags", json!({"k": unknown})),
    ]);
    let report = validate(&spec(&document), &Context::default());
    assert!(report.is_valid());
    let places: Vec<_> = report.deferred().iter().map(ToString::to_string).collect();
    assert_eq!(places, ["routingProfileId", "securityProfileIds[1]", "tags.k"]);
    let refused = resolve(spec(&document), &Context::default()).expect_err("unknowns");
    assert_eq!(refused.to_string(), "not known yet: `routingProfileId`, `securityProfileIds[1]`, `tags.k`");
}

#[test]
fn severities_change_and_what_cannot_be_sent_stays_refused() {
    let mut overrides = Overrides::default();
    for code in ["email-shape", "after-contact-work-limit", "proficiency-level"] {
        overrides.allow(code).expect("a rule");
    }
    for code in ["name-missing", "duplicate-channel", "duplicate-proficiency"] {
        let error = overrides.allow(code).expect_err("no request can carry it").to_string();
        assert!(error.starts_with(&format!("`{code}` cannot be lowered")), "{error}");
    }
    overrides.deny("desk-phone-number-unused").expect("a rule");
    assert!(overrides.allow("wrong-type").is_err(), "what cannot be read cannot be sent");
    let context = Context::builder().overrides(overrides).build();
    let report = validate(&spec(&with(&[("phoneConfig.deskPhoneNumber", json!("+16175550101"))])), &context);
    assert_eq!(report.errors().count(), 1);
    for (code, value, carried) in [
        ("after-contact-work-limit", json!(-1), false),
        ("after-contact-work-limit", json!(2_000_001), true),
        ("proficiency-level", json!(256), false),
        ("proficiency-level", json!(6), true),
    ] {
        let spec = spec(&match code {
            "proficiency-level" => with(&[(
                "userProficiencies",
                json!([{"attributeName": "n", "attributeValue": "v", "level": value}]),
            )]),
            _ => with(&[("phoneConfig.afterContactWorkTimeLimit", value)]),
        });
        let report = validate(&spec, &context);
        assert_eq!(report.is_valid(), carried, "{report}");
        assert_eq!(report.diagnostics()[0].code.as_str(), code);
        assert_eq!(resolve(spec, &context).is_ok(), carried);
        let help = report.diagnostics()[0].help.as_deref().expect("help");
        assert_eq!(help.contains(&format!("`{code}` cannot be lowered here")), !carried, "{help}");
    }
}

/// Who exists is managed under whatever name it has, and what is not sent is a warning at most.
#[test]
fn a_user_that_exists_is_not_refused_for_what_it_is() {
    let names = [("identityInfo.firstName", json!("Mira ")), ("identityInfo.lastName", json!("Holt"))];
    for name in
        ["mholt@0058d00000AbCdEQAV@00D8d000001XyZaEAK", "0058d00000FgHiJQAV@00D8d000001XyZaEAK", "CORP\\jane"]
    {
        let document = with(&[&names[..], &[("name", json!(name))]].concat());
        let prior = state(&document);
        let context =
            Context::builder().identity_management(IdentityManagementType::Saml).prior(&prior).build();
        let report = validate(&spec(&document), &context);
        assert!(report.diagnostics().is_empty(), "{report}");
    }
    let document = with(&managed(&[("password", json!("weak"))]));
    let prior = state(&document);
    let context = Context::builder().maybe_identity_management(MANAGED).prior(&prior).build();
    let report = validate(&spec(&document), &context);
    assert!(report.is_valid() && report.warnings().count() == 2, "{report}");
    let mut overrides = Overrides::default();
    overrides.deny("password-length").expect("a rule");
    let context =
        Context::builder().maybe_identity_management(MANAGED).prior(&prior).overrides(overrides).build();
    assert_eq!(validate(&spec(&document), &context).errors().count(), 1, "the host decides");
}

/// It is not sent: the console's own lists of users have it.
#[test]
fn a_soft_phone_s_national_number_is_a_warning() {
    for members in [
        ("phoneConfig.deskPhoneNumber", json!("6175550143")),
        (
            "phoneNumberConfigs",
            json!([{"channel": "VOICE", "phoneType": "SOFT_PHONE", "phoneNumber": "6175550143"}]),
        ),
    ] {
        let mut all = vec![members];
        if all[0].0 == "phoneNumberConfigs" {
            all.push(("phoneConfig.phoneType", Value::Null));
        }
        let mut document = with(&all);
        if all.len() > 1 {
            document.as_object_mut().expect("an object").remove("phoneConfig");
        }
        let report = validate(&spec(&document), &Context::default());
        let codes: Vec<_> = report.diagnostics().iter().map(|violation| violation.code.as_str()).collect();
        assert_eq!(codes, ["desk-phone-number-unused"], "{report}");
    }
}

#[test]
fn bounds_are_said_alike() {
    let message = |members: &[(&str, Value)]| {
        let report = validate(&spec(&with(members)), &Context::default());
        report.diagnostics()[0].message.clone()
    };
    for (members, expected) in [
        (("name", json!("x".repeat(101))), "`name` must have 1 to 100 characters, has 101"),
        (
            ("securityProfileIds", (0..11).map(|n| n.to_string()).collect()),
            "`securityProfileIds` must have 1 to 10 elements, has 11",
        ),
        (
            ("phoneConfig.afterContactWorkTimeLimit", json!(-1)),
            "`phoneConfig.afterContactWorkTimeLimit` must be 0 to 2,000,000 seconds, is -1",
        ),
        (
            ("phoneConfig.afterContactWorkTimeLimit", json!(-2_000_001)),
            "`phoneConfig.afterContactWorkTimeLimit` must be 0 to 2,000,000 seconds, is -2,000,001",
        ),
        (
            ("userProficiencies", json!([proficiency("n", "v", 9)])),
            "`userProficiencies[0].level` must be 1 to 5, is 9",
        ),
        (
            ("tags", json!({"k": "v".repeat(257)})),
            "the value of the tag `k` must have at most 256 characters, has 257",
        ),
    ] {
        assert_eq!(message(&[members]), expected);
    }
    for (json, expected) in [
        (
            r#"{"phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 99999999999999999999}}"#,
            "`phoneConfig.afterContactWorkTimeLimit` is too large",
        ),
        (
            r#"{"phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": -1e300}}"#,
            "`phoneConfig.afterContactWorkTimeLimit` is too small",
        ),
        (
            r#"{"phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": 1.5}}"#,
            "`phoneConfig.afterContactWorkTimeLimit` must be a whole number, and has a fraction",
        ),
        // As Terraform sends a number that no double holds exactly.
        (
            r#"{"phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": "0.1"}}"#,
            "`phoneConfig.afterContactWorkTimeLimit` must be a whole number, and has a fraction",
        ),
        (
            r#"{"phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": "99999999999999999999"}}"#,
            "`phoneConfig.afterContactWorkTimeLimit` is too large",
        ),
        (
            r#"{"phoneConfig": {"phoneType": "SOFT_PHONE", "afterContactWorkTimeLimit": "12"}}"#,
            "`phoneConfig.afterContactWorkTimeLimit` must be a whole number, not a string",
        ),
        (r#"{"tags": {"nul": null}}"#, "the tag `nul` has no value"),
        (r#"{"securityProfileIds": ["s", null]}"#, "`securityProfileIds[1]` has no value"),
    ] {
        let document: Document = serde_json::from_str(json).expect("JSON");
        let errors = UserSpec::decode(document).expect_err("a mistake");
        assert!(errors.iter().any(|error| error.message == expected), "{errors}");
    }
}

/// However long a list is, it is checked in one pass and reported in a few lines.
#[test]
fn long_lists_are_linear_and_reports_bounded() {
    const MANY: usize = 20_000;
    let started = std::time::Instant::now();
    let text = |of: &dyn Fn(usize) -> String| (0..MANY).map(of).collect::<Vec<_>>().join(",");
    let ids = text(&|n| format!("\"s {}\"", n / 2));
    let levels = text(&|n| format!(r#"{{"attributeName":"n","attributeValue":"v{}","level":9}}"#, n / 2));
    let names = text(&|_| "\"name\":\"jane\"".to_owned());
    let others = text(&|n| format!("\"x{n}\":1"));
    let wrong = text(&|n| n.to_string());
    let channels = text(&|_| r#"{"channel":"CHAT","voiceEnhancementMode":"NONE"}"#.to_owned());
    let json = format!(
        r#"{{{names},{others},"securityProfileIds":[{ids}],"userProficiencies":[{levels}],
            "voiceEnhancementConfigs":[{channels}],"identityInfo":[{wrong}],"autoAcceptConfigs":[{wrong}]}}"#
    );
    let document: Document = serde_json::from_str(&json).expect("JSON");
    let (_, report) = validate_document(document, &Context::default());
    assert!(report.diagnostics().len() < 300, "{}", report.diagnostics().len());
    assert!(report.to_string().len() < 200_000, "{}", report.to_string().len());
    let said = report.to_string();
    assert!(said.contains("9980 more places break this rule, from `securityProfileIds[41]` on"), "{said}");
    let long = "x:".repeat(MANY);
    let document =
        with(&[("name", json!(format!("{long}@"))), ("routingProfileId", json!(long)), (&long, json!(1))]);
    let document: Document = serde_json::from_value(document).expect("JSON");
    let (_, report) = validate_document(document, &Context::default());
    assert!(
        report.diagnostics().iter().all(|violation| violation.message.chars().count() <= 1_001),
        "{report}"
    );
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[test]
fn a_document_is_reported_in_one() {
    let text = r#"{
        "instanceId": "i", "routing_profile_id": 7, "routingProfileid": "r",
        "securityProfileIds": ["s1", null], "name": "jane",
        "phoneConfig": {"phoneType": "DESKPHONE", "deskPhoneNumber": 16175550101},
        "identityInfo": {"mobile": "1"}, "tags": {"cost": 7}
    }"#;
    let document: Document = serde_json::from_str(text).expect("JSON");
    let (_, report) = validate_document(document, &Context::default());
    insta::assert_snapshot!(report, @r#"
    error[wrong-type]: `routingProfileId` must be a string, not a number
      help: put the value in quotes, so that it is read as text
    error[missing-required]: `securityProfileIds[1]` has no value
      help: give one, or remove the element
    error[mobile-form]: `identityInfo.mobile` is not a number in E.164
      help: write `+`, the country code and the number: `+16175550123`
    error[invalid-value]: `phoneConfig.phoneType`: `DESKPHONE` is not one of `SOFT_PHONE`, `DESK_PHONE`
      help: did you mean `DESK_PHONE`?
    error[wrong-type]: `phoneConfig.deskPhoneNumber` must be a string, not a number
      help: put the value in quotes, so that it is read as text
    error[wrong-type]: `tags.cost` must be a string, not a number
      help: put the value in quotes, so that it is read as text
    error[unknown-member]: there is no property `routingProfileid`; did you mean `routingProfileId`?
      help: the properties are `instanceId`, `name`, `password`, `directoryUserId`, `hierarchyGroupId`, `routingProfileId`, `securityProfileIds`, `identityInfo`, `phoneConfig`, `autoAcceptConfigs`, `afterContactWorkConfigs`, `phoneNumberConfigs`, `persistentConnectionConfigs`, `voiceEnhancementConfigs`, `userProficiencies`, `tags`
    "#);
    assert!(report.deferred().is_empty(), "what cannot be read is not waited for");
    assert!(report.diagnostics().iter().all(|violation| violation.severity == Severity::Error));
}

#[test]
fn a_name_is_made_once() {
    let mut document = base();
    document.as_object_mut().expect("an object").remove("name");
    let context = |prior, suffix: &str| {
        Context::builder().auto_name(AutoName::new("agent", suffix)).maybe_prior(prior).build()
    };
    let made = resolve(spec(&document), &context(None, "a1")).expect("valid").0;
    assert_eq!(made.name(), "agent-a1");
    assert!(!made.managed().contains(connect_user::user::Property::Name) || made.spec().name.is_some());
    let prior = state(&base());
    let kept = resolve(spec(&document), &context(Some(&prior), "b2")).expect("valid").0;
    assert_eq!(kept.name(), "jane");
}

proptest! {
    /// Whatever the password is and wherever the mistake, it is in no text.
    #[test]
    fn no_report_tells_a_password(password in "[a-zA-Z0-9#!]{12,30}", kind in proptest::sample::select(IdentityManagementType::ALL)) {
        let document = with(&[("password", json!(password)), ("name", Value::Null)]);
        let context = Context::builder().identity_management(kind).build();
        let spec = spec(&document);
        let report = validate(&spec, &context);
        let text = format!("{report} {report:?} {spec:?} {} {}", serde_json::to_string(&report).unwrap(), serde_json::to_string(&spec).unwrap());
        prop_assert!(!text.contains(&password));
        let wrong: Document = serde_json::from_value(json!({"password": {"x": password}, "name": [password]})).unwrap();
        let (_, report) = validate_document(wrong, &context);
        let text = format!("{report} {report:?}");
        prop_assert!(!text.contains(&password));
    }

    /// No document makes the crate panic, and every violation has its place in the order.
    #[test]
    fn any_document_is_reported(document in any_document()) {
        let (spec, report) = validate_document(document, &Context::default());
        let _ = resolve(spec, &Context::default());
        let text = report.to_string();
        prop_assert_eq!(text.lines().filter(|line| !line.starts_with(' ') && !line.starts_with("not known")).count() >= report.diagnostics().len(), true);
    }
}

fn any_document() -> BoxedStrategy<Document> {
    let names = vec![
        "instanceId",
        "name",
        "password",
        "routing_profile_id",
        "securityProfileIds",
        "identityInfo",
        "phoneConfig",
        "tags",
        "phoneType",
        "firstName",
        "channel",
        "autoAcceptConfigs",
        "userProficiencies",
        "level",
        "afterContactWorkConfigs",
        "afterContactWorkConfig",
        "afterContactWorkTimeLimit",
        "x",
    ];
    let leaf = prop_oneof![
        Just(Document::Null),
        Just(Document::Unknown),
        any::<bool>().prop_map(Document::Bool),
        any::<i64>().prop_map(Document::Integer),
        any::<f64>().prop_map(Document::Float),
        ".{0,40}".prop_map(Document::String),
        proptest::sample::select(vec![
            "VOICE",
            "SOFT_PHONE",
            "DESK_PHONE",
            "+123",
            "a@b.co",
            "arn:aws:connect:::instance/"
        ])
        .prop_map(Document::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let name = proptest::sample::select(names.clone()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Document::List),
            proptest::collection::vec((name, inner), 0..8).prop_map(Document::Map),
        ]
    })
    .boxed()
}

/// A rule that may be lowered is one whose breach calls can carry: once it is there, nothing is left to do.
#[test]
fn what_may_be_lowered_is_done_once_it_is_there() {
    for case in cases() {
        let info = Code::all().find(|rule| rule.code.as_str() == case.code).expect("a rule");
        let allowed = Overrides::default().allow(case.code);
        assert_eq!(allowed.is_ok(), info.lowerable, "{}", case.code);
        if !info.lowerable {
            let error = allowed.expect_err("it cannot be lowered").to_string();
            let expected =
                format!("`{}` cannot be lowered to a warning: no call can carry what breaks it", case.code);
            assert_eq!(error, expected);
            continue;
        }
        // Numbers that no call can carry have the test below.
        if matches!(case.code, "after-contact-work-limit" | "proficiency-level") {
            continue;
        }
        let settings = Settings::builder()
            .maybe_identity_management(case.kind)
            .default_tags(case.default_tags.clone())
            .ignore_tags(case.ignore_tags.clone())
            .build();
        let mut there = case.prior.clone().unwrap_or_else(|| state(&case.document));
        there.record.password = None;
        let preview = connect_user::diff::preview(&spec(&case.document), Some(&there), &settings);
        assert!(case.prior.is_some() || preview.is_empty(), "{}: {preview:#?}", case.code);
        assert_eq!(preview.diff.is_empty(), preview.steps.is_empty(), "{}: {preview:#?}", case.code);
    }
}

#[test]
fn a_lowered_rule_is_an_error_again_where_no_call_can_carry_the_value() {
    let mut overrides = Overrides::default();
    for code in ["after-contact-work-limit", "proficiency-level"] {
        overrides.allow(code).expect("it may be lowered");
    }
    let context = Context::builder().overrides(overrides).build();
    let over = with(&[("phoneConfig.afterContactWorkTimeLimit", json!(2_000_001))]);
    assert!(resolve(spec(&over), &context).is_ok());
    for (document, code, path) in [
        (
            with(&[("phoneConfig.afterContactWorkTimeLimit", json!(-1))]),
            "after-contact-work-limit",
            "phoneConfig.afterContactWorkTimeLimit",
        ),
        (
            with(&[("userProficiencies", json!([proficiency("n", "v", 300)]))]),
            "proficiency-level",
            "userProficiencies[0].level",
        ),
    ] {
        let report = resolve(spec(&document), &context).expect_err("no call can carry it");
        let [violation] = report.diagnostics() else { panic!("{report}") };
        assert_eq!((violation.code.as_str(), violation.severity), (code, Severity::Error));
        assert_eq!(violation.path.to_string(), path);
        assert!(violation.help.as_ref().is_some_and(|help| help.contains("no call can carry")), "{report}");
    }
}

#[test]
fn a_character_that_is_not_seen_is_named_by_its_number() {
    let check = |name: &str| {
        let report = validate(&spec(&with(&[("name", json!(name))])), &Context::default());
        report.errors().map(|error| error.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(check("ja\u{200b}ne"), ["`name` holds the invisible character U+200B"]);
    assert_eq!(check("ja\u{1b}ne"), ["`name` holds the control character U+001B"]);
    // Scripts need joiners.
    assert_eq!(check("محمد\u{200c}رضا"), [""; 0]);
}

#[test]
fn a_password_that_replaces_a_user_is_one_of_a_new_user() {
    let user = state(&base());
    let weak = spec(&with(&[("password", json!("password"))]));
    let kind = IdentityManagementType::ConnectManaged;
    for (policy, changed, is_valid) in [
        (PasswordPolicy::Warn, Some(true), true),
        (PasswordPolicy::Replace, None, true),
        (PasswordPolicy::Replace, Some(false), true),
        (PasswordPolicy::Replace, Some(true), false),
    ] {
        let settings = Settings::builder().identity_management(kind).password(policy);
        let settings = settings.maybe_password_changed(changed).build();
        let context = Context::builder().settings(settings).prior(&user).build();
        let report = validate(&weak, &context);
        let is_error = report.errors().any(|error| error.code == "password-weak");
        assert_eq!(is_error, !is_valid, "{policy:?}, {changed:?}");
    }
}
