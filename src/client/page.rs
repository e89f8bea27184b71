//! All pages of a list.

use std::collections::HashSet;

use super::{
    ClientError, ClientResult, ConnectClient, ErrorKind, FoundUser, HierarchyGroupEntry, ListRoutingProfiles,
    ListSecurityProfiles, ListUserProficiencies, ListUsers, ListedUser, NamedResource, Page,
    QuickConnectSummary, SearchQuickConnects, SearchUserHierarchyGroups, SearchUsers,
};
use crate::user::{InstanceId, Operation, Proficiencies, ProficiencyKey, UserId};

/// Collects what the pages hold, and refuses a token that comes back: it would never end.
macro_rules! all_pages {
    ($client:expr, $method:ident, $operation:expr, $request:expr) => {{
        let mut request = $request;
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        loop {
            let Page { items: page, next_token } = $client.$method(&request).await?;
            items.extend(page);
            match next_token {
                None => break Ok(items),
                Some(token) if seen.insert(token.clone()) => request.next_token = Some(token),
                Some(_) => {
                    break Err(ClientError::new($operation, ErrorKind::InvalidResponse)
                        .with_message("the service repeats a page"));
                }
            }
        }
    }};
}

/// Every user of an instance by id, name and time of change: a call per 1,000 users.
///
/// # Errors
///
/// The first call that fails.
pub async fn list_all_users(
    client: &dyn ConnectClient,
    instance: &InstanceId,
) -> ClientResult<Vec<ListedUser>> {
    let request = ListUsers { instance_id: instance.clone(), next_token: None, max_results: None };
    all_pages!(client, list_users, Operation::ListUsers, request)
}

/// Every user of an instance, or those of one name, with most of their settings: a call per 500.
///
/// # Errors
///
/// The first call that fails.
pub async fn search_all_users(
    client: &dyn ConnectClient,
    instance: &InstanceId,
    name: Option<&str>,
) -> ClientResult<Vec<FoundUser>> {
    let request = SearchUsers {
        instance_id: instance.clone(),
        name: name.map(str::to_owned),
        next_token: None,
        max_results: None,
    };
    all_pages!(client, search_users, Operation::SearchUsers, request)
}

/// Every proficiency of a user.
///
/// # Errors
///
/// The first call that fails.
pub async fn list_all_proficiencies(
    client: &dyn ConnectClient,
    instance: &InstanceId,
    user: &UserId,
) -> ClientResult<Proficiencies> {
    let request =
        ListUserProficiencies { instance_id: instance.clone(), user_id: user.clone(), next_token: None };
    let items: ClientResult<Vec<(ProficiencyKey, u8)>> =
        all_pages!(client, list_user_proficiencies, Operation::ListUserProficiencies, request);
    Ok(items?.into_iter().collect())
}

/// Every routing profile of an instance by id and name: a call per 1,000.
///
/// # Errors
///
/// The first call that fails.
pub async fn list_all_routing_profiles(
    client: &dyn ConnectClient,
    instance: &InstanceId,
) -> ClientResult<Vec<NamedResource>> {
    let request = ListRoutingProfiles { instance_id: instance.clone(), next_token: None, max_results: None };
    all_pages!(client, list_routing_profiles, Operation::ListRoutingProfiles, request)
}

/// Every security profile of an instance by id and name: a call per 1,000.
///
/// # Errors
///
/// The first call that fails.
pub async fn list_all_security_profiles(
    client: &dyn ConnectClient,
    instance: &InstanceId,
) -> ClientResult<Vec<NamedResource>> {
    let request = ListSecurityProfiles { instance_id: instance.clone(), next_token: None, max_results: None };
    all_pages!(client, list_security_profiles, Operation::ListSecurityProfiles, request)
}

/// Every group of an instance's agent hierarchy, with the names that lead to it: a call per 100.
///
/// # Errors
///
/// The first call that fails.
pub async fn list_all_hierarchy_groups(
    client: &dyn ConnectClient,
    instance: &InstanceId,
) -> ClientResult<Vec<HierarchyGroupEntry>> {
    let request =
        SearchUserHierarchyGroups { instance_id: instance.clone(), next_token: None, max_results: None };
    all_pages!(client, search_user_hierarchy_groups, Operation::SearchUserHierarchyGroups, request)
}

/// Every quick connect of an instance that leads to a user.
///
/// # Errors
///
/// The first call that fails.
pub async fn search_all_quick_connects(
    client: &dyn ConnectClient,
    instance: &InstanceId,
) -> ClientResult<Vec<QuickConnectSummary>> {
    let request = SearchQuickConnects { instance_id: instance.clone(), next_token: None };
    all_pages!(client, search_quick_connects, Operation::SearchQuickConnects, request)
}
