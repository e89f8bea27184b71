//! Reading everybody, whoever manages them.

use futures_util::{StreamExt, stream};

use super::{RefreshOptions, Strategy};
use crate::{
    apply::read,
    client::{
        ClientError, ClientResult, ConnectClient, FoundUser, UserDescription, list_all_users,
        search_all_users,
    },
    user::{Identity, InstanceId, PropertySet, UserId, UserState},
};

/// Everybody in an instance.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Everybody {
    /// The users, in the order of their names. Nothing is recorded of them yet.
    pub users: Vec<UserState>,
    /// Users who could not be read, and why.
    pub failed: Vec<(UserId, ClientError)>,
}

/// Reads every user of an instance, to be written into a program or to be recorded.
///
/// With [`Strategy::Search`] that is a call per 500 users, and e-mail addresses, mobile numbers and
/// proficiencies are left out. Otherwise it is a call per 1,000, and two for each user, which at the default
/// quota of two calls a second takes 83 minutes for 10,000 users.
///
/// # Errors
///
/// Where the instance cannot be listed or searched.
pub async fn read_all(
    instance: &InstanceId,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
) -> ClientResult<Everybody> {
    let mut all = Everybody::default();
    if options.strategy == Strategy::Search {
        let found = search_all_users(client, instance, None).await?;
        all.users = found.into_iter().filter_map(|user| state(user, instance)).collect();
    } else {
        let listed = list_all_users(client, instance).await?;
        let one = |user: UserId| async move { (read(client, instance, &user).await, user) };
        let ids = listed.into_iter().map(|user| user.user_id);
        let mut reads = stream::iter(ids).map(one).buffer_unordered(options.parallelism.get());
        while let Some((read, user)) = reads.next().await {
            match read {
                Ok(state) => all.users.extend(state),
                Err(error) => all.failed.push((user, error)),
            }
        }
    }
    all.users.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

/// A user as a search has found it; `None` where it has no routing profile, which no user is without.
fn state(found: FoundUser, instance: &InstanceId) -> Option<UserState> {
    let description = UserDescription {
        user_id: found.user_id,
        arn: found.arn,
        name: found.name,
        directory_user_id: found.directory_user_id,
        identity: Identity {
            first_name: found.first_name,
            last_name: found.last_name,
            ..Identity::default()
        },
        phone: found.phone,
        routing_profile_id: found.routing_profile_id?,
        security_profile_ids: found.security_profile_ids,
        hierarchy_group_id: found.hierarchy_group_id,
        channels: found.channels,
        tags: found.tags,
        last_modified_time: None,
        last_modified_region: None,
        unrecognised: found.unrecognised,
    };
    let mut state = description.into_state(instance.clone(), None);
    state.record.unread = PropertySet::NOT_IN_SEARCH;
    Some(state)
}
