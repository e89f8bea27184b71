//! A store that records what a bulk edit changes, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::edits::PropertyEdits;
use crate::{
    async_trait,
    fleet::{Entry, StateStore, StoreChange, StoreError},
    user::{Diagnostic, Path, Property, Tags, UserState},
};

/// A store for the session of a [`BulkEdit`](super::BulkEdit) that is applied at once. All that the edits do not set
/// stays as it was recorded: what somebody else has changed outside the program is still drift after the edit, for the
/// users that are edited, too.
///
/// Do not [save](crate::fleet::Session::save) a plan of such a session: it is made from what was found, which is not
/// recorded.
#[derive(Debug)]
pub struct EditedStore<'a> {
    store: &'a dyn StateStore,
    recorded: BTreeMap<String, Arc<UserState>>,
    edits: &'a PropertyEdits,
}

impl<'a> EditedStore<'a> {
    /// Returns the store for edits of these entries, which are all entries of `store`.
    pub fn new(
        store: &'a dyn StateStore,
        entries: &BTreeMap<String, Entry>,
        edits: &'a PropertyEdits,
    ) -> Self {
        let recorded = |(name, entry): (&String, &Entry)| Some((name.clone(), entry.state.clone()?));
        Self { store, recorded: entries.iter().filter_map(recorded).collect(), edits }
    }

    fn edited(&self, change: &StoreChange) -> StoreChange {
        let mut change = change.clone();
        let recorded = self.recorded.get(&change.name);
        if let (Some(recorded), Some(state)) =
            (recorded, change.entry.as_mut().and_then(|entry| entry.state.as_mut()))
            && recorded.id() == state.id()
        {
            *state = self.merged(recorded, state);
        }
        change
    }

    /// The recorded user with the values of the properties that are set.
    fn merged(&self, recorded: &UserState, now: &Arc<UserState>) -> Arc<UserState> {
        let mut merged = UserState::clone(now);
        for property in Property::ALL.iter().filter(|property| !self.edits.reaches(**property)) {
            merged.take_setting(recorded, *property);
        }
        merged.tags_all = self.merged_tags(&recorded.tags_all, &now.tags_all);
        if merged == **now {
            return now.clone();
        }
        // The next refresh takes the user for changed, and reads it.
        merged.last_modified_time = recorded.last_modified_time;
        merged.last_modified_region.clone_from(&recorded.last_modified_region);
        merged.proficiencies_last_modified.clone_from(&recorded.proficiencies_last_modified);
        merged.record.last_written = None;
        merged.into()
    }

    fn merged_tags(&self, recorded: &Tags, now: &Tags) -> Tags {
        let keys: BTreeSet<&String> = recorded.keys().chain(now.keys()).collect();
        let tag = |key: &String| {
            let is_set = self.edits.covers(&Path::from(Property::Tags).key(key.as_str()));
            let value = if is_set { now.get(key) } else { recorded.get(key) };
            Some((key.clone(), value?.clone()))
        };
        keys.into_iter().filter_map(tag).collect()
    }
}

#[async_trait]
impl StateStore for EditedStore<'_> {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.store.get(name).await
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        self.store.page(after, limit).await
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        let edited: Vec<StoreChange> = changes.iter().map(|change| self.edited(change)).collect();
        self.store.commit(&edited).await
    }

    async fn lock(&self) -> Result<(), StoreError> {
        self.store.lock().await
    }

    async fn unlock(&self) -> Result<(), StoreError> {
        self.store.unlock().await
    }

    async fn warnings(&self) -> Vec<Diagnostic> {
        self.store.warnings().await
    }
}
