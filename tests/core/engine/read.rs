//! Reading again, drift, import, and lists.

use std::sync::Arc;

use connect_user::{
    client::{
        ClientError, ErrorKind, FoundUser, ListedUser, Page, UserDescription,
        memory::{Fault, MemoryInstance, Outcome},
        mock::MockConnectClient,
    },
    engine::{Filter, Kept, Query, Resource, ResourceOptions, Snapshot, Spelling},
    user::{
        IdentityManagementType, IdentityManagementType::Saml, Operation, PULUMI_UNKNOWN, Settings, Tags,
        Value,
    },
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

#[tokio::test]
async fn a_user_is_found_by_its_id_or_its_exact_name() {
    let connect = service(Saml);
    let users = resource(&connect).with_spelling(Spelling::SnakeCase);
    let made = create(&resource(&connect), &inputs(json!({}))).await;
    let id = made.id().expect("an id").user;
    let find = async |user: serde_json::Value| users.find(&value(user)).await;
    connect.clear_calls();
    let by_name = find(json!({ "instance_id": "i", "name": "jane", "user_id": "" })).await.expect("a user");
    let read = connect.calls().iter().filter(|call| call.operation == Operation::DescribeUser).count();
    assert_eq!((by_name.id(), read), (made.id(), 1));
    let by_id = find(json!({ "instance_id": "i", "user_id": id.bare() })).await.expect("a user");
    assert_eq!(by_id, by_name);
    for (user, code, at, message) in [
        (
            json!({ "instance_id": "i", "name": "Jane" }),
            "gone",
            "name",
            "no user in the instance `i` has the `name` that is given",
        ),
        (json!({ "instance_id": "i", "user_id": "u9" }), "gone", "user_id", "there is no user `i:u9`"),
        (
            json!({ "instance_id": "i j", "name": "jane" }),
            "invalid-id",
            "instance_id",
            "`instance_id`: `i j` is not the id of an instance: it holds ` `",
        ),
        (
            json!({ "instance_id": "j", "name": "jane" }),
            "call-failed",
            "instance_id",
            "the users of the instance `j` cannot be listed",
        ),
        (
            json!({ "instance_id": "i" }),
            "invalid-setting",
            "user_id",
            "neither `user_id` nor `name` is given",
        ),
        (
            json!({ "instance_id": "i", "user_id": "u", "name": "jane" }),
            "invalid-setting",
            "name",
            "both `user_id` and `name` are given",
        ),
        (
            json!({ "instance_id": "i", "name": PULUMI_UNKNOWN }),
            "not-known-yet",
            "name",
            "`name` is not known",
        ),
        (
            json!({ "instance_id": "i", "name": "jane", "user_di": "u" }),
            "invalid-setting",
            "user_di",
            "there is no argument `user_di`",
        ),
        (
            json!({ "instance_id": "i", "name": ["jane"] }),
            "wrong-type",
            "name",
            "`name` must be a string, not a list",
        ),
        (json!({ "name": "jane" }), "missing-required", "instance_id", "`instance_id` is required"),
    ] {
        let failure = find(user.clone()).await.expect_err("nobody");
        let reason = &failure.diagnostics[0];
        assert_eq!((codes(&failure), reason.path.to_string()), (vec![code], at.to_owned()), "{user}");
        assert!(reason.message.starts_with(message) && reason.help.is_some(), "{reason:?}");
    }
    // Without a call, and as far as it is known.
    let later = json!({ "instance_id": PULUMI_UNKNOWN, "name": PULUMI_UNKNOWN });
    assert_eq!(users.validate_find(&value(later).with_pulumi_unknowns()), []);
    assert_eq!(users.validate_find(&value(json!({ "instance_id": "i" }))).len(), 1);
    // What is misspelt is told in the host's words, beside what its place lacks.
    for (spelling, misspelt, meant) in [
        (Spelling::SnakeCase, json!({ "instance_id": "i", "user_nid": "u" }), "user_id"),
        (Spelling::CamelCase, json!({ "instanceId": "i", "userNid": "u" }), "userId"),
    ] {
        let mistakes = resource(&connect).with_spelling(spelling).validate_find(&value(misspelt));
        assert_eq!(mistakes.len(), 2);
        assert_eq!(mistakes[0].help.as_deref(), Some(format!("did you mean `{meant}`?").as_str()));
    }
    let everything = json!({ "instance_id": "i", "region": "eu-west-1", "user_id": null, "name": "jane" });
    assert_eq!(users.find(&value(everything)).await.expect("a user"), by_name);
}

#[test]
fn a_query_says_which_users_are_meant() {
    let read = |query: serde_json::Value| Query::read(&value(query), Spelling::CamelCase);
    let query = read(json!({ "instanceId": "i", "region": "eu-west-1", "name": "", "namePrefix": "a",
        "routingProfileId": "name:Sales", "securityProfileId": "s1", "hierarchyGroupId": "g1", "withChildGroups": "true",
        "tags": { "team": "ops", "floor": 3, "__defaults": [] }, "__defaults": [] }))
    .expect("a query");
    let expected = Filter::builder()
        .name_prefix("a")
        .routing_profile_id("name:Sales")
        .security_profile_id("s1")
        .hierarchy_group_id("g1")
        .with_child_groups(true)
        .tags(Tags::from([("team".into(), "ops".into()), ("floor".into(), "3".into())]))
        .build();
    assert_eq!(
        (query.instance.as_str(), query.region.as_deref(), query.filter),
        ("i", Some("eu-west-1"), expected)
    );
    for (query, message) in [
        (json!({}), "`instanceId` is required"),
        (json!({ "instanceId": "i", "nameprefix": "a" }), "there is no condition `nameprefix`"),
        (json!({ "instanceId": "i", "tags": "ops" }), "`tags` must be an object, not a string"),
        (
            json!({ "instanceId": "i", "routingProfileId": "a b" }),
            "`routingProfileId`: `a b` is not the id of a routing profile: it holds ` `",
        ),
        (json!({ "instanceId": "i:j" }), "`instanceId`: `i:j` is not the id of an instance: it holds `:`"),
    ] {
        let mistakes = read(query.clone()).expect_err("no query");
        assert_eq!(mistakes.iter().map(|mistake| &*mistake.message).collect::<Vec<_>>(), [message]);
        assert_eq!(Query::validate(&value(query), Spelling::CamelCase), mistakes);
        assert!(mistakes[0].help.is_some());
    }
    assert_eq!(Query::read(&Value::Null, Spelling::CamelCase).expect_err("no query").len(), 1);
}

/// A list without the condition would be another, and an engine may import whom it shows.
#[test]
fn a_condition_that_is_not_known_is_a_mistake() {
    for field in Query::fields(Spelling::SnakeCase) {
        let query = match field.name.as_str() {
            "tags" => json!({ "instance_id": "i", "tags": { "team": PULUMI_UNKNOWN } }),
            "instance_id" => json!({ "instance_id": PULUMI_UNKNOWN }),
            name => json!({ "instance_id": "i", name: PULUMI_UNKNOWN }),
        };
        let query = value(query).with_pulumi_unknowns();
        let mistakes = Query::read(&query, Spelling::SnakeCase).expect_err("not known");
        assert_eq!(mistakes[0].message, format!("`{}` is not known", field.name));
        assert_eq!(Query::validate(&query, Spelling::SnakeCase), []);
    }
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

/// Reading it would never end, or would leave users out.
#[tokio::test]
async fn a_listing_whose_pages_repeat_fails() {
    for (pages, searches) in [(1, true), (2, true), (1, false), (2, false)] {
        let mut client = MockConnectClient::new();
        let arn = |user: &str| format!("arn:aws:connect:us-east-1:123456789012:instance/i/agent/{user}");
        let mut asked = 0;
        let mut next = move || {
            asked += 1;
            (format!("u{asked}"), format!("token-{}", asked % pages))
        };
        if searches {
            client.expect_search_users().returning(move |_| {
                let (user, token) = next();
                Ok(Page::new([FoundUser::new(user.as_str(), arn(&user), "jane")], token))
            });
        } else {
            let denied = || Err(ClientError::new(Operation::SearchUsers, ErrorKind::AccessDenied));
            client.expect_search_users().returning(move |_| denied());
            client.expect_list_users().returning(move |_| {
                let (user, token) = next();
                Ok(Page::new([ListedUser::new(user.as_str(), arn(&user), "jane")], token))
            });
        }
        client.expect_describe_user().returning(move |request| {
            let user = request.user_id.clone();
            Ok(UserDescription::new(user.clone(), arn(user.as_str()), "jane", "r1"))
        });
        client.expect_list_user_proficiencies().returning(|_| Ok(Page::new([], None)));
        let resource = Resource::new(Arc::new(client), Settings::default());
        let mut listing = resource.list("i", Filter::default(), true);
        for _ in 0..pages {
            assert_eq!(listing.next_page().await.expect("a page").expect("users").len(), 1);
        }
        let failure = listing.next_page().await.expect_err("a page that was there");
        assert_eq!(failure.kind, Some(ErrorKind::InvalidResponse), "{failure}");
        assert!(failure.to_string().contains("the service repeats a page"), "{failure}");
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
