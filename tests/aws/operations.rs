//! Every operation: method, path, query, body and answer.

use std::collections::{BTreeMap, BTreeSet};

use connect_user::{
    client::*,
    user::{
        AfterContactWork, AutoAccept, Channel, ChannelSettings, Identity, IdentityManagementType, Phone,
        PhoneNumber, PhoneType, Proficiencies, ProficiencyKey, Tags, Timestamp, UserId, VoiceEnhancementMode,
    },
};
use serde_json::{Value, json};

use crate::support::{INSTANCE_ARN, USER_ARN, connect, ok};

/// Calls a method and compares what is sent.
macro_rules! sends {
    ($method:ident, $request:expr, $verb:literal, $path:expr, $body:expr) => {{
        let (client, wire) = connect(vec![ok(json!({}))]);
        let request = $request;
        client.$method(&request).await.expect("an empty answer is enough");
        assert_eq!(wire.last(), ($verb.to_owned(), $path.to_owned(), $body));
        // The same call, refused: the error is that of the operation.
        let refused = crate::support::answer(404, json!({"__type": "ResourceNotFoundException", "Message": "gone"}));
        let (client, _) = connect(vec![refused]);
        let error = client.$method(&request).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.operation().name().to_lowercase(), stringify!($method).replace('_', ""));
        assert_eq!((error.message(), error.request_id()), (Some("gone"), Some("req-1")));
    }};
}

const INSTANCE_PATH: &str = "arn%3Aaws%3Aconnect%3Aus-east-1%3A123456789012%3Ainstance%2F1c2d";

fn instance() -> connect_user::user::InstanceId {
    INSTANCE_ARN.into()
}

fn user() -> UserId {
    "7a9b".into()
}

fn path(action: &str) -> String {
    format!("/users/{INSTANCE_PATH}/7a9b{action}")
}

fn channels() -> ChannelSettings {
    ChannelSettings {
        auto_accept: BTreeMap::from([
            (Channel::Voice, AutoAccept { auto_accept: true, agent_first_callback: Some(false) }),
            (Channel::Email, AutoAccept { auto_accept: false, agent_first_callback: None }),
        ]),
        after_contact_work: BTreeMap::from([(
            Channel::Voice,
            AfterContactWork { time_limit: 0, agent_first_callback: Some(30) },
        )]),
        phone_number: BTreeMap::from([(
            Channel::Voice,
            PhoneNumber { phone_type: PhoneType::DeskPhone, number: Some("+16175550101".into()) },
        )]),
        persistent_connection: BTreeMap::from([(Channel::Voice, false)]),
        voice_enhancement: BTreeMap::from([(Channel::Voice, VoiceEnhancementMode::NoiseSuppression)]),
    }
}

/// What [`channels`] is on the wire: `false` and 0 are there only where the SDK sends them.
fn channels_on_the_wire() -> Value {
    json!({
        "AutoAcceptConfigs": [
            {"Channel": "VOICE", "AutoAccept": true, "AgentFirstCallbackAutoAccept": false},
            {"Channel": "EMAIL", "AutoAccept": false},
        ],
        "AfterContactWorkConfigs": [{
            "Channel": "VOICE",
            "AfterContactWorkConfig": {},
            "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30},
        }],
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+16175550101"}],
        "PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": false}],
        "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}],
    })
}

fn creation() -> CreateUser {
    CreateUser {
        instance_id: instance(),
        name: "jane".into(),
        password: None,
        directory_user_id: None,
        identity: Identity::default(),
        phone: None,
        routing_profile_id: "r".into(),
        security_profile_ids: BTreeSet::from(["s1".into(), "s2".into()]),
        hierarchy_group_id: None,
        channels: ChannelSettings::default(),
        tags: Tags::new(),
    }
}

#[tokio::test]
async fn a_creation_sends_only_what_is_there() {
    let (client, wire) = connect(vec![ok(json!({"UserId": "7a9b", "UserArn": USER_ARN}))]);
    let created = client.create_user(&creation()).await.expect("created");
    assert_eq!(created, CreatedUser { user_id: user(), arn: USER_ARN.into() });
    let body = json!({"Username": "jane", "RoutingProfileId": "r", "SecurityProfileIds": ["s1", "s2"]});
    assert_eq!(wire.last(), ("PUT".into(), format!("/users/{INSTANCE_PATH}"), body));
}

#[tokio::test]
async fn a_creation_sends_everything_that_is_there() {
    let (client, wire) = connect(vec![ok(json!({"UserId": "7a9b", "UserArn": USER_ARN}))]);
    let request = CreateUser {
        password: Some("Password123".into()),
        directory_user_id: Some("d".into()),
        identity: Identity {
            first_name: Some("Jane".into()),
            last_name: Some("Roe".into()),
            email: Some("jane@example.com".into()),
            secondary_email: Some("j@example.com".into()),
            mobile: Some("+16175550102".into()),
        },
        hierarchy_group_id: Some("g".into()),
        channels: channels(),
        tags: Tags::from([("team".into(), "ops".into())]),
        ..creation()
    };
    client.create_user(&request).await.expect("created");
    let (_, _, mut body) = wire.last();
    let channels = channels_on_the_wire();
    for (member, value) in channels.as_object().expect("an object") {
        assert_eq!(body.as_object_mut().expect("an object").remove(member).as_ref(), Some(value));
    }
    assert_eq!(
        body,
        json!({
            "Username": "jane", "Password": "Password123", "DirectoryUserId": "d",
            "RoutingProfileId": "r", "SecurityProfileIds": ["s1", "s2"], "HierarchyGroupId": "g",
            "IdentityInfo": {
                "FirstName": "Jane", "LastName": "Roe", "Email": "jane@example.com",
                "SecondaryEmail": "j@example.com", "Mobile": "+16175550102",
            },
            "Tags": {"team": "ops"},
        }),
    );
}

#[tokio::test]
async fn a_creation_without_an_id_in_its_answer_may_have_happened() {
    for body in [json!({}), json!({"UserId": "7a9b"})] {
        let (client, _) = connect(vec![ok(body)]);
        let error = client.create_user(&creation()).await.expect_err("no id");
        assert_eq!((error.kind(), error.effect()), (ErrorKind::Service, Effect::Unknown));
        assert_eq!(error.to_string(), "`CreateUser` failed, the service failed: the answer names no user");
    }
}

#[tokio::test]
async fn a_user_is_read_whole() {
    let (client, wire) = connect(vec![ok(json!({"User": {
        "Id": "7a9b", "Arn": USER_ARN, "Username": "jane", "DirectoryUserId": "d",
        "IdentityInfo": {"FirstName": "Jane", "LastName": "Roe", "Email": "e", "SecondaryEmail": "s", "Mobile": "+12"},
        "PhoneConfig": {
            "PhoneType": "DESK_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 90,
            "DeskPhoneNumber": "+16175550101", "PersistentConnection": true,
        },
        "RoutingProfileId": "r", "SecurityProfileIds": ["s1"], "HierarchyGroupId": "g",
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": true, "AgentFirstCallbackAutoAccept": false}, {"Channel": "EMAIL"}],
        "AfterContactWorkConfigs": [{
            "Channel": "VOICE", "AfterContactWorkConfig": {}, "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30},
        }],
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+16175550101"}],
        "PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": false}],
        "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}],
        "Tags": {"team": "ops", "aws:x": "y"},
        "LastModifiedTime": 1_767_225_600.25, "LastModifiedRegion": "us-east-1",
    }}))]);
    let read =
        client.describe_user(&DescribeUser { instance_id: instance(), user_id: user() }).await.expect("read");
    assert_eq!(wire.last(), ("GET".into(), path(""), Value::Null));
    assert_eq!(
        read,
        UserDescription {
            user_id: user(),
            arn: USER_ARN.into(),
            name: "jane".into(),
            directory_user_id: Some("d".into()),
            identity: Identity {
                first_name: Some("Jane".into()),
                last_name: Some("Roe".into()),
                email: Some("e".into()),
                secondary_email: Some("s".into()),
                mobile: Some("+12".into()),
            },
            phone: Phone {
                phone_type: PhoneType::DeskPhone,
                auto_accept: true,
                after_contact_work_time_limit: 90,
                desk_phone_number: Some("+16175550101".into()),
                persistent_connection: Some(true),
            },
            routing_profile_id: "r".into(),
            security_profile_ids: BTreeSet::from(["s1".into()]),
            hierarchy_group_id: Some("g".into()),
            channels: channels(),
            tags: Tags::from([("team".into(), "ops".into()), ("aws:x".into(), "y".into())]),
            last_modified_time: Some(Timestamp::from_millis(1_767_225_600_250)),
            last_modified_region: Some("us-east-1".into()),
            unrecognised: Vec::new(),
        },
    );
}

#[tokio::test]
async fn what_is_absent_is_the_default_and_what_is_new_is_told() {
    let (client, _) = connect(vec![ok(json!({"User": {
        "Id": "7a9b", "Arn": USER_ARN, "Username": "jane", "RoutingProfileId": "r",
        "PhoneConfig": {"PhoneType": "HOLOGRAM"},
        "AutoAcceptConfigs": [{"Channel": "TELEPATHY", "AutoAccept": true}],
        "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "AUTOTUNE"}],
        "Unheard": {"of": true},
    }}))]);
    let read =
        client.describe_user(&DescribeUser { instance_id: instance(), user_id: user() }).await.expect("read");
    assert_eq!(read.phone, Phone::default());
    assert!(read.channels.is_empty() && read.identity.is_empty() && read.tags.is_empty());
    assert_eq!(
        read.unrecognised,
        [
            "phoneConfig.phoneType `HOLOGRAM`",
            "autoAcceptConfigs.channel `TELEPATHY`",
            "voiceEnhancementConfigs.voiceEnhancementMode `AUTOTUNE`",
        ],
    );
    for body in [json!({}), json!({"User": {"Id": "7a9b"}})] {
        let (client, _) = connect(vec![ok(body)]);
        let error = client
            .describe_user(&DescribeUser { instance_id: instance(), user_id: user() })
            .await
            .expect_err("nobody");
        assert_eq!(error.kind(), ErrorKind::Service);
    }
}

#[tokio::test]
async fn a_search_reads_milliseconds_and_asks_for_the_exact_name() {
    let (client, wire) = connect(vec![ok(json!({
        "Users": [{
            "Id": "7a9b", "Arn": USER_ARN, "Username": "jane",
            "IdentityInfo": {"FirstName": "Jane", "LastName": "Roe"},
            "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 90_000},
            "RoutingProfileId": "r", "SecurityProfileIds": ["s1"],
            "AfterContactWorkConfigs": [{"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 15_000}}],
        }],
        "NextToken": "t2", "ApproximateTotalCount": 7,
    }))]);
    let request = SearchUsers {
        instance_id: instance(),
        name: Some("jane".into()),
        next_token: Some("t1".into()),
        max_results: None,
    };
    let page = client.search_users(&request).await.expect("found");
    let body = json!({
        "InstanceId": INSTANCE_ARN, "NextToken": "t1", "MaxResults": 500,
        "SearchCriteria": {"StringCondition": {"FieldName": "Username", "Value": "jane", "ComparisonType": "EXACT"}},
    });
    assert_eq!(wire.last(), ("POST".into(), "/search-users".into(), body));
    assert_eq!(page.next_token.as_deref(), Some("t2"));
    assert_eq!(page.items[0].phone.after_contact_work_time_limit, 90);
    assert_eq!(page.items[0].channels.after_contact_work[&Channel::Chat].time_limit, 15);
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let summary = |id: &str| json!({"Id": id, "Arn": format!("a/{id}"), "Username": id, "LastModifiedTime": 1_767_225_600});
    let (client, wire) = connect(vec![
        ok(json!({"UserSummaryList": [summary("u1")], "NextToken": "a b/c"})),
        ok(json!({"UserSummaryList": [summary("u2")]})),
    ]);
    let all = list_all_users(&client, &instance()).await.expect("listed");
    assert_eq!(all.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["u1", "u2"]);
    assert_eq!(all[0].last_modified_time, Some(Timestamp::from_millis(1_767_225_600_000)));
    let query = format!("/users-summary/{INSTANCE_PATH}?nextToken=a%20b%2Fc&maxResults=1000");
    assert_eq!(wire.last(), ("GET".into(), query, Value::Null));
}

#[tokio::test]
async fn a_token_that_comes_back_ends_the_list() {
    let page = || ok(json!({"UserSummaryList": [], "NextToken": "t"}));
    let (client, wire) = connect(vec![page(), page(), page()]);
    let error = list_all_users(&client, &instance()).await.expect_err("no end");
    assert_eq!((error.kind(), wire.count()), (ErrorKind::Service, 2));
}

#[tokio::test]
async fn updates_send_whole_blocks() {
    sends!(
        update_user_identity_info,
        UpdateUserIdentityInfo {
            instance_id: instance(),
            user_id: user(),
            identity: Identity { last_name: Some("Roe".into()), ..Identity::default() },
        },
        "POST",
        path("/identity-info"),
        json!({"IdentityInfo": {"LastName": "Roe"}})
    );
    let phone = |phone: Phone| UpdateUserPhoneConfig { instance_id: instance(), user_id: user(), phone };
    sends!(
        update_user_phone_config,
        phone(Phone::default()),
        "POST",
        path("/phone-config"),
        json!({"PhoneConfig": {"PhoneType": "SOFT_PHONE"}})
    );
    sends!(
        update_user_phone_config,
        phone(Phone {
            phone_type: PhoneType::DeskPhone,
            auto_accept: true,
            after_contact_work_time_limit: 5,
            desk_phone_number: Some("+16175550101".into()),
            persistent_connection: Some(false),
        }),
        "POST",
        path("/phone-config"),
        json!({"PhoneConfig": {
            "PhoneType": "DESK_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 5,
            "DeskPhoneNumber": "+16175550101", "PersistentConnection": false,
        }})
    );
    sends!(
        update_user_config,
        UpdateUserConfig { instance_id: instance(), user_id: user(), channels: channels() },
        "POST",
        path("/config"),
        channels_on_the_wire()
    );
    sends!(
        update_user_routing_profile,
        UpdateUserRoutingProfile { instance_id: instance(), user_id: user(), routing_profile_id: "r".into() },
        "POST",
        path("/routing-profile"),
        json!({"RoutingProfileId": "r"})
    );
    sends!(
        update_user_security_profiles,
        UpdateUserSecurityProfiles {
            instance_id: instance(),
            user_id: user(),
            security_profile_ids: BTreeSet::from(["s2".into(), "s1".into()]),
        },
        "POST",
        path("/security-profiles"),
        json!({"SecurityProfileIds": ["s1", "s2"]})
    );
    let hierarchy = |group: Option<&str>| UpdateUserHierarchy {
        instance_id: instance(),
        user_id: user(),
        hierarchy_group_id: group.map(Into::into),
    };
    sends!(
        update_user_hierarchy,
        hierarchy(Some("g")),
        "POST",
        path("/hierarchy"),
        json!({"HierarchyGroupId": "g"})
    );
    sends!(update_user_hierarchy, hierarchy(None), "POST", path("/hierarchy"), json!({}));
}

#[tokio::test]
async fn proficiencies_tags_and_deletions() {
    let key = ProficiencyKey { name: "connect:Language".into(), value: "connect:French".into() };
    let levels = Proficiencies::from([(key.clone(), 4)]);
    let on_the_wire = json!({"UserProficiencies": [
        {"AttributeName": "connect:Language", "AttributeValue": "connect:French", "Level": 4.0},
    ]});
    sends!(
        associate_user_proficiencies,
        AssociateUserProficiencies {
            instance_id: instance(),
            user_id: user(),
            proficiencies: levels.clone()
        },
        "POST",
        path("/associate-proficiencies"),
        on_the_wire.clone()
    );
    sends!(
        update_user_proficiencies,
        UpdateUserProficiencies { instance_id: instance(), user_id: user(), proficiencies: levels },
        "POST",
        path("/proficiencies"),
        on_the_wire
    );
    sends!(
        disassociate_user_proficiencies,
        DisassociateUserProficiencies {
            instance_id: instance(),
            user_id: user(),
            proficiencies: BTreeSet::from([key])
        },
        "POST",
        path("/disassociate-proficiencies"),
        json!({"UserProficiencies": [{"AttributeName": "connect:Language", "AttributeValue": "connect:French"}]})
    );
    let tags = "/tags/arn%3Aaws%3Aconnect%3Aus-east-1%3A123456789012%3Ainstance%2F1c2d%2Fagent%2F7a9b";
    sends!(
        tag_resource,
        TagResource { arn: USER_ARN.into(), tags: Tags::from([("a".into(), String::new())]) },
        "POST",
        tags,
        json!({"tags": {"a": ""}})
    );
    sends!(
        untag_resource,
        UntagResource { arn: USER_ARN.into(), keys: BTreeSet::from(["a b".into(), "c".into()]) },
        "DELETE",
        format!("{tags}?tagKeys=a%20b&tagKeys=c"),
        Value::Null
    );
    sends!(
        delete_user,
        DeleteUser { instance_id: instance(), user_id: user() },
        "DELETE",
        path(""),
        Value::Null
    );
    sends!(
        delete_quick_connect,
        DeleteQuickConnect { instance_id: instance(), quick_connect_id: "q".into() },
        "DELETE",
        format!("/quick-connects/{INSTANCE_PATH}/q"),
        Value::Null
    );
}

#[tokio::test]
async fn proficiencies_are_listed() {
    let (client, wire) = connect(vec![ok(json!({"UserProficiencyList": [
        {"AttributeName": "a", "AttributeValue": "b", "Level": 3.0},
    ]}))]);
    let all = list_all_proficiencies(&client, &instance(), &user()).await.expect("listed");
    assert_eq!(all, Proficiencies::from([(ProficiencyKey { name: "a".into(), value: "b".into() }, 3)]));
    assert_eq!(wire.last(), ("GET".into(), path("/proficiencies"), Value::Null));
}

#[tokio::test]
async fn an_instance_tells_how_it_manages_identities() {
    for (text, kind) in [
        ("SAML", Some(IdentityManagementType::Saml)),
        ("CONNECT_MANAGED", Some(IdentityManagementType::ConnectManaged)),
        ("EXISTING_DIRECTORY", Some(IdentityManagementType::ExistingDirectory)),
        ("TELEPATHY", None),
    ] {
        let (client, wire) =
            connect(vec![ok(json!({"Instance": {"Id": "1c2d", "IdentityManagementType": text}}))]);
        let answer =
            client.describe_instance(&DescribeInstance { instance_id: instance() }).await.expect("read");
        assert_eq!((answer.instance_id.as_str(), answer.identity_management), ("1c2d", kind));
        assert_eq!(wire.last(), ("GET".into(), format!("/instance/{INSTANCE_PATH}"), Value::Null));
    }
}

#[tokio::test]
async fn quick_connects_that_lead_to_users_are_found() {
    let (client, wire) = connect(vec![ok(json!({"QuickConnects": [
        {"QuickConnectId": "q1", "Name": "Jane", "QuickConnectConfig": {
            "QuickConnectType": "USER", "UserConfig": {"UserId": "7a9b", "ContactFlowId": "f"},
        }},
        {"QuickConnectId": "q2", "Name": "Sales", "QuickConnectConfig": {"QuickConnectType": "PHONE_NUMBER"}},
    ]}))]);
    let found = search_all_quick_connects(&client, &instance()).await.expect("found");
    let expected =
        QuickConnectSummary { quick_connect_id: "q1".into(), name: "Jane".into(), user_id: Some(user()) };
    assert_eq!(found, [expected]);
    assert_eq!(
        wire.last(),
        ("POST".into(), "/search-quick-connects".into(), json!({"InstanceId": INSTANCE_ARN}))
    );
}
