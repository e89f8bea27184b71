//! Reads a single user from the service.

use crate::{
    client::{
        ClientError, ClientResult, ConnectClient, DescribeInstance, DescribeUser, ErrorKind,
        ListUserProficiencies, ListUsers, SearchUsers, UserDescription, whole_list,
    },
    user::{IdentityManagementType, ImportId, InstanceId, Property, Record, UserId, UserState},
};

/// Reads a user with its proficiencies, with two calls. `None` if the user does not exist.
///
/// If the caller is not allowed to list proficiencies, the state says that they were not read.
///
/// # Errors
///
/// Any failure except `NotFound`.
pub async fn read(
    client: &dyn ConnectClient,
    instance: &InstanceId,
    user: &UserId,
) -> ClientResult<Option<UserState>> {
    present(whole(client, instance, user).await)
}

/// Imports an existing user: reads it to manage it from now on, like the import of Pulumi and Terraform.
///
/// No property is recorded as managed yet: properties that the first spec leaves out stay unchanged.
/// [`UserState::to_spec`] returns a spec whose plan is empty. If the caller is not allowed to list proficiencies, the
/// state says that they were not read.
///
/// # Errors
///
/// Any failure; `NotFound` if the user does not exist.
pub async fn import(client: &dyn ConnectClient, id: &ImportId) -> ClientResult<UserState> {
    whole(client, &id.instance, &id.user).await
}

/// Refreshes a user: reads it again, and keeps its record. `None` if the user no longer exists.
///
/// If the caller is not allowed to list proficiencies and none are managed, the state says that they were not read.
///
/// # Errors
///
/// Any failure except `NotFound`.
pub async fn refresh(client: &dyn ConnectClient, known: &UserState) -> ClientResult<Option<UserState>> {
    reread(client, known, true).await
}

/// Reads the identity management type of an instance; `None` for a type that this version does not know.
///
/// # Errors
///
/// Any failure.
pub async fn identity_management(
    client: &dyn ConnectClient,
    instance: &InstanceId,
) -> ClientResult<Option<IdentityManagementType>> {
    let request = DescribeInstance { instance_id: instance.clone() };
    Ok(client.describe_instance(&request).await?.identity_management)
}

/// Checks that an instance exists: in a wrong Region or account, users are not found, either. If the caller is not
/// allowed to describe the instance, its users are listed or searched instead; then the refusal is returned.
///
/// # Errors
///
/// Any failure; `AccessDenied` of `DescribeInstance` if none of the three calls is allowed.
pub(crate) async fn find_instance(
    client: &dyn ConnectClient,
    instance: &InstanceId,
) -> ClientResult<Option<ClientError>> {
    let denied = match identity_management(client, instance).await {
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == ErrorKind::AccessDenied => error,
        Err(error) => return Err(error),
    };
    let (instance_id, max_results) = (instance.clone(), Some(1));
    let list = ListUsers { instance_id: instance_id.clone(), next_token: None, max_results };
    let answer = match client.list_users(&list).await {
        Err(error) if error.kind() == ErrorKind::AccessDenied => {
            let search = SearchUsers::new(instance_id).max_results(max_results);
            client.search_users(&search).await.map(drop)
        }
        answer => answer.map(drop),
    };
    match answer {
        Ok(()) => Ok(Some(denied)),
        Err(error) if error.kind() == ErrorKind::AccessDenied => Err(denied),
        Err(error) => Err(error),
    }
}

/// Reads a user again. Proficiencies need a further call and permission; unless they are requested, they keep their
/// recorded values.
pub(crate) async fn reread(
    client: &dyn ConnectClient,
    known: &UserState,
    proficiencies: bool,
) -> ClientResult<Option<UserState>> {
    let Some(mut state) = described_again(client, known).await? else { return Ok(None) };
    if proficiencies {
        let is_managed = known.record.managed.contains(Property::UserProficiencies);
        match list_proficiencies(client, &mut state).await {
            Ok(Some(denied)) if is_managed => return Err(denied),
            Ok(_) => {}
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(state))
}

/// Reads a user that is not recorded, with its proficiencies.
async fn whole(client: &dyn ConnectClient, instance: &InstanceId, user: &UserId) -> ClientResult<UserState> {
    let request = DescribeUser { instance_id: instance.clone(), user_id: user.clone() };
    let mut state = client.describe_user(&request).await?.into_state(instance.clone(), None);
    list_proficiencies(client, &mut state).await?;
    Ok(state)
}

/// Reads a user without its proficiencies, which keep their recorded values.
pub(crate) async fn described_again(
    client: &dyn ConnectClient,
    known: &UserState,
) -> ClientResult<Option<UserState>> {
    let description = describe(client, &known.instance_id, &known.user_id).await?;
    let recorded = known.properties.proficiencies.clone();
    let read = description.map(|read| read.into_state(known.instance_id.clone(), recorded));
    Ok(read.map(|read| UserState {
        proficiencies_last_modified: known.proficiencies_last_modified.clone(),
        ..with_record(read, known)
    }))
}

/// Reads the proficiencies of a user. If the caller is not allowed to list them, they count as not read, and the
/// refusal is returned.
pub(crate) async fn list_proficiencies(
    client: &dyn ConnectClient,
    state: &mut UserState,
) -> ClientResult<Option<ClientError>> {
    let request = ListUserProficiencies::new(state.instance_id.clone(), state.user_id.clone());
    match whole_list(client, request).await {
        Ok(read) => {
            state.properties.proficiencies = Some(read.items.into_iter().collect());
            state.proficiencies_last_modified = read.last_modified;
            state.record.unread.remove(Property::UserProficiencies);
            Ok(None)
        }
        Err(error) if error.kind() == ErrorKind::AccessDenied => {
            state.record.unread.insert(Property::UserProficiencies);
            Ok(Some(error))
        }
        Err(error) => Err(error),
    }
}

pub(crate) async fn describe(
    client: &dyn ConnectClient,
    instance: &InstanceId,
    user: &UserId,
) -> ClientResult<Option<UserDescription>> {
    let request = DescribeUser { instance_id: instance.clone(), user_id: user.clone() };
    present(client.describe_user(&request).await)
}

/// The result, or `None` if the service answers `NotFound`.
fn present<T>(read: ClientResult<T>) -> ClientResult<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn is_gone(error: &ClientError) -> bool {
    error.kind() == ErrorKind::NotFound
}

/// Combines a state that was read with the record.
pub(crate) fn with_record(read: UserState, known: &UserState) -> UserState {
    let Record { unrecognised, unread, .. } = read.record.clone();
    let record =
        Record { unrecognised, last_written: None, in_progress: false, unread, ..known.record.clone() };
    let mut state = UserState { record, ..read };
    // The service may leave out the ARN, which never changes.
    if state.arn.is_empty() {
        state.arn.clone_from(&known.arn);
    }
    state.record.unfinished.settle(&state.properties);
    state
}
