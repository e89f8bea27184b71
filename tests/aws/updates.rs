//! What the updates send.

use std::collections::BTreeSet;

use connect_user::{
    client::{
        AssociateUserProficiencies, ConnectClient, DeleteAllEntitySessions, DisassociateUserProficiencies,
        Effect, ErrorKind, UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo,
        UpdateUserPhoneConfig, UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles,
    },
    user::{ChannelSettings, HierarchyGroupId, Identity, Phone, PhoneLine, Proficiencies, ProficiencyKey},
};
use serde_json::{Value, json};

use crate::{
    requests::{assert_not_found, assert_sent, channels, channels_json},
    support::*,
};

/// Calls the method for the user's ARN: a `POST` to that part of the user, with that body, and a
/// 404 is what it is.
macro_rules! assert_update {
    ($method:ident, $part:literal, $body:expr, $Request:ident($value:expr)) => {{
        let request = $Request::new(instance_id(), USER_ARN, $value);
        for answer in [Answer::ok(""), Answer::ok("{}")] {
            let wire = Wire::new(&answer);
            wire.client.$method(&request).await.expect("nothing");
            let sent = wire.request();
            assert_eq!(sent.method, "POST");
            assert_eq!(sent.path, format!("/users/1c2d/{USER_ARN_SEGMENT}/{}", $part));
            assert_eq!(sent.query, None);
            assert_eq!(sent.body, $body);
        }
        assert_not_found!($method, &request);
    }};
}

#[tokio::test]
async fn identity_info() {
    let body = json!({ "IdentityInfo": {
        "FirstName": "Jane", "LastName": "Doe", "Email": EMAIL, "SecondaryEmail": SECONDARY_EMAIL,
        "Mobile": MOBILE,
    } });
    assert_update!(update_user_identity_info, "identity-info", body, UpdateUserIdentityInfo(identity()));
    let nothing = json!({ "IdentityInfo": {} });
    assert_update!(
        update_user_identity_info,
        "identity-info",
        nothing,
        UpdateUserIdentityInfo(Identity::default())
    );
}

#[tokio::test]
async fn phone_config() {
    let full = json!({ "PhoneConfig": {
        "PhoneType": "DESK_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 2_000_000,
        "DeskPhoneNumber": DESK_PHONE, "PersistentConnection": false,
    } });
    let phone = Phone::builder()
        .line(PhoneLine::Desk(Some(DESK_PHONE.into())))
        .auto_accept(true)
        .after_contact_work_time_limit(2_000_000)
        .persistent_connection(false)
        .build();
    assert_update!(update_user_phone_config, "phone-config", full, UpdateUserPhoneConfig(phone.clone()));
    let defaults = json!({ "PhoneConfig": { "PhoneType": "SOFT_PHONE" } });
    assert_update!(
        update_user_phone_config,
        "phone-config",
        defaults,
        UpdateUserPhoneConfig(Phone::default())
    );
    let too_large = json!({ "PhoneConfig": {
        "PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": i32::MAX,
    } });
    assert_update!(
        update_user_phone_config,
        "phone-config",
        too_large,
        UpdateUserPhoneConfig(Phone::builder().after_contact_work_time_limit(u32::MAX).build())
    );
}

#[tokio::test]
async fn config() {
    assert_update!(update_user_config, "config", channels_json(), UpdateUserConfig(channels()));
    let lists = channels_json();
    let one = json!({ "PersistentConnectionConfigs": lists["PersistentConnectionConfigs"] });
    assert_update!(
        update_user_config,
        "config",
        one,
        UpdateUserConfig(
            ChannelSettings::builder().persistent_connection(channels().persistent_connection).build()
        )
    );
    assert_update!(update_user_config, "config", json!({}), UpdateUserConfig(ChannelSettings::default()));
}

#[tokio::test]
async fn a_config_that_someone_else_changes_is_a_conflict() {
    let wire = Wire::new(&Answer::error(409, "ConditionalOperationFailedException", "Changed meanwhile"));
    let request = UpdateUserConfig::new(instance_id(), user_id(), channels());
    let error = wire.client.update_user_config(&request).await.expect_err("a failure");
    assert_error(&error, ErrorKind::Conflict, Effect::None);
    assert!(error.is_retryable());
}

#[tokio::test]
async fn profiles_and_hierarchy() {
    let body = json!({ "RoutingProfileId": "7a9b" });
    assert_update!(update_user_routing_profile, "routing-profile", body, UpdateUserRoutingProfile("7a9b"));
    let body = json!({ "SecurityProfileIds": ["3d4e", "4e5f"] });
    assert_update!(
        update_user_security_profiles,
        "security-profiles",
        body,
        UpdateUserSecurityProfiles(BTreeSet::from(["4e5f".into(), "3d4e".into()]))
    );
    let body = json!({ "HierarchyGroupId": "5f6a" });
    assert_update!(
        update_user_hierarchy,
        "hierarchy",
        body,
        UpdateUserHierarchy(HierarchyGroupId::new("5f6a"))
    );
    // Left out, which takes the user out of its group.
    assert_update!(update_user_hierarchy, "hierarchy", json!({}), UpdateUserHierarchy(None));
}

#[tokio::test]
async fn a_sign_out_names_the_user_in_its_body() {
    for user in [USER, USER_ARN] {
        let wire = Wire::new(&Answer::ok("{}"));
        let request = DeleteAllEntitySessions::new(instance_id(), user);
        wire.client.delete_all_entity_sessions(&request).await.expect("signed out");
        let body = json!({ "InstanceId": INSTANCE, "EntityId": user, "EntityType": "USER" });
        assert_sent(&wire, "POST", "/auth/sessions/delete-all-entity-sessions", None, body);
        assert_not_found!(delete_all_entity_sessions, &request);
    }
}

#[tokio::test]
async fn proficiencies() {
    let key = |name: &str, value: &str| ProficiencyKey::new(name, value);
    let french = key("connect:Language", "connect:French");
    let levels = Proficiencies::from([(french.clone(), 4), (key("skill", "billing"), 1)]);
    let leveled = |attribute: Value, level: f64| {
        let mut attribute = attribute;
        attribute["Level"] = json!(level);
        attribute
    };
    let language = json!({ "AttributeName": "connect:Language", "AttributeValue": "connect:French" });
    let skill = json!({ "AttributeName": "skill", "AttributeValue": "billing" });
    let body = json!({ "UserProficiencies": [leveled(language.clone(), 4.0), leveled(skill, 1.0)] });
    assert_update!(
        associate_user_proficiencies,
        "associate-proficiencies",
        body,
        AssociateUserProficiencies(levels.clone())
    );
    assert_update!(update_user_proficiencies, "proficiencies", body, UpdateUserProficiencies(levels.clone()));
    let body = json!({ "UserProficiencies": [language] });
    assert_update!(
        disassociate_user_proficiencies,
        "disassociate-proficiencies",
        body,
        DisassociateUserProficiencies(BTreeSet::from([french.clone()]))
    );
}
