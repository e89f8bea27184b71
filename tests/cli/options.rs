//! Pulumi's resource options, and who is who when resource names change.

use serde_json::{Value, json};

use crate::tool::{Tool, jane, named, resource};

/// A program of one user with options.
fn with_options(tool: &Tool, properties: &Value, options: Value) -> String {
    tool.write(&json!({"resources": {"jane": {
        "type": "aws:connect:User", "properties": properties, "options": options,
    }}}))
}

fn users(tool: &Tool) -> serde_json::Map<String, Value> {
    tool.json(&["show"])["users"].as_object().expect("users").clone()
}

/// How many users the service has.
fn present(tool: &Tool) -> usize {
    tool.ok(&["export", "--instance", "i"]).out.matches("aws:connect:User").count()
}

#[test]
fn options_without_meaning_and_unknown_ones_are_refused_by_name() {
    let tool = Tool::new();
    for (options, expected) in [
        (json!({"retainOnDelte": true}), "did you mean `retainOnDelete`?"),
        (json!({"replacementTrigger": 1}), "`resources.jane.options.replacementTrigger` has no meaning here"),
        (json!({"hideDiffs": []}), "`resources.jane.options.hideDiffs` has no meaning here"),
        (json!({"customTimeouts": {"create": "5m"}}), "give `--retry-for SECONDS`"),
        (
            json!({"protect": "yes"}),
            "`resources.jane.options.protect` must be `true` or `false`, is a string",
        ),
        (json!({"retainOnDelete": 1}), "must be `true` or `false`, is a number"),
        (json!({"ignoreChanges": "tags"}), "must be a list, is a string"),
        (json!({"ignoreChanges": ["routingProfileld"]}), "did you mean `routingProfileId`?"),
        (json!({"ignoreChanges": ["securityProfileIds[0]"]}), "ignore the whole of `securityProfileIds`"),
        (json!({"replaceOnChanges": ["tgas"]}), "names no property of a user"),
        (json!({"dependsOn": ["${jnae}"]}), "did you mean `${jane}`?"),
        (json!({"dependsOn": ["jane"]}), "must refer to a resource"),
        (json!({"dependsOn": ["${jane}"]}), "`jane` refers to itself"),
        (json!({"parent": "${nothing}"}), "refers to `nothing`, which the program does not define"),
        (json!({"deletedWith": "${jane}"}), "whose deletion deletes no other user"),
        (
            json!({"additionalSecretOutputs": ["identityInfo"]}),
            "names `identityInfo`, which is recorded in clear",
        ),
        (json!({"version": "latest"}), "must be a version, is `latest`"),
        (json!({"aliases": [{"nmae": "x"}]}), "has an alias with `nmae`"),
        (json!({"aliases": [7]}), "has an alias that is a number"),
        (json!({"import": "nonsense"}), "`resources.jane.options.import` is invalid: `nonsense`"),
        (json!([]), "`resources.jane.options` is not a map"),
    ] {
        let file = with_options(&tool, &jane(), options.clone());
        let said = tool.fails(&["validate", &file]);
        assert!(said.contains(expected), "{options}: {said}");
    }
    let harmless = json!({
        "additionalSecretOutputs": ["password"], "version": "7.51.0", "aliases": [], "dependsOn": [], "protect": null,
    });
    tool.ok(&["validate", &with_options(&tool, &jane(), harmless)]);
}

/// A rule is not told that may not hold once the option is mended.
#[test]
fn an_option_with_a_mistake_is_not_taken_as_left_out() {
    let tool = Tool::new();
    tool.apply(
        &tool.write(&json!({"resources": {"jane": resource(jane()), "june": resource(named("june"))}})),
    );
    let without_password = |name: &str| {
        let mut user = named(name);
        user.as_object_mut().expect("an object").remove("password");
        user
    };
    let said = |name: &str, options: Value, change: &dyn Fn(&mut Value)| {
        let mut user = without_password("janet");
        change(&mut user);
        let program = json!({"resources": {
            "june": resource(without_password("june")),
            name: {"type": "aws:connect:User", "properties": user, "options": options},
        }});
        let file = tool.write(&program);
        tool.fails(&["validate", &file, "--identity-management", "CONNECT_MANAGED"])
    };
    for (name, options) in [
        ("ann", json!({"import": "nonsense"})),
        ("ann", json!({"imports": "i:a"})),
        ("ann", json!({"urn": "urn:a"})),
        ("ann", json!(["import"])),
        ("ann", json!({"aliases": [7]})),
        ("ann", json!({"aliases": ["june"]})),
        ("jane", json!({"ignoreChanges": ["name", "nonsense"]})),
        ("jane", json!({"ignoreChange": ["name"]})),
        ("ann", json!({"import": "i:a", "protect": "yes"})),
    ] {
        let found = said(name, options.clone(), &|_| ());
        assert_eq!(found.matches("error").count(), 1, "{options}: {found}");
        // Other rules hold whatever the option says.
        let found =
            said(name, options.clone(), &|user| user["phoneConfig"]["phoneType"] = json!("DESK_PHONE"));
        assert_eq!(found.matches("error").count(), 2, "{options}: {found}");
        assert!(found.contains("`phoneConfig.deskPhoneNumber` is required"), "{options}: {found}");
    }
    // No rule depends on these.
    for options in [json!({"protect": "yes"}), json!({"dependsOn": ["${nobody}"]}), json!({"hideDiffs": []})]
    {
        let found = said("ann", options.clone(), &|_| ());
        assert_eq!(found.matches("error").count(), 2, "{options}: {found}");
        assert!(found.contains("error[password-required]: ann"), "{options}: {found}");
    }
}

#[test]
fn ignored_changes_are_not_made() {
    let tool = Tool::new();
    let mut properties = jane();
    properties["tags"] = json!({"team": "a", "site": "x"});
    tool.apply(&tool.program(&properties));
    let mut changed = properties.clone();
    changed["name"] = json!("janet");
    changed["routingProfileId"] = json!("r2");
    changed["password"] = json!("Another4Secret");
    changed["identityInfo"]["email"] = json!("other@example.com");
    changed["tags"] = json!({"team": "b", "site": "y"});
    let ignored = ["name", "routingProfileId", "password", "identityInfo.email", "tags.team"];
    let file = with_options(&tool, &changed, json!({"ignoreChanges": ignored}));
    assert_eq!(tool.plan(&file), ["TagResource"]);
    assert_eq!(tool.apply(&file), ["TagResource"]);
    let user = users(&tool)["jane"].clone();
    assert_eq!((&user["name"], &user["routingProfileId"]), (&json!("jane"), &json!("r1")));
    assert_eq!(user["tags"], json!({"team": "a", "site": "y"}));
    let said = tool.ok(&["plan", &file, "--on-password-change", "refuse"]);
    assert_eq!(said.out, "No changes: 1 up to date.\n");
    let everything = with_options(&tool, &named("other"), json!({"ignoreChanges": ["*"]}));
    assert!(tool.plan(&everything).is_empty());
}

#[test]
fn a_retained_user_leaves_the_program_without_a_call() {
    let tool = Tool::new();
    let other = resource(named("other"));
    let retained =
        json!({"type": "aws:connect:User", "properties": jane(), "options": {"retainOnDelete": true}});
    tool.apply(&tool.write(&json!({"resources": {"jane": retained, "other": other}})));
    let file = tool.write(&json!({"resources": {"other": other}}));
    let plan = tool.json(&["plan", &file]);
    assert_eq!((&plan["summary"]["delete"], &plan["released"][0]["user"]), (&json!(0), &json!("jane")));
    let said = tool.ok(&["apply", &file, "--yes"]);
    assert!(
        said.err.contains("`jane` is no longer managed: its account stays (`retainOnDelete`)"),
        "{}",
        said.err
    );
    assert!(said.out.contains("0 deleted") && said.out.contains("1 no longer managed"), "{}", said.out);
    assert_eq!((users(&tool).len(), present(&tool)), (1, 2));
    assert_eq!(tool.ok(&["plan", &file]).err, "");
}

#[test]
fn a_retained_user_stays_when_it_is_replaced_or_destroyed() {
    let tool = Tool::new();
    let options = json!({"retainOnDelete": true});
    tool.apply(&with_options(&tool, &jane(), options.clone()));
    let file = with_options(&tool, &named("janet"), options.clone());
    assert_eq!(tool.plan(&file), ["CreateUser"]);
    assert_eq!(tool.apply(&file), ["CreateUser"]);
    assert_eq!((users(&tool)["jane"]["name"].clone(), present(&tool)), (json!("janet"), 2));
    assert!(tool.plan(&file).is_empty());
    // Two users of one name cannot be there at once.
    let mut password = named("janet");
    password["password"] = json!("Password1234");
    let file = with_options(&tool, &password, options);
    let said = tool.fails(&["apply", &file, "--yes", "--on-password-change", "replace"]);
    assert!(said.contains("so its account cannot stay"), "{said}");
    let said = tool.ok(&["destroy", "--yes"]);
    assert!(said.out.contains("0 deleted") && said.out.contains("1 no longer managed"), "{}", said.out);
    assert_eq!((users(&tool).len(), present(&tool)), (0, 2));
}

#[test]
fn who_goes_with_another_resource_is_forgotten_with_it() {
    let tool = Tool::new();
    let instance = json!({"type": "aws:connect:Instance", "properties": {}});
    let kept = resource(named("kept"));
    let user =
        json!({"type": "aws:connect:User", "properties": jane(), "options": {"deletedWith": "${instance}"}});
    tool.apply(&tool.write(&json!({"resources": {"instance": instance, "jane": user, "kept": kept}})));
    let alone = tool.write(&json!({"resources": {"instance": instance, "kept": kept}}));
    assert_eq!(tool.plan(&alone), ["DeleteUser"]);
    let file = tool.write(&json!({"resources": {"kept": kept}}));
    assert!(tool.plan(&file).is_empty());
    assert!(tool.ok(&["apply", &file, "--yes"]).err.contains("it goes with `instance`"));
    assert_eq!((users(&tool).len(), present(&tool)), (1, 2));
}

#[test]
fn changes_replace_where_the_program_says_so_and_in_the_order_that_it_says() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    let mut changed = jane();
    changed["hierarchyGroupId"] = json!("g2");
    let file = with_options(&tool, &changed, json!({"replaceOnChanges": ["hierarchyGroupId"]}));
    assert_eq!(tool.plan(&file), ["DeleteUser", "CreateUser"]);
    assert_eq!(tool.apply(&file), ["DeleteUser", "CreateUser"]);
    assert!(tool.plan(&file).is_empty());
    let mut renamed = changed.clone();
    renamed["name"] = json!("janet");
    let file = with_options(&tool, &renamed, json!({"deleteBeforeReplace": true}));
    assert_eq!(tool.plan(&file), ["DeleteUser", "CreateUser"]);
    assert_eq!(tool.plan(&with_options(&tool, &renamed, json!({}))), ["CreateUser", "DeleteUser"]);
    tool.apply(&file);
    assert_eq!(present(&tool), 1);
}

#[test]
fn who_depends_on_another_comes_after_it() {
    let tool = Tool::new();
    let user = |name: &str, options: Value| json!({"type": "aws:connect:User", "properties": named(name), "options": options});
    let file = tool.write(&json!({"resources": {
        "first": user("first", json!({"dependsOn": ["${last}"]})), "last": user("last", json!({})),
        "child": user("child", json!({"parent": "${first}"})),
    }}));
    let events = tool.json_lines(&["apply", &file, "--yes"]);
    let order: Vec<&Value> =
        events.iter().filter(|event| event["event"] == "step").map(|event| &event["user"]).collect();
    assert_eq!(order, ["last", "first", "child"]);
}

#[test]
fn a_user_is_known_by_its_earlier_names() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    for alias in
        [json!("jane"), json!({"name": "jane"}), json!("urn:pulumi:dev::centre::aws:connect/user:User::jane")]
    {
        let program = |name: &str, options: Value| {
            tool.write(&json!({"resources": {"mira": {
                "type": "aws:connect:User", "properties": named(name), "options": options,
            }}}))
        };
        // Also its user name has changed, so that nothing but the alias says who it is.
        let plan = tool.json(&["plan", &program("mira", json!({"aliases": [alias]}))]);
        assert_eq!(plan["moves"], json!([{"from": "jane", "user": "mira"}]), "{plan}");
        assert_eq!(plan["summary"]["replace"], 1, "{plan}");
    }
    let file = tool.write(&json!({"resources": {"mira": {
        "type": "aws:connect:User", "properties": named("mira"), "options": {"aliases": ["jane"]},
    }}}));
    assert_eq!(tool.apply(&file), ["CreateUser", "DeleteUser"]);
    assert_eq!(users(&tool).keys().collect::<Vec<_>>(), ["mira"]);
    assert!(tool.plan(&file).is_empty());
}

/// Resource names made of the row's place in a spreadsheet.
fn rows(tool: &Tool, names: &[&str]) -> String {
    let row = |(place, name): (usize, &&str)| (format!("CfnUser{place}"), resource(named(name)));
    let users: serde_json::Map<_, _> = names.iter().enumerate().map(row).collect();
    tool.write(&json!({"resources": users}))
}

#[test]
fn a_row_that_is_taken_out_is_one_deletion_and_the_others_move() {
    let tool = Tool::new();
    tool.apply(&rows(&tool, &["mira", "teo", "ama"]));
    let before = users(&tool);
    let file = rows(&tool, &["teo", "ama"]);
    let plan = tool.json(&["plan", &file]);
    let summary = &plan["summary"];
    assert_eq!(
        (&summary["delete"], &summary["replace"], &summary["create"], &summary["unchanged"]),
        (&json!(1), &json!(0), &json!(0), &json!(2)),
        "{plan}"
    );
    assert_eq!(plan["moves"].as_array().expect("moves").len(), 2, "{plan}");
    assert_eq!(users(&tool), before, "a plan writes nothing down");
    assert_eq!(tool.apply(&file), ["DeleteUser"]);
    let after = users(&tool);
    for (old, new) in [("CfnUser1", "CfnUser0"), ("CfnUser2", "CfnUser1")] {
        assert_eq!(before[old]["userId"], after[new]["userId"]);
    }
    assert_eq!((after.len(), present(&tool)), (2, 2));
    assert_eq!(tool.ok(&["plan", &file, "--detailed-exitcode"]).err, "");
}

#[test]
fn a_row_that_is_put_in_first_is_one_creation() {
    let tool = Tool::new();
    tool.apply(&rows(&tool, &["mira", "teo"]));
    let file = rows(&tool, &["ama", "mira", "teo"]);
    assert_eq!(tool.apply(&file), ["CreateUser"]);
    assert!(tool.plan(&file).is_empty());
    // Two exchange their places.
    let file = rows(&tool, &["mira", "ama", "teo"]);
    assert!(tool.apply(&file).is_empty());
    assert_eq!(tool.ok(&["plan", &file]).err, "");
}

#[test]
fn who_was_deleted_by_hand_and_has_a_new_resource_name_is_made_again() {
    let tool = Tool::new();
    tool.apply(&rows(&tool, &["mira", "teo"]));
    tool.change_service(|service| {
        let users = service["instances"][0]["users"].as_array_mut().expect("users");
        let count = users.len();
        users.retain(|user| user["username"] != "teo" && user["name"] != "teo");
        assert_eq!(users.len(), count - 1);
    });
    let mut state = tool.json(&["state", "export"]);
    state["users"]["CfnUser1"]["state"]["created"] = json!("2026-01-01T00:00:00Z");
    std::fs::write(tool.path("state.json"), state.to_string()).expect("written");
    std::fs::remove_file(tool.path(".connect-user/users.redb")).expect("no state");
    tool.ok(&["state", "import", "state.json"]);
    let file = tool.write(&json!({"resources": {
        "CfnUser0": {"type": "aws:connect:User", "properties": named("mira")},
        "renamed": {"type": "aws:connect:User", "properties": named("teo")},
    }}));
    assert_eq!(tool.apply(&file), ["CreateUser"]);
    assert_eq!(users(&tool).keys().collect::<Vec<_>>(), ["CfnUser0", "renamed"]);
    assert_eq!(present(&tool), 2);
    assert!(tool.plan(&file).is_empty());
}

#[test]
fn what_was_read_is_not_recorded_if_the_plan_is_refused() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    let id = tool.json(&["show"])["users"]["jane"]["id"].as_str().expect("an id").to_owned();
    // Somebody else renames her.
    let other = ["--state", "other"];
    tool.ok(&[&["import", "jane", &id][..], &other].concat());
    let mut properties = jane();
    properties["identityInfo"]["firstName"] = json!("Joan");
    tool.ok(&[&["apply", &tool.program(&properties), "--yes"][..], &other].concat());
    let recorded = || tool.json(&["show"])["users"]["jane"]["identityInfo"]["firstName"].clone();
    assert_eq!(recorded(), "Jane");
    properties["name"] = json!("june");
    let user = json!({"type": "aws:connect:User", "properties": properties, "options": {"protect": true}});
    let file = tool.write(&json!({"resources": {"jane": user}}));
    let said = tool.fails(&["apply", &file, "--yes", "--refresh", "full"]);
    assert!(said.contains("protected"), "{said}");
    assert_eq!(recorded(), "Jane");
    assert_eq!(tool.json(&["drift"])["users"][0]["changes"][0]["path"], "identityInfo.firstName");
}

#[test]
fn tags_of_others_are_left_alone() {
    let tool = Tool::new();
    let mut properties = jane();
    properties["tags"] = json!({"team": "a", "owner": "ops", "backup/daily": "yes"});
    tool.apply(&tool.program(&properties));
    properties["tags"] = json!({"team": "b"});
    let file = tool.program(&properties);
    let ignore = ["--ignore-tag", "owner", "--ignore-tag-prefix", "backup/"];
    let plan = tool.json(&[&["plan", &file][..], &ignore].concat());
    let steps = plan["users"][0]["steps"].as_array().expect("steps");
    assert_eq!((steps.len(), &steps[0]["operation"]), (1, &json!("TagResource")), "{plan}");
    tool.ok(&[&["apply", &file, "--yes"][..], &ignore].concat());
    assert_eq!(tool.ok(&[&["plan", &file][..], &ignore].concat()).out, "No changes: 1 up to date.\n");
    let exported = tool.ok(&["export", "--instance", "i"]).out;
    assert!(exported.contains("backup/daily") && exported.contains("owner"), "{exported}");
}

#[test]
fn an_import_of_somebody_else_is_refused_and_not_forgotten() {
    let tool = Tool::new();
    let user = |name: &str, import: Option<&str>| {
        let mut properties = jane();
        properties["name"] = json!(name);
        let mut user = resource(properties);
        if let Some(id) = import {
            user["options"] = json!({"import": id});
        }
        user
    };
    let file = tool.write(&json!({"resources": {"a": user("x", None), "b": user("y", None)}}));
    tool.ok(&["apply", &file, "--yes"]);
    let shown = tool.json(&["show"]);
    let id = |name: &str| shown["users"][name]["id"].as_str().expect("an id").to_owned();
    let (x, y) = (id("a"), id("b"));
    let both = tool.write(&json!({"resources": {"c": user("x", Some(&x)), "d": user("z", Some(&x))}}));
    assert!(tool.fails(&["plan", &both]).contains(&format!("`c` and `d` both import `{x}`")));
    let other = tool.write(&json!({"resources": {"a": user("x", Some(&y))}}));
    let said = tool.fails(&["plan", &other]);
    assert!(said.contains(&format!("`a` imports `{y}`, and is recorded as `{x}`")), "{said}");
    let same = tool.write(&json!({"resources": {"a": user("x", Some(&x)), "b": user("y", None)}}));
    assert_eq!(tool.ok(&["plan", &same]).out, "No changes: 2 up to date.\n");
}
