//! What is made of users that the service answers: whole, bare and from the future.

use connect_user::{
    client::{ConnectClient, Effect, ErrorKind, FoundUser, UserDescription},
    user::{
        AfterContactWork, Channel, ChannelSettings, HierarchyGroupId, Identity, Phone, PhoneLine, Timestamp,
    },
};
use serde_json::{Value, json};

use crate::{
    requests::{channels, channels_json},
    support::*,
};

/// A user with the members that every user has.
fn bare_user() -> Value {
    json!({ "Id": USER, "Arn": USER_ARN, "Username": "jane", "RoutingProfileId": "7a9b" })
}

/// `bare_user` with more members.
fn user_with(members: Value) -> Value {
    let (mut user, Value::Object(members)) = (bare_user(), members) else { panic!("an object") };
    user.as_object_mut().expect("an object").extend(members);
    user
}

async fn described(user: Value) -> UserDescription {
    let wire = Wire::new(&Answer::ok(json!({ "User": user })));
    wire.client.describe_user(&describe_user()).await.expect("a user")
}

async fn found(user: Value) -> FoundUser {
    let wire = Wire::new(&Answer::ok(json!({ "Users": [user] })));
    wire.client.search_users(&search_users()).await.expect("a page").items.remove(0)
}

#[tokio::test]
async fn a_whole_user_is_read() {
    let mut answer = user_with(json!({
        "IdentityInfo": {
            "FirstName": "Jane", "LastName": "Doe", "Email": EMAIL, "SecondaryEmail": SECONDARY_EMAIL,
            "Mobile": MOBILE,
        },
        "PhoneConfig": {
            "PhoneType": "DESK_PHONE", "AutoAccept": true, "AfterContactWorkTimeLimit": 90,
            "DeskPhoneNumber": DESK_PHONE, "PersistentConnection": true,
        },
        "DirectoryUserId": "d1",
        "SecurityProfileIds": ["4e5f", "3d4e", "3d4e"],
        "HierarchyGroupId": "5f6a",
        "Tags": { "team": "ops", "aws:stack": "x" },
        "LastModifiedTime": 1767225600.25,
        "LastModifiedRegion": "us-west-2",
        "AFutureMember": { "Some": "thing" },
    }));
    let Value::Object(lists) = channels_json() else { panic!("an object") };
    answer.as_object_mut().expect("an object").extend(lists);

    assert_eq!(
        described(answer).await,
        UserDescription::new(user_id(), USER_ARN, "jane", "7a9b")
            .directory_user_id("d1".to_owned())
            .identity(identity())
            .phone(
                Phone::builder()
                    .line(PhoneLine::Desk(Some(DESK_PHONE.into())))
                    .auto_accept(true)
                    .after_contact_work_time_limit(90)
                    .persistent_connection(true)
                    .build(),
            )
            .security_profile_ids(["3d4e".into(), "4e5f".into()])
            .hierarchy_group_id(HierarchyGroupId::new("5f6a"))
            .channels(channels())
            .tags([("team".into(), "ops".into()), ("aws:stack".into(), "x".into())])
            .last_modified_time(Timestamp::from_millis(1_767_225_600_250))
            .last_modified_region("us-west-2".to_owned())
            .unrecognised(["AFutureMember".to_owned()])
    );
}

#[tokio::test]
async fn what_is_absent_reads_as_its_default() {
    for user in
        [bare_user(), user_with(json!({ "PhoneConfig": {}, "IdentityInfo": {}, "AutoAcceptConfigs": [] }))]
    {
        let user = described(user).await;
        assert_eq!(user.phone, Phone::default());
        assert_eq!(user.identity, Identity::default());
        assert_eq!(user.channels, ChannelSettings::default());
        assert_eq!((user.security_profile_ids.len(), user.tags.len()), (0, 0));
        assert_eq!((user.directory_user_id, user.hierarchy_group_id), (None, None));
        assert_eq!((user.last_modified_time, user.last_modified_region), (None, None));
        assert_eq!(user.unrecognised, Vec::<String>::new());
    }

    let user = described(user_with(json!({
        "AutoAcceptConfigs": [{ "Channel": "VOICE" }],
        "AfterContactWorkConfigs": [
            { "Channel": "VOICE", "AgentFirstCallbackAfterContactWorkConfig": {} },
            { "Channel": "TASK" },
        ],
        "PhoneNumberConfigs": [{ "Channel": "VOICE" }],
        "PersistentConnectionConfigs": [{ "Channel": "VOICE" }],
    })))
    .await;
    assert!(!user.channels.auto_accept[&Channel::Voice].auto_accept);
    assert_eq!(user.channels.auto_accept[&Channel::Voice].agent_first_callback, None);
    let work = AfterContactWork::new(0).with_agent_first_callback(0);
    assert_eq!(user.channels.after_contact_work[&Channel::Voice], work);
    assert_eq!(user.channels.after_contact_work[&Channel::Task], AfterContactWork::default());
    assert_eq!(user.channels.phone_number[&Channel::Voice], PhoneLine::Soft);
    assert!(!user.channels.persistent_connection[&Channel::Voice]);
    assert_eq!(user.unrecognised, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_unknown_is_recorded() {
    let future = user_with(json!({
        "PhoneConfig": { "PhoneType": "HOLOGRAM" },
        "AutoAcceptConfigs": [
            { "Channel": "X", "AutoAccept": true }, { "Channel": "CHAT", "AutoAccept": true },
        ],
        "AfterContactWorkConfigs": [{ "Channel": "SMOKE_SIGNAL" }],
        "PhoneNumberConfigs": [{ "Channel": "VOICE", "PhoneType": "TIN_CAN", "PhoneNumber": DESK_PHONE }],
        "PersistentConnectionConfigs": [{ "Channel": "SMOKE_SIGNAL", "PersistentConnection": true }],
        "VoiceEnhancementConfigs": [{ "Channel": "VOICE", "VoiceEnhancementMode": "HELIUM" }],
    }));
    let unrecognised = [
        "afterContactWorkConfigs[].channel `SMOKE_SIGNAL`",
        "autoAcceptConfigs[].channel `X`",
        "persistentConnectionConfigs[].channel `SMOKE_SIGNAL`",
        "phoneConfig.phoneType `HOLOGRAM`",
        "phoneNumberConfigs[].phoneType `TIN_CAN`",
        "voiceEnhancementConfigs[].voiceEnhancementMode `HELIUM`",
    ];

    let user = described(future.clone()).await;

    assert_eq!(user.phone.line, PhoneLine::Soft);
    assert_eq!(user.channels.auto_accept.keys().collect::<Vec<_>>(), [&Channel::Chat]);
    assert_eq!(user.channels.after_contact_work.len(), 0);
    assert_eq!(user.channels.phone_number[&Channel::Voice], PhoneLine::Soft);
    assert_eq!(user.channels.persistent_connection.len(), 0);
    assert_eq!(user.channels.voice_enhancement.len(), 0);
    assert_eq!(user.unrecognised, unrecognised);
    assert_eq!(found(future).await.unrecognised, unrecognised);
}

/// CloudFormation has it, and the SDK drops it unseen.
#[tokio::test]
async fn members_that_the_sdk_does_not_know_are_recorded_in_every_block() {
    let mode = |mode: &str| json!({ "AfterContactWorkTimeLimit": 30, "AfterContactWorkMode": mode });
    let future = user_with(json!({
        "EmployeeId": "E10432",
        "IdentityInfo": { "FirstName": "Jane", "PreferredName": "JJ Roe", "Pronouns": null, "Badge": "JANE_DOE" },
        "PhoneConfig": { "PhoneType": "SOFT_PHONE", "Ringtone": { "Volume": 7 }, "Vibrates": true },
        "AfterContactWorkConfigs": [
            { "Channel": "VOICE", "AfterContactWorkConfig": mode("ON_DEMAND") },
            { "Channel": "CHAT", "AfterContactWorkConfig": mode("OFF"), "Priority": 1 },
            { "Channel": "TASK", "AgentFirstCallbackAfterContactWorkConfig": mode("OFF") },
        ],
        "PhoneNumberConfigs": [{ "Channel": "VOICE", "Extension": "X4711" }],
        "Proficiency": [],
    }));
    let unrecognised = [
        "EmployeeId",
        "Proficiency",
        "afterContactWorkConfigs[].Priority",
        "afterContactWorkConfigs[].afterContactWorkConfig.AfterContactWorkMode `OFF`",
        "afterContactWorkConfigs[].afterContactWorkConfig.AfterContactWorkMode `ON_DEMAND`",
        "afterContactWorkConfigs[].agentFirstCallbackAfterContactWorkConfig.AfterContactWorkMode `OFF`",
        // What may be personal is not recorded.
        "identityInfo.Badge",
        "identityInfo.PreferredName",
        "phoneConfig.Ringtone",
        "phoneConfig.Vibrates `true`",
        "phoneNumberConfigs[].Extension",
    ];
    assert_eq!(described(future.clone()).await.unrecognised, unrecognised);
    assert_eq!(found(future).await.unrecognised, unrecognised);
}

#[tokio::test]
async fn a_search_answers_in_milliseconds() {
    let user = found(user_with(json!({
        "IdentityInfo": { "FirstName": "Jane", "LastName": "Doe" },
        "PhoneConfig": { "PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 2_000_000_000 },
        "AfterContactWorkConfigs": [
            {
                "Channel": "VOICE",
                "AfterContactWorkConfig": { "AfterContactWorkTimeLimit": 30_000 },
                "AgentFirstCallbackAfterContactWorkConfig": { "AfterContactWorkTimeLimit": 5_000 },
            },
            // 0 would be without end.
            { "Channel": "CHAT", "AfterContactWorkConfig": { "AfterContactWorkTimeLimit": 1 } },
            { "Channel": "TASK", "AfterContactWorkConfig": { "AfterContactWorkTimeLimit": 0 } },
            { "Channel": "EMAIL", "AfterContactWorkConfig": { "AfterContactWorkTimeLimit": -1 } },
        ],
        "SecurityProfileIds": ["3d4e"],
        "HierarchyGroupId": "5f6a",
        "DirectoryUserId": "d1",
        "Tags": { "team": "ops" },
    })))
    .await;

    assert_eq!((user.user_id, user.arn.as_str(), user.name.as_str()), (user_id(), USER_ARN, "jane"));
    assert_eq!((user.first_name, user.last_name), (Some("Jane".into()), Some("Doe".into())));
    assert_eq!(user.phone.after_contact_work_time_limit, 2_000_000);
    let work =
        |limit, callback: Option<u32>| AfterContactWork::new(limit).with_agent_first_callback(callback);
    let expected = [
        (Channel::Voice, work(30, Some(5))),
        (Channel::Chat, work(1, None)),
        (Channel::Task, work(0, None)),
        (Channel::Email, work(0, None)),
    ];
    assert_eq!(user.channels.after_contact_work, expected.into());
    assert_eq!(user.routing_profile_id, Some("7a9b".into()));
    assert_eq!(user.security_profile_ids, ["3d4e".into()].into());
    assert_eq!(user.hierarchy_group_id, Some("5f6a".into()));
    assert_eq!(user.directory_user_id.as_deref(), Some("d1"));
    assert_eq!(user.tags, [("team".into(), "ops".into())].into());
}

/// The method's answer to that body fails for want of that member.
macro_rules! assert_lacks {
    ($method:ident, $request:expr, $body:expr, $member:expr, $effect:expr) => {{
        let wire = Wire::new(&Answer::ok($body));
        let error = wire.client.$method($request).await.expect_err("a failure");
        assert_error(&error, ErrorKind::InvalidResponse, $effect);
        assert_eq!(error.message(), Some(format!("the answer has no `{}`", $member).as_str()));
        assert_eq!(error.request_id(), Some(REQUEST_ID));
    }};
}
pub(crate) use assert_lacks;

#[tokio::test]
async fn an_answer_must_have_what_a_user_is_known_by() {
    use connect_user::client::{DescribeInstance, ListUsers, SearchQuickConnects};
    let (unknown, none) = (Effect::Unknown, Effect::None);
    let create = create_user();
    assert_lacks!(create_user, &create, "{}", "UserId", unknown);
    assert_lacks!(create_user, &create, "", "UserId", unknown);
    assert_lacks!(create_user, &create, json!({ "UserId": "", "UserArn": USER_ARN }), "UserId", unknown);

    let describe = describe_user();
    let without = |member: &str| {
        let mut user = bare_user();
        user.as_object_mut().expect("an object").remove(member);
        json!({ "User": user, "Users": [user.clone()], "UserSummaryList": [user] })
    };
    assert_lacks!(describe_user, &describe, "{}", "User", none);
    assert_lacks!(describe_user, &describe, without("Id"), "User.Id", none);
    assert_lacks!(describe_user, &describe, without("Username"), "User.Username", none);
    assert_lacks!(describe_user, &describe, without("RoutingProfileId"), "User.RoutingProfileId", none);

    assert_lacks!(search_users, &search_users(), without("Id"), "Users.Id", none);
    assert_eq!(
        found(json!({ "Id": USER, "Arn": USER_ARN, "Username": "jane" })).await.routing_profile_id,
        None
    );
    let list = ListUsers::new(instance_id());
    assert_lacks!(list_users, &list, without("Id"), "UserSummaryList.Id", none);
    let instance = DescribeInstance::new(instance_id());
    assert_lacks!(describe_instance, &instance, "{}", "Instance", none);
    let search = SearchQuickConnects::new(instance_id());
    let body = json!({ "QuickConnects": [{ "QuickConnectConfig": { "QuickConnectType": "USER" } }] });
    assert_lacks!(search_quick_connects, &search, body, "QuickConnects.QuickConnectId", none);
}

#[tokio::test]
async fn an_answer_may_lack_what_the_api_declares_optional() {
    use connect_user::client::{DescribeInstance, ListUsers};
    let wire = |body: Value| Wire::new(&Answer::ok(body));
    let created = wire(json!({ "UserId": USER })).client.create_user(&create_user()).await.expect("made");
    assert_eq!((created.user_id.as_str(), created.arn.as_str()), (USER, ""));

    let mut user = bare_user();
    user.as_object_mut().expect("an object").remove("Arn");
    let body = json!({ "User": user, "Users": [user] });
    let read = wire(body.clone()).client.describe_user(&describe_user()).await.expect("read");
    assert_eq!((read.name.as_str(), read.arn.as_str()), ("jane", ""));
    let found = wire(body).client.search_users(&search_users()).await.expect("found");
    assert_eq!(found.items.iter().map(|user| user.arn.as_str()).collect::<Vec<_>>(), [""]);

    let list = ListUsers::new(instance_id());
    let listed = wire(json!({ "UserSummaryList": [{ "Id": USER }, { "Id": "u2", "Username": "bob" }] }));
    let listed = listed.client.list_users(&list).await.expect("listed").items;
    assert_eq!(
        listed.iter().map(|user| (user.user_id.as_str(), user.name.as_str())).collect::<Vec<_>>(),
        [(USER, ""), ("u2", "bob")]
    );
    let instance = DescribeInstance::new(instance_id());
    let described = wire(json!({ "Instance": { "IdentityManagementType": "SAML" } }));
    let described = described.client.describe_instance(&instance).await.expect("an instance");
    assert_eq!(described.instance_id, instance_id());
}
