//! Looking for a user by its name for a while: search and list both lag behind creating.

use std::time::Duration;

use super::options::ApplyOptions;
use crate::{
    client::{ClientError, ConnectClient},
    read::{SharedLists, Sighting, sight},
    user::{InstanceId, UserId, UserState},
};

/// What looking for a while has come to.
#[derive(Debug)]
pub(super) enum Looked {
    /// These have the name.
    Found(Vec<UserState>),
    /// Nobody has the name.
    NotFound,
    /// Somebody may have it who cannot be read yet, or nobody can tell.
    Unsure(Option<ClientError>),
}

/// Looks until somebody is found who has the name, apart from those of `freed`, or until the pauses end. What it
/// has to do without, the observer is told.
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
