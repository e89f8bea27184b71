//! The real SDK over real HTTP: the contract, an apply over every fault of the wire, and the command line.

use std::process::Command;

use connect_user::{
    apply::{self, ApplyError, Failed, apply, find_by_name, refresh},
    client::{
        ConnectClient, DeleteUser, DescribeUser, Effect, ErrorKind, RetryPolicy, Retrying, ThreadTimer,
        aws::AwsConnect,
        conformance::{Fixture, check},
        list_all_users,
    },
    diff::{self, Plan, plan},
    user::{
        IdentityInfo, IdentityManagementType, Input, InstanceId, Operation, PhoneConfig, PhoneType,
        UserProficiency, UserSpec, UserState,
    },
    validate::{Context, resolve},
};
use proptest::prelude::*;
use serde_json::Value;

use crate::server::{Server, example};

const KIND: IdentityManagementType = IdentityManagementType::ConnectManaged;
const MANAGED: &str = "1c2d=CONNECT_MANAGED";

fn instance() -> InstanceId {
    "1c2d".into()
}

fn spec(limit: i64) -> UserSpec {
    UserSpec::builder()
        .instance_id("1c2d")
        .name("jane")
        .password("Password123")
        .routing_profile_id("routing")
        .security_profile_ids(["security"])
        .identity_info(
            IdentityInfo::builder()
                .first_name("Jane")
                .last_name("Roe")
                .email("jane@example.com")
                .mobile("+16175550101")
                .build(),
        )
        .phone_config(
            PhoneConfig::builder()
                .phone_type(PhoneType::SoftPhone)
                .after_contact_work_time_limit(limit)
                .build(),
        )
        .tags([("team", "ops")])
        .build()
}

fn planned(spec: UserSpec, state: Option<&UserState>) -> Plan {
    let context = Context::builder().identity_management(KIND).maybe_prior(state).build();
    let desired = resolve(spec, &context).expect("valid").0;
    plan(desired, state, &diff::Options::default()).expect("a plan")
}

async fn run(
    client: &dyn ConnectClient,
    spec: UserSpec,
    state: Option<&UserState>,
) -> Result<UserState, Failed> {
    let done = apply(&planned(spec, state), state, client, &apply::Options::default()).await?;
    Ok(done.state.expect("a user"))
}

/// Exactly one user, exactly as desired, and nothing left to do.
async fn check_whole(client: &AwsConnect, spec: &UserSpec, state: &UserState) {
    assert_eq!(list_all_users(client, &instance()).await.expect("listed").len(), 1);
    let fresh = refresh(client, state).await.expect("read").expect("there");
    assert!(planned(spec.clone(), Some(&fresh)).is_empty());
}

#[tokio::test]
async fn the_sdk_keeps_the_contract() {
    let server = Server::start(&["--instance", MANAGED, "--hidden-reads", "2"]);
    let breaches = check(&server.connect(), &Fixture::new("1c2d")).await;
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[tokio::test]
async fn every_fault_of_the_wire_is_survived() {
    use ErrorKind::*;

    let create = "CreateUser:1:";
    let phone = "UpdateUserPhoneConfig:1:";
    for (fault, kind) in [
        ("reset-before", Transport),
        ("reset-after", Transport),
        ("cut", Transport),
        ("hang", Transport),
        ("malformed", Service),
        ("empty", Service),
        ("429/ThrottlingException", Throttled),
        ("429/TooManyRequestsException", Throttled),
        ("429/LimitExceededException", QuotaExceeded),
        ("500/InternalServiceException", Service),
        ("503/", Service),
        ("403/AccessDeniedException", AccessDenied),
    ] {
        for operation in [create, phone] {
            let server = Server::start(&["--instance", MANAGED, "--fault", &format!("{operation}{fault}")]);
            let client = server.connect();
            let mut state = None;
            let mut failure = None;
            for limit in [30, 60, 60] {
                match run(&client, spec(limit), state.as_ref()).await {
                    Ok(done) => state = Some(done),
                    Err(failed) => {
                        let text = format!("{failed} {failed:?}");
                        for secret in ["Password123", "jane@example.com", "+16175550101"] {
                            assert!(!text.contains(secret), "{fault}: {secret}: {text}");
                        }
                        state = failed.state.map(|state| *state);
                        let ApplyError::Client(error) = failed.error else { panic!("{fault}: {text}") };
                        failure = Some(error);
                    }
                }
            }
            // A creation whose answer is lost is looked up and taken over: nobody hears of it. An update's
            // answer has no content, so that an empty one is as good as any.
            match failure {
                Some(error) => assert_eq!(error.kind(), kind, "{operation}{fault}: {error}"),
                None => assert!(
                    (operation == create && kind != QuotaExceeded)
                        || matches!(fault, "empty" | "malformed" | "cut"),
                    "{operation}{fault}",
                ),
            }
            check_whole(&client, &spec(60), &state.expect("a user")).await;
        }
    }
}

#[tokio::test]
async fn a_token_that_comes_back_ends_the_list() {
    let repeat = |operation: &str, occurrence: u32| format!("{operation}:{occurrence}:repeat-token");
    let faults: Vec<_> = (1..=3).flat_map(|n| [repeat("ListUsers", n), repeat("SearchUsers", n)]).collect();
    let mut args = vec!["--instance", MANAGED];
    args.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
    let server = Server::start(&args);
    let client = server.connect();
    let error = list_all_users(&client, &instance()).await.expect_err("no end");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Service, Effect::None));
    assert_eq!(error.to_string(), "`ListUsers` failed, the service failed: the service repeats a page");
    let error = find_by_name(&client, &instance(), "jane", false).await.expect_err("no end");
    assert_eq!(error.operation(), Operation::SearchUsers);
}

#[tokio::test]
async fn somebody_else_s_change_is_seen_and_two_at_once_make_one_user() {
    let server = Server::start(&["--instance", MANAGED]);
    let (first, second) = (server.connect(), server.connect());
    let (spec_1, spec_2) = (spec(30), spec(30));
    let (one, other) = tokio::join!(run(&first, spec_1, None), run(&second, spec_2, None));
    let (one, other) = (one.expect("made, or taken over"), other.expect("made, or taken over"));
    assert_eq!(one.user_id, other.user_id);
    check_whole(&first, &spec(30), &one).await;

    let changed = run(&second, spec(90), Some(&one)).await.expect("changed");
    let stale = planned(spec(60), Some(&one));
    let fresh = refresh(&first, &one).await.expect("read").expect("there");
    let refused = apply(&stale, Some(&fresh), &first, &apply::Options::default()).await.expect_err("stale");
    assert_eq!(refused.to_string(), "the plan was made from another state of the user");
    assert_eq!(fresh.settings.phone, changed.settings.phone);

    let request = DeleteUser { instance_id: instance(), user_id: one.user_id.clone() };
    first.delete_user(&request).await.expect("deleted by somebody else");
    let failed = run(&first, spec(60), Some(&fresh)).await.expect_err("gone");
    assert!(matches!(&failed.error, ApplyError::Client(error) if error.kind() == ErrorKind::NotFound));
    assert!(refresh(&first, &one).await.expect("read").is_none());
}

#[tokio::test]
async fn a_quota_is_kept_by_retrying() {
    let server = Server::start(&["--instance", MANAGED, "--quota", "20:2"]);
    let client =
        Retrying::new(server.connect(), RetryPolicy::default(), std::sync::Arc::new(ThreadTimer::default()));
    for _ in 0..6 {
        assert!(find_by_name(&client, &instance(), "nobody", false).await.expect("searched").is_none());
    }
    let raw = server.connect();
    let mut throttled = 0;
    for _ in 0..10 {
        let request = DescribeUser { instance_id: instance(), user_id: "u".into() };
        throttled += usize::from(
            raw.describe_user(&request).await.expect_err("nobody").kind() == ErrorKind::Throttled,
        );
    }
    assert!(throttled > 0, "the quota is one");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// From one user to another, over a fault at any call, to exactly the desired user: over HTTP.
    #[test]
    fn a_second_run_finishes_the_work_over_http(
        before in any_spec(),
        after in any_spec(),
        operation in proptest::sample::select(vec![
            "UpdateUserIdentityInfo", "UpdateUserPhoneConfig", "UpdateUserSecurityProfiles", "TagResource", "UntagResource",
            "AssociateUserProficiencies", "DisassociateUserProficiencies", "UpdateUserProficiencies", "CreateUser",
        ]),
        fault in proptest::sample::select(vec!["reset-before", "reset-after", "cut", "500/", "429/ThrottlingException"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::start(&["--instance", MANAGED, "--fault", &format!("{operation}:1:{fault}")]);
            let client = server.connect();
            let mut state = None;
            for spec in [&before, &before, &after, &after] {
                state = match run(&client, spec.clone(), state.as_ref()).await {
                    Ok(done) => Some(done),
                    Err(failed) => failed.state.map(|state| *state),
                };
                if let Some(known) = &state {
                    state = refresh(&client, known).await.expect("read");
                }
            }
            check_whole(&client, &after, &state.expect("a user")).await;
        });
    }
}

fn any_spec() -> impl Strategy<Value = UserSpec> {
    let limit = proptest::sample::select(vec![0, 30, 60]);
    let tags = proptest::collection::btree_map(
        proptest::sample::select(vec!["a", "b"]),
        proptest::sample::select(vec!["1", "2"]),
        0..3,
    );
    let security = proptest::sample::select(vec![vec!["s1"], vec!["s1", "s2"], vec!["s3"]]);
    let levels = proptest::collection::btree_map(proptest::sample::select(vec!["en", "fr"]), 1..=5i64, 0..3);
    let last = proptest::sample::select(vec!["Roe", "Poe"]);
    (limit, tags, security, levels, last).prop_map(|(limit, tags, security, levels, last)| {
        let mut spec = spec(limit);
        spec.tags =
            Some(Input::Known(tags.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect()));
        spec.security_profile_ids = Input::Known(security.into_iter().map(Into::into).collect());
        spec.user_proficiencies = Some(Input::Known(
            levels
                .into_iter()
                .map(|(value, level)| {
                    UserProficiency::builder()
                        .attribute_name("language")
                        .attribute_value(value)
                        .level(level)
                        .build()
                })
                .collect(),
        ));
        if let Some(identity) = &mut spec.identity_info {
            identity.last_name = Some(last.into());
        }
        spec
    })
}

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
}

const SETTINGS: &[&str] = &[
    "--set",
    "exampleAwsConnectInstance.id=1c2d",
    "--set",
    "exampleAwsConnectRoutingProfile.routingProfileId=r1",
    "--set",
    "exampleAwsConnectSecurityProfile.securityProfileId=s1",
    "--set",
    "exampleAwsConnectUserHierarchyGroup.hierarchyGroupId=g1",
    "--set",
    "example2.securityProfileId=s2",
];

#[test]
fn the_command_line_goes_the_whole_way() {
    for (program, kind) in [
        ("basic", "CONNECT_MANAGED"),
        ("hierarchy-group", "CONNECT_MANAGED"),
        ("identity-info", "CONNECT_MANAGED"),
        ("desk-phone", ""),
        ("security-profiles", ""),
    ] {
        let server = Server::start(&["--instance", MANAGED]);
        let tool = Tool { dir: tempfile::tempdir().expect("a directory"), server: &server };
        let file = format!("{}/examples/programs/{program}.yaml", env!("CARGO_MANIFEST_DIR"));
        let apply = [&["apply", &file, "--yes"], SETTINGS].concat();
        if kind.is_empty() {
            let output = tool.command(&apply).output().expect("the tool runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("error[names-required]: example: `identityInfo.firstName`"), "{said}");
            continue;
        }
        assert!(tool.ok(&apply).contains("Done: 1 created"));
        assert_eq!(
            tool.ok(&[&["plan", &file, "--detailed-exitcode"], SETTINGS].concat()),
            "No changes: 1 up to date.\n"
        );
        assert_eq!(tool.ok(&["drift"]), "No drift: 1 as recorded.\n");
        let shown: Value = serde_json::from_str(&tool.ok(&["show", "--format", "json"])).expect("JSON");
        let id = shown["users"]["example"]["id"].as_str().expect("an id").to_owned();
        std::fs::remove_dir_all(tool.dir.path().join(".connect-user")).expect("an empty state");
        tool.ok(&["import", "example", &id]);
        assert_eq!(tool.ok(&[&["plan", &file], SETTINGS].concat()), "No changes: 1 up to date.\n");
        assert!(tool.ok(&["destroy", "--yes"]).contains("1 deleted"));
    }
}

#[test]
fn a_kill_during_an_apply_over_http_loses_nothing() {
    let server = Server::start(&["--instance", "1c2d=SAML"]);
    let tool = Tool { dir: tempfile::tempdir().expect("a directory"), server: &server };
    let users: serde_json::Map<_, _> = (0..10)
        .map(|number| {
            let properties = serde_json::json!({
                "instanceId": "1c2d", "name": format!("agent-{number}"), "routingProfileId": "r", "securityProfileIds": ["s"],
                "identityInfo": {"firstName": "A", "lastName": "B"}, "phoneConfig": {"phoneType": "SOFT_PHONE"},
                "userProficiencies": [{"attributeName": "a", "attributeValue": "b", "level": 3}],
            });
            (format!("agent{number}"), serde_json::json!({"type": "aws:connect:User", "properties": properties}))
        })
        .collect();
    std::fs::write(tool.dir.path().join("p.json"), serde_json::json!({"resources": users}).to_string())
        .expect("written");
    for delay in [60, 90, 120, 150] {
        let mut command = tool.command(&["apply", "p.json", "--yes"]);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().expect("started");
        std::thread::sleep(std::time::Duration::from_millis(delay));
        let _ = child.kill();
        child.wait().expect("ended");
    }
    tool.ok(&["apply", "p.json", "--yes"]);
    assert_eq!(tool.ok(&["plan", "p.json"]), "No changes: 10 up to date.\n");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let all =
        runtime.block_on(async { list_all_users(&server.connect(), &instance()).await }).expect("listed");
    assert_eq!(all.len(), 10, "nobody twice");
}

#[test]
fn nonsense_gets_an_answer_and_the_server_goes_on() {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    let server = Server::start(&["--instance", MANAGED]);
    let address = server.url.trim_start_matches("http://");
    let ask = |request: &[u8]| {
        let mut stream = TcpStream::connect(address).expect("connected");
        stream.set_read_timeout(Some(std::time::Duration::from_secs(5))).expect("a time-out");
        // The server may hang up before it has read everything.
        let _ = stream.write_all(request);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer.lines().next().unwrap_or_default().to_owned()
    };
    let with_body = |path: &str, method: &str, body: &str| {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        ask(format!("{head}{body}").as_bytes())
    };
    assert!(ask(b"\x00\x01nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
    for (method, path, body, status) in [
        ("GET", "/", "", "404"),
        ("GET", "/nothing/like/it", "", "404"),
        ("PUT", "/users/1c2d", "{", "400"),
        ("PUT", "/users/1c2d", "[]", "400"),
        ("PUT", "/users/1c2d", "{\"Tags\": 7}", "400"),
        ("PUT", "/users/%FF%00", "{}", "400"),
        ("POST", "/users/1c2d/u/phone-config", "{\"PhoneConfig\": {\"PhoneType\": \"HOLOGRAM\"}}", "400"),
        ("POST", "/search-users", "{\"MaxResults\": -1}", "400"),
        ("POST", "/tags/nonsense", "{\"tags\": {}}", "400"),
    ] {
        let answer = with_body(path, method, body);
        assert!(answer.contains(status), "{method} {path} {body}: {answer}");
    }
    let large = with_body("/users/1c2d", "PUT", &"x".repeat((1 << 20) + 1));
    assert!(large.is_empty() || large.contains("400"), "{large}");
    assert!(with_body("/instance/1c2d", "GET", "").contains("200"), "it goes on");
    let refused = std::process::Command::new(example("connect-server"))
        .args(["--host", "0.0.0.0"])
        .output()
        .expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not a loopback address"));
}
