//! `compare` and `copy`: the users of two instances.

use serde_json::json;

use crate::tool::{Said, Tool, named, user};

/// A tool with the users `ana`, `ben` and `cy` in the instance `i` of the file `a.json`.
fn three() -> Tool {
    let tool = Tool::new();
    let program = tool.write(&json!({"resources": {
        "ana": user("ana", |user| user["tags"] = json!({"team": "red"})),
        "ben": user("ben", |user| user["hierarchyGroupId"] = json!("g1")),
        "cy": user("cy", |user| user["routingProfileId"] = json!("r2")),
    }}));
    tool.ok(&["apply", &program, "--yes", "--local-file", "a.json", "--state", "a.redb"]);
    tool
}

/// From the instance `i` of one file to `t` of another.
const SIDES: &[&str] = &["i", "t", "--from-local-file", "a.json", "--to-local-file", "b.json"];

fn with<'a>(command: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    let state: &[&str] = if command == "copy" { &["--state", "b.redb"] } else { &[] };
    [&[command], SIDES, state, args].concat()
}

fn last(said: &Said) -> &str {
    said.out.lines().last().unwrap_or_default()
}

#[test]
fn that_nobody_is_meant_is_said() {
    let tool = three();
    for (command, args) in [("compare", &[][..]), ("copy", &["--dry-run", "--make-passwords", "first.csv"])] {
        for (condition, times) in [("tag:team=rde", 1), ("tag:team=red", 0)] {
            let said = tool.ok(&with(command, &[args, &["--where", condition]].concat()));
            assert_eq!(said.err.matches("no user matches the filter").count(), times, "{}", said.err);
        }
    }
}

#[test]
fn users_are_copied_to_another_instance_and_compared() {
    let tool = three();
    let before = tool.run(&with("compare", &["--detailed-exitcode"]));
    assert_eq!(before.code, 2, "{}", before.err);
    assert!(before.out.starts_with("- ana is only in `i`\n- ben is only in `i`\n"), "{}", before.out);

    let dry = tool.run(&with("copy", &["--dry-run", "--detailed-exitcode", "--make-passwords", "first.csv"]));
    assert_eq!(dry.code, 2, "{}", dry.err);
    assert!(
        last(&dry).starts_with("Plan: 3 to create, 0 to update, 0 to replace, 0 to delete"),
        "{}",
        dry.out
    );
    assert!(!tool.path("first.csv").exists() && !tool.path("b.json").exists(), "nothing is done");
    let asked = tool.fails(&with("copy", &["--make-passwords", "first.csv"]));
    assert!(asked.contains("there is no terminal to ask on"), "{asked}");
    assert!(!tool.path("first.csv").exists());

    let copied = tool.ok(&with("copy", &["--yes", "--make-passwords", "first.csv"]));
    assert!(last(&copied).starts_with("Done: 3 created"), "{}", copied.out);
    assert!(
        copied.err.contains("3 passwords were made for new users: hand out `first.csv`"),
        "{}",
        copied.err
    );
    let passwords = std::fs::read_to_string(tool.path("first.csv")).expect("a table");
    assert_eq!(passwords.lines().count(), 4, "a header and three users");
    let state = std::fs::read(tool.path("b.redb")).expect("a state");
    for line in passwords.lines().skip(1) {
        let password = line.split(',').next_back().expect("a password").trim_matches('"');
        assert!(password.len() == 16 && !copied.out.contains(password) && !copied.err.contains(password));
        assert!(!state.windows(password.len()).any(|part| part == password.as_bytes()), "not in the state");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(tool.path("first.csv")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "its owner's alone");
    }

    let after = tool.json(&with("compare", &[]));
    assert_eq!((&after["same"], &after["different"]), (&json!(["ana", "ben", "cy"]), &json!([])));
    assert_eq!(tool.run(&with("compare", &["--detailed-exitcode"])).code, 0);
    let shown = tool.json(&["show", "--local-file", "b.json", "--state", "b.redb"]);
    assert_eq!(shown["users"]["ana"]["instanceId"], "t");
    let again = tool.ok(&with("copy", &["--yes", "--make-passwords", "first.csv"]));
    assert!(again.err.contains("already there, and left as they are: 3 users"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(tool.path("first.csv")).expect("a table"), passwords);

    // A program of them changes nothing.
    let program = tool.ok(&["export", "--instance", "t", "--local-file", "b.json", "--state", "b.redb"]).out;
    std::fs::write(tool.path("users.yaml"), program).expect("written");
    let plan = tool.ok(&["plan", "users.yaml", "--local-file", "b.json", "--state", "b.redb"]);
    assert_eq!(last(&plan), "No changes: 3 up to date.");
}

#[test]
fn users_who_are_there_are_made_the_same_only_if_that_is_asked_for() {
    let tool = three();
    let mut other = named("ana");
    other["instanceId"] = json!("t");
    other["tags"] = json!({"team": "blue", "more": "1"});
    let program = tool.program(&other);
    tool.ok(&["apply", &program, "--yes", "--local-file", "b.json", "--state", "others.redb"]);
    let compared = tool.ok(&with("compare", &["--where", "name=ana"]));
    assert_eq!(
        compared.out,
        "~ ana is different\n    + tags.more: \"1\"\n    ~ tags.team: \"red\" → \"blue\"\n\
         From `i` to `t`: 0 the same, 1 different, 0 only in `i`, 0 only in `t`.\n"
    );
    let one = tool.ok(&with("copy", &["--where", "name=ana", "--yes"]));
    assert_eq!(
        last(&one),
        "Done: 0 created, 0 updated, 0 replaced, 0 deleted, 0 unchanged, 0 failed, 0 not finished."
    );
    let update = tool.ok(&with("copy", &["--where", "name=ana", "--yes", "--update"]));
    assert!(last(&update).starts_with("Done: 0 created, 1 updated, 0 replaced, 0 deleted"), "{}", update.out);
    assert_eq!(tool.run(&with("compare", &["--where", "name=ana", "--detailed-exitcode"])).code, 0);
}

#[test]
fn what_stands_in_the_way_is_said_with_the_way_out() {
    let tool = three();
    let people = "name,password,first name\nana,Password123,Ana\n";
    std::fs::write(tool.path("people.csv"), people).expect("written");
    // A file of passwords that is another one, or has no password.
    for (file, text) in [
        ("missing.csv", None),
        ("none.csv", Some("name\nana\n")),
        ("users.yaml", Some("resources: {}\n")),
        ("foo.csv", Some("foo,bar\n1,2\n")),
        ("misspelt.csv", Some("name,pasword\nana,Password123\n")),
        ("local.json", Some("{}")),
    ] {
        if let Some(text) = text {
            std::fs::write(tool.path(file), text).expect("written");
        }
        let said = tool.fails(&with("copy", &["--yes", "--passwords", file]));
        assert!(said.contains("a table (CSV) with the columns `name` and `password`"), "{file}: {said}");
        assert!(!said.contains("mapping") && !said.contains("map one"), "{file}: {said}");
    }
    for (args, says) in [
        (vec!["compare", "i", "i"], "`i` is the same instance on both sides"),
        (vec!["compare", "i", "t", "--from-local-file", "missing.json"], "`missing.json` is not there"),
        (vec!["compare", "a b", "t"], "`a b`"),
        (
            with("compare", &["--from-region", "us-east-1"]),
            "`--from-region` has no use with the local backend",
        ),
        (with("compare", &["--map", "queue:a=b"]), "`queue:a=b` does not begin with a kind of name"),
        (with("copy", &["--map", "routingProfile:r1"]), "does not say a name and the name that it becomes"),
        (
            with("copy", &["--yes"]),
            "new users need a first password, which these have not: `ana`, `ben`, `cy`",
        ),
        (with("copy", &["--yes", "--passwords", "none.csv"]), "`none.csv` has no passwords"),
        (with("copy", &["--yes", "--make-passwords", "people.csv"]), "is no table of `--make-passwords`"),
        (with("copy", &["--yes", "--password-env", "NOT_SET_AT_ALL"]), "`NOT_SET_AT_ALL` is not set"),
        (with("copy", &["--passwords", "a", "--make-passwords", "b"]), "cannot be used with"),
        (with("copy", &["--stop-after", "0"]), "must be a whole number, 1 or more"),
        (with("copy", &["--users-per-instance", "many"]), "must be a whole number, 0 or more"),
        (with("compare", &["--backend", "aws"]), "`--from-local-file` has no use with the real service"),
        (with("copy", &["--set", "a=b"]), "`--set` has no use without a program"),
    ] {
        let said = tool.fails(&args);
        assert!(said.contains(says), "{args:?}: {said}");
    }
    assert!(!tool.path("b.json").exists(), "nobody is created");
    assert_eq!(std::fs::read_to_string(tool.path("people.csv")).expect("a table"), people, "it stays");
    // The state of the source has users of the same names.
    let same = [
        "copy",
        "i",
        "t",
        "--local-file",
        "a.json",
        "--state",
        "a.redb",
        "--yes",
        "--make-passwords",
        "p.csv",
    ];
    let said = tool.fails(&same);
    assert!(
        said.contains("the state is not that of `t` alone: it has users of others, as `ana`, `ben`, `cy`"),
        "{said}"
    );
    // Within one file, with a state of its own.
    let copied = tool.ok(&[&same[..6], &["c.redb", "--yes", "--make-passwords", "p.csv"]].concat());
    assert!(last(&copied).starts_with("Done: 3 created"), "{}", copied.out);
    assert!(tool.ok(&["compare", "i", "t", "--local-file", "a.json"]).out.contains("3 the same"));
    // What is to say of the options is said once for both sides.
    let said = tool.ok(&["compare", "i", "t", "--local-file", "a.json", "--rates-from", "account"]).err;
    assert_eq!(said.matches("`--rates-from` has no effect").count(), 1, "{said}");
}
