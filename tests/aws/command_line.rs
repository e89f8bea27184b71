//! The command line over real HTTP, up to being killed.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use connect_user::{
    client::{ConnectClient, ListUsers, UpdateUserRoutingProfile, all_pages},
    read::read,
};
use serde_json::{Value, json};

use crate::{
    http::{MANAGED, instance},
    server::{Server, example},
};

/// The command line against the server, in a directory of its own.
struct Tool<'a> {
    dir: tempfile::TempDir,
    server: &'a Server,
}

impl Tool<'_> {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(example("connect-user"));
        command
            .args(args)
            .args(["--backend", "aws", "--region", "us-east-1", "--endpoint-url", &self.server.url])
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example")
            .current_dir(self.dir.path());
        command
    }

    fn ok(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("the tool runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    fn fails(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("the tool runs");
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).expect("text")
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a path").to_owned()
    }
}

const SETTINGS: &[&str] = &[
    "exampleAwsConnectInstance.id=1c2d",
    "exampleAwsConnectRoutingProfile.routingProfileId=r1",
    "exampleAwsConnectSecurityProfile.securityProfileId=s1",
    "exampleAwsConnectUserHierarchyGroup.hierarchyGroupId=g1",
    "example2.securityProfileId=s2",
];

/// The values of the references of a program: of those that it has, and of no others.
fn settings(file: &str) -> Vec<&'static str> {
    let text = std::fs::read_to_string(file).expect("a program");
    let is_used = |pair: &&&str| {
        let key = pair.split_once('=').expect("a pair").0;
        text.contains(&format!("${{{key}}}"))
    };
    SETTINGS.iter().filter(is_used).flat_map(|pair| ["--set", pair]).collect()
}

#[test]
fn the_command_line_goes_the_whole_way() {
    for (program, is_named) in [
        ("basic", true),
        ("hierarchy-group", true),
        ("identity-info", true),
        ("desk-phone", false),
        ("security-profiles", false),
    ] {
        let server = Server::start(&["--instance", MANAGED]);
        let tool = Tool { dir: tempfile::tempdir().expect("a directory"), server: &server };
        let mut file = format!("{}/examples/programs/{program}.yaml", env!("CARGO_MANIFEST_DIR"));
        let settings = settings(&file);
        if !is_named {
            let refused = tool.fails(&[&["apply", &file, "--yes"], &settings[..]].concat());
            assert!(
                refused.contains("error[names-required]: example: `identityInfo.firstName`"),
                "{refused}"
            );
            // With names, it goes the same way as the others.
            let text = std::fs::read_to_string(&file).expect("a program");
            let names = "identityInfo: {firstName: example, lastName: example2}\n      phoneConfig:";
            file = tool.write("named.yaml", &text.replace("phoneConfig:", names));
        }
        let with = |args: &[&str]| tool.ok(&[args, &settings[..]].concat());
        assert!(with(&["apply", &file, "--yes"]).contains("Done: 1 created"));
        assert_eq!(with(&["plan", &file, "--detailed-exitcode"]), "No changes: 1 up to date.\n");
        assert_eq!(tool.ok(&["drift"]), "No drift: 1 as recorded; not compared: userProficiencies.\n");
        let shown: Value = serde_json::from_str(&tool.ok(&["show", "--format", "json"])).expect("JSON");
        let id = shown["users"]["example"]["id"].as_str().expect("an id").to_owned();

        let user_id = id.split_once(':').expect("an import id").1;
        let request = UpdateUserRoutingProfile::new(instance(), user_id, "other");
        now(server.connect().update_user_routing_profile(&request)).expect("changed by somebody else");
        let drift = tool.ok(&["drift"]);
        assert!(drift.contains("~ routingProfileId: \"r1\" → \"other\""), "{drift}");
        // So soon after an apply, only a full look tells the change of somebody else from its own.
        assert!(with(&["apply", &file, "--yes", "--refresh", "full"]).contains("1 updated"));
        assert_eq!(tool.ok(&["drift"]), "No drift: 1 as recorded; not compared: userProficiencies.\n");

        std::fs::remove_dir_all(tool.dir.path().join(".connect-user")).expect("an empty state");
        tool.ok(&["import", "example", &id]);
        assert_eq!(with(&["plan", &file]), "No changes: 1 up to date.\n");
        assert!(tool.ok(&["destroy", "--yes"]).contains("1 deleted"));
        assert!(now(all_pages(&server.connect(), ListUsers::new(instance()))).expect("listed").is_empty());
    }
}

/// So many users, with what changes from one program to the next.
fn program(count: u32, routing: &str, level: u8) -> String {
    let user = |number| {
        let properties = json!({
            "instanceId": "1c2d", "name": format!("agent-{number}"), "routingProfileId": routing,
            "securityProfileIds": ["s"], "identityInfo": {"firstName": "A", "lastName": "B"},
            "phoneConfig": {"phoneType": "SOFT_PHONE"},
            "userProficiencies": [{"attributeName": "a", "attributeValue": "b", "level": level}],
        });
        (format!("agent{number}"), json!({"type": "aws:connect:User", "properties": properties}))
    };
    json!({"resources": (0..count).map(user).collect::<serde_json::Map<_, _>>()}).to_string()
}

/// Who cannot be read is told, and left as it is; the others are changed.
#[test]
fn a_user_that_cannot_be_read_does_not_hold_up_the_others() {
    let fault = "DescribeUser:1:403/AccessDeniedException";
    let server = Server::start(&["--instance", "1c2d=SAML", "--fault", fault]);
    let tool = Tool { dir: tempfile::tempdir().expect("a directory"), server: &server };
    tool.ok(&["apply", &tool.write("p.json", &program(3, "r1", 3)), "--yes"]);
    let file = tool.write("p.json", &program(3, "r2", 3));
    let output = tool.command(&["apply", &file, "--yes", "--refresh", "full"]).output().expect("it runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("cannot be read") && err.contains("access denied"), "{err}");
    assert!(out.contains("2 updated"), "{out}");
    assert!(tool.ok(&["apply", &file, "--yes", "--refresh", "full"]).contains("1 updated"));
    assert_eq!(tool.ok(&["drift"]), "No drift: 3 as recorded.\n");
}

/// Makes ten users, and then changes eight and deletes two; each time it is killed at random moments first.
#[test]
fn a_kill_during_an_apply_over_http_loses_nothing() {
    let server = Server::start(&["--instance", "1c2d=SAML"]);
    let tool = Tool { dir: tempfile::tempdir().expect("a directory"), server: &server };
    let mut random = fastrand::Rng::new();
    let seed = random.get_seed();
    for (count, routing, level) in [(10, "r1", 3), (8, "r2", 5)] {
        let file = tool.write("p.json", &program(count, routing, level));
        // Slow enough that there is something to kill: a call each 25 milliseconds.
        let apply = ["apply", &file, "--yes", "--max-deletes", "2", "--rate", "40:1"];
        for _ in 0..5 {
            let mut command = tool.command(&apply);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
            std::thread::sleep(Duration::from_millis(random.u64(40..600)));
            let _ = child.kill();
            child.wait().expect("ended");
        }
        tool.ok(&apply);
        assert_eq!(tool.ok(&["plan", &file]), format!("No changes: {count} up to date.\n"), "seed {seed}");
        let client = server.connect();
        let mut names = Vec::new();
        for listed in now(all_pages(&client, ListUsers::new(instance()))).expect("listed") {
            let user = now(read(&client, &instance(), &listed.user_id)).expect("read").expect("a user");
            let levels: Vec<_> =
                user.properties.proficiencies.iter().flatten().map(|(_, level)| *level).collect();
            assert_eq!(
                (user.properties.routing_profile_id.as_str(), levels),
                (routing, vec![level]),
                "seed {seed}"
            );
            names.push(listed.name);
        }
        names.sort();
        let expected: Vec<_> = (0..count).map(|number| format!("agent-{number}")).collect();
        assert_eq!(names, expected, "nobody twice and nobody lost: seed {seed}");
    }
}

/// Two services with addresses of their own: a client each. The instances have the same names and other ids.
#[test]
fn users_are_copied_from_one_service_to_another() {
    let start = |instance: &str, suffix: &str| {
        let of = |name: &str, rest: &str| format!("{name}-{suffix}={rest}");
        let (routing, security) = (of("r", "Agents"), of("s", "Agent"));
        let args = ["--instance", instance, "--routing-profile", &routing, "--security-profile", &security];
        Server::start(&args)
    };
    let (old, new) = (start("1c2d=SAML", "old"), start("9f8e=CONNECT_MANAGED", "new"));
    let tool = Tool { dir: tempfile::tempdir().expect("a directory"), server: &new };
    let user = |number| {
        let properties = json!({
            "instanceId": "1c2d", "name": format!("agent-{number}"), "routingProfileId": "name:Agents",
            "securityProfileIds": ["name:Agent"], "identityInfo": {"firstName": "A", "lastName": "B"},
            "phoneConfig": {"phoneType": "SOFT_PHONE", "autoAccept": true},
            "tags": {"number": format!("{number}")},
        });
        (format!("agent{number}"), json!({"type": "aws:connect:User", "properties": properties}))
    };
    let program = json!({"resources": (1..4).map(user).collect::<serde_json::Map<_, _>>()}).to_string();
    let source = Tool { dir: tempfile::tempdir().expect("a directory"), server: &old };
    source.ok(&["apply", &source.write("p.json", &program), "--yes"]);

    let sides = ["1c2d", "9f8e", "--from-endpoint-url", &old.url, "--from-region", "eu-west-1"];
    let with = |command: &'static str, args: &[&'static str]| {
        let args: Vec<String> =
            [command].into_iter().chain(sides).chain(args.iter().copied()).map(str::to_owned).collect();
        tool.ok(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let copied = with("copy", &["--yes", "--make-passwords", "first.csv"]);
    assert!(copied.contains("Done: 3 created"), "{copied}");
    assert_eq!(
        with("compare", &["--detailed-exitcode"]),
        "From `1c2d` to `9f8e`: 3 the same, 0 different, 0 only in `1c2d`, 0 only in `9f8e`.\n"
    );
    let again = with("copy", &["--yes"]);
    assert!(again.starts_with("No changes: "), "nothing is repeated: {again}");
    let listed = now(all_pages(&new.connect(), ListUsers::new("9f8e"))).expect("listed");
    assert_eq!(listed.len(), 3);
}

fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}
