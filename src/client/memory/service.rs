//! The calls.

use async_trait::async_trait;

use super::{
    config::MemoryInstance,
    connect::{Inner, MemoryConnect},
    fault::{Call, Outcome},
    instance::Instance,
    page::{page, page_size},
    refusal::{Check, Refusal, refusal},
    rules,
    users::StoredUser,
};
use crate::{
    client::{
        AssociateUserProficiencies, ClientError, ClientResult, ConnectClient, CreateUser, CreatedUser,
        DeleteQuickConnect, DeleteUser, DescribeInstance, DescribeUser, DisassociateUserProficiencies,
        ErrorKind, FoundUser, HierarchyGroupEntry, InstanceDescription, ListRoutingProfiles,
        ListSecurityProfiles, ListUserProficiencies, ListUsers, ListedUser, NamedResource, Page,
        QuickConnectSummary, SearchQuickConnects, SearchUserHierarchyGroups, SearchUsers, TagResource,
        UntagResource, UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo, UpdateUserPhoneConfig,
        UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles, UserDescription,
    },
    user::{Arn, IdentityManagementType, InstanceId, Operation, Proficiencies, ProficiencyKey, UserId},
};

impl MemoryConnect {
    /// Makes a call: lets it fail where it is to, does it, and writes it down.
    fn call<T>(
        &self,
        operation: Operation,
        instance: &str,
        user: Option<&str>,
        work: impl FnOnce(&mut Inner) -> Check<T>,
    ) -> ClientResult<T> {
        let mut inner = self.lock();
        inner.requests += 1;
        let request_id = format!("memory-{}", inner.requests);
        let result = match inner.faults.next(operation) {
            Some(outcome @ (Outcome::Refused(_) | Outcome::NoAnswer)) => Err(outcome.error(operation)),
            fault => {
                let now = inner.clock.since_epoch();
                let taken = inner.quotas.take(operation, now);
                let done = taken.and_then(|()| work(&mut inner)).map_err(|refusal| {
                    ClientError::new(operation, refusal.kind)
                        .with_code(refusal.code)
                        .with_message(refusal.message)
                });
                match fault {
                    Some(lost) => Err(lost.error(operation)),
                    None => done,
                }
            }
        };
        let result = result.map_err(|error| error.with_request_id(request_id));
        inner.calls.push(Call {
            operation,
            instance: Some(instance.to_owned()).filter(|id| !id.is_empty()),
            user: user.map(str::to_owned),
            error: result.as_ref().err().map(ClientError::kind),
        });
        result
    }

    /// Makes a call that changes a user.
    fn change(
        &self,
        operation: Operation,
        instance: &InstanceId,
        user: &UserId,
        work: impl FnOnce(&MemoryInstance, &mut StoredUser) -> Check,
    ) -> ClientResult<()> {
        self.call(operation, instance.bare(), Some(user.bare()), |inner| {
            let now = inner.clock.now();
            inner.change(instance, user, |config, stored| {
                work(config, stored)?;
                stored.description.last_modified_time = Some(now);
                stored.description.last_modified_region = Some(config.region.clone());
                Ok(())
            })
        })
    }

    /// Makes a call that changes the tags of a user.
    fn retag(
        &self,
        operation: Operation,
        arn: &str,
        work: impl FnOnce(&mut StoredUser) -> Check,
    ) -> ClientResult<()> {
        let parsed = arn.parse::<Arn>().ok();
        let place = parsed.as_ref().and_then(|arn| Some((arn.instance(), arn.resource()?)));
        let (instance, user) = match place {
            Some((instance, ("agent", user))) => (instance, user),
            _ => ("", ""),
        };
        self.call(operation, instance, Some(user), |inner| {
            if user.is_empty() {
                return Err(refusal(ErrorKind::Invalid, "the ARN is not that of a user"));
            }
            inner.change(&InstanceId::new(instance), &UserId::new(user), |_, stored| work(stored))
        })
    }
}

impl Inner {
    pub(super) fn instance(&mut self, id: &InstanceId) -> Check<&mut Instance> {
        if id.check().is_err() {
            return Err(refusal(ErrorKind::Invalid, "the id is not that of an instance"));
        }
        let known = self.instances.iter().any(|instance| instance.config.id == id.bare());
        if let Some(kind) = self.any_instance.filter(|_| !known) {
            self.instances.push(Instance::new(MemoryInstance::new(id.bare(), kind)));
        }
        self.stored(id).ok_or_else(|| refusal(ErrorKind::NotFound, "there is no such instance"))
    }

    /// A user that can be seen.
    fn user(&mut self, instance: &InstanceId, user: &UserId) -> Check<&StoredUser> {
        let now = self.clock.now();
        let Instance { config, users, .. } = self.instance(instance)?;
        rules::user_id(config, user)?;
        users.seen(user, now).ok_or_else(no_user)
    }

    /// Changes a user that can be seen.
    fn change(
        &mut self,
        instance: &InstanceId,
        user: &UserId,
        work: impl FnOnce(&MemoryInstance, &mut StoredUser) -> Check,
    ) -> Check {
        let now = self.clock.now();
        let Instance { config, users, .. } = self.instance(instance)?;
        rules::user_id(config, user)?;
        users.change(user, now, |stored| work(config, stored)).unwrap_or_else(|| Err(no_user()))
    }

    fn create(&mut self, request: &CreateUser) -> Check<CreatedUser> {
        let (now, number) = (self.clock.now(), self.made + 1);
        let Instance { config, users, .. } = self.instance(&request.instance_id)?;
        rules::creation(config, request)?;
        if users.has_name(&request.name) {
            return Err(refusal(ErrorKind::Duplicate, "the instance has a user of that name"));
        }
        if config.user_quota.is_some_and(|quota| users.len() >= quota) {
            return Err(refusal(ErrorKind::QuotaExceeded, "the instance has as many users as it may have"));
        }
        let user_id = UserId::new(format!("{number:08x}-0000-4000-8000-{number:012x}"));
        let arn = config.arn(&user_id);
        // The service gives users of its own an id in its directory.
        let fills_in = config.identity_management == IdentityManagementType::ConnectManaged;
        let directory = fills_in.then(|| format!("directory-{number}"));
        users.put(StoredUser {
            description: UserDescription {
                user_id: user_id.clone(),
                arn: arn.clone(),
                name: request.name.clone(),
                directory_user_id: request.directory_user_id.clone().or(directory),
                identity: request.identity.clone(),
                phone: request.phone.clone().unwrap_or_default(),
                routing_profile_id: request.routing_profile_id.to_bare(),
                security_profile_ids: request.security_profile_ids.iter().map(|id| id.to_bare()).collect(),
                hierarchy_group_id: request.hierarchy_group_id.as_ref().map(|id| id.to_bare()),
                channels: request.channels.clone(),
                tags: request.tags.clone(),
                last_modified_time: Some(now),
                last_modified_region: Some(config.region.clone()),
                unrecognised: Vec::new(),
            },
            proficiencies: Proficiencies::new(),
            hidden_reads: config.hidden_reads,
            hidden_until: now.plus(std::time::Duration::from_millis(config.hidden_millis)),
        });
        self.made = number;
        Ok(CreatedUser { user_id, arn })
    }
}

fn no_user() -> Refusal {
    refusal(ErrorKind::NotFound, "the instance has no such user")
}

/// How many proficiencies, hierarchy groups and quick connects a page has.
const SMALL_PAGE: u32 = 100;

#[async_trait]
impl ConnectClient for MemoryConnect {
    async fn create_user(&self, request: &CreateUser) -> ClientResult<CreatedUser> {
        let instance = request.instance_id.bare();
        self.call(Operation::CreateUser, instance, Some(&request.name), |inner| inner.create(request))
    }

    async fn describe_user(&self, request: &DescribeUser) -> ClientResult<UserDescription> {
        let DescribeUser { instance_id, user_id } = request;
        self.call(Operation::DescribeUser, instance_id.bare(), Some(user_id.bare()), |inner| {
            Ok(inner.user(instance_id, user_id)?.description.clone())
        })
    }

    async fn delete_user(&self, request: &DeleteUser) -> ClientResult<()> {
        let DeleteUser { instance_id, user_id } = request;
        self.call(Operation::DeleteUser, instance_id.bare(), Some(user_id.bare()), |inner| {
            let now = inner.clock.now();
            let users = &mut inner.instance(instance_id)?.users;
            // A deletion lags behind creating as reading does.
            if users.seen(user_id, now).is_none() || !users.remove(user_id) {
                return Err(no_user());
            }
            Ok(())
        })
    }

    async fn list_users(&self, request: &ListUsers) -> ClientResult<Page<ListedUser>> {
        self.call(Operation::ListUsers, request.instance_id.bare(), None, |inner| {
            let size = page_size(request.max_results, 1_000)?;
            inner.users(&request.instance_id, None, request.next_token.as_deref(), size, listed)
        })
    }

    async fn search_users(&self, request: &SearchUsers) -> ClientResult<Page<FoundUser>> {
        self.call(Operation::SearchUsers, request.instance_id.bare(), None, |inner| {
            // Whether the service tells cases apart in a search, no document says: this one does not.
            let (name, token) = (request.name.as_deref(), request.next_token.as_deref());
            inner.users(&request.instance_id, name, token, page_size(request.max_results, 500)?, found)
        })
    }

    async fn update_user_identity_info(&self, request: &UpdateUserIdentityInfo) -> ClientResult<()> {
        let UpdateUserIdentityInfo { instance_id, user_id, identity } = request;
        self.change(Operation::UpdateUserIdentityInfo, instance_id, user_id, |config, user| {
            rules::identity_change(config.identity_management, &user.description.identity, identity)?;
            user.description.identity = identity.clone();
            Ok(())
        })
    }

    async fn update_user_phone_config(&self, request: &UpdateUserPhoneConfig) -> ClientResult<()> {
        let UpdateUserPhoneConfig { instance_id, user_id, phone } = request;
        self.change(Operation::UpdateUserPhoneConfig, instance_id, user_id, |_, user| {
            rules::phone(phone)?;
            for work in user.description.channels.after_contact_work.values_mut() {
                *work = work.flattened(phone.after_contact_work_time_limit);
            }
            user.description.phone = phone.clone();
            Ok(())
        })
    }

    async fn update_user_config(&self, request: &UpdateUserConfig) -> ClientResult<()> {
        let UpdateUserConfig { instance_id, user_id, channels } = request;
        self.change(Operation::UpdateUserConfig, instance_id, user_id, |_, user| {
            if channels.is_empty() {
                return Err(refusal(ErrorKind::Invalid, "there are no settings"));
            }
            rules::channel_settings(channels)?;
            user.description.channels.merge(channels.clone());
            Ok(())
        })
    }

    async fn update_user_routing_profile(&self, request: &UpdateUserRoutingProfile) -> ClientResult<()> {
        let UpdateUserRoutingProfile { instance_id, user_id, routing_profile_id } = request;
        self.change(Operation::UpdateUserRoutingProfile, instance_id, user_id, |config, user| {
            rules::routing_profile(config, routing_profile_id)?;
            user.description.routing_profile_id = routing_profile_id.to_bare();
            Ok(())
        })
    }

    async fn update_user_security_profiles(&self, request: &UpdateUserSecurityProfiles) -> ClientResult<()> {
        let UpdateUserSecurityProfiles { instance_id, user_id, security_profile_ids } = request;
        self.change(Operation::UpdateUserSecurityProfiles, instance_id, user_id, |config, user| {
            rules::security_profiles(config, security_profile_ids)?;
            user.description.security_profile_ids =
                security_profile_ids.iter().map(|id| id.to_bare()).collect();
            Ok(())
        })
    }

    async fn update_user_hierarchy(&self, request: &UpdateUserHierarchy) -> ClientResult<()> {
        let UpdateUserHierarchy { instance_id, user_id, hierarchy_group_id } = request;
        self.change(Operation::UpdateUserHierarchy, instance_id, user_id, |config, user| {
            if let Some(id) = hierarchy_group_id {
                rules::hierarchy_group(config, id)?;
            }
            user.description.hierarchy_group_id = hierarchy_group_id.as_ref().map(|id| id.to_bare());
            Ok(())
        })
    }

    async fn associate_user_proficiencies(&self, request: &AssociateUserProficiencies) -> ClientResult<()> {
        let AssociateUserProficiencies { instance_id, user_id, proficiencies } = request;
        self.change(Operation::AssociateUserProficiencies, instance_id, user_id, |config, user| {
            rules::association(config, &user.proficiencies, proficiencies)?;
            user.proficiencies.extend(proficiencies.clone());
            Ok(())
        })
    }

    async fn disassociate_user_proficiencies(
        &self,
        request: &DisassociateUserProficiencies,
    ) -> ClientResult<()> {
        let DisassociateUserProficiencies { instance_id, user_id, proficiencies } = request;
        self.change(Operation::DisassociateUserProficiencies, instance_id, user_id, |_, user| {
            has_all(&user.proficiencies, proficiencies.iter())?;
            user.proficiencies.retain(|key, _| !proficiencies.contains(key));
            Ok(())
        })
    }

    async fn update_user_proficiencies(&self, request: &UpdateUserProficiencies) -> ClientResult<()> {
        let UpdateUserProficiencies { instance_id, user_id, proficiencies } = request;
        self.change(Operation::UpdateUserProficiencies, instance_id, user_id, |config, user| {
            has_all(&user.proficiencies, proficiencies.keys())?;
            rules::levels(config, proficiencies)?;
            user.proficiencies.extend(proficiencies.clone());
            Ok(())
        })
    }

    async fn list_user_proficiencies(
        &self,
        request: &ListUserProficiencies,
    ) -> ClientResult<Page<(ProficiencyKey, u8)>> {
        let ListUserProficiencies { instance_id, user_id, next_token } = request;
        self.call(Operation::ListUserProficiencies, instance_id.bare(), Some(user_id.bare()), |inner| {
            let all = inner.user(instance_id, user_id)?.proficiencies.clone();
            page(all.into_iter().collect(), next_token.as_deref(), None, SMALL_PAGE)
        })
    }

    async fn tag_resource(&self, request: &TagResource) -> ClientResult<()> {
        self.retag(Operation::TagResource, &request.arn, |user| {
            if request.tags.is_empty() {
                return Err(refusal(ErrorKind::Invalid, "`tags` is empty"));
            }
            rules::tags(&user.description.tags, &request.tags)?;
            user.description.tags.extend(request.tags.clone());
            Ok(())
        })
    }

    async fn untag_resource(&self, request: &UntagResource) -> ClientResult<()> {
        self.retag(Operation::UntagResource, &request.arn, |user| {
            rules::untagging(&request.keys)?;
            user.description.tags.retain(|key, _| !request.keys.contains(key));
            Ok(())
        })
    }

    async fn describe_instance(&self, request: &DescribeInstance) -> ClientResult<InstanceDescription> {
        self.call(Operation::DescribeInstance, request.instance_id.bare(), None, |inner| {
            let config = &inner.instance(&request.instance_id)?.config;
            Ok(InstanceDescription {
                instance_id: InstanceId::new(config.id.as_str()),
                identity_management: Some(config.identity_management),
            })
        })
    }

    async fn list_routing_profiles(
        &self,
        request: &ListRoutingProfiles,
    ) -> ClientResult<Page<NamedResource>> {
        self.call(Operation::ListRoutingProfiles, request.instance_id.bare(), None, |inner| {
            let all = inner.instance(&request.instance_id)?.routing_profiles();
            page(all, request.next_token.as_deref(), request.max_results, 1_000)
        })
    }

    async fn list_security_profiles(
        &self,
        request: &ListSecurityProfiles,
    ) -> ClientResult<Page<NamedResource>> {
        self.call(Operation::ListSecurityProfiles, request.instance_id.bare(), None, |inner| {
            let all = inner.instance(&request.instance_id)?.security_profiles();
            page(all, request.next_token.as_deref(), request.max_results, 1_000)
        })
    }

    async fn search_user_hierarchy_groups(
        &self,
        request: &SearchUserHierarchyGroups,
    ) -> ClientResult<Page<HierarchyGroupEntry>> {
        self.call(Operation::SearchUserHierarchyGroups, request.instance_id.bare(), None, |inner| {
            let all = inner.instance(&request.instance_id)?.hierarchy_groups();
            page(all, request.next_token.as_deref(), request.max_results, SMALL_PAGE)
        })
    }

    async fn search_quick_connects(
        &self,
        request: &SearchQuickConnects,
    ) -> ClientResult<Page<QuickConnectSummary>> {
        self.call(Operation::SearchQuickConnects, request.instance_id.bare(), None, |inner| {
            let all = inner.instance(&request.instance_id)?.quick_connects.iter().collect();
            let Page { items, next_token } = page(all, request.next_token.as_deref(), None, SMALL_PAGE)?;
            Ok(Page { items: items.into_iter().cloned().collect(), next_token })
        })
    }

    async fn delete_quick_connect(&self, request: &DeleteQuickConnect) -> ClientResult<()> {
        self.call(Operation::DeleteQuickConnect, request.instance_id.bare(), None, |inner| {
            let instance = inner.instance(&request.instance_id)?;
            let is_meant = |quick_connect: &QuickConnectSummary| {
                quick_connect.quick_connect_id == request.quick_connect_id
            };
            if !instance.quick_connects.iter().any(is_meant) {
                return Err(refusal(ErrorKind::NotFound, "the instance has no such quick connect"));
            }
            instance.change_quick_connects(|all| all.retain(|quick_connect| !is_meant(quick_connect)));
            Ok(())
        })
    }
}

fn has_all<'a>(there: &Proficiencies, mut keys: impl ExactSizeIterator<Item = &'a ProficiencyKey>) -> Check {
    if keys.len() == 0 || !keys.all(|key| there.contains_key(key)) {
        return Err(refusal(ErrorKind::Invalid, "the user does not have the proficiency"));
    }
    Ok(())
}

fn listed(user: &UserDescription) -> ListedUser {
    ListedUser {
        user_id: user.user_id.clone(),
        arn: user.arn.clone(),
        name: user.name.clone(),
        last_modified_time: user.last_modified_time,
        last_modified_region: user.last_modified_region.clone(),
    }
}

fn found(user: &UserDescription) -> FoundUser {
    FoundUser {
        user_id: user.user_id.clone(),
        arn: user.arn.clone(),
        name: user.name.clone(),
        directory_user_id: user.directory_user_id.clone(),
        first_name: user.identity.first_name.clone(),
        last_name: user.identity.last_name.clone(),
        phone: user.phone.clone(),
        routing_profile_id: Some(user.routing_profile_id.clone()),
        security_profile_ids: user.security_profile_ids.clone(),
        hierarchy_group_id: user.hierarchy_group_id.clone(),
        channels: user.channels.clone(),
        tags: user.tags.clone(),
        unrecognised: Vec::new(),
    }
}
