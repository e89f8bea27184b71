//! Looks for a user by its name for a while: both search and list show a new user with a delay.

use std::time::Duration;

use super::options::ApplyOptions;
use crate::{
    client::{ClientError, ConnectClient},
    read::{SharedLists, Sighting, sight},
    user::{InstanceId, UserId, UserState},
};

/// The result of looking for a while.
#[derive(Debug)]
pub(super) enum Looked {
    /// These users have the name.
    Found(Vec<UserState>),
    /// No user has the name.
    NotFound,
    /// A user may have the name but cannot be read yet, or the lookup failed.
    Unsure(Option<ClientError>),
}

/// Looks until a user with the name is found, apart from `freed` users, or until the pauses end. Tells the observer
/// which calls were not allowed.
pub(super) async fn look_for(
    client: &dyn ConnectClient,
    instance: &InstanceId,
    name: &str,
    freed: &[UserId],
    mut pauses: impl Iterator<Item = Duration> + Send,
    options: &ApplyOptions<'_>,
) -> Looked {
    let own = SharedLists::default();
    let lists = options.lists.unwrap_or(&own);
    loop {
        let sighting = sight(client, instance, name, freed, true, lists).await;
        for operation in sighting.iter().flat_map(|sighting| &sighting.denied) {
            options.did_without(*operation);
        }
        let looked = match sighting {
            Ok(Sighting { users, .. }) if !users.is_empty() => return Looked::Found(users),
            Ok(Sighting { is_unreadable: false, .. }) => Looked::NotFound,
            Ok(_) => Looked::Unsure(None),
            Err(error) if !error.is_retryable() => return Looked::Unsure(Some(error)),
            Err(error) => Looked::Unsure(Some(error)),
        };
        match pauses.next() {
            Some(pause) => options.pause(pause).await,
            None => return looked,
        }
    }
}
