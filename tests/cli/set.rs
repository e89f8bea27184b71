//! `set`: one change of many recorded users, and of their program.

use serde_json::{Value, json};

use crate::tool::Tool;

const PROGRAM: &str = "\
# our users
resources:
  ana:
    type: aws:connect:User
    properties: &agent
      instanceId: i
      name: ana # the chief
      password: Password123
      routingProfileId: r1
      securityProfileIds: [s1]
      identityInfo: {firstName: Ana, lastName: Roe, email: ana@example.com}
      phoneConfig: {phoneType: SOFT_PHONE}
      tags: {team: red}
  bea:
    type: aws:connect:User
    properties:
      instanceId: i
      name: bea
      password: Password123
      routingProfileId: r1
      securityProfileIds: [s1]
      identityInfo: {firstName: Bea, lastName: Roe, email: bea@example.com}
      phoneConfig: {phoneType: SOFT_PHONE}
      tags: {team: blue}
";

fn two() -> (Tool, String) {
    let tool = Tool::new();
    let file = tool.write_text(PROGRAM);
    tool.apply(&file);
    (tool, file)
}

fn read(tool: &Tool) -> String {
    std::fs::read_to_string(tool.path("program.yaml")).expect("the program")
}

fn users(tool: &Tool) -> Value {
    tool.json(&["show"])["users"].clone()
}

#[test]
fn users_are_changed_and_the_program_with_them() {
    let (tool, file) = two();
    let edits = ["set", "routingProfileId=r2", "tags.shift=late", "--where", "tag:team=red"];
    let said = tool.ok(&[&edits[..], &["--program", &file, "--yes"]].concat());
    assert!(said.out.contains("~ ana") && said.out.contains("Done: 0 created, 1 updated"), "{}", said.out);
    let now = users(&tool);
    assert_eq!(
        (&now["ana"]["routingProfileId"], &now["bea"]["routingProfileId"]),
        (&json!("r2"), &json!("r1"))
    );
    let expected = PROGRAM
        .replacen("routingProfileId: r1", "routingProfileId: r2", 1)
        .replace("{team: red}", "{team: red, shift: late}");
    assert_eq!(read(&tool), expected);
    assert!(tool.plan(&file).is_empty());
    // Again there is nothing to do.
    let said = tool.ok(&[&edits[..], &["--program", &file, "--yes"]].concat());
    assert!(said.out.contains("No changes: "), "{}", said.out);
}

/// What is no property may be a value, and is not repeated.
#[test]
fn an_edit_without_a_value_is_told_by_its_property() {
    let (tool, _) = two();
    let said = tool.fails(&["set", "routingProfileId", "tags.team=red", "+16175550101", "--all", "--yes"]);
    assert!(said.contains("`routingProfileId` has no value"), "{said}");
    assert!(said.contains("write `routingProfileId=VALUE`"), "{said}");
    assert!(said.contains("edit 3 has no `=` behind the name of a property"), "{said}");
    assert!(!said.contains("6175550101"), "{said}");
}

#[test]
fn without_a_program_the_next_plan_changes_them_back() {
    let (tool, file) = two();
    tool.ok(&["set", "routingProfileId=r2", "--target", "bea", "--yes"]);
    assert_eq!(tool.plan(&file), ["UpdateUserRoutingProfile"]);
    assert_eq!(read(&tool), PROGRAM);
    tool.ok(&["set", "--unset", "tags.team", "--all", "--yes"]);
    assert_eq!(users(&tool)["ana"]["tags"], json!({}));
}

/// The changes that `drift` shows, by user.
fn drift(tool: &Tool) -> Vec<String> {
    let drift = tool.json(&["drift"]);
    let users = drift["users"].as_array().expect("users").iter();
    let paths = users.flat_map(|user| {
        let changes = user["changes"].as_array().expect("changes").iter();
        changes.map(|change| format!("{}: {}", user["user"], change["path"]).replace('"', ""))
    });
    paths.collect()
}

fn edited_elsewhere() -> (Tool, String, [&'static str; 3]) {
    let (tool, file) = two();
    tool.edit_elsewhere("ana", &["identityInfo.mobile=+16175550101", "tags.site=x"]);
    tool.edit_elsewhere("bea", &["hierarchyGroupId=g"]);
    let edits = ["ana: identityInfo.mobile", "ana: tags.site", "bea: hierarchyGroupId"];
    assert_eq!(drift(&tool), edits);
    (tool, file, edits)
}

#[test]
fn a_command_that_is_declined_leaves_the_state_as_it_was() {
    let (tool, _, edits) = edited_elsewhere();
    let before = tool.ok(&["state", "export"]).out;
    let other = tool.write_text(&PROGRAM.replace("routingProfileId: r1", "routingProfileId: r2"));
    for command in [&["apply", &other][..], &["set", "routingProfileId=r2", "--all"], &["destroy"]] {
        let command = match command[0] {
            "destroy" => command.to_vec(),
            _ => [command, &["--refresh", "full"]].concat(),
        };
        assert!(tool.fails(&command).contains("there is no terminal to ask on"));
        assert_eq!(tool.ok(&["state", "export"]).out, before, "{command:?}");
    }
    tool.ok(&["plan", &other, "--refresh", "full"]);
    assert_eq!(drift(&tool), edits);
}

#[test]
fn what_set_was_not_asked_about_is_still_drift() {
    let (tool, file, edits) = edited_elsewhere();
    let all = ["--all", "--yes", "--refresh", "full"];
    tool.ok(&[&["set", "routingProfileId=r2", "tags.shift=late"], &all[..]].concat());
    assert_eq!(drift(&tool), edits);
    // Nothing to do is recorded of nobody.
    tool.ok(&[&["set", "routingProfileId=r2"], &all[..]].concat());
    assert_eq!(drift(&tool), edits);
    assert_eq!(users(&tool)["bea"]["routingProfileId"], "r2");
    // What it was asked about is what it made of it, and the plan reads these users again.
    tool.ok(&[&["set", "--unset", "identityInfo.mobile"], &all[..]].concat());
    assert_eq!(drift(&tool), edits[1..]);
    assert_eq!(tool.plan(&file), ["UpdateUserRoutingProfile", "UntagResource"].repeat(2));
    tool.ok(&["apply", &file, "--yes", "--refresh", "full"]);
    assert!(drift(&tool).is_empty());
}

#[test]
fn a_saved_plan_is_applied_later() {
    let (tool, _) = two();
    let said = tool.ok(&["set", "routingProfileId=r2", "--all", "--out", "plan.json"]);
    assert!(said.out.contains("2 to update"), "{}", said.out);
    assert_eq!(users(&tool)["ana"]["routingProfileId"], "r1");
    tool.ok(&["apply", "plan.json", "--yes"]);
    assert_eq!(users(&tool)["bea"]["routingProfileId"], "r2");
}

#[test]
fn machines_are_told_as_by_apply() {
    let (tool, _) = two();
    let events = tool.json_lines(&["set", "phoneConfig.autoAccept=true", "--where", "name=ana", "--yes"]);
    let done =
        events.iter().find(|event| event["event"] == "step" && event["status"] == "done").expect("a step");
    assert_eq!((&done["user"], &done["operation"]), (&json!("ana"), &json!("UpdateUserPhoneConfig")));
}

#[test]
fn an_arn_is_one_of_the_users_own_instance() {
    let tool = Tool::new();
    tool.apply(&tool.write_text(&PROGRAM.replace("instanceId: i\n", "instanceId: floor\n")));
    let arn = |instance: &str| {
        format!(
            "routingProfileId=arn:aws:connect:us-east-1:123456789012:instance/{instance}/routing-profile/r2"
        )
    };
    let said = tool.fails(&["set", &arn("elsewhere"), "--target", "ana", "--yes"]);
    assert!(said.contains("is in the instance `elsewhere`, the user in `floor`"), "{said}");
    let said = tool.ok(&["set", &arn("floor"), "--target", "ana", "--yes"]);
    assert!(said.out.contains("Done: 0 created, 1 updated"), "{}", said.out);
    assert!(tool.fails(&["set", &arn("i"), "--all", "--yes"]).contains("the user in `floor`"));
}

/// What is given, and what is said; nothing is changed then.
const MISTAKES: &[(&[&str], &str, &str)] = &[
    (&["routingProfileId=r2", "--yes"], "no users are chosen", "every recorded user is `--all`"),
    (
        &["routingProfilId=r2", "--all", "--yes"],
        "did you mean `routingProfileId`?",
        "give the path of a property",
    ),
    (
        &["phoneConfig.afterContactWorkTimeLimit=9999999", "--all", "--yes"],
        "must be 0 to 2,000,000 seconds",
        "",
    ),
    (
        &["password=Password456", "--all", "--yes"],
        "`password` cannot be set",
        "whose value changes: `--on-password-change replace`",
    ),
    (
        &["--unset", "directoryUserId", "--all", "--yes"],
        "`directoryUserId` cannot be set",
        "whose value changes: `--on-directory-user-id-change replace`",
    ),
    (
        &["identityInfo.email=x", "--where", "tag=x", "--yes"],
        "`tag=x` is not a condition",
        "write `tag:KEY=VALUE`",
    ),
    (
        &["routingProfileId=r2", "--target", "nobody", "--yes"],
        "there is no user `nobody`",
        "`--target` takes",
    ),
    (
        &["routingProfileId=r2", "--all", "--program", "nothing.yaml", "--yes"],
        "`nothing.yaml` cannot be read",
        "give the path",
    ),
    (
        &["routingProfileId=r2", "--all", "--program", "-", "--yes"],
        "standard input cannot be edited",
        "give the path",
    ),
    (&["routingProfileId=r2", "--all"], "there is no terminal to ask on", "give `--yes`"),
    (&["identityInfo.firstName=", "--all", "--yes"], "identityInfo.firstName", ""),
    (
        &["--unset", "routingProfileId", "--all", "--yes"],
        "`routingProfileId` is required",
        "it cannot be cleared: set it to another value",
    ),
    (
        &["routingProfileId=r2", "--all", "--set", "a.b=c", "--yes"],
        "`--set` has no use without a program",
        "leave it out",
    ),
];

#[test]
fn mistakes_change_nobody() {
    let (tool, file) = two();
    let said = tool.ok(&["set", "routingProfileId=r2", "--where", "name=nobody", "--yes"]);
    // Once is enough.
    assert!(said.err.contains("no user matches the filter") && !said.err.contains("note: "), "{}", said.err);
    for (args, message, help) in MISTAKES {
        let said = tool.fails(&[&["set"], *args].concat());
        assert!(said.contains(message) && said.contains(help), "{args:?}: {said}");
    }
    for args in [
        &["set", "--all", "--yes"][..],
        &["set", "a=b", "--all", "--where", "name=ana"],
        &["set", "tags.a=b", "--all", "--out", "p", "--yes"],
    ] {
        assert_eq!(tool.run(args).code, 1, "{args:?}");
    }
    assert!(tool.plan(&file).is_empty());
    let empty = Tool::new();
    assert!(empty.fails(&["set", "tags.a=b", "--all", "--yes"]).contains("is not there"));
}

#[test]
fn a_program_that_shares_values_stays_as_it_is_and_so_do_its_users() {
    let (tool, file) = two();
    let shared = PROGRAM
        .replace(
            "    properties:\n      instanceId: i\n      name: bea\n",
            "    properties:\n      <<: *agent\n      name: bea\n",
        )
        .replacen(
            "      routingProfileId: r1\n      securityProfileIds: [s1]\n      identityInfo: {firstName: Bea",
            "      identityInfo: {firstName: Bea",
            1,
        );
    tool.write_text(&shared);
    assert!(tool.plan(&file).is_empty());
    let said = tool.fails(&["set", "routingProfileId=r2", "--all", "--program", &file, "--yes"]);
    assert!(
        said.contains(
            "bea: `routingProfileId` cannot be edited in place: it comes from a map that is merged in"
        ),
        "{said}"
    );
    assert!(said.contains("at: program.yaml:"), "{said}");
    let said =
        tool.fails(&["set", "routingProfileId=r2", "--where", "name=ana", "--program", &file, "--yes"]);
    assert!(said.contains("bea: the user would change too"), "{said}");
    assert_eq!(read(&tool), shared);
    assert!(tool.plan(&file).is_empty());
}

#[cfg(unix)]
#[test]
fn the_program_keeps_its_permissions_and_its_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (tool, file) = two();
    std::fs::set_permissions(tool.path(&file), std::fs::Permissions::from_mode(0o644)).expect("set");
    symlink(tool.path(&file), tool.path("link.yaml")).expect("a link");
    tool.ok(&["set", "routingProfileId=r2", "--target", "ana", "--program", "link.yaml", "--yes"]);
    assert!(read(&tool).contains("routingProfileId: r2"));
    assert!(tool.path("link.yaml").is_symlink());
    let mode = std::fs::metadata(tool.path(&file)).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}
