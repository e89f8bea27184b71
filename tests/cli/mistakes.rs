//! Mistakes of whoever types a command: told once, in words, with a way out that fits, and leaving nothing behind.

use std::{fs, time::SystemTime};

use connect_user::user::Timestamp;
use serde_json::{Value, json};

use crate::tool::{Tool, jane, resource};

/// A tool with `jane` applied.
fn applied() -> (Tool, String) {
    let tool = Tool::new();
    let file = tool.program(&jane());
    tool.apply(&file);
    (tool, file)
}

#[test]
fn a_state_that_is_not_there_is_told() {
    let (tool, _) = applied();
    let missing = "the state `typo.redb` is not there";
    for args in [&["drift"][..], &["destroy", "--yes"], &["state", "rm", "jane"], &["show", "jane"]] {
        let said = tool.fails(&[args, &["--state", "typo.redb"]].concat());
        assert!(said.contains(missing), "{args:?}: {said}");
    }
    for args in [&["show"][..], &["state", "export"]] {
        let said = tool.ok(&[args, &["--state", "typo.redb"]].concat());
        assert_eq!(said.err, format!("note: {missing}\n"), "{args:?}");
    }
    assert!(!tool.path("typo.redb").exists());
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_no_file() {
    let (tool, file) = applied();
    std::os::unix::fs::symlink("nowhere", tool.path("link")).expect("a link");
    for option in ["--state", "--local-file"] {
        for args in [&["plan", &file][..], &["apply", &file, "--yes"]] {
            let said = tool.fails(&[args, &[option, "link"]].concat());
            assert!(said.contains("`link` is a link to a file that is not there"), "{said}");
        }
    }
    assert!(tool.path("link").is_symlink() && !tool.path("nowhere").exists());
    // A link to a file stays one.
    fs::rename(tool.path(".connect-user/local.json"), tool.path("real.json")).expect("moved");
    fs::remove_file(tool.path("link")).expect("removed");
    std::os::unix::fs::symlink("real.json", tool.path("link")).expect("a link");
    let mut user = jane();
    user["routingProfileId"] = json!("r2");
    tool.ok(&["apply", &tool.program(&user), "--yes", "--local-file", "link"]);
    assert!(tool.path("link").is_symlink());
    assert!(fs::read_to_string(tool.path("real.json")).expect("text").contains("\"r2\""));
}

#[test]
fn a_refused_file_leaves_nothing_beside_it() {
    let (tool, file) = applied();
    fs::write(tool.path("R.md"), "# Read me\n").expect("written");
    let said = tool.fails(&["apply", &file, "--yes", "--local-file", "R.md", "--state", "y.redb"]);
    assert!(said.contains("`R.md`"), "{said}");
    for name in ["R.md.lock", "y.redb"] {
        assert!(!tool.path(name).exists(), "{name}");
    }
}

/// A new user is assumed to be there for some minutes, in which the service may not show it.
#[test]
fn drift_does_not_count_whom_it_could_not_see() {
    let (tool, _) = applied();
    let document: Value = serde_json::from_str(&tool.ok(&["state", "export"]).out).expect("recorded users");
    // A service in which nobody is.
    tool.change_service(|service| service["instances"] = json!([]));
    let args = ["drift", "--detailed-exitcode"];
    let said = tool.run(&args);
    assert_eq!((said.code, said.out.as_str()), (0, "Drift is not known; 1 could not be checked.\n"));
    assert!(said.err.contains("`jane` was created a moment ago and is not visible yet"), "{}", said.err);
    let json = tool.json(&args);
    assert_eq!((&json["users"][0]["checked"], &json["findings"][0]["user"]), (&json!(false), &json!("jane")));
    assert!(document["users"]["jane"].is_object());
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_no_export_with_an_error() {
    use std::process::Stdio;

    let (tool, _) = applied();
    for args in [&["state", "export"][..], &["show"], &["export", "--instance", "i"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = tool.command(args);
        let output = command.stdout(Stdio::from(writer)).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn help_fits_what_went_wrong() {
    let (tool, _) = applied();
    let mut user = jane();
    user["name"] = json!("june");
    let imported = |id: &str| {
        let june = json!({"type": "aws:connect:User", "properties": user, "options": {"import": id}});
        tool.write(&json!({"resources": {"june": june}}))
    };
    let said = tool.fails(&["plan", &imported("i:nobody")]);
    assert!(said.contains("correct the id in `import`, or take it out"), "{said}");
    // Too many deletions: there is a list, or there is none.
    let users = |count| {
        let user = |number| {
            let mut user = jane();
            user["name"] = json!(format!("agent-{number}"));
            (format!("a{number}"), json!({"type": "aws:connect:User", "properties": user}))
        };
        tool.write(&json!({"resources": (0..count).map(user).collect::<serde_json::Map<_, _>>()}))
    };
    tool.ok(&["apply", &users(8), "--yes", "--max-deletes", "1"]);
    let file = users(2);
    assert!(tool.fails(&["plan", &file]).contains("look at the list; if"));
    let said = tool.fails(&["plan", &file, "--summary"]);
    assert!(said.contains("run it without `--summary` to see them; if this is intended"), "{said}");
}

#[test]
fn an_instance_whose_id_is_none_is_not_asked() {
    let tool = Tool::new();
    let mut user = jane();
    user["instanceId"] = json!("${instance}");
    let user = json!({"type": "aws:connect:User", "properties": user});
    let file = tool.write(&json!({"config": {"instance": {"type": "string"}}, "resources": {"jane": user}}));
    for command in ["validate", "plan"] {
        let said = tool.fails(&[command, &file, "--set", "instance="]);
        assert!(said.contains("the id of an instance is empty"), "{said}");
        assert!(!said.contains("ListUsers"), "{said}");
    }
}

#[test]
fn numbers_are_refused_in_words() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    for (argument, expected) in [
        ("--parallelism=0", "'--parallelism <N>': must be a whole number, 1 or more"),
        ("--stop-after=0", "'--stop-after <N>': must be a whole number, 1 or more"),
        ("--max-deletes=-1", "'--max-deletes <N>': must be a whole number, 0 or more"),
        ("--users-per-instance=x", "must be a whole number, 0 or more"),
        ("--retry-for=1.5", "must be a whole number, 0 or more"),
        ("--rate=2", "'--rate <[OPERATION=]RATE:BURST>': "),
    ] {
        let said = tool.fails(&["plan", &file, argument]);
        assert!(said.contains(expected), "{said}");
    }
    let secret = tool.fails(&["plan", &file, "--sett=a <b"]);
    assert!(secret.contains("'--sett") && !secret.contains("<b"), "{secret}");
}

#[test]
fn a_state_that_is_cut_off_is_called_so() {
    let (tool, file) = applied();
    let whole = fs::read(tool.path(".connect-user/users.redb")).expect("a state");
    let shown = tool.ok(&["show"]).out;
    let mut refused = 0;
    let lengths = [1, 20, 511, 512, 600, 4_000, 9_000, 9_728, 12_000, 14_000, 16_384, 20_000, 30_000, 40_000];
    for length in lengths {
        fs::write(tool.path("cut.redb"), &whole[..length]).expect("written");
        // What is behind the users may be missing; nothing less than all of them is shown.
        let is_whole = tool.run(&["show", "--state", "cut.redb"]).out == shown;
        for args in [&["show"][..], &["plan", &file], &["state", "export"]] {
            let args = [args, &["--state", "cut.redb"]].concat();
            if is_whole {
                tool.ok(&args);
                continue;
            }
            let said = tool.fails(&args);
            assert!(said.contains("`cut.redb` is no state, or is damaged: it "), "{length}: {said}");
            assert!(!said.contains("_len") && !said.contains("atabase"), "{length}: {said}");
            refused += 1;
        }
    }
    assert!(refused >= 3 * 10, "{refused}");
}

#[test]
fn mistakes_of_a_program_are_told_as_they_are() {
    let tool = Tool::new();
    let said = tool.fails(&["validate", &tool.write(&json!({"resources": {"": resource(jane())}}))]);
    assert!(said.contains("`resources` has an empty resource name\n  at: program.yaml:1:"), "{said}");
    let said = tool.fails(&["validate", &tool.write(&json!({"resources": {"c": {"type": 5}}}))]);
    assert!(said.contains("`resources.c` has a `type` that is a number, not a text"), "{said}");
    // The second of two spellings is the place.
    let text = "resources:\n  a:\n    type: aws:connect:User\n    properties:\n      instanceId: i\n      instance_id: i\n";
    let said = tool.fails(&["validate", &tool.write_text(text)]);
    assert!(said.contains("one property is given as `instanceId` and as `instance_id`"), "{said}");
    assert!(said.contains("(program.yaml:6:7)"), "{said}");
    // Nobody has such a property, and nobody refers to itself.
    let mut second = jane();
    second["name"] = json!("june");
    second["routingProfileId"] = json!("${jame.routingProfileId}");
    second["hierarchyGroupId"] = json!("${jame.groupId}");
    second["securityProfileIds"] = json!(["${june2.userId}"]);
    let file = tool.write(&json!({"resources": {"jane": resource(jane()), "june": resource(second)}}));
    let said = tool.fails(&["validate", &file]);
    assert!(said.contains("did you mean `${jane.routingProfileId}`?"), "{said}");
    assert!(!said.contains("`${jane.groupId}`?") && !said.contains("`${june.userId}`?"), "{said}");
}

/// What looks like a reference in a password may be a part of it.
#[test]
fn no_part_of_a_password_is_told() {
    let tool = Tool::new();
    let program = |password: &str, variables: Value| {
        let mut user = jane();
        user["password"] = json!(password);
        let user = json!({"type": "aws:connect:User", "properties": user});
        tool.write(&json!({"variables": variables, "resources": {"jane": user}}))
    };
    for (password, variables) in [
        ("Hunter2${Secret!}", json!({})),
        ("Hunter2${Secret}", json!({})),
        ("Hunter2${.Secret}", json!({})),
        ("Hunter2${jane.Secret}", json!({})),
        ("Hunter2${x.Secret}", json!({"x": {"y": "z"}})),
        ("${x}", json!({"x": "Hunter2${Secret!}"})),
        ("plainPassword1", json!({"x": "Hunter2${Secret!}"})),
    ] {
        let file = program(password, variables);
        for args in [&["validate", &file][..], &["plan", &file], &["validate", &file, "--format", "json"]] {
            let said = tool.run(args);
            let all = format!("{}{}", said.out, said.err);
            assert!(said.code == 1 && !all.contains("Secret") && !all.contains("Hunter2"), "{all}");
            let is_helped = all.contains("write `$${` for a plain `${`") || password.contains("jane.");
            assert!(is_helped, "{password}: {all}");
        }
    }
    tool.ok(&["validate", &program("Hunter2$${Secret!}", json!({}))]);
}

#[test]
fn references_of_outputs_and_unused_variables_are_checked() {
    let tool = Tool::new();
    let program = |variables: Value, outputs: Value| {
        let user = json!({"type": "aws:connect:User", "properties": jane()});
        tool.write(&json!({"variables": variables, "resources": {"jane": user}, "outputs": outputs}))
    };
    let wrong = json!({"id": ["${jame.userId}"]});
    for (variables, outputs, message) in [
        (
            json!({}),
            wrong.clone(),
            "`outputs.id` refers to `${jame.userId}`, which the program does not define",
        ),
        (wrong, json!({}), "`variables.id` refers to something that the program does not define"),
        (
            json!({"a": "${b}"}),
            json!({"b": "${a} ${c}"}),
            "`outputs.b` refers to `${c}`, which the program does not define",
        ),
    ] {
        let said = tool.fails(&["validate", &program(variables, outputs)]);
        assert!(said.contains(message) && said.contains("at: program.yaml:1:"), "{said}");
        assert_eq!(said.contains("did you mean `${jane.userId}`?"), message.contains("jame"), "{said}");
    }
    let right = json!({"id": "${jane.userId} ${pulumi.stack} $${no} ${a.b}"});
    tool.ok(&["validate", &program(json!({"a": {"b": "${jane.arn}"}}), right)]);
}

/// Mistakes of structure and of references are told at once, in the order of the program.
#[test]
fn every_mistake_of_a_program_is_told_at_once() {
    let tool = Tool::new();
    let path = tool.write_text(
        "config: {team: {type: string}}
outputs: {id: '${jame.userId}'}
resources:
  broken: {type: 'aws:connect:User', propertys: {}}
  first:
    type: aws:connect:User
    properties: {name: '${second.password}', directoryUserId: '${team.x.y}'}
  second:
    type: aws:connect:User
    properties: {name: 'x${broken.name}', instanceId: '${first}', tags: {a: '${first.nam}', b: 'b'}}
    options: {dependsOn: ['${third}']}
",
    );
    let said = tool.fails(&["validate", &path]);
    let expected = [
        ("program.yaml:2:11", "`outputs.id` refers to `${jame.userId}`"),
        ("program.yaml:4:3", "`resources.broken` has `propertys`"),
        ("program.yaml:5:3", "the users `first`, `second` refer to each other in a cycle"),
        ("program.yaml:7:18", "`${second.password}` is a password"),
        ("program.yaml:10:43", "`${first}` is a whole user"),
        ("program.yaml:10:74", "`${first.nam}` is not a property of a user"),
        ("program.yaml:11:5", "`resources.second.options.dependsOn` refers to `third`"),
    ];
    let told: Vec<&str> = said.split("error: ").skip(1).collect();
    assert_eq!(told.len(), expected.len(), "{said}");
    for (told, (place, message)) in told.iter().zip(expected) {
        assert!(told.contains(&format!("at: {place}\n")) && told.contains(message), "{told}");
    }
}

/// A value that only the caller can give is told with the property that needs it.
#[test]
fn a_value_that_is_missing_is_told_with_its_place() {
    let tool = Tool::new();
    let path = tool.write_text(
        "config: {team: {type: string}}
resources:
  jane:
    type: aws:connect:User
    properties:
      instanceId: i
      name: jane
      routingProfileId: r
      securityProfileIds: [s]
      identityInfo: {firstName: Jane, lastName: Doe}
      phoneConfig: {phoneType: SOFT_PHONE}
      password: Password123
      tags: {team: '${team}'}
",
    );
    let said = tool.fails(&["apply", &path, "--yes"]);
    let message = "`${team}` is not known: it is a configuration value without a default";
    assert!(said.contains(message) && said.contains("at: program.yaml:13:14"), "{said}");
    assert!(said.contains("--set 'team=VALUE'"), "{said}");
}

/// The cause stands at the end, and machines read a text as it is.
#[test]
fn what_the_tool_says_itself_is_whole_and_escaped_once() {
    let tool = Tool::new();
    let long = format!("{}users.yaml", "folder/".repeat(200));
    let said = tool.fails(&["validate", &long]);
    let cause = "No such file or directory (os error 2)";
    let line = said.lines().next().expect("a line");
    assert!(line.ends_with(cause) && line.contains(&long), "{line}");
    let json = |args: &[&str]| -> Value {
        let said = tool.run(&[args, &["--format", "json"]].concat());
        serde_json::from_str(said.err.lines().next().expect("a line")).expect("JSON")
    };
    assert!(json(&["validate", &long])["message"].as_str().expect("a text").ends_with(cause));
    // A file whose name has a line break, and a user who is asked for by such a name.
    for (args, level, text) in [
        (&["validate", "a\nb.yaml"][..], "error", "`a\nb.yaml` cannot be read: "),
        (&["show", "--state", "a\nb.redb"], "note", "the state `a\nb.redb` is not there"),
    ] {
        let line = json(args);
        assert_eq!(line["level"], level, "{line}");
        assert!(line["message"].as_str().expect("a text").starts_with(text), "{line}");
        let said = tool.run(args).err;
        assert!(said.starts_with(&format!("{level}: {}", text.replace('\n', "\\n"))), "{said}");
    }
    let long = format!("the state `{}` is not there", long);
    assert_eq!(json(&["show", "--state", &long[11..long.len() - 14]])["message"], long);
}

#[test]
fn a_mistyped_option_leaves_nothing_behind() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    for option in [&["--allow", "nmae"][..], &["--deny", "nmae"], &["--where", "nonsense"]] {
        let said = tool.fails(&[&["apply", &file, "--yes"][..], option].concat());
        assert!(said.contains(option[1]), "{said}");
        assert!(!tool.path(".connect-user").exists(), "{option:?}");
    }
}

/// A user whom an earlier run made without writing it down is looked for where that matters, and nowhere else.
#[test]
fn a_creation_in_doubt_is_looked_into_where_something_is_planned_or_recorded() {
    let began = Timestamp::from(SystemTime::now());
    let (tool, file) = applied();
    let made = tool.json(&["show"])["users"]["jane"].clone();
    let mut spec = jane();
    spec.as_object_mut().expect("a map").remove("password");
    let doubt = json!({"creating": [{"began": began, "spec": spec}]});
    let document = json!({"version": 1, "users": {"jane": doubt}});
    fs::write(tool.path("doubt.json"), document.to_string()).expect("written");
    let with = |args: &[&str], state: &str| tool.ok(&[args, &["--state", state]].concat());
    let recorded = |state: &str| -> Value {
        serde_json::from_str(&with(&["state", "export"], state).out).expect("recorded users")
    };
    with(&["state", "import", "doubt.json"], "one.redb");
    let before = recorded("one.redb");
    let id = format!("i:{}", made["userId"].as_str().expect("an id"));
    let drift = with(&["drift"], "one.redb");
    assert_eq!((drift.out.as_str(), drift.err.as_str()), ("No drift: 0 as recorded.\n", ""));
    let exported = with(&["export", "--instance", "i"], "one.redb");
    assert!(exported.out.contains(&id) && exported.err == "note: 1 user; passwords cannot be read\n");
    assert_eq!(with(&["show", "--where", "group-tree=g1"], "one.redb").out, "No such user is recorded.\n");
    assert_eq!(recorded("one.redb"), before);
    // A plan knows who was made, and so does an import of all, which gives nobody a second name.
    let plan = with(&["plan", &file], "one.redb");
    assert!(plan.err.contains("jane") && !plan.out.contains("+ jane"), "{}{}", plan.out, plan.err);
    assert_eq!(recorded("one.redb"), before, "a plan writes nothing");
    let all = with(&["import", "--all", "--instance", "i"], "one.redb");
    assert!(all.out.starts_with("Recorded 0 users (1 already recorded)"), "{}", all.out);
    assert_eq!(recorded("one.redb")["users"]["jane"]["state"]["userId"], made["userId"]);
    // Whoever names the user knows it.
    with(&["state", "import", "doubt.json"], "two.redb");
    assert_eq!(with(&["import", "jane", &id], "two.redb").err, "");
}

#[test]
fn an_import_says_both_of_its_forms() {
    let tool = Tool::new();
    for args in [
        &[][..],
        &["ana"],
        &["--instance", "i"],
        &["--all"],
        &["ana", "--all", "--instance", "i"],
        &["ana", "i:u", "--instance", "i"],
    ] {
        let said = tool.fails(&[&["import"], args].concat());
        assert!(said.contains("takes a resource name and a user, or every user of an instance"), "{said}");
        assert!(
            said.contains("`import NAME INSTANCE_ID:USER_ID`, or `import --all --instance INSTANCE_ID`"),
            "{said}"
        );
    }
    let help = tool.ok(&["import", "--help"]).out;
    assert!(help.contains("import [OPTIONS] <NAME> <INSTANCE:USER>"), "{help}");
    assert!(help.contains("import [OPTIONS] --all --instance <INSTANCE>"), "{help}");
    assert!(!tool.path(".connect-user").exists(), "nothing was made");
}

/// Bytes that are no text are no reason to panic, nor to print every argument.
#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_refused_in_words() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt, process::Command};

    use crate::tool::example;

    let tool = Tool::new();
    let secret = ["plan", "p.yaml", "--set", "a.password=Secret123"];
    for (mut command, args, expected) in [
        (tool.command(&secret), &[&b"--set"[..], b"b=\xff"][..], "invalid UTF-8"),
        (tool.command(&secret), &[b"\xff"], "unexpected argument"),
        (tool.command(&secret), &[b"--format=json", b"\xff"], r#""level":"error""#),
        (Command::new(example("engine")), &[b"plan", b"\xff"], "an argument is not UTF-8 text"),
        (Command::new(example("validate_json")), &[b"\xff"], "No such file or directory"),
    ] {
        command.args(args.iter().map(|bytes| OsStr::from_bytes(bytes))).env_remove("RUST_BACKTRACE");
        let output = command.output().expect("it runs");
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(output.status.code() == Some(1) && said.contains(expected), "{expected}: {said}");
        assert!(!said.contains("panicked") && !said.contains("Secret123"), "{said}");
    }
}

/// The second reader of standard input would find it empty.
#[test]
fn standard_input_is_given_once() {
    let tool = Tool::new();
    for args in [
        &["plan", "-", "--set-file", "t=-"][..],
        &["validate", "-", "--set-file", "t=/dev/stdin"],
        &["validate", "program.yaml", "--set-file", "a=-", "--set-file", "b=-"],
        &["convert", "-", "--from", "csv", "--mapping", "-"],
        &["adopt", "-", "--from", "csv", "--mapping", "-"],
    ] {
        tool.program(&jane());
        let said = tool.fails(args);
        assert!(said.contains("standard input is given twice, and can be read once"), "{args:?}: {said}");
    }
}

/// Of two values for one name, one would win without a word.
#[test]
fn what_an_option_gives_twice_is_refused() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    for (args, expected) in [
        (&["--default-tag", "a=b", "--default-tag", "a=c"][..], "`--default-tag` gives `a` twice"),
        (&["--rate", "CreateUser=1:1", "--rate", "CreateUser=2:2"], "`--rate` gives `CreateUser` twice"),
        (&["--rate", "1:1", "--rate", "2:2"], "`--rate` gives `RATE:BURST` twice"),
        (
            &["--allow", "email-missing", "--deny", "email-missing"],
            "`email-missing` is given by `--allow` and by `--deny`",
        ),
    ] {
        let said = tool.fails(&[&["plan", &file][..], args].concat());
        assert!(said.contains(expected) && said.contains("leave one of them out"), "{said}");
    }
    tool.ok(&[
        "plan",
        &file,
        "--default-tag",
        "a=b",
        "--default-tag",
        "b=b",
        "--rate",
        "CreateUser=1:1",
        "--rate",
        "2:2",
    ]);
    let map = |more: &'static str| ["copy", "i", "t", "--map", "routingProfile:A=B", "--map", more];
    let said = tool.fails(&map("routingProfile:A=C"));
    assert!(said.contains("`--map` gives `routingProfile:A` twice"), "{said}");
    // Names may have a `=`, and a name of another kind is another one.
    for other in ["securityProfile:A=C", "routingProfile:A=B=C"] {
        assert!(!tool.fails(&map(other)).contains("twice"), "{other}");
    }
}
