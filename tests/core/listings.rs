//! What the service in memory lists by name: what is configured, and what its users have.

use std::collections::BTreeSet;

use connect_user::{
    client::{
        memory::{MemoryConnect, MemoryInstance},
        *,
    },
    user::{IdentityManagementType, InstanceId},
};
use serde_json::{Value, json};

use crate::memory::creation;

const KIND: IdentityManagementType = IdentityManagementType::ConnectManaged;

fn instance() -> InstanceId {
    "i".into()
}

/// A service of one instance.
fn connect(instance: MemoryInstance) -> MemoryConnect {
    let connect = MemoryConnect::new();
    connect.add_instance(instance);
    connect
}

fn named() -> MemoryInstance {
    MemoryInstance::new("i", KIND)
        .with_routing_profiles(["r1"])
        .with_named_routing_profile("r2", "Basic")
        .with_named_security_profile("arn:aws:connect:us-east-1:1:instance/i/security-profile/s1", "Agent")
        .with_named_security_profile("s2", "Admin")
        .with_hierarchy_groups(["g0"])
        .with_named_hierarchy_group("g1", ["Europe"])
        .with_named_hierarchy_group("g2", ["Europe", "Bern", "Night"])
}

/// Everything that is listed, as id and name; a group's name is its path.
async fn listed(connect: &MemoryConnect) -> [Vec<(String, String)>; 3] {
    let named = |all: Vec<NamedResource>| all.into_iter().map(|one| (one.id, one.name)).collect();
    let groups = all_pages(connect, SearchUserHierarchyGroups::new(instance())).await.expect("listed");
    let group = |group: HierarchyGroupEntry| {
        assert_eq!(group.path.last(), Some(&group.name));
        (group.id.to_string(), group.path.join("/"))
    };
    [
        named(all_pages(connect, ListRoutingProfiles::new(instance())).await.expect("listed")),
        named(all_pages(connect, ListSecurityProfiles::new(instance())).await.expect("listed")),
        groups.into_iter().map(group).collect(),
    ]
}

fn pairs(lists: [&[(&str, &str)]; 3]) -> [Vec<(String, String)>; 3] {
    lists.map(|list| list.iter().map(|(id, name)| (id.to_string(), name.to_string())).collect())
}

#[tokio::test]
async fn what_is_configured_is_listed_and_restricts() {
    let connect = connect(named());
    let expected = pairs([
        &[("r1", "r1"), ("r2", "Basic")],
        &[("s1", "Agent"), ("s2", "Admin")],
        &[("g0", "g0"), ("g1", "Europe"), ("g2", "Europe/Bern/Night")],
    ]);
    assert_eq!(listed(&connect).await, expected);
    let all = all_pages(&connect, ListRoutingProfiles::new(instance())).await.expect("listed");
    assert_eq!(all[1].arn, "arn:aws:connect:us-east-1:123456789012:instance/i/routing-profile/r2");

    let allowed = [("routingProfileId", json!("r2")), ("securityProfileIds", json!(["s1", "s2"]))];
    connect.create_user(&creation(&allowed)).await.expect("created");
    assert_eq!(listed(&connect).await, expected, "each once, though a user has it");
    for (path, value) in [
        ("routingProfileId", json!("r3")),
        ("securityProfileIds", json!(["s3"])),
        ("hierarchyGroupId", json!("g3")),
    ] {
        let request = creation(&[&allowed[..], &[("name", json!("june")), (path, value)]].concat());
        let error = connect.create_user(&request).await.expect_err("not there");
        assert_eq!(error.kind(), ErrorKind::NotFound, "{path}");
    }
}

#[tokio::test]
async fn what_users_have_is_listed_too() {
    let connect = connect(MemoryInstance::new("i", KIND));
    assert_eq!(listed(&connect).await, pairs([&[], &[], &[]]));

    let arn = "arn:aws:connect:us-east-1:123456789012:instance/i/routing-profile/r9";
    for (name, routing, security, group) in
        [("jane", arn, json!(["s9", "s1"]), json!("g9")), ("june", "r9", json!(["s9"]), Value::Null)]
    {
        let members = [
            ("name", json!(name)),
            ("routingProfileId", json!(routing)),
            ("securityProfileIds", security),
            ("hierarchyGroupId", group),
        ];
        connect.create_user(&creation(&members)).await.expect("created");
    }
    let used = pairs([&[("r9", "r9")], &[("s1", "s1"), ("s9", "s9")], &[("g9", "g9")]]);
    assert_eq!(listed(&connect).await, used);

    // Whoever is there stays, whatever the instance is restricted to later.
    connect.add_instance(named());
    let both = pairs([
        &[("r1", "r1"), ("r2", "Basic"), ("r9", "r9")],
        &[("s1", "Agent"), ("s2", "Admin"), ("s9", "s9")],
        &[("g0", "g0"), ("g1", "Europe"), ("g2", "Europe/Bern/Night"), ("g9", "g9")],
    ]);
    assert_eq!(listed(&connect).await, both);
}

/// The method gives pages up to that size, and no other instance's.
macro_rules! assert_pages {
    ($connect:ident, $method:ident, $request:ident, $most:literal) => {{
        let request = |token: Option<&str>, max_results: Option<u32>| {
            $request::new(instance()).next_token(token.map(str::to_owned)).max_results(max_results)
        };
        let first = $connect.$method(&request(None, Some(1))).await.expect("a page");
        assert_eq!((first.items.len(), first.next_token.is_some()), (1, true));
        let rest = request(first.next_token.as_deref(), Some($most));
        let rest = $connect.$method(&rest).await.expect("a page");
        assert_eq!((rest.items.len(), rest.next_token), (1, None));
        assert_ne!(first.items, rest.items);
        for wrong in [request(Some("x"), None), request(None, Some(0)), request(None, Some($most + 1))] {
            let error = $connect.$method(&wrong).await.expect_err("wrong");
            assert_eq!((error.kind(), error.effect()), (ErrorKind::Invalid, Effect::None));
        }
        let elsewhere = $request::new("j");
        let error = $connect.$method(&elsewhere).await.expect_err("no such instance");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }};
}

#[tokio::test]
async fn names_come_in_pages() {
    let connect = connect(
        MemoryInstance::new("i", KIND)
            .with_routing_profiles(["r1", "r2"])
            .with_security_profiles(["s1", "s2"])
            .with_hierarchy_groups(["g1", "g2"]),
    );
    assert_pages!(connect, list_routing_profiles, ListRoutingProfiles, 1_000);
    assert_pages!(connect, list_security_profiles, ListSecurityProfiles, 1_000);
    assert_pages!(connect, search_user_hierarchy_groups, SearchUserHierarchyGroups, 100);
    assert_eq!(connect.writes(), []);
}

#[tokio::test]
async fn predefined_attributes_come_with_their_values() {
    let config = MemoryInstance::new("i", KIND).with_attribute("a", ["1", "2"]).with_attribute("b", ["3"]);
    let connect = connect(config);
    assert_pages!(connect, search_predefined_attributes, SearchPredefinedAttributes, 100);
    let all = all_pages(&connect, SearchPredefinedAttributes::new(instance())).await.expect("listed");
    let expected = [("a", &["1", "2"][..]), ("b", &["3"])];
    let attribute = |(name, values): (&str, &[&str])| {
        PredefinedAttribute::new(
            name,
            values.iter().map(|value| (*value).to_owned()).collect::<BTreeSet<_>>(),
        )
    };
    assert_eq!(all, expected.map(attribute));
}

#[tokio::test]
async fn names_survive_the_file_and_a_file_without_names_is_read() {
    let (mut file, whole) = (Vec::new(), connect(named()));
    whole.save(&mut file).expect("saved");
    let loaded = MemoryConnect::load(file.as_slice()).expect("loaded");
    assert_eq!(listed(&loaded).await, listed(&whole).await);

    let mut old: Value = serde_json::from_slice(&file).expect("JSON");
    let config = old["instances"][0].as_object_mut().expect("an instance");
    assert!(config.remove("names").is_some(), "{config:?}");
    let loaded = MemoryConnect::load(old.to_string().as_bytes()).expect("loaded");
    let ids = pairs([
        &[("r1", "r1"), ("r2", "r2")],
        &[("s1", "s1"), ("s2", "s2")],
        &[("g0", "g0"), ("g1", "g1"), ("g2", "g2")],
    ]);
    assert_eq!(listed(&loaded).await, ids);

    // An instance without names is written as it always was.
    let (mut file, plain) =
        (Vec::new(), connect(MemoryInstance::new("i", KIND).with_routing_profiles(["r1"])));
    plain.save(&mut file).expect("saved");
    assert!(!String::from_utf8(file).expect("text").contains("names"));
}
