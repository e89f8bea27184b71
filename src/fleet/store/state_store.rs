//! The contract of a store of states.

use std::{collections::BTreeMap, fmt};

use async_trait::async_trait;

use super::{
    entry::{Entry, StoreChange},
    error::StoreError,
};
use crate::user::Diagnostic;

/// A store of states, by resource name.
///
/// Committed changes must survive a crash at any moment. A state has no password, so a store never gets a password.
///
/// ```
/// use std::{collections::BTreeMap, error::Error, sync::Mutex};
/// use connect_user::{async_trait, fleet::{Entry, StateStore, StoreChange, StoreError}};
///
/// /// A table of the host's database: resource names and JSON.
/// #[derive(Debug, Default)]
/// struct Table(Mutex<BTreeMap<String, String>>);
///
/// fn failed(error: impl Error + Send + Sync + 'static) -> StoreError {
///     StoreError::Other(Box::new(error))
/// }
///
/// #[async_trait]
/// impl StateStore for Table {
///     async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
///         let rows = self.0.lock().expect("not poisoned");
///         rows.get(name).map(|json| serde_json::from_str(json).map_err(failed)).transpose()
///     }
///
///     async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
///         let rows = self.0.lock().expect("not poisoned");
///         let rest = rows.iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
///         let entry = |json: &String| serde_json::from_str(json).map_err(failed);
///         rest.take(limit).map(|(name, json)| Ok((name.clone(), entry(json)?))).collect()
///     }
///
///     async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
///         let mut rows = self.0.lock().expect("not poisoned");
///         let mut changed = rows.clone(); // a transaction
///         for change in changes {
///             match &change.entry {
///                 Some(entry) => {
///                     changed.insert(change.name.clone(), serde_json::to_string(entry).map_err(failed)?);
///                 }
///                 None => drop(changed.remove(&change.name)),
///             }
///         }
///         *rows = changed;
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait StateStore: fmt::Debug + Send + Sync {
    /// Returns the entry of a user; `None` if there is none.
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError>;

    /// Returns up to `limit` entries, ordered by name, from the first one behind `after`.
    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError>;

    /// Writes all of the changes, or none.
    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError>;

    /// Begins an apply: until [`unlock`](Self::unlock), commits of other runs must fail, because calls are in progress
    /// whose outcome is to be recorded. An apply locks the store before its first call. Default: does nothing, for
    /// stores that other runs cannot write anyway while they are open.
    ///
    /// # Errors
    ///
    /// [`StoreError::Leased`] while another run has locked the store, [`StoreError::Changed`] if another run has
    /// written the store since it was read: the apply does not begin.
    async fn lock(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Ends an apply. Default: does nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store stays locked.
    async fn unlock(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Returns warnings about the store that are not errors of a commit: an apply reports them at its end. Default:
    /// none.
    async fn warnings(&self) -> Vec<Diagnostic> {
        Vec::new()
    }
}

/// The number of entries in a page when all are read.
const PAGE: usize = 1_000;

/// Copies all entries of the store `from` to the store `to`, which must be empty, or have the same entries from a
/// migration that was stopped. Returns the number of users. `from` is locked meanwhile, and stays as it is.
///
/// # Errors
///
/// [`StoreError::NotEmpty`] if `to` has other entries; other errors of the stores.
pub async fn migrate(from: &dyn StateStore, to: &dyn StateStore) -> Result<usize, StoreError> {
    from.lock().await?;
    let copied = copy(from, to).await;
    let unlocked = from.unlock().await;
    copied.and_then(|count| unlocked.map(|()| count))
}

async fn copy(from: &dyn StateStore, to: &dyn StateStore) -> Result<usize, StoreError> {
    let entries = load_all(from).await?;
    if !to.page(None, 1).await?.is_empty() {
        // All entries are written at once, so that a migration that was stopped has written all of them.
        return if load_all(to).await? == entries { Ok(entries.len()) } else { Err(StoreError::NotEmpty) };
    }
    let changes: Vec<StoreChange> =
        entries.into_iter().map(|(name, entry)| StoreChange::put(name, entry)).collect();
    to.commit(&changes).await?;
    Ok(changes.len())
}

/// Loads all entries of a store.
///
/// # Errors
///
/// [`StoreError`] of the store.
pub async fn load_all(store: &dyn StateStore) -> Result<BTreeMap<String, Entry>, StoreError> {
    let mut all = BTreeMap::new();
    loop {
        let after = all.last_key_value().map(|(name, _): (&String, &Entry)| name.clone());
        let page = store.page(after.as_deref(), PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
