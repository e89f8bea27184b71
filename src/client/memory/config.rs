//! The configuration of an instance.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::user::{
    Arn, HierarchyGroupId, Id, IdKind, IdentityManagementType, InstanceId, RoutingProfileId,
    SecurityProfileId, UserId,
};

/// The configuration of an instance in a [`MemoryConnect`](super::MemoryConnect).
///
/// By default nothing is restricted: any routing profile exists, until routing profiles are configured.
///
/// ```
/// use connect_user::client::memory::MemoryInstance;
/// use connect_user::user::IdentityManagementType;
///
/// let instance = MemoryInstance::new("1c2d", IdentityManagementType::ConnectManaged)
///     .with_routing_profiles(["7a9b"])
///     .with_user_quota(500);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryInstance {
    pub(super) id: String,
    pub(super) identity_management: IdentityManagementType,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) routing_profiles: Option<BTreeSet<String>>,
    pub(super) security_profiles: Option<BTreeSet<String>>,
    pub(super) hierarchy_groups: Option<BTreeSet<String>>,
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub(super) names: Names,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) traffic_distribution_groups: BTreeMap<String, Members>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) workspaces: BTreeMap<String, Members>,
    pub(super) attributes: Option<BTreeMap<String, BTreeSet<String>>>,
    pub(super) user_quota: Option<usize>,
    pub(super) proficiency_limit: usize,
    pub(super) hidden_reads: u32,
    pub(super) hidden_millis: u64,
}

impl MemoryInstance {
    /// Creates an instance in `us-east-1` in which every profile, group and attribute exists.
    pub fn new(id: impl Into<InstanceId>, identity_management: IdentityManagementType) -> Self {
        Self {
            id: id.into().bare().to_owned(),
            identity_management,
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            routing_profiles: None,
            security_profiles: None,
            hierarchy_groups: None,
            names: Names::default(),
            traffic_distribution_groups: BTreeMap::new(),
            workspaces: BTreeMap::new(),
            attributes: None,
            user_quota: None,
            proficiency_limit: 10,
            hidden_reads: 0,
            hidden_millis: 0,
        }
    }

    /// Sets the Region of the instance. Default: `us-east-1`.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the only routing profiles that exist. Default: any exists.
    #[must_use]
    pub fn with_routing_profiles<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.routing_profiles = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the only security profiles that exist. Default: any exists.
    #[must_use]
    pub fn with_security_profiles<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.security_profiles = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the only hierarchy groups that exist. Default: any exists.
    #[must_use]
    pub fn with_hierarchy_groups<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.hierarchy_groups = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a routing profile with its name. Once one is added, only configured routing profiles exist.
    #[must_use]
    pub fn with_named_routing_profile(
        mut self,
        id: impl Into<RoutingProfileId>,
        name: impl Into<String>,
    ) -> Self {
        let id = id.into().bare().to_owned();
        self.routing_profiles.get_or_insert_default().insert(id.clone());
        self.names.routing_profiles.insert(id, name.into());
        self
    }

    /// Adds a security profile with its name. Once one is added, only configured security profiles exist.
    #[must_use]
    pub fn with_named_security_profile(
        mut self,
        id: impl Into<SecurityProfileId>,
        name: impl Into<String>,
    ) -> Self {
        let id = id.into().bare().to_owned();
        self.security_profiles.get_or_insert_default().insert(id.clone());
        self.names.security_profiles.insert(id, name.into());
        self
    }

    /// Marks a security profile as managed by AWS. Default: the customer manages all security profiles.
    #[must_use]
    pub fn with_aws_managed_security_profile(mut self, id: impl Into<SecurityProfileId>) -> Self {
        self.names.aws_managed.insert(id.into().bare().to_owned());
        self
    }

    /// Adds a hierarchy group with the names from the top level down to its own (one to five in the service). Once one
    /// is added, only configured hierarchy groups exist. The groups above it are not added.
    #[must_use]
    pub fn with_named_hierarchy_group<I: Into<String>>(
        mut self,
        id: impl Into<HierarchyGroupId>,
        path: impl IntoIterator<Item = I>,
    ) -> Self {
        let id = id.into().bare().to_owned();
        self.hierarchy_groups.get_or_insert_default().insert(id.clone());
        self.names.hierarchy_groups.insert(id, path.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a predefined attribute with its values. Once one is added, only configured attributes exist.
    #[must_use]
    pub fn with_attribute<I: Into<String>>(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = I>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.attributes.get_or_insert_default().insert(name.into(), values);
        self
    }

    /// Adds a traffic distribution group with its users. Default: none.
    #[must_use]
    pub fn with_traffic_distribution_group<I: Into<UserId>>(
        mut self,
        id: impl Into<String>,
        name: impl Into<String>,
        users: impl IntoIterator<Item = I>,
    ) -> Self {
        let users = users.into_iter().map(|user| user.into().to_bare()).collect();
        let group = Members { name: name.into(), users, ..Members::default() };
        self.traffic_distribution_groups.insert(id.into(), group);
        self
    }

    /// Adds a workspace, with the users and the routing profiles associated with it. Default: none.
    #[must_use]
    pub fn with_workspace<U: Into<UserId>, R: Into<RoutingProfileId>>(
        mut self,
        id: impl Into<String>,
        name: impl Into<String>,
        users: impl IntoIterator<Item = U>,
        routing_profiles: impl IntoIterator<Item = R>,
    ) -> Self {
        let users = users.into_iter().map(|user| user.into().to_bare()).collect();
        let routing_profiles = routing_profiles.into_iter().map(|profile| profile.into().to_bare()).collect();
        self.workspaces.insert(id.into(), Members { name: name.into(), users, routing_profiles });
        self
    }

    /// Sets the maximum number of users. Default: no limit.
    #[must_use]
    pub const fn with_user_quota(mut self, users: usize) -> Self {
        self.user_quota = Some(users);
        self
    }

    /// Sets the maximum number of proficiencies of a user. Default: 10.
    #[must_use]
    pub const fn with_proficiency_limit(mut self, limit: usize) -> Self {
        self.proficiency_limit = limit;
        self
    }

    /// Hides a new user from the first `reads` calls that look for it. Default: 0.
    #[must_use]
    pub const fn with_hidden_reads(mut self, reads: u32) -> Self {
        self.hidden_reads = reads;
        self
    }

    /// Hides a new user until this time has passed on the clock. Default: none.
    #[must_use]
    pub fn with_hidden_time(mut self, time: Duration) -> Self {
        self.hidden_millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self
    }

    pub(super) fn arn<K: IdKind>(&self, id: &Id<K>) -> String {
        Arn::of("aws", &self.region, &self.account, &InstanceId::new(self.id.as_str()), id).to_string()
    }
}

/// The name and the members of a traffic distribution group or a workspace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Members {
    pub(super) name: String,
    pub(super) users: BTreeSet<UserId>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) routing_profiles: BTreeSet<RoutingProfileId>,
}

/// The configured names of resources; for all others, the name is the id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Names {
    pub(super) routing_profiles: BTreeMap<String, String>,
    pub(super) security_profiles: BTreeMap<String, String>,
    /// The names from the top level down to the group's own.
    pub(super) hierarchy_groups: BTreeMap<String, Vec<String>>,
    /// The security profiles that AWS manages.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) aws_managed: BTreeSet<String>,
}

impl Names {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
