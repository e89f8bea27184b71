//! Converts the SDK's types to the model's. A member that the API declares optional reads as its default, or
//! as empty, where the service leaves it out; what this version does not know is recorded.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    str::FromStr,
};

use aws_sdk_connect::{
    primitives::DateTime,
    types::{
        self, AfterContactWorkConfig, HierarchyGroup, HierarchyPath, Instance, PredefinedAttribute,
        PredefinedAttributeValues, QuickConnect, QuickConnectType, RoutingProfileSummary,
        SecurityProfileSummary, User, UserIdentityInfo, UserPhoneConfig, UserProficiency, UserSearchSummary,
        UserSummary,
    },
};

use super::to_sdk::ChannelLists;
use crate::{
    client::answer::{
        self, FoundUser, HierarchyGroupEntry, InstanceDescription, ListedUser, NamedResource, Page,
        QuickConnectSummary, UserDescription,
    },
    user::{
        AfterContactWork, AutoAccept, Channel, ChannelSettings, Identity, InstanceId, Personal, Phone,
        PhoneLine, PhoneType, ProficiencyKey, SecurityProfileId, Tags, Timestamp,
    },
};

/// What the SDK puts for a required choice that the answer lacks.
const ABSENT: &str = "no value was set";

/// The level of the service's own root group, which holds all others.
const FOUNDATION: &str = "0";

/// A member that an answer lacks.
pub(super) type Missing = &'static str;

/// The unit that an operation answers times of after contact work in.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Milliseconds,
}

/// Reads a user, and gathers what is unknown in it.
struct Reader {
    unit: Unit,
    unrecognised: Vec<String>,
}

/// Both of the SDK's users have the lists, under the same names.
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
    let mut reader = Reader::new(Unit::Seconds);
    Ok(UserDescription {
        user_id: required(user.id, "User.Id")?.into(),
        arn: user.arn.unwrap_or_default(),
        name: required(user.username, "User.Username")?,
        directory_user_id: user.directory_user_id,
        identity: user.identity_info.map(identity).unwrap_or_default(),
        phone: reader.phone(user.phone_config),
        routing_profile_id: required(user.routing_profile_id, "User.RoutingProfileId")?.into(),
        security_profile_ids: ids(user.security_profile_ids),
        hierarchy_group_id: user.hierarchy_group_id.map(Into::into),
        channels: reader.channels(channel_lists!(user)),
        tags: tags(user.tags),
        last_modified_time: timestamp(user.last_modified_time),
        last_modified_region: user.last_modified_region,
        unrecognised: reader.unrecognised,
    })
}

pub(super) fn found(user: UserSearchSummary) -> Result<FoundUser, Missing> {
    let mut reader = Reader::new(Unit::Milliseconds);
    let (first_name, last_name) =
        user.identity_info.map(|info| (info.first_name, info.last_name)).unwrap_or_default();
    Ok(FoundUser {
        user_id: required(user.id, "Users.Id")?.into(),
        arn: user.arn.unwrap_or_default(),
        name: user.username.unwrap_or_default(),
        directory_user_id: user.directory_user_id,
        first_name: first_name.map(Personal::new),
        last_name: last_name.map(Personal::new),
        phone: reader.phone(user.phone_config),
        routing_profile_id: user.routing_profile_id.map(Into::into),
        security_profile_ids: ids(user.security_profile_ids),
        hierarchy_group_id: user.hierarchy_group_id.map(Into::into),
        channels: reader.channels(channel_lists!(user)),
        tags: tags(user.tags),
        unrecognised: reader.unrecognised,
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

pub(super) fn proficiency(proficiency: UserProficiency) -> (ProficiencyKey, u8) {
    let UserProficiency { attribute_name: name, attribute_value: value, level, .. } = proficiency;
    // The cast saturates: levels are 1 to 5.
    (ProficiencyKey { name, value }, level.round() as u8)
}

pub(super) fn routing_profile(profile: RoutingProfileSummary) -> Result<NamedResource, Missing> {
    Ok(NamedResource {
        id: required(profile.id, "RoutingProfileSummaryList.Id")?,
        arn: profile.arn.unwrap_or_default(),
        name: profile.name.unwrap_or_default(),
    })
}

pub(super) fn security_profile(profile: SecurityProfileSummary) -> Result<NamedResource, Missing> {
    Ok(NamedResource {
        id: required(profile.id, "SecurityProfileSummaryList.Id")?,
        arn: profile.arn.unwrap_or_default(),
        name: profile.name.unwrap_or_default(),
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

/// The hierarchy group, if it is one that users can be in.
pub(super) fn hierarchy_group(group: HierarchyGroup) -> Option<Result<HierarchyGroupEntry, Missing>> {
    (group.level_id.as_deref() != Some(FOUNDATION)).then(|| {
        let id = required(group.id, "UserHierarchyGroups.Id")?;
        let name = group.name.unwrap_or_default();
        let mut path = above(&id, group.hierarchy_path);
        path.push(name.clone());
        Ok(HierarchyGroupEntry { id: id.into(), name, path })
    })
}

/// The quick connect, if it leads to a user.
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

/// The instance that was asked for.
pub(super) fn instance(instance: Instance, asked: &InstanceId) -> InstanceDescription {
    let kind = instance.identity_management_type;
    InstanceDescription {
        instance_id: instance.id.map_or_else(|| asked.clone(), Into::into),
        identity_management: kind.and_then(|kind| kind.as_str().parse().ok()),
    }
}

/// A page of what `read` makes of the items; it passes over those that it gives `None` for.
pub(super) fn page<T, U>(
    items: Option<Vec<T>>,
    token: Option<String>,
    read: impl Fn(T) -> Option<Result<U, Missing>>,
) -> Result<Page<U>, Missing> {
    let items = items.into_iter().flatten().filter_map(read).collect::<Result<_, _>>()?;
    // An empty token would ask for the first page again.
    Ok(Page { items, next_token: token.and_then(present) })
}

pub(super) fn required(member: Option<String>, name: Missing) -> Result<String, Missing> {
    member.and_then(present).ok_or(name)
}

fn present(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The names on the path to a hierarchy group, whose own level is part of the service's path.
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

fn ids(ids: Option<Vec<String>>) -> BTreeSet<SecurityProfileId> {
    ids.into_iter().flatten().map(Into::into).collect()
}

fn tags(tags: Option<HashMap<String, String>>) -> Tags {
    tags.into_iter().flatten().collect()
}

fn timestamp(time: Option<DateTime>) -> Option<Timestamp> {
    let millis = time?.to_millis().ok()?;
    Some(Timestamp::from_millis(u64::try_from(millis).unwrap_or_default()))
}

impl Reader {
    const fn new(unit: Unit) -> Self {
        Self { unit, unrecognised: Vec::new() }
    }

    fn phone(&mut self, config: Option<UserPhoneConfig>) -> Phone {
        let Some(config) = config else {
            return Phone::default();
        };
        Phone {
            line: PhoneLine::new(
                self.phone_type("phoneConfig", &config.phone_type),
                config.desk_phone_number.map(Personal::new),
            ),
            auto_accept: config.auto_accept,
            after_contact_work_time_limit: self.seconds(config.after_contact_work_time_limit),
            persistent_connection: config.persistent_connection,
        }
    }

    fn channels(&mut self, lists: ChannelLists) -> ChannelSettings {
        ChannelSettings {
            auto_accept: self.by_channel("autoAcceptConfigs", lists.auto_accept, |_, config| {
                let auto_accept = config.auto_accept;
                let agent_first_callback = config.agent_first_callback_auto_accept;
                (config.channel, Some(AutoAccept { auto_accept, agent_first_callback }))
            }),
            after_contact_work: self.by_channel(
                "afterContactWorkConfigs",
                lists.after_contact_work,
                |reader, config| {
                    let limit =
                        |config: AfterContactWorkConfig| reader.seconds(config.after_contact_work_time_limit);
                    let time_limit = config.after_contact_work_config.map(limit).unwrap_or_default();
                    let agent_first_callback =
                        config.agent_first_callback_after_contact_work_config.map(limit);
                    (config.channel, Some(AfterContactWork { time_limit, agent_first_callback }))
                },
            ),
            phone_number: self.by_channel("phoneNumberConfigs", lists.phone_number, |reader, config| {
                let phone_type = reader.phone_type("phoneNumberConfigs", &config.phone_type);
                let line = PhoneLine::new(phone_type, config.phone_number.map(Personal::new));
                (config.channel, Some(line))
            }),
            persistent_connection: self.by_channel(
                "persistentConnectionConfigs",
                lists.persistent_connection,
                |_, config| (config.channel, Some(config.persistent_connection)),
            ),
            voice_enhancement: self.by_channel(
                "voiceEnhancementConfigs",
                lists.voice_enhancement,
                |reader, config| {
                    let mode = config.voice_enhancement_mode;
                    let mode =
                        reader.choice("voiceEnhancementConfigs", "voiceEnhancementMode", mode.as_str());
                    (config.channel, mode)
                },
            ),
        }
    }

    /// The entries of a list whose channel and value are known; the others are recorded alone.
    fn by_channel<C, T>(
        &mut self,
        block: &str,
        list: Option<Vec<C>>,
        read: impl Fn(&mut Self, C) -> (types::Channel, Option<T>),
    ) -> BTreeMap<Channel, T> {
        let mut settings = BTreeMap::new();
        for config in list.into_iter().flatten() {
            let (channel, value) = read(self, config);
            if let (Some(channel), Some(value)) = (self.choice(block, "channel", channel.as_str()), value) {
                settings.insert(channel, value);
            }
        }
        settings
    }

    fn phone_type(&mut self, block: &str, phone_type: &types::PhoneType) -> PhoneType {
        let known = match phone_type.as_str() {
            ABSENT => None,
            wire => self.choice(block, "phoneType", wire),
        };
        known.unwrap_or(PhoneType::SoftPhone)
    }

    fn choice<T: FromStr>(&mut self, block: &str, member: &str, wire: &str) -> Option<T> {
        let known = wire.parse().ok();
        if known.is_none() {
            self.unrecognised.push(format!("{block}.{member} `{wire}`"));
        }
        known
    }

    /// Rounds up: 0 would be work without end.
    fn seconds(&self, time: i32) -> u32 {
        let time = u32::try_from(time).unwrap_or_default();
        match self.unit {
            Unit::Seconds => time,
            Unit::Milliseconds => time.div_ceil(1000),
        }
    }
}
