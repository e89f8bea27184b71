//! From the model to the SDK's types.

use aws_sdk_connect::{error::BuildError, types as sdk};

use crate::user::{
    Channel, ChannelSettings, Identity, Personal, Phone, PhoneType, Proficiencies, ProficiencyKey,
    VoiceEnhancementMode,
};

type Built<T> = Result<T, BuildError>;

fn text(text: &Option<Personal>) -> Option<String> {
    text.as_ref().map(|text| text.as_str().to_owned())
}

/// Nothing where nothing is set: an empty block is not sent.
pub(super) fn identity(identity: &Identity) -> sdk::UserIdentityInfo {
    sdk::UserIdentityInfo::builder()
        .set_first_name(text(&identity.first_name))
        .set_last_name(text(&identity.last_name))
        .set_email(text(&identity.email))
        .set_secondary_email(text(&identity.secondary_email))
        .set_mobile(text(&identity.mobile))
        .build()
}

/// `false` and 0 are not sent: the service then takes them as such.
pub(super) fn phone(phone: &Phone) -> sdk::UserPhoneConfig {
    sdk::UserPhoneConfig::builder()
        .phone_type(phone_type(phone.phone_type))
        .auto_accept(phone.auto_accept)
        .after_contact_work_time_limit(seconds(phone.after_contact_work_time_limit))
        .set_desk_phone_number(text(&phone.desk_phone_number))
        .set_persistent_connection(phone.persistent_connection)
        .build()
}

fn phone_type(phone_type: PhoneType) -> sdk::PhoneType {
    match phone_type {
        PhoneType::SoftPhone => sdk::PhoneType::SoftPhone,
        PhoneType::DeskPhone => sdk::PhoneType::DeskPhone,
    }
}

fn channel(channel: Channel) -> sdk::Channel {
    match channel {
        Channel::Voice => sdk::Channel::Voice,
        Channel::Chat => sdk::Channel::Chat,
        Channel::Task => sdk::Channel::Task,
        Channel::Email => sdk::Channel::Email,
    }
}

fn seconds(seconds: u32) -> i32 {
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

/// The settings per channel; a list without elements is not sent.
#[derive(Default)]
pub(super) struct Channels {
    pub(super) auto_accept: Option<Vec<sdk::AutoAcceptConfig>>,
    pub(super) after_contact_work: Option<Vec<sdk::AfterContactWorkConfigPerChannel>>,
    pub(super) phone_number: Option<Vec<sdk::PhoneNumberConfig>>,
    pub(super) persistent_connection: Option<Vec<sdk::PersistentConnectionConfig>>,
    pub(super) voice_enhancement: Option<Vec<sdk::VoiceEnhancementConfig>>,
}

pub(super) fn channels(channels: &ChannelSettings) -> Built<Channels> {
    let work = |limit: u32| {
        sdk::AfterContactWorkConfig::builder().after_contact_work_time_limit(seconds(limit)).build()
    };
    Ok(Channels {
        auto_accept: list(channels.auto_accept.iter().map(|(on, accept)| {
            sdk::AutoAcceptConfig::builder()
                .channel(channel(*on))
                .auto_accept(accept.auto_accept)
                .set_agent_first_callback_auto_accept(accept.agent_first_callback)
                .build()
        }))?,
        after_contact_work: list(channels.after_contact_work.iter().map(|(on, limits)| {
            sdk::AfterContactWorkConfigPerChannel::builder()
                .channel(channel(*on))
                .after_contact_work_config(work(limits.time_limit))
                .set_agent_first_callback_after_contact_work_config(limits.agent_first_callback.map(work))
                .build()
        }))?,
        phone_number: list(channels.phone_number.iter().map(|(on, phone)| {
            sdk::PhoneNumberConfig::builder()
                .channel(channel(*on))
                .phone_type(phone_type(phone.phone_type))
                .set_phone_number(text(&phone.number))
                .build()
        }))?,
        persistent_connection: list(channels.persistent_connection.iter().map(|(on, persistent)| {
            sdk::PersistentConnectionConfig::builder()
                .channel(channel(*on))
                .persistent_connection(*persistent)
                .build()
        }))?,
        voice_enhancement: list(channels.voice_enhancement.iter().map(|(on, mode)| {
            let mode = match mode {
                VoiceEnhancementMode::VoiceIsolation => sdk::VoiceEnhancementMode::VoiceIsolation,
                VoiceEnhancementMode::NoiseSuppression => sdk::VoiceEnhancementMode::NoiseSuppression,
                VoiceEnhancementMode::None => sdk::VoiceEnhancementMode::None,
            };
            sdk::VoiceEnhancementConfig::builder().channel(channel(*on)).voice_enhancement_mode(mode).build()
        }))?,
    })
}

fn list<T>(items: impl Iterator<Item = Built<T>>) -> Built<Option<Vec<T>>> {
    let items = items.collect::<Built<Vec<_>>>()?;
    Ok((!items.is_empty()).then_some(items))
}

pub(super) fn proficiencies(proficiencies: &Proficiencies) -> Built<Vec<sdk::UserProficiency>> {
    let build = |(key, level): (&ProficiencyKey, &u8)| {
        sdk::UserProficiency::builder()
            .attribute_name(&key.name)
            .attribute_value(&key.value)
            .level(f32::from(*level))
            .build()
    };
    proficiencies.iter().map(build).collect()
}

pub(super) fn proficiency_key(key: &ProficiencyKey) -> Built<sdk::UserProficiencyDisassociate> {
    sdk::UserProficiencyDisassociate::builder().attribute_name(&key.name).attribute_value(&key.value).build()
}
