//! Whether the name of a user that is deleted before it is created again is free.

use super::{failed::ApplyError, identify::differences, options::ApplyOptions};
use crate::{
    client::{ConnectClient, ErrorKind},
    read::{SharedLists, Sighting, sight},
    user::{CreationAttempt, DesiredUser, Replaced, UserId},
};

/// Checks, before a user is deleted so that it can be created again, that no other user has its new name. Users that the
/// host manages are left out: it frees their names in time. A user that was just deleted may be found for a while.
pub(super) async fn check_new_name(
    client: &dyn ConnectClient,
    user: &Replaced,
    desired: &DesiredUser,
    options: &ApplyOptions<'_>,
) -> Result<(), ApplyError> {
    let (instance, name) = (desired.instance_id(), desired.name());
    if user.name == name && user.instance_id == *instance {
        return Ok(());
    }
    let mut freed: Vec<UserId> = options.freed.to_vec();
    freed.push(user.user_id.clone());
    let own = SharedLists::default();
    let lists = options.lists.unwrap_or(&own);
    let mut pauses = options.pauses();
    loop {
        let found = match sight(client, instance, name, &freed, false, lists).await {
            Ok(Sighting { users, denied, .. }) => {
                denied.iter().for_each(|operation| options.did_without(*operation));
                users
            }
            Err(denied) if denied.kind() == ErrorKind::AccessDenied => {
                options.did_without(denied.operation());
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let mut taken = None;
        for other in found {
            let attempt = CreationAttempt::new(desired, (options.now)());
            let is_adopted = options.adopt_taken && differences(&attempt, &other).is_empty();
            if !is_adopted && !options.is_owned(&other.user_id).await.map_err(ApplyError::Observer)? {
                taken = Some(other);
            }
        }
        let Some(other) = taken else { return Ok(()) };
        match pauses.next() {
            Some(pause) => options.pause(pause).await,
            None => {
                return Err(ApplyError::NewNameTaken { user: user.name.clone(), id: Box::new(other.id()) });
            }
        }
    }
}
