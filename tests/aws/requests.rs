//! What creating, reading, listing, tagging and deleting send, and what they make of the answers.

use connect_user::{
    client::{
        ConnectClient, DeleteQuickConnect, DeleteUser, DescribeInstance, DescribeUser, Effect, ErrorKind,
        ListTrafficDistributionGroupUsers, ListTrafficDistributionGroups, ListUserProficiencies, ListUsers,
        ListWorkspaces, NamedResource, PredefinedAttribute, SearchPredefinedAttributes, SearchQuickConnects,
        SearchWorkspaceAssociations, TagResource, UntagResource, WorkspaceAssociation,
    },
    user::{
        AfterContactWork, AutoAccept, Channel, ChannelSettings, HierarchyGroupId, IdentityManagementType,
        LastModified, PhoneLine, RoutingProfileId, Timestamp, VoiceEnhancementMode,
    },
};
use serde_json::{Value, json};

use crate::support::*;

/// Method, path, query and body.
#[track_caller]
pub fn assert_sent(wire: &Wire, method: &str, path: &str, query: Option<&str>, body: Value) {
    let expected = Request { method: method.into(), path: path.into(), query: query.map(Into::into), body };
    assert_eq!(wire.request(), expected);
}

/// What every operation makes of a 404.
macro_rules! assert_not_found {
    ($method:ident, $request:expr) => {{
        let wire = Wire::new(&Answer::error(404, "ResourceNotFoundException", "Not there"));
        let error = wire.client.$method($request).await.expect_err("a failure");
        assert_error(&error, ErrorKind::NotFound, Effect::None);
        assert_eq!(error.code(), Some("ResourceNotFoundException"));
        assert_eq!(error.message(), Some("Not there"));
        assert_eq!(error.request_id(), Some(REQUEST_ID));
        assert_eq!(
            error.to_string(),
            format!("`{}` failed, not found: Not there (request `{REQUEST_ID}`)", error.operation())
        );
    }};
}
pub(crate) use assert_not_found;

#[tokio::test]
async fn create_sends_what_is_set() {
    let wire = Wire::new(&Answer::ok(json!({ "UserId": USER, "UserArn": USER_ARN })));
    let mut request = create_confidential_user()
        .directory_user_id("jane@directory".to_owned())
        .hierarchy_group_id(HierarchyGroupId::new("5f6a"))
        .tags([("team".to_owned(), "ops".to_owned())]);
    request.security_profile_ids.insert("4e5f".into());

    let created = wire.client.create_user(&request).await.expect("a user");

    assert_eq!((created.user_id, created.arn.as_str()), (user_id(), USER_ARN));
    assert_sent(
        &wire,
        "PUT",
        "/users/1c2d",
        None,
        json!({
            "Username": "jane",
            "Password": PASSWORD,
            "IdentityInfo": {
                "FirstName": "Jane", "LastName": "Doe", "Email": EMAIL,
                "SecondaryEmail": SECONDARY_EMAIL, "Mobile": MOBILE,
            },
            // False and 0 are the service's defaults: the SDK leaves them out.
            "PhoneConfig": { "PhoneType": "DESK_PHONE", "DeskPhoneNumber": DESK_PHONE },
            "DirectoryUserId": "jane@directory",
            "SecurityProfileIds": ["3d4e", "4e5f"],
            "RoutingProfileId": "7a9b",
            "HierarchyGroupId": "5f6a",
            "Tags": { "team": "ops" },
        }),
    );
    let wire = Wire::new(&Answer::error(409, "DuplicateResourceException", "Exists"));
    let error = wire.client.create_user(&request).await.expect_err("a failure");
    assert_error(&error, ErrorKind::Duplicate, Effect::None);
}

#[tokio::test]
async fn create_leaves_out_what_is_empty() {
    let wire = Wire::new(&Answer::ok(json!({ "UserId": USER, "UserArn": USER_ARN })));

    wire.client.create_user(&create_user()).await.expect("a user");

    let body = json!({ "Username": "jane", "SecurityProfileIds": ["3d4e"], "RoutingProfileId": "7a9b" });
    assert_eq!(wire.request().body, body);
}

#[tokio::test]
async fn create_sends_settings_per_channel() {
    let wire = Wire::new(&Answer::ok(json!({ "UserId": USER, "UserArn": USER_ARN })));
    let request = create_user().channels(channels());

    wire.client.create_user(&request).await.expect("a user");

    let body = wire.request().body;
    assert_eq!(body.get("PhoneConfig"), None);
    for (list, configs) in channels_json().as_object().expect("an object") {
        assert_eq!(body.get(list), Some(configs), "{list}");
    }
}

/// Every kind of setting per channel, zeros among them.
pub fn channels() -> ChannelSettings {
    let limit =
        |limit, callback: Option<u32>| AfterContactWork::new(limit).with_agent_first_callback(callback);
    let accept = |accept, callback: Option<bool>| AutoAccept::new(accept).with_agent_first_callback(callback);
    ChannelSettings::builder()
        .auto_accept(
            [(Channel::Voice, accept(true, Some(false))), (Channel::Email, accept(false, None))].into(),
        )
        .after_contact_work([(Channel::Voice, limit(30, Some(0))), (Channel::Chat, limit(0, None))].into())
        .phone_number([(Channel::Voice, PhoneLine::Desk(Some(DESK_PHONE.into())))].into())
        .persistent_connection([(Channel::Voice, false)].into())
        .voice_enhancement([(Channel::Voice, VoiceEnhancementMode::VoiceIsolation)].into())
        .build()
}

/// The same on the wire: an after contact work of 0 is an empty object.
pub fn channels_json() -> Value {
    json!({
        "AutoAcceptConfigs": [
            { "Channel": "VOICE", "AutoAccept": true, "AgentFirstCallbackAutoAccept": false },
            { "Channel": "EMAIL", "AutoAccept": false },
        ],
        "AfterContactWorkConfigs": [
            {
                "Channel": "VOICE",
                "AfterContactWorkConfig": { "AfterContactWorkTimeLimit": 30 },
                "AgentFirstCallbackAfterContactWorkConfig": {},
            },
            { "Channel": "CHAT", "AfterContactWorkConfig": {} },
        ],
        "PhoneNumberConfigs": [{ "Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": DESK_PHONE }],
        "PersistentConnectionConfigs": [{ "Channel": "VOICE", "PersistentConnection": false }],
        "VoiceEnhancementConfigs": [{ "Channel": "VOICE", "VoiceEnhancementMode": "VOICE_ISOLATION" }],
    })
}

#[tokio::test]
async fn describe_user_is_a_get() {
    let wire = Wire::new(&Answer::ok("{}"));
    wire.client.describe_user(&describe_user()).await.expect_err("an answer without a user");
    assert_sent(&wire, "GET", "/users/1c2d/8e9f", None, Value::Null);
    assert_not_found!(describe_user, &describe_user());
}

#[tokio::test]
async fn delete_user_is_a_delete() {
    let wire = Wire::new(&Answer::ok(""));
    let request = delete_user();
    wire.client.delete_user(&request).await.expect("nothing");
    assert_sent(&wire, "DELETE", "/users/1c2d/8e9f", None, Value::Null);
    assert_not_found!(delete_user, &request);
}

#[tokio::test]
async fn an_arn_is_one_segment() {
    let instance = "arn:aws:connect:us-east-1:123456789012:instance/1c2d";
    let wire = Wire::new(&Answer::ok("{}"));
    let request = DeleteUser::new(instance, USER_ARN);
    wire.client.delete_user(&request).await.expect("nothing");
    let path = format!("/users/{}/{USER_ARN_SEGMENT}", instance.replace(':', "%3A").replace('/', "%2F"));
    assert_eq!(wire.request().path, path);
}

#[tokio::test]
async fn list_users_pages() {
    let first = ListUsers::new(instance_id());
    let wire = Wire::new(&Answer::ok(json!({
        "UserSummaryList": [
            { "Id": USER, "Arn": USER_ARN, "Username": "jane", "LastModifiedTime": 1767225600.25,
              "LastModifiedRegion": "us-east-1" },
            { "Id": "9f0a", "Arn": "arn", "Username": "john" },
        ],
        "NextToken": "more",
    })));

    let page = wire.client.list_users(&first).await.expect("a page");

    assert_sent(&wire, "GET", "/users-summary/1c2d", Some("maxResults=1000"), Value::Null);
    let [jane, john] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((&jane.user_id, jane.arn.as_str(), jane.name.as_str()), (&user_id(), USER_ARN, "jane"));
    assert_eq!(jane.last_modified_time, Some(Timestamp::from_millis(1_767_225_600_250)));
    assert_eq!(jane.last_modified_region.as_deref(), Some("us-east-1"));
    assert_eq!((john.last_modified_time, john.last_modified_region.as_deref()), (None, None));
    assert_eq!(page.next_token.as_deref(), Some("more"));

    let wire = Wire::new(&Answer::ok(json!({ "NextToken": "" })));
    let second = first.clone().next_token("a/b+c".to_owned()).max_results(7);
    let page = wire.client.list_users(&second).await.expect("a page");
    assert_eq!((page.items.len(), page.next_token), (0, None));
    assert_sent(&wire, "GET", "/users-summary/1c2d", Some("nextToken=a%2Fb%2Bc&maxResults=7"), Value::Null);
    assert_not_found!(list_users, &first);
}

#[tokio::test]
async fn search_users_by_name_and_without() {
    let wire = Wire::new(&Answer::ok("{}"));
    let page = wire.client.search_users(&search_users()).await.expect("a page");
    assert_eq!((page.items.len(), page.next_token), (0, None));
    assert_sent(&wire, "POST", "/search-users", None, json!({ "InstanceId": INSTANCE, "MaxResults": 500 }));

    let wire = Wire::new(&Answer::ok("{}"));
    let request = search_users().name("jane".to_owned()).next_token("more".to_owned()).max_results(2);
    wire.client.search_users(&request).await.expect("a page");
    let condition = json!({ "FieldName": "Username", "Value": "jane", "ComparisonType": "EXACT" });
    let body = json!({
        "InstanceId": INSTANCE, "MaxResults": 2, "NextToken": "more",
        "SearchCriteria": { "StringCondition": condition },
    });
    assert_sent(&wire, "POST", "/search-users", None, body);
    assert_not_found!(search_users, &request);
}

#[tokio::test]
async fn search_users_by_conditions_and_tags() {
    use connect_user::{
        client::{TextComparison, UserCondition as Is, UserField},
        user::ProficiencyKey,
    };

    let text = |field, comparison, value| json!({ "StringCondition": { "FieldName": field, "Value": value, "ComparisonType": comparison } });
    let group =
        |id, kind| json!({ "HierarchyGroupCondition": { "Value": id, "HierarchyGroupMatchType": kind } });
    let french = || ProficiencyKey::new("connect:Language", "connect:French");
    let proficiency = |level: Option<Value>| {
        let text = [text("name", "EXACT", "connect:Language"), text("value", "EXACT", "connect:French")];
        let conditions: Vec<_> = text.into_iter().chain(level).collect();
        json!({ "ListCondition": { "TargetListType": "PROFICIENCIES", "Conditions": conditions } })
    };
    let levels = json!({ "FieldName": "limit", "MinValue": 3, "MaxValue": 5, "ComparisonType": "RANGE" });
    for (condition, criteria) in [
        (Is::proficiency(french()), proficiency(None)),
        (Is::proficiency_level(french(), 3..=5), proficiency(Some(json!({ "NumberCondition": levels })))),
        (Is::user_id(USER_ARN), text("resourceId", "EXACT", USER)),
        (
            Is::text(UserField::FirstName, TextComparison::StartsWith, "Ja"),
            text("FirstName", "STARTS_WITH", "Ja"),
        ),
        (Is::text(UserField::LastName, TextComparison::Contains, "oe"), text("LastName", "CONTAINS", "oe")),
        (Is::routing_profile("7a9b"), text("RoutingProfileId", "EXACT", "7a9b")),
        (Is::security_profile("3d4e"), text("SecurityProfileId", "EXACT", "3d4e")),
        (Is::hierarchy_group("5c6d"), group("5c6d", "EXACT")),
        (Is::hierarchy("5c6d"), group("5c6d", "WITH_CHILD_GROUPS")),
        (
            Is::name("jane").and(Is::hierarchy("5c6d")).and(Is::user_id("8e9f")).or(Is::name("joe")),
            json!({ "OrConditions": [
                { "AndConditions": [
                    text("Username", "EXACT", "jane"), group("5c6d", "WITH_CHILD_GROUPS"), text("resourceId", "EXACT", "8e9f"),
                ] },
                text("Username", "EXACT", "joe"),
            ] }),
        ),
    ] {
        let wire = Wire::new(&Answer::ok("{}"));
        wire.client.search_users(&search_users().condition(condition)).await.expect("a page");
        let body = json!({ "InstanceId": INSTANCE, "MaxResults": 500, "SearchCriteria": criteria });
        assert_sent(&wire, "POST", "/search-users", None, body);
    }

    let wire = Wire::new(&Answer::ok("{}"));
    let tags = [("team".to_owned(), "red".to_owned()), ("empty".to_owned(), String::new())];
    wire.client.search_users(&search_users().tags(tags)).await.expect("a page");
    let conditions = json!([{ "TagKey": "empty", "TagValue": "" }, { "TagKey": "team", "TagValue": "red" }]);
    let filter = json!({ "TagFilter": { "AndConditions": conditions } });
    let body = json!({ "InstanceId": INSTANCE, "MaxResults": 500, "SearchFilter": filter });
    assert_sent(&wire, "POST", "/search-users", None, body);

    let wire = Wire::new(&Answer::error(400, "InvalidParameterException", "bad value: Roe-Smith"));
    let named = Is::text(UserField::LastName, TextComparison::Exact, "Roe-Smith").or(Is::name("jane"));
    let error =
        wire.client.search_users(&search_users().condition(named.clone())).await.expect_err("refused");
    assert_eq!(error.message(), Some("bad value: (redacted)"));
    assert!(!format!("{named:?}").contains("Roe"), "{named:?}");
}

#[tokio::test]
async fn list_user_proficiencies_rounds_levels() {
    let wire = Wire::new(&Answer::ok(json!({
        "UserProficiencyList": [
            { "AttributeName": "connect:Language", "AttributeValue": "connect:French", "Level": 4.0 },
            { "AttributeName": "skill", "AttributeValue": "billing", "Level": 2.6 },
        ],
        "NextToken": "more",
        "LastModifiedTime": 1_767_225_600.25, "LastModifiedRegion": "us-west-2",
    })));
    let request = ListUserProficiencies::new(instance_id(), USER_ARN);

    let page = wire.client.list_user_proficiencies(&request).await.expect("a page");

    let path = format!("/users/1c2d/{USER_ARN_SEGMENT}/proficiencies");
    assert_sent(&wire, "GET", &path, None, Value::Null);
    let levels: Vec<_> = page.items.iter().map(|(key, level)| (key.value.as_str(), *level)).collect();
    assert_eq!(levels, [("connect:French", 4), ("billing", 3)]);
    assert_eq!(page.next_token.as_deref(), Some("more"));
    let changed = LastModified::new(Timestamp::from_millis(1_767_225_600_250), "us-west-2".to_owned());
    assert_eq!(page.last_modified, Some(changed));

    let wire = Wire::new(&Answer::ok("{}"));
    let request = request.next_token("more".to_owned());
    assert_eq!(wire.client.list_user_proficiencies(&request).await.expect("a page").items, []);
    assert_eq!(wire.request().query.as_deref(), Some("nextToken=more"));
    assert_not_found!(list_user_proficiencies, &request);
}

#[tokio::test]
async fn tags_are_set_and_taken_away() {
    let wire = Wire::new(&Answer::ok(""));
    let request = TagResource::new(USER_ARN, [("team".into(), String::new())]);
    wire.client.tag_resource(&request).await.expect("nothing");
    let path = format!("/tags/{USER_ARN_SEGMENT}");
    assert_sent(&wire, "POST", &path, None, json!({ "tags": { "team": "" } }));
    assert_not_found!(tag_resource, &request);

    let wire = Wire::new(&Answer::ok(""));
    let request = UntagResource::new(USER_ARN, ["cost centre".into(), "team".into()]);
    wire.client.untag_resource(&request).await.expect("nothing");
    assert_sent(&wire, "DELETE", &path, Some("tagKeys=cost%20centre&tagKeys=team"), Value::Null);
    assert_not_found!(untag_resource, &request);
}

#[tokio::test]
async fn describe_instance_tells_the_identity_management() {
    let request = DescribeInstance::new(instance_id());
    for (kind, known) in [
        (json!("SAML"), Some(IdentityManagementType::Saml)),
        (json!("CONNECT_MANAGED"), Some(IdentityManagementType::ConnectManaged)),
        (json!("EXISTING_DIRECTORY"), Some(IdentityManagementType::ExistingDirectory)),
        (json!("TELEPATHY"), None),
        (Value::Null, None),
    ] {
        let body = json!({ "Instance": { "Id": INSTANCE, "IdentityManagementType": kind } });
        let wire = Wire::new(&Answer::ok(body));
        let instance = wire.client.describe_instance(&request).await.expect("an instance");
        assert_eq!((instance.instance_id, instance.identity_management), (instance_id(), known));
        assert_sent(&wire, "GET", "/instance/1c2d", None, Value::Null);
    }
    assert_not_found!(describe_instance, &request);
}

#[tokio::test]
async fn predefined_attributes_are_searched_with_their_values() {
    let answer = json!({
        "PredefinedAttributes": [
            { "Name": "connect:Language", "Values": { "StringList": ["connect:French", "connect:German"] } },
            { "Name": "of another type", "Values": { "NumberList": [7] } },
            { "Name": "without values" },
        ],
        "NextToken": "more",
    });
    let wire = Wire::new(&Answer::ok(answer));
    let request = SearchPredefinedAttributes::new(instance_id());
    let page = wire.client.search_predefined_attributes(&request).await.expect("a page");
    let languages = ["connect:French".to_owned(), "connect:German".to_owned()];
    let expected = [
        PredefinedAttribute::new("connect:Language", languages),
        PredefinedAttribute::new("of another type", []),
        PredefinedAttribute::new("without values", []),
    ];
    assert_eq!((page.items, page.next_token.as_deref()), (expected.to_vec(), Some("more")));
    let body = json!({ "InstanceId": INSTANCE, "MaxResults": 100 });
    assert_sent(&wire, "POST", "/search-predefined-attributes", None, body);
    let lacking = Wire::new(&Answer::ok(json!({ "PredefinedAttributes": [{}] })));
    let error = lacking.client.search_predefined_attributes(&request).await.expect_err("lacking");
    assert_eq!(error.message(), Some("the answer has no `PredefinedAttributes.Name`"));
    assert_not_found!(search_predefined_attributes, &request);
}

#[tokio::test]
async fn quick_connects_to_users_are_found_and_deleted() {
    let wire = Wire::new(&Answer::ok(json!({
        "QuickConnects": [
            { "QuickConnectId": "q1", "Name": "Jane",
              "QuickConnectConfig": {
                "QuickConnectType": "USER", "UserConfig": { "UserId": USER, "ContactFlowId": "f1" } } },
            { "QuickConnectId": "q2", "Name": "Front desk",
              "QuickConnectConfig": {
                "QuickConnectType": "PHONE_NUMBER", "PhoneConfig": { "PhoneNumber": DESK_PHONE } } },
            { "QuickConnectId": "q3", "QuickConnectConfig": { "QuickConnectType": "USER" } },
            { "QuickConnectId": "q4", "QuickConnectConfig": { "QuickConnectType": "CARRIER_PIGEON" } },
            { "QuickConnectId": "q5" },
        ],
        "NextToken": "more",
    })));
    let request = SearchQuickConnects::new(instance_id()).next_token("here".to_owned());

    let page = wire.client.search_quick_connects(&request).await.expect("a page");

    let body = json!({ "InstanceId": INSTANCE, "MaxResults": 100, "NextToken": "here" });
    assert_sent(&wire, "POST", "/search-quick-connects", None, body);
    let [jane, dangling] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((jane.quick_connect_id.as_str(), jane.name.as_str()), ("q1", "Jane"));
    assert_eq!(jane.user_id, Some(user_id()));
    assert_eq!((dangling.quick_connect_id.as_str(), &dangling.user_id), ("q3", &None));
    assert_eq!(page.next_token.as_deref(), Some("more"));
    assert_not_found!(search_quick_connects, &request);

    let wire = Wire::new(&Answer::ok(""));
    let request = DeleteQuickConnect::new(instance_id(), "q1");
    wire.client.delete_quick_connect(&request).await.expect("nothing");
    assert_sent(&wire, "DELETE", "/quick-connects/1c2d/q1", None, Value::Null);
    assert_not_found!(delete_quick_connect, &request);
}

#[tokio::test]
async fn traffic_distribution_groups_are_listed_with_their_users() {
    let wire = Wire::new(&Answer::ok(json!({
        "TrafficDistributionGroupSummaryList": [
            { "Id": "g1", "Arn": "arn:g1", "Name": "Both", "InstanceArn": "arn:i", "Status": "ACTIVE", "IsDefault": true },
            { "Id": "g2" },
        ],
        "NextToken": "more",
    })));
    let request = ListTrafficDistributionGroups::new(instance_id()).next_token("here".to_owned());
    let page = wire.client.list_traffic_distribution_groups(&request).await.expect("a page");
    let expected = [NamedResource::new("g1", "arn:g1", "Both"), NamedResource::new("g2", "", "")];
    assert_eq!((page.items.as_slice(), page.next_token.as_deref()), (&expected[..], Some("more")));
    let query = format!("maxResults=10&nextToken=here&instanceId={INSTANCE}");
    assert_sent(&wire, "GET", "/traffic-distribution-groups", Some(&query), Value::Null);
    assert_not_found!(list_traffic_distribution_groups, &request);

    let users = json!({ "TrafficDistributionGroupUserSummaryList": [{ "UserId": USER }] });
    let wire = Wire::new(&Answer::ok(users));
    let request = ListTrafficDistributionGroupUsers::new(instance_id(), "g1");
    let page = wire.client.list_traffic_distribution_group_users(&request).await.expect("a page");
    assert_eq!(page.items, [user_id()]);
    let path = "/traffic-distribution-group/g1/user";
    assert_sent(&wire, "GET", path, Some("maxResults=10"), Value::Null);
    assert_not_found!(list_traffic_distribution_group_users, &request);
}

#[tokio::test]
async fn workspaces_and_their_associations_are_listed() {
    let workspaces = json!({ "WorkspaceSummaryList": [{ "Id": "w1", "Name": "Sales", "Arn": "arn:w1" }] });
    let wire = Wire::new(&Answer::ok(workspaces));
    let request = ListWorkspaces::new(instance_id());
    let page = wire.client.list_workspaces(&request).await.expect("a page");
    assert_eq!(page.items, [NamedResource::new("w1", "arn:w1", "Sales")]);
    assert_sent(&wire, "GET", "/workspaces/1c2d", Some("maxResults=100"), Value::Null);
    assert_not_found!(list_workspaces, &request);

    let wire = Wire::new(&Answer::ok(json!({
        "WorkspaceAssociations": [
            { "WorkspaceId": "w1", "ResourceType": "USER", "ResourceId": USER, "ResourceName": "jane" },
            { "WorkspaceId": "w1", "ResourceType": "ROUTING_PROFILE", "ResourceId": "r1" },
            { "WorkspaceId": "w1", "ResourceType": "CARRIER_PIGEON", "ResourceId": "p1" },
        ],
    })));
    let request = SearchWorkspaceAssociations::new(instance_id());
    let page = wire.client.search_workspace_associations(&request).await.expect("a page");
    let with = || WorkspaceAssociation::new("w1");
    let profile = RoutingProfileId::from("r1");
    assert_eq!(page.items, [with().user_id(user_id()), with().routing_profile_id(profile), with()]);
    let body = json!({ "InstanceId": INSTANCE, "MaxResults": 100 });
    assert_sent(&wire, "POST", "/search-workspace-associations", None, body);
    assert_not_found!(search_workspace_associations, &request);
}

#[tokio::test]
async fn a_label_that_is_missing_is_refused_before_anything_is_sent() {
    let wire = Wire::new(&Answer::ok("{}"));
    let request = DescribeUser::new(instance_id(), "");
    let error = wire.client.describe_user(&request).await.expect_err("a failure");
    assert_error(&error, ErrorKind::Invalid, Effect::None);
    let wire_of_create = Wire::new(&Answer::ok("{}"));
    let mut request = create_confidential_user();
    request.instance_id = "".into();
    let error = wire_of_create.client.create_user(&request).await.expect_err("a failure");
    assert_error(&error, ErrorKind::Invalid, Effect::None);
    assert!(error.to_string().contains("the request cannot be built: instance_id was missing"), "{error}");
    assert_eq!((wire.requests().len(), wire_of_create.requests().len()), (0, 0));
}
