//! The operations, one call of the SDK each.

use std::io;

use async_trait::async_trait;
use aws_sdk_connect::{config::http::HttpRequest, error::BuildError, operation::RequestId};
use aws_smithy_types::body::SdkBody;
use serde_json::json;

use super::{
    AwsConnect,
    error::{client_error, incomplete},
    from_sdk::{
        Missing, described, found, hierarchy_group, instance, listed, page, predefined_attribute,
        proficiency_page, required, routing_profile, security_profile, traffic_distribution_group,
        user_quick_connect, workspace, workspace_association,
    },
    raw::{RawAnswer, each_with_unknown_members, with_unknown_members},
    to_sdk::{
        Sent, channel_lists, criteria, identity, ids, integer, phone, proficiencies, proficiency_keys,
        tag_filter, tags, with_channels,
    },
};
use crate::{
    client::{
        answer::*,
        error::{ClientError, ClientResult, ErrorKind},
        operations::{ConnectClient, Request},
        page::PagedRequest,
        request::*,
        table::for_each_operation,
    },
    user::{ProficiencyKey, UserId},
};

/// A request that is sent with the SDK.
trait Exchange: Request {
    fn exchange(&self, aws: &AwsConnect) -> impl Future<Output = ClientResult<Self::Answer>> + Send;
}

macro_rules! implement_client {
    ({} $($method:ident $request:ident -> $answer:ty;)+) => {
        #[async_trait]
        impl ConnectClient for AwsConnect {
            $(async fn $method(&self, request: &$request) -> ClientResult<$answer> {
                request.exchange(self).await
            })+
        }
    };
}

for_each_operation!(implement_client! {});

/// Declares how each request is sent and its answer read: the request type, the SDK's call, in parentheses the common
/// parts of the call (path labels, page), its other content, the values that no message may quote (`hides`), the
/// conversion of the answer, and what is taken from the raw answer (`keeps`).
macro_rules! exchanges {
    ($(
        $type:ident: $method:ident($($common:ident),*)
            $(|$request:ident, $call:ident| $carries:expr)?
            $(, hides $hides:expr)?
            => $read:expr
            $(, keeps $raw:ident for $complete:expr)?;
    )+) => {$(
        impl Exchange for $type {
            async fn exchange(&self, aws: &AwsConnect) -> ClientResult<Self::Answer> {
                let call = aws.client.$method();
                $(let call = exchanges!(@$common call, self);)*
                $(let call = fill(self, call, |$request, $call| Ok($carries))?;)?
                let sent = Sent::default();
                $(let sent = hide(self, sent, $hides);)?
                $(
                    let $raw = RawAnswer::default();
                    let call = call.customize().interceptor($raw.clone());
                )?
                let answer = call.send().await;
                let answer =
                    answer.map_err(|error| client_error(Self::OPERATION, &error, &sent, &aws.endpoint))?;
                let request_id = answer.request_id().map(str::to_owned);
                let lacks = |member| incomplete(Self::OPERATION, member, request_id.as_deref());
                let answer = read(self, answer, $read).map_err(lacks)?;
                $(let answer = $complete(answer, &$raw);)?
                Ok(answer)
            }
        }
    )+};
    (@instance $call:ident, $this:ident) => { $call.instance_id($this.instance_id.as_str()) };
    (@user $call:ident, $this:ident) => { exchanges!(@instance $call, $this).user_id($this.user_id.as_str()) };
    (@page $call:ident, $this:ident) => {
        $call.set_next_token($this.next_token.clone()).max_results(integer($this.page_size()))
    };
}

exchanges! {
    CreateUser: create_user(instance)
        |request, call| {
            let call = call
                .username(&request.name)
                .set_password(request.password.as_ref().map(|password| password.expose().to_owned()))
                .set_directory_user_id(request.directory_user_id.clone())
                .set_identity_info((!request.identity.is_empty()).then(|| identity(&request.identity)))
                .set_phone_config(request.phone.as_ref().map(phone))
                .routing_profile_id(request.routing_profile_id.as_str())
                .set_security_profile_ids(ids(&request.security_profile_ids))
                .set_hierarchy_group_id(request.hierarchy_group_id.as_ref().map(ToString::to_string))
                .set_tags(tags(&request.tags));
            with_channels!(call, channel_lists(&request.channels)?)
        },
        hides |request, sent| sent
            .secret(request.password.as_ref())
            .identity(&request.identity)
            .phone(request.phone.as_ref())
            .channels(&request.channels)
        => |_, answer| {
            let arn = answer.user_arn.unwrap_or_default();
            Ok(CreatedUser { user_id: required(answer.user_id, "UserId")?.into(), arn })
        };
    DescribeUser: describe_user(user)
        => |_, answer| answer.user.ok_or("User").and_then(described),
        keeps raw for with_unknown_members;
    DeleteUser: delete_user(user) => nothing;
    ListUsers: list_users(instance, page)
        => |_, answer| page(answer.user_summary_list, answer.next_token, |user| Some(listed(user)));
    SearchUsers: search_users(instance, page)
        |request, call| call
            .set_search_criteria(request.condition.as_ref().map(criteria))
            .set_search_filter(tag_filter(&request.tags)),
        hides |request, sent| sent.condition(request.condition.as_ref())
        => |_, answer| page(answer.users, answer.next_token, |user| Some(found(user))),
        keeps raw for each_with_unknown_members;
    UpdateUserIdentityInfo: update_user_identity_info(user)
        |request, call| call.identity_info(identity(&request.identity)),
        hides |request, sent| sent.identity(&request.identity)
        => nothing;
    UpdateUserPhoneConfig: update_user_phone_config(user)
        |request, call| call.phone_config(phone(&request.phone)),
        hides |request, sent| sent.phone(Some(&request.phone))
        => nothing;
    UpdateUserConfig: update_user_config(user)
        |request, call| with_channels!(call, channel_lists(&request.channels)?),
        hides |request, sent| sent.channels(&request.channels)
        => nothing;
    UpdateUserRoutingProfile: update_user_routing_profile(user)
        |request, call| call.routing_profile_id(request.routing_profile_id.as_str())
        => nothing;
    UpdateUserSecurityProfiles: update_user_security_profiles(user)
        |request, call| call.set_security_profile_ids(ids(&request.security_profile_ids))
        => nothing;
    UpdateUserHierarchy: update_user_hierarchy(user)
        |request, call| call.set_hierarchy_group_id(request.hierarchy_group_id.as_ref().map(ToString::to_string))
        => nothing;
    AssociateUserProficiencies: associate_user_proficiencies(user)
        |request, call| call.set_user_proficiencies(proficiencies(&request.proficiencies)?)
        => nothing;
    DisassociateUserProficiencies: disassociate_user_proficiencies(user)
        |request, call| call.set_user_proficiencies(proficiency_keys(&request.proficiencies)?)
        => nothing;
    UpdateUserProficiencies: update_user_proficiencies(user)
        |request, call| call.set_user_proficiencies(proficiencies(&request.proficiencies)?)
        => nothing;
    ListUserProficiencies: list_user_proficiencies(user)
        |request, call| call
            .set_next_token(request.next_token.clone())
            .set_max_results(request.max_results.map(integer))
        => |_, answer| proficiency_page(answer);
    TagResource: tag_resource()
        |request, call| call.resource_arn(&request.arn).set_tags(tags(&request.tags))
        => nothing;
    UntagResource: untag_resource()
        |request, call| call.resource_arn(&request.arn).set_tag_keys(Some(request.keys.iter().cloned().collect()))
        => nothing;
    DescribeInstance: describe_instance(instance)
        => |request, answer| Ok(instance(answer.instance.ok_or("Instance")?, &request.instance_id));
    ListRoutingProfiles: list_routing_profiles(instance, page)
        => |_, answer| page(answer.routing_profile_summary_list, answer.next_token, |item| Some(routing_profile(item)));
    ListSecurityProfiles: list_security_profiles(instance, page)
        => |_, answer| page(answer.security_profile_summary_list, answer.next_token, |item| Some(security_profile(item)));
    SearchUserHierarchyGroups: search_user_hierarchy_groups(instance, page)
        => |_, answer| page(answer.user_hierarchy_groups, answer.next_token, hierarchy_group);
    // The API searches by name, description and id, but not by type: quick connects of other types are dropped here.
    SearchQuickConnects: search_quick_connects(instance, page)
        => |_, answer| page(answer.quick_connects, answer.next_token, user_quick_connect);
    SearchPredefinedAttributes: search_predefined_attributes(instance, page)
        => |_, answer| page(answer.predefined_attributes, answer.next_token, |item| Some(predefined_attribute(item)));
    ListTrafficDistributionGroups: list_traffic_distribution_groups(instance, page)
        => |_, answer| page(answer.traffic_distribution_group_summary_list, answer.next_token, |item| Some(traffic_distribution_group(item)));
    ListTrafficDistributionGroupUsers: list_traffic_distribution_group_users(page)
        |request, call| call.traffic_distribution_group_id(&request.traffic_distribution_group_id)
        => |_, answer| page(answer.traffic_distribution_group_user_summary_list, answer.next_token, |item| {
            Some(required(item.user_id, "TrafficDistributionGroupUserSummaryList.UserId").map(Into::into))
        });
    ListWorkspaces: list_workspaces(instance, page)
        => |_, answer| page(Some(answer.workspace_summary_list), answer.next_token, |item| Some(workspace(item)));
    SearchWorkspaceAssociations: search_workspace_associations(instance, page)
        => |_, answer| page(answer.workspace_associations, answer.next_token, |item| Some(workspace_association(item)));
    // The SDK lacks this operation: the request of another operation is changed before it is signed.
    DeleteAllEntitySessions: update_user_hierarchy(user)
        |request, call| call.customize().map_request(into_sign_out(request))
        => nothing;
    DeleteQuickConnect: delete_quick_connect(instance)
        |request, call| call.quick_connect_id(&request.quick_connect_id)
        => nothing;
}

/// Changes a request whose path begins with `/users/` into a request that ends the sessions of a user.
fn into_sign_out(
    request: &DeleteAllEntitySessions,
) -> impl Fn(HttpRequest) -> io::Result<HttpRequest> + Send + Sync + 'static + use<> {
    let (instance, user) = (request.instance_id.as_str(), request.user_id.as_str());
    let body = json!({ "InstanceId": instance, "EntityId": user, "EntityType": "USER" }).to_string();
    move |mut request: HttpRequest| {
        let origin = request.uri().rsplit_once("/users/").map_or("", |(origin, _)| origin);
        let uri = format!("{origin}/auth/sessions/delete-all-entity-sessions");
        request.set_uri(uri).map_err(io::Error::other)?;
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body.as_str());
        Ok(request)
    }
}

/// Adds the request's content to a call; a call that the SDK cannot build is invalid.
fn fill<R: Request, C, D>(
    request: &R,
    call: C,
    fill: impl FnOnce(&R, C) -> Result<D, BuildError>,
) -> ClientResult<D> {
    fill(request, call).map_err(|error| ClientError::new(R::OPERATION, ErrorKind::Invalid).with_source(error))
}

/// Adds the values that no message may quote.
fn hide<'a, R>(request: &'a R, sent: Sent<'a>, hide: impl FnOnce(&'a R, Sent<'a>) -> Sent<'a>) -> Sent<'a> {
    hide(request, sent)
}

fn read<R, A, T>(
    request: &R,
    answer: A,
    read: impl FnOnce(&R, A) -> Result<T, Missing>,
) -> Result<T, Missing> {
    read(request, answer)
}

/// Reads an answer without content.
fn nothing<R, A>(_: &R, _: A) -> Result<(), Missing> {
    Ok(())
}
