//! `AwsSettings`, as far as they are checked and shown before anything is asked.

use std::time::Duration;

use connect_user::client::aws::{AccessKey, AssumeRole, AwsConnect, AwsSettings, AwsSettingsError};

const ROLE: &str = "arn:aws:iam::111122223333:role/path/users";

fn role(arn: &str) -> AssumeRole {
    AssumeRole::builder().role_arn(arn).build()
}

fn with_role(role: AssumeRole) -> AwsSettings {
    AwsSettings::builder().assume_roles(vec![role]).build()
}

#[test]
fn what_may_be_right_passes() {
    for region in ["eu-central-1", "us-gov-west-1", "us-iso-east-1", "ap-southeast-10"] {
        assert_eq!(AwsSettings::builder().region(region).build().check(), Ok(()), "{region}");
    }
    let longest = AssumeRole::builder()
        .role_arn("arn:aws-us-gov:iam::111122223333:role/r")
        .session_name("a=b,c.d@e-f_9")
        .duration(Duration::from_secs(43_200))
        .build();
    for settings in [
        AwsSettings::default(),
        with_role(role(ROLE)),
        with_role(longest),
        AwsSettings::builder().allowed_account_ids(vec!["000000000000".to_owned()]).build(),
        AwsSettings::builder().access_key(AccessKey::builder().id("AKID").secret("s").build()).build(),
        AwsSettings::builder()
            .access_key(AccessKey::builder().id("mock_access_key").secret("s").build())
            .build(),
    ] {
        assert_eq!(settings.check(), Ok(()), "{settings:?}");
    }
}

#[test]
fn a_malformed_setting_says_which_and_what_is_allowed() {
    let key = |id: &str, secret: &str| {
        AwsSettings::builder().access_key(AccessKey::builder().id(id).secret(secret).build()).build()
    };
    let session = |name: &str| with_role(AssumeRole::builder().role_arn(ROLE).session_name(name).build());
    let lasting = |seconds| {
        with_role(AssumeRole::builder().role_arn(ROLE).duration(Duration::from_secs(seconds)).build())
    };
    let forbidden =
        |account: &str| AwsSettings::builder().forbidden_account_ids(vec![account.to_owned()]).build();
    for (settings, said) in [
        (
            AwsSettings::builder().region("").build(),
            "`region` must be an AWS Region such as `eu-central-1`, is ``",
        ),
        (AwsSettings::builder().region("eu-1").build(), "`region` must be"),
        (AwsSettings::builder().region("EU-west-1").build(), "`region` must be"),
        (key("", "s"), "`access_key` must be the id of an access key, of letters, digits and `_`"),
        (key("AKID-1", "s"), "`access_key` must be the id of an access key, of letters, digits and `_`"),
        (key("AKID", ""), "`secret_key` must be the secret of the access key"),
        (with_role(role("users")), "`role_arn` must be the ARN of a role such as"),
        (with_role(role("arn:aws:iam::111122223333:user/u")), "`role_arn` must be"),
        (with_role(role("arn:aws:iam::111122223333:role/")), "`role_arn` must be"),
        (with_role(role("arn:aws:iam::1111:role/r")), "`role_arn` must be"),
        (session("a"), "`session_name` must be 2 to 64 letters, digits and characters of `_=,.@-`, is `a`"),
        (session("a b"), "`session_name` must be"),
        (lasting(899), "`duration` must be 15 minutes to 12 hours, is `14m 59s`"),
        (lasting(43_201), "`duration` must be"),
        (forbidden("11112222333"), "`forbidden_account_ids` must be ids of 12 digits, is `11112222333`"),
        (forbidden("11112222333x"), "`forbidden_account_ids` must be"),
    ] {
        let error = settings.check().expect_err(said);
        assert!(error.to_string().starts_with(said), "{error}");
        assert!(matches!(error, AwsSettingsError::Malformed { .. }));
        assert_eq!(error.help(), "give it such a value, or leave it out");
    }
    let url = AwsSettings::builder().sts_endpoint_url("sts").build();
    assert!(matches!(url.check(), Err(AwsSettingsError::EndpointUrl { .. })));
}

#[test]
fn a_key_in_the_wrong_order_is_not_shown() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let key = AccessKey::builder().id(secret).secret("AKIAIOSFODNN7EXAMPLE").build();
    let settings = AwsSettings::builder().access_key(key).build();
    let error = settings.check().expect_err("an id that is a secret");
    assert_eq!(error.to_string(), "`access_key` must be the id of an access key, of letters, digits and `_`");
    for shown in [format!("{error:?}"), format!("{settings:?}")] {
        assert!(!shown.contains("wJalr"), "{shown}");
    }
}

#[test]
fn settings_show_no_secret() {
    let role = AssumeRole::builder().role_arn(ROLE).external_id("secret-id").policy("secret-policy").build();
    let key = AccessKey::builder().id("AKID").secret("secret-key").session_token("secret-token").build();
    let settings = AwsSettings::builder()
        .access_key(key)
        .assume_roles(vec![role])
        .sts_endpoint_url("https://me:secret@sts/?secret")
        .build();
    let shown = format!("{settings:?}");
    assert!(shown.contains("AKID") && shown.contains(ROLE), "{shown}");
    for secret in ["secret-", "me:secret", "?secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn another_region_is_called_with_the_same_settings() {
    let key = AccessKey::builder().id("AKID").secret("secret").build();
    let settings = AwsSettings::builder().region("eu-west-2").access_key(key).build();
    let here = AwsConnect::from_environment(&settings).await.expect("a client");
    let there = here.in_region("us-east-1");
    assert_eq!((here.region(), there.region()), (Some("eu-west-2"), Some("us-east-1")));
    assert_eq!(format!("{there:?}"), "AwsConnect { region: Some(\"us-east-1\"), .. }");
}
