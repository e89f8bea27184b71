//! The desired user.

use super::{
    HierarchyGroupId, Input, InstanceId, Personal, PhoneType, RoutingProfileId, Secret, SecurityProfileId,
    TagInputs,
    element::{
        AfterContactWorkConfigPerChannel, AutoAcceptConfig, PersistentConnectionConfig, PhoneNumberConfig,
        UserProficiency, VoiceEnhancementConfig,
    },
    object::object,
};

object! {
    /// A desired user.
    ///
    /// Every value that another resource may still have to produce is an [`Input`], and every value that may be left
    /// out is an `Option`, so that a host can express known, null and unknown at every leaf. An empty text is the same
    /// as no text in `hierarchy_group_id`, `directory_user_id`, e-mail addresses and telephone numbers. Names are those
    /// of Pulumi's `aws:connect:User`; [`Property`](crate::user::Property) describes each property, its bounds and the
    /// effect of a change.
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
    UserSpec {
        /// The instance that the user is in. A change replaces the user.
        "instanceId" instance_id: Input<InstanceId>,
        /// The name that the user signs in with. A change replaces the user. If it is left out, a name is generated.
        "name" name: Option<Input<String>>,
        /// The first password. No API changes it later.
        "password" password: Option<Input<Secret>>,
        /// The user's id in the directory. No API changes it later.
        "directoryUserId" directory_user_id: Option<Input<String>>,
        /// The user's place in the agent hierarchy.
        "hierarchyGroupId" hierarchy_group_id: Option<Input<HierarchyGroupId>>,
        /// The routing profile, which decides which contacts reach the user.
        "routingProfileId" routing_profile_id: Input<RoutingProfileId>,
        /// The security profiles, which decide what the user may do: must be 1 to 10, in any order.
        #[builder(with = |ids: impl IntoIterator<Item = impl Into<Input<SecurityProfileId>>>| {
            Input::Known(ids.into_iter().map(Into::into).collect())
        })]
        "securityProfileIds" security_profile_ids: Input<Vec<Input<SecurityProfileId>>>,
        /// The identity of the person.
        "identityInfo" identity_info: Option<IdentityInfo>,
        /// How contacts are taken. Required, unless [`phone_number_configs`](Self::phone_number_configs) sets the phone
        /// type.
        "phoneConfig" phone_config: Option<PhoneConfig>,
        /// Whether contacts are accepted automatically, per channel.
        #[builder(with = |configs: impl IntoIterator<Item = AutoAcceptConfig>| Input::Known(configs.into_iter().collect()))]
        "autoAcceptConfigs" auto_accept_configs: Option<Input<Vec<AutoAcceptConfig>>>,
        /// How long after contact work lasts, per channel.
        #[builder(with = |configs: impl IntoIterator<Item = AfterContactWorkConfigPerChannel>| Input::Known(configs.into_iter().collect()))]
        "afterContactWorkConfigs" after_contact_work_configs: Option<Input<Vec<AfterContactWorkConfigPerChannel>>>,
        /// Phone type and number, `VOICE` only.
        #[builder(with = |configs: impl IntoIterator<Item = PhoneNumberConfig>| Input::Known(configs.into_iter().collect()))]
        "phoneNumberConfigs" phone_number_configs: Option<Input<Vec<PhoneNumberConfig>>>,
        /// Whether the line stays open between calls, `VOICE` only.
        #[builder(with = |configs: impl IntoIterator<Item = PersistentConnectionConfig>| Input::Known(configs.into_iter().collect()))]
        "persistentConnectionConfigs" persistent_connection_configs: Option<Input<Vec<PersistentConnectionConfig>>>,
        /// How the agent's voice is enhanced, `VOICE` only.
        #[builder(with = |configs: impl IntoIterator<Item = VoiceEnhancementConfig>| Input::Known(configs.into_iter().collect()))]
        "voiceEnhancementConfigs" voice_enhancement_configs: Option<Input<Vec<VoiceEnhancementConfig>>>,
        /// The user's proficiencies, for routing.
        #[builder(with = |items: impl IntoIterator<Item = UserProficiency>| Input::Known(items.into_iter().collect()))]
        "userProficiencies" user_proficiencies: Option<Input<Vec<UserProficiency>>>,
        /// Tags, which override the provider's default tags. Setting any tags, or `{}`, removes all others.
        #[builder(with = |tags: impl IntoIterator<Item = (impl Into<String>, impl Into<Input<String>>)>| {
            Input::Known(tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
        })]
        "tags" tags: Option<Input<TagInputs>>,
    }
}

object! {
    /// The identity of the person.
    #[derive(Default)]
    IdentityInfo {
        /// The e-mail address, which receives password resets. A change may let another person take over the account.
        "email" email: Option<Input<Personal>>,
        /// The first name.
        "firstName" first_name: Option<Input<Personal>>,
        /// The last name.
        "lastName" last_name: Option<Input<Personal>>,
        /// The e-mail address that receives notifications instead.
        "secondaryEmail" secondary_email: Option<Input<Personal>>,
        /// The mobile number, in E.164.
        "mobile" mobile: Option<Input<Personal>>,
    }
}

object! {
    /// How contacts are taken.
    PhoneConfig {
        /// Whether calls are taken in the browser or on a telephone.
        "phoneType" phone_type: Input<PhoneType>,
        /// After contact work in every channel, in seconds, which must be 0 to 2,000,000; 0 means no limit.
        "afterContactWorkTimeLimit" after_contact_work_time_limit: Option<Input<i64>>,
        /// Whether calls are accepted automatically.
        "autoAccept" auto_accept: Option<Input<bool>>,
        /// The number of the telephone, in E.164.
        "deskPhoneNumber" desk_phone_number: Option<Input<Personal>>,
        /// Whether the line stays open between calls.
        "persistentConnection" persistent_connection: Option<Input<bool>>,
    }
}

impl Default for PhoneConfig {
    /// A soft phone, which is the service's default.
    fn default() -> Self {
        Self::builder().phone_type(PhoneType::SoftPhone).build()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::user::{Property, Shape, element::AfterContactWorkConfig};

    /// A member without a row in the table of properties would be read, and never compared, sent or shown.
    #[test]
    fn each_member_of_a_document_is_a_property_and_the_other_way_round() {
        let blocks = [("identityInfo", IdentityInfo::MEMBERS), ("phoneConfig", PhoneConfig::MEMBERS)];
        let mut members = BTreeSet::new();
        for name in UserSpec::MEMBERS {
            match blocks.iter().find(|(block, _)| block == name) {
                Some((block, inner)) => members.extend(inner.iter().map(|name| format!("{block}.{name}"))),
                None => drop(members.insert((*name).to_owned())),
            }
        }
        let properties: BTreeSet<String> =
            Property::ALL.iter().map(|property| property.path().to_owned()).collect();
        assert_eq!(members, properties);
    }

    #[test]
    fn each_member_of_an_element_is_one_for_schemas_and_the_other_way_round() {
        let has_members =
            |property: &&Property| matches!(property.info().shape, Shape::Channels | Shape::Proficiencies);
        for property in Property::ALL.iter().filter(has_members) {
            let members = match property {
                Property::AutoAcceptConfigs => AutoAcceptConfig::MEMBERS,
                Property::AfterContactWorkConfigs => AfterContactWorkConfigPerChannel::MEMBERS,
                Property::PhoneNumberConfigs => PhoneNumberConfig::MEMBERS,
                Property::PersistentConnectionConfigs => PersistentConnectionConfig::MEMBERS,
                Property::VoiceEnhancementConfigs => VoiceEnhancementConfig::MEMBERS,
                Property::UserProficiencies => UserProficiency::MEMBERS,
                // Members of another property's elements must be added here.
                _ => &[],
            };
            let limit = AfterContactWorkConfig::MEMBERS;
            let members: BTreeSet<String> = members
                .iter()
                .flat_map(|name| match *name {
                    "afterContactWorkConfig" | "agentFirstCallbackAfterContactWorkConfig" => {
                        limit.iter().map(|inner| format!("{name}.{inner}")).collect()
                    }
                    name => vec![name.to_owned()],
                })
                .collect();
            let told: BTreeSet<String> =
                property.members().iter().map(|member| member.path.to_owned()).collect();
            assert_eq!(members, told, "{property}");
        }
    }
}
