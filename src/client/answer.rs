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
        /// The new user's ARN; empty if the answer has none.
        arn: String,
    }

    /// A user in the answer of `DescribeUser`, without proficiencies.
    pub struct UserDescription {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty if the answer has none. Without it, the user's tags cannot be changed.
        arn: String,
        /// The name that the user signs in with.
        @personal name: String,
        /// The routing profile.
        routing_profile_id: RoutingProfileId,
        ..
        /// The user's id in the directory.
        directory_user_id: Option<String>,
        /// The identity of the person.
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
        /// Settings in the answer that this version does not know: the path of each, and after it the value in backticks
        /// if that is a plain choice. Known names in a path are written as in documents, unknown names as the service
        /// writes them, such as `afterContactWorkConfigs[].afterContactWorkConfig.AfterContactWorkMode`.
        unrecognised: Vec<String>,
    }

    /// A user in the answer of `SearchUsers`: without e-mail addresses, mobile number and times. After contact work,
    /// which the service returns in milliseconds, is in seconds here.
    pub struct FoundUser {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty if the answer has none. Without it, the user's tags cannot be changed.
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
        /// Settings in the answer that this version does not know, as in [`UserDescription`].
        unrecognised: Vec<String>,
    }

    /// A user in the answer of `ListUsers`.
    pub struct ListedUser {
        /// The user's id.
        user_id: UserId,
        /// The user's ARN; empty if the answer has none. Without it, the user's tags cannot be changed.
        arn: String,
        /// The name that the user signs in with; empty if the answer has none.
        @personal name: String,
        ..
        /// When the user was last changed.
        last_modified_time: Option<Timestamp>,
        /// The Region of the last change.
        last_modified_region: Option<String>,
    }

    /// A routing profile, a security profile, a traffic distribution group or a workspace.
    pub struct NamedResource {
        /// The id, without the ARN around it.
        id: String,
        /// The ARN; empty if the answer has none.
        arn: String,
        /// The name; empty if the answer has none.
        name: String,
        ..
        /// Whether AWS or the customer manages a security profile; `None` if the answer does not say, and for other
        /// resources.
        managed_by: Option<SecurityProfileType>,
    }

    /// A group of the agent hierarchy.
    pub struct HierarchyGroupEntry {
        /// The group's id.
        id: HierarchyGroupId,
        /// The group's name, which is not unique: groups elsewhere in the hierarchy may have the same name.
        name: String,
        /// The names from the top level down to the group's own: one to five.
        path: Vec<String>,
    }

    /// A predefined attribute, and the values that a proficiency may have for it.
    pub struct PredefinedAttribute {
        /// The attribute's name.
        name: String,
        /// The attribute's values; empty if this version does not know their type.
        values: BTreeSet<String>,
    }

    /// A quick connect: an entry by which agents transfer contacts, such as to a user.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct QuickConnectSummary {
        /// The quick connect's id.
        #[serde(rename = "id")]
        quick_connect_id: String,
        /// The quick connect's name.
        @personal name: String,
        ..
        /// The user to which the quick connect leads.
        user_id: Option<UserId>,
    }

    /// An association of a workspace with one user, or with the users of a routing profile. Both are `None` if this
    /// version does not know the type of the associated resource.
    pub struct WorkspaceAssociation {
        /// The id of the workspace.
        workspace_id: String,
        ..
        /// The user.
        user_id: Option<UserId>,
        /// The routing profile.
        routing_profile_id: Option<RoutingProfileId>,
    }

    /// An instance in the answer of `DescribeInstance`.
    pub struct InstanceDescription {
        /// The instance's id.
        instance_id: InstanceId,
        ..
        /// The identity management type of the instance; `None` if this version does not know the type.
        identity_management: Option<IdentityManagementType>,
    }
}
/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The elements.
    pub items: Vec<T>,
    /// The token of the next page; `None` on the last page.
    pub next_token: Option<String>,
    /// When and where the whole list was last changed, if the service says so. It does for the proficiencies of a user.
    pub last_modified: Option<LastModified>,
}

impl<T> Page<T> {
    /// Creates a page of these elements; without a token, it is the last page.
    pub fn new(items: impl Into<Vec<T>>, next_token: impl Into<Option<String>>) -> Self {
        Self { items: items.into(), next_token: next_token.into(), last_modified: None }
    }
}

impl UserDescription {
    /// Converts the user to a state without a record. `proficiencies` come from another call. Empty texts, which the
    /// service may answer if nothing is set, are left out.
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

/// The answer of `DescribeUser` for a user that equals the state, without proficiencies.
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
