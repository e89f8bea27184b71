//! Finding a user by its name, in a service whose search lags behind its list, and both behind creating.

use super::{shared_lists::SharedLists, user::read};
use crate::{
    client::{ClientResult, ConnectClient, ErrorKind, SearchUsers, all_pages},
    user::{InstanceId, Operation, Property, UserId, UserState},
};

/// Finds a user by its exact name; upper and lower case differ.
///
/// The service's search lags behind its list. If the search finds no user, `thorough` lists every user of the
/// instance too, a call per 1,000 users. A caller that may not search gets the list in any case.
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

/// Whom one look has found.
#[derive(Debug, Default)]
pub(crate) struct Sighting {
    /// The users of that name who can be read.
    pub(crate) users: Vec<UserState>,
    /// Whether somebody has the name who cannot be read yet, or no longer.
    pub(crate) is_unreadable: bool,
    /// What the caller may not do, and was done without.
    pub(crate) denied: Vec<Operation>,
}

/// Looks once: those of `freed` are not looked at, and a list is one that others may share.
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
            // Whoever may search and not list has what the search says.
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
            // Renamed since the search was brought up to date.
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
