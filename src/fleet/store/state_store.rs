//! Where a fleet's states are kept.

use std::{collections::BTreeMap, fmt};

use async_trait::async_trait;

use super::{
    entry::{Entry, StoreChange},
    error::StoreError,
};

/// A store of states, by resource name.
///
/// What was committed must be there after a crash at any moment. A state has no password, so a store never
/// gets one.
#[async_trait]
pub trait StateStore: fmt::Debug + Send + Sync {
    /// The entry of a user.
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError>;

    /// Up to `limit` entries, ordered by name, from the first one behind `after`.
    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError>;

    /// Writes all of the changes, or none.
    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError>;
}

/// The number of entries in a page when all are read.
const PAGE: usize = 1_000;

/// Loads all entries.
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
