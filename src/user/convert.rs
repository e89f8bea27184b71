//! Between what a spec says and what the service holds.

use std::collections::BTreeMap;

use super::{
    AfterContactWork, AfterContactWorkConfig, AfterContactWorkConfigPerChannel, AutoAccept, AutoAcceptConfig,
    Channel, ChannelSettings, Identity, IdentityInfo, Input, PersistentConnectionConfig, Phone, PhoneConfig,
    PhoneNumber, PhoneNumberConfig, Proficiencies, ProficiencyKey, UserProficiency, UserSettings, UserSpec,
    VoiceEnhancementConfig,
};

impl UserSpec {
    /// The settings that the spec asks for; `None` while any is unknown or out of the bounds of its
    /// type, which validation reports.
    pub(crate) fn settle(&self) -> Option<UserSettings> {
        Some(UserSettings {
            identity: self.identity_info.as_ref().map_or(Some(Identity::default()), IdentityInfo::settle)?,
            phone: self.phone_config.as_ref().map_or(Some(Phone::default()), PhoneConfig::settle)?,
            routing_profile_id: known(&self.routing_profile_id)?,
            security_profile_ids: self
                .security_profile_ids
                .known()?
                .iter()
                .map(known)
                .collect::<Option<_>>()?,
            hierarchy_group_id: optional(&self.hierarchy_group_id)?,
            channels: self.settle_channels()?,
            proficiencies: match &self.user_proficiencies {
                Some(list) => Some(settle_list(Some(list), settle_proficiency)?),
                None => None,
            },
        })
    }

    fn settle_channels(&self) -> Option<ChannelSettings> {
        Some(ChannelSettings {
            auto_accept: settle_list(self.auto_accept_configs.as_ref(), |config| {
                Some((
                    known(&config.channel)?,
                    AutoAccept {
                        auto_accept: known(&config.auto_accept)?,
                        agent_first_callback: optional(&config.agent_first_callback_auto_accept)?,
                    },
                ))
            })?,
            after_contact_work: settle_list(
                self.after_contact_work_configs.as_ref(),
                settle_after_contact_work,
            )?,
            phone_number: settle_list(self.phone_number_configs.as_ref(), |config| {
                Some((
                    known(&config.channel)?,
                    PhoneNumber {
                        phone_type: known(&config.phone_type)?,
                        number: optional(&config.phone_number)?,
                    },
                ))
            })?,
            persistent_connection: settle_list(self.persistent_connection_configs.as_ref(), |config| {
                Some((known(&config.channel)?, known(&config.persistent_connection)?))
            })?,
            voice_enhancement: settle_list(self.voice_enhancement_configs.as_ref(), |config| {
                Some((known(&config.channel)?, known(&config.voice_enhancement_mode)?))
            })?,
        })
    }
}

impl IdentityInfo {
    fn settle(&self) -> Option<Identity> {
        Some(Identity {
            first_name: optional(&self.first_name)?,
            last_name: optional(&self.last_name)?,
            email: optional(&self.email)?,
            secondary_email: optional(&self.secondary_email)?,
            mobile: optional(&self.mobile)?,
        })
    }
}

impl PhoneConfig {
    fn settle(&self) -> Option<Phone> {
        let limit = optional(&self.after_contact_work_time_limit)?.unwrap_or(0);
        Some(Phone {
            phone_type: known(&self.phone_type)?,
            auto_accept: optional(&self.auto_accept)?.unwrap_or(false),
            after_contact_work_time_limit: u32::try_from(limit).ok()?,
            desk_phone_number: optional(&self.desk_phone_number)?,
            persistent_connection: optional(&self.persistent_connection)?,
        })
    }
}

impl AfterContactWorkConfig {
    fn settle(&self) -> Option<u32> {
        self.after_contact_work_time_limit.known().and_then(|limit| u32::try_from(*limit).ok())
    }

    fn of(limit: u32) -> Self {
        Self { after_contact_work_time_limit: Input::Known(i64::from(limit)) }
    }
}

pub(crate) fn settle_after_contact_work(
    config: &AfterContactWorkConfigPerChannel,
) -> Option<(Channel, AfterContactWork)> {
    let limits = AfterContactWork {
        time_limit: config.after_contact_work_config.settle()?,
        agent_first_callback: match &config.agent_first_callback_after_contact_work_config {
            Some(limit) => Some(limit.settle()?),
            None => None,
        },
    };
    Some((known(&config.channel)?, limits))
}

fn settle_proficiency(proficiency: &UserProficiency) -> Option<(ProficiencyKey, u8)> {
    let key = ProficiencyKey {
        name: known(&proficiency.attribute_name)?,
        value: known(&proficiency.attribute_value)?,
    };
    Some((key, u8::try_from(known(&proficiency.level)?).ok()?))
}

fn settle_list<T, K: Ord, V>(
    list: Option<&Input<Vec<T>>>,
    settle: impl Fn(&T) -> Option<(K, V)>,
) -> Option<BTreeMap<K, V>> {
    match list {
        None => Some(BTreeMap::new()),
        Some(list) => list.known()?.iter().map(settle).collect(),
    }
}

fn known<T: Clone>(input: &Input<T>) -> Option<T> {
    input.known().cloned()
}

fn optional<T: Clone>(input: &Option<Input<T>>) -> Option<Option<T>> {
    match input {
        None => Some(None),
        Some(input) => known(input).map(Some),
    }
}

/// The spec's form of settled values, as state documents, changes and imports show them.
pub(crate) trait ToSpec {
    type Spec;

    fn to_spec(&self) -> Self::Spec;
}

impl ToSpec for Identity {
    type Spec = Option<IdentityInfo>;

    fn to_spec(&self) -> Option<IdentityInfo> {
        (!self.is_empty()).then(|| IdentityInfo {
            email: self.email.clone().map(Input::Known),
            first_name: self.first_name.clone().map(Input::Known),
            last_name: self.last_name.clone().map(Input::Known),
            secondary_email: self.secondary_email.clone().map(Input::Known),
            mobile: self.mobile.clone().map(Input::Known),
        })
    }
}

impl ToSpec for Phone {
    type Spec = PhoneConfig;

    fn to_spec(&self) -> PhoneConfig {
        PhoneConfig {
            phone_type: Input::Known(self.phone_type),
            after_contact_work_time_limit: Some(Input::Known(i64::from(self.after_contact_work_time_limit))),
            auto_accept: Some(Input::Known(self.auto_accept)),
            desk_phone_number: self.desk_phone_number.clone().map(Input::Known),
            persistent_connection: self.persistent_connection.map(Input::Known),
        }
    }
}

macro_rules! to_list {
    ($($settled:ty => $config:ty, |$channel:ident, $value:ident| $build:expr;)+) => {$(
        impl ToSpec for $settled {
            type Spec = Vec<$config>;

            fn to_spec(&self) -> Vec<$config> {
                self.iter().map(|($channel, $value)| $build).collect()
            }
        }
    )+};
}

to_list! {
    BTreeMap<Channel, AutoAccept> => AutoAcceptConfig, |channel, value| AutoAcceptConfig {
        channel: Input::Known(*channel),
        auto_accept: Input::Known(value.auto_accept),
        agent_first_callback_auto_accept: value.agent_first_callback.map(Input::Known),
    };
    BTreeMap<Channel, AfterContactWork> => AfterContactWorkConfigPerChannel,
        |channel, value| AfterContactWorkConfigPerChannel {
            channel: Input::Known(*channel),
            after_contact_work_config: AfterContactWorkConfig::of(value.time_limit),
            agent_first_callback_after_contact_work_config:
                value.agent_first_callback.map(AfterContactWorkConfig::of),
        };
    BTreeMap<Channel, PhoneNumber> => PhoneNumberConfig, |channel, value| PhoneNumberConfig {
        channel: Input::Known(*channel),
        phone_type: Input::Known(value.phone_type),
        phone_number: value.number.clone().map(Input::Known),
    };
    BTreeMap<Channel, bool> => PersistentConnectionConfig, |channel, value| PersistentConnectionConfig {
        channel: Input::Known(*channel),
        persistent_connection: Input::Known(*value),
    };
    BTreeMap<Channel, super::VoiceEnhancementMode> => VoiceEnhancementConfig,
        |channel, value| VoiceEnhancementConfig {
            channel: Input::Known(*channel),
            voice_enhancement_mode: Input::Known(*value),
        };
    Proficiencies => UserProficiency, |key, level| UserProficiency {
        attribute_name: Input::Known(key.name.clone()),
        attribute_value: Input::Known(key.value.clone()),
        level: Input::Known(i64::from(*level)),
    };
}
