//! What is asked: one struct per operation, in the model's own types.

use std::{collections::BTreeSet, fmt};

use super::structs::structs;
use crate::user::{
    ChannelSettings, HierarchyGroupId, Identity, InstanceId, Phone, Proficiencies, ProficiencyKey,
    RoutingProfileId, Secret, SecurityProfileId, Tags, UserId,
};

structs! {
    /// Asks for a new user. Whatever is `None` or empty is not sent.
    pub struct CreateUser {
        /// The instance.
        instance_id: InstanceId,
        /// The name that the user signs in with.
        @personal name: String,
        /// The routing profile.
        routing_profile_id: RoutingProfileId,
        /// The security profiles.
        security_profile_ids: BTreeSet<SecurityProfileId>,
        ..
        /// The first password.
        password: Option<Secret>,
        /// The user's id in the directory.
        directory_user_id: Option<String>,
        /// Who the person is.
        identity: Identity,
        /// The phone block; each of its values excludes its twin in `channels`.
        phone: Option<Phone>,
        /// The place in the agent hierarchy.
        hierarchy_group_id: Option<HierarchyGroupId>,
        /// The settings per channel.
        channels: ChannelSettings,
        /// The tags.
        tags: Tags,
    }

    /// Asks for a user.
    pub struct DescribeUser {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
    }

    /// Deletes a user.
    pub struct DeleteUser {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
    }

    /// Asks for a page of ids and names.
    pub struct ListUsers {
        /// The instance.
        instance_id: InstanceId,
        ..
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 1,000, which is also the default here.
        max_results: Option<u32>,
    }

    /// Asks for a page of users.
    pub struct SearchUsers {
        /// The instance.
        instance_id: InstanceId,
        ..
        /// Only the user of this name. The service may compare without regard to case.
        @personal name: Option<String>,
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 500, which is also the default here.
        max_results: Option<u32>,
    }

    /// Replaces the identity block: a member that is `None` is not sent.
    pub struct UpdateUserIdentityInfo {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The whole block.
        identity: Identity,
    }

    /// Replaces the phone block, and every channel's after contact work with the block's.
    pub struct UpdateUserPhoneConfig {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The whole block.
        phone: Phone,
    }

    /// Replaces per-channel settings: the channels that are named, in the kinds that are not empty.
    pub struct UpdateUserConfig {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The settings to set.
        channels: ChannelSettings,
    }

    /// Changes the routing profile.
    pub struct UpdateUserRoutingProfile {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The routing profile.
        routing_profile_id: RoutingProfileId,
    }

    /// Replaces the whole set of security profiles.
    pub struct UpdateUserSecurityProfiles {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The security profiles, 1 to 10.
        security_profile_ids: BTreeSet<SecurityProfileId>,
    }

    /// Sets the hierarchy group, or takes it away.
    pub struct UpdateUserHierarchy {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The group; `None` is not sent, which takes the user out of its group.
        hierarchy_group_id: Option<HierarchyGroupId>,
    }

    /// Adds proficiencies that the user lacks.
    pub struct AssociateUserProficiencies {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The proficiencies.
        proficiencies: Proficiencies,
    }

    /// Removes proficiencies.
    pub struct DisassociateUserProficiencies {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The proficiencies.
        proficiencies: BTreeSet<ProficiencyKey>,
    }

    /// Changes the level of proficiencies that the user has.
    pub struct UpdateUserProficiencies {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        /// The proficiencies with their new levels.
        proficiencies: Proficiencies,
    }

    /// Asks for a page of a user's proficiencies.
    pub struct ListUserProficiencies {
        /// The instance.
        instance_id: InstanceId,
        /// The user.
        user_id: UserId,
        ..
        /// Where the last page ended.
        next_token: Option<String>,
    }

    /// Adds tags, or changes their values.
    pub struct TagResource {
        /// The ARN of the user.
        arn: String,
        /// The tags, at least one.
        tags: Tags,
    }

    /// Removes tags.
    pub struct UntagResource {
        /// The ARN of the user.
        arn: String,
        /// The keys, at least one.
        keys: BTreeSet<String>,
    }

    /// Asks for an instance.
    pub struct DescribeInstance {
        /// The instance.
        instance_id: InstanceId,
    }

    /// Asks for a page of routing profiles.
    pub struct ListRoutingProfiles {
        /// The instance.
        instance_id: InstanceId,
        ..
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 1,000, which is also the default here.
        max_results: Option<u32>,
    }

    /// Asks for a page of security profiles.
    pub struct ListSecurityProfiles {
        /// The instance.
        instance_id: InstanceId,
        ..
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 1,000, which is also the default here.
        max_results: Option<u32>,
    }

    /// Asks for a page of the groups of the agent hierarchy.
    pub struct SearchUserHierarchyGroups {
        /// The instance.
        instance_id: InstanceId,
        ..
        /// Where the last page ended.
        next_token: Option<String>,
        /// The size of a page, up to 100, which is also the default here.
        max_results: Option<u32>,
    }

    /// Asks for a page of the quick connects of the kind `USER`.
    pub struct SearchQuickConnects {
        /// The instance.
        instance_id: InstanceId,
        ..
        /// Where the last page ended.
        next_token: Option<String>,
    }

    /// Deletes a quick connect.
    pub struct DeleteQuickConnect {
        /// The instance.
        instance_id: InstanceId,
        /// The quick connect.
        quick_connect_id: String,
    }
}
