//! Reading everybody, whoever manages them.

use futures_util::{StreamExt, stream};

use super::{
    found::to_state,
    options::{RefreshOptions, Strategy},
    source::{Cache, Source},
};
use crate::{
    client::{ClientError, ClientResult, ConnectClient},
    user::{Diagnostic, InstanceId, UserId, UserState},
};

/// All users of an instance.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Everybody {
    /// The users, ordered by name. No property of them is recorded as managed.
    pub users: Vec<UserState>,
    /// The users that could not be read, each with the error.
    pub failed: Vec<(UserId, ClientError)>,
    /// What was not read of the users, and why: a diagnostic each.
    pub unchecked: Vec<Diagnostic>,
}

/// Reads every user of an instance, for example to write a program of them or to record them.
///
/// With [`Strategy::Search`] that is a call per 500 users, without e-mail addresses, mobile numbers and
/// proficiencies. Otherwise it is a call per 1,000 users and two for each user, which takes 83 minutes for
/// 10,000 users at the default quota of two calls a second. Proficiencies are left out too where the caller
/// may not list them.
///
/// # Errors
///
/// [`ClientError`] if the instance cannot be listed or searched.
pub async fn read_all(
    instance: &InstanceId,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
) -> ClientResult<Everybody> {
    let cache = Cache::default();
    let source = Source { instance, client, options, cache: &cache };
    let mut all = Everybody::default();
    let mut alone: Vec<UserId> = Vec::new();
    if options.strategy == Strategy::Search {
        for found in source.found().await.map_err(Clone::clone)?.values() {
            match to_state(found, instance, None) {
                Some(state) => all.users.push(state),
                None => alone.push(found.user_id.clone()),
            }
        }
    } else {
        alone.extend(source.listed().await.map_err(Clone::clone)?.ids());
    }
    let one = |user: UserId| async move { (source.read_new(&user).await, user) };
    let mut reads = stream::iter(alone).map(one).buffer_unordered(options.parallelism.get());
    while let Some((read, user)) = reads.next().await {
        match read {
            Ok(state) => all.users.extend(state),
            Err(error) => all.failed.push((user, error)),
        }
    }
    all.unchecked.extend(source.unchecked());
    all.users.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}
