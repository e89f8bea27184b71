//! The store that a team shares.

use std::{
    fmt,
    ops::Bound,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use tokio::sync;

use super::{
    super::{
        entry::{Entry, StoreChange},
        error::StoreError,
        packed::{pack, unpack},
        state_store::StateStore,
    },
    form::Rows,
    head::Lease,
    known::load,
    location::SharedLocation,
    objects::Objects,
    writer::{Writer, leased},
};
use crate::user::Diagnostic;

/// A store in a bucket or a folder, which many people and machines read and write.
///
/// The whole state is read when the store is opened: 1 object, and 8 more from some hundred users on. A commit is one
/// write, under the condition that the state was not written since; if this process is killed, either all of the commit
/// is there or nothing. An apply [locks](StateStore::lock) the state before the first call: meanwhile no other run can
/// open it to write, and writes of other runs fail. A killed apply leaves the state locked, until the lease is
/// [broken](Self::break_lease).
///
/// The bucket keeps the history if versions are switched on: the objects as of any moment are a whole state. Objects of
/// different moments are refused when the state is opened. A service that ignores the conditions of writes is
/// [refused](StoreError::Unconditional).
///
/// ```
/// use connect_user::fleet::{SharedLocation, SharedStore, StateStore};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let url = format!("file://{}/users", directory.path().display());
/// let location = SharedLocation::parse(&url).await?; // such as `s3://bucket/team/users`
/// let store = SharedStore::open(location, "ana@build-7").await?;
/// assert_eq!(store.get("jane").await?, None);
/// # Ok(()) }
/// ```
pub struct SharedStore {
    url: String,
    may_write: bool,
    writer: sync::Mutex<Writer>,
    /// Commits that wait for the write in progress: the next write makes all of them.
    queue: Mutex<Vec<Arc<Waiting>>>,
}

struct Waiting {
    changes: Rows,
    is_written: AtomicBool,
}

impl SharedStore {
    /// Opens a state to write, and creates it with the first commit if there is none. `owner` is shown to other runs:
    /// it says who runs this, and where.
    ///
    /// # Errors
    ///
    /// [`StoreError::Leased`] during the apply of another run, or after that run was killed; other errors if the state
    /// cannot be read.
    pub async fn open(location: SharedLocation, owner: impl Into<String>) -> Result<Self, StoreError> {
        let url = location.url.clone();
        let writer = writer(location, owner.into()).await?;
        match writer.lease().cloned() {
            Some(lease) => Err(leased(url, lease)),
            None => Ok(Self::new(url, true, writer)),
        }
    }

    /// Opens a state to read, as it is now, also while another run writes it. A state that does not exist is an empty
    /// store.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the state cannot be read.
    pub async fn open_to_read(location: SharedLocation) -> Result<Self, StoreError> {
        let url = location.url.clone();
        Ok(Self::new(url, false, writer(location, String::new()).await?))
    }

    /// Ends the lease with this id, of a run that was killed, and returns the lease; `None` if there is no lease. The
    /// id is in [`StoreError::Leased`]. If that run still lives, its next commit fails; the next run looks at the users
    /// that it was changing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Leased`] if the state has another lease, which stays; other errors if the state cannot be read or
    /// written.
    pub async fn break_lease(
        location: SharedLocation,
        owner: impl Into<String>,
        id: &str,
    ) -> Result<Option<Lease>, StoreError> {
        let url = location.url.clone();
        let mut writer = writer(location, owner.into()).await?;
        match writer.lease().cloned() {
            Some(lease) if lease.id != id => Err(leased(url, lease)),
            lease => {
                writer.unlock().await?;
                Ok(lease)
            }
        }
    }

    fn new(url: String, may_write: bool, writer: Writer) -> Self {
        Self { url, may_write, writer: sync::Mutex::new(writer), queue: Mutex::default() }
    }

    fn unpack(&self, name: &str, bytes: &[u8]) -> Result<Entry, StoreError> {
        unpack(name, bytes, || self.url.clone())
    }

    fn check(&self) -> Result<(), StoreError> {
        match self.may_write {
            true => Ok(()),
            false => Err(StoreError::ReadOnly { location: self.url.clone() }),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Vec<Arc<Waiting>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn writer(location: SharedLocation, owner: String) -> Result<Writer, StoreError> {
    let objects = Objects(location);
    let (known, users) = load(&objects).await?;
    Ok(Writer::new(objects, owner, known, users))
}

#[async_trait]
impl StateStore for SharedStore {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        let writer = self.writer.lock().await;
        writer.users().get(name).map(|bytes| self.unpack(name, bytes)).transpose()
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let writer = self.writer.lock().await;
        let page = writer.users().range::<str, _>((start, Bound::Unbounded)).take(limit);
        page.map(|(name, bytes)| Ok((name.clone(), self.unpack(name, bytes)?))).collect()
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        self.check()?;
        let packed = |change: &StoreChange| {
            let entry = change.entry.as_ref().map(|entry| pack(entry).map(Arc::from)).transpose();
            let unpackable = |error: std::io::Error| StoreError::Failed {
                location: self.url.clone(),
                reason: error.to_string(),
            };
            Ok((change.name.clone(), entry.map_err(unpackable)?))
        };
        let changes = changes.iter().map(packed).collect::<Result<Rows, StoreError>>()?;
        let place = Place::take(self, changes);
        let mut writer = self.writer.lock().await;
        if place.0.is_written.load(Ordering::Acquire) {
            return Ok(());
        }
        // All waiting commits, in their order: a write takes as long for one commit as for many.
        let batch = self.queue().clone();
        let waiting = batch.iter().filter(|waiting| !waiting.is_written.load(Ordering::Acquire));
        let mut all = Rows::new();
        for waiting in waiting {
            all.extend(waiting.changes.iter().map(|(name, entry)| (name.clone(), entry.clone())));
        }
        writer.commit(all).await?;
        for waiting in batch {
            waiting.is_written.store(true, Ordering::Release);
        }
        Ok(())
    }

    async fn lock(&self) -> Result<(), StoreError> {
        self.check()?;
        self.writer.lock().await.lock().await
    }

    async fn unlock(&self) -> Result<(), StoreError> {
        self.writer.lock().await.unlock().await
    }

    async fn warnings(&self) -> Vec<Diagnostic> {
        self.writer.lock().await.warning().into_iter().collect()
    }
}

impl fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedStore").field("url", &self.url).field("may_write", &self.may_write).finish()
    }
}

/// A place in the queue, which is left when this is dropped, also if the commit is given up.
struct Place<'a>(Arc<Waiting>, &'a SharedStore);

impl<'a> Place<'a> {
    fn take(store: &'a SharedStore, changes: Rows) -> Self {
        let waiting = Arc::new(Waiting { changes, is_written: AtomicBool::new(false) });
        store.queue().push(waiting.clone());
        Self(waiting, store)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.1.queue().retain(|waiting| !Arc::ptr_eq(waiting, &self.0));
    }
}
