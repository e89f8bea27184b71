//! The values of a user once all are known: the values of the service, and those that calls carry.

use std::collections::BTreeMap;

use bon::Builder;

use super::{
    Channel, HierarchyGroupId, Personal, PhoneType, RoutingProfileId, SecurityProfileId, SortedSet,
    VoiceEnhancementMode,
};

/// The identity of the person. The API reads and writes this block as a whole.
///
/// ```
/// use connect_user::user::Identity;
///
/// let identity = Identity::builder().first_name("Jane").last_name("Roe").build();
/// assert_eq!(identity.email, None);
/// ```
#[derive(Builder, Clone, Debug, Default, PartialEq, Eq)]
#[builder(on(Personal, into))]
#[non_exhaustive]
pub struct Identity {
    /// The first name.
    pub first_name: Option<Personal>,
    /// The last name.
    pub last_name: Option<Personal>,
    /// The e-mail address; with `SAML` there is none.
    pub email: Option<Personal>,
    /// The secondary e-mail address, which receives notifications.
    pub secondary_email: Option<Personal>,
    /// The mobile number, in E.164.
    pub mobile: Option<Personal>,
}

impl Identity {
    /// Whether no value is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the identity of a user that a search has found: values that the search leaves out are as recorded.
    pub(crate) fn found(
        first_name: Option<Personal>,
        last_name: Option<Personal>,
        recorded: Option<&Self>,
    ) -> Self {
        let recorded = recorded.cloned().unwrap_or_default();
        let Self { first_name: _, last_name: _, email, secondary_email, mobile } = recorded;
        Self { first_name, last_name, email, secondary_email, mobile }
    }
}

/// Where calls are taken; only a telephone has a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PhoneLine {
    /// The browser, which is the service's default.
    #[default]
    Soft,
    /// A telephone, with its number in E.164; `None` if the service has no number.
    Desk(Option<Personal>),
}

impl PhoneLine {
    /// Creates a line of that type. The number of a soft phone has no effect and is not kept.
    pub fn new(phone_type: PhoneType, number: Option<Personal>) -> Self {
        match phone_type {
            PhoneType::SoftPhone => Self::Soft,
            PhoneType::DeskPhone => Self::Desk(number),
        }
    }

    /// Returns the phone type.
    pub const fn phone_type(&self) -> PhoneType {
        match self {
            Self::Soft => PhoneType::SoftPhone,
            Self::Desk(_) => PhoneType::DeskPhone,
        }
    }

    /// Returns the number of the telephone.
    pub const fn number(&self) -> Option<&Personal> {
        match self {
            Self::Desk(Some(number)) => Some(number),
            Self::Desk(None) | Self::Soft => None,
        }
    }
}

/// How the user takes contacts. The API reads and writes this block as a whole.
///
/// ```
/// use connect_user::user::{Phone, PhoneLine};
///
/// let phone = Phone::builder().auto_accept(true).build();
/// assert_eq!((phone.line, phone.after_contact_work_time_limit), (PhoneLine::Soft, 0));
/// ```
#[derive(Builder, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Phone {
    /// Browser or telephone. Default: the browser.
    #[builder(default)]
    pub line: PhoneLine,
    /// Whether calls are accepted automatically. Default: no.
    #[builder(default)]
    pub auto_accept: bool,
    /// After contact work in seconds; 0 means no limit. Default: 0.
    #[builder(default)]
    pub after_contact_work_time_limit: u32,
    /// Whether the line to the agent stays open between calls. Default: `None`, which the service reads as no.
    pub persistent_connection: Option<bool>,
}

/// Whether contacts of one channel are accepted automatically.
///
/// ```
/// use connect_user::user::AutoAccept;
///
/// let accepted = AutoAccept::new(true).with_agent_first_callback(false);
/// assert_eq!(accepted.agent_first_callback, Some(false));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AutoAccept {
    /// Whether inbound contacts are accepted automatically.
    pub auto_accept: bool,
    /// Whether agent-first callbacks are accepted automatically (`VOICE` only). Default: `None`, which the service
    /// reads as no.
    pub agent_first_callback: Option<bool>,
}

impl AutoAccept {
    /// Creates a setting for inbound contacts, without a setting for agent-first callbacks.
    pub const fn new(auto_accept: bool) -> Self {
        Self { auto_accept, agent_first_callback: None }
    }

    /// Returns the setting with a setting for agent-first callbacks.
    #[must_use]
    pub fn with_agent_first_callback(self, auto_accept: impl Into<Option<bool>>) -> Self {
        Self { agent_first_callback: auto_accept.into(), ..self }
    }
}

/// After contact work of one channel, in seconds; 0 means no limit.
///
/// ```
/// use connect_user::user::AfterContactWork;
///
/// let work = AfterContactWork::new(30).with_agent_first_callback(60);
/// assert_eq!((work.time_limit, work.agent_first_callback), (30, Some(60)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AfterContactWork {
    /// The limit after contacts.
    pub time_limit: u32,
    /// The limit after agent-first callbacks (`VOICE` only). Default: `None`, which the service reads as 0.
    pub agent_first_callback: Option<u32>,
}

impl AfterContactWork {
    /// Creates a limit after contacts, without a limit after agent-first callbacks.
    pub const fn new(time_limit: u32) -> Self {
        Self { time_limit, agent_first_callback: None }
    }

    /// Returns the limits with a limit after agent-first callbacks.
    #[must_use]
    pub fn with_agent_first_callback(self, limit: impl Into<Option<u32>>) -> Self {
        Self { agent_first_callback: limit.into(), ..self }
    }

    /// Returns the limits with the same limit for both, if there are two.
    #[must_use]
    pub(crate) const fn flattened(self, limit: u32) -> Self {
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
        ///
        /// ```
        /// use connect_user::user::{AutoAccept, Channel, ChannelSettings};
        ///
        /// let chat = (Channel::Chat, AutoAccept::new(true));
        /// let channels = ChannelSettings::builder().auto_accept([chat].into()).build();
        /// assert!(channels.after_contact_work.is_empty());
        /// ```
        #[derive(Builder, Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct ChannelSettings {
            $($(#[$meta])* #[builder(default)] pub $name: BTreeMap<Channel, $type>,)+
        }

        impl ChannelSettings {
            /// Whether no setting is set.
            pub fn is_empty(&self) -> bool {
                $(self.$name.is_empty())&&+
            }

            /// Sets the channels of `other` in each kind of setting, and leaves the other channels as they are.
            pub fn merge(&mut self, other: Self) {
                $(self.$name.extend(other.$name);)+
            }
        }
    };
}

channel_settings! {
    /// Whether contacts are accepted automatically.
    auto_accept: AutoAccept,
    /// After contact work.
    after_contact_work: AfterContactWork,
    /// Where calls are taken (voice only).
    phone_number: PhoneLine,
    /// Whether the line stays open between calls (voice only).
    persistent_connection: bool,
    /// How the agent's voice is enhanced (voice only).
    voice_enhancement: VoiceEnhancementMode,
}

/// The subject of a proficiency: a predefined attribute of the instance and one of its values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ProficiencyKey {
    /// The attribute's name, such as `connect:Language`.
    pub name: String,
    /// One of the attribute's values, such as `connect:French`.
    pub value: String,
}

impl ProficiencyKey {
    /// Creates a key from an attribute and one of its values.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A user's proficiencies; each has a level, which must be 1 to 5.
pub type Proficiencies = BTreeMap<ProficiencyKey, u8>;

/// The known values of a user: every property that a call can change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserProperties {
    /// The identity of the person.
    pub identity: Identity,
    /// How contacts are taken.
    pub phone: Phone,
    /// The routing profile.
    pub routing_profile_id: RoutingProfileId,
    /// The security profiles.
    pub security_profile_ids: SortedSet<SecurityProfileId>,
    /// The place in the agent hierarchy.
    pub hierarchy_group_id: Option<HierarchyGroupId>,
    /// The settings per channel.
    pub channels: ChannelSettings,
    /// The proficiencies; `None` if they have not been read, because reading them takes another call.
    pub proficiencies: Option<Proficiencies>,
}

impl UserProperties {
    /// Creates properties with this routing profile and otherwise the service's defaults; proficiencies count as not
    /// read.
    pub fn new(routing_profile_id: RoutingProfileId) -> Self {
        Self {
            identity: Identity::default(),
            phone: Phone::default(),
            routing_profile_id,
            security_profile_ids: SortedSet::new(),
            hierarchy_group_id: None,
            channels: ChannelSettings::default(),
            proficiencies: None,
        }
    }
}
