//! The objects in the lists of a spec, and their settled form: a key that identifies the object in its list, and a
//! value.

use super::{
    Channel, Input, Personal, PhoneType, VoiceEnhancementMode,
    object::object,
    properties::{AfterContactWork, AutoAccept, Phone, PhoneLine, ProficiencyKey},
};

/// The key that identifies an object in its list.
pub(crate) trait ElementKey: Clone + Ord {
    /// Returns the channel, if the key is a channel.
    fn channel(&self) -> Option<Channel> {
        None
    }
}

impl ElementKey for Channel {
    fn channel(&self) -> Option<Channel> {
        Some(*self)
    }
}

impl ElementKey for ProficiencyKey {}

/// An object of a list.
pub(crate) trait Element: Sized {
    /// The key that identifies the object in its list.
    type Key: ElementKey;
    /// The value for the key.
    type Value: Clone + PartialEq;

    /// Returns the key; `None` while it is unknown.
    fn key(&self) -> Option<Self::Key>;

    /// Whether the object has this key.
    fn is_about(&self, key: &Self::Key) -> bool {
        self.key().as_ref() == Some(key)
    }

    /// Returns the value; `None` while it is unknown, or if a number is out of the bounds of its type.
    fn value(&self) -> Option<Self::Value>;

    /// Creates the object from its key and value.
    fn of(key: &Self::Key, value: &Self::Value) -> Self;

    /// Returns the value of a key that the service does not list, for a user with that phone: the value of the phone
    /// block if it has a matching property, and the service's default otherwise. `None` if there is no value.
    fn unnamed(_: &Self::Key, _: &Phone) -> Option<Self::Value> {
        None
    }

    /// Whether both values are equivalent: a part that is left out has its default.
    fn is_same(a: &Self::Value, b: &Self::Value) -> bool {
        a == b
    }

    /// Returns the value to send if the service has `actual`: what the service must reset is sent explicitly.
    fn over(value: Self::Value, _actual: Option<&Self::Value>) -> Self::Value {
        value
    }

    /// Whether the object contains an empty text that means that a member is left out.
    fn has_empty_text(&self) -> bool {
        false
    }

    /// Leaves such a member out.
    fn drop_empty_text(&mut self) {}
}

/// Implements [`Element`] for an object whose key is the channel in its member `channel`.
macro_rules! per_channel {
    ($object:ident: $value:ty { $($item:item)* }) => {
        impl Element for $object {
            type Key = Channel;
            type Value = $value;

            fn key(&self) -> Option<Channel> {
                known(&self.channel)
            }

            $($item)*
        }
    };
}

object! {
    /// Whether contacts of a channel are accepted automatically.
    AutoAcceptConfig {
        /// The channel.
        "channel" channel: Input<Channel>,
        /// Whether inbound contacts are accepted automatically.
        "autoAccept" auto_accept: Input<bool>,
        /// Whether agent-first callbacks are accepted automatically (`VOICE` only).
        "agentFirstCallbackAutoAccept" agent_first_callback_auto_accept: Option<Input<bool>>,
    }
}

per_channel! {
    AutoAcceptConfig: AutoAccept {
        fn value(&self) -> Option<AutoAccept> {
            let agent_first_callback = optional(&self.agent_first_callback_auto_accept)?;
            Some(AutoAccept { auto_accept: known(&self.auto_accept)?, agent_first_callback })
        }

        fn of(channel: &Channel, value: &AutoAccept) -> Self {
            Self {
                channel: Input::Known(*channel),
                auto_accept: Input::Known(value.auto_accept),
                agent_first_callback_auto_accept: value.agent_first_callback.map(Input::Known),
            }
        }

        fn unnamed(channel: &Channel, phone: &Phone) -> Option<AutoAccept> {
            let auto_accept = *channel == Channel::Voice && phone.auto_accept;
            Some(AutoAccept { auto_accept, agent_first_callback: None })
        }

        fn is_same(a: &AutoAccept, b: &AutoAccept) -> bool {
            a.auto_accept == b.auto_accept
                && a.agent_first_callback.unwrap_or(false) == b.agent_first_callback.unwrap_or(false)
        }

        fn over(mut value: AutoAccept, actual: Option<&AutoAccept>) -> AutoAccept {
            if actual.is_some_and(|actual| actual.agent_first_callback == Some(true)) {
                value.agent_first_callback.get_or_insert(false);
            }
            value
        }
    }
}

object! {
    /// The duration of a channel's after contact work.
    AfterContactWorkConfigPerChannel {
        /// The channel.
        "channel" channel: Input<Channel>,
        /// The limit after contacts.
        "afterContactWorkConfig" after_contact_work_config: AfterContactWorkConfig,
        /// The limit after agent-first callbacks (`VOICE` only).
        "agentFirstCallbackAfterContactWorkConfig" agent_first_callback_after_contact_work_config: Option<AfterContactWorkConfig>,
    }
}

per_channel! {
    AfterContactWorkConfigPerChannel: AfterContactWork {
        fn value(&self) -> Option<AfterContactWork> {
            let agent_first_callback = match &self.agent_first_callback_after_contact_work_config {
                Some(config) => Some(config.limit()?),
                None => None,
            };
            Some(AfterContactWork { time_limit: self.after_contact_work_config.limit()?, agent_first_callback })
        }

        fn of(channel: &Channel, value: &AfterContactWork) -> Self {
            Self {
                channel: Input::Known(*channel),
                after_contact_work_config: AfterContactWorkConfig::of(value.time_limit),
                agent_first_callback_after_contact_work_config: value
                    .agent_first_callback
                    .map(AfterContactWorkConfig::of),
            }
        }

        fn unnamed(_: &Channel, phone: &Phone) -> Option<AfterContactWork> {
            let time_limit = phone.after_contact_work_time_limit;
            Some(AfterContactWork { time_limit, agent_first_callback: None })
        }

        fn is_same(a: &AfterContactWork, b: &AfterContactWork) -> bool {
            a.time_limit == b.time_limit
                && a.agent_first_callback.unwrap_or(0) == b.agent_first_callback.unwrap_or(0)
        }

        fn over(mut value: AfterContactWork, actual: Option<&AfterContactWork>) -> AfterContactWork {
            if actual.is_some_and(|actual| actual.agent_first_callback.unwrap_or(0) != 0) {
                value.agent_first_callback.get_or_insert(0);
            }
            value
        }
    }
}

object! {
    /// A limit of after contact work.
    AfterContactWorkConfig {
        /// The limit in seconds, which must be 0 to 2,000,000; 0 means no limit.
        "afterContactWorkTimeLimit" after_contact_work_time_limit: Input<i64>,
    }
}

impl AfterContactWorkConfig {
    fn limit(&self) -> Option<u32> {
        u32::try_from(known(&self.after_contact_work_time_limit)?).ok()
    }

    fn of(limit: u32) -> Self {
        Self { after_contact_work_time_limit: Input::Known(i64::from(limit)) }
    }
}

object! {
    /// The phone of a channel (`VOICE` only).
    PhoneNumberConfig {
        /// The channel.
        "channel" channel: Input<Channel>,
        /// Whether calls are taken in the browser or on a telephone.
        "phoneType" phone_type: Input<PhoneType>,
        /// The number of the telephone, in E.164.
        "phoneNumber" phone_number: Option<Input<Personal>>,
    }
}

per_channel! {
    PhoneNumberConfig: PhoneLine {
        fn value(&self) -> Option<PhoneLine> {
            Some(PhoneLine::new(known(&self.phone_type)?, optional(&self.phone_number)?))
        }

        fn of(channel: &Channel, line: &PhoneLine) -> Self {
            Self {
                channel: Input::Known(*channel),
                phone_type: Input::Known(line.phone_type()),
                phone_number: line.number().cloned().map(Input::Known),
            }
        }

        fn has_empty_text(&self) -> bool {
            self.phone_number.as_ref().and_then(Input::known).is_some_and(|number| number.is_empty())
        }

        fn drop_empty_text(&mut self) {
            self.phone_number.take_if(|number| number.known().is_some_and(|number| number.is_empty()));
        }

        fn unnamed(channel: &Channel, phone: &Phone) -> Option<PhoneLine> {
            Some(if *channel == Channel::Voice { phone.line.clone() } else { PhoneLine::Soft })
        }
    }
}

object! {
    /// Whether a channel's line stays open between calls (`VOICE` only).
    PersistentConnectionConfig {
        /// The channel.
        "channel" channel: Input<Channel>,
        /// Whether the line stays open.
        "persistentConnection" persistent_connection: Input<bool>,
    }
}

per_channel! {
    PersistentConnectionConfig: bool {
        fn value(&self) -> Option<bool> {
            known(&self.persistent_connection)
        }

        fn of(channel: &Channel, value: &bool) -> Self {
            Self { channel: Input::Known(*channel), persistent_connection: Input::Known(*value) }
        }

        fn unnamed(channel: &Channel, phone: &Phone) -> Option<bool> {
            Some(*channel == Channel::Voice && phone.persistent_connection.unwrap_or(false))
        }
    }
}

object! {
    /// How the agent's voice is enhanced in a channel (`VOICE` only).
    VoiceEnhancementConfig {
        /// The channel.
        "channel" channel: Input<Channel>,
        /// The kind of enhancement.
        "voiceEnhancementMode" voice_enhancement_mode: Input<VoiceEnhancementMode>,
    }
}

per_channel! {
    VoiceEnhancementConfig: VoiceEnhancementMode {
        fn value(&self) -> Option<VoiceEnhancementMode> {
            known(&self.voice_enhancement_mode)
        }

        fn of(channel: &Channel, value: &VoiceEnhancementMode) -> Self {
            Self { channel: Input::Known(*channel), voice_enhancement_mode: Input::Known(*value) }
        }

        fn unnamed(_: &Channel, _: &Phone) -> Option<VoiceEnhancementMode> {
            Some(VoiceEnhancementMode::None)
        }
    }
}

object! {
    /// A proficiency of the user.
    UserProficiency {
        /// The name of a predefined attribute of the instance.
        "attributeName" attribute_name: Input<String>,
        /// One of the attribute's values.
        "attributeValue" attribute_value: Input<String>,
        /// The level, which must be 1 to 5.
        "level" level: Input<i64>,
    }
}

impl Element for UserProficiency {
    type Key = ProficiencyKey;
    type Value = u8;

    fn key(&self) -> Option<ProficiencyKey> {
        Some(ProficiencyKey { name: known(&self.attribute_name)?, value: known(&self.attribute_value)? })
    }

    fn is_about(&self, key: &ProficiencyKey) -> bool {
        self.attribute_name.known() == Some(&key.name) && self.attribute_value.known() == Some(&key.value)
    }

    fn value(&self) -> Option<u8> {
        u8::try_from(known(&self.level)?).ok()
    }

    fn of(key: &ProficiencyKey, level: &u8) -> Self {
        Self {
            attribute_name: Input::Known(key.name.clone()),
            attribute_value: Input::Known(key.value.clone()),
            level: Input::Known(i64::from(*level)),
        }
    }
}

fn known<T: Clone>(input: &Input<T>) -> Option<T> {
    input.known().cloned()
}

fn optional<T: Clone>(input: &Option<Input<T>>) -> Option<Option<T>> {
    input.as_ref().map_or(Some(None), |input| known(input).map(Some))
}
