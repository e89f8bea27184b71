//! A store in a file of its own.

use std::{
    fmt, fs,
    io::ErrorKind,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use redb::{
    CompactionError, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, TableError,
};

use super::{
    entry::{Entry, StoreChange},
    error::StoreError,
    file::{META, USERS, VERSION, builder, create, failed, open_file, opening, shown},
    packed::{pack, unpack},
    state_store::StateStore,
};

/// Number of committed bytes of entries after which the end of an apply checks whether to compact the file.
const WORTH_A_LOOK: u64 = 256 << 10;

/// The file is compacted if at most this fraction of it is in use.
const WELL_USED: f64 = 7.0 / 8.0;

/// A store in a file that only its owner may read, and that survives a kill at any moment: each commit is a
/// transaction that is on the disk when it returns.
///
/// Everything in the file has a checksum, which is verified on reading: a damaged file is
/// [`StoreError::Damaged`], and never gives wrong users.
///
/// One process may write at a time; others may read meanwhile. Calls block for as long as the disk takes:
/// some milliseconds.
///
/// The many small commits of an apply leave parts of the file unused. At the end of an apply
/// ([`unlock`](StateStore::unlock)), if 256 KiB of entries were committed since the last check, the file is compacted
/// if an eighth of it or more is unused, which takes about a second for 100,000 users. Readers wait that long; if a
/// read is in progress, compacting is put off to the next apply. Dropping a store compacts nothing.
///
/// ```
/// use connect_user::fleet::{EmbeddedStore, StateStore};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("users.redb");
/// let store = EmbeddedStore::open(&path)?;
/// assert_eq!(store.get("jane").await?, None);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct EmbeddedStore {
    path: PathBuf,
    file: File,
    /// The number of bytes of entries committed since the last check whether to compact the file.
    written: AtomicU64,
}

enum File {
    /// Locked exclusively while it is compacted.
    Write(RwLock<Database>),
    Read(ReadOnlyDatabase),
    /// There is no file yet.
    Missing,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Write(_) => "Write",
            Self::Read(_) => "Read",
            Self::Missing => "Missing",
        })
    }
}

impl EmbeddedStore {
    /// Opens a store to write, and creates it if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] while another process has the file open to write; other errors if the file is not a store,
    /// or cannot be opened.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let file = match open_file(&path, true)? {
            Some(file) => file,
            None => {
                create(&path)?;
                open_file(&path, true)?.ok_or_else(|| failed(&path, ErrorKind::NotFound.into()))?
            }
        };
        let database = builder().create_with_backend(file).map_err(|error| opening(&path, error))?;
        Self::checked(path, File::Write(RwLock::new(database)))
    }

    /// Opens a store to read, also while another process writes. A file that does not exist is an empty
    /// store.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file is not a store, or cannot be opened.
    pub fn open_to_read(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let Some(file) = open_file(&path, false)? else {
            return Self::checked(path, File::Missing);
        };
        let opened = match builder().open_read_only_with_backend(file) {
            // The last process that wrote the file was killed: opening the file to write repairs it.
            Err(DatabaseError::RepairAborted) => {
                drop(Self::open(path.clone())?);
                let file =
                    open_file(&path, false)?.ok_or_else(|| failed(&path, ErrorKind::NotFound.into()))?;
                builder().open_read_only_with_backend(file)
            }
            opened => opened,
        };
        let database = opened.map_err(|error| opening(&path, error))?;
        Self::checked(path, File::Read(database))
    }

    /// Returns the store, if its file has this version.
    fn checked(path: PathBuf, file: File) -> Result<Self, StoreError> {
        let store = Self { path, file, written: AtomicU64::new(0) };
        store.check_version()?;
        Ok(store)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn location(&self) -> String {
        shown(&self.path)
    }

    fn check_version(&self) -> Result<(), StoreError> {
        let found = match self.begin_read()? {
            Some(transaction) => match transaction.open_table(META) {
                Ok(table) => {
                    table.get("version").map_err(|error| self.failed(error))?.map(|found| found.value())
                }
                Err(TableError::TableDoesNotExist(_)) => None,
                Err(error) => return Err(self.failed(error)),
            },
            None => return Ok(()),
        };
        match found {
            Some(VERSION) => Ok(()),
            Some(found) => Err(StoreError::Version { location: self.location(), found, known: VERSION }),
            None => Err(StoreError::Damaged {
                location: self.location(),
                reason: "it does not say which version it has".to_owned(),
            }),
        }
    }

    fn begin_read(&self) -> Result<Option<ReadTransaction>, StoreError> {
        match &self.file {
            File::Write(database) => shared(database).begin_read().map(Some),
            File::Read(database) => database.begin_read().map(Some),
            File::Missing => Ok(None),
        }
        .map_err(|error| self.failed(error))
    }

    fn read<T: Default>(
        &self,
        work: impl FnOnce(&redb::ReadOnlyTable<&'static str, &'static [u8]>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(transaction) = self.begin_read()? else { return Ok(T::default()) };
        match transaction.open_table(USERS) {
            Ok(table) => work(&table),
            Err(TableError::TableDoesNotExist(_)) => Ok(T::default()),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: impl Into<redb::Error>) -> StoreError {
        let error = error.into();
        let location = self.location();
        match error {
            redb::Error::Corrupted(reason) => StoreError::Damaged { location, reason },
            redb::Error::Io(error) => failed(&self.path, error),
            error => StoreError::Failed { location, reason: error.to_string() },
        }
    }
}

#[async_trait]
impl StateStore for EmbeddedStore {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.read(|table| {
            let found = table.get(name).map_err(|error| self.failed(error))?;
            found.map(|bytes| unpack(name, bytes.value(), || self.location())).transpose()
        })
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Result<Vec<(String, Entry)>, StoreError> {
        self.read(|table| {
            let start = after.map_or(Bound::Unbounded, Bound::Excluded);
            let range = table.range::<&str>((start, Bound::Unbounded)).map_err(|error| self.failed(error))?;
            range
                .take(limit)
                .map(|row| {
                    let (name, bytes) = row.map_err(|error| self.failed(error))?;
                    Ok((name.value().to_owned(), unpack(name.value(), bytes.value(), || self.location())?))
                })
                .collect()
        })
    }

    async fn commit(&self, changes: &[StoreChange]) -> Result<(), StoreError> {
        let File::Write(database) = &self.file else {
            return Err(StoreError::ReadOnly { location: self.location() });
        };
        let write = || -> Result<(), redb::Error> {
            let transaction = shared(database).begin_write()?;
            let mut written = 0;
            {
                let mut users = transaction.open_table(USERS)?;
                for change in changes {
                    match &change.entry {
                        Some(entry) => {
                            let packed = pack(entry)?;
                            written += packed.len() as u64;
                            users.insert(&*change.name, packed.as_slice())?;
                        }
                        None => drop(users.remove(&*change.name)?),
                    }
                }
            }
            transaction.commit()?;
            self.written.fetch_add(written, Ordering::Relaxed);
            Ok(())
        };
        write().map_err(|error| self.failed(error))
    }

    /// Compacts the file, if enough of it is unused.
    async fn unlock(&self) -> Result<(), StoreError> {
        let File::Write(database) = &self.file else { return Ok(()) };
        if self.written.load(Ordering::Relaxed) < WORTH_A_LOOK {
            return Ok(());
        }
        let compact = || -> Result<(), redb::Error> {
            let mut database = database.write().unwrap_or_else(PoisonError::into_inner);
            if part_in_use(&database, &self.path)? <= WELL_USED {
                match database.compact() {
                    // A read is in progress: compacting is put off.
                    Err(CompactionError::TransactionInProgress) => return Ok(()),
                    compacted => compacted?,
                };
            }
            self.written.store(0, Ordering::Relaxed);
            Ok(())
        };
        compact().map_err(|error| self.failed(error))
    }
}

/// Locks a database for use by several callers at the same time.
fn shared(database: &RwLock<Database>) -> RwLockReadGuard<'_, Database> {
    database.read().unwrap_or_else(PoisonError::into_inner)
}

/// The fraction of the file of a database that is in use.
fn part_in_use(database: &Database, path: &Path) -> Result<f64, redb::Error> {
    let transaction = database.begin_write()?;
    let stats = transaction.stats()?;
    transaction.abort()?;
    let used = stats.allocated_pages() * stats.page_size() as u64;
    Ok(used as f64 / fs::metadata(path)?.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_of_an_earlier_version_is_refused_with_the_way_out() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("users.redb");
        drop(EmbeddedStore::open(&path)?);
        let file = open_file(&path, true)?.ok_or("a file")?;
        let database = builder().create_with_backend(file)?;
        let transaction = database.begin_write()?;
        transaction.open_table(META)?.insert("version", 2)?;
        transaction.commit()?;
        drop(database);
        for opened in [EmbeddedStore::open(&path), EmbeddedStore::open_to_read(&path)] {
            let error = opened.err().ok_or("it is refused")?;
            assert!(matches!(error, StoreError::Version { found: 2, known: VERSION, .. }), "{error}");
            assert!(error.help().starts_with("export it as JSON"), "{}", error.help());
        }
        Ok(())
    }
}
