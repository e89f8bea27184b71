//! Commands, options, exit codes and JSON, with good input and bad.

use serde_json::{Value, json};

use crate::tool::{Tool, jane, resource as user};

fn with(path: &str, value: Value) -> Value {
    let mut properties = jane();
    let pointer = format!("/{}", path.replace('.', "/"));
    let (parent, member) = pointer.rsplit_once('/').expect("a path");
    let parent = properties.pointer_mut(parent).expect("a block");
    parent.as_object_mut().expect("an object").insert(member.to_owned(), value);
    properties
}

#[test]
fn plan_exits_with_2_only_where_asked_and_needed() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    assert_eq!(tool.run(&["plan", &file]).code, 0);
    assert_eq!(tool.run(&["plan", &file, "--detailed-exitcode"]).code, 2);
    tool.apply(&file);
    assert_eq!(tool.run(&["plan", &file, "--detailed-exitcode"]).code, 0);
}

#[test]
fn validation_reports_every_violation_as_json() {
    let tool = Tool::new();
    let mut properties = with("password", json!("short"));
    properties["phoneConfg"] = json!({});
    properties["securityProfileIds"] = json!(["s1", "s1"]);
    properties["hierarchyGroupId"] = json!("${group.id}");
    let file = tool.program(&properties);
    let said = tool.run(&["validate", &file, "--format", "json", "--identity-management", "CONNECT_MANAGED"]);
    assert_eq!(said.code, 1);
    let report: Value = serde_json::from_str(&said.out).expect("JSON");
    let violations = report["violations"].as_array().expect("violations");
    let mut codes: Vec<_> = violations.iter().map(|violation| violation["code"].as_str()).collect();
    // They come in the order of their places, which depends on how the program is written.
    let places: Vec<_> = violations
        .iter()
        .map(|violation| (violation["line"].as_u64(), violation["column"].as_u64()))
        .collect();
    assert!(places.is_sorted() && places.iter().all(|(line, _)| line.is_some()), "{places:?}");
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            Some("duplicate-security-profile"),
            Some("password-length"),
            Some("password-weak"),
            Some("undefined-reference"),
            Some("unknown-member")
        ]
    );
    for violation in violations {
        assert_eq!(violation["user"], "jane");
        assert_eq!(violation["severity"], "error");
        for member in ["path", "message", "help"] {
            assert!(violation[member].is_string(), "{violation}");
        }
    }
    assert_eq!(report["deferred"], json!([{"user": "jane", "path": "hierarchyGroupId"}]));
    assert_eq!(report["valid"], false);
    assert!(!said.out.contains("short"), "{}", said.out);
}

#[test]
fn severities_can_be_lowered_and_raised() {
    let tool = Tool::new();
    let file = tool.program(&with("identityInfo", json!({"firstName": "Jane", "lastName": "Roe"})));
    let managed = ["validate", &file, "--identity-management", "CONNECT_MANAGED"];
    assert!(tool.ok(&managed).err.contains("warning[email-missing]"));
    assert!(
        tool.fails(&[&managed[..], &["--deny", "email-missing"]].concat()).contains("error[email-missing]")
    );
    let file = tool.program(&with("tags", json!({"a#b": "c"})));
    assert!(tool.fails(&["validate", &file]).contains("error[tag-key-characters]"));
    assert!(
        tool.ok(&["validate", &file, "--allow", "tag-key-characters"])
            .err
            .contains("warning[tag-key-characters]")
    );
    let unknown = tool.fails(&["validate", &file, "--allow", "tag-key-character"]);
    assert!(
        unknown.contains("there is no rule `tag-key-character`; did you mean `tag-key-characters`?"),
        "{unknown}"
    );
}

#[test]
fn a_changed_password_is_told_and_the_policy_decides() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    let file = tool.program(&with("password", json!("Password1234")));
    let said = tool.ok(&["plan", &file, "--detailed-exitcode"]);
    assert!(said.out.contains("note: `password` has changed, which no API can do"), "{}", said.out);
    assert!(said.out.contains("the user keeps its password"), "{}", said.out);
    assert!(tool.apply(&file).is_empty());
    assert!(
        tool.ok(&["plan", &file]).out.contains("note: `password` has changed"),
        "told again, for it still differs"
    );
    let refused = tool.fails(&["plan", &file, "--on-password-change", "refuse"]);
    assert!(refused.contains("jane: `password` has changed"), "{refused}");
    let replace = ["--on-password-change", "replace"];
    let plan = tool.json(&[&["plan", &file][..], &replace].concat());
    assert_eq!(plan["users"][0]["action"], "replace");
    let change = &plan["users"][0]["changes"][0];
    assert_eq!(
        (&change["path"], &change["sensitive"], &change["before"], &change["after"]),
        (&json!("password"), &json!(true), &Value::Null, &Value::Null)
    );
    tool.ok(&[&["apply", &file, "--yes"][..], &replace].concat());
    assert_eq!(tool.ok(&["plan", &file]).out, "No changes: 1 up to date.\n");
}

#[test]
fn a_directory_user_id_is_refused_or_replaces() {
    let tool = Tool::new();
    tool.apply(&tool.program(&with("directoryUserId", json!("d1"))));
    let file = tool.program(&with("directoryUserId", json!("d2")));
    let refused = tool.fails(&["apply", &file, "--yes"]);
    assert!(refused.contains("no API changes `directoryUserId`"), "{refused}");
    tool.ok(&["apply", &file, "--yes", "--on-directory-user-id-change", "replace"]);
    assert!(tool.plan(&file).is_empty());
}

#[test]
fn who_leaves_the_program_is_deleted_unless_protected() {
    let tool = Tool::new();
    let protected = |protect: bool| json!({"resources": {"jane": {"type": "aws:connect:User", "properties": jane(), "options": {"protect": protect}}}});
    let empty = json!({"resources": {}});
    tool.apply(&tool.write(&protected(true)));
    let file = tool.write(&empty);
    for args in [&["plan", &file][..], &["apply", &file, "--yes"], &["destroy", "--yes"]] {
        assert!(tool.fails(args).contains("the user is protected and would be deleted"));
    }
    tool.apply(&tool.write(&protected(false)));
    let file = tool.write(&empty);
    // A program without users is sooner a mistake than a wish.
    for args in [&["plan", &file][..], &["apply", &file, "--yes"]] {
        let said = tool.fails(args);
        assert!(said.contains("the program has no users, so 1 recorded user would be deleted"), "{said}");
        assert!(said.contains("--max-deletes 1"), "{said}");
    }
    let plan = tool.json(&["plan", &file, "--max-deletes", "1"]);
    assert_eq!((&plan["users"][0]["action"], &plan["summary"]["delete"]), (&json!("delete"), &json!(1)));
    tool.ok(&["apply", &file, "--yes", "--max-deletes", "1"]);
    assert_eq!(tool.ok(&["show"]).out, "No user is recorded.\n");
}

#[test]
fn destroy_deletes_everybody() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    // Without the option, it would delete the others, too.
    for option in [&["--where", "name=jane"], &["--target", "jane"]] {
        let said = tool.fails(&[&["destroy", "--yes"][..], option].concat());
        assert!(said.contains("has no use in `destroy`, which deletes every user"), "{said}");
        let way = "take them out of the program, and `apply` it with `--where` or `--target`";
        assert!(said.contains(way) && !said.contains("leave it out"), "{said}");
    }
    assert!(!tool.ok(&["destroy", "--help"]).out.contains("--target"));
    assert!(tool.fails(&["destroy"]).contains("there is no terminal to ask on"));
    assert!(tool.ok(&["destroy", "--yes"]).out.contains("Done: 0 created, 0 updated, 0 replaced, 1 deleted"));
    let said = tool.ok(&["destroy", "--yes", "--format", "json"]);
    let summary: Value = serde_json::from_str(&said.out).expect("a summary");
    assert_eq!(summary["event"], "summary");
}

#[test]
fn a_user_under_a_new_name_in_the_program_is_the_same_user() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    let renamed = json!({"resources": {"janet": user(jane())}});
    let file = tool.write(&renamed);
    assert!(tool.plan(&file).is_empty());
    let said = tool.ok(&["apply", &file, "--yes"]);
    assert!(said.err.contains("`janet` is the user that was `jane`"), "{}", said.err);
    assert!(tool.ok(&["show"]).out.starts_with("janet\n"));
    let twice = json!({"resources": {
        "a": user(jane()),
        "b": user(jane()),
    }});
    assert!(tool.fails(&["plan", &tool.write(&twice)]).contains("`a` and `b` are both the user `jane`"));
}

#[test]
fn references_are_resolved_in_order() {
    let tool = Tool::new();
    let mut second = with("name", json!("june"));
    second["tags"] = json!({"mentor": "${jane.userId}", "at": "${place}/${jane.name}", "cost": "$${x}"});
    second["routingProfileId"] = json!("${profiles.routing}");
    let program = json!({
        "config": {"place": {"type": "string", "default": "hall"}},
        "variables": {"profiles": {"routing": "r7"}},
        "resources": {
            "june": user(second),
            "jane": user(jane()),
            "queue": {"type": "aws:connect:Queue", "properties": {"any": "thing"}},
        },
    });
    let file = tool.write(&program);
    let text = tool.ok(&["plan", &file]).out;
    assert!(text.contains("+ tags.mentor: (known after apply)"), "{text}");
    assert_eq!(tool.apply(&file), ["CreateUser", "CreateUser"]);
    let shown = tool.json(&["show"]);
    let users = &shown["users"];
    assert_eq!(
        users["june"]["tags"],
        json!({"mentor": users["jane"]["userId"], "at": "hall/jane", "cost": "${x}"})
    );
    assert_eq!(users["june"]["routingProfileId"], "r7");
    assert!(tool.plan(&file).is_empty());
}

#[test]
fn a_made_name_stays_the_same() {
    let tool = Tool::new();
    let file = tool.program(&with("name", Value::Null));
    assert!(tool.ok(&["plan", &file]).out.contains("+ name: (known after apply)"));
    tool.apply(&file);
    let name = tool.json(&["show"])["users"]["jane"]["name"].clone();
    assert!(name.as_str().is_some_and(|name| name.starts_with("jane-") && name.len() <= 20), "{name}");
    assert!(tool.plan(&file).is_empty());
    let mut changed = with("name", Value::Null);
    changed["routingProfileId"] = json!("r2");
    assert_eq!(tool.apply(&tool.program(&changed)), ["UpdateUserRoutingProfile"]);
    assert_eq!(tool.json(&["show"])["users"]["jane"]["name"], name);
}

#[test]
fn a_failure_leaves_the_rest_to_be_done_and_the_next_run_does_it() {
    let tool = Tool::new();
    let user = |name: &str, tag: &str| {
        let mut properties = with("name", json!(name));
        properties["tags"] = json!({"with": tag});
        json!({"type": "aws:connect:User", "properties": properties})
    };
    // Somebody has made `jane` already, and differently.
    tool.apply(&tool.program(&jane()));
    std::fs::remove_file(tool.path(".connect-user/users.redb")).expect("a state");
    let program = |name: &str| json!({"resources": {"a": user(name, "x"), "b": user("bea", "${a.userId}"), "c": user("cyd", "x")}});
    let said = tool.run(&["apply", &tool.write(&program("jane")), "--yes", "--format", "json"]);
    assert_eq!(said.code, 1);
    let summary: Value = serde_json::from_str(said.out.lines().last().expect("a line")).expect("JSON");
    assert_eq!(
        (&summary["created"], &summary["failed"], &summary["unfinished"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert!(said.err.contains("a: the name is taken by the user `i:"), "{}", said.err);
    assert!(said.err.contains("if that user is meant: `import a i:"), "{}", said.err);
    assert_eq!(tool.apply(&tool.write(&program("ann"))), ["CreateUser", "CreateUser"]);
}

#[test]
fn drift_is_shown() {
    let tool = Tool::new();
    let file = tool.program(&with("tags", json!({"team": "ops"})));
    tool.apply(&file);
    assert_eq!(tool.ok(&["drift"]).out, "No drift: 1 as recorded; not compared: userProficiencies.\n");
    let path = tool.path(".connect-user/local.json");
    let local = std::fs::read_to_string(&path).expect("a service");
    std::fs::write(&path, local.replace("\"Roe\"", "\"Poe\"").replace("\"r1\"", "\"r2\"")).expect("written");
    let drift = tool.json(&["drift"]);
    let changes = drift["users"][0]["changes"].as_array().expect("changes");
    let paths: Vec<_> = changes
        .iter()
        .map(|change| (change["path"].clone(), change["before"].clone(), change["after"].clone()))
        .collect();
    assert_eq!(
        paths,
        [
            (json!("routingProfileId"), json!("r1"), json!("r2")),
            (json!("identityInfo.lastName"), json!("Roe"), json!("Poe"))
        ],
    );
    let text = tool.ok(&["drift"]).out;
    assert_eq!(
        text,
        "~ jane was changed by someone else\n    ~ routingProfileId: \"r1\" → \"r2\"\n    ~ identityInfo.lastName: \"Roe\" → \"Poe\"\n\
         Drift: 1 of 1 changed by someone else; not compared: userProficiencies.\n",
    );
    // The file does not say that the user has changed, so only reading everybody shows it.
    assert!(tool.plan(&file).is_empty());
    let applied = tool.json_lines(&["apply", &file, "--yes", "--refresh", "full"]);
    let made: Vec<_> = applied.iter().filter(|event| event["event"] == "step").collect();
    assert_eq!(made.len(), 2, "{made:?}");
    assert_eq!(tool.ok(&["drift"]).out, "No drift: 1 as recorded; not compared: userProficiencies.\n");
}

#[test]
fn default_tags_lie_under_the_program_s() {
    let tool = Tool::new();
    let file = tool.program(&with("tags", json!({"team": "ops"})));
    let tags = ["--default-tag", "team=all", "--default-tag", "by=tool"];
    tool.ok(&[&["apply", &file, "--yes"][..], &tags].concat());
    let user = tool.json(&["show"])["users"]["jane"].clone();
    assert_eq!(user["tags"], json!({"team": "ops"}));
    assert_eq!(user["tagsAll"], json!({"team": "ops", "by": "tool"}));
    assert_eq!(tool.ok(&[&["plan", &file][..], &tags].concat()).out, "No changes: 1 up to date.\n");
    assert_eq!(tool.plan(&file), ["UntagResource"], "a default tag that is none any more");
}

/// A text of two hundred bytes that would be a billion words.
fn bomb() -> String {
    let list =
        |(name, of): (char, char)| format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 9].join(","));
    let lists: String = ('b'..='i').zip('a'..='h').map(list).collect();
    format!("a: &a [x,x,x,x,x,x,x,x,x]\n{lists}")
}

#[test]
fn bad_input_is_told_where_and_how_to_mend_it() {
    let tool = Tool::new();
    let resource = |resource: Value| tool.write(&json!({"resources": {"jane": resource}}));
    let row = |file: String, expected: &str| {
        for command in ["validate", "plan"] {
            let said = tool.fails(&[command, &file]);
            assert!(said.contains(expected), "{expected}\n{said}");
            assert!(!said.contains("Password123"), "{said}");
        }
    };
    row("missing.yaml".into(), "`missing.yaml` cannot be read");
    row(tool.write_text("resources: [}"), "`program.yaml` is neither YAML nor JSON");
    row(tool.write_text("a: {password: Password123"), "is neither YAML nor JSON");
    row(tool.write_text("name: x"), "`program.yaml` has no `resources`");
    for (text, expected, place) in [
        ("resources:\n  jane: {a: Password123, a: 2}", "has the key `a` twice", "2:26"),
        ("resources: {}\n---\nresources: {}", "has several documents, and a program is one", "3:1"),
        ("resources: *nobody", "has an alias (`*name`) to nothing", "1:12"),
        ("resources: &a [*a]", "has an alias to a value that contains it", "1:16"),
        ("resources: !!int Password123", "has a value that is not what its tag (`!!…`) says", "1:18"),
        (&format!("resources: {}", "[".repeat(3_000)), "nests too deep", "1:"),
        (&bomb(), "repeats too much through aliases (`*name`)", ""),
    ] {
        // The place is told once.
        let told = format!("error: `program.yaml` {expected}\n  at: program.yaml:{place}");
        row(tool.write_text(text), &told);
    }
    row(resource(json!({"properties": {}})), "`resources.jane` has no `type`");
    row(resource(json!({"type": "aws:connect:User"})), "`resources.jane` has no `properties`");
    row(resource(user(json!({}))), "error[missing-required]: jane: `instanceId` is required");
    row(resource(user(with("name", json!("${jane.arn}")))), "`jane` refers to itself");
    row(
        resource(user(with("phoneConfig.deskPhoneNumber", json!(16_175_550_101_i64)))),
        "put the value in quotes",
    );
    row(resource(user(with("phoneConfig.phoneType", json!("SOFTPHONE")))), "did you mean `SOFT_PHONE`?");
    row(resource(user(with("arn", json!("x")))), "`arn` is an output of a user and cannot be set");
    row(resource(user(with("instance_id", json!("x")))), "is given as `instanceId` and as `instance_id`");
    row(tool.write_text("variables: {a: '${b}', b: '${a}'}\nresources: {j: {type: 'aws:connect:User', properties: {name: '${a}'}}}"), "refers to itself");
    for (id, expected) in [
        ("x", "there is no `:`"),
        (":x", "the instance id is empty"),
        ("i:u:v", "more than one `:`"),
        ("i:u", "cannot be imported"),
    ] {
        let said = tool.fails(&["import", "jane", id]);
        assert!(said.contains(expected), "{said}");
    }
    for args in [
        &["nonsense"][..],
        &["plan"],
        &["plan", "x", "--backend", "moon"],
        &["plan", "x", "--set", "novalue"],
    ] {
        assert_eq!(tool.run(args).code, 1, "{args:?}");
    }
    assert_eq!(tool.run(&["--help"]).code, 0);
    assert!(tool.fails(&["show", "nobody"]).contains("no user is recorded as `nobody`"));
}

#[test]
fn colour_is_used_where_it_is_asked_for() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    assert!(!tool.ok(&["plan", &file]).out.contains('\u{1b}'), "not into a pipe");
    assert!(tool.ok(&["plan", &file, "--color", "always"]).out.contains('\u{1b}'));
    assert!(!tool.ok(&["plan", &file, "--color", "never"]).out.contains('\u{1b}'));
}

#[test]
fn the_real_service_is_asked_where_the_build_knows_it() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    let mut command = tool.command(&[
        "plan",
        &file,
        "--backend",
        "aws",
        "--region",
        "us-east-1",
        "--endpoint-url",
        "http://127.0.0.1:1",
        "--retry-for",
        "1",
    ]);
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "example");
    let output = command.output().expect("the tool runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    if cfg!(feature = "aws") {
        assert!(said.contains("the service cannot be reached: `http://127.0.0.1:1`: "), "{said}");
        assert!(said.contains("help: check the endpoint URL"), "{said}");
    } else {
        assert!(said.contains("build it with `--features aws`"), "{said}");
    }
    assert!(!said.contains("Password123"), "{said}");
}

#[test]
fn words_that_older_yaml_took_for_booleans_are_texts() {
    let tool = Tool::new();
    let file = tool.write_text(
        "resources: {j: {type: 'aws:connect:User', properties: {instanceId: i, name: j, routingProfileId: r, \
         securityProfileIds: [s], phoneConfig: {phoneType: SOFT_PHONE}, tags: {country: no, on: yes}}}}",
    );
    tool.ok(&["validate", &file]);
}

#[test]
fn references_see_what_a_user_will_be_and_nothing_is_done_that_was_not_shown() {
    let tool = Tool::new();
    let program = |team: &str| {
        let mut agent = with("name", json!("agent-${boss.tags.team}"));
        agent["routingProfileId"] = json!("${boss.routingProfileId}");
        tool.write(
            &json!({"resources": {"boss": user(with("tags", json!({"team": team}))), "agent": user(agent)}}),
        )
    };
    tool.apply(&program("red"));
    let file = program("blue");
    let plan = tool.json(&["plan", &file]);
    assert_eq!((&plan["summary"]["update"], &plan["summary"]["replace"]), (&json!(1), &json!(1)), "{plan}");
    assert_eq!(tool.plan(&file), ["TagResource", "CreateUser", "DeleteUser"]);
    assert_eq!(tool.apply(&file), ["TagResource", "CreateUser", "DeleteUser"]);
    assert!(tool.plan(&file).is_empty());
}

#[test]
fn what_is_not_given_is_unknown_until_the_user_is_there_and_a_password_never_is() {
    let tool = Tool::new();
    let mut other = with("name", json!("june"));
    other["tags"] =
        json!({"directory": "${jane.directoryUserId}", "first": "${jane.identityInfo.firstName}"});
    let file = tool.write(&json!({"resources": {"jane": user(jane()), "june": user(other.clone())}}));
    let text = tool.ok(&["plan", &file]).out;
    assert!(
        text.contains("+ tags.directory: (known after apply)") && text.contains("+ tags.first: \"Jane\""),
        "{text}"
    );
    assert_eq!(tool.apply(&file), ["CreateUser", "CreateUser"]);
    assert!(tool.plan(&file).is_empty());
    other["tags"] = json!({"p": "${jane.password}"});
    let file = tool.write(&json!({"resources": {"jane": user(jane()), "june": user(other)}}));
    let said = tool.run(&["plan", &file]);
    assert_eq!(said.code, 1);
    assert!(!format!("{}{}", said.out, said.err).contains("Password123"), "{}{}", said.out, said.err);
}

#[test]
fn a_value_of_the_command_line_takes_the_form_of_its_property() {
    let tool = Tool::new();
    let mut properties = with("phoneConfig.autoAccept", json!("${x.flag}"));
    properties["phoneConfig"]["afterContactWorkTimeLimit"] = json!("${x.seconds}");
    let file = tool.program(&properties);
    tool.ok(&["apply", &file, "--yes", "--set", "x.flag=true", "--set", "x.seconds=60"]);
    let phone = tool.json(&["show"])["users"]["jane"]["phoneConfig"].clone();
    assert_eq!((&phone["autoAccept"], &phone["afterContactWorkTimeLimit"]), (&json!(true), &json!(60)));
}

#[test]
fn a_wrong_place_is_not_one_in_which_everybody_is_gone() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    tool.apply(&file);
    for args in [&["destroy", "--yes"][..], &["plan", &file], &["drift"]] {
        let said = tool.fails(&[args, &["--local-file", "elsewhere.json"]].concat());
        assert!(said.contains("`elsewhere.json` is not there, and the state holds users of it"), "{said}");
    }
    assert_eq!(tool.json(&["show"])["users"].as_object().expect("users").len(), 1);
}

#[test]
fn a_user_out_of_sight_is_not_forgotten() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    tool.apply(&file);
    // Gone from the service, which takes no more users.
    tool.change_service(|service| {
        service["instances"][0]["users"] = json!([]);
        service["instances"][0]["userQuota"] = json!(0);
    });
    // Made a moment ago, it may only not be found yet.
    let said = tool.ok(&["apply", &file, "--yes"]);
    assert!(said.err.contains("`jane` was created a moment ago and is not visible yet"), "{}", said.err);
    // An hour later it is gone.
    let mut state = tool.json(&["state", "export"]);
    state["users"]["jane"]["state"]["created"] = json!("2026-01-01T00:00:00Z");
    std::fs::write(tool.path("state.json"), state.to_string()).expect("written");
    std::fs::remove_file(tool.path(".connect-user/users.redb")).expect("no state");
    assert_eq!(tool.ok(&["state", "import", "state.json"]).out, "Recorded 1 user.\n");
    let said = tool.fails(&["apply", &file, "--yes"]);
    assert!(said.contains("`jane` no longer exists in Amazon Connect"), "{said}");
    assert!(said.contains("a quota is full"), "{said}");
    assert_eq!(tool.json(&["show"])["users"].as_object().expect("users").len(), 1);
}

#[test]
fn users_who_exchange_their_resource_names_move_without_a_call() {
    let tool = Tool::new();
    let program = |a: &str, b: &str| {
        tool.write(
            &json!({"resources": {"a": user(with("name", json!(a))), "b": user(with("name", json!(b)))}}),
        )
    };
    tool.apply(&program("xx", "yy"));
    let before = tool.json(&["show"]);
    assert!(tool.apply(&program("yy", "xx")).is_empty());
    let after = tool.json(&["show"]);
    let of = |shown: &Value, user: &str, member: &str| shown["users"][user][member].clone();
    assert_eq!((of(&after, "a", "name"), of(&after, "b", "name")), (json!("yy"), json!("xx")));
    for (from, to) in [("a", "b"), ("b", "a")] {
        assert_eq!(of(&before, from, "userId"), of(&after, to, "userId"), "nobody gets another's history");
    }
    assert!(tool.plan("program.yaml").is_empty());
}

#[test]
fn a_number_of_a_soft_phone_is_not_sent() {
    let tool = Tool::new();
    let mut properties = jane();
    properties.as_object_mut().expect("an object").remove("phoneConfig");
    properties["phoneNumberConfigs"] =
        json!([{"channel": "VOICE", "phoneType": "SOFT_PHONE", "phoneNumber": "+16175550101"}]);
    let file = tool.program(&properties);
    assert_eq!(tool.apply(&file), ["CreateUser"]);
    assert!(tool.plan(&file).is_empty());
}

#[test]
fn names_of_a_directory_may_be_left_to_it() {
    let tool = Tool::new();
    let directory = ["--identity-management", "EXISTING_DIRECTORY"];
    let mut properties = jane();
    properties.as_object_mut().expect("an object").remove("password");
    let file = tool.program(&properties);
    tool.ok(&[&["apply", &file, "--yes"][..], &directory].concat());
    properties.as_object_mut().expect("an object").remove("identityInfo");
    let file = tool.program(&properties);
    assert_eq!(tool.ok(&[&["plan", &file][..], &directory].concat()).out, "No changes: 1 up to date.\n");
}
