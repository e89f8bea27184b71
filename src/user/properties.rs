//! The values of a user once everything is known: what the service holds and what calls carry.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Channel, HierarchyGroupId, Personal, PhoneType, RoutingProfileId, SecurityProfileId, VoiceEnhancementMode,
};

/// Who the person is. The API reads and writes this block as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The first name.
    pub first_name: Option<Personal>,
    /// The last name.
    pub last_name: Option<Personal>,
    /// The e-mail address: for `SAML` there is none.
    pub email: Option<Personal>,
    /// The secondary e-mail address, which notifications go to.
    pub secondary_email: Option<Personal>,
    /// The mobile number, in E.164.
    pub mobile: Option<Personal>,
}

impl Identity {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What calls are taken on: a number only means something for a telephone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PhoneLine {
    /// The browser: what the service has where nothing is set.
    #[default]
    Soft,
    /// A telephone, with its number in E.164; `None` where the service has none.
    Desk(Option<Personal>),
}

impl PhoneLine {
    /// A line of that type; the number of a soft phone is without effect, and not kept.
    pub fn new(phone_type: PhoneType, number: Option<Personal>) -> Self {
        match phone_type {
            PhoneType::SoftPhone => Self::Soft,
            PhoneType::DeskPhone => Self::Desk(number),
        }
    }

    /// The phone type.
    pub const fn phone_type(&self) -> PhoneType {
        match self {
            Self::Soft => PhoneType::SoftPhone,
            Self::Desk(_) => PhoneType::DeskPhone,
        }
    }

    /// The telephone's number.
    pub const fn number(&self) -> Option<&Personal> {
        match self {
            Self::Desk(Some(number)) => Some(number),
            Self::Desk(None) | Self::Soft => None,
        }
    }
}

/// How the user takes contacts. The API reads and writes this block as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phone {
    /// Browser or telephone.
    pub line: PhoneLine,
    /// Whether contacts are taken without a click; the service's default is `false`.
    pub auto_accept: bool,
    /// Seconds of after contact work; 0, the service's default, is without end.
    pub after_contact_work_time_limit: u32,
    /// Whether the line to the agent stays open between calls.
    pub persistent_connection: Option<bool>,
}

impl Phone {
    /// A phone with that line and the service's defaults.
    pub const fn new(line: PhoneLine) -> Self {
        Self { line, auto_accept: false, after_contact_work_time_limit: 0, persistent_connection: None }
    }
}

/// Whether one channel's contacts are taken without a click.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AutoAccept {
    /// For contacts that come in.
    pub auto_accept: bool,
    /// For callbacks that call the agent first (voice only).
    pub agent_first_callback: Option<bool>,
}

/// One channel's after contact work, in seconds; 0 is without end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AfterContactWork {
    /// After contacts.
    pub time_limit: u32,
    /// After callbacks that called the agent first (voice only).
    pub agent_first_callback: Option<u32>,
}

impl AfterContactWork {
    /// The limit for both kinds of contact where there are two.
    #[must_use]
    pub const fn flattened(self, limit: u32) -> Self {
        Self {
            time_limit: limit,
            agent_first_callback: match self.agent_first_callback {
                Some(_) => Some(limit),
                None => None,
            },
        }
    }
}

macro_rules! channel_settings {
    ($($(#[$meta:meta])* $name:ident: $type:ty,)+) => {
        /// The settings that the API keeps per channel.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct ChannelSettings {
            $($(#[$meta])* pub $name: BTreeMap<Channel, $type>,)+
        }

        impl ChannelSettings {
            /// Whether nothing is set.
            pub fn is_empty(&self) -> bool {
                $(self.$name.is_empty())&&+
            }

            /// Sets the channels that `other` names, in each kind of setting, and leaves the others.
            pub fn merge(&mut self, other: Self) {
                $(self.$name.extend(other.$name);)+
            }
        }
    };
}

channel_settings! {
    /// Whether contacts are taken without a click.
    auto_accept: AutoAccept,
    /// After contact work.
    after_contact_work: AfterContactWork,
    /// What calls are taken on (voice only).
    phone_number: PhoneLine,
    /// Whether the line stays open between calls (voice only).
    persistent_connection: bool,
    /// What is done to the agent's voice (voice only).
    voice_enhancement: VoiceEnhancementMode,
}

/// What a proficiency is in: a predefined attribute of the instance and one of its values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProficiencyKey {
    /// The attribute's name, such as `connect:Language`.
    pub name: String,
    /// One of its values, such as `connect:French`.
    pub value: String,
}

/// A user's proficiencies, each with its level from 1 to 5.
pub type Proficiencies = BTreeMap<ProficiencyKey, u8>;

/// Everything about a user that a call can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProperties {
    /// Who the person is.
    pub identity: Identity,
    /// How contacts are taken.
    pub phone: Phone,
    /// The routing profile.
    pub routing_profile_id: RoutingProfileId,
    /// The security profiles.
    pub security_profile_ids: BTreeSet<SecurityProfileId>,
    /// The place in the agent hierarchy.
    pub hierarchy_group_id: Option<HierarchyGroupId>,
    /// The settings per channel.
    pub channels: ChannelSettings,
    /// The proficiencies; `None` where they have not been read, which takes a call of its own.
    pub proficiencies: Option<Proficiencies>,
}

impl UserProperties {
    /// Settings with that routing profile, and otherwise what the service has where nothing is set. Of
    /// proficiencies nothing is known.
    pub fn new(routing_profile_id: RoutingProfileId) -> Self {
        Self {
            identity: Identity::default(),
            phone: Phone::default(),
            routing_profile_id,
            security_profile_ids: BTreeSet::new(),
            hierarchy_group_id: None,
            channels: ChannelSettings::default(),
            proficiencies: None,
        }
    }
}
