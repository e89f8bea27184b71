//! The operations, one call of the SDK each.

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
        with_channels,
    },
};
use crate::{
    client::{
        answer::*,
        error::{ClientError, ClientResult, ErrorKind},
        operations::{ConnectClient, Request, for_each_operation},
        request::*,
    },
    user::{Operation, ProficiencyKey},
};

/// The largest pages that the API gives.
const LIST_PAGE: u32 = 1000;
const SEARCH_PAGE: u32 = 500;
const SMALL_PAGE: u32 = 100;

/// Sends a request of the SDK's and maps its error, with `sent` for what must not be quoted.
macro_rules! send {
    ($aws:ident, $call:expr) => {
        send!($aws, $call, Sent::default())
    };
    ($aws:ident, $call:expr, $sent:expr) => {
        $call.send().await.map_err(|error| client_error(Self::OPERATION, &error, &$sent, &$aws.endpoint))
    };
}

/// Sets both labels of a path that leads to a user.
macro_rules! to_user {
    ($call:expr, $request:ident) => {
        $call.instance_id($request.instance_id.as_str()).user_id($request.user_id.as_str())
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

/// A request that the SDK sends.
trait Exchange: Request {
    fn exchange(&self, aws: &AwsConnect) -> impl Future<Output = ClientResult<Self::Answer>> + Send;
}

macro_rules! exchange {
    ({} $(
        $(#[$meta:meta])*
        $method:ident $request:ident($($concerns:ident),+) -> $answer:ty;
    )+) => {
        #[async_trait]
        impl ConnectClient for AwsConnect {
            $(async fn $method(&self, request: &$request) -> ClientResult<$answer> {
                request.exchange(self).await
            })+
        }
    };
}

for_each_operation!(exchange! {});

impl Exchange for CreateUser {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<CreatedUser> {
        let lists = channel_lists(&self.channels).map_err(unbuilt(Self::OPERATION))?;
        let call = aws
            .client
            .create_user()
            .instance_id(self.instance_id.as_str())
            .username(&self.name)
            .set_password(self.password.as_ref().map(|password| password.expose().to_owned()))
            .set_directory_user_id(self.directory_user_id.clone())
            .set_identity_info((!self.identity.is_empty()).then(|| identity(&self.identity)))
            .set_phone_config(self.phone.as_ref().map(phone))
            .routing_profile_id(self.routing_profile_id.as_str())
            .set_security_profile_ids(ids(&self.security_profile_ids))
            .set_hierarchy_group_id(self.hierarchy_group_id.as_ref().map(ToString::to_string))
            .set_tags(tags(&self.tags));
        let sent = Sent::default()
            .secret(self.password.as_ref())
            .identity(&self.identity)
            .phone(self.phone.as_ref())
            .channels(&self.channels);
        let answer = send!(aws, with_channels!(call, lists), sent)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        Ok(CreatedUser {
            user_id: required(answer.user_id, "UserId").map_err(&missing)?.into(),
            arn: answer.user_arn.unwrap_or_default(),
        })
    }
}

impl Exchange for DescribeUser {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<UserDescription> {
        let answer = send!(aws, to_user!(aws.client.describe_user(), self))?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        answer.user.ok_or("User").and_then(described).map_err(missing)
    }
}

impl Exchange for DeleteUser {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        send!(aws, to_user!(aws.client.delete_user(), self)).map(drop)
    }
}

impl Exchange for ListUsers {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<Page<ListedUser>> {
        let call = aws
            .client
            .list_users()
            .instance_id(self.instance_id.as_str())
            .set_next_token(self.next_token.clone())
            .max_results(integer(self.max_results.unwrap_or(LIST_PAGE)));
        let answer = send!(aws, call)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        page(answer.user_summary_list, answer.next_token, |user| Some(listed(user))).map_err(missing)
    }
}

impl Exchange for SearchUsers {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<Page<FoundUser>> {
        let call = aws
            .client
            .search_users()
            .instance_id(self.instance_id.as_str())
            .set_next_token(self.next_token.clone())
            .max_results(integer(self.max_results.unwrap_or(SEARCH_PAGE)))
            .set_search_criteria(self.name.as_deref().map(named));
        let answer = send!(aws, call)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        page(answer.users, answer.next_token, |user| Some(found(user))).map_err(missing)
    }
}

impl Exchange for UpdateUserIdentityInfo {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let call =
            to_user!(aws.client.update_user_identity_info(), self).identity_info(identity(&self.identity));
        send!(aws, call, Sent::default().identity(&self.identity)).map(drop)
    }
}

impl Exchange for UpdateUserPhoneConfig {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let call = to_user!(aws.client.update_user_phone_config(), self).phone_config(phone(&self.phone));
        send!(aws, call, Sent::default().phone(Some(&self.phone))).map(drop)
    }
}

impl Exchange for UpdateUserConfig {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let lists = channel_lists(&self.channels).map_err(unbuilt(Self::OPERATION))?;
        let call = with_channels!(to_user!(aws.client.update_user_config(), self), lists);
        send!(aws, call, Sent::default().channels(&self.channels)).map(drop)
    }
}

impl Exchange for UpdateUserRoutingProfile {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let call = to_user!(aws.client.update_user_routing_profile(), self)
            .routing_profile_id(self.routing_profile_id.as_str());
        send!(aws, call).map(drop)
    }
}

impl Exchange for UpdateUserSecurityProfiles {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let call = to_user!(aws.client.update_user_security_profiles(), self)
            .set_security_profile_ids(ids(&self.security_profile_ids));
        send!(aws, call).map(drop)
    }
}

impl Exchange for UpdateUserHierarchy {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let call = to_user!(aws.client.update_user_hierarchy(), self)
            .set_hierarchy_group_id(self.hierarchy_group_id.as_ref().map(ToString::to_string));
        send!(aws, call).map(drop)
    }
}

impl Exchange for AssociateUserProficiencies {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let sent = proficiencies(&self.proficiencies).map_err(unbuilt(Self::OPERATION))?;
        let call = to_user!(aws.client.associate_user_proficiencies(), self).set_user_proficiencies(sent);
        send!(aws, call).map(drop)
    }
}

impl Exchange for DisassociateUserProficiencies {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let sent = proficiency_keys(&self.proficiencies).map_err(unbuilt(Self::OPERATION))?;
        let call = to_user!(aws.client.disassociate_user_proficiencies(), self).set_user_proficiencies(sent);
        send!(aws, call).map(drop)
    }
}

impl Exchange for UpdateUserProficiencies {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let sent = proficiencies(&self.proficiencies).map_err(unbuilt(Self::OPERATION))?;
        let call = to_user!(aws.client.update_user_proficiencies(), self).set_user_proficiencies(sent);
        send!(aws, call).map(drop)
    }
}

impl Exchange for ListUserProficiencies {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<Page<(ProficiencyKey, u8)>> {
        let call =
            to_user!(aws.client.list_user_proficiencies(), self).set_next_token(self.next_token.clone());
        let answer = send!(aws, call)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        page(answer.user_proficiency_list, answer.next_token, |item| Some(Ok(proficiency(item))))
            .map_err(missing)
    }
}

impl Exchange for TagResource {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let call = aws.client.tag_resource().resource_arn(&self.arn).set_tags(tags(&self.tags));
        send!(aws, call).map(drop)
    }
}

impl Exchange for UntagResource {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let keys = self.keys.iter().cloned().collect();
        let call = aws.client.untag_resource().resource_arn(&self.arn).set_tag_keys(Some(keys));
        send!(aws, call).map(drop)
    }
}

impl Exchange for DescribeInstance {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<InstanceDescription> {
        let call = aws.client.describe_instance().instance_id(self.instance_id.as_str());
        let answer = send!(aws, call)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        let instance = answer.instance.ok_or_else(|| missing("Instance"))?;
        Ok(InstanceDescription {
            instance_id: instance.id.map_or_else(|| self.instance_id.clone(), Into::into),
            identity_management: instance
                .identity_management_type
                .and_then(|kind| kind.as_str().parse().ok()),
        })
    }
}

impl Exchange for ListRoutingProfiles {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<Page<NamedResource>> {
        let call = aws
            .client
            .list_routing_profiles()
            .instance_id(self.instance_id.as_str())
            .set_next_token(self.next_token.clone())
            .max_results(integer(self.max_results.unwrap_or(LIST_PAGE)));
        let answer = send!(aws, call)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        page(answer.routing_profile_summary_list, answer.next_token, |profile| Some(routing_profile(profile)))
            .map_err(missing)
    }
}

impl Exchange for ListSecurityProfiles {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<Page<NamedResource>> {
        let call = aws
            .client
            .list_security_profiles()
            .instance_id(self.instance_id.as_str())
            .set_next_token(self.next_token.clone())
            .max_results(integer(self.max_results.unwrap_or(LIST_PAGE)));
        let answer = send!(aws, call)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        page(answer.security_profile_summary_list, answer.next_token, |profile| {
            Some(security_profile(profile))
        })
        .map_err(missing)
    }
}

impl Exchange for SearchUserHierarchyGroups {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<Page<HierarchyGroupEntry>> {
        let call = aws
            .client
            .search_user_hierarchy_groups()
            .instance_id(self.instance_id.as_str())
            .set_next_token(self.next_token.clone())
            .max_results(integer(self.max_results.unwrap_or(SMALL_PAGE)));
        let answer = send!(aws, call)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        page(answer.user_hierarchy_groups, answer.next_token, hierarchy_group).map_err(missing)
    }
}

impl Exchange for SearchQuickConnects {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<Page<QuickConnectSummary>> {
        // The API's criteria know name, description and id, but not the type: that is sorted out here.
        let call = aws
            .client
            .search_quick_connects()
            .instance_id(self.instance_id.as_str())
            .set_next_token(self.next_token.clone())
            .max_results(integer(SMALL_PAGE));
        let answer = send!(aws, call)?;
        let missing = lacks(Self::OPERATION, answer.request_id());
        page(answer.quick_connects, answer.next_token, user_quick_connect).map_err(missing)
    }
}

impl Exchange for DeleteQuickConnect {
    async fn exchange(&self, aws: &AwsConnect) -> ClientResult<()> {
        let call = aws
            .client
            .delete_quick_connect()
            .instance_id(self.instance_id.as_str())
            .quick_connect_id(&self.quick_connect_id);
        send!(aws, call).map(drop)
    }
}
