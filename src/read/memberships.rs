//! Memberships of users that are not properties: traffic distribution groups and workspaces.

use std::collections::{BTreeMap, btree_map::Entry};

use serde::Serialize;

use super::finding::not_checked;
use crate::{
    client::{
        ClientError, ConnectClient, ListTrafficDistributionGroupUsers, ListTrafficDistributionGroups,
        ListWorkspaces, NamedResource, SearchWorkspaceAssociations, WorkspaceAssociation, all_pages,
    },
    user::{Diagnostic, InstanceId, RoutingProfileId, UserId, UserState, choice},
};

choice! {
    /// How a workspace is associated with a user.
    WorkspaceThrough {
        /// The workspace is associated with the user.
        User = "user",
        /// The workspace is associated with the routing profile of the user.
        RoutingProfile = "routingProfile",
    }
}

/// A traffic distribution group that a user is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TrafficDistributionGroup {
    /// Its id.
    pub id: String,
    /// Its name; empty where the service doesn't say it.
    pub name: String,
}

/// A workspace of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Workspace {
    /// Its id.
    pub id: String,
    /// Its name; empty where the service doesn't say it.
    pub name: String,
    /// How the workspace is associated with the user.
    pub through: WorkspaceThrough,
}

/// The memberships of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Membership {
    /// The traffic distribution groups of the user; `None` if they were not read.
    pub traffic_distribution_groups: Option<Vec<TrafficDistributionGroup>>,
    /// The workspaces of the user; `None` if they were not read.
    pub workspaces: Option<Vec<Workspace>>,
}

/// The memberships of all users of an instance.
///
/// Memberships are only read, and not managed: neither traffic distribution groups nor workspaces are properties of a
/// user; they are set up with the instance.
///
/// ```
/// use connect_user::client::memory::{MemoryConnect, MemoryInstance};
/// use connect_user::read::Memberships;
/// use connect_user::user::IdentityManagementType;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let client = MemoryConnect::new();
/// client.add_instance(
///     MemoryInstance::new("1c2d", IdentityManagementType::Saml)
///         .with_traffic_distribution_group("g1", "Both Regions", ["3d4e"]),
/// );
/// let memberships = Memberships::read(&"1c2d".into(), &client).await;
/// let groups = memberships.of(&"3d4e".into(), &"7a9b".into()).traffic_distribution_groups;
/// assert_eq!(groups.expect("read")[0].name, "Both Regions");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Memberships {
    groups: Option<BTreeMap<UserId, Vec<TrafficDistributionGroup>>>,
    workspaces: Option<Workspaces>,
    notices: Vec<Diagnostic>,
}

#[derive(Clone, Debug, Default)]
struct Workspaces {
    of_users: BTreeMap<UserId, Vec<NamedResource>>,
    of_routing_profiles: BTreeMap<RoutingProfileId, Vec<NamedResource>>,
}

impl Memberships {
    /// Reads the memberships of an instance, with one call for each traffic distribution group and a few more.
    /// Memberships that the caller is not allowed to read, or that the client has no operation for, are unknown; a
    /// notice says why.
    pub async fn read(instance: &InstanceId, client: &dyn ConnectClient) -> Self {
        let mut notices = Vec::new();
        let mut tell = |what: &str, error: ClientError| {
            let what = format_args!("the {what} of the instance `{instance}` were not read");
            notices.push(not_checked(what, &error));
        };
        let groups = read_groups(instance, client).await;
        let groups = groups.map_err(|error| tell("traffic distribution groups", error)).ok();
        let workspaces = read_workspaces(instance, client).await;
        let workspaces = workspaces.map_err(|error| tell("workspaces", error)).ok();
        Self { groups, workspaces, notices }
    }

    /// Reads the memberships of several users, with notices about memberships that were not read. Each instance is read
    /// once.
    pub async fn of_users<'u>(
        users: impl IntoIterator<Item = (&'u String, &'u UserState)>,
        client: &dyn ConnectClient,
    ) -> (BTreeMap<&'u String, Membership>, Vec<Diagnostic>) {
        let (mut instances, mut found) = (BTreeMap::new(), BTreeMap::new());
        for (name, state) in users {
            let instance = match instances.entry(state.instance_id.to_bare()) {
                Entry::Occupied(read) => read.into_mut(),
                Entry::Vacant(new) => {
                    let read = Self::read(new.key(), client).await;
                    new.insert(read)
                }
            };
            found.insert(name, instance.of_state(state));
        }
        (found, instances.into_values().flat_map(|read| read.notices).collect())
    }

    /// Returns the memberships of a user with this routing profile, ordered by name.
    pub fn of(&self, user: &UserId, routing_profile: &RoutingProfileId) -> Membership {
        let groups = self.groups.as_ref();
        let groups = groups.map(|groups| groups.get(&user.to_bare()).cloned().unwrap_or_default());
        let workspaces = self.workspaces.as_ref().map(|workspaces| {
            let direct = workspaces.of_users.get(&user.to_bare());
            let shared = workspaces.of_routing_profiles.get(&routing_profile.to_bare());
            let direct = direct.into_iter().flatten().map(|found| (found, WorkspaceThrough::User));
            let shared = shared.into_iter().flatten().map(|found| (found, WorkspaceThrough::RoutingProfile));
            let workspace = |(NamedResource { id, name, .. }, through): (&NamedResource, _)| Workspace {
                id: id.clone(),
                name: name.clone(),
                through,
            };
            direct.chain(shared).map(workspace).collect()
        });
        Membership { traffic_distribution_groups: groups, workspaces }
    }

    /// Returns the memberships of a user by its state.
    pub fn of_state(&self, state: &UserState) -> Membership {
        self.of(&state.user_id, &state.properties.routing_profile_id)
    }

    /// Returns why memberships were not read.
    pub fn notices(&self) -> &[Diagnostic] {
        &self.notices
    }
}

async fn read_groups(
    instance: &InstanceId,
    client: &dyn ConnectClient,
) -> Result<BTreeMap<UserId, Vec<TrafficDistributionGroup>>, ClientError> {
    let mut all = all_pages(client, ListTrafficDistributionGroups::new(instance.clone())).await?;
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let mut groups: BTreeMap<UserId, Vec<_>> = BTreeMap::new();
    for NamedResource { id, name, .. } in all {
        let request = ListTrafficDistributionGroupUsers::new(instance.clone(), id.clone());
        for user in all_pages(client, request).await? {
            let group = TrafficDistributionGroup { id: id.clone(), name: name.clone() };
            groups.entry(user.to_bare()).or_default().push(group);
        }
    }
    Ok(groups)
}

async fn read_workspaces(
    instance: &InstanceId,
    client: &dyn ConnectClient,
) -> Result<Workspaces, ClientError> {
    let mut workspaces = Workspaces::default();
    let found = all_pages(client, SearchWorkspaceAssociations::new(instance.clone())).await?;
    if found.is_empty() {
        return Ok(workspaces);
    }
    let listed = all_pages(client, ListWorkspaces::new(instance.clone())).await?;
    let listed: BTreeMap<String, NamedResource> =
        listed.into_iter().map(|workspace| (workspace.id.clone(), workspace)).collect();
    for WorkspaceAssociation { workspace_id, user_id, routing_profile_id } in found {
        let workspace = listed.get(&workspace_id).cloned();
        let workspace = workspace.unwrap_or_else(|| NamedResource::new(workspace_id, "", ""));
        if let Some(user) = user_id {
            workspaces.of_users.entry(user.to_bare()).or_default().push(workspace.clone());
        }
        if let Some(profile) = routing_profile_id {
            workspaces.of_routing_profiles.entry(profile.to_bare()).or_default().push(workspace);
        }
    }
    let lists = workspaces.of_users.values_mut().chain(workspaces.of_routing_profiles.values_mut());
    lists.for_each(|list| list.sort_by(|one, other| one.name.cmp(&other.name)));
    Ok(workspaces)
}
