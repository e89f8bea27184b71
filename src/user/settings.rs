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

/// How the user takes contacts. The API reads and writes this block as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Browser or telephone.
    pub phone_type: PhoneType,
    /// Whether contacts are taken without a click; the service's default is `false`.
    pub auto_accept: bool,
    /// Seconds of after contact work; 0, the service's default, is without end.
    pub after_contact_work_time_limit: u32,
    /// The telephone's number, in E.164; without effect for a soft phone.
    pub desk_phone_number: Option<Personal>,
    /// Whether the line to the agent stays open between calls.
    pub persistent_connection: Option<bool>,
}

impl Phone {
    /// A phone of that type with the service's defaults.
    pub const fn new(phone_type: PhoneType) -> Self {
        Self {
            phone_type,
            auto_accept: false,
            after_contact_work_time_limit: 0,
            desk_phone_number: None,
            persistent_connection: None,
        }
    }
}

impl Default for Phone {
    /// What the service answers where nothing is set: a soft phone.
    fn default() -> Self {
        Self::new(PhoneType::SoftPhone)
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

/// The phone of one channel (voice only).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// Browser or telephone.
    pub phone_type: PhoneType,
    /// The telephone's number, in E.164.
    pub number: Option<Personal>,
}

/// The settings that the API of 2026 keeps per channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelSettings {
    /// Whether contacts are taken without a click.
    pub auto_accept: BTreeMap<Channel, AutoAccept>,
    /// After contact work.
    pub after_contact_work: BTreeMap<Channel, AfterContactWork>,
    /// Phone type and number.
    pub phone_number: BTreeMap<Channel, PhoneNumber>,
    /// Whether the line stays open between calls.
    pub persistent_connection: BTreeMap<Channel, bool>,
    /// What is done to the agent's voice.
    pub voice_enhancement: BTreeMap<Channel, VoiceEnhancementMode>,
}

impl ChannelSettings {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        let Self { auto_accept, after_contact_work, phone_number, persistent_connection, voice_enhancement } =
            self;
        auto_accept.is_empty()
            && after_contact_work.is_empty()
            && phone_number.is_empty()
            && persistent_connection.is_empty()
            && voice_enhancement.is_empty()
    }
}

impl ChannelSettings {
    /// Sets the channels that `other` names, in each kind of setting, and leaves the others.
    pub fn merge(&mut self, other: Self) {
        let Self { auto_accept, after_contact_work, phone_number, persistent_connection, voice_enhancement } =
            other;
        self.auto_accept.extend(auto_accept);
        self.after_contact_work.extend(after_contact_work);
        self.phone_number.extend(phone_number);
        self.persistent_connection.extend(persistent_connection);
        self.voice_enhancement.extend(voice_enhancement);
    }
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
pub struct UserSettings {
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
