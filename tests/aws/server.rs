//! The built `connect-server`, in a process of its own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use aws_sdk_connect::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region, timeout::TimeoutConfig},
};
use connect_user::client::aws::AwsConnect;

/// A server that ends with the test.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    pub fn start(args: &[&str]) -> Self {
        Self::start_with(|program| {
            let mut command = Command::new(program);
            command.args(args);
            command
        })
    }

    /// Starts it in another way, given its path.
    pub fn start_with(command: impl FnOnce(PathBuf) -> Command) -> Self {
        let mut child = command(example("connect-server"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        Self { child, url: line["url"].as_str().expect("an address").to_owned() }
    }

    /// The real SDK, over real HTTP.
    pub fn connect(&self) -> AwsConnect {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2)).build();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "example", None, None, "tests"))
            .endpoint_url(&self.url)
            .timeout_config(timeouts)
            .build();
        AwsConnect::new(Client::from_conf(config))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Cargo builds examples before it runs the tests of a package.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this program");
    let target = test.parent().and_then(Path::parent).expect("a target directory");
    let binary = target.join("examples").join(name);
    assert!(
        binary.exists(),
        "{} is not built: run `cargo build --all-features --examples`",
        binary.display()
    );
    binary
}
