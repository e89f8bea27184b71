//! A disk that is full: what cannot be written is an error, and was not done.
//!
//! A limit on the length of files, below the example's process, stands for the disk.

use std::{fs, process::Command};

use connect_user::{
    client::memory::{MemoryFile, MemoryInstance},
    user::{IdentityManagementType, InstanceId},
};
use serde_json::json;

use crate::{
    server::Server,
    tool::{Tool, example, jane},
};

/// A program that may write files of so many blocks of 512 bytes, and gets an error behind them.
fn limited(program: &str, blocks: u64) -> Command {
    let mut command = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command.args(["-c", &script]).arg(example(program));
    command
}

#[test]
fn the_local_backend_does_nothing_that_it_cannot_write() {
    let tool = Tool::new();
    let path = tool.path("service.json");
    let (file, connect) = MemoryFile::open(&path).expect("opened");
    // Longer than the file of the state, so that the limit is met here first.
    for number in 0..40_000 {
        connect.add_instance(MemoryInstance::new(format!("other-{number}"), IdentityManagementType::Saml));
    }
    connect.add_instance(MemoryInstance::new("i", IdentityManagementType::Saml));
    file.persist(&connect).expect("written");
    drop((file, connect));
    let length = fs::metadata(&path).expect("there").len();
    assert!(length > 4 << 20, "{length}");
    let users: serde_json::Map<_, _> = (0..6)
        .map(|number| {
            let mut properties = jane();
            properties["name"] = json!(format!("agent-{number}"));
            properties.as_object_mut().expect("an object").remove("password");
            properties["identityInfo"].as_object_mut().expect("an object").remove("email");
            (format!("agent{number}"), json!({"type": "aws:connect:User", "properties": properties}))
        })
        .collect();
    let program = tool.write(&json!({"resources": users}));
    let args = ["apply", &program, "--yes", "--local-file", "service.json", "--retry-for", "1"];
    let args = [&args[..], &["--identity-management", "SAML"]].concat();
    let output = limited("connect-user", length / 512 + 4)
        .args(&args)
        .current_dir(tool.dir.path())
        .output()
        .expect("it runs");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("the file of the service cannot be written, and nothing was changed"), "{err}");
    let there = || {
        let (_, connect) = MemoryFile::open(&path).expect("whole");
        connect.users(&InstanceId::new("i")).len()
    };
    let recorded = tool.json(&["show"])["users"].as_object().expect("users").len();
    assert!(recorded < 6, "not everybody has room");
    assert_eq!(there(), recorded, "the state and the service agree");
    tool.ok(&args);
    assert_eq!(there(), 6, "nobody twice");
}

#[test]
fn connect_server_does_nothing_that_it_cannot_write() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("service.json");
    let mut command = limited("connect-server", 5);
    command.args(["--instance", "1c2d=SAML", "--file"]).arg(&path);
    let server = Server::spawn(command);
    let creation = |name: &str| {
        json!({
            "Username": name, "RoutingProfileId": "r", "SecurityProfileIds": ["s"],
            "IdentityInfo": {"FirstName": "A", "LastName": "B"}, "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
        })
    };
    let mut created = 0;
    for number in 0..12 {
        let (status, body) = server.request("PUT", "/users/1c2d", &creation(&format!("agent-{number}")));
        match status.as_str() {
            "200" => created += 1,
            status => assert_eq!(status, "500", "{body}"),
        }
        let (_, list) = server.request("GET", "/users-summary/1c2d", &json!(null));
        assert_eq!(list.matches("Username").count(), created, "what failed is not there");
    }
    assert!((1..12).contains(&created), "the limit lies between: {created}");
    drop(server);
    let (_, connect) = MemoryFile::open(&path).expect("whole");
    assert_eq!(connect.users(&InstanceId::new("1c2d")).len(), created);
}
