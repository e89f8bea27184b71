//! Finds a user by its user name. In the service, the search lags behind the list, and both lag behind creation.

use super::{shared_lists::SharedLists, user::read};
use crate::{
    client::{ClientResult, ConnectClient, ErrorKind, SearchUsers, all_pages},
    user::{InstanceId, Operation, Property, UserId, UserState},
};

/// Finds a user by its exact, case-sensitive user name.
///
/// The search of the service lags behind its list. If the search finds no user and `thorough` is set, all users of the
/// instance are listed, too: one call per 1,000 users. If the caller is not allowed to search, the list is always used.
///
/// # Errors
///
/// Any [`ClientError`](crate::client::ClientError).
pub async fn find_by_name(
    client: &dyn ConnectClient,
    instance: &InstanceId,
    name: &str,
    thorough: bool,
) -> ClientResult<Option<UserState>> {
    let found = sight(client, instance, name, &[], thorough, &SharedLists::default()).await?;
    Ok(found.users.into_iter().next())
}

/// The result of one lookup.
#[derive(Debug, Default)]
pub(crate) struct Sighting {
    /// The users with that name that can be read.
    pub(crate) users: Vec<UserState>,
    /// Whether there is a user with that name that cannot be read yet, or no longer.
    pub(crate) is_unreadable: bool,
    /// The operations that the caller is not allowed to call, and that were skipped.
    pub(crate) denied: Vec<Operation>,
}

/// Looks a name up once. Users in `freed` are ignored; a list of users is shared with other lookups at the same time.
pub(crate) async fn sight(
    client: &dyn ConnectClient,
    instance: &InstanceId,
    name: &str,
    freed: &[UserId],
    thorough: bool,
    lists: &SharedLists,
) -> ClientResult<Sighting> {
    let mut sighting = Sighting::default();
    let mut seen: Vec<UserId> = freed.to_vec();
    let searched = match all_pages(client, SearchUsers::new(instance.clone()).name(name.to_owned())).await {
        Ok(found) => Some(found),
        Err(error) if error.kind() == ErrorKind::AccessDenied => {
            sighting.denied.push(Operation::SearchUsers);
            None
        }
        Err(error) => return Err(error),
    };
    let may_search = searched.is_some();
    for user in searched.into_iter().flatten().filter(|user| user.name == name) {
        sighting.read(client, instance, user.user_id, name, &mut seen).await?;
    }
    if sighting.users.is_empty() && (thorough || !may_search) {
        let listed = match lists.named(client, instance, name).await {
            Ok(listed) => listed,
            // If the caller may search but not list, use the results of the search.
            Err(error) if error.kind() == ErrorKind::AccessDenied && may_search => {
                sighting.denied.push(Operation::ListUsers);
                return Ok(sighting);
            }
            Err(error) => return Err(error),
        };
        for user in listed {
            sighting.read(client, instance, user, name, &mut seen).await?;
        }
    }
    Ok(sighting)
}

impl Sighting {
    async fn read(
        &mut self,
        client: &dyn ConnectClient,
        instance: &InstanceId,
        id: UserId,
        name: &str,
        seen: &mut Vec<UserId>,
    ) -> ClientResult<()> {
        if seen.contains(&id) {
            return Ok(());
        }
        match read(client, instance, &id).await? {
            // The user was renamed, and the search is not up to date.
            Some(state) if state.name != name => {}
            Some(state) => {
                if state.record.unread.contains(Property::UserProficiencies) {
                    self.denied.push(Operation::ListUserProficiencies);
                }
                self.users.push(state);
            }
            None => self.is_unreadable = true,
        }
        seen.push(id);
        Ok(())
    }
}
