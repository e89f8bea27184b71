//! Records that are stored: those of earlier versions are read, those of later ones refused.

use connect_user::{
    engine::{Kept, KeptError, Resource, ResourceOptions, Snapshot},
    user::{
        IdentityManagementType::{ConnectManaged, Saml},
        PasswordPolicy, Settings, Value,
    },
};
use serde_json::json;

use super::support::{create, diff, inputs, resource, service, text, update, value};

/// Records as they were written before a record could hold several creations.
const USER: &str = include_str!("records/early-user.json");
const ATTEMPT: &str = include_str!("records/early-attempt.json");

#[tokio::test]
async fn records_of_earlier_versions_are_read() {
    let connect = service(ConnectManaged);
    let warns = Settings::builder().password(PasswordPolicy::Warn).build();
    let resource = Resource::new(connect.clone(), warns);
    let user = Kept::read(USER).expect("a user");
    assert_eq!(user.id().expect("an id").to_string(), "i:00000001-0000-4000-8000-000000000001");
    assert!(user.has_password() && !user.is_uncertain());
    let desired = |password: &str, tags| {
        let skill = json!({ "attributeName": "a", "attributeValue": "v", "level": 3 });
        inputs(json!({ "password": password, "tags": tags, "userProficiencies": [skill] }))
    };
    let prior = Snapshot::new(user);
    let planned = diff(&resource, Some(&prior), &desired("Password123", json!({ "team": "ops" }))).await;
    assert!(planned.is_empty() && planned.diagnostics.is_empty(), "{planned:?}");
    let planned = diff(&resource, Some(&prior), &desired("Password124", json!({}))).await;
    assert_eq!(planned.changes.len(), 1, "the record says whose tag it is: {planned:?}");
    assert_eq!(planned.diagnostics[0].code.as_str(), "password-unchangeable");

    let attempt = Kept::read(ATTEMPT).expect("an attempt");
    assert!(attempt.is_uncertain() && attempt.has_password());
    assert_eq!(attempt.write(), Kept::read(&attempt.write()).expect("a record").write());
    // It has made nobody.
    assert!(resource.read(&Snapshot::new(attempt)).await.expect("a reading").is_none());
}

#[test]
fn records_of_later_versions_and_damaged_ones_are_refused() {
    let error = Kept::read(r#"{"version": 2, "anything": []}"#).expect_err("newer");
    assert!(matches!(error, KeptError::Newer { version: 2 }), "{error}");
    assert!(serde_json::from_str::<Kept>(r#"{"version": 2}"#).is_err());
    let damaged = ["", "{", "[]", "7", "{}", r#"{"id": "i:u"}"#, r#"{"version": "1"}"#];
    for damaged in
        damaged.into_iter().chain([r#"{"version": 1, "state": 7}"#, r#"{"version": 1, "id": "x"}"#])
    {
        let error = Kept::read(damaged).expect_err(damaged);
        assert!(matches!(error, KeptError::Damaged(_)) && !error.help().is_empty(), "{damaged}");
    }
}

#[tokio::test]
async fn outputs_alone_say_who_the_user_is() {
    let connect = service(Saml);
    let desired = inputs(json!({}));
    let user = create(&resource(&connect), &desired).await;
    let outputs = Snapshot::new(Kept::default()).with_outputs(user.outputs.clone());
    let again = resource(&connect);
    let seen = again.read(&outputs).await.expect("a reading").expect("a user").snapshot;
    assert_eq!(seen.id(), user.id());
    assert!(diff(&again, Some(&outputs), &desired).await.is_empty());
    let changed = inputs(json!({ "routingProfileId": "r2" }));
    let updated = update(&resource(&connect), &outputs, &changed).await.expect("an update");
    assert_eq!(updated.id(), user.id());
    assert_eq!(connect.users(&"i".into()).len(), 1);
}

#[tokio::test]
async fn a_state_of_another_tool_names_the_user_in_each_spelling() {
    let connect = service(ConnectManaged);
    let user = create(&resource(&connect), &inputs(json!({ "password": "Password123" }))).await;
    let [id, arn] = ["id", "arn"].map(|name| text(&user.outputs, name).expect("a text"));
    for state in [
        json!({ "id": id, "password": "Password123" }),
        json!({ "id": arn, "password": "Password123" }),
        json!({ "user_arn": arn, "password": "Password123" }),
        json!({ "userArn": arn, "password": "Password123" }),
        json!({ "UserArn": arn, "Password": "Password123", "Tags": [{ "Key": "a", "Value": "b" }] }),
        json!({ "Id": id, "Arn": arn, "Password": "Password123" }),
    ] {
        let named = Snapshot::of_state(&value(state.clone())).expect("a user");
        assert_eq!((named.id(), named.kept.has_password()), (user.id(), true), "{state}");
    }
    let other = arn.replace("/agent/", "/routing-profile/");
    for state in
        [json!({ "id": "jane" }), json!({ "arn": other }), json!({ "UserArn": null }), json!([id]), json!(id)]
    {
        assert!(Snapshot::of_state(&value(state.clone())).is_none(), "{state}");
    }
}

#[tokio::test]
async fn an_arn_is_looked_at_before_its_user_is_deleted() {
    let connect = service(Saml);
    let user = create(&resource(&connect), &inputs(json!({}))).await;
    let arn = text(&user.outputs, "arn").expect("an ARN").replace(":123456789012:", ":999999999999:");
    let Value::Map(mut outputs) = user.outputs.clone() else { panic!("an object") };
    outputs.retain(|(name, _)| name != "arn");
    outputs.push(("arn".to_owned(), arn.as_str().into()));
    let prior = Snapshot::new(Kept::default()).with_outputs(Value::Map(outputs));
    let failure =
        resource(&connect).delete(&prior, &ResourceOptions::default()).await.expect_err("another's");
    assert!(failure.to_string().contains("the user's ARN is `arn:"), "{failure}");
    assert_eq!(connect.users(&"i".into()).len(), 1);
}

#[tokio::test]
async fn a_password_given_after_an_import_is_noted() {
    let connect = service(ConnectManaged);
    let warns = || Resource::new(connect.clone(), Settings::builder().password(PasswordPolicy::Warn).build());
    let with = |password: &str, more: &str| inputs(json!({ "password": password, "routingProfileId": more }));
    let user = create(&resource(&connect), &with("Password123", "r1")).await;
    let imported = resource(&connect).import(&user.id().expect("an id").to_string()).await.expect("a user");
    let warned = async |prior: &Snapshot, password| {
        let planned = diff(&warns(), Some(prior), &with(password, "r1")).await;
        planned.diagnostics.iter().any(|found| found.code == "password-unchangeable")
    };
    let planned = diff(&warns(), Some(&imported), &with("Password124", "r1")).await;
    assert!(planned.is_empty() && planned.kept.has_password());
    let updated = update(&warns(), &imported, &with("Password124", "r2")).await.expect("an update");
    // An engine that stores nothing where nothing changes has the inputs.
    let unchanged = imported.clone().with_inputs(with("Password124", "r1"));
    for prior in [Snapshot::new(planned.kept), updated, unchanged] {
        assert!(!warned(&prior, "Password124").await);
        assert!(warned(&prior, "Password125").await);
    }
}
