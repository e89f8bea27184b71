//! What the service does for each request.

use async_trait::async_trait;

use super::{
    connect::{Inner, MemoryConnect},
    fault::{Outcome, RecordedCall},
    instance::Instance,
    lookup::no_user,
    page::{page, page_size},
    refusal::{Check, refusal},
    rules,
    users::StoredUser,
};
use crate::{
    client::{
        answer::*,
        error::{ClientError, ClientResult, ErrorKind},
        operations::{ConnectClient, Request, for_each_operation},
        request::*,
    },
    user::{IdentityManagementType, InstanceId, Proficiencies, ProficiencyKey, UserId},
};

macro_rules! serve {
    ({} $(
        $(#[$meta:meta])*
        $method:ident $request:ident($($concerns:ident),+) -> $answer:ty;
    )+) => {
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
    /// Makes a call: makes it fail where a fault says so, does what it asks, and writes it down.
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

/// A request that the service does.
trait Serve: Request {
    fn serve(&self, inner: &mut Inner) -> Check<Self::Answer>;
}

/// How many proficiencies, hierarchy groups and quick connects a page has.
const SMALL_PAGE: u32 = 100;

impl Serve for CreateUser {
    fn serve(&self, inner: &mut Inner) -> Check<CreatedUser> {
        create(inner, self)
    }
}

fn create(inner: &mut Inner, request: &CreateUser) -> Check<CreatedUser> {
    let (now, number) = (inner.clock.now(), inner.made + 1);
    let Instance { config, users, .. } = inner.instance(&request.instance_id)?;
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
    inner.made = number;
    Ok(CreatedUser { user_id, arn })
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
        // A deletion lags behind creating as reading does.
        if users.seen(user_id, now).is_none() || !users.remove(user_id) {
            return Err(no_user());
        }
        Ok(())
    }
}

impl Serve for ListUsers {
    fn serve(&self, inner: &mut Inner) -> Check<Page<ListedUser>> {
        let size = page_size(self.max_results, 1_000)?;
        inner.users(&self.instance_id, None, self.next_token.as_deref(), size, listed)
    }
}

impl Serve for SearchUsers {
    fn serve(&self, inner: &mut Inner) -> Check<Page<FoundUser>> {
        // Whether the service tells cases apart in a search, no document says: this one does not.
        let (name, token) = (self.name.as_deref(), self.next_token.as_deref());
        inner.users(&self.instance_id, name, token, page_size(self.max_results, 500)?, found)
    }
}

impl Serve for UpdateUserIdentityInfo {
    fn serve(&self, inner: &mut Inner) -> Check {
        let UpdateUserIdentityInfo { instance_id, user_id, identity } = self;
        inner.update(instance_id, user_id, |config, user| {
            rules::identity_change(config.identity_management, &user.description.identity, identity)?;
            user.description.identity = identity.clone();
            Ok(())
        })
    }
}

impl Serve for UpdateUserPhoneConfig {
    fn serve(&self, inner: &mut Inner) -> Check {
        let UpdateUserPhoneConfig { instance_id, user_id, phone } = self;
        inner.update(instance_id, user_id, |_, user| {
            rules::phone(phone)?;
            for work in user.description.channels.after_contact_work.values_mut() {
                *work = work.flattened(phone.after_contact_work_time_limit);
            }
            user.description.phone = phone.clone();
            Ok(())
        })
    }
}

impl Serve for UpdateUserConfig {
    fn serve(&self, inner: &mut Inner) -> Check {
        let UpdateUserConfig { instance_id, user_id, channels } = self;
        inner.update(instance_id, user_id, |_, user| {
            if channels.is_empty() {
                return Err(refusal(ErrorKind::Invalid, "there are no settings"));
            }
            rules::channel_settings(channels)?;
            user.description.channels.merge(channels.clone());
            Ok(())
        })
    }
}

impl Serve for UpdateUserRoutingProfile {
    fn serve(&self, inner: &mut Inner) -> Check {
        let UpdateUserRoutingProfile { instance_id, user_id, routing_profile_id } = self;
        inner.update(instance_id, user_id, |config, user| {
            rules::routing_profile(config, routing_profile_id)?;
            user.description.routing_profile_id = routing_profile_id.to_bare();
            Ok(())
        })
    }
}

impl Serve for UpdateUserSecurityProfiles {
    fn serve(&self, inner: &mut Inner) -> Check {
        let UpdateUserSecurityProfiles { instance_id, user_id, security_profile_ids } = self;
        inner.update(instance_id, user_id, |config, user| {
            rules::security_profiles(config, security_profile_ids)?;
            user.description.security_profile_ids =
                security_profile_ids.iter().map(|id| id.to_bare()).collect();
            Ok(())
        })
    }
}

impl Serve for UpdateUserHierarchy {
    fn serve(&self, inner: &mut Inner) -> Check {
        let UpdateUserHierarchy { instance_id, user_id, hierarchy_group_id } = self;
        inner.update(instance_id, user_id, |config, user| {
            if let Some(id) = hierarchy_group_id {
                rules::hierarchy_group(config, id)?;
            }
            user.description.hierarchy_group_id = hierarchy_group_id.as_ref().map(|id| id.to_bare());
            Ok(())
        })
    }
}

impl Serve for AssociateUserProficiencies {
    fn serve(&self, inner: &mut Inner) -> Check {
        let AssociateUserProficiencies { instance_id, user_id, proficiencies } = self;
        inner.update(instance_id, user_id, |config, user| {
            rules::association(config, &user.proficiencies, proficiencies)?;
            user.proficiencies.extend(proficiencies.clone());
            Ok(())
        })
    }
}

impl Serve for DisassociateUserProficiencies {
    fn serve(&self, inner: &mut Inner) -> Check {
        let DisassociateUserProficiencies { instance_id, user_id, proficiencies } = self;
        inner.update(instance_id, user_id, |_, user| {
            has_all(&user.proficiencies, proficiencies.iter())?;
            user.proficiencies.retain(|key, _| !proficiencies.contains(key));
            Ok(())
        })
    }
}

impl Serve for UpdateUserProficiencies {
    fn serve(&self, inner: &mut Inner) -> Check {
        let UpdateUserProficiencies { instance_id, user_id, proficiencies } = self;
        inner.update(instance_id, user_id, |config, user| {
            has_all(&user.proficiencies, proficiencies.keys())?;
            rules::levels(config, proficiencies)?;
            user.proficiencies.extend(proficiencies.clone());
            Ok(())
        })
    }
}

impl Serve for ListUserProficiencies {
    fn serve(&self, inner: &mut Inner) -> Check<Page<(ProficiencyKey, u8)>> {
        let ListUserProficiencies { instance_id, user_id, next_token } = self;
        let all = inner.user(instance_id, user_id)?.proficiencies.clone();
        page(all.into_iter().collect(), next_token.as_deref(), None, SMALL_PAGE)
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

impl Serve for ListRoutingProfiles {
    fn serve(&self, inner: &mut Inner) -> Check<Page<NamedResource>> {
        let all = inner.instance(&self.instance_id)?.routing_profiles();
        page(all, self.next_token.as_deref(), self.max_results, 1_000)
    }
}

impl Serve for ListSecurityProfiles {
    fn serve(&self, inner: &mut Inner) -> Check<Page<NamedResource>> {
        let all = inner.instance(&self.instance_id)?.security_profiles();
        page(all, self.next_token.as_deref(), self.max_results, 1_000)
    }
}

impl Serve for SearchUserHierarchyGroups {
    fn serve(&self, inner: &mut Inner) -> Check<Page<HierarchyGroupEntry>> {
        let all = inner.instance(&self.instance_id)?.hierarchy_groups();
        page(all, self.next_token.as_deref(), self.max_results, SMALL_PAGE)
    }
}

impl Serve for SearchQuickConnects {
    fn serve(&self, inner: &mut Inner) -> Check<Page<QuickConnectSummary>> {
        let all = inner.instance(&self.instance_id)?.quick_connects.iter().collect();
        let Page { items, next_token } = page(all, self.next_token.as_deref(), None, SMALL_PAGE)?;
        Ok(Page { items: items.into_iter().cloned().collect(), next_token })
    }
}

impl Serve for DeleteQuickConnect {
    fn serve(&self, inner: &mut Inner) -> Check {
        let instance = inner.instance(&self.instance_id)?;
        let is_meant =
            |quick_connect: &QuickConnectSummary| quick_connect.quick_connect_id == self.quick_connect_id;
        if !instance.quick_connects.iter().any(is_meant) {
            return Err(refusal(ErrorKind::NotFound, "the instance has no such quick connect"));
        }
        instance.change_quick_connects(|all| all.retain(|quick_connect| !is_meant(quick_connect)));
        Ok(())
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
