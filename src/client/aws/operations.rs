//! The calls.

use async_trait::async_trait;
use aws_sdk_connect::{error::BuildError, types as sdk};

use super::{
    AwsConnect,
    error::{client_error, unreadable, without_secret},
    from_sdk, to_sdk,
};
use crate::{
    client::{
        AssociateUserProficiencies, ClientError, ClientResult, ConnectClient, CreateUser, CreatedUser,
        DeleteQuickConnect, DeleteUser, DescribeInstance, DescribeUser, DisassociateUserProficiencies,
        Effect, ErrorKind, FoundUser, InstanceDescription, ListUserProficiencies, ListUsers, ListedUser,
        Page, QuickConnectSummary, SearchQuickConnects, SearchUsers, TagResource, UntagResource,
        UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo, UpdateUserPhoneConfig,
        UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles, UserDescription,
    },
    user::{Id, IdKind, Operation, ProficiencyKey},
};

/// Sends a request of the SDK, and says what a failure means.
macro_rules! send {
    ($operation:ident, $request:expr) => {
        $request.send().await.map_err(|error| client_error(Operation::$operation, error))
    };
}

/// A request that cannot be built was not sent.
fn unbuilt(operation: Operation) -> impl Fn(BuildError) -> ClientError {
    move |error| {
        ClientError::new(operation, ErrorKind::Invalid)
            .with_message(error.to_string())
            .with_effect(Effect::None)
    }
}

/// A token that is empty is none.
fn page<T>(items: Vec<T>, next_token: Option<String>) -> Page<T> {
    Page { items, next_token: next_token.filter(|token| !token.is_empty()) }
}

fn most(size: Option<u32>, default: i32) -> i32 {
    size.map_or(default, |size| i32::try_from(size).unwrap_or(i32::MAX))
}

fn texts<'a, K: IdKind>(ids: impl IntoIterator<Item = &'a Id<K>>) -> Vec<String> {
    ids.into_iter().map(|id| id.as_str().to_owned()).collect()
}

#[async_trait]
impl ConnectClient for AwsConnect {
    async fn create_user(&self, request: &CreateUser) -> ClientResult<CreatedUser> {
        let channels = to_sdk::channels(&request.channels).map_err(unbuilt(Operation::CreateUser))?;
        let identity = (!request.identity.is_empty()).then(|| to_sdk::identity(&request.identity));
        // The API's map of tags has at least one.
        let tags = (!request.tags.is_empty()).then(|| request.tags.clone().into_iter().collect());
        let call = self
            .client
            .create_user()
            .instance_id(request.instance_id.as_str())
            .username(&request.name)
            .set_password(request.password.as_ref().map(|password| password.expose().to_owned()))
            .set_directory_user_id(request.directory_user_id.clone())
            .set_identity_info(identity)
            .set_phone_config(request.phone.as_ref().map(to_sdk::phone))
            .routing_profile_id(request.routing_profile_id.as_str())
            .set_security_profile_ids(Some(texts(&request.security_profile_ids)))
            .set_hierarchy_group_id(request.hierarchy_group_id.as_ref().map(|id| id.as_str().to_owned()))
            .set_auto_accept_configs(channels.auto_accept)
            .set_after_contact_work_configs(channels.after_contact_work)
            .set_phone_number_configs(channels.phone_number)
            .set_persistent_connection_configs(channels.persistent_connection)
            .set_voice_enhancement_configs(channels.voice_enhancement)
            .set_tags(tags);
        let answer =
            send!(CreateUser, call).map_err(|error| without_secret(error, request.password.as_ref()))?;
        match (answer.user_id, answer.user_arn) {
            (Some(id), Some(arn)) => Ok(CreatedUser { user_id: id.into(), arn }),
            _ => Err(unreadable(Operation::CreateUser, "the answer names no user")),
        }
    }

    async fn describe_user(&self, request: &DescribeUser) -> ClientResult<UserDescription> {
        let call = self
            .client
            .describe_user()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str());
        let user = send!(DescribeUser, call)?.user.and_then(from_sdk::description);
        user.ok_or_else(|| {
            unreadable(
                Operation::DescribeUser,
                "the answer lacks the user's id, ARN, name or routing profile",
            )
        })
    }

    async fn delete_user(&self, request: &DeleteUser) -> ClientResult<()> {
        let call = self
            .client
            .delete_user()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str());
        send!(DeleteUser, call).map(drop)
    }

    async fn list_users(&self, request: &ListUsers) -> ClientResult<Page<ListedUser>> {
        let call = self
            .client
            .list_users()
            .instance_id(request.instance_id.as_str())
            .set_next_token(request.next_token.clone())
            .max_results(most(request.max_results, 1_000));
        let answer = send!(ListUsers, call)?;
        let users = answer.user_summary_list.unwrap_or_default();
        Ok(page(users.into_iter().filter_map(from_sdk::listed).collect(), answer.next_token))
    }

    async fn search_users(&self, request: &SearchUsers) -> ClientResult<Page<FoundUser>> {
        let criteria = request.name.as_ref().map(|name| {
            let condition = sdk::StringCondition::builder()
                .field_name("Username")
                .value(name)
                .comparison_type(sdk::StringComparisonType::Exact)
                .build();
            sdk::UserSearchCriteria::builder().string_condition(condition).build()
        });
        let call = self
            .client
            .search_users()
            .instance_id(request.instance_id.as_str())
            .set_search_criteria(criteria)
            .set_next_token(request.next_token.clone())
            .max_results(most(request.max_results, 500));
        let answer = send!(SearchUsers, call)?;
        let users = answer.users.unwrap_or_default();
        Ok(page(users.into_iter().filter_map(from_sdk::found).collect(), answer.next_token))
    }

    async fn update_user_identity_info(&self, request: &UpdateUserIdentityInfo) -> ClientResult<()> {
        let call = self
            .client
            .update_user_identity_info()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .identity_info(to_sdk::identity(&request.identity));
        send!(UpdateUserIdentityInfo, call).map(drop)
    }

    async fn update_user_phone_config(&self, request: &UpdateUserPhoneConfig) -> ClientResult<()> {
        let call = self
            .client
            .update_user_phone_config()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .phone_config(to_sdk::phone(&request.phone));
        send!(UpdateUserPhoneConfig, call).map(drop)
    }

    async fn update_user_config(&self, request: &UpdateUserConfig) -> ClientResult<()> {
        let channels = to_sdk::channels(&request.channels).map_err(unbuilt(Operation::UpdateUserConfig))?;
        let call = self
            .client
            .update_user_config()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .set_auto_accept_configs(channels.auto_accept)
            .set_after_contact_work_configs(channels.after_contact_work)
            .set_phone_number_configs(channels.phone_number)
            .set_persistent_connection_configs(channels.persistent_connection)
            .set_voice_enhancement_configs(channels.voice_enhancement);
        send!(UpdateUserConfig, call).map(drop)
    }

    async fn update_user_routing_profile(&self, request: &UpdateUserRoutingProfile) -> ClientResult<()> {
        let call = self
            .client
            .update_user_routing_profile()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .routing_profile_id(request.routing_profile_id.as_str());
        send!(UpdateUserRoutingProfile, call).map(drop)
    }

    async fn update_user_security_profiles(&self, request: &UpdateUserSecurityProfiles) -> ClientResult<()> {
        let call = self
            .client
            .update_user_security_profiles()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .set_security_profile_ids(Some(texts(&request.security_profile_ids)));
        send!(UpdateUserSecurityProfiles, call).map(drop)
    }

    async fn update_user_hierarchy(&self, request: &UpdateUserHierarchy) -> ClientResult<()> {
        let call = self
            .client
            .update_user_hierarchy()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .set_hierarchy_group_id(request.hierarchy_group_id.as_ref().map(|id| id.as_str().to_owned()));
        send!(UpdateUserHierarchy, call).map(drop)
    }

    async fn associate_user_proficiencies(&self, request: &AssociateUserProficiencies) -> ClientResult<()> {
        let built = to_sdk::proficiencies(&request.proficiencies);
        let call = self
            .client
            .associate_user_proficiencies()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .set_user_proficiencies(Some(built.map_err(unbuilt(Operation::AssociateUserProficiencies))?));
        send!(AssociateUserProficiencies, call).map(drop)
    }

    async fn disassociate_user_proficiencies(
        &self,
        request: &DisassociateUserProficiencies,
    ) -> ClientResult<()> {
        let built: Result<_, _> = request.proficiencies.iter().map(to_sdk::proficiency_key).collect();
        let call = self
            .client
            .disassociate_user_proficiencies()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .set_user_proficiencies(Some(built.map_err(unbuilt(Operation::DisassociateUserProficiencies))?));
        send!(DisassociateUserProficiencies, call).map(drop)
    }

    async fn update_user_proficiencies(&self, request: &UpdateUserProficiencies) -> ClientResult<()> {
        let built = to_sdk::proficiencies(&request.proficiencies);
        let call = self
            .client
            .update_user_proficiencies()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .set_user_proficiencies(Some(built.map_err(unbuilt(Operation::UpdateUserProficiencies))?));
        send!(UpdateUserProficiencies, call).map(drop)
    }

    async fn list_user_proficiencies(
        &self,
        request: &ListUserProficiencies,
    ) -> ClientResult<Page<(ProficiencyKey, u8)>> {
        let call = self
            .client
            .list_user_proficiencies()
            .instance_id(request.instance_id.as_str())
            .user_id(request.user_id.as_str())
            .set_next_token(request.next_token.clone());
        let answer = send!(ListUserProficiencies, call)?;
        let all = answer.user_proficiency_list.unwrap_or_default();
        Ok(page(all.into_iter().map(from_sdk::proficiency).collect(), answer.next_token))
    }

    async fn tag_resource(&self, request: &TagResource) -> ClientResult<()> {
        let tags = request.tags.clone().into_iter().collect();
        send!(TagResource, self.client.tag_resource().resource_arn(&request.arn).set_tags(Some(tags)))
            .map(drop)
    }

    async fn untag_resource(&self, request: &UntagResource) -> ClientResult<()> {
        let keys = request.keys.iter().cloned().collect();
        send!(UntagResource, self.client.untag_resource().resource_arn(&request.arn).set_tag_keys(Some(keys)))
            .map(drop)
    }

    async fn describe_instance(&self, request: &DescribeInstance) -> ClientResult<InstanceDescription> {
        let call = self.client.describe_instance().instance_id(request.instance_id.as_str());
        let instance = send!(DescribeInstance, call)?.instance;
        instance
            .map(|instance| from_sdk::instance(instance, &request.instance_id))
            .ok_or_else(|| unreadable(Operation::DescribeInstance, "the answer names no instance"))
    }

    async fn search_quick_connects(
        &self,
        request: &SearchQuickConnects,
    ) -> ClientResult<Page<QuickConnectSummary>> {
        let call = self
            .client
            .search_quick_connects()
            .instance_id(request.instance_id.as_str())
            .set_next_token(request.next_token.clone());
        let answer = send!(SearchQuickConnects, call)?;
        let all = answer.quick_connects.unwrap_or_default();
        let to_users =
            all.into_iter().filter_map(from_sdk::quick_connect).filter(|found| found.user_id.is_some());
        Ok(page(to_users.collect(), answer.next_token))
    }

    async fn delete_quick_connect(&self, request: &DeleteQuickConnect) -> ClientResult<()> {
        let call = self
            .client
            .delete_quick_connect()
            .instance_id(request.instance_id.as_str())
            .quick_connect_id(&request.quick_connect_id);
        send!(DeleteQuickConnect, call).map(drop)
    }
}
