//! Converts the model's types to the SDK's. Empty lists are left out: the SDK would send `[]`.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use aws_sdk_connect::{
    error::BuildError,
    types::{
        self, AfterContactWorkConfig, AfterContactWorkConfigPerChannel, AutoAcceptConfig, Condition,
        ControlPlaneTagFilter, HierarchyGroupCondition, HierarchyGroupMatchType, ListCondition,
        NumberComparisonType, NumberCondition, PersistentConnectionConfig, PhoneNumberConfig,
        StringComparisonType, StringCondition, TagCondition, TargetListType, UserIdentityInfo,
        UserPhoneConfig, UserProficiency, UserProficiencyDisassociate, UserSearchCriteria, UserSearchFilter,
        VoiceEnhancementConfig,
    },
};

use crate::{
    client::search::{UserCondition, UserField},
    user::{
        Channel, ChannelSettings, Id, IdKind, Identity, Personal, Phone, PhoneType, Proficiencies,
        ProficiencyKey, Secret, SortedSet, Tags,
    },
};

/// Personal values shorter than this are not redacted from messages: the redaction would hit parts of words.
const SHORTEST_REDACTED: usize = 3;

/// The confidential values of a request, which the service may quote in its messages.
#[derive(Default)]
pub(super) struct Sent<'a>(Vec<&'a str>);

impl<'a> Sent<'a> {
    pub(super) fn secret(mut self, secret: Option<&'a Secret>) -> Self {
        self.0.extend(secret.map(Secret::expose).filter(|text| !text.is_empty()));
        self
    }

    pub(super) fn identity(self, identity: &'a Identity) -> Self {
        let Identity { first_name, last_name, email, secondary_email, mobile } = identity;
        self.personal([first_name, last_name, email, secondary_email, mobile].into_iter().flatten())
    }

    pub(super) fn phone(self, phone: Option<&'a Phone>) -> Self {
        self.personal(phone.and_then(|phone| phone.line.number()))
    }

    pub(super) fn channels(self, channels: &'a ChannelSettings) -> Self {
        self.personal(channels.phone_number.values().filter_map(|line| line.number()))
    }

    pub(super) fn condition(self, condition: Option<&'a UserCondition>) -> Self {
        match condition {
            Some(UserCondition::All(conditions) | UserCondition::Any(conditions)) => {
                conditions.iter().fold(self, |sent, condition| sent.condition(Some(condition)))
            }
            Some(UserCondition::Text {
                field: UserField::FirstName | UserField::LastName, value, ..
            }) => self.personal([value]),
            _ => self,
        }
    }

    fn personal(mut self, values: impl IntoIterator<Item = &'a Personal>) -> Self {
        self.0
            .extend(values.into_iter().map(Personal::as_str).filter(|text| text.len() >= SHORTEST_REDACTED));
        self
    }

    /// Returns the text without any of the values. Longer values are replaced first, because they may contain shorter
    /// ones.
    pub(super) fn redact(&self, text: &str) -> String {
        let mut values = self.0.clone();
        values.sort_by_key(|value| Reverse(value.len()));
        values.into_iter().fold(text.to_owned(), |text, value| text.replace(value, "(redacted)"))
    }
}

/// The lists of per-channel settings.
pub(super) struct ChannelLists {
    pub(super) auto_accept: Option<Vec<AutoAcceptConfig>>,
    pub(super) after_contact_work: Option<Vec<AfterContactWorkConfigPerChannel>>,
    pub(super) phone_number: Option<Vec<PhoneNumberConfig>>,
    pub(super) persistent_connection: Option<Vec<PersistentConnectionConfig>>,
    pub(super) voice_enhancement: Option<Vec<VoiceEnhancementConfig>>,
}

/// Sets the lists of per-channel settings on a call.
macro_rules! with_channels {
    ($call:expr, $lists:expr) => {{
        let crate::client::aws::to_sdk::ChannelLists {
            auto_accept,
            after_contact_work,
            phone_number,
            persistent_connection,
            voice_enhancement,
        } = $lists;
        $call
            .set_auto_accept_configs(auto_accept)
            .set_after_contact_work_configs(after_contact_work)
            .set_phone_number_configs(phone_number)
            .set_persistent_connection_configs(persistent_connection)
            .set_voice_enhancement_configs(voice_enhancement)
    }};
}
pub(super) use with_channels;

pub(super) fn channel_lists(channels: &ChannelSettings) -> Result<ChannelLists, BuildError> {
    // Destructured completely, so that no setting is forgotten.
    let ChannelSettings {
        auto_accept,
        after_contact_work,
        phone_number,
        persistent_connection,
        voice_enhancement,
    } = channels;
    Ok(ChannelLists {
        auto_accept: list(auto_accept, |channel, setting| {
            AutoAcceptConfig::builder()
                .channel(channel)
                .auto_accept(setting.auto_accept)
                .set_agent_first_callback_auto_accept(setting.agent_first_callback)
                .build()
        })?,
        after_contact_work: list(after_contact_work, |channel, setting| {
            AfterContactWorkConfigPerChannel::builder()
                .channel(channel)
                .after_contact_work_config(limit(setting.time_limit))
                .set_agent_first_callback_after_contact_work_config(setting.agent_first_callback.map(limit))
                .build()
        })?,
        phone_number: list(phone_number, |channel, setting| {
            PhoneNumberConfig::builder()
                .channel(channel)
                .phone_type(phone_type(setting.phone_type()))
                .set_phone_number(text(setting.number()))
                .build()
        })?,
        persistent_connection: list(persistent_connection, |channel, setting| {
            PersistentConnectionConfig::builder().channel(channel).persistent_connection(*setting).build()
        })?,
        voice_enhancement: list(voice_enhancement, |channel, setting| {
            VoiceEnhancementConfig::builder()
                .channel(channel)
                .voice_enhancement_mode(setting.as_str().into())
                .build()
        })?,
    })
}

fn list<T, C>(
    settings: &BTreeMap<Channel, T>,
    config: impl Fn(types::Channel, &T) -> Result<C, BuildError>,
) -> Result<Option<Vec<C>>, BuildError> {
    let configs = settings.iter().map(|(channel, setting)| config(channel.as_str().into(), setting));
    configs.collect::<Result<Vec<_>, _>>().map(filled)
}

fn limit(seconds: u32) -> AfterContactWorkConfig {
    AfterContactWorkConfig::builder().after_contact_work_time_limit(integer(seconds)).build()
}

fn phone_type(phone_type: PhoneType) -> types::PhoneType {
    phone_type.as_str().into()
}

fn text(personal: Option<&Personal>) -> Option<String> {
    personal.map(|text| text.as_str().to_owned())
}

pub(super) fn identity(identity: &Identity) -> UserIdentityInfo {
    // Destructured completely, so that no member is forgotten.
    let Identity { first_name, last_name, email, secondary_email, mobile } = identity;
    UserIdentityInfo::builder()
        .set_first_name(text(first_name.as_ref()))
        .set_last_name(text(last_name.as_ref()))
        .set_email(text(email.as_ref()))
        .set_secondary_email(text(secondary_email.as_ref()))
        .set_mobile(text(mobile.as_ref()))
        .build()
}

pub(super) fn phone(phone: &Phone) -> UserPhoneConfig {
    let Phone { line, auto_accept, after_contact_work_time_limit, persistent_connection } = phone;
    UserPhoneConfig::builder()
        .phone_type(phone_type(line.phone_type()))
        .auto_accept(*auto_accept)
        .after_contact_work_time_limit(integer(*after_contact_work_time_limit))
        .set_desk_phone_number(text(line.number()))
        .set_persistent_connection(*persistent_connection)
        .build()
}

pub(super) fn proficiencies(
    proficiencies: &Proficiencies,
) -> Result<Option<Vec<UserProficiency>>, BuildError> {
    let sent = proficiencies.iter().map(|(key, level)| {
        UserProficiency::builder()
            .attribute_name(&key.name)
            .attribute_value(&key.value)
            .level(f32::from(*level))
            .build()
    });
    sent.collect::<Result<Vec<_>, _>>().map(filled)
}

pub(super) fn proficiency_keys(
    keys: &BTreeSet<ProficiencyKey>,
) -> Result<Option<Vec<UserProficiencyDisassociate>>, BuildError> {
    let sent = keys.iter().map(|key| {
        UserProficiencyDisassociate::builder().attribute_name(&key.name).attribute_value(&key.value).build()
    });
    sent.collect::<Result<Vec<_>, _>>().map(filled)
}

pub(super) fn ids<K: IdKind>(ids: &SortedSet<Id<K>>) -> Option<Vec<String>> {
    filled(ids.iter().map(|id| id.as_str().to_owned()).collect())
}

pub(super) fn tags(tags: &Tags) -> Option<HashMap<String, String>> {
    (!tags.is_empty()).then(|| tags.clone().into_iter().collect())
}

pub(super) fn criteria(condition: &UserCondition) -> UserSearchCriteria {
    let all = |conditions: &[UserCondition]| Some(conditions.iter().map(criteria).collect());
    let criteria = UserSearchCriteria::builder();
    let criteria = match condition {
        UserCondition::All(conditions) => criteria.set_and_conditions(all(conditions)),
        UserCondition::Any(conditions) => criteria.set_or_conditions(all(conditions)),
        UserCondition::Text { field, comparison, value } => criteria.string_condition(
            StringCondition::builder()
                .field_name(field.as_str())
                .value(value.as_str())
                .comparison_type(comparison.as_str().into())
                .build(),
        ),
        UserCondition::HierarchyGroup { id, with_child_groups } => criteria.hierarchy_group_condition(
            HierarchyGroupCondition::builder()
                .value(id.bare())
                .hierarchy_group_match_type(match with_child_groups {
                    true => HierarchyGroupMatchType::WithChildGroups,
                    false => HierarchyGroupMatchType::Exact,
                })
                .build(),
        ),
        UserCondition::Proficiency { key, levels } => {
            let conditions = [("name", &key.name), ("value", &key.value)].map(|(field, value)| {
                let exact = StringCondition::builder().comparison_type(StringComparisonType::Exact);
                Condition::builder().string_condition(exact.field_name(field).value(value).build()).build()
            });
            let level = levels.as_ref().map(|levels| {
                let range = NumberCondition::builder().comparison_type(NumberComparisonType::Range);
                let (least, most) = (i32::from(*levels.start()), i32::from(*levels.end()));
                let range = range.field_name("limit").min_value(least).max_value(most).build();
                Condition::builder().number_condition(range).build()
            });
            criteria.list_condition(
                ListCondition::builder()
                    .target_list_type(TargetListType::Proficiencies)
                    .set_conditions(Some(conditions.into_iter().chain(level).collect()))
                    .build(),
            )
        }
    };
    criteria.build()
}

/// Returns the filter for users that have all of the tags.
pub(super) fn tag_filter(tags: &Tags) -> Option<UserSearchFilter> {
    let condition = |(key, value)| TagCondition::builder().tag_key(key).tag_value(value).build();
    let conditions = filled(tags.iter().map(condition).collect())?;
    let filter = ControlPlaneTagFilter::builder().set_and_conditions(Some(conditions)).build();
    Some(UserSearchFilter::builder().tag_filter(filter).build())
}

/// Converts a number. A number too large for the API's type is replaced by the largest, which the service refuses, too.
pub(super) fn integer(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn filled<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
