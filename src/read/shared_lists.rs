//! Lists of users, shared by lookups that run at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::lock::Mutex as Turn;

use super::once::{Once, turn};
use crate::{
    client::{ClientResult, ConnectClient, ListUsers, all_pages},
    user::{InstanceId, UserId},
};

/// The users of an instance, by user name. A name that was just freed may be listed twice.
type Names = HashMap<String, Vec<UserId>>;

/// The lists of instances. After an outage, many users are looked up at the same time, and a list of 100,000 users
/// needs 100 calls.
#[derive(Debug, Default)]
pub(crate) struct SharedLists(Mutex<HashMap<InstanceId, Arc<Lists>>>);

/// The lists of one instance, one after the other.
#[derive(Debug, Default)]
struct Lists {
    /// The next list, for new lookups: a list in progress may already be past the position of a new user.
    next: Mutex<Arc<Once<Names>>>,
    under_way: Turn<()>,
}

impl SharedLists {
    /// Returns the users with a name, from a list that begins after this call.
    pub(super) async fn named(
        &self,
        client: &dyn ConnectClient,
        instance: &InstanceId,
        name: &str,
    ) -> ClientResult<Vec<UserId>> {
        let lists = lock(&self.0).entry(instance.to_bare()).or_default().clone();
        let own = lock(&lists.next).clone();
        let list = || async {
            // If the deadline of the caller has passed, no call is sent to the service.
            let _turn = turn(&lists.under_way).await;
            {
                let mut next = lock(&lists.next);
                if Arc::ptr_eq(&own, &next) {
                    *next = Arc::default();
                }
            }
            let mut names = Names::new();
            for user in all_pages(client, ListUsers::new(instance.clone())).await? {
                names.entry(user.name).or_default().push(user.user_id);
            }
            Ok(names)
        };
        let names = own.get_or_try(list).await?;
        Ok(names.get(name).cloned().unwrap_or_default())
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
