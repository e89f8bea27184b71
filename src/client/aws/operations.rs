//! The trait, one SDK call per method.

use async_trait::async_trait;
use aws_sdk_connect::{error::BuildError, operation::RequestId};

use super::{
    AwsConnect,
    error::{client_error, incomplete},
    from_sdk::{
        Missing, described, found, hierarchy_group, listed, next_token, proficiency, required,
        routing_profile, security_profile, user_quick_connect,
    },
    to_sdk::{
        Sent, channel_lists, identity, ids, integer, named, phone, proficiencies, proficiency_keys, tags,
    },
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
    user::{Operation, ProficiencyKey},
};

/// The largest pages that the API gives.
const LIST_PAGE: u32 = 1000;
const SEARCH_PAGE: u32 = 500;
const SMALL_PAGE: u32 = 100;

/// Sends a request of the SDK's and maps its error, with `sent` for what must not be quoted.
macro_rules! send {
    ($this:ident, $operation:ident, $call:expr) => {
        send!($this, $operation, $call, Sent::default())
    };
    ($this:ident, $operation:ident, $call:expr, $sent:expr) => {
        $call
            .send()
            .await
            .map_err(|error| client_error(Operation::$operation, &error, &$sent, &$this.endpoint))
    };
}

/// Sets both labels of a path that leads to a user.
macro_rules! to_user {
    ($call:expr, $request:ident) => {
        $call.instance_id($request.instance_id.as_str()).user_id($request.user_id.as_str())
    };
}

/// Sets the lists of per-channel settings.
macro_rules! with_channels {
    ($call:expr, $lists:ident) => {
        $call
            .set_auto_accept_configs($lists.auto_accept)
            .set_after_contact_work_configs($lists.after_contact_work)
            .set_phone_number_configs($lists.phone_number)
            .set_persistent_connection_configs($lists.persistent_connection)
            .set_voice_enhancement_configs($lists.voice_enhancement)
    };
}

/// The error of an answer that lacks a member.
fn lacks(operation: Operation, request_id: Option<&str>) -> impl Fn(Missing) -> ClientError + use<> {
    let request_id = request_id.map(str::to_owned);
    move |member| incomplete(operation, member, request_id.as_deref())
}

/// A page of what `read` makes of the items; it passes over those that it gives `None` for.
fn page<T, U>(
    items: Option<Vec<T>>,
    token: Option<String>,
    read: impl Fn(T) -> Option<Result<U, Missing>>,
) -> Result<Page<U>, Missing> {
    let items = items.into_iter().flatten().filter_map(read).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: next_token(token) })
}

/// A request that the SDK cannot build.
fn unbuilt(operation: Operation) -> impl Fn(BuildError) -> ClientError {
    move |error| ClientError::new(operation, ErrorKind::Invalid).with_source(error)
}

#[async_trait]
impl ConnectClient for AwsConnect {
    async fn create_user(&self, request: &CreateUser) -> ClientResult<CreatedUser> {
        let operation = Operation::CreateUser;
        let lists = channel_lists(&request.channels).map_err(unbuilt(operation))?;
        let call = self
            .client
            .create_user()
            .instance_id(request.instance_id.as_str())
            .username(&request.name)
            .set_password(request.password.as_ref().map(|password| password.expose().to_owned()))
            .set_directory_user_id(request.directory_user_id.clone())
            .set_identity_info((!request.identity.is_empty()).then(|| identity(&request.identity)))
            .set_phone_config(request.phone.as_ref().map(phone))
            .routing_profile_id(request.routing_profile_id.as_str())
            .set_security_profile_ids(ids(&request.security_profile_ids))
            .set_hierarchy_group_id(request.hierarchy_group_id.as_ref().map(ToString::to_string))
            .set_tags(tags(&request.tags));
        let sent = Sent::default()
            .secret(request.password.as_ref())
            .identity(&request.identity)
            .phone(request.phone.as_ref())
            .channels(&request.channels);
        let answer = send!(self, CreateUser, with_channels!(call, lists), sent)?;
        let missing = lacks(operation, answer.request_id());
        Ok(CreatedUser {
            user_id: required(answer.user_id, "UserId").map_err(&missing)?.into(),
            arn: answer.user_arn.unwrap_or_default(),
        })
    }

    async fn describe_user(&self, request: &DescribeUser) -> ClientResult<UserDescription> {
        let answer = send!(self, DescribeUser, to_user!(self.client.describe_user(), request))?;
        let missing = lacks(Operation::DescribeUser, answer.request_id());
        answer.user.ok_or("User").and_then(described).map_err(missing)
    }

    async fn delete_user(&self, request: &DeleteUser) -> ClientResult<()> {
        send!(self, DeleteUser, to_user!(self.client.delete_user(), request)).map(drop)
    }

    async fn list_users(&self, request: &ListUsers) -> ClientResult<Page<ListedUser>> {
        let call = self
            .client
            .list_users()
            .instance_id(request.instance_id.as_str())
            .set_next_token(request.next_token.clone())
            .max_results(integer(request.max_results.unwrap_or(LIST_PAGE)));
        let answer = send!(self, ListUsers, call)?;
        let missing = lacks(Operation::ListUsers, answer.request_id());
        page(answer.user_summary_list, answer.next_token, |user| Some(listed(user))).map_err(missing)
    }

    async fn search_users(&self, request: &SearchUsers) -> ClientResult<Page<FoundUser>> {
        let call = self
            .client
            .search_users()
            .instance_id(request.instance_id.as_str())
            .set_next_token(request.next_token.clone())
            .max_results(integer(request.max_results.unwrap_or(SEARCH_PAGE)))
            .set_search_criteria(request.name.as_deref().map(named));
        let answer = send!(self, SearchUsers, call)?;
        let missing = lacks(Operation::SearchUsers, answer.request_id());
        page(answer.users, answer.next_token, |user| Some(found(user))).map_err(missing)
    }

    async fn update_user_identity_info(&self, request: &UpdateUserIdentityInfo) -> ClientResult<()> {
        let call = to_user!(self.client.update_user_identity_info(), request)
            .identity_info(identity(&request.identity));
        send!(self, UpdateUserIdentityInfo, call, Sent::default().identity(&request.identity)).map(drop)
    }

    async fn update_user_phone_config(&self, request: &UpdateUserPhoneConfig) -> ClientResult<()> {
        let call =
            to_user!(self.client.update_user_phone_config(), request).phone_config(phone(&request.phone));
        send!(self, UpdateUserPhoneConfig, call, Sent::default().phone(Some(&request.phone))).map(drop)
    }

    async fn update_user_config(&self, request: &UpdateUserConfig) -> ClientResult<()> {
        let lists = channel_lists(&request.channels).map_err(unbuilt(Operation::UpdateUserConfig))?;
        let call = with_channels!(to_user!(self.client.update_user_config(), request), lists);
        send!(self, UpdateUserConfig, call, Sent::default().channels(&request.channels)).map(drop)
    }

    async fn update_user_routing_profile(&self, request: &UpdateUserRoutingProfile) -> ClientResult<()> {
        let call = to_user!(self.client.update_user_routing_profile(), request)
            .routing_profile_id(request.routing_profile_id.as_str());
        send!(self, UpdateUserRoutingProfile, call).map(drop)
    }

    async fn update_user_security_profiles(&self, request: &UpdateUserSecurityProfiles) -> ClientResult<()> {
        let call = to_user!(self.client.update_user_security_profiles(), request)
            .set_security_profile_ids(ids(&request.security_profile_ids));
        send!(self, UpdateUserSecurityProfiles, call).map(drop)
    }

    async fn update_user_hierarchy(&self, request: &UpdateUserHierarchy) -> ClientResult<()> {
        let call = to_user!(self.client.update_user_hierarchy(), request)
            .set_hierarchy_group_id(request.hierarchy_group_id.as_ref().map(ToString::to_string));
        send!(self, UpdateUserHierarchy, call).map(drop)
    }

    async fn associate_user_proficiencies(&self, request: &AssociateUserProficiencies) -> ClientResult<()> {
        let sent =
            proficiencies(&request.proficiencies).map_err(unbuilt(Operation::AssociateUserProficiencies))?;
        let call = to_user!(self.client.associate_user_proficiencies(), request).set_user_proficiencies(sent);
        send!(self, AssociateUserProficiencies, call).map(drop)
    }

    async fn disassociate_user_proficiencies(
        &self,
        request: &DisassociateUserProficiencies,
    ) -> ClientResult<()> {
        let sent = proficiency_keys(&request.proficiencies)
            .map_err(unbuilt(Operation::DisassociateUserProficiencies))?;
        let call =
            to_user!(self.client.disassociate_user_proficiencies(), request).set_user_proficiencies(sent);
        send!(self, DisassociateUserProficiencies, call).map(drop)
    }

    async fn update_user_proficiencies(&self, request: &UpdateUserProficiencies) -> ClientResult<()> {
        let sent =
            proficiencies(&request.proficiencies).map_err(unbuilt(Operation::UpdateUserProficiencies))?;
        let call = to_user!(self.client.update_user_proficiencies(), request).set_user_proficiencies(sent);
        send!(self, UpdateUserProficiencies, call).map(drop)
    }

    async fn list_user_proficiencies(
        &self,
        request: &ListUserProficiencies,
    ) -> ClientResult<Page<(ProficiencyKey, u8)>> {
        let call = to_user!(self.client.list_user_proficiencies(), request)
            .set_next_token(request.next_token.clone());
        let answer = send!(self, ListUserProficiencies, call)?;
        let missing = lacks(Operation::ListUserProficiencies, answer.request_id());
        page(answer.user_proficiency_list, answer.next_token, |item| Some(Ok(proficiency(item))))
            .map_err(missing)
    }

    async fn tag_resource(&self, request: &TagResource) -> ClientResult<()> {
        let call = self.client.tag_resource().resource_arn(&request.arn).set_tags(tags(&request.tags));
        send!(self, TagResource, call).map(drop)
    }

    async fn untag_resource(&self, request: &UntagResource) -> ClientResult<()> {
        let keys = request.keys.iter().cloned().collect();
        let call = self.client.untag_resource().resource_arn(&request.arn).set_tag_keys(Some(keys));
        send!(self, UntagResource, call).map(drop)
    }

    async fn describe_instance(&self, request: &DescribeInstance) -> ClientResult<InstanceDescription> {
        let operation = Operation::DescribeInstance;
        let call = self.client.describe_instance().instance_id(request.instance_id.as_str());
        let answer = send!(self, DescribeInstance, call)?;
        let missing = lacks(operation, answer.request_id());
        let instance = answer.instance.ok_or_else(|| missing("Instance"))?;
        Ok(InstanceDescription {
            instance_id: instance.id.map_or_else(|| request.instance_id.clone(), Into::into),
            identity_management: instance
                .identity_management_type
                .and_then(|kind| kind.as_str().parse().ok()),
        })
    }

    async fn list_routing_profiles(
        &self,
        request: &ListRoutingProfiles,
    ) -> ClientResult<Page<NamedResource>> {
        let call = self
            .client
            .list_routing_profiles()
            .instance_id(request.instance_id.as_str())
            .set_next_token(request.next_token.clone())
            .max_results(integer(request.max_results.unwrap_or(LIST_PAGE)));
        let answer = send!(self, ListRoutingProfiles, call)?;
        let missing = lacks(Operation::ListRoutingProfiles, answer.request_id());
        page(answer.routing_profile_summary_list, answer.next_token, |profile| Some(routing_profile(profile)))
            .map_err(missing)
    }

    async fn list_security_profiles(
        &self,
        request: &ListSecurityProfiles,
    ) -> ClientResult<Page<NamedResource>> {
        let call = self
            .client
            .list_security_profiles()
            .instance_id(request.instance_id.as_str())
            .set_next_token(request.next_token.clone())
            .max_results(integer(request.max_results.unwrap_or(LIST_PAGE)));
        let answer = send!(self, ListSecurityProfiles, call)?;
        let missing = lacks(Operation::ListSecurityProfiles, answer.request_id());
        page(answer.security_profile_summary_list, answer.next_token, |profile| {
            Some(security_profile(profile))
        })
        .map_err(missing)
    }

    async fn search_user_hierarchy_groups(
        &self,
        request: &SearchUserHierarchyGroups,
    ) -> ClientResult<Page<HierarchyGroupEntry>> {
        let call = self
            .client
            .search_user_hierarchy_groups()
            .instance_id(request.instance_id.as_str())
            .set_next_token(request.next_token.clone())
            .max_results(integer(request.max_results.unwrap_or(SMALL_PAGE)));
        let answer = send!(self, SearchUserHierarchyGroups, call)?;
        let missing = lacks(Operation::SearchUserHierarchyGroups, answer.request_id());
        page(answer.user_hierarchy_groups, answer.next_token, hierarchy_group).map_err(missing)
    }

    async fn search_quick_connects(
        &self,
        request: &SearchQuickConnects,
    ) -> ClientResult<Page<QuickConnectSummary>> {
        // The API's criteria know name, description and id, but not the type: that is sorted out here.
        let call = self
            .client
            .search_quick_connects()
            .instance_id(request.instance_id.as_str())
            .set_next_token(request.next_token.clone())
            .max_results(integer(SMALL_PAGE));
        let answer = send!(self, SearchQuickConnects, call)?;
        let missing = lacks(Operation::SearchQuickConnects, answer.request_id());
        page(answer.quick_connects, answer.next_token, user_quick_connect).map_err(missing)
    }

    async fn delete_quick_connect(&self, request: &DeleteQuickConnect) -> ClientResult<()> {
        let call = self
            .client
            .delete_quick_connect()
            .instance_id(request.instance_id.as_str())
            .quick_connect_id(&request.quick_connect_id);
        send!(self, DeleteQuickConnect, call).map(drop)
    }
}
