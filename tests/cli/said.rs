//! What is printed: JSON for machines, nothing that steers a terminal, and the cause of what went wrong.

use serde_json::{Value, json};

use crate::tool::{Tool, jane};

fn users(resources: Value) -> Value {
    json!({"resources": resources})
}

#[test]
fn errors_are_json_where_json_is_asked_for() {
    let tool = Tool::new();
    let mut properties = jane();
    properties["password"] = json!("short");
    let file = tool.program(&properties);
    for args in [
        &["plan", &file][..],
        &["plan", "missing.yaml"],
        &["show", "nobody"],
        &["plan"],
        &["nonsense"],
        &["validate", "program.yaml", "--set", "novalue"],
    ] {
        let said = tool.run(&[args, &["--format", "json"]].concat());
        assert_eq!(said.code, 1, "{args:?}");
        assert!(!said.err.is_empty(), "{args:?}");
        for line in said.err.lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
        }
    }
    let said = tool.run(&["plan", "missing.yaml", "--format", "json"]);
    let error: Value = serde_json::from_str(said.err.trim()).expect("one line");
    assert_eq!(
        error,
        json!({
            "level": "error",
            "message": "`missing.yaml` cannot be read: No such file or directory (os error 2)",
            "help": "give the path of a program",
        })
    );
}

#[test]
fn an_export_is_json_where_json_is_asked_for() {
    let tool = Tool::new();
    let mut properties = jane();
    properties["tags"] = json!({"a": "$${no}"});
    tool.apply(&tool.program(&properties));
    std::fs::remove_file(tool.path(".connect-user/users.redb")).expect("no state");
    let program = tool.json(&["export", "--instance", "i"]);
    let resource = &program["resources"]["jane"];
    assert_eq!(resource["type"], "aws:connect:User");
    assert!(resource["options"]["import"].as_str().is_some_and(|id| id.starts_with("i:")));
    let file = tool.write(&program);
    assert_eq!(tool.ok(&["plan", &file, "--detailed-exitcode"]).out, "No changes: 1 up to date.\n");
}

/// Characters that hide text, forge lines, or are none.
const STRANGE: &str = "a\u{7f}\u{85}\u{9b}\u{202e}\u{2028}\u{fffe}\u{ffff}\u{feff}\u{1b}[2J\nb\u{1f600}";

#[test]
fn an_export_can_be_read_whatever_is_in_a_text() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    let path = tool.path(".connect-user/local.json");
    let local = std::fs::read_to_string(&path).expect("a service");
    let escaped = serde_json::to_string(STRANGE).expect("JSON");
    assert!(local.contains("\"Roe\""));
    std::fs::write(&path, local.replace("\"Roe\"", &escaped)).expect("written");
    std::fs::remove_file(tool.path(".connect-user/users.redb")).expect("no state");
    for format in ["text", "json"] {
        let exported = tool.ok(&["export", "--instance", "i", "--format", format]).out;
        let program: Value =
            serde_saphyr::from_str(&exported).unwrap_or_else(|error| panic!("{format}: {error}"));
        let name = &program["resources"]["jane"]["properties"]["identityInfo"]["lastName"];
        assert_eq!(name, STRANGE, "{format}");
    }
    tool.ok(&["import", "jane", &import_id(&tool)]);
    for args in [&["show"][..], &["drift"], &["show", "--format", "json"]] {
        let said = tool.ok(args);
        assert!(!has_strange(&format!("{}{}", said.out, said.err)), "{args:?}: {:?}", said.out);
    }
}

fn import_id(tool: &Tool) -> String {
    let program = tool.json(&["export", "--instance", "i"]);
    program["resources"]["jane"]["options"]["import"].as_str().expect("an id").to_owned()
}

fn has_strange(text: &str) -> bool {
    text.chars()
        .any(|c| c != '\n' && c != '\u{1f600}' && STRANGE.contains(c) && !c.is_ascii_graphic() && c != ' ')
}

#[test]
fn no_text_steers_the_terminal() {
    let tool = Tool::new();
    let key = format!("k{STRANGE}");
    let mut properties = jane();
    properties["routingProfileId"] = json!(STRANGE);
    properties[STRANGE] = json!(1);
    let file = tool.write(&users(json!({&key: {"type": "aws:connect:User", "properties": properties}})));
    for args in [&["validate", &file][..], &["plan", &file], &["apply", &file, "--yes"]] {
        let said = tool.run(args);
        let all = format!("{}{}", said.out, said.err);
        assert!(!all.is_empty() && !has_strange(&all), "{args:?}: {all:?}");
    }
    let file = tool.write(&users(json!({&key: {"type": "aws:connect:User", "properties": jane()}})));
    for args in [
        &["apply", &file, "--yes"][..],
        &["show"],
        &["plan", &file, "--target", STRANGE],
        &["validate", &file, "--set", STRANGE],
        &["validate", STRANGE],
        &["destroy", "--yes"],
    ] {
        let said = tool.run(args);
        let all = format!("{}{}", said.out, said.err);
        assert!(!has_strange(&all), "{args:?}: {all:?}");
        assert!(all.lines().all(|line| !line.starts_with("b\u{1f600}")), "a line is forged: {all:?}");
    }
}

#[test]
fn options_of_the_real_service_are_refused_with_the_local_one() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    for option in ["--region", "--profile", "--endpoint-url"] {
        let said = tool.fails(&["apply", &file, "--yes", option, "us-east-1"]);
        assert!(said.contains(&format!("`{option}` has no use with the local backend")), "{said}");
        assert!(said.contains("--backend aws"), "{said}");
    }
    let said = tool.fails(&["apply", &file, "--yes", "--backend", "aws", "--local-file", "x.json"]);
    assert!(said.contains("`--local-file` has no use with the real service"), "{said}");
    assert!(!tool.path(".connect-user").exists(), "nothing was made");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_state_and_no_service() {
    use std::process::Command;

    let tool = Tool::new();
    let file = tool.program(&jane());
    assert!(Command::new("mkfifo").arg(tool.path("pipe")).status().expect("mkfifo").success());
    for args in [
        &["plan", &file, "--state", "pipe"][..],
        &["apply", &file, "--yes", "--state", "pipe"],
        &["plan", &file, "--local-file", "pipe"],
        &["apply", &file, "--yes", "--local-file", "pipe"],
        &["show", "--state", "/dev/null"],
        &["show", "--state", "."],
        &["validate", "pipe"],
        &["plan", "pipe"],
        &["validate", "."],
        &["validate", "/dev/null"],
        &["validate", &file, "--set-file", "a.b=pipe"],
        &["state", "import", "pipe"],
        &["state", "import", "."],
    ] {
        let said = tool.fails(args);
        assert!(said.contains("is not a regular file"), "{args:?}: {said}");
    }
}

/// Whoever redirects an export to a full disk must not take what is there for the whole.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    for args in [&["apply", &file, "--yes"][..], &["plan", &file], &["export", "--instance", "i"], &["show"]]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
        let output = tool.command(args).stdout(full).output().expect("it runs");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {err}");
        assert!(err.contains("the output cannot be written: "), "{args:?}: {err}");
    }
    assert_eq!(tool.ok(&["plan", &file]).out, "No changes: 1 up to date.\n", "what was applied is recorded");
}

#[test]
fn a_mistake_in_the_arguments_is_told_whole_as_json() {
    let tool = Tool::new();
    for (args, part) in [
        (&["validate"][..], "required arguments were not provided: <FILE>"),
        (&["plan", "p.yaml", "--rate", "x"], "'--rate <"),
    ] {
        let said = tool.run(&[args, &["--format", "json"]].concat());
        let error: Value = serde_json::from_str(said.err.trim()).expect("one line");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(part) && !message.contains("Usage"), "{message}");
    }
}

#[test]
fn a_parent_that_is_not_there_is_called_one() {
    let tool = Tool::new();
    let user = json!({"type": "aws:connect:User", "properties": jane(), "options": {"parent": "${nobody}"}});
    let said = tool.fails(&["validate", &tool.write(&users(json!({"a": user})))]);
    assert!(said.contains("`resources.a.options.parent` refers to `nobody`"), "{said}");
}

/// A shell opens some files itself, as with `<(command)`.
#[cfg(unix)]
#[test]
fn standard_input_is_a_program_under_each_of_its_names() {
    use std::{io::Write, process::Stdio};

    let tool = Tool::new();
    tool.program(&jane());
    let program = std::fs::read(tool.path("program.yaml")).expect("a program");
    for name in ["-", "/dev/stdin", "/dev/fd/0"] {
        let mut command = tool.command(&["validate", name]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
        child.stdin.take().expect("a pipe").write_all(&program).expect("written");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{name}");
    }
}

#[test]
fn empty_keys_of_tags_are_refused() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    for option in ["--ignore-tag", "--ignore-tag-prefix"] {
        let said = tool.fails(&["plan", &file, option, ""]);
        assert!(said.contains("a value is required"), "{said}");
    }
}

#[test]
fn validate_names_what_is_not_known_yet() {
    let tool = Tool::new();
    let mut user = jane();
    user["hierarchyGroupId"] = "${group.hierarchyGroupId}".into();
    user["tags"] = json!({"team": "${group.name}"});
    let file = tool.write(&json!({"resources": {
        "group": {"type": "aws:connect:UserHierarchyGroup"},
        "jane": {"type": "aws:connect:User", "properties": user},
    }}));
    let said = tool.ok(&["validate", &file]).out;
    for path in ["hierarchyGroupId", "tags.team"] {
        assert!(said.contains(&format!("not known yet: jane.{path}\n")), "{said}");
    }
}

#[test]
fn help_of_a_command_has_examples_and_no_option_that_it_ignores() {
    let tool = Tool::new();
    for (command, ignored) in [
        (
            &["validate"][..],
            &["--rate", "--refresh", "--parallelism", "--delete-quick-connects", "--backend", "--region"][..],
        ),
        (&["plan"], &[]),
        (&["apply"], &[]),
        (&["set"], &["--set", "--default-tag", "--on-password-change", "--delete-quick-connects"]),
        (&["destroy"], &["--set", "--allow", "--refresh", "--default-tag"]),
        (&["show"], &["--set", "--allow", "--rate", "--refresh", "--retry-for"]),
        (&["drift"], &["--set", "--allow", "--on-password-change"]),
        (&["import"], &["--set", "--deny"]),
        (&["export"], &["--set-env", "--deny"]),
        (&["adopt"], &["--allow", "--where", "--refresh"]),
        (&["convert"], &["--allow", "--rate", "--default-tag", "--state", "--local-file", "--ignore-tag"]),
        (&["compare"], &["--set", "--allow", "--on-unrecognised", "--state"]),
        (&["copy"], &["--set", "--refresh", "--delete-quick-connects"]),
        (&["schema"], &["--set", "--rate", "--where", "--backend", "--state", "--profile", "--ignore-tag"]),
        (&["state"], &["--set-file", "--rate", "--refresh", "--backend", "--identity-management"]),
        (&["state", "rm"], &["--set-file", "--rate", "--refresh", "--backend", "--identity-management"]),
        (&["state", "migrate"], &["--state", "--rate", "--backend"]),
    ] {
        let help = tool.ok(&[command, &["--help"]].concat()).out;
        let first = format!("\nExamples:\n  connect-user {}", command[0]);
        assert!(help.contains(&first) || command.len() == 2, "{command:?}: {help}");
        // Who copies one gets it whole.
        let examples = help.split("\nExamples:\n").nth(1).unwrap_or_default();
        for line in examples.lines().take_while(|line| !line.is_empty()) {
            let is_comment = line.starts_with("    # ");
            assert!(line.contains("connect-user ") || is_comment, "{command:?}: {line}");
        }
        let globals = help.find("Global options:").expect("global options");
        let own = help.find("\nOptions:").unwrap_or(0);
        assert!(own < globals, "{command:?}: {help}");
        for option in ignored {
            let is_offered = help.lines().any(|line| line.trim_start().starts_with(&format!("{option} ")));
            assert!(!is_offered, "{command:?} offers {option}: {help}");
        }
    }
}

#[test]
fn help_shows_what_belongs_to_a_command() {
    let tool = Tool::new();
    for (command, shown) in [
        ("set", &["--where <", "--rate <", "--probe-to <", "--allow <", "  connect-user set --unset "][..]),
        ("set", &["`--on-password-change` and", "`--on-directory-user-id-change`"]),
        ("plan", &["--probe-to <", "--where <", "--default-tag <"]),
        ("copy", &["--probe-to <", "  connect-user export --instance NEW_ID --names --state new.redb "]),
        ("adopt", &["  connect-user convert agents.csv "]),
        ("schema", &["\n    # yaml-language-server: $schema=connect-user.schema.json"]),
    ] {
        let help = tool.ok(&[command, "--help"]).out;
        for text in shown {
            assert!(help.contains(text), "{command} lacks {text}: {help}");
        }
    }
    // What every command takes is given once by a script, whatever the help shows.
    tool.ok(&["schema", "--backend", "local", "--ignore-tag", "team"]);
    // The examples are of the command, or of what follows it.
    let help = tool.ok(&["export", "--help"]).out;
    assert!(!help.contains("NEW_ID"), "{help}");
}

#[test]
fn options_that_a_command_ignores_are_refused() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    for (args, option) in [
        (&["validate", &file, "--rate", "2:5"][..], "--rate"),
        (&["--refresh", "full", "show"], "--refresh"),
        (&["state", "export", "--allow", "name-at-sign"], "--allow"),
        (&["show", "--parallelism", "2"], "--parallelism"),
        (&["show", "--rate", "2:5"], "--rate"),
        (&["show", "--where", "tag:team=red", "--rate", "2:5"], "--rate"),
        (&["set", "name=x", "--all", "--default-tag", "team=red"], "--default-tag"),
        (&["drift", "--delete-quick-connects"], "--delete-quick-connects"),
        (&["schema", "--state", "other.redb"], "--state"),
        (&["convert", &file, "--state", "other.redb"], "--state"),
        (&["compare", "a", "b", "--state", "other.redb"], "--state"),
        (&["state", "migrate", "a.redb", "b.redb", "--state", "other.redb"], "--state"),
    ] {
        let said = tool.fails(args);
        assert!(said.contains(&format!("`{option}` has no use")), "{said}");
        assert!(!said.contains("`state.") && !said.contains(".redb"), "{said}");
        let json = tool.run(&[args, &["--format", "json"]].concat());
        let line: serde_json::Value = serde_json::from_str(&json.err).expect("JSON");
        assert_eq!(line["level"], "error", "{line}");
    }
}

#[test]
fn show_heeds_rates_where_it_asks_the_service() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    for asking in
        [&["--memberships"][..], &["--where", "routing-profile=name:r1"], &["--where", "group-tree=g1"]]
    {
        let said = tool.run(&[&["show", "--rate", "9:9"][..], asking].concat());
        assert!(!said.err.contains("has no use"), "{asking:?}: {}", said.err);
    }
}

#[test]
fn a_user_that_is_imported_may_have_any_name() {
    let tool = Tool::new();
    let mut properties = jane();
    properties["name"] = json!("mholt@0058d00000AbCdEQAV@00D8d000001XyZaEAK");
    let resource = |options: Value| {
        tool.write(&users(json!({"mholt": {
            "type": "aws:connect:User", "properties": properties, "options": options,
        }})))
    };
    let made = tool.ok(&["validate", &resource(json!({}))]);
    assert!(made.err.contains("name-at-sign"), "{}", made.err);
    let id = format!("{}:u", properties["instanceId"].as_str().expect("an id"));
    let imported = tool.ok(&["validate", &resource(json!({"import": id}))]);
    assert!(!imported.err.contains("name-at-sign"), "{}", imported.err);
}

/// What the library calls a policy or a setting is an option here, in the text and in the JSON of a plan, too.
#[test]
fn the_way_out_is_one_that_can_be_typed() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    tool.apply(&file);
    let id = tool.json(&["show"])["users"]["jane"]["id"].as_str().expect("an id").to_owned();
    let other = |change: &dyn Fn(&mut Value)| {
        let mut properties = jane();
        change(&mut properties);
        tool.program(&properties)
    };
    let replace = "`--on-password-change replace`";
    let file = other(&|jane| jane["password"] = json!("Password456"));
    assert!(tool.ok(&["plan", &file]).out.contains(replace));
    let refused = tool.run(&["plan", &file, "--on-password-change", "refuse"]);
    assert!(refused.err.contains(replace) && refused.err.contains("`--on-password-change warn`"));
    let said = tool.json(&["plan", &file])["users"][0]["notices"][0]["help"].to_string();
    assert!(said.contains(replace), "{said}");
    tool.ok(&["plan", &file, "--out", "plan.json"]);
    assert!(tool.ok(&["apply", "plan.json", "--yes"]).out.contains(replace));

    let file = other(&|jane| jane["password"] = json!("${first.result}"));
    assert!(
        tool.fails(&["plan", &file]).contains("`--set-env 'RESOURCE.PROPERTY=VARIABLE'` gives its value")
    );

    let file = other(&|jane| jane["directoryUserId"] = json!("d9"));
    let refused = tool.run(&["plan", &file]);
    let replace = "`--on-directory-user-id-change replace`";
    assert!(refused.out.contains(replace) && refused.err.contains(replace), "{}", refused.err);

    let file = tool.program(&jane());
    let said = tool.fails(&["plan", &file, "--identity-management", "SAML"]);
    assert!(said.contains("leave out `--identity-management`"), "{said}");
    let said = tool.fails(&["apply", &file, "--yes", "--state", "new.redb"]);
    assert!(said.contains(&format!("`import jane {id}`; otherwise choose another name")), "{said}");
    let file = other(&|jane| jane["instanceId"] = json!("j"));
    tool.ok(&["apply", &file, "--yes", "--state", "new.redb"]);
    let said = tool.fails(&["apply", &file, "--yes"]);
    assert!(said.contains("`state rm jane`, then `import jane j:"), "{said}");
    let said = tool.fails(&["import", "jane", "i:another"]);
    assert!(said.contains("`state rm jane`"), "{said}");
}
