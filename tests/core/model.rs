//! The data: documents in and out, ids, names, tags.

use connect_user::user::{AutoName, IdentityManagementType, ImportId, RoutingProfileId, UserSpec};

#[test]
fn an_id_and_its_arn_are_the_same() {
    let arn = "arn:aws:connect:us-east-1:123456789012:instance/1c2d/routing-profile/7a9b";
    assert_eq!(RoutingProfileId::new(arn), RoutingProfileId::new("7a9b"));
    assert!(RoutingProfileId::new(arn.replace("routing-profile", "agent")).check().is_err());
}

#[test]
fn import_ids_say_what_is_wrong_with_them() {
    for (text, message) in [
        ("", "`` is not an import id: there is no `:` between instance id and user id"),
        (":u", "`:u` is not an import id: the instance id is empty"),
        ("i:", "`i:` is not an import id: the user id is empty"),
        ("i:u:x", "`i:u:x` is not an import id: there is more than one `:`"),
        ("i u:x", "`i u:x` is not an import id: the instance id holds ` `"),
        (
            "arn:aws:connect:us-east-1:1:instance/i/agent/u",
            "`arn:aws:connect:us-east-1:1:instance/i/agent/u` is not an import id: it is an ARN; the user's \
             import id is `i:u`",
        ),
    ] {
        assert_eq!(text.parse::<ImportId>().map_err(|error| error.to_string()), Err(message.to_owned()));
    }
}

#[test]
fn generated_names_keep_within_the_bounds() {
    for logical in ["", "a", "Ünïcödé agent", "---", "a-very-long-logical-name-for-a-resource", "日本"]
    {
        for suffix in ["", "a1b2c3d", "0123456789012345678901234567890123456789"] {
            for (kind, most) in [(None, 20), (Some(IdentityManagementType::Saml), 64)] {
                let name = AutoName::new(logical, suffix).generate(kind);
                assert!((1..=most).contains(&name.len()), "{name}");
                assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)), "{name}");
            }
        }
    }
}

#[test]
fn both_cases_are_read_and_camel_case_is_written() {
    let spec: UserSpec = serde_json::from_str(
        r#"{"instance_id":"i","routingProfileId":"r","security_profile_ids":["s"],
            "phone_config":{"phone_type":"SOFT_PHONE","autoAccept":null}}"#,
    )
    .expect("a spec");
    assert_eq!(
        serde_json::to_string(&spec).expect("json"),
        r#"{"instanceId":"i","routingProfileId":"r","securityProfileIds":["s"],"phoneConfig":{"phoneType":"SOFT_PHONE"}}"#,
    );
}
