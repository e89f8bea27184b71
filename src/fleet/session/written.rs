//! A store that a session keeps a copy of.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::super::{Entry, StateStore, StoreChange, StoreError};
use crate::user::Diagnostic;

/// A store whose entries are also in memory: reads take them from there, and commits write both.
pub(super) struct Written<'a> {
    store: &'a dyn StateStore,
    entries: Mutex<&'a mut BTreeMap<String, Entry>>,
}

impl<'a> Written<'a> {
    pub(super) const fn new(store: &'a dyn StateStore, entries: &'a mut BTreeMap<String, Entry>) -> Self {
        Self { store, entries: Mutex::new(entries) }
    }

    fn entries(&self) -> MutexGuard<'_, &'a mut BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Written").field(&self.store).finish()
    }
}

#[async_trait]
impl StateStore for Written<'_> {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        Ok(self.entries().get(name).cloned())
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let entries = self.entries();
        let page = entries.range::<str, _>((from, Bound::Unbounded)).take(limit);
        Ok(page.map(|(name, entry)| (name.clone(), entry.clone())).collect())
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        self.store.commit(changes).await?;
        let mut entries = self.entries();
        for change in changes {
            change.clone().make(&mut entries);
        }
        Ok(())
    }

    async fn warnings(&self) -> Vec<Diagnostic> {
        self.store.warnings().await
    }
}
