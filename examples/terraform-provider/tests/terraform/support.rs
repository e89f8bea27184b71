//! A working directory of Terraform, and the service that the provider calls.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
    time::Duration,
};

use serde_json::Value;

pub const INSTANCE: &str = "1c2d";

/// A service that is stopped at the end of the test.
pub struct Server {
    child: Child,
    pub url: String,
    log: tempfile::NamedTempFile,
}

impl Server {
    pub fn start(args: &[&str]) -> Self {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let program = std::env::var_os("CONNECT_SERVER").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/debug/examples/connect-server"),
            PathBuf::from,
        );
        let mut child = Command::new(&program)
            .args(["--log", "--instance", &format!("{INSTANCE}=CONNECT_MANAGED")])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(log.reopen().expect("the file"))
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{}: {error}; build it: `cargo build --example connect-server`", program.display())
            });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
        let line: Value = serde_json::from_str(&line).expect("JSON");
        Self { child, url: line["url"].as_str().expect("an address").to_owned(), log }
    }

    /// Calls the service directly, outside Terraform.
    pub fn call(&self, method: &str, path: &str, body: &str) -> Value {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 2"), "{method} {path}: {answer}");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    /// The user as the service has it.
    pub fn describe(&self, user: &str) -> Value {
        self.call("GET", &format!("/users/{INSTANCE}/{user}"), "")["User"].clone()
    }

    /// The user names of all users, sorted.
    pub fn names(&self) -> Vec<String> {
        let listed = self.call("GET", &format!("/users-summary/{INSTANCE}"), "");
        let users = listed["UserSummaryList"].as_array().expect("a list");
        let mut names: Vec<String> =
            users.iter().map(|user| user["Username"].as_str().expect("a name").to_owned()).collect();
        names.sort();
        names
    }

    /// The access key and the Region with which each call of an operation was signed.
    pub fn signed(&self, operation: &str) -> Vec<String> {
        let log = fs::read_to_string(self.log.path()).expect("the log");
        let calls = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let calls = calls.filter(|call| call["operation"] == operation);
        calls.map(|call| call["signed"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The number of calls of an operation.
    pub fn calls(&self, operation: &str) -> usize {
        let log = fs::read_to_string(self.log.path()).expect("the log");
        log.lines().filter(|line| line.contains(&format!("\"{operation}\""))).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A working directory of Terraform.
pub struct Workspace<'a> {
    pub server: &'a Server,
    dir: tempfile::TempDir,
    /// Further content of the provider block.
    options: &'a str,
}

impl<'a> Workspace<'a> {
    pub fn new(server: &'a Server) -> Self {
        Self::with(server, "")
    }

    pub fn with(server: &'a Server, options: &'a str) -> Self {
        let workspace = Self { server, dir: tempfile::tempdir().expect("a directory"), options };
        workspace.write("");
        workspace.ok(&["init"]);
        workspace
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, body: &str) {
        let (url, options) = (&self.server.url, self.options);
        let text = format!(
            r#"
terraform {{
  required_providers {{
    connect = {{ source = "connect-user/connect" }}
  }}
}}

provider "connect" {{
  region           = "us-east-1"
  endpoint_url     = "{url}"
  calls_per_second = 10000
  burst            = 1000
  {options}
}}

{body}
"#
        );
        fs::write(self.path("main.tf"), text).expect("written");
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(terraform());
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("TF_CLI_CONFIG_FILE", mirror())
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Settings of the person that runs the tests must have no effect.
            .env("AWS_CONFIG_FILE", self.path("no-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.path("no-credentials"));
        command
    }

    pub fn run(&self, args: &[&str]) -> Said {
        let mut all = args.to_vec();
        match args[0] {
            "taint" | "untaint" => {}
            "query" | "show" | "validate" => all.insert(1, "-no-color"),
            _ => all.splice(1..1, ["-no-color", "-input=false"]).for_each(drop),
        }
        Said::new(self.command(&all).output().expect("terraform runs"))
    }

    pub fn ok(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?}: {}", said.text);
        said.text
    }

    pub fn fails(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 1, "{args:?}: {}", said.text);
        said.text
    }

    /// Applies a configuration, and checks that the next plan is empty.
    pub fn apply(&self, body: &str) -> String {
        self.write(body);
        let said = self.ok(&["apply", "-auto-approve"]);
        self.settled();
        said
    }

    /// Checks that a plan is empty.
    pub fn settled(&self) {
        let said = self.run(&["plan", "-detailed-exitcode"]);
        assert_eq!(said.code, 0, "there should be nothing to do: {}", said.text);
    }

    pub fn plan(&self, body: &str) -> String {
        self.write(body);
        self.ok(&["plan"])
    }

    /// The attributes of a resource or data source in Terraform's state.
    pub fn state(&self, address: &str) -> Value {
        let state: Value = serde_json::from_str(&self.ok(&["show", "-json"])).expect("JSON");
        let resources = state["values"]["root_module"]["resources"].as_array().cloned().unwrap_or_default();
        let found = resources.into_iter().find(|resource| resource["address"] == address);
        found.map(|resource| resource["values"].clone()).unwrap_or(Value::Null)
    }

    pub fn user_id(&self, address: &str) -> String {
        self.state(address)["user_id"].as_str().expect("an id").to_owned()
    }

    /// The user of a resource as the service has it.
    pub fn actual(&self, address: &str) -> Value {
        self.server.describe(&self.user_id(address))
    }

    /// Imports the user in a new working directory, and checks that the state is the same and the plan is empty.
    pub fn verify_import(&self, address: &str) {
        let other = Workspace::with(self.server, self.options);
        fs::copy(self.path("main.tf"), other.path("main.tf")).expect("copied");
        let ours = self.state(address);
        other.ok(&["import", address, ours["id"].as_str().expect("an id")]);
        assert_same(&ours, &other.state(address), address);
        let blocks = |state: &Value| state["phone_config"].as_array().map_or(0, Vec::len);
        if blocks(&other.state(address)) > blocks(&ours) {
            // Channels have the same settings as the block: a block that is not in the configuration is only removed
            // from the state.
            let said = other.ok(&["apply", "-auto-approve"]);
            assert!(said.contains("`phone_config` leaves Terraform's state"), "{said}");
            assert_eq!(other.actual(address), self.actual(address));
        }
        other.settled();
    }
}

/// Checks that the imported state has all values of the other; values that are not managed are only in the imported
/// state.
fn assert_same(ours: &Value, imported: &Value, place: &str) {
    match (ours, imported) {
        (Value::Null, _) => {}
        (Value::Object(ours), Value::Object(imported)) => {
            for (name, value) in ours {
                assert_same(value, &imported[name], &format!("{place}.{name}"));
            }
        }
        (Value::Array(ours), _) if ours.is_empty() => {}
        (Value::Array(ours), Value::Array(imported)) if ours.iter().any(Value::is_object) => {
            for one in ours {
                let is_there = imported.iter().any(|other| same(one, other));
                assert!(is_there, "{place}: {one} is not in {imported:?}");
            }
        }
        _ => assert_eq!(ours, imported, "{place}"),
    }
}

/// Whether an element has all values of another element.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.iter().all(|(name, value)| value.is_null() || same(value, &other[name]))
        }
        _ => one == other,
    }
}

/// The output of a run of Terraform.
pub struct Said {
    pub code: i32,
    /// The output on one line, so that line breaks by Terraform do not matter.
    pub text: String,
    /// The unchanged output, for JSON.
    pub lines: Vec<String>,
}

impl Said {
    pub fn new(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).expect("text");
        // Terraform draws a bar next to an error.
        let words: Vec<&str> =
            text.split_whitespace().filter(|word| !matches!(*word, "│" | "╷" | "╵")).collect();
        let lines = text.lines().map(str::to_owned).collect();
        Self { code: output.status.code().unwrap_or(-1), text: words.join(" "), lines }
    }
}

/// The `terraform` that the tests run: that of the `PATH`, unless `TERRAFORM` names another.
fn terraform() -> OsString {
    std::env::var_os("TERRAFORM").unwrap_or_else(|| "terraform".into())
}

/// Whether Terraform is at least version 1.`minor`. If not, prints that the test is skipped.
pub fn is_since(minor: u32) -> bool {
    static VERSION: OnceLock<String> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        let mut version = Command::new(terraform());
        let said = version.args(["version", "-json"]).env("CHECKPOINT_DISABLE", "1").output();
        let said: Value = serde_json::from_slice(&said.expect("terraform runs").stdout).expect("JSON");
        said["terraform_version"].as_str().expect("a version").to_owned()
    });
    let actual = version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0);
    if actual < minor {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Not with a macro, whose output the test would capture.
        let _ =
            writeln!(std::io::stderr(), "{test} is left out: it needs Terraform 1.{minor}, not {version}");
    }
    actual >= minor
}

/// The configuration of a mirror that has the built provider: `terraform init` finds it there.
fn mirror() -> &'static Path {
    static MIRROR: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, config) = MIRROR.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
            ("macos", "aarch64") => "darwin_arm64",
            ("macos", _) => "darwin_amd64",
            (_, "aarch64") => "linux_arm64",
            _ => "linux_amd64",
        };
        // Use a copy: Terraform knows the provider by its checksum, and a build during the tests would change it.
        let provider = dir.path().join("provider");
        fs::copy(env!("CARGO_BIN_EXE_terraform-provider-connect"), &provider).expect("a copy");
        // To move away from the AWS provider, a configuration has that provider, too: here, a stand-in with its name.
        for (address, file) in [
            ("connect-user/connect/0.1.0", "terraform-provider-connect_v0.1.0"),
            ("hashicorp/aws/6.0.0", "terraform-provider-aws_v6.0.0"),
        ] {
            let place = dir.path().join("registry.terraform.io").join(address).join(platform);
            fs::create_dir_all(&place).expect("a directory");
            fs::hard_link(&provider, place.join(file)).expect("a link");
        }
        let config = dir.path().join("terraform.rc");
        let mirror = dir.path().display();
        fs::write(
            &config,
            format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{mirror}\"\n  }}\n}}\n"),
        )
        .expect("written");
        (dir, config)
    });
    config
}

/// The block of a user with all required attributes, and more.
pub fn user(more: &str) -> String {
    user_named("test", "jane", more)
}

pub fn user_named(address: &str, name: &str, more: &str) -> String {
    let default = |name: &str, text: &str| if more.contains(name) { String::new() } else { text.to_owned() };
    let password = default("password", r#"password = "Password123""#);
    let routing = default("routing_profile_id", r#"routing_profile_id = "r1""#);
    let security = default("security_profile_ids", r#"security_profile_ids = ["s1"]"#);
    let identity =
        default("identity_info", "identity_info {\n first_name = \"example\"\n last_name = \"example2\"\n }");
    let phone = default(
        "phone_",
        "phone_config {\n after_contact_work_time_limit = 0\n phone_type = \"SOFT_PHONE\"\n }",
    );
    format!(
        r#"
resource "connect_user" "{address}" {{
  instance_id = "{INSTANCE}"
  name        = "{name}"
  {password}
  {routing}
  {security}
  {identity}
  {phone}
  {more}
}}
"#
    )
}
