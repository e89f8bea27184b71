//! The store in a file of its own.

use std::{
    fmt, fs,
    io::{self, ErrorKind},
    ops::Bound,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase,
    StorageError, TableDefinition, TableError,
};

use super::{
    checked::{CheckedFile, Kind},
    entry::{Entry, StoreChange},
    error::StoreError,
    packed::{pack, unpack},
    state_store::StateStore,
};
use crate::client::folder::create_folder;

/// The users, by their names in the program: each an [`Entry`] as JSON, packed.
const USERS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("users");

/// What there is to know of the file.
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The version of the tables; a later one cannot be read.
const VERSION: u64 = 3;

/// How much of the file is kept in memory.
const CACHE: usize = 64 << 20;

/// A store in a file that only its owner may read, and that survives a kill at any moment: each commit is a
/// transaction that is on the disk when it returns.
///
/// Everything in the file has a checksum, which is verified on reading: a damaged file is
/// [`StoreError::Damaged`], and never gives wrong users.
///
/// One process may write at a time; others may read meanwhile. Calls block for as long as the disk takes:
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
    /// [`StoreError::InUse`] while another process has it open to write; other errors if the file is no
    /// store, or cannot be opened.
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
        let store = Self { path, file: File::Write(database) };
        store.check_version()?;
        Ok(store)
    }

    /// Opens a store to read, also while another process writes. A file that does not exist is an empty
    /// store.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file is no store, or cannot be opened.
    pub fn open_to_read(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let Some(file) = open_file(&path, false)? else {
            return Ok(Self { path, file: File::Missing });
        };
        let file = match builder().open_read_only_with_backend(file) {
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
            let transaction = database.begin_write()?;
            {
                let mut users = transaction.open_table(USERS)?;
                for change in changes {
                    match &change.entry {
                        Some(entry) => drop(users.insert(&*change.name, pack(entry)?.as_slice())?),
                        None => drop(users.remove(&*change.name)?),
                    }
                }
            }
            Ok(transaction.commit()?)
        };
        write().map_err(|error| self.failed(error))
    }
}

/// How a path is shown.
fn shown(path: &Path) -> String {
    path.display().to_string()
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

/// Opens the file of a store; `None` where there is none.
fn open_file(path: &Path, write: bool) -> Result<Option<CheckedFile>, StoreError> {
    let damaged = |reason: &str| StoreError::Damaged { location: shown(path), reason: reason.to_owned() };
    // Opening a pipe would wait for its other end.
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return match fs::symlink_metadata(path) {
                Ok(_) => Err(StoreError::Failed {
                    location: shown(path),
                    reason: "it is a link to a file that is not there".to_owned(),
                }),
                Err(_) => Ok(None),
            };
        }
        Err(error) => return Err(failed(path, error)),
        Ok(found) if !found.is_file() => {
            return Err(StoreError::Failed { location: shown(path), reason: "it is no file".to_owned() });
        }
        Ok(_) => {}
    }
    let file = fs::OpenOptions::new().read(true).write(write).open(path);
    let file = file.map_err(|error| failed(path, error))?;
    match Kind::of(&file).map_err(|error| failed(path, error))? {
        Kind::Ours if CheckedFile::is_cut_off(&file).map_err(|error| failed(path, error))? => {
            Err(damaged("it is cut off"))
        }
        Kind::Ours => CheckedFile::open(file).map(Some).map_err(|error| opening(path, error)),
        Kind::Earlier => Err(StoreError::Version { location: shown(path), found: 1, known: VERSION }),
        // Whoever emptied it has lost something: that is no new store.
        Kind::Empty => Err(damaged("it is empty")),
        Kind::Foreign => Err(damaged("it does not begin as one")),
    }
}

fn opening(path: &Path, error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { location: shown(path) },
        DatabaseError::Storage(StorageError::Corrupted(reason)) => {
            // The lengths of the file and of what it says of itself.
            let is_cut_off = reason.contains("file_len");
            let reason = if is_cut_off { "it is cut off".to_owned() } else { reason };
            StoreError::Damaged { location: shown(path), reason }
        }
        DatabaseError::Storage(StorageError::Io(error)) => failed(path, error),
        error => StoreError::Failed { location: shown(path), reason: error.to_string() },
    }
}

/// What reading or writing says; checksums that do not match and a missing end are damage.
fn failed(path: &Path, error: io::Error) -> StoreError {
    let (location, reason) = (shown(path), error.to_string());
    match error.kind() {
        ErrorKind::InvalidData => StoreError::Damaged { location, reason },
        ErrorKind::UnexpectedEof => StoreError::Damaged { location, reason: "it is cut off".to_owned() },
        _ => StoreError::Failed { location, reason },
    }
}

/// Creates a store under a name that nobody can know before, private, and moves it into place whole: what
/// is there already stays, and a link is never followed.
fn create(path: &Path) -> Result<(), StoreError> {
    let fail = |error: io::Error| failed(path, error);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    create_folder(folder).map_err(fail)?;
    let new = tempfile::Builder::new().prefix(".store-").tempfile_in(folder).map_err(fail)?;
    let file = new.as_file().try_clone().map_err(fail)?;
    let begin = || -> Result<(), redb::Error> {
        let database = Builder::new().create_with_backend(CheckedFile::create(file)?)?;
        let transaction = database.begin_write()?;
        transaction.open_table(META)?.insert("version", VERSION)?;
        transaction.open_table(USERS)?;
        Ok(transaction.commit()?)
    };
    begin().map_err(|error| match error {
        redb::Error::Io(error) => fail(error),
        error => StoreError::Failed { location: shown(path), reason: error.to_string() },
    })?;
    match new.persist_noclobber(path) {
        // Another run was faster, and has created the same.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fail(error.error)),
        Ok(_) => sync_folder(folder).map_err(fail),
    }
}

/// Creates a folder that only its owner may read, where there is none.
/// Makes sure that a new name in a folder survives a power cut; where folders are no files, it does.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
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
