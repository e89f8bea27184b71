//! Reads requests: the JSON of the service, as types of the model.

use std::{collections::BTreeMap, ops::RangeInclusive};

use connect_user::{
    client::{TextComparison, UserCondition, UserField},
    user::{
        AfterContactWork, AutoAccept, Channel, ChannelSettings, Identity, Personal, Phone, PhoneLine,
        PhoneType, ProficiencyKey, Tags, VoiceEnhancementMode,
    },
};
use serde::{Deserialize, de::IgnoredAny};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateBody {
    pub username: String,
    pub password: Option<String>,
    pub directory_user_id: Option<String>,
    pub identity_info: Option<IdentityInfo>,
    pub phone_config: Option<PhoneConfig>,
    pub routing_profile_id: String,
    pub security_profile_ids: Vec<String>,
    pub hierarchy_group_id: Option<String>,
    pub tags: Option<Tags>,
    #[serde(flatten)]
    pub channels: Channels,
}

/// The body of an update; it has the members of all update operations.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateBody {
    pub identity_info: Option<IdentityInfo>,
    pub phone_config: Option<PhoneConfig>,
    pub routing_profile_id: String,
    pub security_profile_ids: Vec<String>,
    pub hierarchy_group_id: Option<String>,
    pub user_proficiencies: Vec<Proficiency>,
    #[serde(rename = "tags")]
    pub tags: Tags,
    #[serde(flatten)]
    pub channels: Channels,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SessionsBody {
    pub instance_id: String,
    pub entity_id: String,
    pub entity_type: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchBody {
    pub instance_id: String,
    pub next_token: Option<String>,
    pub max_results: Option<u32>,
    pub search_criteria: Option<SearchCriteria>,
    pub search_filter: Option<SearchFilter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SearchCriteria {
    #[serde(default)]
    or_conditions: Vec<SearchCriteria>,
    #[serde(default)]
    and_conditions: Vec<SearchCriteria>,
    string_condition: Option<StringCondition>,
    hierarchy_group_condition: Option<HierarchyGroupCondition>,
    list_condition: Option<ListCondition>,
    /// Other members, which are not supported here and must not be ignored.
    #[serde(flatten)]
    others: BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StringCondition {
    field_name: String,
    value: String,
    comparison_type: TextComparison,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HierarchyGroupCondition {
    value: String,
    hierarchy_group_match_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListCondition {
    target_list_type: String,
    conditions: Vec<ElementCondition>,
}

/// A condition on a member of an element of the list.
#[derive(Deserialize)]
enum ElementCondition {
    StringCondition(StringCondition),
    NumberCondition(NumberCondition),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct NumberCondition {
    field_name: String,
    min_value: u8,
    max_value: u8,
    comparison_type: String,
}

impl ListCondition {
    /// The condition on a proficiency with an exact name, an exact value and a range of levels; `None` for all other
    /// forms.
    fn condition(self) -> Option<UserCondition> {
        let (mut name, mut value, mut levels) = (None, None, None::<RangeInclusive<u8>>);
        for condition in self.conditions {
            let is_new = match condition {
                ElementCondition::StringCondition(text) if text.comparison_type == TextComparison::Exact => {
                    match text.field_name.as_str() {
                        "name" => name.replace(text.value).is_none(),
                        "value" => value.replace(text.value).is_none(),
                        _ => return None,
                    }
                }
                ElementCondition::NumberCondition(level)
                    if level.field_name == "limit" && level.comparison_type == "RANGE" =>
                {
                    levels.replace(level.min_value..=level.max_value).is_none()
                }
                _ => return None,
            };
            if !is_new {
                return None;
            }
        }
        let key = ProficiencyKey::new(name?, value?);
        (self.target_list_type == "PROFICIENCIES").then(|| match levels {
            None => UserCondition::proficiency(key),
            Some(levels) => UserCondition::proficiency_level(key, levels),
        })
    }
}

impl SearchCriteria {
    /// The condition; `None` if there is no condition, or a condition that is not supported here.
    pub fn condition(self) -> Option<UserCondition> {
        let all = |criteria: Vec<Self>| criteria.into_iter().map(Self::condition).collect::<Option<Vec<_>>>();
        let mut parts = Vec::new();
        if let Some(StringCondition { field_name, value, comparison_type }) = self.string_condition {
            let is_it = |field: &&UserField| field.as_str().eq_ignore_ascii_case(&field_name);
            let field = UserField::ALL.iter().find(is_it)?;
            parts.push(UserCondition::text(*field, comparison_type, value));
        }
        if let Some(group) = self.hierarchy_group_condition {
            parts.push(match group.hierarchy_group_match_type.as_str() {
                "EXACT" => UserCondition::hierarchy_group(group.value),
                "WITH_CHILD_GROUPS" => UserCondition::hierarchy(group.value),
                _ => return None,
            });
        }
        if let Some(list) = self.list_condition {
            parts.push(list.condition()?);
        }
        if !self.and_conditions.is_empty() {
            parts.push(UserCondition::All(all(self.and_conditions)?));
        }
        if !self.or_conditions.is_empty() {
            parts.push(UserCondition::Any(all(self.or_conditions)?));
        }
        let is_whole = self.others.is_empty();
        parts.into_iter().reduce(UserCondition::and).filter(|_| is_whole)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SearchFilter {
    tag_filter: TagFilter,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagFilter {
    #[serde(default)]
    and_conditions: Vec<TagCondition>,
    tag_condition: Option<TagCondition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagCondition {
    tag_key: String,
    #[serde(default)]
    tag_value: String,
}

impl SearchFilter {
    /// The tags that users must have; `None` if there are no tags.
    pub fn tags(self) -> Option<Tags> {
        let TagFilter { and_conditions, tag_condition } = self.tag_filter;
        let conditions = and_conditions.into_iter().chain(tag_condition);
        let tags: Tags = conditions.map(|condition| (condition.tag_key, condition.tag_value)).collect();
        (!tags.is_empty()).then_some(tags)
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IdentityInfo {
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    secondary_email: Option<String>,
    mobile: Option<String>,
}

impl From<IdentityInfo> for Identity {
    fn from(info: IdentityInfo) -> Self {
        Self::builder()
            .maybe_first_name(info.first_name)
            .maybe_last_name(info.last_name)
            .maybe_email(info.email)
            .maybe_secondary_email(info.secondary_email)
            .maybe_mobile(info.mobile)
            .build()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PhoneConfig {
    phone_type: Option<PhoneType>,
    #[serde(default)]
    auto_accept: bool,
    #[serde(default)]
    after_contact_work_time_limit: u32,
    desk_phone_number: Option<String>,
    persistent_connection: Option<bool>,
}

impl From<PhoneConfig> for Phone {
    fn from(config: PhoneConfig) -> Self {
        let phone_type = config.phone_type.unwrap_or(PhoneType::SoftPhone);
        Self::builder()
            .line(PhoneLine::new(phone_type, config.desk_phone_number.map(Personal::new)))
            .auto_accept(config.auto_accept)
            .after_contact_work_time_limit(config.after_contact_work_time_limit)
            .maybe_persistent_connection(config.persistent_connection)
            .build()
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Channels {
    auto_accept_configs: Vec<AutoAcceptConfig>,
    after_contact_work_configs: Vec<AfterContactWorkConfigPerChannel>,
    phone_number_configs: Vec<PhoneNumberConfig>,
    persistent_connection_configs: Vec<PersistentConnectionConfig>,
    voice_enhancement_configs: Vec<VoiceEnhancementConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AutoAcceptConfig {
    channel: Channel,
    #[serde(default)]
    auto_accept: bool,
    agent_first_callback_auto_accept: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AfterContactWorkConfigPerChannel {
    channel: Channel,
    #[serde(default)]
    after_contact_work_config: Limit,
    agent_first_callback_after_contact_work_config: Option<Limit>,
}

/// A time limit; a limit of 0 is sent as an empty object.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Limit {
    after_contact_work_time_limit: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PhoneNumberConfig {
    channel: Channel,
    phone_type: PhoneType,
    phone_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PersistentConnectionConfig {
    channel: Channel,
    #[serde(default)]
    persistent_connection: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VoiceEnhancementConfig {
    channel: Channel,
    voice_enhancement_mode: VoiceEnhancementMode,
}

impl From<Channels> for ChannelSettings {
    fn from(channels: Channels) -> Self {
        let accept = |config: AutoAcceptConfig| {
            let callback = config.agent_first_callback_auto_accept;
            (config.channel, AutoAccept::new(config.auto_accept).with_agent_first_callback(callback))
        };
        let work = |config: AfterContactWorkConfigPerChannel| {
            let limit = config.after_contact_work_config.after_contact_work_time_limit;
            let callback = config.agent_first_callback_after_contact_work_config;
            let callback = callback.map(|config| config.after_contact_work_time_limit);
            (config.channel, AfterContactWork::new(limit).with_agent_first_callback(callback))
        };
        let phone = |config: PhoneNumberConfig| {
            let number = config.phone_number.map(Personal::new);
            (config.channel, PhoneLine::new(config.phone_type, number))
        };
        let persistent = |config: PersistentConnectionConfig| (config.channel, config.persistent_connection);
        let enhancement = |config: VoiceEnhancementConfig| (config.channel, config.voice_enhancement_mode);
        Self::builder()
            .auto_accept(channels.auto_accept_configs.into_iter().map(accept).collect())
            .after_contact_work(channels.after_contact_work_configs.into_iter().map(work).collect())
            .phone_number(channels.phone_number_configs.into_iter().map(phone).collect())
            .persistent_connection(
                channels.persistent_connection_configs.into_iter().map(persistent).collect(),
            )
            .voice_enhancement(channels.voice_enhancement_configs.into_iter().map(enhancement).collect())
            .build()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Proficiency {
    attribute_name: String,
    attribute_value: String,
    #[serde(default)]
    level: f32,
}

/// Proficiencies with their levels; the level is missing when proficiencies are removed.
pub fn proficiencies(list: Vec<Proficiency>) -> BTreeMap<ProficiencyKey, u8> {
    let entry = |proficiency: Proficiency| {
        let key = ProficiencyKey::new(proficiency.attribute_name, proficiency.attribute_value);
        (key, proficiency.level as u8)
    };
    list.into_iter().map(entry).collect()
}
