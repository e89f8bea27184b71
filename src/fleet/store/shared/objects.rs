//! The objects of a shared state: read whole, written under a condition.

use std::{
    fs::{File, TryLockError},
    io,
    time::{Duration, Instant},
};

use object_store::{Error, GetOptions, PutMode, PutOptions, PutPayload, Result, UpdateVersion, path::Path};

use super::location::SharedLocation;
use crate::client::folder::create_folder;

/// Maximum time to wait for the lock of a file: the process that has it is writing one object.
const LOCK_WAIT: Duration = Duration::from_secs(30);
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The condition of a write of an object.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// There is no such object (`If-None-Match: *`).
    Absent,
    /// The object is as it was read or written (`If-Match`).
    Unchanged(UpdateVersion),
}

impl Condition {
    /// The condition that the object was not written since it was read with this version, or found missing.
    pub(super) fn since(version: Option<UpdateVersion>) -> Self {
        version.map_or(Self::Absent, Self::Unchanged)
    }

    /// The header of the condition.
    pub(super) const fn header(&self) -> &'static str {
        match self {
            Self::Absent => "If-None-Match",
            Self::Unchanged(_) => "If-Match",
        }
    }
}

/// The objects of a state: 0 is the first one, the others are its shards.
#[derive(Clone, Debug)]
pub(super) struct Objects(pub(super) SharedLocation);

impl Objects {
    /// Reads an object and its version, if there is one.
    pub(super) async fn get(&self, number: usize) -> Result<Option<(Vec<u8>, UpdateVersion)>> {
        let found = match self.0.store.get_opts(&self.path(number), GetOptions::default()).await {
            Err(error @ Error::NotFound { .. }) if !is_without_bucket(&error) => return Ok(None),
            found => found?,
        };
        let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
        Ok(Some((found.bytes().await?.into(), version)))
    }

    /// Writes an object under a condition.
    pub(super) async fn put(
        &self,
        number: usize,
        bytes: Vec<u8>,
        condition: &Condition,
    ) -> Result<UpdateVersion> {
        let payload = PutPayload::from(bytes);
        let path = self.path(number);
        let written = match (&self.0.lock, condition) {
            (Some(lock), _) => {
                let _lock = locked(lock).await.map_err(failed)?;
                self.check(&path, condition).await?;
                self.0.store.put_opts(&path, payload, PutOptions::default()).await
            }
            (None, Condition::Absent) => self.0.store.put_opts(&path, payload, PutMode::Create.into()).await,
            (None, Condition::Unchanged(version)) => {
                let mode = PutMode::Update(version.clone());
                self.0.store.put_opts(&path, payload, mode.into()).await
            }
        };
        Ok(written?.into())
    }

    /// The name of an object in messages.
    pub(super) fn shown(&self, number: usize) -> String {
        match number {
            0 => self.0.url.clone(),
            shard => format!("{}.{shard}", self.0.url),
        }
    }

    fn path(&self, number: usize) -> Path {
        match number {
            0 => self.0.key.clone(),
            shard => Path::from(format!("{}.{shard}", self.0.key)),
        }
    }

    /// Checks the condition for a store that has no conditional writes; the caller holds the lock.
    async fn check(&self, path: &Path, condition: &Condition) -> Result<()> {
        let head = GetOptions { head: true, ..GetOptions::default() };
        let found = match self.0.store.get_opts(path, head).await {
            Err(Error::NotFound { .. }) => None,
            found => Some(found?.meta),
        };
        match (condition, found) {
            (Condition::Absent, None) => Ok(()),
            (Condition::Unchanged(version), Some(found)) if found.e_tag == version.e_tag => Ok(()),
            _ => Err(Error::Precondition { path: path.to_string(), source: "it was written since".into() }),
        }
    }
}

/// Whether an error means that the bucket is missing, although its kind is that of a missing object.
pub(super) fn is_without_bucket(error: &Error) -> bool {
    let (Error::NotFound { source, .. } | Error::Precondition { source, .. }) = error else { return false };
    let said = source.to_string();
    // The codes of S3 and Google, and of Azure.
    ["NoSuchBucket", "ContainerNotFound"].iter().any(|code| said.contains(&format!("<Code>{code}</Code>")))
}

/// Locks a file until the returned value is dropped.
async fn locked(path: &std::path::Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < LOCK_WAIT => {
                tokio::time::sleep(LOCK_PAUSE).await;
            }
            Err(TryLockError::WouldBlock) => {
                let reason = format!("another process has `{}` locked", path.display());
                return Err(io::Error::new(io::ErrorKind::TimedOut, reason));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn failed(error: io::Error) -> Error {
    Error::Generic { store: "LocalFileSystem", source: error.into() }
}
