//! The lists of an instance: the configured resources, and those that its users have, so that no list lacks a resource
//! in use.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    config::{Members, MemoryInstance},
    instance::Instance,
};
use crate::{
    client::answer::{HierarchyGroupEntry, NamedResource, PredefinedAttribute, WorkspaceAssociation},
    user::{HierarchyGroupId, Id, IdKind, RoutingProfile, SecurityProfile, SecurityProfileType, UserId},
};

impl Instance {
    pub(super) fn routing_profiles(&self) -> Vec<NamedResource> {
        let MemoryInstance { routing_profiles, names, .. } = &self.config;
        let used = self.users.iter().map(|user| user.description.routing_profile_id.bare());
        self.named::<RoutingProfile>(routing_profiles, used, &names.routing_profiles)
    }

    pub(super) fn security_profiles(&self) -> Vec<NamedResource> {
        let MemoryInstance { security_profiles, names, .. } = &self.config;
        let used = self.users.iter().flat_map(|user| &user.description.security_profile_ids);
        let listed =
            self.named::<SecurityProfile>(security_profiles, used.map(Id::bare), &names.security_profiles);
        let with_type = |profile: NamedResource| {
            let managed_by = match names.aws_managed.contains(&profile.id) {
                true => SecurityProfileType::AwsManaged,
                false => SecurityProfileType::CustomerManaged,
            };
            profile.managed_by(managed_by)
        };
        listed.into_iter().map(with_type).collect()
    }

    pub(super) fn hierarchy_groups(&self) -> Vec<HierarchyGroupEntry> {
        let MemoryInstance { hierarchy_groups, names, .. } = &self.config;
        let used = self.users.iter().filter_map(|user| user.description.hierarchy_group_id.as_ref());
        let ids = known(hierarchy_groups, used.map(|id| id.bare()));
        let entry = |id: &str| {
            let path = names.hierarchy_groups.get(id).filter(|path| !path.is_empty());
            let path = path.cloned().unwrap_or_else(|| vec![id.to_owned()]);
            let name = path.last().cloned().unwrap_or_default();
            HierarchyGroupEntry { id: HierarchyGroupId::new(id), name, path }
        };
        ids.into_iter().map(entry).collect()
    }

    pub(super) fn predefined_attributes(&self) -> Vec<PredefinedAttribute> {
        let mut attributes = self.config.attributes.clone().unwrap_or_default();
        for key in self.users.iter().flat_map(|user| user.proficiencies.keys()) {
            attributes.entry(key.name.clone()).or_default().insert(key.value.clone());
        }
        attributes.into_iter().map(|(name, values)| PredefinedAttribute { name, values }).collect()
    }

    pub(super) fn traffic_distribution_groups(&self) -> Vec<NamedResource> {
        self.groups(&self.config.traffic_distribution_groups, |id| {
            format!(
                "arn:aws:connect:{}:{}:traffic-distribution-group/{id}",
                self.config.region, self.config.account
            )
        })
    }

    pub(super) fn users_of_group(&self, id: &str) -> Option<Vec<UserId>> {
        let id = id.rsplit_once('/').map_or(id, |(_, id)| id);
        Some(self.config.traffic_distribution_groups.get(id)?.users.iter().cloned().collect())
    }

    pub(super) fn workspaces(&self) -> Vec<NamedResource> {
        self.groups(&self.config.workspaces, |id| {
            let MemoryInstance { region, account, id: instance, .. } = &self.config;
            format!("arn:aws:connect:{region}:{account}:instance/{instance}/workspace/{id}")
        })
    }

    pub(super) fn workspace_associations(&self) -> Vec<WorkspaceAssociation> {
        let all = self.config.workspaces.iter().flat_map(|(id, group)| {
            let association = move || WorkspaceAssociation::new(id);
            let users = group.users.iter().map(move |user| association().user_id(user.clone()));
            let profiles = group.routing_profiles.iter();
            users.chain(profiles.map(move |profile| association().routing_profile_id(profile.clone())))
        });
        all.collect()
    }

    fn groups(&self, groups: &BTreeMap<String, Members>, arn: impl Fn(&str) -> String) -> Vec<NamedResource> {
        groups.iter().map(|(id, group)| NamedResource::new(id, arn(id), group.name.as_str())).collect()
    }

    fn named<'a, K: IdKind>(
        &self,
        configured: &'a Option<BTreeSet<String>>,
        used: impl Iterator<Item = &'a str>,
        names: &BTreeMap<String, String>,
    ) -> Vec<NamedResource> {
        let resource = |id: &str| NamedResource {
            id: id.to_owned(),
            arn: self.config.arn(&Id::<K>::new(id)),
            name: names.get(id).map_or(id, String::as_str).to_owned(),
            managed_by: None,
        };
        known(configured, used).into_iter().map(resource).collect()
    }
}

/// Returns each id once.
fn known<'a>(
    configured: &'a Option<BTreeSet<String>>,
    used: impl Iterator<Item = &'a str>,
) -> BTreeSet<&'a str> {
    configured.iter().flatten().map(String::as_str).chain(used).collect()
}
