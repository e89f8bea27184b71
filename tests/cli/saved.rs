//! Plans that are saved by one run and carried out by another.

use std::fs;

use serde_json::{Value, json};

use crate::tool::{Tool, jane};

fn program(tool: &Tool, users: &[(&str, Value)]) -> String {
    let users = users.iter().map(|(name, properties)| {
        ((*name).to_owned(), json!({"type": "aws:connect:User", "properties": properties}))
    });
    tool.write(&json!({"resources": users.collect::<serde_json::Map<_, _>>()}))
}

fn named(name: &str) -> Value {
    let mut user = jane();
    user["name"] = json!(name);
    user
}

/// A tool that has `a` and `b`, and a saved plan in which `a` changes, `b` goes and `c` is new.
fn saved() -> (Tool, String) {
    let tool = Tool::new();
    tool.apply(&program(&tool, &[("a", named("ann")), ("b", named("bob"))]));
    let mut changed = named("ann");
    changed["routingProfileId"] = json!("r2");
    let file = program(&tool, &[("a", changed), ("c", named("cid"))]);
    let said = tool.ok(&["plan", &file, "--out", "plan.json"]);
    assert!(said.out.contains("Plan: 1 to create, 1 to update, 0 to replace, 1 to delete"), "{}", said.out);
    assert!(said.err.contains("note: the plan is in `plan.json`: `apply plan.json` carries it out"));
    (tool, file)
}

fn names(tool: &Tool) -> Vec<String> {
    tool.json(&["show"])["users"].as_object().expect("users").keys().cloned().collect()
}

const PASSWORD: &[&str] = &["apply", "plan.json", "--yes", "--program", "program.yaml"];

#[test]
fn a_saved_plan_is_carried_out_as_it_was_shown() {
    let (tool, file) = saved();
    let text = fs::read_to_string(tool.path("plan.json")).expect("a plan");
    assert!(!text.contains("Password123"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(tool.path("plan.json")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // It holds no password: the program or the environment gives it.
    let said = tool.fails(&["apply", "plan.json", "--yes"]);
    assert!(said.contains("`password` is required"), "{said}");
    assert!(said.contains("give it: `--set-env 'c.password=VARIABLE'`, or `--program FILE`"), "{said}");
    let said = tool.fails(&["apply", "plan.json", "--yes", "--set", "a.password=Password123"]);
    assert!(said.contains("has no use for `a.password`") && said.contains("such as `c.password`"), "{said}");
    // No words of it are taken for a mistake of a program.
    let said = tool.fails(&["apply", "plan.json", "--yes", "--set", "it sets `region`, so=x"]);
    assert!(said.contains("has no use for") && !said.contains("--region"), "{said}");
    assert_eq!(names(&tool), ["a", "b"]);
    // A byte order mark is no part of a text.
    for name in ["plan.json", "state.json"] {
        let text = if name == "plan.json" { text.clone() } else { tool.ok(&["state", "export"]).out };
        fs::write(tool.path(name), format!("\u{feff}{text}")).expect("written");
    }
    tool.ok(&["state", "import", "state.json", "--state", "other.redb"]);
    assert!(tool.fails(&["apply", "plan.json", "--program", &file]).contains("give `--yes`"));
    let said = tool.ok(PASSWORD);
    assert!(said.out.contains("Plan: 1 to create, 1 to update, 0 to replace, 1 to delete"), "{}", said.out);
    assert!(said.out.ends_with(
        "Done: 1 created, 1 updated, 0 replaced, 1 deleted, 0 unchanged, 0 failed, 0 not finished.\n"
    ));
    assert_eq!(names(&tool), ["a", "c"]);
    // The passwords are known, and a changed one is noticed.
    assert_eq!(tool.ok(&["plan", &file]).out, "No changes: 2 up to date.\n");
    let mut other = named("cid");
    other["password"] = json!("Password456");
    let mut changed = named("ann");
    changed["routingProfileId"] = json!("r2");
    let said = tool.ok(&["plan", &program(&tool, &[("a", changed), ("c", other)])]);
    assert!(format!("{}{}", said.out, said.err).contains("password"), "{}{}", said.out, said.err);
    // What was carried out is stale.
    let said = tool.fails(PASSWORD);
    assert!(said.contains("the record of `a` has changed since the plan was saved"), "{said}");
}

#[test]
fn passwords_of_a_saved_plan_come_from_the_environment() {
    let (tool, _) = saved();
    fs::remove_file(tool.path("program.yaml")).expect("no program");
    let args = ["apply", "plan.json", "--yes", "--set-env", "c.password=CID", "--format", "json"];
    let output = tool.command(&args).env("CID", "Password123").output().expect("it runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !out.contains("Password123") && !err.contains("Password123"), "{err}");
    let last: Value = serde_json::from_str(out.lines().last().expect("a summary")).expect("JSON");
    assert_eq!((&last["created"], &last["deleted"]), (&json!(1), &json!(1)));
}

#[test]
fn a_plan_that_does_not_fit_is_refused() {
    let (tool, file) = saved();
    let refused = |args: &[&str], expected: &str| {
        let said = tool.fails(args);
        assert!(said.contains(expected), "{expected}: {said}");
    };
    // Of another state.
    refused(&[PASSWORD, &["--state", "other.redb"]].concat(), "the plan was made for the state `");
    assert!(!tool.path("other.redb").exists());
    // Options that the plan has taken already.
    for option in [
        &["--target", "a"][..],
        &["--max-deletes", "9"],
        &["--default-tag", "a=b"],
        &["--deny", "x"],
        &["--identity-management", "SAML"],
        &["--sign-out-on", "deletion"],
        &["--on-unrecognised", "refuse"],
        &["--where", "name=a"],
    ] {
        refused(&[PASSWORD, option].concat(), &format!("`{}` has no use with a saved plan", option[0]));
    }
    refused(&["apply", &file, "--program", &file], "is not a saved plan, and `--program` is for one");
    for command in ["validate", "plan"] {
        refused(&[command, "plan.json"], "`plan.json` is a saved plan, not a program");
    }
    refused(&["plan", &file, "--out", &file], "is there, and is not a plan");
    // Cut off, of a later version, or changed.
    let text = fs::read_to_string(tool.path("plan.json")).expect("a plan");
    let later = text.replacen("{\"connectUserPlan\":1", "{\"connectUserPlan\":2", 1);
    let inner = text.replacen("\"plan\":{\"version\":1", "\"plan\":{\"version\":9", 1);
    let foreign = "{\"connectUserPlan\": 1, \"planned_values\": {}}";
    for (text, expected) in [
        (&text[..text.len() / 2], "`plan.json` is cut off"),
        (&text[..30], "`plan.json` is cut off"),
        (&later, "`plan.json` has version 2, and this program knows 1"),
        (
            &inner,
            "`plan.json` cannot be read: the plan was written by a later version: its version must be at most 1, is 9",
        ),
        (foreign, "`plan.json` cannot be read: missing field `state`"),
        ("{\"planned_values\": {}}", "`plan.json` has no `resources`"),
    ] {
        fs::write(tool.path("plan.json"), text).expect("written");
        refused(&["apply", "plan.json", "--yes"], expected);
    }
    // What somebody else has done since is found before the first call.
    fs::write(tool.path("plan.json"), &text).expect("written");
    let mut changed = named("ann");
    changed["routingProfileId"] = json!("r9");
    let other = ["--state", "other.redb"];
    let id = tool.json(&["show"])["users"]["a"]["userId"].as_str().expect("an id").to_owned();
    tool.ok(&[&["import", "a", &format!("i:{id}")][..], &other].concat());
    std::thread::sleep(std::time::Duration::from_millis(20));
    tool.ok(&[&["apply", &program(&tool, &[("a", changed)]), "--yes"][..], &other].concat());
    let said = tool.run(&["apply", "plan.json", "--yes", "--set", "c.password=Password123"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("error: a: ") && said.err.contains("plan"), "{}", said.err);
    assert_eq!(names(&tool), ["a", "c"], "the others are done");
}

#[test]
fn only_what_is_wholly_known_is_saved() {
    let tool = Tool::new();
    let mut second = named("second");
    second["tags"] = json!({"lead": "${a.userId}"});
    let file = program(&tool, &[("a", named("ann")), ("b", second)]);
    let said = tool.fails(&["plan", &file, "--out", "plan.json"]);
    assert!(said.contains("b: `tags.lead` is not known yet"), "{said}");
    assert!(!tool.path("plan.json").exists());
}

#[test]
fn a_file_that_is_written_is_not_standard_output() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    for (args, option) in [
        (&["--state", "-"][..], "--state"),
        (&["--local-file", "-"], "--local-file"),
        (&["--state", "/dev/stdin"], "--state"),
    ] {
        let said = tool.fails(&[&["apply", &file, "--yes"], args].concat());
        assert!(said.contains(&format!("`{option}` writes a file, which `{}` is not", args[1])), "{said}");
        assert!(!tool.path(".connect-user").exists());
    }
    tool.apply(&file);
    for args in [["-", "new.redb"], [".connect-user/users.redb", "-"]] {
        let said = tool.fails(&[&["state", "migrate"][..], &args].concat());
        assert!(said.contains("`-`") && !tool.path("new.redb").exists(), "{said}");
    }
    let local = ".connect-user/local.json";
    std::fs::write(tool.path("agents.csv"), "user login,first name,last name\nana,Ana,Roe\n")
        .expect("written");
    for (command, option) in [
        (&["plan", &file, "--out", "-"][..], "--out"),
        (&["set", "tags.a=b", "--all", "--out", "-"], "--out"),
        (
            &["convert", "agents.csv", "--instance", "i", "--to", "cloudformation", "--imports", "-"],
            "--imports",
        ),
        (
            &["copy", "i", "t", "--from-local-file", local, "--make-passwords", "-", "--state", "t.redb"],
            "--make-passwords",
        ),
        (&["copy", "i", "t", "--from-local-file", local, "--to-local-file", "-"], "--to-local-file"),
    ] {
        let said = tool.fails(command);
        assert!(
            said.contains(&format!("`{option}` writes a file, which `-` is not"))
                && said.contains("give the path"),
            "{said}"
        );
    }
    assert!(!tool.path("-").exists());
}

/// What is written last would be all that is left of two files at one path.
#[test]
fn two_files_at_one_path_are_refused() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    let copy =
        |args: &[&'static str]| [&["copy", "i", "t", "--yes", "--from-local-file", "a.json"], args].concat();
    tool.ok(&["apply", &file, "--yes", "--state", "a.redb", "--local-file", "a.json"]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(".", tool.path("link")).expect("a link");
    let linked = if cfg!(unix) { "link/x" } else { "./x" };
    let cases = [
        (vec!["apply", &file, "--yes", "--state", "x", "--local-file", "x"], ["--state", "--local-file"]),
        (vec!["apply", &file, "--yes", "--state", "x", "--local-file", "./x"], ["--state", "--local-file"]),
        (vec!["apply", &file, "--yes", "--state", linked, "--local-file", "x"], ["--state", "--local-file"]),
        (vec!["plan", &file, "--state", "x", "--out", linked], ["--out", "--state"]),
        (vec!["plan", &file, "--local-file", "x", "--out", "x"], ["--out", "--local-file"]),
        (copy(&["--state", "x", "--to-local-file", "x"]), ["--state", "--to-local-file"]),
        (
            copy(&["--to-local-file", "x", "--make-passwords", linked]),
            ["--make-passwords", "--to-local-file"],
        ),
        (
            copy(&["--state", "x", "--to-local-file", "y", "--make-passwords", "x"]),
            ["--make-passwords", "--state"],
        ),
    ];
    #[cfg(unix)]
    {
        let said = tool.fails(&["state", "migrate", "a.redb", "link/a.redb"]);
        assert!(said.contains("`link/a.redb` is the state that the users are copied from"), "{said}");
    }
    for (args, [one, other]) in cases {
        let said = tool.fails(&args);
        assert!(said.contains(&format!("`{one}` and `{other}` are one file")), "{args:?}: {said}");
        assert!(!tool.path("x").exists() && !tool.path("y").exists(), "{args:?}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_told_before_anything_is_read() {
    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    for args in [
        &["plan", "program.yaml", "--out", "nodir/x"][..],
        &["set", "tags.a=b", "--all", "--out", "nodir/x"],
        &["copy", "i", "t", "--to-local-file", "b.json", "--state", "b.redb", "--make-passwords", "nodir/x"],
        &["convert", "none.csv", "--to", "cloudformation", "--imports", "nodir/x"],
    ] {
        let said = tool.fails(args);
        assert!(said.contains("`nodir/x` cannot be written: `nodir` is no folder"), "{said}");
        assert!(!said.contains("is not there"), "{said}");
    }
}

/// A name may have any character, and a shell must take it as it is.
#[test]
fn the_way_out_of_a_missing_password_is_quoted() {
    for (name, expected) in [
        ("o'neill", r"`--set-env 'o'\''neill.password=VARIABLE'`, or `--program FILE`"),
        ("a=b", "help: give it: `--program FILE`"),
    ] {
        let tool = Tool::new();
        let file = program(&tool, &[(name, jane())]);
        let said = tool.ok(&["plan", &file, "--out", "my plan.json"]).err;
        assert!(
            said.contains("the plan is in `my plan.json`: `apply 'my plan.json'` carries it out"),
            "{said}"
        );
        tool.ok(&["plan", &file, "--out", "plan.json"]);
        let said = tool.fails(&["apply", "plan.json", "--yes"]);
        assert!(said.contains(expected), "{said}");
        assert_eq!(said.contains("--set-env"), !name.contains('='), "{said}");
    }
}
