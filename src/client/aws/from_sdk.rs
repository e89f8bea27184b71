//! Converts the SDK's types to the model's. A member that the API declares optional is read as its default, or as
//! empty, if the service leaves it out. Settings that this version does not know are searched in the raw answer
//! ([`raw`](super::raw)).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_connect::{
    operation::list_user_proficiencies::ListUserProficienciesOutput,
    primitives::DateTime,
    types::{
        self, AfterContactWorkConfig, HierarchyGroup, HierarchyPath, Instance, PredefinedAttribute,
        PredefinedAttributeValues, QuickConnect, QuickConnectType, RoutingProfileSummary,
        SecurityProfileSummary, TrafficDistributionGroupSummary, User, UserIdentityInfo, UserPhoneConfig,
        UserProficiency, UserSearchSummary, UserSummary, WorkspaceAssociationSearchSummary, WorkspaceSummary,
    },
};

use super::to_sdk::ChannelLists;
use crate::{
    client::answer::{
        self, FoundUser, HierarchyGroupEntry, InstanceDescription, ListedUser, NamedResource, Page,
        QuickConnectSummary, UserDescription, WorkspaceAssociation,
    },
    user::{
        AfterContactWork, AutoAccept, Channel, ChannelSettings, Identity, InstanceId, LastModified, Personal,
        Phone, PhoneLine, PhoneType, ProficiencyKey, RoutingProfileId, SecurityProfileId, SortedSet, Tags,
        Timestamp, UserId,
    },
};

/// The level of the service's own root group, which contains all other groups.
const FOUNDATION: &str = "0";

/// The name of a member that an answer lacks.
pub(super) type Missing = &'static str;

/// The unit of after contact work times in the answer of an operation.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Milliseconds,
}

/// Both user types of the SDK have these lists, with the same names.
macro_rules! channel_lists {
    ($user:ident) => {
        ChannelLists {
            auto_accept: $user.auto_accept_configs,
            after_contact_work: $user.after_contact_work_configs,
            phone_number: $user.phone_number_configs,
            persistent_connection: $user.persistent_connection_configs,
            voice_enhancement: $user.voice_enhancement_configs,
        }
    };
}

pub(super) fn described(user: User) -> Result<UserDescription, Missing> {
    Ok(UserDescription {
        user_id: required(user.id, "User.Id")?.into(),
        arn: user.arn.unwrap_or_default(),
        name: required(user.username, "User.Username")?,
        directory_user_id: user.directory_user_id,
        identity: user.identity_info.map(identity).unwrap_or_default(),
        phone: Unit::Seconds.phone(user.phone_config),
        routing_profile_id: required(user.routing_profile_id, "User.RoutingProfileId")?.into(),
        security_profile_ids: ids(user.security_profile_ids),
        hierarchy_group_id: user.hierarchy_group_id.map(Into::into),
        channels: Unit::Seconds.channels(channel_lists!(user)),
        tags: tags(user.tags),
        last_modified_time: timestamp(user.last_modified_time),
        last_modified_region: user.last_modified_region,
        unrecognised: Vec::new(),
    })
}

pub(super) fn found(user: UserSearchSummary) -> Result<FoundUser, Missing> {
    let (first_name, last_name) =
        user.identity_info.map(|info| (info.first_name, info.last_name)).unwrap_or_default();
    Ok(FoundUser {
        user_id: required(user.id, "Users.Id")?.into(),
        arn: user.arn.unwrap_or_default(),
        name: user.username.unwrap_or_default(),
        directory_user_id: user.directory_user_id,
        first_name: first_name.map(Personal::new),
        last_name: last_name.map(Personal::new),
        phone: Unit::Milliseconds.phone(user.phone_config),
        routing_profile_id: user.routing_profile_id.map(Into::into),
        security_profile_ids: ids(user.security_profile_ids),
        hierarchy_group_id: user.hierarchy_group_id.map(Into::into),
        channels: Unit::Milliseconds.channels(channel_lists!(user)),
        tags: tags(user.tags),
        unrecognised: Vec::new(),
    })
}

pub(super) fn listed(user: UserSummary) -> Result<ListedUser, Missing> {
    Ok(ListedUser {
        user_id: required(user.id, "UserSummaryList.Id")?.into(),
        arn: user.arn.unwrap_or_default(),
        name: user.username.unwrap_or_default(),
        last_modified_time: timestamp(user.last_modified_time),
        last_modified_region: user.last_modified_region,
    })
}

fn proficiency(proficiency: UserProficiency) -> (ProficiencyKey, u8) {
    let UserProficiency { attribute_name: name, attribute_value: value, level, .. } = proficiency;
    // The cast saturates: levels are 1 to 5.
    (ProficiencyKey { name, value }, level.round() as u8)
}

pub(super) fn routing_profile(profile: RoutingProfileSummary) -> Result<NamedResource, Missing> {
    Ok(NamedResource {
        id: required(profile.id, "RoutingProfileSummaryList.Id")?,
        arn: profile.arn.unwrap_or_default(),
        name: profile.name.unwrap_or_default(),
        managed_by: None,
    })
}

pub(super) fn security_profile(profile: SecurityProfileSummary) -> Result<NamedResource, Missing> {
    Ok(NamedResource {
        id: required(profile.id, "SecurityProfileSummaryList.Id")?,
        arn: profile.arn.unwrap_or_default(),
        name: profile.name.unwrap_or_default(),
        managed_by: profile.r#type.and_then(|by| by.as_str().parse().ok()),
    })
}

pub(super) fn traffic_distribution_group(
    group: TrafficDistributionGroupSummary,
) -> Result<NamedResource, Missing> {
    let id = required(group.id, "TrafficDistributionGroupSummaryList.Id")?;
    Ok(NamedResource::new(id, group.arn.unwrap_or_default(), group.name.unwrap_or_default()))
}

pub(super) fn workspace(workspace: WorkspaceSummary) -> Result<NamedResource, Missing> {
    let id = required(workspace.id, "WorkspaceSummaryList.Id")?;
    Ok(NamedResource::new(id, workspace.arn.unwrap_or_default(), workspace.name.unwrap_or_default()))
}

pub(super) fn workspace_association(
    found: WorkspaceAssociationSearchSummary,
) -> Result<WorkspaceAssociation, Missing> {
    let association =
        WorkspaceAssociation::new(required(found.workspace_id, "WorkspaceAssociations.WorkspaceId")?);
    let resource = required(found.resource_id, "WorkspaceAssociations.ResourceId")?;
    Ok(match found.resource_type.as_deref() {
        Some("USER") => association.user_id(UserId::from(resource)),
        Some("ROUTING_PROFILE") => association.routing_profile_id(RoutingProfileId::from(resource)),
        _ => association,
    })
}

pub(super) fn predefined_attribute(
    attribute: PredefinedAttribute,
) -> Result<answer::PredefinedAttribute, Missing> {
    let values = match attribute.values {
        Some(PredefinedAttributeValues::StringList(values)) => values.into_iter().collect(),
        _ => BTreeSet::new(),
    };
    Ok(answer::PredefinedAttribute { name: required(attribute.name, "PredefinedAttributes.Name")?, values })
}

/// Returns the hierarchy group, if users can be in it.
pub(super) fn hierarchy_group(group: HierarchyGroup) -> Option<Result<HierarchyGroupEntry, Missing>> {
    (group.level_id.as_deref() != Some(FOUNDATION)).then(|| {
        let id = required(group.id, "UserHierarchyGroups.Id")?;
        let name = group.name.unwrap_or_default();
        let mut path = above(&id, group.hierarchy_path);
        path.push(name.clone());
        Ok(HierarchyGroupEntry { id: id.into(), name, path })
    })
}

/// Returns the quick connect, if it leads to a user.
pub(super) fn user_quick_connect(
    quick_connect: QuickConnect,
) -> Option<Result<QuickConnectSummary, Missing>> {
    let config = quick_connect.quick_connect_config?;
    (config.quick_connect_type == QuickConnectType::User).then(|| {
        Ok(QuickConnectSummary {
            quick_connect_id: required(quick_connect.quick_connect_id, "QuickConnects.QuickConnectId")?,
            name: quick_connect.name.unwrap_or_default(),
            user_id: config.user_config.and_then(|user| present(user.user_id)).map(Into::into),
        })
    })
}

/// Returns the requested instance.
pub(super) fn instance(instance: Instance, asked: &InstanceId) -> InstanceDescription {
    let kind = instance.identity_management_type;
    InstanceDescription {
        instance_id: instance.id.map_or_else(|| asked.clone(), Into::into),
        identity_management: kind.and_then(|kind| kind.as_str().parse().ok()),
    }
}

/// Returns a page of the items that `read` converts; items for which it returns `None` are left out.
pub(super) fn page<T, U>(
    items: Option<Vec<T>>,
    token: Option<String>,
    read: impl Fn(T) -> Option<Result<U, Missing>>,
) -> Result<Page<U>, Missing> {
    let items = items.into_iter().flatten().filter_map(read).collect::<Result<_, _>>()?;
    // An empty token would ask for the first page again.
    Ok(Page { items, next_token: token.and_then(present), last_modified: None })
}

/// Returns a page of proficiencies, with their time of change.
pub(super) fn proficiency_page(
    answer: ListUserProficienciesOutput,
) -> Result<Page<(ProficiencyKey, u8)>, Missing> {
    let (time, region) = (timestamp(answer.last_modified_time), answer.last_modified_region);
    let page = page(answer.user_proficiency_list, answer.next_token, |item| Some(Ok(proficiency(item))))?;
    Ok(Page { last_modified: time.map(|time| LastModified::new(time, region)), ..page })
}

pub(super) fn required(member: Option<String>, name: Missing) -> Result<String, Missing> {
    member.and_then(present).ok_or(name)
}

fn present(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Returns the names of the groups above a hierarchy group. The service's path includes the group itself.
fn above(group: &str, path: Option<HierarchyPath>) -> Vec<String> {
    let levels = |path: HierarchyPath| {
        [path.level_one, path.level_two, path.level_three, path.level_four, path.level_five]
    };
    path.into_iter()
        .flat_map(levels)
        .flatten()
        .filter(|level| level.id.as_deref() != Some(group))
        .map(|level| level.name.unwrap_or_default())
        .collect()
}

fn identity(info: UserIdentityInfo) -> Identity {
    Identity {
        first_name: info.first_name.map(Personal::new),
        last_name: info.last_name.map(Personal::new),
        email: info.email.map(Personal::new),
        secondary_email: info.secondary_email.map(Personal::new),
        mobile: info.mobile.map(Personal::new),
    }
}

fn ids(ids: Option<Vec<String>>) -> SortedSet<SecurityProfileId> {
    ids.into_iter().flatten().map(Into::into).collect()
}

fn tags(tags: Option<HashMap<String, String>>) -> Tags {
    tags.into_iter().flatten().collect()
}

fn timestamp(time: Option<DateTime>) -> Option<Timestamp> {
    let millis = time?.to_millis().ok()?;
    Some(Timestamp::from_millis(u64::try_from(millis).unwrap_or_default()))
}

impl Unit {
    fn phone(self, config: Option<UserPhoneConfig>) -> Phone {
        let Some(config) = config else {
            return Phone::default();
        };
        Phone {
            line: PhoneLine::new(phone_type(&config.phone_type), config.desk_phone_number.map(Personal::new)),
            auto_accept: config.auto_accept,
            after_contact_work_time_limit: self.seconds(config.after_contact_work_time_limit),
            persistent_connection: config.persistent_connection,
        }
    }

    fn channels(self, lists: ChannelLists) -> ChannelSettings {
        ChannelSettings {
            auto_accept: by_channel(lists.auto_accept, |config| {
                let auto_accept = config.auto_accept;
                let agent_first_callback = config.agent_first_callback_auto_accept;
                (config.channel, Some(AutoAccept { auto_accept, agent_first_callback }))
            }),
            after_contact_work: by_channel(lists.after_contact_work, |config| {
                let limit =
                    |config: AfterContactWorkConfig| self.seconds(config.after_contact_work_time_limit);
                let time_limit = config.after_contact_work_config.map(limit).unwrap_or_default();
                let agent_first_callback = config.agent_first_callback_after_contact_work_config.map(limit);
                (config.channel, Some(AfterContactWork { time_limit, agent_first_callback }))
            }),
            phone_number: by_channel(lists.phone_number, |config| {
                let number = config.phone_number.map(Personal::new);
                (config.channel, Some(PhoneLine::new(phone_type(&config.phone_type), number)))
            }),
            persistent_connection: by_channel(lists.persistent_connection, |config| {
                (config.channel, Some(config.persistent_connection))
            }),
            voice_enhancement: by_channel(lists.voice_enhancement, |config| {
                (config.channel, config.voice_enhancement_mode.as_str().parse().ok())
            }),
        }
    }

    /// Rounds up: 0 would mean work without a limit.
    fn seconds(self, time: i32) -> u32 {
        let time = u32::try_from(time).unwrap_or_default();
        match self {
            Self::Seconds => time,
            Self::Milliseconds => time.div_ceil(1000),
        }
    }
}

/// Returns the entries of a list whose channel and value are known.
fn by_channel<C, T>(
    list: Option<Vec<C>>,
    read: impl Fn(C) -> (types::Channel, Option<T>),
) -> BTreeMap<Channel, T> {
    let entry = |config| {
        let (channel, value) = read(config);
        Some((channel.as_str().parse().ok()?, value?))
    };
    list.into_iter().flatten().filter_map(entry).collect()
}

/// Returns the phone type; the default if the answer has none, or an unknown one.
fn phone_type(phone_type: &types::PhoneType) -> PhoneType {
    phone_type.as_str().parse().unwrap_or(PhoneType::SoftPhone)
}
