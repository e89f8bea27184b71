//! What `connect-server` makes of requests, also of those that nobody should send.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    sync::Arc,
    time::Duration,
};

use connect_user::{
    apply::{self, delete},
    client::{
        ClientError, ConnectClient, DescribeUser, Effect, ErrorKind, ListRoutingProfiles,
        ListSecurityProfiles, ListTrafficDistributionGroups, ListUserProficiencies, ListUsers,
        ListWorkspaces, QuickConnectSummary, RetryPolicy, Retrying, SearchPredefinedAttributes,
        SearchQuickConnects, SearchUserHierarchyGroups, SearchUsers, SearchWorkspaceAssociations,
        ThreadTimer, all_pages,
        memory::{MemoryFile, MemoryInstance},
    },
    diff::preview,
    read::{find_by_name, refresh},
    user::{
        AfterContactWorkConfig, AfterContactWorkConfigPerChannel, Channel, IdentityManagementType, Input,
        QuickConnects, Settings, UnrecognisedPolicy,
    },
};
use serde_json::json;

use crate::{
    http::{MANAGED, instance, run, spec},
    server::{Server, example},
};

#[tokio::test]
async fn a_token_that_comes_back_ends_the_list() {
    let lists = [
        "ListUsers",
        "SearchUsers",
        "ListUserProficiencies",
        "ListRoutingProfiles",
        "ListSecurityProfiles",
        "SearchUserHierarchyGroups",
        "SearchQuickConnects",
        "SearchPredefinedAttributes",
        "ListTrafficDistributionGroups",
        "ListWorkspaces",
        "SearchWorkspaceAssociations",
    ];
    let faults: Vec<_> = lists
        .iter()
        .flat_map(|operation| (1..=2).map(move |number| format!("{operation}:{number}:repeat-token")))
        .collect();
    let mut args = vec!["--instance", MANAGED];
    args.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
    let server = Server::start(&args);
    let client = server.connect();
    let ended = |operation: &str, result: Result<usize, ClientError>| {
        let error = result.expect_err("no end");
        let message = format!("`{operation}` failed, the answer cannot be used: the service repeats a page");
        assert_eq!((error.to_string(), error.effect()), (message, Effect::None));
    };
    let user_id = run(&client, spec(30), None).await.expect("a user").user_id;
    let id = instance();
    ended("ListUsers", all_pages(&client, ListUsers::new(id.clone())).await.map(|all| all.len()));
    ended(
        "SearchUsers",
        all_pages(&client, SearchUsers::new(id.clone()).name("jane".to_owned())).await.map(|all| all.len()),
    );
    let all = all_pages(&client, ListUserProficiencies::new(id.clone(), user_id.clone())).await;
    ended("ListUserProficiencies", all.map(|all| all.len()));
    ended(
        "ListRoutingProfiles",
        all_pages(&client, ListRoutingProfiles::new(id.clone())).await.map(|all| all.len()),
    );
    ended(
        "ListSecurityProfiles",
        all_pages(&client, ListSecurityProfiles::new(id.clone())).await.map(|all| all.len()),
    );
    ended(
        "SearchUserHierarchyGroups",
        all_pages(&client, SearchUserHierarchyGroups::new(id.clone())).await.map(|all| all.len()),
    );
    ended(
        "SearchQuickConnects",
        all_pages(&client, SearchQuickConnects::new(id.clone())).await.map(|all| all.len()),
    );
    let all = all_pages(&client, SearchPredefinedAttributes::new(id.clone())).await;
    ended("SearchPredefinedAttributes", all.map(|all| all.len()));
    let all = all_pages(&client, ListTrafficDistributionGroups::new(id.clone())).await;
    ended("ListTrafficDistributionGroups", all.map(|all| all.len()));
    ended("ListWorkspaces", all_pages(&client, ListWorkspaces::new(id.clone())).await.map(|all| all.len()));
    let all = all_pages(&client, SearchWorkspaceAssociations::new(id.clone())).await;
    ended("SearchWorkspaceAssociations", all.map(|all| all.len()));
}

#[tokio::test]
async fn a_quota_is_kept_by_retrying() {
    let server = Server::start(&["--instance", MANAGED, "--quota", "20:2"]);
    let client = Retrying::new(server.connect(), RetryPolicy::default(), Arc::new(ThreadTimer::default()));
    for _ in 0..6 {
        assert!(find_by_name(&client, &instance(), "nobody", false).await.expect("searched").is_none());
    }
    let raw = server.connect();
    let mut throttled = 0;
    for _ in 0..10 {
        let request = DescribeUser::new(instance(), "u");
        throttled += usize::from(
            raw.describe_user(&request).await.expect_err("nobody").kind() == ErrorKind::Throttled,
        );
    }
    assert!(throttled > 0, "the quota is one");
}

#[test]
fn nonsense_gets_an_answer_and_the_server_goes_on() {
    let server = Server::start(&["--instance", MANAGED]);
    let address = server.url.trim_start_matches("http://");
    let ask = |request: &[u8]| {
        let mut stream = TcpStream::connect(address).expect("connected");
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time-out");
        // The server may hang up before it has read everything.
        let _ = stream.write_all(request);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer.lines().next().unwrap_or_default().to_owned()
    };
    let with_body = |path: &str, method: &str, body: &str| {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
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
        ("GET", "/users-summary/1c2d?maxResults=many", "", "400"),
        ("GET", "/users-summary/1c2d?maxResults=0", "", "400"),
        // What it cannot search for must not find everybody.
        (
            "POST",
            "/search-users",
            "{\"InstanceId\": \"1c2d\", \"SearchCriteria\": {\"OrConditions\": []}}",
            "400",
        ),
        ("POST", "/search-users", "{\"InstanceId\": \"1c2d\", \"SearchFilter\": {}}", "400"),
        ("POST", "/search-users", "{\"InstanceId\": \"1c2d\", \"SearchFilter\": {\"TagFilter\": {}}}", "400"),
        (
            "POST",
            "/search-users",
            "{\"InstanceId\": \"1c2d\", \"SearchFilter\": {\"TagFilter\": {\"OrConditions\": []}}}",
            "400",
        ),
        (
            "POST",
            "/search-users",
            "{\"InstanceId\": \"1c2d\", \"SearchCriteria\": {\"ListCondition\": {}, \"StringCondition\": \
             {\"FieldName\": \"Username\", \"Value\": \"a\", \"ComparisonType\": \"EXACT\"}}}",
            "400",
        ),
        ("POST", "/search-quick-connects", "{\"InstanceId\": \"1c2d\", \"SearchCriteria\": {}}", "400"),
    ] {
        let answer = with_body(path, method, body);
        assert!(answer.contains(status), "{method} {path} {body}: {answer}");
    }
    // A proficiency by a part of its value, another list, or a value without its name.
    for (list, conditions) in [
        ("PROFICIENCIES", &[("name", "EXACT"), ("value", "CONTAINS")][..]),
        ("SKILLS", &[("name", "EXACT"), ("value", "EXACT")]),
        ("PROFICIENCIES", &[("value", "EXACT")]),
    ] {
        let condition = |(field, comparison): &(&str, &str)| {
            let condition = json!({"FieldName": field, "Value": "a", "ComparisonType": comparison});
            json!({"StringCondition": condition})
        };
        let conditions: Vec<_> = conditions.iter().map(condition).collect();
        let list = json!({"TargetListType": list, "Conditions": conditions});
        let body = json!({"InstanceId": "1c2d", "SearchCriteria": {"ListCondition": list}}).to_string();
        let answer = with_body("/search-users", "POST", &body);
        assert!(answer.contains("400"), "{body}: {answer}");
    }
    let large = with_body("/users/1c2d", "PUT", &"x".repeat((1 << 20) + 1));
    assert!(large.is_empty() || large.contains("400"), "{large}");
    assert!(with_body("/instance/1c2d", "GET", "").contains("200"), "it goes on");
    let refused =
        Command::new(example("connect-server")).args(["--host", "0.0.0.0", "--instance", MANAGED]).output();
    let refused = refused.expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not a loopback address"));
}

#[tokio::test]
async fn more_connections_than_it_can_hold_do_not_end_it() {
    let server = Server::start_with(|program| {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n 24 && exec \"$0\" \"$@\""]).arg(program);
        command.args(["--instance", MANAGED]);
        command
    });
    let address = server.url.trim_start_matches("http://");
    let many: Vec<_> = (0..40).map(|_| TcpStream::connect(address).expect("connected")).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(many);
    all_pages(&server.connect(), ListUsers::new(instance())).await.expect("it goes on");
}

#[tokio::test]
async fn quick_connects_of_its_file_go_with_their_user() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("service.json");
    let file = path.to_str().expect("a path");
    let (memory, connect) = MemoryFile::open(&path).expect("a file");
    connect.add_instance(MemoryInstance::new("1c2d", IdentityManagementType::ConnectManaged));
    let state = run(&connect, spec(30), None).await.expect("a user");
    for number in 0..150 {
        let user_id = (number % 2 == 0).then(|| state.user_id.clone());
        let quick_connect =
            QuickConnectSummary::new(format!("q{number}"), format!("Q{number}")).user_id(user_id);
        assert!(connect.add_quick_connect(&instance(), quick_connect));
    }
    memory.persist(&connect).expect("written");
    drop((memory, connect));

    let server = Server::start(&["--instance", MANAGED, "--file", file]);
    let client = server.connect();
    let settings = Settings::builder().quick_connects(QuickConnects::Delete).build();
    delete(&state, &client, &settings, &apply::ApplyOptions::default()).await.expect("deleted");
    assert!(find_by_name(&client, &instance(), "jane", true).await.expect("searched").is_none());
    let left = all_pages(&client, SearchQuickConnects::new(instance())).await.expect("searched");
    assert_eq!(left.len(), 75, "those of others stay");
}

#[tokio::test]
async fn what_the_sdk_does_not_know_is_told_before_a_call_resets_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("service.json");
    let (memory, connect) = MemoryFile::open(&path).expect("a file");
    connect.add_instance(MemoryInstance::new("1c2d", IdentityManagementType::ConnectManaged));
    let mut desired = spec(30);
    desired.after_contact_work_configs = Some(Input::Known(vec![work(Channel::Voice, 60)]));
    desired.phone_config.as_mut().expect("a phone").after_contact_work_time_limit = None;
    let state = run(&connect, desired.clone(), None).await.expect("a user");
    let mode = "afterContactWorkConfigs[].afterContactWorkConfig.AfterContactWorkMode `ON_DEMAND`";
    connect.edit_user(&instance(), &state.user_id, |user, _| user.unrecognised = vec![mode.to_owned()]);
    memory.persist(&connect).expect("written");
    drop((memory, connect));
    let server = Server::start(&["--instance", MANAGED, "--file", path.to_str().expect("a path")]);
    let client = server.connect();

    let state = refresh(&client, &state).await.expect("read").expect("there");
    assert_eq!(state.record.unrecognised, [mode]);
    let found = all_pages(&client, SearchUsers::new(instance())).await.expect("found");
    assert_eq!(found[0].unrecognised, [mode]);

    let mut other = desired.clone();
    other.hierarchy_group_id = Some("group".into());
    let settings = |policy| {
        Settings::builder()
            .identity_management(IdentityManagementType::ConnectManaged)
            .unrecognised(policy)
            .build()
    };
    let untouched = preview(&other, Some(&state), &settings(UnrecognisedPolicy::Refuse));
    assert!(untouched.diff.notices.is_empty(), "{:?}", untouched.diff.notices);

    desired.after_contact_work_configs = Some(Input::Known(vec![work(Channel::Voice, 90)]));
    let refused = preview(&desired, Some(&state), &settings(UnrecognisedPolicy::Refuse));
    assert_eq!(refused.diff.refusals().count(), 1);
    let warned = preview(&desired, Some(&state), &settings(UnrecognisedPolicy::Warn));
    let [notice] = warned.diff.notices.as_slice() else { panic!("{:?}", warned.diff.notices) };
    assert_eq!(
        notice.to_string(),
        format!(
            "warning[unrecognised-settings]: `UpdateUserConfig` may reset what the service has and this version does \
             not know: {mode}\n  help: look at it in the console after the apply, or choose the policy that refuses \
             the plan"
        )
    );
    let state = run(&client, desired, Some(&state)).await.expect("applied");
    let state = refresh(&client, &state).await.expect("read").expect("there");
    assert!(state.record.unrecognised.is_empty(), "the call has reset it");
}

fn work(channel: Channel, limit: i64) -> AfterContactWorkConfigPerChannel {
    AfterContactWorkConfigPerChannel::builder()
        .channel(channel)
        .after_contact_work_config(
            AfterContactWorkConfig::builder().after_contact_work_time_limit(limit).build(),
        )
        .build()
}
