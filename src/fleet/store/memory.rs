//! A store in memory, for tests and for hosts that keep states elsewhere.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{
    entry::{Entry, StoreChange},
    error::StoreError,
    state_store::StateStore,
};

/// A store in memory, for tests and for hosts that keep states elsewhere.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: Mutex<BTreeMap<String, Entry>>,
}

impl MemoryStore {
    /// Creates a store with these entries.
    pub fn new(entries: impl IntoIterator<Item = (String, Entry)>) -> Self {
        Self { entries: Mutex::new(entries.into_iter().collect()) }
    }

    /// Returns all entries.
    pub fn entries(&self) -> BTreeMap<String, Entry> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl StateStore for MemoryStore {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        Ok(self.lock().get(name).cloned())
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let entries = self.lock();
        let page = entries.range::<str, _>((start, Bound::Unbounded)).take(limit);
        Ok(page.map(|(name, entry)| (name.clone(), entry.clone())).collect())
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        let mut entries = self.lock();
        for change in changes {
            change.clone().make(&mut entries);
        }
        Ok(())
    }
}
