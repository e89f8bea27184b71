//! Finds the operation of a path, and answers requests.

use std::collections::BTreeSet;

use connect_user::{
    client::{memory::MemoryConnect, *},
    user::{HierarchyGroupId, Identity, InstanceId, Operation, Secret, SortedSet, UserId},
};
use hyper::{HeaderMap, Uri};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    json::{
        described, found, hierarchy_group, list, listed, named, predefined_attribute, proficiency,
        quick_connect_of, workspace_association,
    },
    request::{CreateBody, SearchBody, SessionsBody, UpdateBody, proficiencies},
};

/// The token of the fault `repeat-token`, which leads to the first page again.
pub const AGAIN: &str = "again";

/// The parts of a path, decoded; an ARN is a single part.
fn segments(path: &str) -> Vec<String> {
    let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    path.split('/').skip(1).map(decode).collect()
}

/// The operation of a request, by the routes of the API Reference.
pub fn operation(method: &str, path: &str) -> Option<Operation> {
    use Operation::*;

    let segments = segments(path);
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    Some(match (method, segments.as_slice()) {
        ("PUT", ["users", _]) => CreateUser,
        ("GET", ["users", _, _]) => DescribeUser,
        ("DELETE", ["users", _, _]) => DeleteUser,
        ("GET", ["users-summary", _]) => ListUsers,
        ("POST", ["search-users"]) => SearchUsers,
        ("GET", ["users", _, _, "proficiencies"]) => ListUserProficiencies,
        ("POST", ["users", _, _, action]) => match *action {
            "identity-info" => UpdateUserIdentityInfo,
            "phone-config" => UpdateUserPhoneConfig,
            "config" => UpdateUserConfig,
            "routing-profile" => UpdateUserRoutingProfile,
            "security-profiles" => UpdateUserSecurityProfiles,
            "hierarchy" => UpdateUserHierarchy,
            "associate-proficiencies" => AssociateUserProficiencies,
            "disassociate-proficiencies" => DisassociateUserProficiencies,
            "proficiencies" => UpdateUserProficiencies,
            _ => return None,
        },
        ("POST", ["tags", _]) => TagResource,
        ("DELETE", ["tags", _]) => UntagResource,
        ("GET", ["instance", _]) => DescribeInstance,
        ("GET", ["routing-profiles-summary", _]) => ListRoutingProfiles,
        ("GET", ["security-profiles-summary", _]) => ListSecurityProfiles,
        ("POST", ["search-user-hierarchy-groups"]) => SearchUserHierarchyGroups,
        ("POST", ["auth", "sessions", "delete-all-entity-sessions"]) => DeleteAllEntitySessions,
        ("POST", ["search-predefined-attributes"]) => SearchPredefinedAttributes,
        ("GET", ["traffic-distribution-groups"]) => ListTrafficDistributionGroups,
        ("GET", ["traffic-distribution-group", _, "user"]) => ListTrafficDistributionGroupUsers,
        ("GET", ["workspaces", _]) => ListWorkspaces,
        ("POST", ["search-workspace-associations"]) => SearchWorkspaceAssociations,
        ("POST", ["search-quick-connects"]) => SearchQuickConnects,
        ("DELETE", ["quick-connects", _, _]) => DeleteQuickConnect,
        _ => return None,
    })
}

/// Whether a request is one to Service Quotas, for the quotas of the account.
pub fn lists_quotas(headers: &HeaderMap) -> bool {
    headers.get("x-amz-target").is_some_and(|target| target == "ServiceQuotasV20190624.ListServiceQuotas")
}

/// The values of a query, decoded.
fn query(uri: &Uri, name: &str) -> Vec<String> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| decode(value)).collect()
}

/// Reads a body; a missing body is an empty object.
fn parse<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, Answer> {
    if body.is_empty() {
        return Ok(T::default());
    }
    // The message must not repeat the body.
    serde_json::from_slice(body)
        .map_err(|_| Answer::error(400, "InvalidRequestException", "Invalid request body"))
}

/// Executes a request.
pub async fn answer(connect: &MemoryConnect, operation: Operation, uri: &Uri, body: &[u8]) -> Answer {
    match call(connect, operation, uri, body).await {
        Ok(Ok(value)) => Answer::Done(value),
        Ok(Err(error)) => Answer::of(&error),
        Err(answer) => answer,
    }
}

async fn call(
    connect: &MemoryConnect,
    operation: Operation,
    uri: &Uri,
    body: &[u8],
) -> Result<ClientResult<Value>, Answer> {
    let segments = segments(uri.path());
    let segment = |index: usize| segments.get(index).cloned().unwrap_or_default();
    let (instance_id, user_id) = (InstanceId::new(segment(1)), UserId::new(segment(2)));
    let done = |result: ClientResult<()>| result.map(|()| json!({}));
    let token = || query(uri, "nextToken").pop().filter(|token| token != AGAIN);
    let size = || {
        let size = query(uri, "maxResults").pop().map(|size| size.parse()).transpose();
        size.map_err(|_| Answer::invalid("`maxResults` is no whole number"))
    };
    macro_rules! update {
        ($method:ident, $request:ident, $value:expr) => {
            done(connect.$method(&$request::new(instance_id, user_id, $value)).await)
        };
    }
    macro_rules! page {
        ($method:ident, $request:expr, $list:literal, $element:expr) => {{
            let request = $request.next_token(token()).max_results(size()?);
            connect.$method(&request).await.map(|page| list($list, page, $element))
        }};
    }
    macro_rules! found {
        ($method:ident, $request:ident, $list:literal, $element:expr) => {{
            let body: SearchBody = parse(body)?;
            if body.search_criteria.is_some() || body.search_filter.is_some() {
                return Err(Answer::invalid(concat!("`", $list, "` cannot be searched by anything here")));
            }
            let request = $request::new(body.instance_id)
                .next_token(body.next_token.filter(|token| token != AGAIN))
                .max_results(body.max_results);
            connect.$method(&request).await.map(|page| list($list, page, $element))
        }};
    }
    Ok(match operation {
        Operation::CreateUser => {
            let body: CreateBody = parse(body)?;
            let request = CreateUser::new(
                instance_id,
                body.username,
                body.routing_profile_id,
                body.security_profile_ids.into_iter().map(Into::into).collect::<SortedSet<_>>(),
            )
            .password(body.password.map(Secret::new))
            .directory_user_id(body.directory_user_id)
            .identity(body.identity_info.map(Identity::from).unwrap_or_default())
            .phone(body.phone_config.map(Into::into))
            .hierarchy_group_id(body.hierarchy_group_id.map(HierarchyGroupId::from))
            .channels(body.channels)
            .tags(body.tags.unwrap_or_default());
            let created = connect.create_user(&request).await;
            created.map(|created| json!({"UserId": created.user_id, "UserArn": created.arn}))
        }
        Operation::DescribeUser => {
            let user = connect.describe_user(&DescribeUser::new(instance_id, user_id)).await;
            user.map(|user| json!({"User": described(&user)}))
        }
        Operation::DeleteUser => done(connect.delete_user(&DeleteUser::new(instance_id, user_id)).await),
        Operation::ListUsers => page!(list_users, ListUsers::new(instance_id), "UserSummaryList", listed),
        Operation::SearchUsers => {
            let body: SearchBody = parse(body)?;
            let unsupported = || Answer::invalid("a search condition is empty, or not supported here");
            let condition = body.search_criteria.map(|criteria| criteria.condition().ok_or_else(unsupported));
            let tags = body.search_filter.map(|filter| filter.tags().ok_or_else(unsupported));
            let request = SearchUsers::new(body.instance_id)
                .condition(condition.transpose()?)
                .tags(tags.transpose()?.unwrap_or_default())
                .next_token(body.next_token.filter(|token| token != AGAIN))
                .max_results(body.max_results);
            connect.search_users(&request).await.map(|page| list("Users", page, found))
        }
        Operation::UpdateUserIdentityInfo => {
            let body: UpdateBody = parse(body)?;
            let info = body.identity_info.ok_or_else(|| Answer::invalid("`IdentityInfo` is required"))?;
            update!(update_user_identity_info, UpdateUserIdentityInfo, info)
        }
        Operation::UpdateUserPhoneConfig => {
            let body: UpdateBody = parse(body)?;
            let config = body.phone_config.ok_or_else(|| Answer::invalid("`PhoneConfig` is required"))?;
            update!(update_user_phone_config, UpdateUserPhoneConfig, config)
        }
        Operation::UpdateUserConfig => {
            let body: UpdateBody = parse(body)?;
            update!(update_user_config, UpdateUserConfig, body.channels)
        }
        Operation::UpdateUserRoutingProfile => {
            let body: UpdateBody = parse(body)?;
            update!(update_user_routing_profile, UpdateUserRoutingProfile, body.routing_profile_id)
        }
        Operation::UpdateUserSecurityProfiles => {
            let body: UpdateBody = parse(body)?;
            let ids: SortedSet<_> = body.security_profile_ids.into_iter().map(Into::into).collect();
            update!(update_user_security_profiles, UpdateUserSecurityProfiles, ids)
        }
        Operation::UpdateUserHierarchy => {
            let body: UpdateBody = parse(body)?;
            let id = body.hierarchy_group_id.map(HierarchyGroupId::from);
            update!(update_user_hierarchy, UpdateUserHierarchy, id)
        }
        Operation::AssociateUserProficiencies => {
            let levels = proficiencies(parse::<UpdateBody>(body)?.user_proficiencies);
            update!(associate_user_proficiencies, AssociateUserProficiencies, levels)
        }
        Operation::DisassociateUserProficiencies => {
            let levels = proficiencies(parse::<UpdateBody>(body)?.user_proficiencies);
            let keys: BTreeSet<_> = levels.into_keys().collect();
            update!(disassociate_user_proficiencies, DisassociateUserProficiencies, keys)
        }
        Operation::UpdateUserProficiencies => {
            let levels = proficiencies(parse::<UpdateBody>(body)?.user_proficiencies);
            update!(update_user_proficiencies, UpdateUserProficiencies, levels)
        }
        Operation::ListUserProficiencies => {
            let request = ListUserProficiencies::new(instance_id, user_id);
            page!(list_user_proficiencies, request, "UserProficiencyList", proficiency)
        }
        Operation::TagResource => {
            let tags = parse::<UpdateBody>(body)?.tags;
            done(connect.tag_resource(&TagResource::new(segment(1), tags)).await)
        }
        Operation::UntagResource => {
            let keys = query(uri, "tagKeys").into_iter().collect::<BTreeSet<_>>();
            done(connect.untag_resource(&UntagResource::new(segment(1), keys)).await)
        }
        Operation::DescribeInstance => {
            let instance = connect.describe_instance(&DescribeInstance::new(instance_id)).await;
            instance.map(|instance| {
                json!({"Instance": {
                    "Id": instance.instance_id, "IdentityManagementType": instance.identity_management,
                }})
            })
        }
        Operation::ListRoutingProfiles => {
            let request = ListRoutingProfiles::new(instance_id);
            page!(list_routing_profiles, request, "RoutingProfileSummaryList", named)
        }
        Operation::ListSecurityProfiles => {
            let request = ListSecurityProfiles::new(instance_id);
            page!(list_security_profiles, request, "SecurityProfileSummaryList", named)
        }
        Operation::SearchUserHierarchyGroups => found!(
            search_user_hierarchy_groups,
            SearchUserHierarchyGroups,
            "UserHierarchyGroups",
            hierarchy_group
        ),
        Operation::SearchQuickConnects => {
            found!(search_quick_connects, SearchQuickConnects, "QuickConnects", quick_connect_of)
        }
        Operation::SearchPredefinedAttributes => found!(
            search_predefined_attributes,
            SearchPredefinedAttributes,
            "PredefinedAttributes",
            predefined_attribute
        ),
        Operation::ListTrafficDistributionGroups => {
            let request =
                ListTrafficDistributionGroups::new(query(uri, "instanceId").pop().unwrap_or_default());
            page!(list_traffic_distribution_groups, request, "TrafficDistributionGroupSummaryList", named)
        }
        Operation::ListTrafficDistributionGroupUsers => {
            // The request names no instance.
            let request = ListTrafficDistributionGroupUsers::new("", segment(1));
            let user = |id: &UserId| json!({"UserId": id});
            page!(
                list_traffic_distribution_group_users,
                request,
                "TrafficDistributionGroupUserSummaryList",
                user
            )
        }
        Operation::ListWorkspaces => {
            page!(list_workspaces, ListWorkspaces::new(instance_id), "WorkspaceSummaryList", named)
        }
        Operation::SearchWorkspaceAssociations => found!(
            search_workspace_associations,
            SearchWorkspaceAssociations,
            "WorkspaceAssociations",
            workspace_association
        ),
        Operation::DeleteAllEntitySessions => {
            let SessionsBody { instance_id, entity_id, entity_type } = parse(body)?;
            if entity_type != "USER" {
                return Err(Answer::invalid("`EntityType` must be `USER`"));
            }
            let request = DeleteAllEntitySessions::new(instance_id, entity_id);
            done(connect.delete_all_entity_sessions(&request).await)
        }
        Operation::DeleteQuickConnect => {
            let request = DeleteQuickConnect::new(instance_id, segment(2));
            done(connect.delete_quick_connect(&request).await)
        }
        _ => return Err(Answer::unknown()),
    })
}
