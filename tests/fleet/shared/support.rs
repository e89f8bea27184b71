//! Opening shared states.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use connect_user::{
    fleet::{Entry, SharedLocation, SharedStore, StateStore, StoreChange, StoreError, load_all},
    object_store::ObjectStore,
};

use crate::suite::{Subject, entry};

/// Keys of objects, by number.
pub fn keys() -> impl Fn() -> String + Clone + Send + Sync {
    let next = Arc::new(AtomicUsize::new(0));
    move || format!("team/users-{}", next.fetch_add(1, Ordering::Relaxed))
}

/// A shared state, by what makes its location of a key.
#[derive(Clone)]
pub struct Shared {
    locate: Arc<dyn Fn(&str) -> SharedLocation + Send + Sync>,
    keys: Arc<dyn Fn() -> String + Send + Sync>,
    key: String,
}

impl Shared {
    pub fn new(locate: impl Fn(&str) -> SharedLocation + Send + Sync + 'static) -> Self {
        Self { locate: Arc::new(locate), keys: Arc::new(keys()), key: "team/users".to_owned() }
    }

    pub fn over(store: impl ObjectStore + Clone) -> Self {
        Self::new(move |key| SharedLocation::new(Arc::new(store.clone()), key).expect("a location"))
    }

    pub fn location(&self) -> SharedLocation {
        (self.locate)(&self.key)
    }

    pub async fn opened_by(&self, owner: &str) -> Result<SharedStore, StoreError> {
        SharedStore::open(self.location(), owner).await
    }

    /// Breaks the lease that there is, if any.
    pub async fn unlock(&self) {
        if let Err(StoreError::Leased { id, .. }) = self.opened_by("bob@two").await {
            SharedStore::break_lease(self.location(), "bob@two", &id).await.expect("unlocked");
        }
    }

    pub async fn entries(&self) -> BTreeMap<String, Entry> {
        let reader = SharedStore::open_to_read(self.location()).await.expect("a reader");
        load_all(&reader).await.expect("all")
    }
}

#[async_trait]
impl Subject for Shared {
    async fn open(&self) -> Result<Box<dyn StateStore>, StoreError> {
        Ok(Box::new(self.opened_by("ana@here").await?))
    }

    async fn read(&self) -> Result<Box<dyn StateStore>, StoreError> {
        Ok(Box::new(SharedStore::open_to_read(self.location()).await?))
    }

    fn another(&self) -> Box<dyn Subject> {
        Box::new(Self { key: (self.keys)(), ..self.clone() })
    }
}

/// An entry of some size, which cannot be packed.
pub fn large(name: &str, bytes: usize) -> StoreChange {
    let mut random = fastrand::Rng::with_seed(name.bytes().map(u64::from).sum());
    let mut entry = entry(name);
    let noise: String = (0..bytes).map(|_| random.alphanumeric()).collect();
    entry.notes.insert("noise".into(), noise);
    StoreChange::put(name, entry)
}
