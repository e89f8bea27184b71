//! `--where`: the users that a command is about.

use serde_json::{Value, json};

use crate::tool::{Tool, jane, user};

/// A tool with `a` in team red, `b` in team blue with another routing profile, and `c` in a group of its own.
fn three() -> Tool {
    let tool = Tool::new();
    tool.apply(&tool.write(&json!({"resources": {
        "a": user("agent-a", |user| user["tags"] = json!({"team": "red", "a=b": "x"})),
        "b": user("agent-b", |user| {
            user["tags"] = json!({"team": "blue"});
            user["routingProfileId"] = json!("r2");
        }),
        "c": user("chief", |user| {
            user["hierarchyGroupId"] = json!("g1");
            user["securityProfileIds"] = json!(["s1", "s2"]);
        }),
    }})));
    tool
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Conditions, the recorded users that they mean, and their user names.
const SCOPES: &[(&[&str], &[&str], &[&str])] = &[
    (&["tag:team=red"], &["a"], &["agent-a"]),
    (&["name-prefix=agent-"], &["a", "b"], &["agent-a", "agent-b"]),
    (&["name-prefix=agent-", "routing-profile=r2"], &["b"], &["agent-b"]),
    (&["name=chief"], &["c"], &["chief"]),
    (&["security-profile=s2"], &["c"], &["chief"]),
    (&["group=g1"], &["c"], &["chief"]),
    (&["name=chief", "tag:team=red"], &[], &[]),
];

fn with<'a>(command: &[&'a str], conditions: &[&'a str]) -> Vec<&'a str> {
    let conditions = conditions.iter().flat_map(|condition| ["--where", condition]);
    command.iter().copied().chain(conditions).collect()
}

#[test]
fn users_are_chosen_by_what_holds_for_them() {
    let tool = three();
    for (conditions, recorded, names) in SCOPES {
        assert_eq!(keys(&tool.json(&with(&["show"], conditions))["users"]), *recorded, "{conditions:?}");
        let drift = tool.json(&with(&["drift"], conditions));
        let users = drift["users"].as_array().expect("users").iter();
        assert_eq!(users.map(|user| &user["user"]).collect::<Vec<_>>(), *recorded, "{conditions:?}");
        for refresh in ["full", "search"] {
            let args = ["export", "--instance", "i", "--refresh", refresh];
            let exported = tool.json(&with(&args, conditions));
            assert_eq!(keys(&exported["resources"]), *names, "{conditions:?} {refresh}");
        }
        let other = with(&["import", "--all", "--instance", "i", "--state", "other.redb"], conditions);
        assert_eq!(tool.json(&other)["imported"], recorded.len(), "{conditions:?}");
        std::fs::remove_file(tool.path("other.redb")).expect("a state");
    }
    assert_eq!(tool.ok(&["show", "--where", "name=nobody"]).out, "No such user is recorded.\n");
}

/// Who has left the scope since is still told of.
#[test]
fn drift_out_of_the_scope_is_drift() {
    let tool = three();
    let id = tool.json(&["show"])["users"]["b"]["userId"].as_str().expect("an id").to_owned();
    let other = ["--state", "other.redb"];
    tool.ok(&[&["import", "b", &format!("i:{id}")][..], &other].concat());
    let changed = user("agent-b", |user| {
        user["routingProfileId"] = json!("r9");
        user["tags"] = json!({"team": "red"});
    });
    let program = json!({"resources": {"b": changed}});
    tool.ok(&[&["apply", &tool.write(&program), "--yes"][..], &other].concat());
    for condition in ["routing-profile=r2", "routing-profile=r9", "tag:team=blue"] {
        let said = tool.run(&["drift", "--detailed-exitcode", "--where", condition]);
        assert_eq!(said.code, 2, "{condition}: {}", said.out);
    }
    assert_eq!(tool.run(&["drift", "--detailed-exitcode", "--where", "name=chief"]).code, 0);
}

#[test]
fn a_group_is_chosen_with_those_below_it() {
    let tool = three();
    // The service in the file gets a group above.
    tool.change_service(|service| {
        service["instances"][0]["hierarchyGroups"] = json!(["g0", "g1"]);
        service["instances"][0]["names"] =
            json!({"hierarchyGroups": {"g0": ["Europe"], "g1": ["Europe", "Berlin"]}});
    });
    let exported =
        |condition| tool.json(&["export", "--instance", "i", "--where", condition])["resources"].clone();
    assert!(keys(&exported("group=g0")).is_empty());
    assert_eq!(keys(&exported("group-tree=g0")), ["chief"]);
    let drift = tool.json(&["drift", "--where", "group-tree=g0"]);
    assert_eq!((drift["users"].as_array().map(Vec::len), &drift["users"][0]["user"]), (Some(1), &json!("c")));
    assert_eq!(keys(&tool.json(&["show", "--where", "group-tree=g0"])["users"]), ["c"]);
}

/// A program of three, of whom the team of `b` is another one, `c` is missing and `d` is new.
fn changed(tool: &Tool) -> String {
    let of = |name: &str, team: &str| user(name, |user| user["tags"] = json!({"team": team}));
    let users = json!({"a": of("agent-a", "green"), "b": of("agent-b", "red"), "d": of("agent-d", "blue")});
    tool.write(&json!({"resources": users}))
}

#[test]
fn a_plan_is_about_who_is_meant() {
    let tool = three();
    let file = changed(&tool);
    for (condition, expected) in [
        // As recorded, as desired, missing from the program, new in it.
        ("tag:team=red", &["a update", "b update"][..]),
        ("name=chief", &["c delete"]),
        ("tag:team=blue", &["d create", "b update"]),
        ("tag:team=black", &[]),
        ("security-profile=s2", &["c delete"]),
    ] {
        let plan = tool.json(&["plan", &file, "--where", condition]);
        let users = plan["users"].as_array().expect("users").iter();
        let mut found: Vec<String> = users
            .map(|user| {
                format!(
                    "{} {}",
                    user["user"].as_str().expect("a name"),
                    user["action"].as_str().expect("an action")
                )
            })
            .collect();
        let mut expected = expected.to_vec();
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{condition}");
    }
    tool.ok(&["apply", &file, "--yes", "--where", "tag:team=red"]);
    assert!(tool.ok(&["plan", &file, "--where", "tag:team=red"]).out.contains("No changes: "));
    assert_eq!(keys(&tool.json(&["show"])["users"]), ["a", "b", "c"]);
    tool.ok(&["plan", &file, "--where", "tag:team=blue", "--out", "plan.json"]);
    let said = tool.fails(&["apply", "plan.json", "--yes", "--where", "tag:team=blue"]);
    assert!(said.contains("`--where` has no use with a saved plan"), "{said}");
    let mut apply = tool.command(&["apply", "plan.json", "--yes", "--set-env", "d.password=PASSWORD"]);
    assert!(apply.env("PASSWORD", "Password123").output().expect("the tool runs").status.success());
    assert_eq!(keys(&tool.json(&["show"])["users"]), ["a", "b", "c", "d"]);
}

#[test]
fn names_in_conditions_are_looked_up() {
    let tool = three();
    tool.change_service(|service| {
        service["instances"][0]["names"] = json!({
            "routingProfiles": {"r1": "Sales", "r2": "Service"},
            "hierarchyGroups": {"g1": ["Europe", "Berlin"]},
        });
    });
    for (condition, expected) in [
        ("routing-profile=name:Service", &["b"][..]),
        ("group=path:Europe/Berlin", &["c"]),
        ("group-tree=name:Berlin", &["c"]),
    ] {
        assert_eq!(keys(&tool.json(&["show", "--where", condition])["users"]), expected);
        let drift = tool.json(&["drift", "--where", condition]);
        assert_eq!(drift["users"].as_array().map(Vec::len), Some(expected.len()), "{condition}");
        let exported = tool.json(&["export", "--instance", "i", "--where", condition]);
        assert_eq!(exported["resources"].as_object().map(serde_json::Map::len), Some(expected.len()));
    }
    let file = changed(&tool);
    for command in [&["show"][..], &["drift"], &["export", "--instance", "i"], &["plan", &file]] {
        let said = tool.fails(&with(command, &["routing-profile=name:Servise"]));
        assert!(said.contains("has no routing profile of the name `Servise`"), "{said}");
        assert!(said.contains("did you mean `Service`?"), "{said}");
    }
}

/// A mistyped value means nobody, which would look like success.
#[test]
fn that_nobody_is_meant_is_said() {
    let tool = three();
    let file = changed(&tool);
    for command in [
        &["show"][..],
        &["plan", &file],
        &["plan", &file, "--refresh", "none"],
        &["drift", "--detailed-exitcode"],
        &["export", "--instance", "i"],
        &["export", "--instance", "i", "--refresh", "search"],
        &["import", "--all", "--instance", "i"],
        &["set", "routingProfileId=r2", "--yes"],
        &["apply", &file, "--yes"],
    ] {
        for (conditions, times) in [(&["tag:team=rde"][..], 1), (&["tag:team=red"], 0)] {
            let said = tool.run(&with(command, conditions));
            assert_eq!(said.code, 0, "{command:?}: {}", said.err);
            assert_eq!(said.err.matches("no user matches").count(), times, "{command:?}: {}", said.err);
            let help = "check the values of `--where`; upper and lower case differ";
            assert_eq!(said.err.matches(help).count(), times, "{}", said.err);
        }
    }
}

#[test]
fn a_recorded_user_who_is_not_meant_is_not_called_unrecorded() {
    let tool = three();
    let said = tool.fails(&["show", "a", "--where", "tag:team=green"]);
    assert!(!said.contains("no user is recorded"), "{said}");
    assert!(said.contains("`a` is recorded, and not meant by `--where`"), "{said}");
}

#[test]
fn ids_in_conditions_that_nobody_has_are_looked_up() {
    let tool = three();
    tool.change_service(|service| {
        service["instances"][0]["names"] = json!({
            "routingProfiles": {"r1": "Sales"},
            "securityProfiles": {"s1": "Agent"},
            "hierarchyGroups": {"g1": ["Europe", "Berlin"]},
        });
    });
    let file = changed(&tool);
    for command in [&["drift"][..], &["export", "--instance", "i"], &["plan", &file]] {
        for (condition, expected) in [
            ("group-tree=nope", "the instance `i` has no hierarchy group `nope`"),
            ("group=nope", "the instance `i` has no hierarchy group `nope`"),
            ("routing-profile=r7", "the instance `i` has no routing profile `r7`"),
            ("security-profile=s7", "the instance `i` has no security profile `s7`"),
        ] {
            let said = tool.fails(&with(command, &[condition]));
            assert_eq!(said.matches(expected).count(), 1, "{command:?} {condition}: {said}");
            assert!(!said.contains("is not known before an apply"), "{said}");
        }
        // Others of the kind are there, and nobody has them.
        let said = tool.ok(&with(command, &["group-tree=g1", "routing-profile=r2"]));
        assert!(said.err.contains("no user matches the filter"), "{}", said.err);
    }
}

#[test]
fn conditions_are_known_or_refused() {
    let tool = three();
    for condition in ["colour=red", "colour", "tag:=x", "=x", "tag=x", "tag:"] {
        let said = tool.fails(&["show", "--where", condition]);
        assert!(said.contains(&format!("`{condition}` is not a condition")), "{said}");
        assert!(said.contains("write `tag:KEY=VALUE`"), "{said}");
    }
    for condition in ["name", "name=", "tag:team", "tag:team=", "group-tree="] {
        let said = tool.fails(&["show", "--where", condition]);
        assert!(said.contains(&format!("`{condition}` has no value")), "{said}");
        let kind = condition.trim_end_matches('=');
        let help = format!("write `{kind}=VALUE`: no condition asks for an empty value, or for any");
        assert!(said.contains(&help), "{said}");
    }
    let said = tool.fails(&["show", "--where", "name=a", "--where", "name=b"]);
    assert!(said.contains("`name=b` stands beside another condition of its kind"), "{said}");
    let file = tool.program(&jane());
    let said = tool.fails(&["validate", &file, "--where", "name=a"]);
    assert!(said.contains("`--where` has no use where no users are chosen"), "{said}");
    let said = tool.fails(&["show", "--where", "routing-profil=r1"]);
    assert!(said.contains("did you mean `routing-profile=`?"), "{said}");
    let said = tool.fails(&["import", "x", "i:u", "--where", "name=a"]);
    assert!(said.contains("`--where` has no use where the user is named"), "{said}");
}
