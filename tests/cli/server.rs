//! `connect-server` against those who would misuse it: web pages, slow senders, signals.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;

use crate::tool::{Tool, example, user};

/// A server that ends with the test.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(example("connect-server"));
        command.args(["--instance", "1c2d=SAML"]);
        Self::spawn(command)
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let address = line["url"].as_str().expect("an address").trim_start_matches("http://").to_owned();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        stream.set_nodelay(true).expect("no delay");
        stream
    }

    /// The status and the body of an answer to a request with these headers.
    fn ask(&self, headers: &str) -> (String, String) {
        self.exchange("GET", "/instance/1c2d", headers, "")
    }

    /// The status and the body of an answer to a request with this body.
    pub fn request(&self, method: &str, path: &str, body: &serde_json::Value) -> (String, String) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = format!("host: localhost\r\ncontent-length: {}\r\n", body.len());
        self.exchange(method, path, &headers, &body)
    }

    fn exchange(&self, method: &str, path: &str, headers: &str, body: &str) -> (String, String) {
        let mut stream = self.connect();
        write!(stream, "{method} {path} HTTP/1.1\r\nconnection: close\r\n{headers}\r\n{body}").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1).unwrap_or_default().to_owned();
        (status, answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What it makes of its options is a service for the command line, too.
#[test]
fn proficiencies_are_checked_against_its_predefined_attributes() {
    let tool = Tool::new();
    let file = tool.path("service.json").display().to_string();
    let mut command = Command::new(example("connect-server"));
    command.args([
        "--instance",
        "i=CONNECT_MANAGED",
        "--routing-profile",
        "r1=Sales",
        "--security-profile",
        "s1=Agent",
    ]);
    command.args(["--predefined-attribute", "connect:Language=connect:Swedish|connect:German"]);
    command.args(["--predefined-attribute", "Product=Cars", "--file", &file]);
    let server = Server::spawn(command);
    let (status, body) = server.request("POST", "/search-predefined-attributes", &json!({"InstanceId": "i"}));
    assert!(status == "200" && body.contains("connect:Swedish") && body.contains("Cars"), "{status} {body}");
    drop(server);
    let program = |name: &str, value: &str| {
        tool.write(&json!({"resources": {"jane": user("jane", |user| {
            user["userProficiencies"] =
                json!([{"attributeName": name, "attributeValue": value, "level": 3}]);
        })}}))
    };
    let plan = |program: String| tool.run(&["plan", &program, "--local-file", &file]);
    let said = plan(program("connect:Language", "connect:Swedsh"));
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("`connect:Swedsh`"), "{}", said.err);
    assert!(said.err.contains("did you mean `connect:Swedish`?"), "{}", said.err);
    let said = plan(program("connect:Languge", "connect:German"));
    assert!(said.code == 1 && said.err.contains("did you mean `connect:Language`?"), "{}", said.err);
    let said = plan(program("Product", "Cars"));
    assert!(said.code == 0 && said.out.contains("1 to create"), "{} {}", said.out, said.err);
}

#[test]
fn options_that_make_no_attribute_are_refused() {
    for (attributes, expected) in [
        (&["Product"][..], "write `NAME=VALUE|VALUE`"),
        (&["Product="], "a name or a value is empty"),
        (&["=Cars"], "a name or a value is empty"),
        (&["Product=Cars", "Product=Vans"], "`--predefined-attribute` is given twice for `Product`"),
    ] {
        let mut command = Command::new(example("connect-server"));
        command.args(["--instance", "i=SAML"]);
        command.args(attributes.iter().flat_map(|attribute| ["--predefined-attribute", attribute]));
        let ended = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && said.contains(expected), "{said}");
    }
}

#[test]
fn a_web_page_cannot_drive_it() {
    let server = Server::start();
    let port = server.address.rsplit(':').next().expect("a port").to_owned();
    for host in [&server.address, "localhost", &format!("LOCALHOST:{port}"), "connect.localhost", "[::1]:80"]
    {
        assert_eq!(server.ask(&format!("host: {host}\r\n")).0, "200", "{host}");
    }
    for host in ["example.com", &format!("rebound.example:{port}"), "localhost.example.com", "10.0.0.1", ""] {
        let (status, body) = server.ask(&format!("host: {host}\r\n"));
        assert_eq!(status, "403", "{host}");
        assert!(body.contains("`Host` must name a loopback address"), "{body}");
    }
    for origin in ["https://example.com", "null", "http://localhost:3000"] {
        let (status, body) = server.ask(&format!("host: localhost\r\norigin: {origin}\r\n"));
        assert_eq!(status, "403", "{origin}");
        assert!(body.contains("`Origin`"), "{body}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_body_that_drips_takes_its_own_length_of_memory() {
    let server = Server::start();
    let resident = || {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).expect("its status");
        let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("its memory").to_owned();
        line.split_whitespace().nth(1).and_then(|number| number.parse::<usize>().ok()).expect("kilobytes")
    };
    let mut stream = server.connect();
    let length = 8_000;
    write!(stream, "PUT /users/1c2d HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n")
        .expect("sent");
    let before = resident();
    for _ in 1..length {
        stream.write_all(b" ").expect("sent");
        // The server reads each byte by itself.
        std::thread::sleep(Duration::from_micros(20));
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 4_096, "{length} bytes took {grown} KiB");
}

#[test]
fn a_body_that_is_announced_too_large_is_refused_at_once() {
    let server = Server::start();
    let mut stream = server.connect();
    write!(stream, "PUT /users/1c2d HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999\r\n\r\n")
        .expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 400");
}

#[cfg(unix)]
#[test]
fn it_ends_on_signals_with_success() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Server::start();
        assert_eq!(server.ask("host: localhost\r\n").0, "200");
        // A connection that waits does not hold it up.
        let _idle = server.connect();
        let id = server.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("sent").success());
        assert_eq!(server.child.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}

/// How a server that doesn't start ends: what it says to those who see errors.
fn refusal(args: &[&str], stdout: Stdio) -> String {
    let mut command = Command::new(example("connect-server"));
    command.args(args).stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut said = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(1), "{said}");
    said
}

#[test]
fn arguments_that_contradict_each_other_or_themselves_are_refused() {
    let server = Server::start();
    let port = server.address.rsplit(':').next().expect("a port");
    let one = ["--instance", "i=SAML"];
    for (more, message) in [
        (&["--instance", "i=CONNECT_MANAGED"][..], "`--instance` is given twice for `i`"),
        (&["--instance", "=SAML"], "the id of an instance is empty"),
        (&["--instance", "j=OTHER"], "`OTHER` is not one of `SAML`"),
        (&["--instance", "j"], "write `ID=TYPE`"),
        (
            &["--routing-profile", "r=R", "--routing-profile", "r=S"],
            "`--routing-profile` is given twice for `r`",
        ),
        (&["--routing-profile", "r="], "the name is empty"),
        (&["--quota", "1:1", "--quota", "2:5"], "`--quota` is given twice for `RATE:BURST`"),
        (&["--quota", "CreateUser=1:0"], "the burst must be 1 to 4294967295, is `0`"),
        (&["--quota", "CreateUsr=1:1"], "there is no operation `CreateUsr`; did you mean `CreateUser`?"),
        (&["--fault", "CreateUser:0:hang"], "the occurrence must be 1 to 4294967295, is `0`"),
        (&["--fault", "CreateUser:1:hung"], "there is no fault `hung`; it is `reset-before`, `reset-after`"),
        (&["--fault", "CreateUser:1:hang", "--fault", "CreateUser:1:cut"], "twice for `CreateUser:1`"),
        (&["--host", "192.0.2.1"], "`192.0.2.1` is not a loopback address"),
        (&["--port", port], &format!("`127.0.0.1:{port}` cannot be listened at: Address already in use")),
    ] {
        let said = refusal(&[&one[..], more].concat(), Stdio::null());
        assert!(said.contains(message), "{more:?}: {said}");
    }
    for args in [&[][..], &["--port", "0"], &["--any-instance", "SAML", "--user-quota", "1"]] {
        let said = refusal(args, Stdio::null());
        assert!(said.contains("--instance <ID=TYPE>"), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_that_cannot_be_told_is_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
    let said = refusal(&["--any-instance", "SAML"], full.into());
    assert!(said.starts_with("error: the address cannot be written to standard output: "), "{said}");
}
