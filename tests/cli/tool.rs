//! The built example in a directory of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use connect_user::client::memory::MemoryConnect;
use serde_json::{Value, json};
use tempfile::TempDir;

pub struct Tool {
    pub dir: TempDir,
}

/// What a command has said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Tool {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a directory") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a program of one user, `jane`.
    pub fn program(&self, properties: &Value) -> String {
        self.write(&json!({"resources": {"jane": resource(properties.clone())}}))
    }

    pub fn write(&self, program: &Value) -> String {
        self.write_text(&program.to_string())
    }

    pub fn write_text(&self, program: &str) -> String {
        std::fs::write(self.path("program.yaml"), program).expect("written");
        "program.yaml".to_owned()
    }

    pub fn run(&self, args: &[&str]) -> Said {
        let output = self.command(args).output().expect("the tool runs");
        Said {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(example("connect-user"));
        command.args(args).current_dir(self.dir.path()).stdin(Stdio::null()).env_remove("NO_COLOR");
        command
    }

    /// Changes the document of the service in the file, with all that was written behind it.
    pub fn change_service(&self, change: impl FnOnce(&mut Value)) {
        let path = self.path(".connect-user/local.json");
        let file = std::fs::File::open(&path).expect("a service");
        let service = MemoryConnect::load(file).expect("a service");
        let mut document = Vec::new();
        service.save(&mut document).expect("saved");
        let mut document = serde_json::from_slice(&document).expect("JSON");
        change(&mut document);
        std::fs::write(&path, document.to_string()).expect("written");
    }

    /// Sets properties of a user of the instance `i` beside the state, as in the console.
    pub fn edit_elsewhere(&self, user: &str, edits: &[&str]) {
        let state = ["--state", "elsewhere.redb"];
        self.ok(&[&["import", "--all", "--instance", "i"], &state[..]].concat());
        self.ok(&[&["set"], edits, &["--target", user, "--yes"], &state].concat());
        std::fs::remove_file(self.path("elsewhere.redb")).expect("removed");
    }

    /// Runs a command that must succeed.
    pub fn ok(&self, args: &[&str]) -> Said {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?}: {}{}", said.out, said.err);
        said
    }

    /// Runs a command that must fail with 1, and say why and what to do on stderr.
    pub fn fails(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 1, "{args:?}: {}{}", said.out, said.err);
        let has_help = said.err.contains("\n  help: ") || said.err.contains("try '--help'");
        assert!(has_help, "no way out: {args:?}: {}", said.err);
        said.err
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let said = self.ok(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.out))
    }

    /// The lines of a command that speaks in events.
    pub fn json_lines(&self, args: &[&str]) -> Vec<Value> {
        let said = self.ok(&[args, &["--format", "json"]].concat());
        said.out.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
    }

    /// The operations that `plan` shows.
    pub fn plan(&self, file: &str) -> Vec<String> {
        let plan = self.json(&["plan", file]);
        let users = plan["users"].as_array().expect("users").iter();
        let steps = users.flat_map(|user| user["steps"].as_array().expect("steps").clone());
        steps.map(|step| step["operation"].as_str().expect("an operation").to_owned()).collect()
    }

    /// The operations that `apply` reports as done.
    pub fn apply(&self, file: &str) -> Vec<String> {
        let events = self.json_lines(&["apply", file, "--yes"]);
        events
            .iter()
            .filter(|event| event["event"] == "step" && event["status"] == "done")
            .map(|event| event["operation"].as_str().expect("an operation").to_owned())
            .collect()
    }
}

/// A built example: Cargo builds them before it runs the tests of a package.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this program");
    let target = test.parent().and_then(Path::parent).expect("a target directory");
    let binary = target.join("examples").join(name);
    assert!(binary.exists(), "{} is not built: run `cargo build --example {name}`", binary.display());
    binary
}

/// A file of this repository.
pub fn repository(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).display().to_string()
}

/// A valid user as a resource of a program, under this user name, with a change.
pub fn user(name: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut properties = named(name);
    change(&mut properties);
    resource(properties)
}

pub fn resource(properties: impl Into<Value>) -> Value {
    json!({"type": "aws:connect:User", "properties": properties.into()})
}

/// The same as [`jane`] under another user name.
pub fn named(name: &str) -> Value {
    let mut properties = jane();
    properties["name"] = json!(name);
    properties
}

/// A valid user of a `CONNECT_MANAGED` instance.
pub fn jane() -> Value {
    json!({
        "instanceId": "i",
        "name": "jane",
        "password": "Password123",
        "routingProfileId": "r1",
        "securityProfileIds": ["s1"],
        "identityInfo": {"firstName": "Jane", "lastName": "Roe", "email": "jane@example.com"},
        "phoneConfig": {"phoneType": "SOFT_PHONE"},
    })
}
