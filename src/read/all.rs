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

/// Everybody in an instance.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Everybody {
    /// The users, in the order of their names. Nothing is recorded of them yet.
    pub users: Vec<UserState>,
    /// Users who could not be read, and why.
    pub failed: Vec<(UserId, ClientError)>,
    /// What was not read of the users, and why.
    pub unchecked: Vec<Diagnostic>,
}

/// Reads every user of an instance, to be written into a program or to be recorded.
///
/// With [`Strategy::Search`] that is a call per 500 users, and e-mail addresses, mobile numbers and
/// proficiencies are left out. Otherwise it is a call per 1,000, and two for each user, which at the default
/// quota of two calls a second takes 83 minutes for 10,000 users. Where proficiencies may not be listed, they
/// are left out too.
///
/// # Errors
///
/// Where the instance cannot be listed or searched.
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
