//! Deletes a user, and the quick connects that lead to it.

use super::{failed::ApplyError, options::ApplyOptions, quick_connects::QuickConnectIndex};
use crate::{
    client::{
        ClientError, ClientResult, ConnectClient, DeleteAllEntitySessions, DeleteQuickConnect, DeleteUser,
        Effect, ErrorKind, SearchQuickConnects, all_pages,
    },
    read::{describe, find_instance, is_gone},
    user::{InstanceId, Replaced},
};

/// Why the deletion of a user is not certain.
pub(super) struct NotDeleted {
    pub(super) error: ApplyError,
    /// Whether the user may be deleted nevertheless.
    pub(super) is_uncertain: bool,
}

/// Deletes a user; a user that is gone counts as deleted.
pub(super) async fn delete_user(
    client: &dyn ConnectClient,
    user: &Replaced,
    options: &ApplyOptions<'_>,
) -> Result<(), NotDeleted> {
    let request = DeleteUser { instance_id: user.instance_id.clone(), user_id: user.user_id.clone() };
    let mut pauses = options.pauses();
    let error = loop {
        match client.delete_user(&request).await {
            Ok(()) => return Ok(()),
            // The user is not visible yet: deletions see a new user as late as reads do.
            Err(error) if is_gone(&error) && options.is_recent(user.created) => match pauses.next() {
                Some(pause) => options.pause(pause).await,
                None => break error,
            },
            Err(error) => break error,
        }
    };
    if is_gone(&error) {
        check_instance(client, &user.instance_id, &user.name, options).await?;
        return match options.is_recent(user.created) {
            true => {
                let error = ApplyError::NotVisible { name: user.name.clone(), source: error };
                Err(NotDeleted { error, is_uncertain: true })
            }
            false => Ok(()),
        };
    }
    if error.effect() != Effect::Unknown {
        return Err(error.into());
    }
    // Only reading the user shows whether it was deleted.
    match describe(client, &user.instance_id, &user.user_id).await {
        Ok(None) if !options.is_recent(user.created) => {
            let checked = check_instance(client, &user.instance_id, &user.name, options).await;
            checked.map_err(|error| NotDeleted { error, is_uncertain: true })
        }
        Ok(Some(_)) => Err(error.into()),
        _ => Err(NotDeleted { error: error.into(), is_uncertain: true }),
    }
}

/// Checks that the instance exists: a user that is not found is gone only if its instance is found.
pub(super) async fn check_instance(
    client: &dyn ConnectClient,
    instance: &InstanceId,
    name: &str,
    options: &ApplyOptions<'_>,
) -> Result<(), ApplyError> {
    match find_instance(client, instance).await {
        Ok(denied) => {
            if let Some(denied) = denied {
                options.did_without(denied.operation());
            }
            Ok(())
        }
        Err(source) if source.kind() == ErrorKind::AccessDenied => {
            Err(ApplyError::InstanceNotChecked { name: name.to_owned(), source })
        }
        Err(source) => Err(source.into()),
    }
}

/// Ends the sessions of a user. A deleted user cannot be found; a new user may be found later.
pub(super) async fn sign_out(
    client: &dyn ConnectClient,
    user: &Replaced,
    options: &ApplyOptions<'_>,
) -> Result<(), ApplyError> {
    let request = DeleteAllEntitySessions::new(user.instance_id.clone(), user.user_id.clone());
    let mut pauses = options.pauses();
    loop {
        match client.delete_all_entity_sessions(&request).await {
            Err(error) if is_gone(&error) && options.is_recent(user.created) => match pauses.next() {
                Some(pause) => options.pause(pause).await,
                None => return Err(ApplyError::NotVisible { name: user.name.clone(), source: error }),
            },
            Err(error) if !is_gone(&error) => return Err(error.into()),
            _ => return Ok(()),
        }
    }
}

/// Deletes the quick connects that lead to a user.
pub(super) async fn delete_quick_connects(
    client: &dyn ConnectClient,
    user: &Replaced,
    options: &ApplyOptions<'_>,
) -> ClientResult<()> {
    let found = match options.quick_connects.and_then(|index| index.of(user)) {
        Some(found) => found,
        None => {
            let all = all_pages(client, SearchQuickConnects::new(user.instance_id.clone())).await?;
            QuickConnectIndex::new(&user.instance_id, all).of(user).unwrap_or_default()
        }
    };
    for quick_connect_id in found {
        let request = DeleteQuickConnect { instance_id: user.instance_id.clone(), quick_connect_id };
        match client.delete_quick_connect(&request).await {
            Err(error) if !is_gone(&error) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

impl From<ApplyError> for NotDeleted {
    fn from(error: ApplyError) -> Self {
        Self { error, is_uncertain: false }
    }
}

impl From<ClientError> for NotDeleted {
    fn from(error: ClientError) -> Self {
        ApplyError::from(error).into()
    }
}
