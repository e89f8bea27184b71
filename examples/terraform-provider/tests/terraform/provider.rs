//! The provider block: ignored tags, refused deletions, the connection to the service, the log.

use std::{
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::*;

const TEST: &str = "connect_user.test";

fn tag(server: &Server, w: &Workspace<'_>, tags: &Value) {
    let arn = w.state(TEST)["arn"].as_str().expect("an ARN").replace(':', "%3A").replace('/', "%2F");
    server.call("POST", &format!("/tags/{arn}"), &json!({"tags": tags}).to_string());
}

#[test]
fn tags_to_ignore_are_neither_shown_nor_removed() {
    let server = Server::start(&[]);
    let w = Workspace::with(
        &server,
        "ignore_tags {\n keys = [\"CostCenter\"]\n key_prefixes = [\"kubernetes.io/\"]\n }",
    );
    let config = user("tags = { a = \"1\" }");
    w.apply(&config);
    tag(&server, &w, &json!({"CostCenter": "7", "kubernetes.io/cluster": "k", "by": "hand"}));
    let plan = w.ok(&["plan"]);
    assert!(plan.contains("- \"by\" = \"hand\""), "{plan}");
    assert!(!plan.contains("CostCenter") && !plan.contains("kubernetes.io"), "{plan}");
    w.apply(&config);
    w.apply(&user("tags = { a = \"2\" }"));
    assert_eq!(w.state(TEST)["tags_all"], json!({"a": "2"}));
    let expected = json!({"a": "2", "CostCenter": "7", "kubernetes.io/cluster": "k"});
    assert_eq!(w.actual(TEST)["Tags"], expected);
    w.apply(&user(""));
    assert_eq!(w.actual(TEST)["Tags"], json!({"CostCenter": "7", "kubernetes.io/cluster": "k"}));
}

#[test]
fn more_deletions_than_allowed_fail_the_plan() {
    let server = Server::start(&[]);
    let w = Workspace::with(&server, "max_deletes = 3");
    let agents = |count: usize| user_named("test", "agent-${count.index}", &format!("count = {count}"));
    w.write(&agents(8));
    w.ok(&["apply", "-auto-approve"]);
    let limit = "would be deleted or replaced, one more than `max_deletes` allows; the limit is 3";
    w.write(&agents(2));
    let said = w.fails(&["apply", "-auto-approve"]);
    assert!(said.contains(limit), "{said}");
    assert_eq!((server.names().len(), server.calls("DeleteUser")), (8, 0));
    // A replacement deletes a user, too.
    w.write(&user_named("test", "renamed-${count.index}", "count = 8"));
    assert!(w.fails(&["plan"]).contains(limit));
    w.fails(&["destroy", "-auto-approve"]);
    assert_eq!(server.names().len(), 8);
    w.write(&agents(5));
    w.ok(&["apply", "-auto-approve"]);
    assert_eq!(server.names().len(), 5);
}

#[test]
fn an_instance_is_described_once() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.write(&user_named("test", "agent-${count.index}", "count = 10"));
    w.ok(&["plan"]);
    assert_eq!(server.calls("DescribeInstance"), 1);
}

#[test]
fn no_credentials_and_no_service_are_told_at_once() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.write(&user(""));
    let mut plan = w.command(&["plan", "-no-color", "-input=false"]);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"] {
        plan.env_remove(name);
    }
    let nowhere = w.path("nowhere");
    plan.env("AWS_CONFIG_FILE", &nowhere)
        .env("AWS_SHARED_CREDENTIALS_FILE", &nowhere)
        .env("HOME", w.path(""));
    let started = Instant::now();
    let said = Said::new(plan.output().expect("terraform runs"));
    assert!(said.text.contains("credentials"), "{}", said.text);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());

    let text = std::fs::read_to_string(w.path("main.tf")).expect("the configuration");
    let text = text.replace(&server.url, "http://127.0.0.1:9");
    std::fs::write(w.path("main.tf"), text).expect("written");
    let started = Instant::now();
    let said = w.fails(&["plan"]);
    assert!(said.contains("127.0.0.1:9"), "{said}");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn an_interrupted_run_says_that_it_was_cancelled() {
    let fault = |count: u32| format!("UpdateUserRoutingProfile:{count}:429/TooManyRequestsException");
    let faults: Vec<String> = (1..=30).flat_map(|count| ["--fault".to_owned(), fault(count)]).collect();
    let server = Server::start(&faults.iter().map(String::as_str).collect::<Vec<_>>());
    let w = Workspace::new(&server);
    w.apply(&user(""));
    w.write(&user("routing_profile_id = \"r2\""));
    let mut apply = w.command(&["apply", "-auto-approve", "-no-color", "-input=false"]);
    let child = apply.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    for _ in 0..200 {
        if server.calls("UpdateUserRoutingProfile") > 1 {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill runs").success());
    let said = Said::new(child.wait_with_output().expect("ended"));
    assert!(said.text.to_lowercase().contains("cancelled"), "{}", said.text);
}

#[test]
fn the_log_tells_operations_and_no_secrets() {
    let server = Server::start(&["--fault", "UpdateUserRoutingProfile:1:429/TooManyRequestsException"]);
    let w = Workspace::new(&server);
    w.apply(&user(""));
    w.write(&user("routing_profile_id = \"r2\""));
    for (level, has_calls) in [("DEBUG", true), ("INFO", false)] {
        let mut apply = w.command(&["apply", "-auto-approve", "-no-color", "-input=false"]);
        apply.env("TF_LOG_PROVIDER", level).env("TF_LOG_PATH", w.path("log"));
        let said = Said::new(apply.output().expect("terraform runs"));
        assert_eq!(said.code, 0, "{}", said.text);
        let log = std::fs::read_to_string(w.path("log")).expect("the log");
        std::fs::remove_file(w.path("log")).expect("removed");
        let ours: Vec<&str> = log.lines().filter(|line| line.contains("connect")).collect();
        let has = |text: &str| ours.iter().any(|line| line.contains(text));
        assert_eq!(has("operation=UpdateUserRoutingProfile"), has_calls, "{level}: {log}");
        if has_calls {
            for told in ["waiting: ", "kind=Throttled", "planned: ", "action=Update", "[INFO]"] {
                assert!(has(told), "{told}: {log}");
            }
        }
        for secret in ["Password123", "example2"] {
            assert!(!log.contains(secret), "{level}: {secret}: {log}");
        }
        w.write(&user("routing_profile_id = \"r3\""));
    }
}

#[test]
fn settings_that_lead_nowhere_say_the_way_out() {
    let server = Server::start(&[]);
    let w = Workspace::new(&server);
    w.write(&user(""));
    let written = std::fs::read_to_string(w.path("main.tf")).expect("the configuration");
    let plan = |instead: &str, by: &str| {
        let text = written.replace(instead, by);
        assert_ne!(text, written);
        std::fs::write(w.path("main.tf"), text).expect("written");
        let nowhere = w.path("nowhere");
        let mut plan = w.command(&["plan", "-no-color", "-input=false"]);
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"] {
            plan.env_remove(name);
        }
        plan.env("AWS_CONFIG_FILE", &nowhere).env("AWS_SHARED_CREDENTIALS_FILE", &nowhere);
        let said = Said::new(plan.output().expect("terraform runs"));
        assert_eq!(said.code, 1, "{}", said.text);
        said.text
    };
    let region = "region           = \"us-east-1\"";
    for (instead, by, told, help) in [
        (region, "", "No AWS Region", "Name the Region of the instance, such as `eu-central-1`."),
        (
            region,
            "profile = \"absent\"",
            "The AWS profile `absent` is not defined",
            "`aws configure --profile`",
        ),
        ("http://", "ftp://", "The endpoint URL", "Give a URL of the form `https://HOST[:PORT]`"),
    ] {
        let said = plan(instead, by);
        assert!(said.contains(told) && said.contains(help), "{said}");
    }
}
