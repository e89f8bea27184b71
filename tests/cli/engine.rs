//! `examples/engine.rs`, an engine of one's own: a program and a state in files.

use std::process::Command;

use connect_user::client::memory::MemoryFile;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::tool::example;

struct Engine(TempDir);

impl Engine {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn program(&self, program: &Value) {
        std::fs::write(self.0.path().join("program.json"), program.to_string()).expect("written");
    }

    fn state(&self) -> Value {
        let text = std::fs::read_to_string(self.0.path().join("state.json")).expect("a state");
        assert!(!text.contains("Password123"), "no password is stored");
        serde_json::from_str(&text).expect("JSON")
    }

    /// What a command says; it must succeed.
    fn run(&self, command: &str, more: &[&str]) -> String {
        let mut engine = Command::new(example("engine"));
        let output = engine.arg(command).arg(self.0.path()).args(more).output().expect("it runs");
        let said = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    /// What a command that fails says.
    fn refusal(&self, command: &str, more: &[&str]) -> String {
        let dir = self.0.path().to_str().expect("text");
        refused(&[&[command, dir], more].concat())
    }

    /// What is to be done to each user.
    fn plan(&self) -> Vec<String> {
        let said = self.run("plan", &[]);
        let is_action = |line: &&str| !line.starts_with(' ') && !line.contains('[');
        said.lines().filter(is_action).map(str::to_owned).collect()
    }
}

/// What a command line that fails says.
fn refused(args: &[&str]) -> String {
    let mut engine = Command::new(example("engine"));
    engine.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
    let output = engine.args(args).output().expect("it runs");
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("text")
}

fn user(members: &Value) -> Value {
    let mut user = json!({
        "instanceId": "i",
        "password": "Password123",
        "routingProfileId": "r1",
        "securityProfileIds": ["s2", "s1"],
        "identityInfo": { "firstName": "Jane", "lastName": "Roe", "email": "jane@example.com" },
        "phoneConfig": { "phoneType": "SOFT_PHONE" },
    });
    let all = user.as_object_mut().expect("an object");
    all.extend(members.as_object().expect("an object").clone());
    user
}

#[test]
fn an_engine_of_ones_own_plans_applies_imports_and_sees_drift() {
    let engine = Engine::new();
    let ana = user(&json!({}));
    let bea = user(&json!({ "name": "bea", "tags": { "manager": "${ana.userId}" } }));
    engine.program(&json!({ "ana": ana, "bea": bea }));
    assert_eq!(engine.plan(), ["ana: Create", "bea: Create"]);
    engine.run("apply", &[]);
    let state = engine.state();
    assert_eq!(state["ana"]["outputs"]["name"], "ana", "a name is made of the key");
    assert_eq!(state["bea"]["outputs"]["tags"]["manager"], state["ana"]["outputs"]["userId"]);
    assert_eq!(engine.plan(), ["ana: None", "bea: None"]);

    // Somebody else changes a user.
    {
        let (file, connect) = MemoryFile::open(engine.0.path().join("connect.json")).expect("a service");
        let id = state["ana"]["outputs"]["userId"].as_str().expect("an id").into();
        assert!(connect.edit_user(&"i".into(), &id, |user, _| user.routing_profile_id = "r9".into()));
        file.persist(&connect).expect("written");
    }
    assert_eq!(engine.run("drift", &[]), "ana: exists\n  routingProfileId\nbea: exists\n");
    assert_eq!(engine.run("drift", &[]), "ana: exists\nbea: exists\n");
    assert_eq!(engine.state()["ana"]["outputs"]["routingProfileId"], "r9");
    assert_eq!(engine.plan(), ["ana: Update", "bea: None"]);

    // A new name is a new user, and who refers to it follows.
    let renamed = user(&json!({ "name": "anna" }));
    engine.program(&json!({ "ana": renamed, "bea": bea }));
    assert_eq!(engine.plan(), ["ana: Replace", "bea: Update"]);
    engine.run("apply", &[]);
    let then = engine.state();
    assert_ne!(then["ana"]["outputs"]["userId"], state["ana"]["outputs"]["userId"]);
    assert_eq!(then["bea"]["outputs"]["tags"]["manager"], then["ana"]["outputs"]["userId"]);
    assert_eq!(then.as_object().expect("an object").len(), 2, "the old user is gone: {then}");

    // Begin anew with a user that exists.
    let id = then["ana"]["outputs"]["id"].as_str().expect("an id");
    std::fs::remove_file(engine.0.path().join("state.json")).expect("removed");
    let inputs: Value = serde_json::from_str(&engine.run("import", &["ana", id])).expect("inputs");
    engine.program(&json!({ "ana": inputs }));
    assert_eq!(engine.plan(), ["ana: None"]);
    engine.program(&json!({}));
    assert_eq!(engine.plan(), ["ana: Delete"]);
    engine.run("apply", &[]);
    assert_eq!(engine.state(), json!({}));
}

#[test]
fn what_cannot_be_read_deletes_and_forgets_nobody() {
    let engine = Engine::new();
    let file = |name| engine.0.path().join(name);
    engine.program(&json!({ "ana": user(&json!({})), "bo": user(&json!({})) }));
    engine.run("apply", &[]);
    let state = engine.state();

    for program in [None, Some(&b"{\xff}"[..]), Some(b"{")] {
        std::fs::remove_file(file("program.json")).expect("there was one");
        if let Some(program) = program {
            std::fs::write(file("program.json"), program).expect("written");
        }
        engine.refusal("apply", &[]);
        std::fs::write(file("program.json"), "{").expect("written");
        assert_eq!(engine.state(), state);
    }

    // Nobody is recorded twice, and no record is replaced.
    let id = state["ana"]["outputs"]["id"].as_str().expect("an id");
    assert_eq!(engine.refusal("import", &["bo", id]), "Error: `ana` is recorded already\n");
    assert_eq!(engine.refusal("import", &["x", id]), "Error: `ana` is recorded already\n");
    assert_eq!(engine.state(), state);

    std::fs::remove_file(file("connect.json")).expect("a service");
    assert_eq!(engine.run("drift", &[]), "ana: is gone\nbo: is gone\n");

    std::fs::write(file("state.json"), b"{\xff}").expect("written");
    engine.refusal("apply", &[]);
    assert_eq!(std::fs::read(file("state.json")).expect("a state"), b"{\xff}");
}

#[test]
fn a_mistyped_command_line_is_told_and_leaves_nothing() {
    let engine = Engine::new();
    let dir = engine.0.path().to_str().expect("text");
    let typo = engine.0.path().join("typo");
    let typo = typo.to_str().expect("text");
    for args in [
        &[][..],
        &["plan"],
        &["aply", dir],
        &["plan", dir, "more"],
        &["import", dir],
        &["import", dir, "ana"],
    ] {
        let said = refused(args);
        assert!(said.contains("`import DIR KEY ID` for a user that exists"), "{args:?}: {said}");
    }
    for dir in [typo, dir] {
        for args in [&["plan", dir][..], &["apply", dir], &["drift", dir], &["import", dir, "ana", "i:u"]] {
            let said = refused(args);
            assert!(said.contains("`program.json`"), "{args:?}: {said}");
            assert_eq!(said.contains("typo` is no folder"), dir == typo, "{said}");
        }
    }
    assert_eq!(std::fs::read_dir(dir).expect("a directory").count(), 0, "nothing was made");
}
