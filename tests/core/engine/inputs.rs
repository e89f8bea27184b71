//! What an engine hands in, checked and completed, in each spelling.

use std::sync::Arc;

use connect_user::{
    client::memory::{MemoryConnect, MemoryInstance},
    engine::{Kept, Naming, Resource, ResourceOptions, Snapshot, Spelling},
    user::{
        IdentityManagementType::{ConnectManaged, Saml},
        Operation, Path, Settings, Severity, Value,
    },
    validate::Overrides,
};
use serde_json::json;

use super::support::{changes, codes, create, diff, inputs, resource, service, text, value};

async fn named(resource: &Resource, prior: Option<&Snapshot>, naming: &Naming) -> Option<String> {
    let checked = resource.check(&inputs(json!({ "name": null })), prior, naming).await.expect("a check");
    text(&checked.inputs, "name")
}

#[tokio::test]
async fn a_name_is_made_once() {
    let connect = service(Saml);
    let resource = resource(&connect);
    let naming = Naming::of("frontdesk").seeded("seed");
    let first = named(&resource, None, &naming).await.expect("a name");
    assert_eq!(named(&resource, None, &naming).await.as_deref(), Some(first.as_str()), "the same seed");
    assert_ne!(named(&resource, None, &Naming::of("frontdesk").seeded("other")).await, Some(first.clone()));
    assert_ne!(named(&resource, None, &Naming::of("backoffice").seeded("seed")).await, Some(first.clone()));
    let digits = first.strip_prefix("frontdesk-").expect("the resource name");
    assert!(digits.len() == 7 && digits.chars().all(|c| c.is_ascii_hexdigit()), "{first}");
    let user = create(&resource, &inputs(json!({ "name": first }))).await;
    let other = Naming::of("frontdesk").seeded("other");
    // A user keeps its name, however little an engine has of it.
    let id = Snapshot::of(&user.id().expect("an id").to_string()).expect("an id");
    let shown = id.clone().with_outputs(user.outputs.clone());
    let given = Snapshot::new(Kept::default()).with_inputs(user.inputs.clone());
    for prior in [&user, &id, &shown, &given] {
        for naming in [&other, &Naming::of("frontdesk").enforcing("reception"), &Naming::disabled()] {
            let name = named(&resource, Some(prior), naming).await;
            assert_eq!(name.as_ref(), Some(&first), "{prior:?} {naming:?}");
        }
    }
    // Who is gone has none.
    resource.delete(&user, &ResourceOptions::default()).await.expect("a deletion");
    assert_eq!(named(&resource, Some(&id), &Naming::of("reception")).await.as_deref(), Some("reception"));
}

#[tokio::test]
async fn an_engine_names_users_itself() {
    let connect = service(ConnectManaged);
    let resource = resource(&connect);
    let base = || Naming::of("frontdesk").seeded("seed");
    let proposed = base().proposing("a-very-long-resource-name-0c4f9a1");
    assert_eq!(named(&resource, None, &proposed).await.as_deref(), Some("a-very-long-0c4f9a1"));
    let enforced = base().enforcing("frontdesk of acme, the whole of it");
    assert_eq!(
        named(&resource, None, &enforced).await.as_deref(),
        Some("frontdesk of acme, the whole of it")
    );
    let given = resource.check(&inputs(json!({})), None, &enforced).await.expect("a check");
    assert_eq!(text(&given.inputs, "name").as_deref(), Some("jane"), "inputs have the last word");
    let none = resource.check(&inputs(json!({ "name": null })), None, &Naming::disabled()).await;
    let none = none.expect("a check");
    assert!(!none.is_valid() && none.inputs.get("name").is_none());
    assert_eq!(none.diagnostics[0].code, "name-missing");
}

#[tokio::test]
async fn rules_of_the_instance_hold_in_a_check_and_not_offline() {
    let connect = service(ConnectManaged);
    let resource = resource(&connect);
    let checked = resource.check(&inputs(json!({})), None, &Naming::disabled()).await.expect("a check");
    assert!(checked.diagnostics.iter().any(|found| found.code == "password-required"));
    connect.clear_calls();
    assert!(resource.validate(&inputs(json!({}))).is_empty());
    assert!(connect.calls().is_empty(), "offline");
    let wrong = resource.validate(&inputs(json!({ "userProficiencies": 7 })));
    assert_eq!(wrong[0].path.to_string(), "userProficiencies");
}

#[tokio::test]
async fn each_spelling_goes_through_values_paths_and_messages() {
    for (spelling, name) in [
        (Spelling::CamelCase, "identityInfo.firstName"),
        (Spelling::SnakeCase, "identity_info.first_name"),
        (Spelling::PascalCase, "IdentityInfo.FirstName"),
    ] {
        let connect = service(Saml);
        let resource = resource(&connect).with_spelling(spelling);
        let spelled = |members| spelling.value(inputs(members));
        let lacking =
            resource.check(&spelled(json!({ "identityInfo": {} })), None, &Naming::disabled()).await;
        let lacking = lacking.expect("a check");
        let found = &lacking.diagnostics[0];
        assert_eq!(found.path.to_string(), name);
        assert!(found.message.contains(&format!("`{name}`")), "{found}");

        let tags = json!({ "costCenter": "7", "cost_center": "8", "CostCenter": "9" });
        let user = create(&resource, &spelled(json!({ "tags": tags }))).await;
        assert_eq!(text(&user.outputs, name).as_deref(), Some("Jane"));
        let all = user.outputs.get(&spelling.name("tagsAll")).expect("tags");
        assert_eq!(text(all, "costCenter").as_deref(), Some("7"), "people's names stay");
        let planned = diff(&resource, Some(&user), &spelled(json!({ "tags": tags }))).await;
        assert!(planned.is_empty(), "{planned:?}");
        let other = json!({ "tags": tags, "identityInfo": { "firstName": "Ann", "lastName": "Roe" } });
        assert_eq!(changes(&diff(&resource, Some(&user), &spelled(other)).await), [name]);
    }
}

#[tokio::test]
async fn what_passes_a_check_is_planned_however_it_is_spelled() {
    let members = json!({
        "phoneConfig": { "phoneType": "DESK_PHONE", "deskPhoneNumber": "+16175550101" },
        "userProficiencies": [{ "attributeName": "a", "attributeValue": "v", "level": 3 }],
        "tags": { "costCenter": "7", "cost_center": "8" },
    });
    let written = |spelling: Spelling| spelling.value(inputs(members.clone()));
    for spelling in [Spelling::CamelCase, Spelling::SnakeCase, Spelling::PascalCase] {
        let resource = resource(&service(Saml)).with_spelling(spelling);
        let user = create(&resource, &written(spelling)).await;
        for other in [Spelling::CamelCase, Spelling::SnakeCase] {
            let written = written(other);
            assert!(resource.validate(&written).is_empty(), "{spelling:?}");
            let new = diff(&resource, None, &written).await;
            assert_eq!(new.inputs, user.inputs, "{spelling:?}");
            let planned = diff(&resource, Some(&user), &written).await;
            assert!(planned.is_empty(), "{spelling:?}: {planned:?}");
            assert_eq!(planned.outputs, user.outputs, "{spelling:?}");
        }
    }
    let twice = value(json!({ "instanceId": "i", "instance_id": "i" }));
    let found = resource(&service(Saml)).validate(&twice);
    assert!(found.iter().any(|found| found.message.contains("twice")), "{found:?}");
}

#[tokio::test]
async fn mistakes_are_told_in_the_words_of_the_host() {
    let connect = service(Saml);
    let resource = resource(&connect).with_spelling(Spelling::PascalCase);
    let wrong =
        value(json!({ "InstanceId": "i", "RoutingProfileId": 7, "SecurityProfileIds": ["s"], "Nmae": "x" }));
    let found: Vec<String> = resource.validate(&wrong).iter().map(|found| found.to_string()).collect();
    assert!(found.iter().any(|found| found.contains("`RoutingProfileId` must be a string")), "{found:?}");
    assert!(found.iter().any(|found| found.contains("there is no property `Nmae`")), "{found:?}");
}

#[tokio::test]
async fn a_name_that_no_property_has_stays_as_it_is_written() {
    for spelling in [Spelling::CamelCase, Spelling::SnakeCase, Spelling::PascalCase] {
        let resource = resource(&service(Saml)).with_spelling(spelling);
        for name in ["Name_", "fooBar", "foo_bar", "FooBar", "NAME", "userID"] {
            let mut wrong = spelling.value(inputs(json!({})));
            let Value::Map(members) = &mut wrong else { panic!("{wrong:?}") };
            members.push((name.to_owned(), "x".into()));
            let found = resource.validate(&wrong);
            let found: Vec<_> = found.iter().filter(|found| found.code == "unknown-member").collect();
            let path = Path::root().member(name.to_owned());
            assert_eq!(
                found.iter().map(|found| found.path.clone()).collect::<Vec<_>>(),
                [path],
                "{spelling:?}"
            );
            assert!(found[0].message.contains(&format!("`{name}`")), "{found:?}");
            let checked = resource.check(&wrong, None, &Naming::disabled()).await.expect("a check");
            assert_eq!(checked.inputs.get(name), Some(&"x".into()), "{spelling:?}: {checked:?}");
        }
    }
}

#[tokio::test]
async fn names_stand_for_ids_and_are_asked_for_once() {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", Saml)
            .with_named_routing_profile("r7", "Agents")
            .with_named_security_profile("s7", "Agent"),
    );
    let connect = Arc::new(connect);
    let resource = Resource::new(connect.clone(), Settings::default());
    let named = inputs(json!({ "routingProfileId": "name:Agents", "securityProfileIds": ["name:Agent"] }));
    let user = create(&resource, &named).await;
    let state = user.kept.state().expect("a state");
    assert_eq!(state.properties.routing_profile_id.as_str(), "r7");
    assert_eq!(text(&user.outputs, "routingProfileId").as_deref(), Some("name:Agents"), "as it is written");
    assert!(diff(&resource, Some(&user), &named).await.is_empty());
    let asked = |operation| connect.calls().iter().filter(|call| call.operation == operation).count();
    assert_eq!(asked(Operation::ListRoutingProfiles), 1);
    assert_eq!(asked(Operation::DescribeInstance), 1);
    let wrong =
        resource.check(&inputs(json!({ "routingProfileId": "name:Agent" })), None, &Naming::disabled()).await;
    assert_eq!(wrong.expect("a check").diagnostics[0].code, "unknown-routing-profile");
}

#[tokio::test]
async fn ids_are_checked_where_the_host_asks_for_it() {
    let connect = MemoryConnect::new();
    connect.add_instance(MemoryInstance::new("i", Saml).with_named_routing_profile("r7", "Agents"));
    let connect = Arc::new(connect);
    let resource = |checked| Resource::new(connect.clone(), Settings::default()).with_checked_ids(checked);
    let unknown = inputs(json!({ "routingProfileId": "r8" }));
    let found = |checked| {
        let (resource, unknown) = (resource(checked), unknown.clone());
        async move { resource.check(&unknown, None, &Naming::disabled()).await.expect("a check").is_valid() }
    };
    assert!(found(false).await);
    assert!(!found(true).await);
}

#[tokio::test]
async fn an_instance_that_is_not_there_is_a_failure_at_its_place() {
    let connect = service(Saml);
    let resource = resource(&connect).with_spelling(Spelling::SnakeCase);
    let elsewhere = Spelling::SnakeCase.value(inputs(json!({ "instanceId": "j" })));
    let failure = resource.check(&elsewhere, None, &Naming::disabled()).await.expect_err("no instance");
    assert_eq!(failure.diagnostics[0].path.to_string(), "instance_id");
    assert!(failure.to_string().contains("the instance `j` cannot be read"), "{failure}");
}

#[test]
fn unknown_values_wait() {
    let connect = service(Saml);
    let unknown = resource(&connect)
        .validate(&inputs(json!({ "routingProfileId": connect_user::user::PULUMI_UNKNOWN })));
    assert!(unknown.is_empty(), "{unknown:?}");
    assert_eq!(Value::Unknown, value(json!(connect_user::user::PULUMI_UNKNOWN)));
}

#[tokio::test]
async fn a_host_changes_the_severity_of_rules() {
    let connect = service(Saml);
    let given = inputs(json!({ "tags": { "a\u{1F600}": "b" } }));
    let refused = resource(&connect).diff(None, &given, &ResourceOptions::default()).await;
    assert_eq!(codes(&refused.expect_err("a sign that no tag has")), ["tag-key-characters"]);
    let mut overrides = Overrides::default();
    overrides.allow("tag-key-characters").expect("a rule");
    let planned = diff(&resource(&connect).with_overrides(overrides), None, &given).await;
    let told: Vec<_> = planned.diagnostics.iter().map(|told| (told.code.as_str(), told.severity)).collect();
    assert_eq!(told, [("tag-key-characters", Severity::Warning)]);
}
