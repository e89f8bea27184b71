//! The files: private, whole at any moment, and without a password.

use std::fs;

use connect_user::fleet::EmbeddedStore;
use serde_json::json;

use crate::tool::{Tool, jane, repository};

/// What the files hold: as they are, and, as entries are packed in one of them, as JSON.
fn contents(tool: &Tool) -> String {
    let read = |name: &str| fs::read(tool.path(".connect-user").join(name)).expect("a file");
    let files = String::from_utf8_lossy(&[read("users.redb"), read("local.json")].concat()).into_owned();
    files + &tool.ok(&["state", "export"]).out
}

#[test]
fn the_example_of_the_readme_applies_and_then_plans_to_nothing() {
    let tool = Tool::new();
    let file = repository("examples/users.yaml");
    assert!(tool.ok(&["apply", &file, "--yes"]).out.contains("Done: 4 created"));
    assert!(tool.plan(&file).is_empty());
    assert!(!contents(&tool).contains("Welcome2Connect"));
}

#[cfg(unix)]
#[test]
fn files_are_private_to_their_owner() {
    use std::os::unix::fs::PermissionsExt;

    let tool = Tool::new();
    tool.apply(&tool.program(&jane()));
    for name in ["users.redb", "local.json"] {
        let mode = fs::metadata(tool.path(".connect-user").join(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(!contents(&tool).contains("Password123"));
}

#[test]
fn damaged_files_are_told_and_left_as_they_are() {
    let tool = Tool::new();
    let program = tool.program(&jane());
    tool.apply(&program);
    for name in ["users.redb", "local.json"] {
        let path = tool.path(".connect-user").join(name);
        let whole = fs::read(&path).expect("a file");
        for damaged in [&whole[..whole.len() / 2], b"", b"[]", b"{\"version\": 99}"] {
            fs::write(&path, damaged).expect("written");
            let said = tool.fails(&["apply", &program, "--yes"]);
            assert!(said.contains(name), "{said}");
            assert_eq!(fs::read(&path).expect("a file"), damaged);
        }
        fs::write(&path, whole).expect("written");
    }
    assert!(tool.plan(&program).is_empty());
}

#[test]
fn one_run_at_a_time_changes_a_state() {
    let tool = Tool::new();
    let program = tool.program(&jane());
    tool.apply(&program);
    let other = EmbeddedStore::open(tool.path(".connect-user/users.redb")).expect("a store");
    assert!(tool.fails(&["apply", &program, "--yes"]).contains("another process is writing"));
    tool.ok(&["plan", &program]);
    drop(other);
    tool.ok(&["apply", &program, "--yes"]);
}

/// Kills applies at random moments; what is left is always whole, and the next run finishes.
#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let tool = Tool::new();
    let users: serde_json::Map<_, _> = (0..12)
        .map(|number| {
            let mut properties = jane();
            properties["name"] = json!(format!("agent-{number}"));
            // Without a password each takes little time, and there are more moments between.
            properties.as_object_mut().expect("an object").remove("password");
            properties["identityInfo"].as_object_mut().expect("an object").remove("email");
            (format!("agent{number}"), json!({"type": "aws:connect:User", "properties": properties}))
        })
        .collect();
    let program = tool.write(&json!({"resources": users}));
    let args = ["apply", &program, "--yes", "--identity-management", "SAML"];
    for delay in [1, 5, 9, 13, 17, 21, 25] {
        let mut child = tool.command(&args).stdout(std::process::Stdio::null()).spawn().expect("started");
        std::thread::sleep(std::time::Duration::from_millis(delay));
        let _ = child.kill();
        child.wait().expect("ended");
        tool.ok(&["show"]);
    }
    let last = tool.ok(&args);
    assert!(last.err.matches("an earlier run had").count() <= 15, "a few of each kind: {}", last.err);
    let shown = tool.json(&["show"]);
    assert_eq!(shown["users"].as_object().expect("users").len(), 12);
    assert_eq!(
        tool.ok(&["plan", &program, "--identity-management", "SAML"]).out,
        "No changes: 12 up to date.\n"
    );
    let exported = tool.ok(&["export", "--instance", "i"]).out;
    assert_eq!(exported.matches("aws:connect:User").count(), 12, "nobody twice");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_the_file_that_it_leads_to_is_written() {
    let tool = Tool::new();
    let file = tool.program(&jane());
    fs::create_dir(tool.path("real")).expect("a folder");
    tool.ok(&["apply", &file, "--yes", "--state", "real/users", "--local-file", "real/service"]);
    tool.ok(&["plan", &file, "--out", "real/plan", "--state", "real/users", "--local-file", "real/service"]);
    fs::write(tool.path("real/passwords"), "name,password\nx,Password123\n").expect("written");
    fs::write(tool.path("real/imports"), "[]").expect("written");
    for name in ["users", "service", "plan", "passwords", "imports"] {
        std::os::unix::fs::symlink(format!("real/{name}"), tool.path(name)).expect("a link");
    }
    let mut properties = jane();
    properties["routingProfileId"] = json!("r2");
    let file = tool.program(&properties);
    let own = ["--state", "users", "--local-file", "service"];
    let other = ["--state", "other", "--local-file", "service"];
    let backup = repository("tests/interop/cases/12-backup.json");
    let commands: [(&str, Vec<&str>); 5] = [
        ("plan", [&["plan", &file, "--out", "plan"], &own[..]].concat()),
        ("service", [&["apply", &file, "--yes"], &own[..]].concat()),
        ("users", [&["set", "tags.a=b", "--all", "--yes"], &own[..]].concat()),
        ("passwords", [&["copy", "i", "j", "--yes", "--make-passwords", "passwords"], &other[..]].concat()),
        ("imports", vec!["convert", &backup, "--to", "cloudformation", "--imports", "imports"]),
    ];
    for (name, command) in commands {
        let before = fs::read(tool.path("real").join(name)).expect("a file");
        tool.ok(&command);
        assert!(tool.path(name).is_symlink(), "{name}");
        assert_ne!(fs::read(tool.path("real").join(name)).expect("a file"), before, "{name}");
    }
}
