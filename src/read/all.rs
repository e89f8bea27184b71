//! Reading everybody, whoever manages them.

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

/// All users of an instance.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Everybody {
    /// The users, ordered by name. No property of them is recorded as managed.
    pub users: Vec<UserState>,
    /// The users that could not be read, each with the error.
    pub failed: Vec<(UserId, ClientError)>,
    /// What was not read of the users, and why, or that the filter means nobody: a diagnostic each.
    pub unchecked: Vec<Diagnostic>,
}

impl Everybody {
    /// Why users could not be read, an error for each cause.
    pub fn failures(&self) -> Vec<Diagnostic> {
        failures(self.failed.iter().map(|(user, error)| (user.as_str(), error)))
    }
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
    let source = Source::new(instance, client, options, &cache);
    if options.strategy == Strategy::Search {
        let found = source.found().await?;
        return Ok(take(&source, found.iter()).await);
    }
    let ids = source.listed().await?.ids().collect();
    Ok(read_each(&source, ids, Everybody::default()).await)
}

/// Reads the users of an instance that a filter means, as [`read_all`] reads everybody, which an empty filter means: a
/// search finds them, and only they are read. Names in it are looked up before, by [`Filter::in_instances`].
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

/// Reads these users of an instance, two calls each, whatever the strategy: those that are gone are left out.
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

/// Takes users as a search has found them; those of whom it tells too little are read.
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

/// Reads each of these users, and adds them to the others.
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
