//! The settings per channel: what is the same, and what a channel that is no longer named goes back to.

use std::collections::BTreeMap;

use super::want::Want;
use crate::user::{
    AfterContactWork, AfterContactWorkConfigPerChannel, AutoAccept, AutoAcceptConfig, Channel, Content,
    Input, PersistentConnectionConfig, PhoneConfig, PhoneNumber, PhoneNumberConfig, PhoneType, UserSpec,
    VoiceEnhancementConfig, VoiceEnhancementMode,
};

/// A kind of setting that the API keeps per channel, by the type of its settled value.
pub(super) trait PerChannel: Clone {
    type Config: Clone;

    /// The channel and value of a config whose values are known and within their bounds.
    fn settle(config: &Self::Config) -> Option<(Channel, Self)>;

    /// The service's default; a channel that the service does not name has it.
    fn default_value() -> Self;

    /// Whether both mean the same: a part that is left out has its default.
    fn same(&self, other: &Self) -> bool;

    /// What a channel goes back to that the spec no longer names: what the phone block says, where it
    /// says the same thing for the channel, and the service's default otherwise.
    fn reset(channel: Channel, spec: &UserSpec) -> Self;

    /// The value to send where the service has `actual`: what it must forget is said.
    fn over(self, _actual: Option<&Self>) -> Self {
        self
    }
}

/// Whether the service has what the list asks for. Nothing is allocated where texts need not be.
pub(super) fn same_list<V: PerChannel>(
    list: &[V::Config],
    actual: &BTreeMap<Channel, V>,
    spec: &UserSpec,
) -> bool {
    let named =
        |channel: &Channel| list.iter().any(|config| V::settle(config).is_some_and(|(c, _)| c == *channel));
    list.iter().all(|config| {
        V::settle(config).is_some_and(|(channel, value)| is_there(&value, actual.get(&channel)))
    }) && actual.iter().all(|(channel, value)| named(channel) || V::reset(*channel, spec).same(value))
}

fn is_there<V: PerChannel>(value: &V, actual: Option<&V>) -> bool {
    match actual {
        Some(actual) => value.same(actual),
        None => value.same(&V::default_value()),
    }
}

/// What the service should have in the end.
pub(super) fn settle_channels<V: PerChannel>(
    want: &Want<'_, Vec<V::Config>>,
    actual: &BTreeMap<Channel, V>,
    spec: &UserSpec,
) -> BTreeMap<Channel, V> {
    let mut target = actual.clone();
    let list: &[V::Config] = match want {
        Want::Keep | Want::Unknown => return target,
        Want::Clear => &[],
        Want::Value(list) => list,
    };
    let mut desired: BTreeMap<Channel, V> = actual.keys().map(|c| (*c, V::reset(*c, spec))).collect();
    desired.extend(list.iter().filter_map(V::settle));
    for (channel, value) in desired {
        let actual = actual.get(&channel);
        if !is_there(&value, actual) {
            target.insert(channel, value.over(actual));
        }
    }
    target
}

/// The entries of `target` that `actual` lacks.
pub(super) fn missing<V: PerChannel>(
    target: &BTreeMap<Channel, V>,
    actual: &BTreeMap<Channel, V>,
) -> BTreeMap<Channel, V> {
    target
        .iter()
        .filter(|(channel, value)| !is_there(*value, actual.get(channel)))
        .map(|(channel, value)| (*channel, value.clone()))
        .collect()
}

fn phone_value<T: Copy>(spec: &UserSpec, value: impl Fn(&PhoneConfig) -> Option<&Input<T>>) -> Option<T> {
    spec.phone_config.as_ref().and_then(value).and_then(Input::known).copied()
}

impl PerChannel for AutoAccept {
    type Config = AutoAcceptConfig;

    fn settle(config: &AutoAcceptConfig) -> Option<(Channel, Self)> {
        let callback = config.agent_first_callback_auto_accept.as_ref().and_then(Input::known);
        let auto_accept = *config.auto_accept.known()?;
        Some((*config.channel.known()?, Self { auto_accept, agent_first_callback: callback.copied() }))
    }

    fn default_value() -> Self {
        Self::default()
    }

    fn same(&self, other: &Self) -> bool {
        self.auto_accept == other.auto_accept
            && self.agent_first_callback.unwrap_or(false) == other.agent_first_callback.unwrap_or(false)
    }

    fn reset(channel: Channel, spec: &UserSpec) -> Self {
        let block =
            phone_value(spec, |phone| phone.auto_accept.as_ref()).filter(|_| channel == Channel::Voice);
        Self { auto_accept: block.unwrap_or(false), agent_first_callback: None }
    }

    fn over(mut self, actual: Option<&Self>) -> Self {
        if actual.is_some_and(|actual| actual.agent_first_callback == Some(true)) {
            self.agent_first_callback.get_or_insert(false);
        }
        self
    }
}

impl PerChannel for AfterContactWork {
    type Config = AfterContactWorkConfigPerChannel;

    fn settle(config: &AfterContactWorkConfigPerChannel) -> Option<(Channel, Self)> {
        crate::user::settle_after_contact_work(config)
    }

    fn default_value() -> Self {
        Self::default()
    }

    fn same(&self, other: &Self) -> bool {
        self.time_limit == other.time_limit
            && self.agent_first_callback.unwrap_or(0) == other.agent_first_callback.unwrap_or(0)
    }

    fn reset(_: Channel, spec: &UserSpec) -> Self {
        let block = phone_value(spec, |phone| phone.after_contact_work_time_limit.as_ref());
        let time_limit = block.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(0);
        Self { time_limit, agent_first_callback: None }
    }

    fn over(mut self, actual: Option<&Self>) -> Self {
        if actual.is_some_and(|actual| actual.agent_first_callback.unwrap_or(0) != 0) {
            self.agent_first_callback.get_or_insert(0);
        }
        self
    }
}

impl PerChannel for PhoneNumber {
    type Config = PhoneNumberConfig;

    fn settle(config: &PhoneNumberConfig) -> Option<(Channel, Self)> {
        let phone_type = *config.phone_type.known()?;
        let number = config.phone_number.as_ref().and_then(Input::known).cloned();
        Some((*config.channel.known()?, Self { phone_type, number }))
    }

    fn default_value() -> Self {
        Self { phone_type: PhoneType::SoftPhone, number: None }
    }

    fn same(&self, other: &Self) -> bool {
        // A number is without effect for a soft phone.
        self.phone_type == other.phone_type
            && (self.phone_type == PhoneType::SoftPhone || self.number == other.number)
    }

    fn reset(channel: Channel, spec: &UserSpec) -> Self {
        match &spec.phone_config {
            Some(phone) if channel == Channel::Voice => Self {
                phone_type: phone.phone_type.known().copied().unwrap_or(PhoneType::SoftPhone),
                number: phone.desk_phone_number.as_ref().and_then(Input::known).cloned(),
            },
            _ => Self::default_value(),
        }
    }
}

impl PerChannel for bool {
    type Config = PersistentConnectionConfig;

    fn settle(config: &PersistentConnectionConfig) -> Option<(Channel, Self)> {
        Some((*config.channel.known()?, *config.persistent_connection.known()?))
    }

    fn default_value() -> Self {
        false
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn reset(channel: Channel, spec: &UserSpec) -> Self {
        channel == Channel::Voice
            && phone_value(spec, |phone| phone.persistent_connection.as_ref()).unwrap_or(false)
    }
}

impl PerChannel for VoiceEnhancementMode {
    type Config = VoiceEnhancementConfig;

    fn settle(config: &VoiceEnhancementConfig) -> Option<(Channel, Self)> {
        Some((*config.channel.known()?, *config.voice_enhancement_mode.known()?))
    }

    fn default_value() -> Self {
        Self::None
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn reset(_: Channel, _: &UserSpec) -> Self {
        Self::None
    }
}

/// Whether any value of the list is unknown.
pub(super) fn has_unknowns<T>(list: &Vec<T>) -> bool
where
    Vec<T>: Content,
{
    Content::has_unknowns(list)
}
