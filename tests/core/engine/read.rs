//! Reading again, drift, import, and lists.

use connect_user::{
    client::{
        ErrorKind,
        memory::{Fault, MemoryInstance, Outcome},
    },
    engine::{Filter, Kept, Resource, ResourceOptions, Snapshot},
    user::{IdentityManagementType, IdentityManagementType::Saml, Operation, Tags, Value},
};
use proptest::prelude::*;
use serde_json::json;

use super::support::{changes, codes, create, diff, inputs, resource, service, text, value};
use crate::random;

#[tokio::test]
async fn a_reading_that_finds_nothing_gives_back_what_is_stored() {
    let connect = service(Saml);
    let user = create(&resource(&connect), &inputs(json!({ "securityProfileIds": ["s2", "s1"] }))).await;
    let read = resource(&connect).read(&user).await.expect("a reading").expect("a user");
    assert_eq!(read.snapshot, user);
    assert_eq!(read.snapshot.kept.write(), user.kept.write());
    assert!(read.drift.is_empty());
}

#[tokio::test]
async fn drift_goes_into_inputs_and_outputs_as_far_as_they_show_it() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({ "tags": { "team": "ops" } }))).await;
    let id = user.kept.state().expect("a state").user_id.clone();
    connect.edit_user(&"i".into(), &id, |user, _| {
        user.routing_profile_id = "r9".into();
        user.hierarchy_group_id = Some("g9".into());
        user.tags.insert("team".into(), "sales".into());
    });
    let read = resource.read(&user).await.expect("a reading").expect("a user");
    let drifted: Vec<String> = read.drift.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(drifted, ["hierarchyGroupId", "routingProfileId", "tags.team"]);
    for shown in [&read.snapshot.inputs, &read.snapshot.outputs] {
        assert_eq!(text(shown, "routingProfileId").as_deref(), Some("r9"));
        assert_eq!(text(shown, "tags.team").as_deref(), Some("sales"));
        assert_eq!(shown.get("hierarchyGroupId"), None, "nobody shows it");
    }
    let back = diff(&resource, Some(&read.snapshot), &inputs(json!({ "tags": { "team": "ops" } }))).await;
    assert_eq!(changes(&back), ["routingProfileId", "tags.team"]);
}

#[tokio::test]
async fn a_user_that_is_gone_is_nothing() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let user = create(&resource, &inputs(json!({}))).await;
    let id = user.id().expect("an id").to_string();
    resource.delete(&user, &ResourceOptions::default()).await.expect("a deletion");
    assert!(resource.read(&Snapshot::of(&id).expect("an id")).await.expect("a reading").is_none());
    let failure = resource.import(&id).await.expect_err("gone");
    assert_eq!(codes(&failure), ["gone"]);
    let failure = resource.import("jane").await.expect_err("no id");
    assert_eq!(codes(&failure), ["invalid-id"]);
    assert!(resource.read(&Snapshot::new(Kept::default())).await.expect("a reading").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// What an import gives diffs to nothing, whatever the user has.
    #[test]
    fn an_import_diffs_to_nothing((kind, document) in random::any_kind().prop_flat_map(|kind| {
        random::document(kind, "jane").prop_map(move |document| (kind, document))
    })) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(imports(kind, value(document)));
    }
}

async fn imports(kind: IdentityManagementType, document: Value) {
    let connect = service(kind);
    let resource: Resource = resource(&connect);
    let user = create(&resource, &document).await;
    let imported = resource.import(&user.id().expect("an id").to_string()).await.expect("a user");
    let planned = diff(&resource, Some(&imported), &imported.inputs).await;
    assert!(planned.is_empty(), "{:?} of {:?}", changes(&planned), imported.inputs);
    assert_eq!(planned.outputs, imported.outputs);
    // The program that made the user fits it, too, but for what leaving it out means.
    let planned = diff(&resource, Some(&Snapshot::new(imported.kept)), &document).await;
    assert!(planned.is_empty(), "{:?} of {document:?}", changes(&planned));
}

/// As in programs; a name that the instance lacks is a mistake, and not nobody.
#[tokio::test]
async fn users_are_listed_by_names_of_profiles() {
    let connect = service(Saml);
    let named = MemoryInstance::new("n", Saml).with_named_routing_profile("r1", "Agents");
    connect.add_instance(named.with_named_security_profile("s1", "Agent"));
    let maker = resource(&connect);
    let user =
        json!({ "instanceId": "n", "routingProfileId": "r1", "securityProfileIds": ["s1"], "name": "ana" });
    create(&maker, &inputs(user)).await;
    let named = |name: &str| Filter::builder().routing_profile_id(format!("name:{name}")).build();
    let page = maker.list("n", named("Agents"), false).next_page().await.expect("listed").expect("a page");
    assert_eq!(page.len(), 1);
    let failure = maker.list("n", named("Agent"), false).next_page().await.expect_err("no such profile");
    let reason = &failure.diagnostics[0];
    assert_eq!(reason.message, "the instance `n` has no routing profile of the name `Agent`");
    assert!(reason.help.is_some());
}

#[tokio::test]
async fn users_are_listed_page_by_page() {
    let connect = service(Saml);
    let maker = resource(&connect);
    for (name, routing, group) in [("ana", "r1", Some("g1")), ("bea", "r2", Some("g1")), ("cleo", "r2", None)]
    {
        let tags = json!({ "team": routing });
        let user = json!({ "name": name, "routingProfileId": routing, "hierarchyGroupId": group, "tags": tags,
            "identityInfo": { "firstName": "A", "lastName": "B", "mobile": "+16175550101" } });
        create(&maker, &inputs(user)).await;
    }
    let names = async |filter: Filter| {
        let (resource, mut names) = (resource(&connect), Vec::new());
        let mut listing = resource.list("i", filter, false);
        while let Some(page) = listing.next_page().await.expect("a page") {
            names.extend(page.iter().filter_map(|user| text(&user.outputs, "name")));
        }
        names.sort();
        names
    };
    assert_eq!(names(Filter::default()).await, ["ana", "bea", "cleo"]);
    assert_eq!(names(Filter::builder().name_prefix("b").build()).await, ["bea"]);
    assert_eq!(names(Filter::builder().routing_profile_id("r2").build()).await, ["bea", "cleo"]);
    assert_eq!(
        names(Filter::builder().hierarchy_group_id("g1").routing_profile_id("r2").build()).await,
        ["bea"]
    );
    assert_eq!(
        names(Filter::builder().tags(Tags::from([("team".into(), "r1".into())])).build()).await,
        ["ana"]
    );
    assert_eq!(names(Filter::builder().name("cleo").build()).await, ["cleo"]);
    assert_eq!(names(Filter::builder().security_profile_id("s1").build()).await.len(), 3);
    assert!(names(Filter::builder().security_profile_id("s2").build()).await.is_empty());

    let resource = resource(&connect);
    connect.clear_calls();
    let page =
        resource.list("i", Filter::default(), false).next_page().await.expect("a page").expect("users");
    assert_eq!(connect.calls().len(), 1, "one call for a page");
    assert_eq!(text(&page[0].inputs, "identityInfo.mobile"), None, "a search leaves it out");
    let page = resource.list("i", Filter::default(), true).next_page().await.expect("a page").expect("users");
    for user in &page {
        assert_eq!(text(&user.inputs, "identityInfo.mobile").as_deref(), Some("+16175550101"));
        assert!(diff(&resource, Some(user), &user.inputs).await.is_empty());
    }
}

#[tokio::test]
async fn a_page_whose_users_cannot_be_read_comes_again() {
    let connect = service(Saml);
    create(&resource(&connect), &inputs(json!({}))).await;
    for (failing, denied) in [(Operation::DescribeUser, false), (Operation::DescribeUser, true)] {
        let resource = resource(&connect);
        let mut listing = resource.list("i", Filter::default(), true);
        if denied {
            connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        }
        connect.inject(Fault::of(failing, 1, Outcome::Refused(ErrorKind::Throttled)));
        let failure = listing.next_page().await.expect_err("throttled");
        assert_eq!(failure.kind, Some(ErrorKind::Throttled));
        let page = listing.next_page().await.expect("a page").expect("users");
        assert_eq!(text(&page[0].outputs, "name").as_deref(), Some("jane"));
        assert!(listing.next_page().await.expect("the end").is_none());
    }
}

#[tokio::test]
async fn whoever_may_not_search_has_the_list() {
    let connect = service(Saml);
    create(&resource(&connect), &inputs(json!({}))).await;
    connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let resource = resource(&connect);
    let page =
        resource.list("i", Filter::default(), false).next_page().await.expect("a page").expect("users");
    assert_eq!(text(&page[0].outputs, "name").as_deref(), Some("jane"));
}

#[tokio::test]
async fn a_list_reads_only_those_whose_names_are_meant() {
    let connect = service(Saml);
    for name in ["ana", "bea", "bert"] {
        create(&resource(&connect), &inputs(json!({ "name": name }))).await;
    }
    let by_prefix = Filter::builder().name_prefix("b").build();
    for (filter, expected) in
        [(Filter::builder().name("bea").build(), &["bea"][..]), (by_prefix, &["bea", "bert"])]
    {
        connect.inject(Fault::of(Operation::SearchUsers, 1, Outcome::Refused(ErrorKind::AccessDenied)));
        connect.clear_calls();
        let page =
            resource(&connect).list("i", filter, false).next_page().await.expect("a page").expect("users");
        let mut names: Vec<_> = page.iter().filter_map(|user| text(&user.outputs, "name")).collect();
        names.sort();
        assert_eq!(names, expected);
        let calls = connect.calls();
        let read = calls.iter().filter(|call| call.operation == Operation::DescribeUser).count();
        assert_eq!(read, expected.len());
    }
}
