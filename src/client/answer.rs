//! Answers, in the types of the model.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::structs::structs;
use crate::user::{
    ChannelSettings, HierarchyGroupId, Identity, IdentityManagementType, InstanceId, LastModified, Personal,
    Phone, Proficiencies, Record, RoutingProfileId, SecurityProfileId, SecurityProfileType, SortedSet, Tags,
    Timestamp, UserId, UserProperties, UserState,
};

structs! {
    /// The answer to [`CreateUser`](super::CreateUser).
    pub struct CreatedUser {
        /// The new user's id.
        user_id: UserId,
        /// The new user's ARN; empty where the answer has none.
        arn: String,
    }

    /// A user as `DescribeUser` answers it, without proficiencies.
    pub struct UserDescription {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty where the answer has none, and then its tags cannot be changed.
        arn: String,
        /// The name that the user signs in with.
        @personal name: String,
        /// The routing profile.
        routing_profile_id: RoutingProfileId,
        ..
        /// The user's id in the directory.
        directory_user_id: Option<String>,
        /// Who the person is.
        identity: Identity,
        /// The phone block.
        phone: Phone,
        /// The security profiles.
        security_profile_ids: SortedSet<SecurityProfileId>,
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
        /// What the answer holds that this version does not know: the place of each, and its value where that is a
        /// plain choice, such as ``afterContactWorkConfigs[].afterContactWorkConfig.AfterContactWorkMode `ON```. Known
        /// names are as in documents, others as the service writes them.
        unrecognised: Vec<String>,
    }

    /// A user as `SearchUsers` answers it: no e-mails, no mobile, no times; the milliseconds of its
    /// after contact work are seconds here.
    pub struct FoundUser {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty where the answer has none, and then its tags cannot be changed.
        arn: String,
        /// The name that the user signs in with.
        @personal name: String,
        ..
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
        security_profile_ids: SortedSet<SecurityProfileId>,
        /// The place in the agent hierarchy.
        hierarchy_group_id: Option<HierarchyGroupId>,
        /// The settings per channel.
        channels: ChannelSettings,
        /// Every tag.
        tags: Tags,
        /// What the answer holds that this version does not know, as [`UserDescription`] has it.
        unrecognised: Vec<String>,
    }

    /// A user as `ListUsers` answers it.
    pub struct ListedUser {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty where the answer has none, and then its tags cannot be changed.
        arn: String,
        /// The name that the user signs in with; empty where the answer has none.
        @personal name: String,
        ..
        /// When the user was last changed.
        last_modified_time: Option<Timestamp>,
        /// The Region of the last change.
        last_modified_region: Option<String>,
    }

    /// A routing profile, a security profile, a traffic distribution group or a workspace.
    pub struct NamedResource {
        /// Its id, without the ARN around it.
        id: String,
        /// Its ARN; empty where the answer has none.
        arn: String,
        /// Its name; empty where the answer has none.
        name: String,
        ..
        /// Who manages a security profile; `None` where the answer does not say, and for everything else.
        managed_by: Option<SecurityProfileType>,
    }

    /// A group of the agent hierarchy.
    pub struct HierarchyGroupEntry {
        /// Its id.
        id: HierarchyGroupId,
        /// Its name, which groups elsewhere in the hierarchy may have too.
        name: String,
        /// The names from the top level down to the group's own: one to five.
        path: Vec<String>,
    }

    /// A predefined attribute, and what a proficiency may say of it.
    pub struct PredefinedAttribute {
        /// Its name.
        name: String,
        /// Its values; none where this version does not know their type.
        values: BTreeSet<String>,
    }

    /// A quick connect.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct QuickConnectSummary {
        /// Its id.
        #[serde(rename = "id")]
        quick_connect_id: String,
        /// Its name.
        @personal name: String,
        ..
        /// The user that it leads to.
        user_id: Option<UserId>,
    }

    /// That users get a workspace: one user, or those of a routing profile. A type of resource that this version does
    /// not know is neither.
    pub struct WorkspaceAssociation {
        /// The id of the workspace.
        workspace_id: String,
        ..
        /// The user.
        user_id: Option<UserId>,
        /// The routing profile.
        routing_profile_id: Option<RoutingProfileId>,
    }

    /// An instance as `DescribeInstance` answers it.
    pub struct InstanceDescription {
        /// The instance's id.
        instance_id: InstanceId,
        ..
        /// How it manages identities; `None` for a type that this version does not know.
        identity_management: Option<IdentityManagementType>,
    }
}
/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The elements.
    pub items: Vec<T>,
    /// The token of the next page; `None` on the last one.
    pub next_token: Option<String>,
    /// When and where the whole list was last changed, where the service says so: of the proficiencies of a user.
    pub last_modified: Option<LastModified>,
}

impl<T> Page<T> {
    /// Creates a page of these elements; the last one, if it has no token.
    pub fn new(items: impl Into<Vec<T>>, next_token: impl Into<Option<String>>) -> Self {
        Self { items: items.into(), next_token: next_token.into(), last_modified: None }
    }
}

impl UserDescription {
    /// The user as a state without a record. `proficiencies` come from a call of their own. Empty texts,
    /// which the service may answer if nothing is set, are left out.
    pub fn into_state(self, instance_id: InstanceId, proficiencies: Option<Proficiencies>) -> UserState {
        let mut state = UserState {
            instance_id,
            user_id: self.user_id,
            arn: self.arn,
            name: self.name,
            directory_user_id: self.directory_user_id,
            properties: UserProperties {
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
            proficiencies_last_modified: None,
            record: Record { unrecognised: self.unrecognised, ..Record::default() },
        };
        state.drop_empty_texts();
        state
    }
}

/// What `DescribeUser` would answer of a user that is as the state says; proficiencies are not part of it.
impl From<UserState> for UserDescription {
    fn from(state: UserState) -> Self {
        let properties = state.properties;
        Self {
            user_id: state.user_id,
            arn: state.arn,
            name: state.name,
            routing_profile_id: properties.routing_profile_id,
            directory_user_id: state.directory_user_id,
            identity: properties.identity,
            phone: properties.phone,
            security_profile_ids: properties.security_profile_ids,
            hierarchy_group_id: properties.hierarchy_group_id,
            channels: properties.channels,
            tags: state.tags_all,
            last_modified_time: state.last_modified_time,
            last_modified_region: state.last_modified_region,
            unrecognised: state.record.unrecognised,
        }
    }
}

impl From<&UserState> for UserDescription {
    fn from(state: &UserState) -> Self {
        state.clone().into()
    }
}
