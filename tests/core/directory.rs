//! Names instead of ids.

use connect_user::{
    client::{
        ErrorKind,
        memory::{Fault, MemoryConnect, MemoryInstance, Outcome},
    },
    diff::preview,
    read::Directory,
    user::{IdentityManagementType, Input, Operation, Property, Settings, UserProficiency, UserSpec},
    validate::{Context, Report, resolve, validate},
};
use serde_json::{Value, json};

use crate::support::*;

/// Two instances that name the same things and have other ids for them.
fn connect() -> MemoryConnect {
    let connect = MemoryConnect::new();
    for (instance, suffix) in [("i", "1"), ("j", "2")] {
        let id = |text: &str| format!("{text}-{suffix}");
        connect.add_instance(
            MemoryInstance::new(instance, IdentityManagementType::Saml)
                .with_named_routing_profile(id("r"), "Basic Routing Profile")
                .with_named_routing_profile(id("q"), "Priority")
                .with_named_security_profile(id("s"), "Agent")
                .with_named_security_profile(id("t"), "Call Center Manager")
                .with_named_hierarchy_group(id("e"), ["Europe"])
                .with_named_hierarchy_group(id("b"), ["Europe", "Berlin"])
                .with_named_hierarchy_group(id("x"), ["Europe", "Team A"])
                .with_named_hierarchy_group(id("y"), ["Asia", "Team A"]),
        );
    }
    connect
}

fn named(instance: &str, routing: &str, security: &[&str], group: Option<&str>) -> UserSpec {
    let mut document = with(&[("identityInfo", json!({ "firstName": "Jane", "lastName": "Roe" }))]);
    document["instanceId"] = json!(instance);
    document["routingProfileId"] = json!(routing);
    document["securityProfileIds"] = json!(security);
    document["hierarchyGroupId"] = group.map_or(Value::Null, Value::from);
    spec(&document)
}

fn errors(report: &Report) -> Vec<(String, &str, &str, &str)> {
    report
        .diagnostics()
        .iter()
        .map(|violation| {
            let help = violation.help.as_deref().unwrap_or_default();
            (violation.path.to_string(), violation.code.as_str(), violation.message.as_str(), help)
        })
        .collect()
}

async fn check(connect: &MemoryConnect, spec: &UserSpec) -> Report {
    let directory = Directory::read(&"i".into(), connect).await.expect("listed");
    validate(spec, &Context::builder().names(&directory).build())
}

#[tokio::test]
async fn one_program_serves_two_instances() {
    let connect = connect();
    for (instance, suffix) in [("i", "1"), ("j", "2")] {
        let directory = Directory::read(&instance.into(), &connect).await.expect("listed");
        let context =
            Context::builder().identity_management(IdentityManagementType::Saml).names(&directory).build();
        let spec = named(
            instance,
            "name:Priority",
            &["name:Agent", "name:Call Center Manager"],
            Some("path:Europe/Team A"),
        );
        let (desired, _) = resolve(spec, &context).expect("everything is there");
        let properties = desired.properties();
        let ids: Vec<&str> = properties.security_profile_ids.iter().map(|id| id.as_str()).collect();
        assert_eq!(properties.routing_profile_id.as_str(), format!("q-{suffix}"));
        assert_eq!(ids, [format!("s-{suffix}"), format!("t-{suffix}")]);
        let group = properties.hierarchy_group_id.as_ref().expect("a group");
        assert_eq!(group.as_str(), format!("x-{suffix}"));
    }
    assert_eq!(connect.calls().len(), 6, "one listing for each kind and instance");
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is_near() {
    let spec =
        named("i", "name:Basic routing profil", &["s-1", "nobody", "name:Boss"], Some("path:Europe/Berlni"));
    let report = check(&connect(), &spec).await;
    assert_eq!(
        errors(&report),
        [
            (
                "hierarchyGroupId".into(),
                "unknown-hierarchy-group",
                "the instance `i` has no hierarchy group at the path `Europe/Berlni`",
                "did you mean `Europe/Berlin`?"
            ),
            (
                "routingProfileId".into(),
                "unknown-routing-profile",
                "the instance `i` has no routing profile of the name `Basic routing profil`",
                "did you mean `Basic Routing Profile`?"
            ),
            (
                "securityProfileIds[1]".into(),
                "unknown-security-profile",
                "the instance `i` has no security profile `nobody`",
                "it has `Agent`, `Call Center Manager`"
            ),
            (
                "securityProfileIds[2]".into(),
                "unknown-security-profile",
                "the instance `i` has no security profile of the name `Boss`",
                "it has `Agent`, `Call Center Manager`"
            ),
        ]
    );
}

#[tokio::test]
async fn a_name_of_several_things_is_refused_with_their_paths() {
    let connect = connect();
    let report = check(&connect, &named("i", "r-1", &["s-1"], Some("name:Team A"))).await;
    assert_eq!(
        errors(&report),
        [(
            "hierarchyGroupId".into(),
            "ambiguous-name",
            "the instance `i` has 2 hierarchy groups of the name `Team A`",
            "write one of `path:Europe/Team A`, `path:Asia/Team A`"
        )]
    );
    assert!(check(&connect, &named("i", "r-1", &["s-1"], Some("name:Berlin"))).await.is_valid());
}

#[tokio::test]
async fn two_names_of_one_thing_are_one_too_many() {
    let report = check(&connect(), &named("i", "r-1", &["name:Agent", "s-1"], None)).await;
    let codes: Vec<_> = errors(&report).into_iter().map(|(_, code, ..)| code).collect();
    assert_eq!(codes, ["duplicate-security-profile"]);
}

#[tokio::test]
async fn without_a_directory_names_are_not_known_yet() {
    let spec = named("i", "name:Priority", &["name:Agent", "s"], Some("path:Europe"));
    let report = validate(&spec, &Context::default());
    assert!(report.is_valid(), "{report}");
    let deferred: Vec<String> = report.deferred().iter().map(ToString::to_string).collect();
    assert_eq!(deferred, ["hierarchyGroupId", "routingProfileId", "securityProfileIds[0]"]);
    assert!(resolve(spec, &Context::default()).is_err(), "nothing is sent that is not an id");
}

#[tokio::test]
async fn what_may_not_be_listed_cannot_be_named_and_ids_go_unchecked() {
    let connect = connect();
    connect.inject(Fault::of(Operation::ListRoutingProfiles, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    let report = check(&connect, &named("i", "name:Priority", &["s-1"], None)).await;
    let [(_, "names-not-listed", message, help)] = errors(&report)[..] else { panic!("{report}") };
    assert!(
        message.starts_with("names of routing profiles cannot be looked up: `ListRoutingProfiles` failed"),
        "{message}"
    );
    assert_eq!(help, "write its id, or allow `connect:ListRoutingProfiles`");
    connect.inject(Fault::of(Operation::ListRoutingProfiles, 1, Outcome::Refused(ErrorKind::AccessDenied)));
    assert!(check(&connect, &named("i", "unseen", &["s-1"], None)).await.is_valid());
    // Neither does a list that is not needed stop a program with ids only; what was not checked is told.
    connect.inject(Fault::of(Operation::ListRoutingProfiles, 1, Outcome::Refused(ErrorKind::Service)));
    let directory = Directory::read(&"i".into(), &connect).await.expect("listed as far as it goes");
    let spec = named("i", "unseen", &["s-1"], None);
    assert!(validate(&spec, &Context::builder().names(&directory).build()).is_valid());
    let unchecked: Vec<String> = directory.unchecked().map(|unchecked| unchecked.message.into()).collect();
    assert_eq!(unchecked.len(), 1);
    let expected =
        "whether the routing profiles of programs exist in the instance `i` was not checked: `ListRou";
    assert!(unchecked[0].starts_with(expected), "{}", unchecked[0]);
    let named = named("i", "name:Priority", &["s-1"], None);
    let report = validate(&named, &Context::builder().names(&directory).build());
    assert_eq!(errors(&report)[0].3, "write its id, or run it again");
    // What ends everything is an error.
    let missing = Directory::read(&"nowhere".into(), &connect).await.expect_err("no such instance");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn ids_become_names_where_these_mean_nothing_else() {
    let connect = connect();
    let directory = Directory::read(&"i".into(), &connect).await.expect("listed");
    let mut spec = named("i", "r-1", &["s-1", "unseen"], Some("x-1"));
    let before = spec.clone();
    directory.with_names(&mut spec);
    assert_eq!(spec.routing_profile_id, Input::Known("name:Basic Routing Profile".into()));
    let security = serde_json::to_value(&spec).expect("JSON")["securityProfileIds"].clone();
    assert_eq!(security, json!(["name:Agent", "unseen"]));
    assert_eq!(spec.hierarchy_group_id, Some(Input::Known("path:Europe/Team A".into())));
    // And back.
    let directory = directory.without_checking_ids();
    let context =
        Context::builder().identity_management(IdentityManagementType::Saml).names(&directory).build();
    let (desired, _) = resolve(spec, &context).expect("everything is there");
    assert_eq!(desired.spec().routing_profile_id, before.routing_profile_id);
    assert_eq!(desired.spec().hierarchy_group_id, before.hierarchy_group_id);
}

#[tokio::test]
async fn whatever_its_name_an_exported_group_is_read_back() {
    let groups = [
        ("e", &["Europe"][..]),
        ("space", &["Europe", "Berlin "]),
        ("top-slash", &["/Asia"]),
        ("below-slash", &["/Asia", "Tokyo"]),
        ("between", &["Europe", "A/B"]),
        ("end-slash", &["Europe", "C/"]),
        ("same", &["Europe", "A", "B"]),
    ];
    let connect = MemoryConnect::new();
    let instance = MemoryInstance::new("i", IdentityManagementType::Saml)
        .with_named_routing_profile("r", "Basic")
        .with_named_security_profile("s", "Agent");
    let add = |instance: MemoryInstance, (id, path): (&str, &[&str])| {
        instance.with_named_hierarchy_group(id, path.iter().copied())
    };
    connect.add_instance(groups.into_iter().fold(instance, add));
    let directory = Directory::read(&"i".into(), &connect).await.expect("listed");
    let context =
        Context::builder().identity_management(IdentityManagementType::Saml).names(&directory).build();
    for (id, path) in groups {
        let mut exported = named("i", "r", &["s"], Some(id));
        directory.with_names(&mut exported);
        let text = format!("{path:?}: {:?}", exported.hierarchy_group_id);
        let (back, _) = resolve(exported, &context).unwrap_or_else(|report| panic!("{text}: {report}"));
        let group = back.properties().hierarchy_group_id;
        assert_eq!(group.as_ref().map(|group| group.as_str()), Some(id), "{text}");
    }
}

#[tokio::test]
async fn an_instance_that_has_everything_denies_nothing() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    for _ in 0..2 {
        assert!(check(&connect, &named("i", "r9", &["s9"], Some("g9"))).await.is_valid());
        // From now on something is in use, and still more is there.
        let directory = Directory::read(&"i".into(), &connect).await.expect("listed");
        let context =
            Context::builder().identity_management(IdentityManagementType::Saml).names(&directory).build();
        let user = resolve(named("i", "r1", &["s1"], None), &context).expect("valid").0;
        let settings = user.settings().clone();
        let plan = connect_user::diff::plan(user, None, &settings).expect("a plan");
        let _ = connect_user::apply::apply(&plan, None, &connect, &Default::default()).await;
    }
    let report = check(&connect, &named("i", "name:Agents", &["s1"], None)).await;
    assert_eq!(errors(&report)[0].1, "unknown-routing-profile", "a name must stand for something");
}

#[tokio::test]
async fn a_plan_shows_the_names_of_profiles_and_groups_beside_their_ids() {
    let connect = connect();
    let directory = Directory::read(&"i".into(), &connect).await.expect("a directory");
    let arn = "arn:aws:connect:us-east-1:123456789012:instance/i/routing-profile/r-1";
    let spec = named("i", arn, &["s-1", "unknown"], Some("b-1"));
    let preview = preview(&spec, None, &Settings::default());
    let names = |property, id: &str| directory.name_of(property, id);
    insta::assert_snapshot!(preview.text("jane").with_names(&names), @r#"
    + jane will be created
        + instanceId: "i"
        + name: "jane"
        + hierarchyGroupId: "b-1" (Europe/Berlin)
        + routingProfileId: "arn:aws:connect:us-east-1:123456789012:instance/i/routing-profile/r-1" (Basic Routing Profile)
        + securityProfileIds: ["s-1" (Agent),"unknown"]
        + identityInfo.firstName: "Jane"
        + identityInfo.lastName: "Roe"
        + phoneConfig.phoneType: "SOFT_PHONE"
      1 call:
        CreateUser (connect:CreateUser)
    "#);
    assert!(!preview.text("jane").to_string().contains("Berlin"));
    let managed = MemoryConnect::new();
    managed.add_instance(
        MemoryInstance::new("i", IdentityManagementType::Saml)
            .with_named_security_profile("s1", "Agent")
            .with_named_security_profile("s2", "Ours")
            .with_aws_managed_security_profile("s1"),
    );
    let directory = Directory::read(&"i".into(), &managed).await.expect("a directory");
    let shown = |id| directory.name_of(Property::SecurityProfileIds, id);
    assert_eq!((shown("s1").as_deref(), shown("s2").as_deref()), (Some("Agent, AWS-managed"), Some("Ours")));
    // What has no name of its own has none here.
    let plain = MemoryConnect::new();
    plain.add_instance(MemoryInstance::new("i", IdentityManagementType::Saml).with_routing_profiles(["r1"]));
    let directory = Directory::read(&"i".into(), &plain).await.expect("a directory");
    assert_eq!(directory.name_of(Property::RoutingProfileId, "r1"), None);
    assert_eq!(directory.name_of(Property::Name, "r1"), None);
}

#[tokio::test]
async fn a_proficiency_is_checked_against_the_predefined_attributes() {
    let connect = MemoryConnect::new();
    connect.add_instance(
        MemoryInstance::new("i", IdentityManagementType::Saml)
            .with_named_routing_profile("r1", "Basic")
            .with_named_security_profile("s1", "Agent")
            .with_attribute("connect:Language", ["connect:English", "connect:French"])
            .with_attribute("skill", ["billing"]),
    );
    let of = |pairs: &[(&str, &str)]| {
        let mut spec = named("i", "r1", &["s1"], None);
        let list: Vec<_> = pairs
            .iter()
            .map(|(name, value)| {
                UserProficiency::builder().attribute_name(*name).attribute_value(*value).level(1).build()
            })
            .collect();
        spec.user_proficiencies = Some(Input::Known(list));
        spec
    };
    let wrong = of(&[
        ("connect:Language", "connect:French"),
        ("connect:Langage", "connect:French"),
        ("connect:Language", "connect:Frnch"),
        ("skill", "something else"),
    ]);
    let directory = Directory::read(&"i".into(), &connect).await.expect("listed");
    fn report(directory: &Directory, spec: &UserSpec) -> Report {
        validate(spec, &Context::builder().names(directory).build())
    }
    assert!(report(&directory, &wrong).is_valid(), "what was not read is not checked");
    assert!(directory.read_attributes(&connect).await.expect("listed"));
    assert!(!directory.read_attributes(&connect).await.expect("listed"), "once");
    assert_eq!(
        errors(&report(&directory, &wrong)),
        [
            (
                "userProficiencies[1].attributeName".into(),
                "unknown-proficiency",
                "the instance `i` has no predefined attribute `connect:Langage`",
                "did you mean `connect:Language`?"
            ),
            (
                "userProficiencies[2].attributeValue".into(),
                "unknown-proficiency",
                "the predefined attribute `connect:Language` of the instance `i` has no value `connect:Frnch`",
                "did you mean `connect:French`?"
            ),
            (
                "userProficiencies[3].attributeValue".into(),
                "unknown-proficiency",
                "the predefined attribute `skill` of the instance `i` has no value `something else`",
                "it has `billing`"
            ),
        ]
    );
    assert!(report(&directory, &of(&[("skill", "billing")])).is_valid());
    assert!(report(&directory.without_checking_ids(), &wrong).is_valid());

    let denied = Outcome::Refused(ErrorKind::AccessDenied);
    connect.inject(Fault::of(Operation::SearchPredefinedAttributes, 1, denied));
    let directory = Directory::read(&"i".into(), &connect).await.expect("listed");
    directory.read_attributes(&connect).await.expect("not allowed, and done without");
    assert!(report(&directory, &wrong).is_valid());
    let unchecked: Vec<_> = directory.unchecked().collect();
    let message =
        "whether the proficiencies of programs exist in the instance `i` was not checked: `SearchPre";
    assert!(unchecked.len() == 1 && unchecked[0].message.starts_with(message), "{unchecked:?}");
    assert_eq!(unchecked[0].help.as_deref(), Some("allow `connect:SearchPredefinedAttributes`"));

    let open = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let directory = Directory::read(&"i".into(), &open).await.expect("listed");
    directory.read_attributes(&open).await.expect("listed");
    assert!(report(&directory, &wrong).is_valid(), "an instance that has everything denies nothing");
}
