//! Reads all users of an instance, managed or not.

use futures_util::{StreamExt, stream};

use super::{
    failures::failures,
    filter::Filter,
    found::to_state,
    options::{RefreshOptions, Strategy},
    source::{Cache, Source},
};
use crate::{
    client::{ClientError, ClientResult, ConnectClient, FoundUser, all_pages},
    user::{Diagnostic, InstanceId, UserId, UserState},
};

/// Users of an instance, as they were read.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Everybody {
    /// The users, ordered by name. No property of them is recorded as managed.
    pub users: Vec<UserState>,
    /// The users that could not be read, each with the error.
    pub failed: Vec<(UserId, ClientError)>,
    /// Diagnostics about properties that were not read, with the reason, and about a filter that matches no user.
    pub unchecked: Vec<Diagnostic>,
}

impl Everybody {
    /// Returns why users could not be read: one error for each cause.
    pub fn failures(&self) -> Vec<Diagnostic> {
        failures(self.failed.iter().map(|(user, error)| (user.as_str(), error)))
    }
}

/// Reads every user of an instance, for example to write a program of them or to record them.
///
/// [`Strategy::Search`] makes one call per 500 users, and does not read e-mail addresses, mobile numbers and
/// proficiencies. All other strategies make one call per 1,000 users and two for each user, which takes 83 minutes for
/// 10,000 users at the default quota of two calls per second. Proficiencies are left out, too, if the caller is not
/// allowed to list them.
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
    let source = Source::new(instance, client, options, &cache);
    if options.strategy == Strategy::Search {
        let found = source.found().await?;
        return Ok(take(&source, found.iter()).await);
    }
    let ids = source.listed().await?.ids().collect();
    Ok(read_each(&source, ids, Everybody::default()).await)
}

/// Reads the users of an instance that match a filter: a search finds them, and only they are read. An empty filter
/// matches all users, as in [`read_all`]. Names in the filter must be replaced before, with [`Filter::in_instances`].
///
/// # Errors
///
/// [`ClientError`] if the instance cannot be searched.
pub async fn read_matching(
    instance: &InstanceId,
    filter: &Filter,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
) -> ClientResult<Everybody> {
    if filter.is_empty() {
        return read_all(instance, client, options).await;
    }
    let cache = Cache::default();
    let source = Source::new(instance, client, options, &cache);
    let mut all = match options.strategy {
        Strategy::Search => {
            let found = all_pages(client, filter.request(instance.to_bare())).await?;
            take(&source, &found).await
        }
        _ => {
            let ids = filter.find(instance, client).await?.into_iter().collect();
            read_each(&source, ids, Everybody::default()).await
        }
    };
    all.users.retain(|user| filter.holds(user));
    Ok(all)
}

/// Reads these users of an instance, with two calls for each, whatever the strategy. Users that no longer exist are
/// left out.
pub async fn read_users(
    instance: &InstanceId,
    users: Vec<UserId>,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
) -> Everybody {
    let cache = Cache::default();
    let source = Source::new(instance, client, options, &cache);
    read_each(&source, users, Everybody::default()).await
}

/// Takes users from the results of a search. Users with incomplete results are read.
async fn take(source: &Source<'_>, found: impl IntoIterator<Item = &FoundUser>) -> Everybody {
    let (mut all, mut alone) = (Everybody::default(), Vec::new());
    for found in found {
        match to_state(found, source.instance, None) {
            Some(state) => all.users.push(state),
            None => alone.push(found.user_id.clone()),
        }
    }
    read_each(source, alone, all).await
}

/// Reads each of these users, and adds them to `all`.
async fn read_each(source: &Source<'_>, users: Vec<UserId>, mut all: Everybody) -> Everybody {
    let one = |user: UserId| async move { (source.read_new(&user).await, user) };
    let mut reads = stream::iter(users).map(one).buffer_unordered(source.options.parallelism.get());
    while let Some((read, user)) = reads.next().await {
        match read {
            Ok(state) => all.users.extend(state),
            Err(error) => all.failed.push((user, error)),
        }
    }
    all.unchecked.extend(source.unchecked());
    all.users.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    all
}
