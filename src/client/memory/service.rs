//! The operations of the service.

use async_trait::async_trait;

use super::{
    config::MemoryInstance,
    connect::{Inner, MemoryConnect},
    fault::{Outcome, RecordedCall},
    instance::Instance,
    lookup::no_user,
    page::page,
    refusal::{Check, refusal},
    rules, search,
    users::StoredUser,
};
use crate::{
    client::{
        answer::*,
        error::{ClientError, ClientResult, ErrorKind},
        operations::{ConnectClient, Request},
        request::*,
        table::for_each_operation,
    },
    user::{
        Id, IdentityManagementType, InstanceId, Proficiencies, ProficiencyKey, PropertySet, UserId, is_beside,
    },
};

macro_rules! serve {
    ({} $($method:ident $request:ident -> $answer:ty;)+) => {
        #[async_trait]
        impl ConnectClient for MemoryConnect {
            $(async fn $method(&self, request: &$request) -> ClientResult<$answer> {
                self.call(request)
            })+
        }
    };
}

for_each_operation!(serve! {});

impl MemoryConnect {
    /// Executes a call: makes it fail if there is a fault, executes the request, and records the call.
    fn call<R: Serve>(&self, request: &R) -> ClientResult<R::Answer> {
        let operation = R::OPERATION;
        let mut inner = self.lock();
        inner.requests += 1;
        let request_id = format!("memory-{}", inner.requests);
        let result = match inner.faults.next(operation) {
            Some(outcome @ (Outcome::Refused(_) | Outcome::NoAnswer)) => Err(outcome.error(operation)),
            fault => {
                let now = inner.clock.since_epoch();
                let taken = inner.quotas.take(operation, now);
                let done = taken.and_then(|()| request.serve(&mut inner)).map_err(|refusal| {
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
        let error = result.as_ref().err().map(ClientError::kind);
        inner.calls.push(RecordedCall::new(&request.call(), error));
        result
    }
}

/// A request that the service executes.
trait Serve: Request {
    fn serve(&self, inner: &mut Inner) -> Check<Self::Answer>;
}

impl Serve for CreateUser {
    fn serve(&self, inner: &mut Inner) -> Check<CreatedUser> {
        let (now, number) = (inner.clock.now(), inner.made + 1);
        let Instance { config, users, .. } = inner.instance(&self.instance_id)?;
        rules::creation(config, self)?;
        if users.has_name(&self.name) {
            return Err(refusal(ErrorKind::Duplicate, "the instance has a user of that name"));
        }
        if config.user_quota.is_some_and(|quota| users.len() >= quota) {
            return Err(refusal(ErrorKind::QuotaExceeded, "the instance has as many users as it may have"));
        }
        let user_id = UserId::new(format!("{number:08x}-0000-4000-8000-{number:012x}"));
        let arn = config.arn(&user_id);
        // The service gives its own users an id in its directory.
        let fills_in = config.identity_management == IdentityManagementType::ConnectManaged;
        let directory = fills_in.then(|| format!("directory-{number}"));
        users.put(StoredUser {
            description: UserDescription {
                user_id: user_id.clone(),
                arn: arn.clone(),
                name: self.name.clone(),
                directory_user_id: self.directory_user_id.clone().or(directory),
                identity: self.identity.clone(),
                phone: self.phone.clone().unwrap_or_default(),
                routing_profile_id: self.routing_profile_id.to_bare(),
                security_profile_ids: self.security_profile_ids.iter().map(|id| id.to_bare()).collect(),
                hierarchy_group_id: self.hierarchy_group_id.as_ref().map(|id| id.to_bare()),
                channels: self.channels.clone(),
                tags: self.tags.clone(),
                last_modified_time: Some(now),
                last_modified_region: Some(config.region.clone()),
                unrecognised: Vec::new(),
            },
            proficiencies: Proficiencies::new(),
            proficiencies_modified: None,
            hidden_reads: config.hidden_reads,
            hidden_until: now.plus(std::time::Duration::from_millis(config.hidden_millis)),
        });
        inner.made = number;
        Ok(CreatedUser { user_id, arn })
    }
}

impl Serve for DescribeUser {
    fn serve(&self, inner: &mut Inner) -> Check<UserDescription> {
        let DescribeUser { instance_id, user_id } = self;
        Ok(inner.user(instance_id, user_id)?.description.clone())
    }
}

impl Serve for DeleteUser {
    fn serve(&self, inner: &mut Inner) -> Check {
        let DeleteUser { instance_id, user_id } = self;
        let now = inner.clock.now();
        let users = &mut inner.instance(instance_id)?.users;
        // A new user can be deleted only once it can be read.
        if users.seen(user_id, now).is_none() || !users.remove(user_id) {
            return Err(no_user());
        }
        Ok(())
    }
}

impl Serve for ListUsers {
    fn serve(&self, inner: &mut Inner) -> Check<Page<ListedUser>> {
        inner.users(self, &self.instance_id, None, |_, _| true, listed)
    }
}

impl Serve for SearchUsers {
    fn serve(&self, inner: &mut Inner) -> Check<Page<FoundUser>> {
        let condition = self.condition.as_ref();
        condition.map_or(Ok(()), rules::condition)?;
        let is_found = |config: &MemoryInstance, user: &StoredUser| {
            condition.is_none_or(|condition| search::holds(condition, config, user))
                && self.tags.iter().all(|(key, value)| user.description.tags.get(key) == Some(value))
        };
        inner.users(self, &self.instance_id, condition.and_then(search::exact_name), is_found, found)
    }
}

/// Changes of a user, whose time and Region are recorded.
macro_rules! changes {
    ($(|$request:ident: $type:ident, $config:pat_param, $user:ident| $work:block)+) => {$(
        impl Serve for $type {
            fn serve(&self, inner: &mut Inner) -> Check {
                let $request = self;
                inner.update(&self.instance_id, &self.user_id, |$config, $user| $work)
            }
        }
    )+};
}

changes! {
    |request: UpdateUserIdentityInfo, config, user| {
        let identity = &mut user.description.identity;
        rules::identity_change(config.identity_management, identity, &request.identity)?;
        *identity = request.identity.clone();
        reset::<UpdateUserIdentityInfo>(user);
        Ok(())
    }

    |request: UpdateUserPhoneConfig, _, user| {
        rules::phone(&request.phone)?;
        for work in user.description.channels.after_contact_work.values_mut() {
            *work = work.flattened(request.phone.after_contact_work_time_limit);
        }
        user.description.phone = request.phone.clone();
        reset::<UpdateUserPhoneConfig>(user);
        Ok(())
    }

    |request: UpdateUserConfig, _, user| {
        if request.channels.is_empty() {
            return Err(refusal(ErrorKind::Invalid, "there are no settings"));
        }
        rules::channel_settings(&request.channels)?;
        user.description.channels.merge(request.channels.clone());
        reset::<UpdateUserConfig>(user);
        Ok(())
    }

    |request: UpdateUserRoutingProfile, config, user| {
        rules::routing_profile(config, &request.routing_profile_id)?;
        user.description.routing_profile_id = request.routing_profile_id.to_bare();
        Ok(())
    }

    |request: UpdateUserSecurityProfiles, config, user| {
        rules::security_profiles(config, &request.security_profile_ids)?;
        user.description.security_profile_ids = request.security_profile_ids.iter().map(Id::to_bare).collect();
        Ok(())
    }

    |request: UpdateUserHierarchy, config, user| {
        let group = request.hierarchy_group_id.as_ref();
        group.map_or(Ok(()), |id| rules::hierarchy_group(config, id))?;
        user.description.hierarchy_group_id = group.map(Id::to_bare);
        Ok(())
    }

    |request: AssociateUserProficiencies, config, user| {
        rules::association(config, &user.proficiencies, &request.proficiencies)?;
        user.proficiencies.extend(request.proficiencies.clone());
        Ok(())
    }

    |request: DisassociateUserProficiencies, _, user| {
        has_all(&user.proficiencies, request.proficiencies.iter())?;
        user.proficiencies.retain(|key, _| !request.proficiencies.contains(key));
        Ok(())
    }

    |request: UpdateUserProficiencies, config, user| {
        has_all(&user.proficiencies, request.proficiencies.keys())?;
        rules::levels(config, &request.proficiencies)?;
        user.proficiencies.extend(request.proficiencies.clone());
        Ok(())
    }
}

impl Serve for ListUserProficiencies {
    fn serve(&self, inner: &mut Inner) -> Check<Page<(ProficiencyKey, u8)>> {
        let user = inner.user(&self.instance_id, &self.user_id)?;
        let page = page(self, user.proficiencies.clone())?;
        Ok(Page { last_modified: user.proficiencies_modified.clone(), ..page })
    }
}

impl Serve for TagResource {
    fn serve(&self, inner: &mut Inner) -> Check {
        inner.retag(&self.arn, |user| {
            if self.tags.is_empty() {
                return Err(refusal(ErrorKind::Invalid, "`tags` is empty"));
            }
            rules::tags(&user.description.tags, &self.tags)?;
            user.description.tags.extend(self.tags.clone());
            Ok(())
        })
    }
}

impl Serve for UntagResource {
    fn serve(&self, inner: &mut Inner) -> Check {
        inner.retag(&self.arn, |user| {
            rules::untagging(&self.keys)?;
            user.description.tags.retain(|key, _| !self.keys.contains(key));
            Ok(())
        })
    }
}

impl Serve for DescribeInstance {
    fn serve(&self, inner: &mut Inner) -> Check<InstanceDescription> {
        let config = &inner.instance(&self.instance_id)?.config;
        Ok(InstanceDescription {
            instance_id: InstanceId::new(config.id.as_str()),
            identity_management: Some(config.identity_management),
        })
    }
}

/// Lists of an instance's resources.
macro_rules! lists {
    ($($type:ident -> $element:ty: |$instance:ident| $all:expr;)+) => {$(
        impl Serve for $type {
            fn serve(&self, inner: &mut Inner) -> Check<Page<$element>> {
                let $instance = inner.instance(&self.instance_id)?;
                page(self, $all)
            }
        }
    )+};
}

lists! {
    ListRoutingProfiles -> NamedResource: |instance| instance.routing_profiles();
    ListSecurityProfiles -> NamedResource: |instance| instance.security_profiles();
    SearchUserHierarchyGroups -> HierarchyGroupEntry: |instance| instance.hierarchy_groups();
    SearchPredefinedAttributes -> PredefinedAttribute: |instance| instance.predefined_attributes();
    SearchQuickConnects -> QuickConnectSummary: |instance| instance.quick_connects.clone();
    ListTrafficDistributionGroups -> NamedResource: |instance| instance.traffic_distribution_groups();
    ListWorkspaces -> NamedResource: |instance| instance.workspaces();
    SearchWorkspaceAssociations -> WorkspaceAssociation: |instance| instance.workspace_associations();
}

impl Serve for ListTrafficDistributionGroupUsers {
    fn serve(&self, inner: &mut Inner) -> Check<Page<UserId>> {
        // A group belongs to the Region: the request does not name the instance.
        let id = &self.traffic_distribution_group_id;
        let users = inner.instances.iter().find_map(|instance| instance.users_of_group(id));
        page(
            self,
            users
                .ok_or_else(|| refusal(ErrorKind::NotFound, "there is no such traffic distribution group"))?,
        )
    }
}

/// There are no sessions here, so the call only looks for the user.
impl Serve for DeleteAllEntitySessions {
    fn serve(&self, inner: &mut Inner) -> Check {
        inner.user(&self.instance_id, &self.user_id).map(drop)
    }
}

impl Serve for DeleteQuickConnect {
    fn serve(&self, inner: &mut Inner) -> Check {
        let instance = inner.instance(&self.instance_id)?;
        let mut all = instance.quick_connects.iter();
        let Some(place) = all.position(|other| other.quick_connect_id == self.quick_connect_id) else {
            return Err(refusal(ErrorKind::NotFound, "the instance has no such quick connect"));
        };
        instance.change_quick_connects(|all| drop(all.remove(place)));
        Ok(())
    }
}

/// Removes unknown settings in a block that a call replaces: no call carries them.
fn reset<R: Request>(user: &mut StoredUser) {
    let written = PropertySet::touched_by(R::OPERATION);
    user.description.unrecognised.retain(|found| !is_beside(found, written));
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
        unrecognised: user.unrecognised.clone(),
    }
}
