//! Lists of what has a name: profiles and hierarchy groups.

use connect_user::{
    client::{
        ConnectClient, Effect, ErrorKind, HierarchyGroupEntry, ListRoutingProfiles, ListSecurityProfiles,
        NamedResource, SearchUserHierarchyGroups, all_pages,
    },
    user::{Operation, SecurityProfileType},
};
use serde_json::{Value, json};

use crate::{
    answers::assert_lacks,
    requests::{assert_not_found, assert_sent},
    server::{Server, example},
    support::*,
};

fn arn(resource: &str) -> String {
    format!("arn:aws:connect:us-east-1:123456789012:instance/1c2d/{resource}")
}

fn named(id: &str, arn: &str, name: &str) -> NamedResource {
    NamedResource::new(id, arn, name)
}

fn group(id: &str, path: &[&str]) -> HierarchyGroupEntry {
    let name = path.last().expect("a name").to_string();
    HierarchyGroupEntry::new(id, name, path.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// A list of profiles: path, query, answer, pages and errors.
macro_rules! assert_lists_profiles {
    ($method:ident, $request:ident, $path:literal, $list:literal, $segment:literal) => {{
        let first = $request::new(instance_id());
        let resource = arn(concat!($segment, "/7a9b"));
        let profile = json!({
            "Id": "7a9b", "Arn": resource, "Name": "Basic", "LastModifiedTime": 1767225600.25,
            "LastModifiedRegion": "us-east-1", "AFutureMember": 1,
        });
        let other = json!({ "Id": "8b0c", "Arn": "arn", "Name": "basic " });
        let wire = Wire::new(&Answer::ok(json!({ $list: [profile, other], "NextToken": "more" })));

        let page = wire.client.$method(&first).await.expect("a page");

        assert_sent(&wire, "GET", concat!($path, "/1c2d"), Some("maxResults=1000"), Value::Null);
        assert_eq!(page.items, [named("7a9b", &resource, "Basic"), named("8b0c", "arn", "basic ")]);
        assert_eq!(page.next_token.as_deref(), Some("more"));

        let wire = Wire::new(&Answer::ok(json!({ "NextToken": "" })));
        let second = first.clone().next_token("a/b+c".to_owned()).max_results(7);
        let page = wire.client.$method(&second).await.expect("a page");
        assert_eq!((page.items.len(), page.next_token), (0, None));
        let query = Some("nextToken=a%2Fb%2Bc&maxResults=7");
        assert_sent(&wire, "GET", concat!($path, "/1c2d"), query, Value::Null);

        assert_not_found!($method, &first);
        let lacking = concat!($list, ".Id");
        assert_lacks!($method, &first, json!({ $list: [{ "Name": "Basic" }] }), lacking, Effect::None);
        let wire = Wire::new(&Answer::ok(json!({ $list: [{ "Id": "7a9b" }] })));
        let page = wire.client.$method(&first).await.expect("what the API declares optional is missing");
        assert_eq!(page.items, [named("7a9b", "", "")]);
    }};
}

#[tokio::test]
async fn routing_profiles_are_listed() {
    assert_lists_profiles!(
        list_routing_profiles,
        ListRoutingProfiles,
        "/routing-profiles-summary",
        "RoutingProfileSummaryList",
        "routing-profile"
    );
}

#[tokio::test]
async fn security_profiles_are_listed() {
    assert_lists_profiles!(
        list_security_profiles,
        ListSecurityProfiles,
        "/security-profiles-summary",
        "SecurityProfileSummaryList",
        "security-profile"
    );
}

#[tokio::test]
async fn a_security_profile_says_who_manages_it() {
    let profile = |id: &str, by: &str| json!({ "Id": id, "Name": id, "Type": by });
    let list = json!([profile("a", "AWS_MANAGED"), profile("b", "CUSTOMER_MANAGED"), profile("c", "NEW")]);
    let wire = Wire::new(&Answer::ok(json!({ "SecurityProfileSummaryList": list })));
    let page = wire.client.list_security_profiles(&ListSecurityProfiles::new(instance_id())).await;
    let by: Vec<_> = page.expect("a page").items.into_iter().map(|profile| profile.managed_by).collect();
    assert_eq!(by, [Some(SecurityProfileType::AwsManaged), Some(SecurityProfileType::CustomerManaged), None]);
}

fn search() -> SearchUserHierarchyGroups {
    SearchUserHierarchyGroups::new(instance_id())
}

#[tokio::test]
async fn hierarchy_groups_are_found_with_their_paths() {
    let level =
        |id: &str, name: &str| json!({ "Id": id, "Arn": arn(&format!("agent-group/{id}")), "Name": name });
    let wire = Wire::new(&Answer::ok(json!({
        "UserHierarchyGroups": [
            // The foundation of all levels: nobody made it, and nobody is in it.
            { "Id": "g0", "Arn": arn("agent-group/g0"), "Name": "ROOT", "LevelId": "0" },
            { "Id": "g1", "Arn": arn("agent-group/g1"), "Name": "Europe", "LevelId": "1",
              "HierarchyPath": { "LevelOne": level("g1", "Europe") }, "Tags": { "team": "ops" } },
            { "Id": "g5", "Name": "Night", "LevelId": "5",
              "HierarchyPath": {
                "LevelFive": level("g5", "Night"), "LevelFour": level("g4", "Bern"),
                "LevelThree": level("g3", "Bern"), "LevelTwo": level("g2", "Switzerland"),
                "LevelOne": level("g1", "Europe") } },
            // Whether the group's own level is there or not, its name ends the path.
            { "Id": "g2", "Name": "Switzerland", "HierarchyPath": { "LevelOne": level("g1", "Europe") } },
            { "Id": "g6", "Name": "Asia" },
        ],
        "NextToken": "more",
        "ApproximateTotalCount": 7,
    })));

    let page = wire.client.search_user_hierarchy_groups(&search()).await.expect("a page");

    let body = json!({ "InstanceId": INSTANCE, "MaxResults": 100 });
    assert_sent(&wire, "POST", "/search-user-hierarchy-groups", None, body);
    let expected = [
        group("g1", &["Europe"]),
        group("g5", &["Europe", "Switzerland", "Bern", "Bern", "Night"]),
        group("g2", &["Europe", "Switzerland"]),
        group("g6", &["Asia"]),
    ];
    assert_eq!(page.items, expected);
    assert_eq!(page.next_token.as_deref(), Some("more"));

    let wire = Wire::new(&Answer::ok("{}"));
    let request = search().next_token("more".to_owned()).max_results(2);
    let page = wire.client.search_user_hierarchy_groups(&request).await.expect("a page");
    assert_eq!((page.items.len(), page.next_token), (0, None));
    let body = json!({ "InstanceId": INSTANCE, "MaxResults": 2, "NextToken": "more" });
    assert_sent(&wire, "POST", "/search-user-hierarchy-groups", None, body);
    assert_not_found!(search_user_hierarchy_groups, &request);
}

#[tokio::test]
async fn a_group_must_have_an_id_and_may_lack_names() {
    let lacking = json!({ "UserHierarchyGroups": [{ "Name": "Night" }] });
    assert_lacks!(search_user_hierarchy_groups, &search(), lacking, "UserHierarchyGroups.Id", Effect::None);
    for (group, path) in [
        (json!({ "Id": "g2" }), &[""][..]),
        (
            json!({ "Id": "g2", "Name": "Night", "HierarchyPath": { "LevelOne": { "Id": "g1" } } }),
            &["", "Night"],
        ),
    ] {
        let wire = Wire::new(&Answer::ok(json!({ "UserHierarchyGroups": [group] })));
        let page = wire.client.search_user_hierarchy_groups(&search()).await.expect("a page");
        assert_eq!(page.items[0].path, path);
    }
}

#[tokio::test]
async fn what_is_configured_is_listed_over_http_and_restricts() {
    let server = Server::start(&[
        "--instance=1c2d=SAML",
        "--routing-profile=7a9b=Basic: first line",
        "--routing-profile=8b0c=A=B",
        "--security-profile=3d4e=Agent",
        "--hierarchy-group=5f6a=Europe/Zürich/Night",
    ]);
    let client = server.connect();
    let routing = all_pages(&client, ListRoutingProfiles::new(instance_id())).await.expect("listed");
    let expected = [("7a9b", "Basic: first line"), ("8b0c", "A=B")];
    let expected = expected.map(|(id, name)| named(id, &arn(&format!("routing-profile/{id}")), name));
    assert_eq!(routing, expected);
    let security = all_pages(&client, ListSecurityProfiles::new(instance_id())).await.expect("listed");
    let agent = named("3d4e", &arn("security-profile/3d4e"), "Agent");
    assert_eq!(security, [agent.managed_by(SecurityProfileType::CustomerManaged)]);
    let groups = all_pages(&client, SearchUserHierarchyGroups::new(instance_id())).await.expect("listed");
    assert_eq!(groups, [group("5f6a", &["Europe", "Zürich", "Night"])]);

    for wrong in [
        ["--routing-profile", "7a9b"],
        ["--routing-profile", "=Basic"],
        ["--security-profile", "3d4e="],
        ["--hierarchy-group", "5f6a=Europe//Night"],
        ["--hierarchy-group", "5f6a=1/2/3/4/5/6"],
    ] {
        let args = ["--instance", "1c2d=SAML"].into_iter().chain(wrong);
        let refused = std::process::Command::new(example("connect-server")).args(args).output();
        assert_eq!(refused.expect("it runs").status.code(), Some(1), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_list_of_names_that_repeats_a_page_ends() {
    let repeat = |operation: Operation| (1..=2).map(move |n| format!("--fault={operation}:{n}:repeat-token"));
    let operations = [
        Operation::ListRoutingProfiles,
        Operation::ListSecurityProfiles,
        Operation::SearchUserHierarchyGroups,
    ];
    let faults: Vec<_> = operations.into_iter().flat_map(repeat).collect();
    let args: Vec<_> =
        ["--instance=1c2d=SAML"].into_iter().chain(faults.iter().map(String::as_str)).collect();
    let server = Server::start(&args);
    let client = server.connect();
    let errors = [
        all_pages(&client, ListRoutingProfiles::new(instance_id())).await.expect_err("no end"),
        all_pages(&client, ListSecurityProfiles::new(instance_id())).await.expect_err("no end"),
        all_pages(&client, SearchUserHierarchyGroups::new(instance_id())).await.expect_err("no end"),
    ];
    for (error, operation) in errors.iter().zip(operations) {
        assert_eq!((error.operation(), error.kind()), (operation, ErrorKind::InvalidResponse));
        assert_eq!(error.message(), Some("the service repeats a page"));
    }
}
