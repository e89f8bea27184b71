//! Where a fleet's states are kept.

use std::{collections::BTreeMap, fmt};

use async_trait::async_trait;

use super::{
    entry::{Change, Entry},
    error::StoreError,
};

/// Where a fleet's states are kept, by the names of the users in the program.
///
/// What a commit has returned is there after a crash at any moment. Passwords are not part of a state, so no
/// store gets to see one.
#[async_trait]
pub trait StateStore: fmt::Debug + Send + Sync {
    /// What is remembered of a user.
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError>;

    /// Up to `limit` users in the order of their names, from the first one behind `after`.
    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError>;

    /// Writes all of the changes, or none of them.
    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError>;
}

/// How many users a page holds when all are read.
const PAGE: usize = 1_000;

/// Everything that is remembered.
///
/// # Errors
///
/// What the store says.
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
