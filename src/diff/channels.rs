//! The settings per channel: what is the same, and what a channel that is no longer named goes back to.

use std::collections::BTreeMap;

use super::want::{Sides, Want};
use crate::user::{
    AfterContactWork, AfterContactWorkConfigPerChannel, AutoAccept, AutoAcceptConfig, Channel, Content,
    Input, PersistentConnectionConfig, Personal, Phone, PhoneNumber, PhoneNumberConfig, PhoneType, Property,
    UserSpec, VoiceEnhancementConfig, VoiceEnhancementMode,
};

/// A kind of setting that the API keeps per channel, by the type of its settled value.
pub(super) trait PerChannel: Clone {
    type Config: Clone;

    /// The channel and value of a config whose values are known and within their bounds.
    fn settle(config: &Self::Config) -> Option<(Channel, Self)>;

    /// What a channel has that the service does not name: what the phone block says, where it says the
    /// same thing for the channel, and the service's default otherwise.
    fn unnamed(channel: Channel, block: &Block<'_>) -> Self;

    /// Whether both mean the same: a part that is left out has its default.
    fn same(&self, other: &Self) -> bool;

    /// What a channel goes back to that the spec no longer names: what the phone block says, where it
    /// says the same thing for the channel, and the service's default otherwise.
    fn reset(channel: Channel, spec: &UserSpec) -> Self {
        Self::unnamed(channel, &Block::wanted(spec))
    }

    /// The value to send where the service has `actual`: what it must forget is said.
    fn over(self, _actual: Option<&Self>) -> Self {
        self
    }
}

/// Whether the service has what the list asks for. Nothing is allocated where texts need not be.
pub(super) fn same_list<V: PerChannel>(
    list: &[V::Config],
    actual: &BTreeMap<Channel, V>,
    sides: &Sides<'_>,
) -> bool {
    let block = Block::to_be(sides);
    let named =
        |channel: &Channel| list.iter().any(|config| V::settle(config).is_some_and(|(c, _)| c == *channel));
    list.iter().all(|config| {
        V::settle(config)
            .is_some_and(|(channel, value)| is_there(channel, &value, actual.get(&channel), &block))
    }) && actual.iter().all(|(channel, value)| named(channel) || V::reset(*channel, sides.spec).same(value))
}

fn is_there<V: PerChannel>(channel: Channel, value: &V, actual: Option<&V>, block: &Block<'_>) -> bool {
    match actual {
        Some(actual) => value.same(actual),
        None => value.same(&V::unnamed(channel, block)),
    }
}

/// What the service should have in the end.
pub(super) fn settle_channels<V: PerChannel>(
    want: &Want<'_, Vec<V::Config>>,
    actual: &BTreeMap<Channel, V>,
    sides: &Sides<'_>,
) -> BTreeMap<Channel, V> {
    let block = Block::to_be(sides);
    let mut target = actual.clone();
    let list: &[V::Config] = match want {
        Want::Keep | Want::Unknown => return target,
        Want::Clear => &[],
        Want::Value(list) => list,
    };
    let mut desired: BTreeMap<Channel, V> = actual.keys().map(|c| (*c, V::reset(*c, sides.spec))).collect();
    desired.extend(list.iter().filter_map(V::settle));
    for (channel, value) in desired {
        let actual = actual.get(&channel);
        if !is_there(channel, &value, actual, &block) {
            target.insert(channel, value.over(actual));
        }
    }
    target
}

/// The entries of `target` that `actual` lacks.
pub(super) fn missing<V: PerChannel>(
    target: &BTreeMap<Channel, V>,
    actual: &BTreeMap<Channel, V>,
    phone: &Phone,
) -> BTreeMap<Channel, V> {
    let block = Block::of(phone);
    target
        .iter()
        .filter(|(channel, value)| !is_there(**channel, *value, actual.get(channel), &block))
        .map(|(channel, value)| (*channel, value.clone()))
        .collect()
}

/// What a phone block says, channel by channel.
pub(super) struct Block<'a> {
    phone_type: PhoneType,
    auto_accept: bool,
    after_contact_work: u32,
    number: Option<&'a Personal>,
    persistent_connection: bool,
}

impl<'a> Block<'a> {
    /// The block of a user, as it is or will be.
    pub(super) fn of(phone: &'a Phone) -> Self {
        Self {
            phone_type: phone.phone_type,
            auto_accept: phone.auto_accept,
            after_contact_work: phone.after_contact_work_time_limit,
            number: phone.desk_phone_number.as_ref(),
            persistent_connection: phone.persistent_connection.unwrap_or(false),
        }
    }

    /// The block that a spec asks for, with the service's defaults where it says nothing.
    fn wanted(spec: &'a UserSpec) -> Self {
        let phone = spec.phone_config.as_ref();
        fn value<T>(input: Option<&Input<T>>) -> Option<&T> {
            input.and_then(Input::known)
        }
        let limit = value(phone.and_then(|phone| phone.after_contact_work_time_limit.as_ref()));
        Self {
            phone_type: value(phone.map(|phone| &phone.phone_type)).copied().unwrap_or(PhoneType::SoftPhone),
            auto_accept: value(phone.and_then(|phone| phone.auto_accept.as_ref())).copied().unwrap_or(false),
            after_contact_work: limit.and_then(|limit| u32::try_from(*limit).ok()).unwrap_or(0),
            number: value(phone.and_then(|phone| phone.desk_phone_number.as_ref())),
            persistent_connection: value(phone.and_then(|phone| phone.persistent_connection.as_ref()))
                .copied()
                .unwrap_or(false),
        }
    }

    /// The block as it will be: what the spec says or clears, over what is there.
    pub(super) fn to_be(sides: &Sides<'a>) -> Self {
        let (spec, actual) = (sides.spec, &sides.state.settings.phone);
        let phone = spec.phone_config.as_ref();
        let there = Self::of(actual);
        let limit = sides.want(
            Property::AfterContactWorkTimeLimit,
            phone.and_then(|phone| phone.after_contact_work_time_limit.as_ref()),
        );
        let number =
            sides.want(Property::DeskPhoneNumber, phone.and_then(|phone| phone.desk_phone_number.as_ref()));
        Self {
            phone_type: sides
                .want(Property::PhoneType, phone.map(|phone| &phone.phone_type))
                .or(there.phone_type, PhoneType::SoftPhone),
            auto_accept: sides
                .want(Property::AutoAccept, phone.and_then(|phone| phone.auto_accept.as_ref()))
                .or(there.auto_accept, false),
            after_contact_work: u32::try_from(limit.or(i64::from(there.after_contact_work), 0)).unwrap_or(0),
            number: match number {
                Want::Keep | Want::Unknown => there.number,
                Want::Clear => None,
                Want::Value(number) => Some(number),
            },
            persistent_connection: sides
                .want(
                    Property::PersistentConnection,
                    phone.and_then(|phone| phone.persistent_connection.as_ref()),
                )
                .or(there.persistent_connection, false),
        }
    }
}

impl PerChannel for AutoAccept {
    type Config = AutoAcceptConfig;

    fn settle(config: &AutoAcceptConfig) -> Option<(Channel, Self)> {
        let callback = config.agent_first_callback_auto_accept.as_ref().and_then(Input::known);
        let auto_accept = *config.auto_accept.known()?;
        Some((*config.channel.known()?, Self { auto_accept, agent_first_callback: callback.copied() }))
    }

    fn same(&self, other: &Self) -> bool {
        self.auto_accept == other.auto_accept
            && self.agent_first_callback.unwrap_or(false) == other.agent_first_callback.unwrap_or(false)
    }

    fn unnamed(channel: Channel, block: &Block<'_>) -> Self {
        Self { auto_accept: channel == Channel::Voice && block.auto_accept, agent_first_callback: None }
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

    fn same(&self, other: &Self) -> bool {
        self.time_limit == other.time_limit
            && self.agent_first_callback.unwrap_or(0) == other.agent_first_callback.unwrap_or(0)
    }

    fn unnamed(_: Channel, block: &Block<'_>) -> Self {
        Self { time_limit: block.after_contact_work, agent_first_callback: None }
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
        let number = config.phone_number.as_ref().and_then(Input::known);
        // Without effect for a soft phone, and not sent.
        let number = number.filter(|_| phone_type == PhoneType::DeskPhone).cloned();
        Some((*config.channel.known()?, Self { phone_type, number }))
    }

    fn same(&self, other: &Self) -> bool {
        // A number is without effect for a soft phone.
        self.phone_type == other.phone_type
            && (self.phone_type == PhoneType::SoftPhone || self.number == other.number)
    }

    fn unnamed(channel: Channel, block: &Block<'_>) -> Self {
        if channel != Channel::Voice || block.phone_type == PhoneType::SoftPhone {
            return Self { phone_type: PhoneType::SoftPhone, number: None };
        }
        Self { phone_type: block.phone_type, number: block.number.cloned() }
    }
}

impl PerChannel for bool {
    type Config = PersistentConnectionConfig;

    fn settle(config: &PersistentConnectionConfig) -> Option<(Channel, Self)> {
        Some((*config.channel.known()?, *config.persistent_connection.known()?))
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn unnamed(channel: Channel, block: &Block<'_>) -> Self {
        channel == Channel::Voice && block.persistent_connection
    }
}

impl PerChannel for VoiceEnhancementMode {
    type Config = VoiceEnhancementConfig;

    fn settle(config: &VoiceEnhancementConfig) -> Option<(Channel, Self)> {
        Some((*config.channel.known()?, *config.voice_enhancement_mode.known()?))
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn unnamed(_: Channel, _: &Block<'_>) -> Self {
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
