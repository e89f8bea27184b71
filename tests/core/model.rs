//! The data: documents in and out, ids, names, tags.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use connect_user::{
    client::Rate,
    engine::{Given, Schema},
    interop::{
        file::{FileFormat, ReadOptions, read},
        program::{Program, Source},
    },
    user::{
        Arn, AutoName, Code, ExposeSecrets, IdentityManagementType, ImportId, Input, Member, Message,
        PULUMI_UNKNOWN, Path, Property, RoutingProfileId, Settings, Shape, Spelling, Timestamp, UserSpec,
        UserState, Value, one_line, reference_table,
    },
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    random::{any_kind, document},
    support::{spec, state, with},
};

#[test]
fn an_id_and_its_arn_are_the_same() {
    let arn = "arn:aws:connect:us-east-1:123456789012:instance/1c2d/routing-profile/7a9b";
    assert_eq!(RoutingProfileId::new(arn), RoutingProfileId::new("7a9b"));
    assert!(RoutingProfileId::new(arn.replace("routing-profile", "agent")).check().is_err());
}

#[test]
fn an_id_with_its_instance_says_which_id_is_meant() {
    let error = RoutingProfileId::new("1c2d:7a9b").check().expect_err("two ids");
    assert_eq!(error.to_string(), "`1c2d:7a9b` is not the id of a routing profile: it holds `:`");
    assert_eq!(error.help(), "give the id of a routing profile alone, which may be `7a9b`");
}

/// What has a form as text has the same form in JSON, and is read from it.
#[test]
fn values_that_are_texts_are_texts_in_json() {
    fn check<T>(text: &str, wrong: &str)
    where
        T: FromStr<Err: Display + Debug> + Display + Serialize + DeserializeOwned,
    {
        let value: T = text.parse().expect("a value");
        let written = serde_json::to_value(&value).expect("JSON");
        assert_eq!(written, json!(text));
        assert_eq!(serde_json::from_value::<T>(written).expect("a value").to_string(), text);
        let error = wrong.parse::<T>().err().expect("an error").to_string();
        assert!(error.contains(wrong), "{error}");
        assert_eq!(serde_json::from_value::<T>(json!(wrong)).err().expect("an error").to_string(), error);
    }
    check::<Arn>("arn:aws:connect:us-east-1:123456789012:instance/1c2d/agent/7a9b", "arn:aws:iam::1:role");
    check::<Code>("name-length", "name-lenght");
    check::<ImportId>("1c2d:7a9b", "1c2d");
    check::<Path>("tags[\"cost center\"]", "tags[");
    check::<Rate>("2:5", "2");
    check::<Timestamp>("2026-01-01T08:00:00.000Z", "yesterday");
    let unknown = "name-lenght".parse::<Code>().expect_err("no code");
    assert_eq!(unknown.nearest, Some("name-length"));
}

#[test]
fn import_ids_say_what_is_wrong_with_them() {
    for (text, message) in [
        ("", "`` is not an import id: there is no `:` between instance id and user id"),
        (":u", "`:u` is not an import id: the instance id is empty"),
        ("i:", "`i:` is not an import id: the user id is empty"),
        ("i:u:x", "`i:u:x` is not an import id: there is more than one `:`"),
        ("i u:x", "`i u:x` is not an import id: the instance id holds ` `"),
        (
            "arn:aws:connect:us-east-1:1:instance/i/agent/u",
            "`arn:aws:connect:us-east-1:1:instance/i/agent/u` is not an import id: it is an ARN; the user's \
             import id is `i:u`",
        ),
    ] {
        assert_eq!(text.parse::<ImportId>().map_err(|error| error.to_string()), Err(message.to_owned()));
    }
}

#[test]
fn the_table_of_members_is_what_documents_are_read_by() {
    let value = |member: &Member| match member.shape {
        Shape::Choice(names) => json!(names[0]),
        Shape::Integer => json!(1),
        Shape::Bool => json!(true),
        _ => json!("+4930123456"),
    };
    let object = |members: &[&Member]| {
        let mut object = json!({});
        for member in members {
            match member.path.split_once('.') {
                Some((outer, inner)) => object[outer][inner] = value(member),
                None => object[member.path] = value(member),
            }
        }
        object
    };
    for property in Property::ALL.iter().filter(|property| !property.members().is_empty()) {
        let read = |members: &[&Member]| {
            let mut document =
                json!({"instanceId": "i", "routingProfileId": "r", "securityProfileIds": ["s"]});
            document[property.path()] = json!([object(members)]);
            serde_json::from_value::<UserSpec>(document)
        };
        let all: Vec<&Member> = property.members().iter().collect();
        let spec = read(&all).expect("every member is known");
        let written = serde_json::to_value(&spec).expect("JSON");
        assert_eq!(written[property.path()][0], object(&all), "and there is no other");
        for left_out in property.members() {
            let rest: Vec<&Member> =
                all.iter().copied().filter(|member| member.path != left_out.path).collect();
            assert_eq!(read(&rest).is_err(), left_out.required, "{property}: {}", left_out.path);
        }
    }
}

#[test]
fn generated_names_keep_within_the_bounds() {
    for logical in ["", "a", "Ünïcödé agent", "---", "a-very-long-logical-name-for-a-resource", "日本"]
    {
        for suffix in ["", "a1b2c3d", "0123456789012345678901234567890123456789"] {
            for (kind, most) in [(None, 20), (Some(IdentityManagementType::Saml), 64)] {
                let name = AutoName::new(logical, suffix).generate(kind);
                assert!((1..=most).contains(&name.len()), "{name}");
                assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)), "{name}");
            }
        }
    }
}

#[test]
fn both_cases_are_read_and_camel_case_is_written() {
    let spec: UserSpec = serde_json::from_str(
        r#"{"instance_id":"i","routingProfileId":"r","security_profile_ids":["s"],
            "phone_config":{"phone_type":"SOFT_PHONE","autoAccept":null}}"#,
    )
    .expect("a spec");
    assert_eq!(
        serde_json::to_string(&spec).expect("json"),
        r#"{"instanceId":"i","routingProfileId":"r","securityProfileIds":["s"],"phoneConfig":{"phoneType":"SOFT_PHONE"}}"#,
    );
}

#[test]
fn null_is_the_same_as_left_out() {
    let document = crate::support::with(&[]);
    let mut with_nulls = document.clone();
    for member in ["hierarchyGroupId", "tags", "identityInfo", "autoAcceptConfigs"] {
        with_nulls[member] = serde_json::Value::Null;
    }
    assert_eq!(spec(&with_nulls), spec(&document));
}

/// A user of whom everything is known and recorded.
fn whole() -> UserState {
    let mut whole = state(&with(&[("tags", json!({"k": "v"})), ("hierarchyGroupId", json!("g1"))]));
    let at: connect_user::user::Timestamp = "2026-01-31T12:00:00Z".parse().expect("a time");
    let time = Some(at);
    whole.directory_user_id = Some("d1".into());
    whole.record.created = time;
    // Nobody has read it yet, which its deletion must know.
    let superseded = whole.to_replaced();
    assert_eq!(superseded.created, time);
    whole.last_modified_time = time;
    assert_eq!(whole.to_replaced().created, None);
    whole.last_modified_region = Some("us-east-1".into());
    whole.proficiencies_last_modified =
        Some(connect_user::user::LastModified::new(at, "us-east-1".to_owned()));
    whole.record.default_tag_keys = ["d".to_owned()].into();
    whole.record.unfinished.replaced = vec![superseded];
    let work = connect_user::user::AfterContactWork::new(1).with_agent_first_callback(2);
    whole.record.unfinished.after_contact_work = [(connect_user::user::Channel::Voice, work)].into();
    whole.record.unrecognised = vec!["x".into()];
    whole.record.last_written = time;
    whole.record.in_progress = true;
    whole.record.unread = [Property::Email].into_iter().collect();
    whole
}

/// Each member that is written is one that is read.
#[test]
fn everything_that_is_recorded_is_read_back() {
    let whole = whole();
    let json = serde_json::to_string(&whole).expect("JSON");
    assert_eq!(serde_json::from_str::<UserState>(&json).expect("a state"), whole, "{json}");
    assert!(
        !format!("{:?}", whole.record).replace("password: None", "").contains(": None"),
        "a member is not tested"
    );
}

/// Somebody may have given it to a user by hand: the recorded state must stay readable.
#[test]
fn no_text_of_a_state_means_something_else() {
    let texts = |text: &str| {
        [
            ("identityInfo.mobile", json!(text)),
            ("identityInfo.email", json!(text)),
            ("hierarchyGroupId", json!(text)),
            ("tags", json!({ "k": text })),
        ]
    };
    let mut json = serde_json::to_value(state(&with(&texts("x")))).expect("JSON").to_string();
    json = json.replace("\"x\"", &format!("\"{PULUMI_UNKNOWN}\""));
    let read: UserState = serde_json::from_str(&json).expect("a state");
    assert_eq!(read.properties.identity.mobile.as_deref(), Some(PULUMI_UNKNOWN));
    assert_eq!(read.tags_all.get("k").expect("an entry"), PULUMI_UNKNOWN);
    let written = serde_json::to_string(&read).expect("JSON");
    assert_eq!(serde_json::from_str::<UserState>(&written).expect("a state"), read);
    let spec: UserSpec = serde_json::from_value(with(&texts(PULUMI_UNKNOWN))).expect("a spec");
    assert!(!spec.has_unknowns());
}

/// Pulumi writes one of seven texts, by the type that a value will have.
#[test]
fn unknown_values_go_to_pulumi_and_come_back() {
    for text in [
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ] {
        let unknown = json!(text);
        let document = with(&[
            ("securityProfileIds", json!(["s1", unknown])),
            ("tags", unknown.clone()),
            ("identityInfo", unknown.clone()),
            ("phoneConfig.autoAccept", unknown.clone()),
            ("phoneConfig.afterContactWorkTimeLimit", unknown),
        ]);
        let spec = spec(&document);
        let places: Vec<_> = spec.unknowns().iter().map(ToString::to_string).collect();
        for place in ["securityProfileIds[1]", "tags", "identityInfo.email", "phoneConfig.autoAccept"] {
            assert!(places.iter().any(|found| found == place), "{place} in {places:?}");
        }
        let error = serde_json::to_string(&spec).expect_err("JSON has no form for it");
        assert_eq!(error.to_string(), "a value that is not known yet cannot be written");
        let json = serde_json::to_string(&spec.encode().into_pulumi_unknowns()).expect("JSON");
        let value: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(UserSpec::decode(value.with_pulumi_unknowns()).expect("a spec"), spec);
    }
}

#[test]
fn what_people_read_cannot_forge_or_hide_anything() {
    let misleading = (0..=0x1f)
        .chain(0x7f..=0x9f)
        .chain([0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff])
        .chain([0xad, 0x115f, 0x180e, 0x200b, 0x200c, 0x200d, 0x2060, 0x2064, 0x206a, 0x2800, 0x3164])
        .chain([0xffa0, 0xfff9, 0x1d173, 0xe0001, 0xe0041])
        .chain([0xfdd0, 0xfffe, 0xffff, 0x1fffe, 0x10ffff])
        .filter_map(char::from_u32);
    for c in misleading {
        let text = format!("a{c}b");
        let line = one_line(&text);
        assert!(line.chars().all(|c| c.is_ascii() && !c.is_control()), "{line:?}");
        let place = Path::from(Property::Tags).key(text.as_str()).to_string();
        assert!(place.chars().all(|c| c.is_ascii() && !c.is_control()), "{place:?}");
        let errors =
            serde_json::from_value::<UserSpec>(with(&[(&text, json!("v"))])).expect_err("no property");
        assert!(errors.to_string().chars().all(|c| c.is_ascii() && !c.is_control()), "{errors:?}");
    }
    for text in ["Zoë", "山田 太郎", "كريم", "محمد\u{200c}رضا", "👩‍💻", "№"] {
        assert_eq!(one_line(text), text);
    }
}

/// What the service or a program has said stands in errors, too.
#[test]
fn errors_are_on_one_line() {
    use connect_user::client::{ClientError, ErrorKind};
    let bad = "a\n+ b\u{1b}[2J\u{202e}";
    let client = ClientError::new(connect_user::user::Operation::CreateUser, ErrorKind::Invalid)
        .with_message(bad)
        .with_request_id(bad);
    for text in [
        client.to_string(),
        bad.parse::<ImportId>().expect_err("no id").to_string(),
        RoutingProfileId::new(bad).check().expect_err("no id").to_string(),
        bad.parse::<connect_user::user::Timestamp>().expect_err("no time").to_string(),
        bad.parse::<connect_user::user::PhoneType>().expect_err("no type").to_string(),
    ] {
        assert!(text.contains(r"a\n+ b\u{1b}[2J\u{202e}"), "{text}");
        assert!(text.is_ascii() && !text.contains(|c: char| c.is_control()), "{text}");
    }
}

#[test]
fn the_page_of_errors_has_each_kind() {
    for kind in connect_user::client::ErrorKind::ALL {
        assert!(include_str!("../../docs/errors.md").contains(&format!("| `{kind:?}` |")), "{kind:?}");
    }
}

#[test]
fn the_reference_in_the_documentation_is_the_table() {
    let reference =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md")).expect("the page");
    for (name, table) in [("properties", reference_table()), ("rules", connect_user::user::Code::table())] {
        assert!(reference.contains(&table), "write this table of {name} into docs/reference.md:\n{table}");
    }
}

#[test]
fn every_property_is_one_of_the_spec_and_has_its_place() {
    let document = crate::support::base();
    let unknown = spec(&document);
    for property in Property::ALL {
        assert_eq!(Path::from(*property).property(), Some(*property));
        assert_eq!(Property::from_path(&property.snake_case()), Some(*property));
        assert_eq!(
            property.is_required(),
            matches!(
                property,
                Property::InstanceId | Property::RoutingProfileId | Property::SecurityProfileIds
            )
        );
    }
    assert!(unknown.managed().contains(Property::PhoneType));
}

#[test]
fn debug_shows_neither_secrets_nor_personal_data() {
    let document = crate::support::with(&[
        ("password", json!("Password123")),
        ("identityInfo.firstName", json!("Firstling")),
        ("identityInfo.lastName", json!("Lastling")),
        ("identityInfo.email", json!("ann@example.com")),
        ("identityInfo.secondaryEmail", json!("second@example.com")),
        ("identityInfo.mobile", json!("+16175550101")),
        ("phoneConfig.deskPhoneNumber", json!("+16175550102")),
    ]);
    let text = format!("{:?} {:?}", spec(&document), crate::support::state(&document));
    for value in ["Password123", "Firstling", "Lastling", "ann@", "second@", "+1617555"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
}

proptest! {
    /// A spec survives its JSON, in both spellings.
    #[test]
    fn specs_survive_json(document in any_kind().prop_flat_map(|kind| document(kind, "jane"))) {
        let spec = spec(&document);
        let json = serde_json::to_string(&ExposeSecrets(&spec)).expect("json");
        prop_assert_eq!(&serde_json::from_str::<UserSpec>(&json).expect("a spec"), &spec);
        let mut hidden = spec.clone();
        hidden.password = None;
        let json = serde_json::to_string(&spec).expect("json");
        prop_assert_eq!(&serde_json::from_str::<UserSpec>(&json).expect("a spec"), &hidden);
        let snake: serde_json::Value = to_snake_case(serde_json::from_str(&json).expect("json"));
        prop_assert_eq!(&serde_json::from_value::<UserSpec>(snake).expect("a spec"), &hidden);
    }
}

/// The names of members, but for those that the user chooses: the keys of tags.
fn to_snake_case(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;

    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let is_tags = name == "tags";
                    let snake = name.chars().fold(String::new(), |mut text, c| {
                        if c.is_ascii_uppercase() {
                            text.push('_');
                        }
                        text.push(c.to_ascii_lowercase());
                        text
                    });
                    (snake, if is_tags { value } else { to_snake_case(value) })
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(to_snake_case).collect()),
        value => value,
    }
}

#[test]
fn a_state_of_a_later_version_is_named_as_such() {
    let state = crate::support::state(&crate::support::base());
    let mut json = serde_json::to_value(&state).expect("JSON");
    assert_eq!(json["version"], 1);
    json["version"] = json!(2);
    // Whatever else a later version may write.
    json["managed"] = json!({"properties": ["shoeSize"]});
    let error = serde_json::from_value::<connect_user::user::UserState>(json.clone()).expect_err("later");
    assert_eq!(
        error.to_string(),
        "the state was written by a later version: its version must be at most 1, is 2; use the program that wrote it, or \
         a later one",
    );
    json["managed"] = json!([]);
    json["version"] = json!("one");
    assert!(serde_json::from_value::<connect_user::user::UserState>(json.clone()).is_err());
    json.as_object_mut().expect("an object").remove("version");
    assert!(serde_json::from_value::<connect_user::user::UserState>(json).is_ok(), "the first had none");
}

#[test]
fn a_spec_of_an_import_manages_no_empty_proficiencies_and_no_tags_of_others() {
    let mut state = crate::support::state(&crate::support::with(&[(
        "tags",
        json!({"a": "1", "k8s/x": "2", "team": "ops"}),
    )]));
    assert_eq!(state.properties.proficiencies, Some(Default::default()));
    state.record = Default::default();
    let mut settings = Settings::default();
    settings.default_tags.insert("team".into(), "ops".into());
    settings.ignore_tags.prefixes.insert("k8s/".into());
    let spec = state.to_spec(&settings);
    assert_eq!(spec.user_proficiencies, None);
    assert_eq!(serde_json::to_value(&spec).expect("JSON")["tags"], json!({"a": "1"}));
}

#[test]
fn a_state_survives_json_with_everything_that_it_remembers() {
    let mut state = crate::support::state(&crate::support::with(&[("tags", json!({"a": "1"}))]));
    let at = connect_user::user::Timestamp::from_millis(1_750_000_000_000);
    state.last_modified_time = Some(at);
    state.last_modified_region = Some("us-east-1".into());
    let record = &mut state.record;
    record.default_tag_keys = ["team".to_owned()].into();
    record.unrecognised = vec!["phoneConfig.shoeSize".into()];
    record.last_written = Some(at);
    record.created = Some(at);
    record.in_progress = true;
    record.unread = connect_user::user::PropertySet::WRITTEN_WHOLE;
    let work = connect_user::user::AfterContactWork::new(5).with_agent_first_callback(6);
    record.unfinished.after_contact_work.insert(connect_user::user::Channel::Chat, work);
    let replaced = crate::support::state(&crate::support::with(&[("name", json!("june"))])).to_replaced();
    state.record.unfinished.replaced.push(replaced);
    let text = serde_json::to_string(&state).expect("JSON");
    assert_eq!(serde_json::from_str::<connect_user::user::UserState>(&text).expect("a state"), state);
}

#[test]
fn the_password_of_a_creation_is_written_only_where_the_host_asks_for_secrets() {
    let mut state = crate::support::state(&crate::support::base());
    state.record.password = Some("Password123".into());
    let read = |text: String| serde_json::from_str::<UserState>(&text).expect("a state").record.password;
    assert_eq!(read(serde_json::to_string(&state).expect("JSON")), None);
    let exposed = serde_json::to_string(&ExposeSecrets(&state)).expect("JSON");
    assert_eq!(read(exposed), state.record.password);
}

#[test]
fn every_error_has_a_way_out() {
    use connect_user::{client::memory::MemoryConnect, validate::Overrides};
    let overrides = |code| Overrides::default().allow(code).expect_err("not lowered");
    for help in [
        "x".parse::<ImportId>().expect_err("no id").help().to_owned(),
        RoutingProfileId::new("a b").check().expect_err("no id").help(),
        "soon".parse::<connect_user::user::Timestamp>().expect_err("no time").help().to_owned(),
        "SOFT".parse::<connect_user::user::PhoneType>().expect_err("no type").help(),
        MemoryConnect::load("{}".as_bytes()).expect_err("no service").help().to_owned(),
        MemoryConnect::load(r#"{"version": 99, "instances": []}"#.as_bytes())
            .expect_err("later")
            .help()
            .to_owned(),
        overrides("nonsense").help().to_owned(),
        overrides("wrong-type").help().to_owned(),
        overrides("duplicate-channel").help().to_owned(),
    ] {
        assert!(help.len() > 10, "{help}");
    }
    assert_eq!(
        "SOFT_FONE".parse::<connect_user::user::PhoneType>().expect_err("no type").help(),
        "did you mean `SOFT_PHONE`?"
    );
}

#[test]
fn paths_and_diagnostics_are_read_as_they_are_written() {
    use connect_user::user::{Code, Diagnostic, Severity};
    let tags = Path::from(Property::Tags);
    let mut paths: Vec<Path> = Property::ALL.iter().map(|property| Path::from(*property)).collect();
    paths.extend(
        ["team", "cost center", "a.b", "", "\"", "a\\", "\u{202e}\n", "[0]", "😀"].map(|key| tags.key(key)),
    );
    paths.extend([Path::root(), Path::root().member("no such: \"x\"".to_owned())]);
    paths.push(Path::from(Property::UserProficiencies).index(3).member("level"));
    for path in paths {
        assert_eq!(path.to_string().parse(), Ok(path.clone()), "{path}");
        let found = Diagnostic::new(Code::NAME_LENGTH, "`name` is long")
            .at(path.clone())
            .about("jane")
            .with_severity(Severity::Warning)
            .with_help("shorten it")
            .with_related(vec![path]);
        let json = serde_json::to_string(&found).expect("JSON");
        assert_eq!(serde_json::from_str::<Diagnostic>(&json).expect("a diagnostic"), found);
    }
}

#[test]
fn a_diagnostic_of_a_host_or_a_later_version_is_read_with_its_code() {
    use connect_user::user::{Code, Diagnostic, Severity};
    const OWN: Code = Code::new("of-a-host");
    for severity in [Severity::Error, Severity::Note] {
        let own = Diagnostic::new(OWN, "of its own").with_severity(severity);
        let read: Diagnostic = serde_json::from_value(json!(own)).expect("a diagnostic");
        assert_eq!(read, own);
        assert!(matches!(read.code, OWN) && read.code.info().is_none());
        assert_eq!(read.code.as_str().as_ptr(), {
            let again: Diagnostic = serde_json::from_value(json!(own)).expect("a diagnostic");
            again.code.as_str().as_ptr()
        });
    }
    // A code that a host looks up is one of the list.
    assert!(serde_json::from_value::<Code>(json!("of-a-host")).is_err());
    for wrong in ["", "two words", "a\nb", &"x".repeat(101)] {
        let mut json = json!(Diagnostic::new(OWN, "of its own"));
        json["code"] = json!(wrong);
        let error = serde_json::from_value::<Diagnostic>(json).expect_err("no code").to_string();
        assert!(error.contains("1 to 100 ASCII characters"), "{error}");
    }
    // What is read stays in memory: there is an end to it.
    let read = |number: usize| {
        let code = format!("code-{number}");
        let mut json = json!(Diagnostic::new(OWN, "of its own"));
        json["code"] = json!(code);
        serde_json::from_value::<Diagnostic>(json)
    };
    let error = (0..=1_000).find_map(|number| read(number).err()).expect("too many").to_string();
    assert!(error.contains("at most 1000"), "{error}");
    assert!(read(0).is_ok(), "what was read before is still read");
}

#[test]
fn values_and_json_are_each_other() {
    let json = json!({
        "a": [null, true, -3, 2.5, "x"],
        "tags": {"cost center": "7"},
        "large": u64::MAX,
    });
    let value = Value::from(json.clone());
    assert_eq!(value.at(&"a[2]".parse().expect("a path")), Some(&Value::Integer(-3)));
    assert_eq!(value.at(&Path::from(Property::Tags).key("cost center")), Some(&"7".into()));
    assert_eq!(value.at(&"a[9]".parse().expect("a path")), None);
    assert_eq!(value.at(&Path::root()), Some(&value));
    let back = serde_json::Value::try_from(value.clone()).expect("all is known");
    assert_eq!((&back["a"], &back["tags"]), (&json["a"], &json["tags"]));
    assert_eq!(back["large"], json!(u64::MAX as f64), "an i64 does not hold it");

    let unknown = Value::Map(vec![("a".into(), value), ("phoneConfig".into(), Value::Unknown)]);
    let within = Path::from(Property::DeskPhoneNumber);
    assert_eq!(unknown.at(&within), Some(&Value::Unknown), "around it, all is unknown");
    assert!(unknown.has_unknowns() && !unknown.get("a").expect("there").has_unknowns());
    let error = serde_json::Value::try_from(unknown).expect_err("JSON has no form for it");
    assert_eq!(error.to_string(), "`phoneConfig` is not known yet, and JSON has no form for that");
    assert!(error.help().contains("into_pulumi_unknowns"));
}

#[test]
fn a_state_is_a_document_too() {
    let state: UserState = state(&crate::support::base());
    let document = state.encode();
    assert!(!document.has_unknowns());
    let json = serde_json::Value::try_from(document).expect("all is known");
    assert_eq!(json, serde_json::to_value(&state).expect("JSON"));
    assert_eq!(serde_json::from_value::<UserState>(json).expect("a state"), state);
}

#[test]
fn of_a_tag_that_is_given_twice_the_first_one_stays_and_the_others_are_told() {
    let mut value: Value = serde_json::from_value(crate::support::base()).expect("a value");
    let tag = |key: &str, value: &str| (key.to_owned(), Value::from(value));
    let tags = vec![tag("b", "1"), tag("a", "2"), tag("b", "3"), tag("c", "4"), tag("b", "5"), tag("a", "6")];
    let Value::Map(members) = &mut value else { panic!("an object") };
    members.retain(|(name, _)| name != "tags");
    members.push(("tags".to_owned(), Value::Map(tags)));
    let error = UserSpec::decode(value).expect_err("given twice");
    let said: Vec<&str> = error.iter().map(|found| &*found.message).collect();
    assert_eq!(said, ["`tags.a` is given twice", "`tags.b` is given twice", "`tags.b` is given twice"]);
}

/// Reading them one by one into their order would take minutes.
#[test]
fn many_tags_are_read_in_one_go() {
    let mut value: Value = serde_json::from_value(crate::support::base()).expect("a value");
    let Value::Map(members) = &mut value else { panic!("an object") };
    members.retain(|(name, _)| name != "tags");
    let tags = (0..300_000).rev().map(|key| (format!("{key:06}"), Value::from("x")));
    members.push(("tags".to_owned(), Value::Map(tags.collect())));
    let began = std::time::Instant::now();
    let spec = UserSpec::decode(value).expect("a spec");
    assert_eq!(spec.tags.as_ref().and_then(Input::known).expect("tags").len(), 300_000);
    assert!(began.elapsed() < std::time::Duration::from_secs(15), "{:?}", began.elapsed());
}

/// What only the service sets.
const OUTPUTS: [&str; 7] =
    ["id", "arn", "userId", "tagsAll", "lastModifiedTime", "lastModifiedRegion", "proficienciesLastModified"];

#[test]
fn what_only_the_service_sets_is_known_by_its_name_everywhere() {
    let whole = whole().encode();
    let computed = Schema::new(Spelling::CamelCase).fields;
    let computed = computed.iter().filter(|field| field.given == Given::Computed);
    computed.for_each(|field| assert!(OUTPUTS.contains(&field.name.as_str()), "{}", field.name));
    for output in OUTPUTS {
        assert!(whole.get(output).is_some(), "{output}");
        for spelling in [Spelling::CamelCase, Spelling::SnakeCase, Spelling::PascalCase] {
            let spelled = spelling.name(output).into_owned();
            let value = |name: &str| Value::Map(vec![(name.to_owned(), Value::Null)]);
            assert_eq!(spelling.read(value(&spelled)), value(output));
            let message = Message::from(format!("`{:#}`", Path::root().member(output.to_owned())));
            assert_eq!(message.spelled(spelling), format!("`{spelled}`"));
        }
        let refused = UserSpec::decode(Value::from(with(&[(output, json!("x"))]))).expect_err(output);
        assert_eq!(
            refused.iter().next().expect("one").message,
            format!("`{output}` is an output of a user and cannot be set")
        );
        let refers = with(&[("tags", json!({"other": format!("${{a.{output}}}")}))]);
        let resource = |user: &serde_json::Value| json!({"type": "aws:connect:User", "properties": user});
        let text = json!({"resources": {"a": resource(&with(&[])), "b": resource(&refers)}}).to_string();
        Program::read(Source::new("users.json", &text), &[])
            .unwrap_or_else(|error| panic!("{output}: {error}"));
        let attributes = with(&[(output, json!("x"))]);
        let file = json!({"resources": [{"mode": "managed", "type": "aws_connect_user", "name": "a", "instances": [
            {"attributes": Spelling::SnakeCase.value(Value::from(attributes))}]}], "version": 4});
        let options = ReadOptions::builder().file("state").build();
        let file = read(FileFormat::Terraform, file.to_string().as_bytes(), &options);
        assert!(
            file.users[0].inputs.get(output).is_none() && file.diagnostics.is_empty(),
            "{:?}",
            file.diagnostics
        );
    }
}
