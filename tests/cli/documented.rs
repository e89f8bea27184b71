//! The five documented programs, as they are: each validates, plans with unknowns, applies, plans to
//! nothing, survives an import; and each property of each changes, comes and goes at the price of
//! exactly the expected calls.

use connect_user::user::Value as Document;
use serde_json::{Map, Value, json};

use crate::tool::{Tool, repository};

const PROGRAMS: &[(&str, bool)] = &[
    ("basic", true),
    ("desk-phone", false),
    ("hierarchy-group", true),
    ("identity-info", true),
    ("security-profiles", false),
];

const SETTINGS: &[&str] = &[
    "exampleAwsConnectInstance.id=i",
    "exampleAwsConnectRoutingProfile.routingProfileId=r1",
    "exampleAwsConnectSecurityProfile.securityProfileId=s1",
    "exampleAwsConnectUserHierarchyGroup.hierarchyGroupId=g1",
    "example2.securityProfileId=s2",
];

/// The values of the references of a program: of those that it has, and of no others.
fn settings(program: &str) -> Vec<&'static str> {
    let text = std::fs::read_to_string(file(program)).expect("a program");
    let is_used = |pair: &&&str| {
        let key = pair.split_once('=').expect("a pair").0;
        text.contains(&format!("${{{key}}}"))
    };
    SETTINGS.iter().filter(is_used).flat_map(|pair| ["--set", pair]).collect()
}

fn file(program: &str) -> String {
    repository(&format!("examples/programs/{program}.yaml"))
}

/// The properties of a program, its references resolved, its names added where it has none.
fn properties(program: &str) -> Value {
    let text = std::fs::read_to_string(file(program)).expect("a program");
    let document: Document = serde_saphyr::from_str(&text).expect("YAML");
    let mut text = serde_json::to_string(&document).expect("JSON");
    for pair in SETTINGS {
        let (name, value) = pair.split_once('=').expect("a pair");
        text = text.replace(&format!("${{{name}}}"), value);
    }
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    let mut properties = document["resources"]["example"]["properties"].take();
    let names = json!({"firstName": "example", "lastName": "example2"});
    properties.as_object_mut().expect("an object").entry("identityInfo").or_insert(names);
    properties
}

fn set(properties: &Value, path: &str, value: &Value) -> Value {
    let mut changed = properties.clone();
    let (block, member) = path.split_once('.').unwrap_or(("", path));
    let object = if block.is_empty() {
        changed.as_object_mut()
    } else {
        let blocks = changed.as_object_mut().expect("an object");
        blocks.entry(block).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
    };
    let object = object.expect("an object");
    match value {
        Value::Null => drop(object.remove(member)),
        value => drop(object.insert(member.to_owned(), value.clone())),
    }
    changed
}

#[test]
fn each_validates_and_plans_with_unknowns() {
    for (program, _) in PROGRAMS {
        let tool = Tool::new();
        // They refer to resources of other pages, and that is allowed by name only.
        let excerpt = ["--allow", "undefined-reference"];
        let alone = tool.fails(&["validate", &file(program)]);
        assert!(
            alone.contains("error[undefined-reference]: example: `${exampleAwsConnectInstance.id}`"),
            "{alone}"
        );
        assert!(alone.contains("--set 'exampleAwsConnectInstance.id=VALUE'"), "{alone}");
        tool.ok(&[&["validate", &file(program)][..], &settings(program)].concat());
        let report = tool.json(&[&["validate", &file(program)][..], &excerpt].concat());
        assert_eq!(report["valid"], true, "{program}: {report}");
        assert!(
            report["deferred"].as_array().is_some_and(|deferred| deferred.len() >= 3),
            "{program}: {report}"
        );
        let plan = tool.json(&[&["plan", &file(program)][..], &excerpt].concat());
        assert_eq!(plan["summary"]["create"], 1, "{program}");
        let changes = plan["users"][0]["changes"].as_array().expect("changes");
        let unknown: Vec<_> = changes.iter().filter(|change| change["unknown"] == true).collect();
        assert!(unknown.iter().any(|change| change["path"] == "routingProfileId"), "{program}: {changes:?}");
        let text = tool.ok(&[&["plan", &file(program)][..], &excerpt].concat()).out;
        assert!(text.contains("+ routingProfileId: (known after apply)"), "{text}");
        assert!(text.contains("+ password: (secret)") && !text.contains("Password123"), "{text}");
        let refused = tool.fails(&[&["apply", &file(program), "--yes"][..], &excerpt].concat());
        assert!(refused.contains("`${exampleAwsConnectInstance.id}`"), "{refused}");
        assert!(refused.contains("`${exampleAwsConnectRoutingProfile.routingProfileId}`"), "{refused}");
    }
}

#[test]
fn each_applies_and_then_plans_to_nothing() {
    for (program, is_named) in PROGRAMS {
        let tool = Tool::new();
        let settings = settings(program);
        let file = file(program);
        let apply = [&["apply", &file, "--yes"], &settings[..]].concat();
        if *is_named {
            assert!(tool.ok(&apply).out.contains("Done: 1 created"), "{program}");
            let plan = [&["plan", &file, "--detailed-exitcode"], &settings[..]].concat();
            assert_eq!(tool.ok(&plan).out, "No changes: 1 up to date.\n");
        } else {
            let refused = tool.fails(&apply);
            assert!(
                refused.contains("error[names-required]: example: `identityInfo.firstName` is required"),
                "{refused}"
            );
            assert!(refused.contains("at: example.identityInfo.lastName"), "{refused}");
            assert!(!tool.path(".connect-user/local.json").exists(), "no call was made");
        }
        let tool = Tool::new();
        let completed = tool.program(&properties(program));
        assert_eq!(tool.apply(&completed), ["CreateUser"], "{program}");
        assert!(tool.plan(&completed).is_empty());
    }
}

#[test]
fn each_is_imported_and_then_plans_to_nothing() {
    for (program, _) in PROGRAMS {
        let tool = Tool::new();
        let file = tool.program(&properties(program));
        tool.apply(&file);
        let shown = tool.json(&["show", "jane"]);
        let id = shown["users"]["jane"]["id"].as_str().expect("an id").to_owned();
        std::fs::remove_file(tool.path(".connect-user/users.redb")).expect("an empty state");
        let imported = tool.json(&["import", "jane", &id]);
        assert_eq!(imported["properties"]["name"], "example");
        assert!(tool.plan(&file).is_empty(), "{program}");
        // The properties that the import suggests are a program, too.
        let mut suggested = imported["properties"].clone();
        suggested["password"] = json!("Password123");
        let file = tool.program(&suggested);
        assert!(tool.plan(&file).is_empty(), "{program}: {suggested}");
    }
}

/// A property, two of its values, and the calls: when it comes, when it changes, when it goes.
struct Row {
    path: &'static str,
    one: Value,
    two: Value,
    comes: &'static str,
    changes: &'static str,
    goes: Option<&'static str>,
}

fn rows() -> Vec<Row> {
    let row = |path, one, two, call, goes: bool| Row {
        path,
        one,
        two,
        comes: call,
        changes: call,
        goes: goes.then_some(call),
    };
    let proficiency =
        |level: i64| json!([{"attributeName": "language", "attributeValue": "fr", "level": level}]);
    vec![
        row("routingProfileId", json!("r8"), json!("r9"), "UpdateUserRoutingProfile", false),
        row("securityProfileIds", json!(["s8"]), json!(["s8", "s9"]), "UpdateUserSecurityProfiles", false),
        row("hierarchyGroupId", json!("g8"), json!("g9"), "UpdateUserHierarchy", true),
        row("identityInfo.firstName", json!("Ann"), json!("Bea"), "UpdateUserIdentityInfo", false),
        row("identityInfo.lastName", json!("Ann"), json!("Bea"), "UpdateUserIdentityInfo", false),
        row(
            "identityInfo.email",
            json!("a@example.com"),
            json!("b@example.com"),
            "UpdateUserIdentityInfo",
            true,
        ),
        row(
            "identityInfo.secondaryEmail",
            json!("a@example.com"),
            json!("b@example.com"),
            "UpdateUserIdentityInfo",
            true,
        ),
        row(
            "identityInfo.mobile",
            json!("+16175550101"),
            json!("+16175550102"),
            "UpdateUserIdentityInfo",
            true,
        ),
        row("phoneConfig.afterContactWorkTimeLimit", json!(30), json!(60), "UpdateUserPhoneConfig", true),
        row("phoneConfig.autoAccept", json!(true), json!(false), "UpdateUserPhoneConfig", true),
        row(
            "voiceEnhancementConfigs",
            voice("VOICE_ISOLATION"),
            voice("NOISE_SUPPRESSION"),
            "UpdateUserConfig",
            true,
        ),
        Row {
            path: "tags",
            one: json!({"team": "a"}),
            two: json!({"team": "b"}),
            comes: "TagResource",
            changes: "TagResource",
            goes: Some("UntagResource"),
        },
        Row {
            path: "userProficiencies",
            one: proficiency(1),
            two: proficiency(2),
            comes: "AssociateUserProficiencies",
            changes: "UpdateUserProficiencies",
            goes: Some("DisassociateUserProficiencies"),
        },
    ]
}

fn voice(mode: &str) -> Value {
    json!([{"channel": "VOICE", "voiceEnhancementMode": mode}])
}

#[test]
fn each_property_of_each_costs_exactly_its_calls() {
    for (program, _) in PROGRAMS {
        let tool = Tool::new();
        let base = properties(program);
        tool.apply(&tool.program(&base));
        for Row { path, one, two, comes, changes, goes } in rows() {
            let step = |value: &Value, call: &str| {
                let file = tool.program(&set(&base, path, value));
                assert_eq!(tool.plan(&file), [call], "{program}: {path}: {value}");
                assert_eq!(tool.apply(&file), [call], "{program}: {path}: {value}");
                assert!(tool.plan(&file).is_empty(), "{program}: {path}: {value}");
            };
            step(&one, comes);
            step(&two, changes);
            if let Some(goes) = goes {
                // The value `false` is the default already: let there be something to take away.
                if two == json!(false) {
                    step(&one, changes);
                }
                step(&Value::Null, goes);
            }
            let file = tool.program(&base);
            tool.apply(&file);
            assert!(tool.plan(&file).is_empty(), "{program}: {path} back to the program");
        }
    }
}

#[test]
fn phones_change_from_desk_to_soft_and_back_in_one_call() {
    let tool = Tool::new();
    let soft = set(&properties("basic"), "phoneConfig.deskPhoneNumber", &Value::Null);
    let desk = set(
        &set(&soft, "phoneConfig.phoneType", &json!("DESK_PHONE")),
        "phoneConfig.deskPhoneNumber",
        &json!("+16175550101"),
    );
    tool.apply(&tool.program(&soft));
    for (properties, number) in [(&desk, Some("+16175550101")), (&soft, None), (&desk, Some("+16175550101"))]
    {
        let file = tool.program(properties);
        assert_eq!(tool.apply(&file), ["UpdateUserPhoneConfig"]);
        assert!(tool.plan(&file).is_empty());
        let shown = tool.json(&["show", "jane"]);
        assert_eq!(shown["users"]["jane"]["phoneConfig"]["deskPhoneNumber"].as_str(), number);
    }
}

#[test]
fn a_name_or_an_instance_replaces_the_user() {
    for (path, value) in [("name", "other"), ("instanceId", "j")] {
        let tool = Tool::new();
        let base = properties("basic");
        tool.apply(&tool.program(&base));
        let file = tool.program(&set(&base, path, &json!(value)));
        let plan = tool.json(&["plan", &file]);
        assert_eq!(plan["users"][0]["action"], "replace");
        assert_eq!(plan["users"][0]["changes"][0]["forcesReplacement"], true);
        assert_eq!(tool.apply(&file), ["CreateUser", "DeleteUser"]);
        assert!(tool.plan(&file).is_empty());
    }
}
