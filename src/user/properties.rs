//! The values of a user once everything is known: what the service holds and what calls carry.

use std::collections::BTreeMap;

use bon::Builder;

use super::{
    Channel, HierarchyGroupId, Personal, PhoneType, RoutingProfileId, SecurityProfileId, SortedSet,
    VoiceEnhancementMode,
};

/// Who the person is. The API reads and writes this block as a whole.
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

    /// The identity of a user that a search has found: what it leaves out is as recorded.
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

/// What calls are taken on: a number only means something for a telephone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Seconds of after contact work; 0 is without end. Default: 0.
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
    /// For inbound contacts.
    pub auto_accept: bool,
    /// For agent-first callbacks (`VOICE` only). Default: `None`, which the service reads as no.
    pub agent_first_callback: Option<bool>,
}

impl AutoAccept {
    /// The setting for inbound contacts; none for agent-first callbacks.
    pub const fn new(auto_accept: bool) -> Self {
        Self { auto_accept, agent_first_callback: None }
    }

    /// The same with a setting for agent-first callbacks.
    #[must_use]
    pub fn with_agent_first_callback(self, auto_accept: impl Into<Option<bool>>) -> Self {
        Self { agent_first_callback: auto_accept.into(), ..self }
    }
}

/// After contact work of one channel, in seconds; 0 is without end.
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
    /// After contacts.
    pub time_limit: u32,
    /// After agent-first callbacks (`VOICE` only). Default: `None`, which the service reads as 0.
    pub agent_first_callback: Option<u32>,
}

impl AfterContactWork {
    /// The limit after contacts; none after agent-first callbacks.
    pub const fn new(time_limit: u32) -> Self {
        Self { time_limit, agent_first_callback: None }
    }

    /// The same with a limit after agent-first callbacks.
    #[must_use]
    pub fn with_agent_first_callback(self, limit: impl Into<Option<u32>>) -> Self {
        Self { agent_first_callback: limit.into(), ..self }
    }

    /// The limit for both kinds of contact where there are two.
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
#[non_exhaustive]
pub struct ProficiencyKey {
    /// The attribute's name, such as `connect:Language`.
    pub name: String,
    /// One of its values, such as `connect:French`.
    pub value: String,
}

impl ProficiencyKey {
    /// An attribute and one of its values.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A user's proficiencies, each with its level from 1 to 5.
pub type Proficiencies = BTreeMap<ProficiencyKey, u8>;

/// The known values of a user: every property that a call can change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserProperties {
    /// Who the person is.
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
    /// The proficiencies; `None` where they have not been read, which takes a call of its own.
    pub proficiencies: Option<Proficiencies>,
}

impl UserProperties {
    /// Properties with that routing profile and otherwise the service's defaults; proficiencies that have not
    /// been read.
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
