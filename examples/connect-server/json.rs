//! Writes answers in the JSON of the service.

use std::collections::BTreeMap;

use connect_user::{
    client::{
        FoundUser, HierarchyGroupEntry, ListedUser, NamedResource, Page, PredefinedAttribute,
        QuickConnectSummary, Rate, UserDescription, WorkspaceAssociation,
    },
    user::{Channel, ChannelSettings, Identity, Operation, Personal, Phone, PhoneLine, ProficiencyKey},
};
use serde_json::{Map, Value, json};

/// The levels of a hierarchy, from the top down.
pub const LEVELS: [&str; 5] = ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"];

pub fn list<T>(name: &str, page: Page<T>, element: impl Fn(&T) -> Value) -> Value {
    let items: Vec<_> = page.items.iter().map(element).collect();
    let changed = page.last_modified.as_ref();
    without_nulls(json!({
        name: items, "NextToken": page.next_token,
        "LastModifiedTime": time(changed.map(|changed| changed.time)),
        "LastModifiedRegion": changed.and_then(|changed| changed.region.as_ref()),
    }))
}

/// Removes nulls: the service leaves out members that are not set.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, without_nulls(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

fn text(text: &Option<Personal>) -> Value {
    text.as_ref().map_or(Value::Null, |text| text.as_str().into())
}

fn number(line: &PhoneLine) -> Value {
    line.number().map_or(Value::Null, |number| number.as_str().into())
}

fn identity(identity: &Identity) -> Value {
    json!({
        "FirstName": text(&identity.first_name), "LastName": text(&identity.last_name),
        "Email": text(&identity.email), "SecondaryEmail": text(&identity.secondary_email),
        "Mobile": text(&identity.mobile),
    })
}

/// Time limits of after contact work are in seconds, but in the results of a search in milliseconds.
fn phone(phone: &Phone, unit: u64) -> Value {
    json!({
        "PhoneType": phone.line.phone_type(), "AutoAccept": phone.auto_accept,
        "AfterContactWorkTimeLimit": u64::from(phone.after_contact_work_time_limit) * unit,
        "DeskPhoneNumber": number(&phone.line), "PersistentConnection": phone.persistent_connection,
    })
}

/// A list with an element per channel.
fn configs<T>(settings: &BTreeMap<Channel, T>, members: impl Fn(&T) -> Value) -> Value {
    let config = |(channel, setting): (&Channel, &T)| {
        let mut config = members(setting);
        config["Channel"] = json!(channel);
        config
    };
    settings.iter().map(config).collect()
}

fn with_channels(mut user: Value, channels: &ChannelSettings, unit: u64) -> Value {
    let limit = |seconds: u32| json!({"AfterContactWorkTimeLimit": u64::from(seconds) * unit});
    user["AutoAcceptConfigs"] = configs(&channels.auto_accept, |accept| {
        let callback = accept.agent_first_callback;
        json!({"AutoAccept": accept.auto_accept, "AgentFirstCallbackAutoAccept": callback})
    });
    user["AfterContactWorkConfigs"] = configs(&channels.after_contact_work, |work| {
        let callback = work.agent_first_callback.map(limit);
        json!({
            "AfterContactWorkConfig": limit(work.time_limit),
            "AgentFirstCallbackAfterContactWorkConfig": callback,
        })
    });
    user["PhoneNumberConfigs"] = configs(
        &channels.phone_number,
        |line| json!({"PhoneType": line.phone_type(), "PhoneNumber": number(line)}),
    );
    user["PersistentConnectionConfigs"] =
        configs(&channels.persistent_connection, |persistent| json!({"PersistentConnection": persistent}));
    user["VoiceEnhancementConfigs"] =
        configs(&channels.voice_enhancement, |mode| json!({"VoiceEnhancementMode": mode}));
    without_nulls(user)
}

/// Seconds since the epoch, with milliseconds as decimals.
fn time(time: Option<connect_user::user::Timestamp>) -> Value {
    time.map_or(Value::Null, |time| json!(time.as_millis() as f64 / 1_000.0))
}

pub fn described(user: &UserDescription) -> Value {
    let value = json!({
        "Id": user.user_id, "Arn": user.arn, "Username": user.name, "DirectoryUserId": user.directory_user_id,
        "IdentityInfo": identity(&user.identity), "PhoneConfig": phone(&user.phone, 1),
        "RoutingProfileId": user.routing_profile_id, "SecurityProfileIds": user.security_profile_ids,
        "HierarchyGroupId": user.hierarchy_group_id, "Tags": user.tags,
        "LastModifiedTime": time(user.last_modified_time), "LastModifiedRegion": user.last_modified_region,
    });
    with_unrecognised(with_channels(value, &user.channels, 1), &user.unrecognised)
}

pub fn found(user: &FoundUser) -> Value {
    let value = json!({
        "Id": user.user_id, "Arn": user.arn, "Username": user.name, "DirectoryUserId": user.directory_user_id,
        "IdentityInfo": {"FirstName": text(&user.first_name), "LastName": text(&user.last_name)},
        "PhoneConfig": phone(&user.phone, 1_000),
        "RoutingProfileId": user.routing_profile_id, "SecurityProfileIds": user.security_profile_ids,
        "HierarchyGroupId": user.hierarchy_group_id, "Tags": user.tags,
    });
    with_unrecognised(with_channels(value, &user.channels, 1_000), &user.unrecognised)
}

/// Adds members that the client does not know, at their places.
fn with_unrecognised(mut user: Value, unrecognised: &[String]) -> Value {
    for found in unrecognised {
        let (path, value) = found.split_once(" `").unwrap_or((found, "something else"));
        let value = match value.trim_end_matches('`') {
            flag @ ("true" | "false") => Value::Bool(flag == "true"),
            text => text.into(),
        };
        let names: Vec<String> = path.split('.').map(pascal_case).collect();
        put(&mut user, &names, &value);
    }
    user
}

/// Sets a value at a path: in each object of a list; a channel is added as a new object.
fn put(at: &mut Value, names: &[String], value: &Value) {
    let Some((name, rest)) = names.split_first() else {
        *at = value.clone();
        return;
    };
    let list = name.strip_suffix("[]");
    let members = at.as_object_mut().map(|members| members.entry(list.unwrap_or(name)));
    match (members, rest) {
        (Some(entry), [channel]) if list.is_some() && channel == "Channel" => {
            let list = entry.or_insert_with(|| json!([]));
            list.as_array_mut().into_iter().for_each(|list| list.push(json!({ "Channel": value })));
        }
        (Some(entry), _) if list.is_some() => {
            let elements = entry.or_insert_with(|| json!([])).as_array_mut().into_iter().flatten();
            elements.for_each(|element| put(element, rest, value));
        }
        (Some(entry), _) => put(entry.or_insert_with(|| json!({})), rest, value),
        (None, _) => {}
    }
}

fn pascal_case(name: &str) -> String {
    let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
    first.to_uppercase() + rest
}

pub fn listed(user: &ListedUser) -> Value {
    json!({
        "Id": user.user_id, "Arn": user.arn, "Username": user.name,
        "LastModifiedTime": time(user.last_modified_time), "LastModifiedRegion": user.last_modified_region,
    })
}

pub fn proficiency((key, level): &(ProficiencyKey, u8)) -> Value {
    json!({"AttributeName": key.name, "AttributeValue": key.value, "Level": f32::from(*level)})
}

pub fn named(resource: &NamedResource) -> Value {
    json!({
        "Id": resource.id, "Arn": resource.arn, "Name": resource.name, "Type": resource.managed_by,
    })
}

/// A hierarchy group, with the names of the groups above it, whose ids are not known here.
pub fn hierarchy_group(group: &HierarchyGroupEntry) -> Value {
    let depth = group.path.len();
    let level = |(index, name): (usize, &String)| {
        let id = (index + 1 == depth).then_some(&group.id);
        Some(((*LEVELS.get(index)?).to_owned(), json!({"Id": id, "Name": name})))
    };
    let path: Map<_, _> = group.path.iter().enumerate().filter_map(level).collect();
    json!({"Id": group.id, "Name": group.name, "LevelId": depth.to_string(), "HierarchyPath": path})
}

pub fn predefined_attribute(attribute: &PredefinedAttribute) -> Value {
    json!({"Name": attribute.name, "Values": {"StringList": attribute.values}})
}

/// The quotas of operations in calls per second, as Service Quotas lists them.
pub fn quotas(quotas: &[(Option<Operation>, Rate)]) -> Value {
    let of = |operation: &Operation| {
        let is_own = |(of, _): &&(Option<Operation>, Rate)| *of == Some(*operation);
        let is_common = |(of, _): &&(Option<Operation>, Rate)| of.is_none();
        let (_, rate) = quotas.iter().rfind(is_own).or_else(|| quotas.iter().rfind(is_common))?;
        let name = format!("Rate of {operation} API requests");
        Some(json!({"ServiceCode": "connect", "QuotaName": name, "Value": 1.0 / rate.every.as_secs_f64()}))
    };
    json!({"Quotas": Operation::ALL.iter().filter_map(of).collect::<Vec<_>>()})
}

pub fn workspace_association(association: &WorkspaceAssociation) -> Value {
    let (kind, id) = match (&association.user_id, &association.routing_profile_id) {
        (Some(user), _) => ("USER", json!(user)),
        (None, profile) => ("ROUTING_PROFILE", json!(profile)),
    };
    json!({"WorkspaceId": association.workspace_id, "ResourceType": kind, "ResourceId": id})
}

pub fn quick_connect_of(quick_connect: &QuickConnectSummary) -> Value {
    json!({
        "QuickConnectId": quick_connect.quick_connect_id, "Name": quick_connect.name,
        "QuickConnectConfig": {
            "QuickConnectType": "USER",
            "UserConfig": {"UserId": quick_connect.user_id, "ContactFlowId": "flow"},
        },
    })
}
