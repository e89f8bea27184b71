//! What a host wants.

use bon::Builder;

use super::{
    Channel, HierarchyGroupId, Input, InstanceId, Personal, PhoneType, Property, PropertySet,
    RoutingProfileId, Secret, SecurityProfileId, TagInputs, VoiceEnhancementMode,
};

/// A user as it should be.
///
/// Every value that another resource may still have to produce is an [`Input`], and what may be
/// left out is an `Option`: a host sees known, null and unknown at every leaf. An empty text is the same as
/// none in `hierarchy_group_id`, `directory_user_id`, e-mail addresses and telephone numbers. Names are those of
/// Pulumi's `aws:connect:User`; [`Property`] says what each is, its bounds and what a change does.
///
/// ```
/// use connect_user::user::{IdentityInfo, PhoneConfig, PhoneType, UserSpec};
///
/// let spec = UserSpec::builder()
///     .instance_id("aaaaaaaa-bbbb-cccc-dddd-111111111111")
///     .name("example")
///     .password("Password123")
///     .routing_profile_id("12345678-1234-1234-1234-123456789012")
///     .security_profile_ids(["87654321-4321-4321-4321-210987654321"])
///     .identity_info(IdentityInfo::builder().first_name("example").last_name("example2").build())
///     .phone_config(PhoneConfig::builder().phone_type(PhoneType::SoftPhone).build())
///     .build();
/// assert!(!spec.has_unknowns());
/// ```
///
/// A required property that is missing does not compile:
///
/// ```compile_fail
/// use connect_user::user::UserSpec;
///
/// let spec = UserSpec::builder().instance_id("i").security_profile_ids(["s"]).build();
/// ```
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct UserSpec {
    /// The instance that the user is in. A change replaces the user.
    pub instance_id: Input<InstanceId>,
    /// The name that the user signs in with. A change replaces the user; left out, a name is made.
    pub name: Option<Input<String>>,
    /// The first password. No API changes it later.
    pub password: Option<Input<Secret>>,
    /// The user's id in the directory. No API changes it later.
    pub directory_user_id: Option<Input<String>>,
    /// The user's place in the agent hierarchy.
    pub hierarchy_group_id: Option<Input<HierarchyGroupId>>,
    /// Which contacts reach the user.
    pub routing_profile_id: Input<RoutingProfileId>,
    /// What the user may do: 1 to 10, in any order.
    #[builder(with = |ids: impl IntoIterator<Item = impl Into<Input<SecurityProfileId>>>| {
        Input::Known(ids.into_iter().map(Into::into).collect())
    })]
    pub security_profile_ids: Input<Vec<Input<SecurityProfileId>>>,
    /// Who the person is.
    pub identity_info: Option<IdentityInfo>,
    /// How contacts are taken. Required, unless [`phone_number_configs`](Self::phone_number_configs)
    /// says the phone type.
    pub phone_config: Option<PhoneConfig>,
    /// Whether contacts are taken without a click, per channel.
    #[builder(with = |configs: impl IntoIterator<Item = AutoAcceptConfig>| Input::Known(configs.into_iter().collect()))]
    pub auto_accept_configs: Option<Input<Vec<AutoAcceptConfig>>>,
    /// How long after contact work lasts, per channel.
    #[builder(with = |configs: impl IntoIterator<Item = AfterContactWorkConfigPerChannel>| Input::Known(configs.into_iter().collect()))]
    pub after_contact_work_configs: Option<Input<Vec<AfterContactWorkConfigPerChannel>>>,
    /// Phone type and number, `VOICE` only.
    #[builder(with = |configs: impl IntoIterator<Item = PhoneNumberConfig>| Input::Known(configs.into_iter().collect()))]
    pub phone_number_configs: Option<Input<Vec<PhoneNumberConfig>>>,
    /// Whether the line stays open between calls, `VOICE` only.
    #[builder(with = |configs: impl IntoIterator<Item = PersistentConnectionConfig>| Input::Known(configs.into_iter().collect()))]
    pub persistent_connection_configs: Option<Input<Vec<PersistentConnectionConfig>>>,
    /// What is done to the agent's voice, `VOICE` only.
    #[builder(with = |configs: impl IntoIterator<Item = VoiceEnhancementConfig>| Input::Known(configs.into_iter().collect()))]
    pub voice_enhancement_configs: Option<Input<Vec<VoiceEnhancementConfig>>>,
    /// What the user is good at, for routing.
    #[builder(with = |items: impl IntoIterator<Item = UserProficiency>| Input::Known(items.into_iter().collect()))]
    pub user_proficiencies: Option<Input<Vec<UserProficiency>>>,
    /// Tags, over the provider's default tags. Giving any, or `{}`, takes all others away.
    #[builder(with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<Input<String>>)>| {
        Input::Known(tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    })]
    pub tags: Option<Input<TagInputs>>,
}

/// Who the person is.
#[derive(Builder, Clone, Debug, Default, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct IdentityInfo {
    /// The e-mail address, to which password resets go. Changing it can take the account over.
    pub email: Option<Input<Personal>>,
    /// The first name.
    pub first_name: Option<Input<Personal>>,
    /// The last name.
    pub last_name: Option<Input<Personal>>,
    /// The e-mail address to which notifications go instead.
    pub secondary_email: Option<Input<Personal>>,
    /// The mobile number, in E.164.
    pub mobile: Option<Input<Personal>>,
}

/// How contacts are taken.
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct PhoneConfig {
    /// Whether calls are taken in the browser or on a telephone.
    pub phone_type: Input<PhoneType>,
    /// Seconds of after contact work in every channel, 0 to 2,000,000; 0 is without end.
    pub after_contact_work_time_limit: Option<Input<i64>>,
    /// Whether calls are taken without a click.
    pub auto_accept: Option<Input<bool>>,
    /// The telephone's number, in E.164.
    pub desk_phone_number: Option<Input<Personal>>,
    /// Whether the line stays open between calls.
    pub persistent_connection: Option<Input<bool>>,
}

/// Whether a channel's contacts are taken without a click.
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct AutoAcceptConfig {
    /// The channel.
    pub channel: Input<Channel>,
    /// Whether contacts that come in are.
    pub auto_accept: Input<bool>,
    /// Whether callbacks that call the agent first are (`VOICE` only).
    pub agent_first_callback_auto_accept: Option<Input<bool>>,
}

/// How long a channel's after contact work lasts.
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct AfterContactWorkConfigPerChannel {
    /// The channel.
    pub channel: Input<Channel>,
    /// After contacts.
    pub after_contact_work_config: AfterContactWorkConfig,
    /// After callbacks that called the agent first (`VOICE` only).
    pub agent_first_callback_after_contact_work_config: Option<AfterContactWorkConfig>,
}

/// A limit of after contact work.
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct AfterContactWorkConfig {
    /// Seconds, 0 to 2,000,000; 0 is without end.
    pub after_contact_work_time_limit: Input<i64>,
}

/// The phone of a channel (`VOICE` only).
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct PhoneNumberConfig {
    /// The channel.
    pub channel: Input<Channel>,
    /// Whether calls are taken in the browser or on a telephone.
    pub phone_type: Input<PhoneType>,
    /// The telephone's number, in E.164.
    pub phone_number: Option<Input<Personal>>,
}

/// Whether a channel's line stays open between calls (`VOICE` only).
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct PersistentConnectionConfig {
    /// The channel.
    pub channel: Input<Channel>,
    /// Whether it does.
    pub persistent_connection: Input<bool>,
}

/// What is done to the agent's voice in a channel (`VOICE` only).
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct VoiceEnhancementConfig {
    /// The channel.
    pub channel: Input<Channel>,
    /// What is done.
    pub voice_enhancement_mode: Input<VoiceEnhancementMode>,
}

/// How good the user is at something.
#[derive(Builder, Clone, Debug, PartialEq)]
#[builder(on(Input<_>, into))]
#[non_exhaustive]
pub struct UserProficiency {
    /// The name of a predefined attribute of the instance.
    pub attribute_name: Input<String>,
    /// One of the attribute's values.
    pub attribute_value: Input<String>,
    /// From 1 to 5.
    pub level: Input<i64>,
}

impl UserSpec {
    /// The properties that the spec sets.
    pub fn managed(&self) -> PropertySet {
        let spec = self.without_empty_texts();
        let mut set = PropertySet::from_iter([
            Property::InstanceId,
            Property::RoutingProfileId,
            Property::SecurityProfileIds,
        ]);
        let identity = spec.identity_info.as_ref();
        let phone = spec.phone_config.as_ref();
        for (property, present) in [
            (Property::Name, spec.name.is_some()),
            (Property::Password, spec.password.is_some()),
            (Property::DirectoryUserId, spec.directory_user_id.is_some()),
            (Property::HierarchyGroupId, spec.hierarchy_group_id.is_some()),
            (Property::FirstName, identity.is_some_and(|i| i.first_name.is_some())),
            (Property::LastName, identity.is_some_and(|i| i.last_name.is_some())),
            (Property::Email, identity.is_some_and(|i| i.email.is_some())),
            (Property::SecondaryEmail, identity.is_some_and(|i| i.secondary_email.is_some())),
            (Property::Mobile, identity.is_some_and(|i| i.mobile.is_some())),
            (Property::PhoneType, phone.is_some()),
            (
                Property::AfterContactWorkTimeLimit,
                phone.is_some_and(|p| p.after_contact_work_time_limit.is_some()),
            ),
            (Property::AutoAccept, phone.is_some_and(|p| p.auto_accept.is_some())),
            (Property::DeskPhoneNumber, phone.is_some_and(|p| p.desk_phone_number.is_some())),
            (Property::PersistentConnection, phone.is_some_and(|p| p.persistent_connection.is_some())),
            (Property::AutoAcceptConfigs, spec.auto_accept_configs.is_some()),
            (Property::AfterContactWorkConfigs, spec.after_contact_work_configs.is_some()),
            (Property::PhoneNumberConfigs, spec.phone_number_configs.is_some()),
            (Property::PersistentConnectionConfigs, spec.persistent_connection_configs.is_some()),
            (Property::VoiceEnhancementConfigs, spec.voice_enhancement_configs.is_some()),
            (Property::UserProficiencies, spec.user_proficiencies.is_some()),
            (Property::Tags, spec.tags.is_some()),
        ] {
            set.insert_if(property, present);
        }
        set
    }
}
