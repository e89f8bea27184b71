//! The store in a file of its own.

use std::{
    fs,
    ops::Bound,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase,
    StorageError, TableDefinition, TableError,
};

use super::{Change, Entry, StateStore, StoreError};

/// The users, by their names in the program: each an [`Entry`] as JSON.
const USERS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("users");

/// What there is to know of the file.
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The version of the tables; a later one cannot be read.
const VERSION: u64 = 1;

/// How much of the file is kept in memory.
const CACHE: usize = 64 << 20;

/// A store in a file that only its owner may read, and that survives a kill at any moment: each commit is a
/// transaction that is on the disk when it returns, and rewrites only the pages that it changes.
///
/// One process may write at a time; others may read meanwhile. Calls block for as long as the disk takes,
/// some milliseconds.
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
}

enum File {
    Write(Database),
    Read(ReadOnlyDatabase),
    /// Nothing has been written yet.
    Missing,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Write(_) => "Write",
            Self::Read(_) => "Read",
            Self::Missing => "Missing",
        })
    }
}

impl EmbeddedStore {
    /// Opens a store to write, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] while another process has it open to write; and where the file is no store, or
    /// cannot be opened.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let failed =
            |error: std::io::Error| StoreError::Failed { path: path.clone(), reason: error.to_string() };
        match fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&path)?,
            Err(error) => return Err(failed(error)),
            // Whoever emptied it has lost something: that is no new store.
            Ok(found) if found.len() == 0 => {
                return Err(StoreError::Damaged { path, reason: "it is empty".to_owned() });
            }
            Ok(_) => {}
        }
        let database = builder().open(&path).map_err(|error| opening(&path, error))?;
        let store = Self { path, file: File::Write(database) };
        store.check_version()?;
        Ok(store)
    }

    /// Opens a store to read, also while another process writes; one that is not there remembers nobody.
    ///
    /// # Errors
    ///
    /// Where the file is no store, or cannot be opened.
    pub fn open_to_read(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        if !path.exists() {
            return Ok(Self { path, file: File::Missing });
        }
        let file = match builder().open_read_only(&path) {
            Ok(database) => File::Read(database),
            // Whoever wrote it last was killed: it is mended on opening it to write.
            Err(DatabaseError::RepairAborted) => return Self::open(path),
            Err(error) => return Err(opening(&path, error)),
        };
        let store = Self { path, file };
        store.check_version()?;
        Ok(store)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
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
            Some(found) => Err(StoreError::Version { path: self.path.clone(), found, known: VERSION }),
            None => Err(StoreError::Damaged {
                path: self.path.clone(),
                reason: "it does not say which version it has".to_owned(),
            }),
        }
    }

    fn begin_read(&self) -> Result<Option<ReadTransaction>, StoreError> {
        match &self.file {
            File::Write(database) => database.begin_read().map(Some),
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

    fn parse(&self, name: &str, bytes: &[u8]) -> Result<Entry, StoreError> {
        serde_json::from_slice(bytes).map_err(|error| StoreError::Damaged {
            path: self.path.clone(),
            reason: format!("the entry of `{name}` cannot be read: {error}"),
        })
    }

    fn failed(&self, error: impl Into<redb::Error>) -> StoreError {
        let (path, error) = (self.path.clone(), error.into());
        match error {
            redb::Error::Corrupted(reason) => StoreError::Damaged { path, reason },
            error => StoreError::Failed { path, reason: error.to_string() },
        }
    }
}

#[async_trait]
impl StateStore for EmbeddedStore {
    async fn get(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.read(|table| {
            let found = table.get(name).map_err(|error| self.failed(error))?;
            found.map(|bytes| self.parse(name, bytes.value())).transpose()
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
                    Ok((name.value().to_owned(), self.parse(name.value(), bytes.value())?))
                })
                .collect()
        })
    }

    async fn commit(&self, changes: &[Change]) -> Result<(), StoreError> {
        let File::Write(database) = &self.file else {
            return Err(StoreError::ReadOnly { path: self.path.clone() });
        };
        let write = || -> Result<(), redb::Error> {
            let transaction = database.begin_write()?;
            {
                let mut users = transaction.open_table(USERS)?;
                for change in changes {
                    match change {
                        Change::Put(name, entry) => {
                            let bytes = serde_json::to_vec(entry).map_err(std::io::Error::from)?;
                            users.insert(name.as_str(), bytes.as_slice())?;
                        }
                        Change::Remove(name) => drop(users.remove(name.as_str())?),
                    }
                }
            }
            Ok(transaction.commit()?)
        };
        write().map_err(|error| self.failed(error))
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE);
    // Reading while another process writes takes locks that not every system has.
    if cfg!(any(target_os = "linux", target_vendor = "apple", windows)) {
        builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
    }
    builder
}

fn opening(path: &Path, error: DatabaseError) -> StoreError {
    let path = path.to_owned();
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { path },
        DatabaseError::Storage(StorageError::Corrupted(reason)) => StoreError::Damaged { path, reason },
        DatabaseError::Storage(StorageError::Io(error))
            if error.kind() == std::io::ErrorKind::InvalidData =>
        {
            StoreError::Damaged { path, reason: error.to_string() }
        }
        error => StoreError::Failed { path, reason: error.to_string() },
    }
}

/// Makes a store under another name first: at its own, it is whole from the first moment on.
fn make(path: &Path) -> Result<(), StoreError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let fail =
        |error: std::io::Error| StoreError::Failed { path: path.to_owned(), reason: error.to_string() };
    make_private(&new).map_err(fail)?;
    let database = Builder::new().create(&new).map_err(|error| opening(path, error))?;
    let mark = || -> Result<(), redb::Error> {
        let transaction = database.begin_write()?;
        transaction.open_table(META)?.insert("version", VERSION)?;
        transaction.open_table(USERS)?;
        Ok(transaction.commit()?)
    };
    mark().map_err(|error| StoreError::Failed { path: path.to_owned(), reason: error.to_string() })?;
    drop(database);
    // Whoever was faster has made the same.
    match fs::hard_link(&new, path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(fail(error)),
        _ => {}
    }
    fs::remove_file(&new).map_err(fail)
}

/// Makes an empty file that only its owner may read, and the folder that it is in.
fn make_private(path: &Path) -> std::io::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(parent)?;
    }
    let mut options = fs::OpenOptions::new();
    // Whoever was killed while making it has left one that is no use.
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
