//! What is asked and answered: one struct per operation, in the model's own types.

use crate::user::{
    ChannelSettings, HierarchyGroupId, Identity, IdentityManagementType, InstanceId, Personal, Phone,
    Proficiencies, ProficiencyKey, Record, RoutingProfileId, Secret, SecurityProfileId, Tags, Timestamp,
    UserId, UserSettings, UserState,
};
use std::{collections::BTreeSet, fmt};

/// A field that begins with `@personal` stays out of `Debug`: user names are often e-mail addresses.
macro_rules! requests {
    ($($(#[$meta:meta])* $name:ident {
        $($(#[$field_meta:meta])* $(@$personal:ident)? $field:ident: $type:ty),+ $(,)?
    })+) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)+
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), requests!(@debug $($personal)? self.$field)))+
                    .finish()
            }
        }
    )+};
    (@debug personal $this:ident.$field:ident) => {
        &format_args!("redacted")
    };
    (@debug $this:ident.$field:ident) => {
        &$this.$field
    };
}

requests! {
    /// Asks for a new user. Whatever is `None` or empty is not sent.
    CreateUser {
        /// The instance.
        instance_id: InstanceId,
        /// The name that the user signs in with.
        @personal name: String,
        /// The first password.
        password: Option<Secret>,
        /// The user's id in the directory.
        directory_user_id: Option<String>,
        /// Who the person is.
        identity: Identity,
        /// The phone block; each of its values excludes its twin in `channels`.
        phone: Option<Phone>,
        /// The routing profile.
        routing_profile_id: RoutingProfileId,
        /// The security profiles.
        security_profile_ids: BTreeSet<SecurityProfileId>,
        /// The place in the agent hierarchy.
        hierarchy_group_id: Option<HierarchyGroupId>,
        /// The settings per channel.
        channels: ChannelSettings,
        /// The tags.
        tags: Tags,
    }

    /// The answer to [`CreateUser`].
    CreatedUser {
        /// The new user's id.
        user_id: UserId,
        /// The new user's ARN; empty where the answer has none.
        arn: String,
    }

    /// Asks for a user.
    DescribeUser {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
    }

    /// Deletes a user.
    DeleteUser {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
    }

    /// Asks for a page of ids and names.
    ListUsers {
        /// The instance.
        instance_id: InstanceId,
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 1,000, which is also the default here.
        max_results: Option<u32>,
    }

    /// Asks for a page of users.
    SearchUsers {
        /// The instance.
        instance_id: InstanceId,
        /// Only the user of this name. The service may compare without regard to case.
        @personal name: Option<String>,
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 500, which is also the default here.
        max_results: Option<u32>,
    }

    /// Replaces the identity block: a member that is `None` is not sent.
    UpdateUserIdentityInfo {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The whole block.
        identity: Identity,
    }

    /// Replaces the phone block, and every channel's after contact work with the block's.
    UpdateUserPhoneConfig {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The whole block.
        phone: Phone,
    }

    /// Replaces per-channel settings: the channels that are named, in the kinds that are not empty.
    UpdateUserConfig {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The settings to set.
        channels: ChannelSettings,
    }

    /// Changes the routing profile.
    UpdateUserRoutingProfile {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The routing profile.
        routing_profile_id: RoutingProfileId,
    }

    /// Replaces the whole set of security profiles.
    UpdateUserSecurityProfiles {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The security profiles, 1 to 10.
        security_profile_ids: BTreeSet<SecurityProfileId>,
    }

    /// Sets the hierarchy group, or takes it away.
    UpdateUserHierarchy {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The group; `None` is not sent, which takes the user out of its group.
        hierarchy_group_id: Option<HierarchyGroupId>,
    }

    /// Gives proficiencies that the user lacks.
    AssociateUserProficiencies {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The proficiencies.
        proficiencies: Proficiencies,
    }

    /// Takes proficiencies away.
    DisassociateUserProficiencies {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The proficiencies.
        proficiencies: BTreeSet<ProficiencyKey>,
    }

    /// Changes the level of proficiencies that the user has.
    UpdateUserProficiencies {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The proficiencies with their new levels.
        proficiencies: Proficiencies,
    }

    /// Asks for a page of a user's proficiencies.
    ListUserProficiencies {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// Where the last page ended.
        next_token: Option<String>,
    }

    /// Adds tags, or changes their values.
    TagResource {
        /// The ARN of the user.
        arn: String,
        /// The tags, at least one.
        tags: Tags,
    }

    /// Takes tags away.
    UntagResource {
        /// The ARN of the user.
        arn: String,
        /// The keys, at least one.
        keys: BTreeSet<String>,
    }

    /// Asks for an instance.
    DescribeInstance {
        /// The instance.
        instance_id: InstanceId,
    }

    /// Asks for a page of routing profiles.
    ListRoutingProfiles {
        /// The instance.
        instance_id: InstanceId,
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 1,000, which is also the default here.
        max_results: Option<u32>,
    }

    /// Asks for a page of security profiles.
    ListSecurityProfiles {
        /// The instance.
        instance_id: InstanceId,
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 1,000, which is also the default here.
        max_results: Option<u32>,
    }

    /// Asks for a page of the groups of the agent hierarchy.
    SearchUserHierarchyGroups {
        /// The instance.
        instance_id: InstanceId,
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 100, which is also the default here.
        max_results: Option<u32>,
    }

    /// Asks for a page of the quick connects of the kind `USER`.
    SearchQuickConnects {
        /// The instance.
        instance_id: InstanceId,
        /// Where the last page ended.
        next_token: Option<String>,
    }

    /// Deletes a quick connect.
    DeleteQuickConnect {
        /// The instance.
        instance_id: InstanceId,
        /// The quick connect.
        quick_connect_id: String,
    }

    /// A user as `DescribeUser` answers it, without proficiencies.
    UserDescription {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty where the answer has none, and then its tags cannot be changed.
        arn: String,
        /// The name that the user signs in with.
        @personal name: String,
        /// The user's id in the directory.
        directory_user_id: Option<String>,
        /// Who the person is.
        identity: Identity,
        /// The phone block.
        phone: Phone,
        /// The routing profile.
        routing_profile_id: RoutingProfileId,
        /// The security profiles.
        security_profile_ids: BTreeSet<SecurityProfileId>,
        /// The place in the agent hierarchy.
        hierarchy_group_id: Option<HierarchyGroupId>,
        /// The settings per channel.
        channels: ChannelSettings,
        /// Every tag.
        tags: Tags,
        /// When the user was last changed.
        last_modified_time: Option<Timestamp>,
        /// The Region of the last change.
        last_modified_region: Option<String>,
        /// What the answer holds that this version does not know.
        unrecognised: Vec<String>,
    }

    /// A user as `SearchUsers` answers it: no e-mails, no mobile, no times; the milliseconds of its
    /// after contact work are seconds here.
    FoundUser {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty where the answer has none, and then its tags cannot be changed.
        arn: String,
        /// The name that the user signs in with.
        @personal name: String,
        /// The user's id in the directory.
        directory_user_id: Option<String>,
        /// The first name.
        first_name: Option<Personal>,
        /// The last name.
        last_name: Option<Personal>,
        /// The phone block.
        phone: Phone,
        /// The routing profile.
        routing_profile_id: Option<RoutingProfileId>,
        /// The security profiles.
        security_profile_ids: BTreeSet<SecurityProfileId>,
        /// The place in the agent hierarchy.
        hierarchy_group_id: Option<HierarchyGroupId>,
        /// The settings per channel.
        channels: ChannelSettings,
        /// Every tag.
        tags: Tags,
        /// What the answer holds that this version does not know.
        unrecognised: Vec<String>,
    }

    /// A user as `ListUsers` answers it.
    ListedUser {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty where the answer has none, and then its tags cannot be changed.
        arn: String,
        /// The name that the user signs in with; empty where the answer has none.
        @personal name: String,
        /// When the user was last changed.
        last_modified_time: Option<Timestamp>,
        /// The Region of the last change.
        last_modified_region: Option<String>,
    }

    /// A routing profile or a security profile: whichever was asked for.
    NamedResource {
        /// Its id, without the ARN around it.
        id: String,
        /// Its ARN; empty where the answer has none.
        arn: String,
        /// Its name; empty where the answer has none.
        name: String,
    }

    /// A group of the agent hierarchy.
    HierarchyGroupEntry {
        /// Its id.
        id: HierarchyGroupId,
        /// Its name, which groups elsewhere in the hierarchy may have too.
        name: String,
        /// The names from the top level down to the group's own: one to five.
        path: Vec<String>,
    }

    /// A quick connect.
    QuickConnectSummary {
        /// Its id.
        quick_connect_id: String,
        /// Its name.
        @personal name: String,
        /// The user that it leads to.
        user_id: Option<UserId>,
    }

    /// An instance as `DescribeInstance` answers it.
    InstanceDescription {
        /// The instance's id.
        instance_id: InstanceId,
        /// How it manages identities; `None` for a type that this version does not know.
        identity_management: Option<IdentityManagementType>,
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The elements.
    pub items: Vec<T>,
    /// What to ask for the next part with; `None` on the last.
    pub next_token: Option<String>,
}

impl UserDescription {
    /// The user as a state of which nothing is recorded yet. `proficiencies` come from a call of their own.
    /// Empty texts, which the service may answer where nothing is set, are left out.
    pub fn into_state(self, instance_id: InstanceId, proficiencies: Option<Proficiencies>) -> UserState {
        let mut state = UserState {
            instance_id,
            user_id: self.user_id,
            arn: self.arn,
            name: self.name,
            directory_user_id: self.directory_user_id,
            settings: UserSettings {
                identity: self.identity,
                phone: self.phone,
                routing_profile_id: self.routing_profile_id,
                security_profile_ids: self.security_profile_ids,
                hierarchy_group_id: self.hierarchy_group_id,
                channels: self.channels,
                proficiencies,
            },
            tags_all: self.tags,
            last_modified_time: self.last_modified_time,
            last_modified_region: self.last_modified_region,
            record: Record { unrecognised: self.unrecognised, ..Record::default() },
        };
        state.drop_empty_texts();
        state
    }
}
