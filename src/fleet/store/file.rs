//! The file of a store: its tables, opening and creating it, and its errors.

use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
};

use redb::{Builder, ConcurrencyMode, DatabaseError, StorageError, TableDefinition};

use super::{
    checked::{CheckedFile, Kind},
    error::StoreError,
};
use crate::client::folder::create_folder;

/// The users, by resource name: each an [`Entry`] as JSON, packed.
pub(super) const USERS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("users");

/// The properties of the file, such as its version.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The version of the tables; other versions cannot be read.
pub(super) const VERSION: u64 = 3;

/// Maximum number of bytes of the file that are kept in memory.
const CACHE: usize = 64 << 20;

/// A path as messages show it.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE);
    // Reading while another process writes takes locks that not every system has.
    if cfg!(any(target_os = "linux", target_vendor = "apple", windows)) {
        builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
    }
    builder
}

/// Opens the file of a store; `None` if there is no file.
pub(super) fn open_file(path: &Path, write: bool) -> Result<Option<CheckedFile>, StoreError> {
    let damaged = |reason: &str| StoreError::Damaged { location: shown(path), reason: reason.to_owned() };
    // Opening a pipe would wait for its other end.
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return match fs::symlink_metadata(path) {
                Ok(found) if found.is_symlink() => Err(StoreError::Failed {
                    location: shown(path),
                    reason: "it is a link to a file that is not there".to_owned(),
                }),
                // Another process may have created it since.
                _ => Ok(None),
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
        // An empty file has lost its content: it is not a new store.
        Kind::Empty => Err(damaged("it is empty")),
        Kind::Foreign => Err(damaged("it does not begin like a state")),
    }
}

pub(super) fn opening(path: &Path, error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { location: shown(path) },
        DatabaseError::Storage(StorageError::Corrupted(reason)) => {
            // The reason names the length of the file, and the length that the file itself records.
            let is_cut_off = reason.contains("file_len");
            let reason = if is_cut_off { "it is cut off".to_owned() } else { reason };
            StoreError::Damaged { location: shown(path), reason }
        }
        DatabaseError::Storage(StorageError::Io(error)) => failed(path, error),
        error => StoreError::Failed { location: shown(path), reason: error.to_string() },
    }
}

/// The error of reading or writing. A checksum that does not match and a missing end are damage.
pub(super) fn failed(path: &Path, error: io::Error) -> StoreError {
    let (location, reason) = (shown(path), error.to_string());
    match error.kind() {
        ErrorKind::InvalidData => StoreError::Damaged { location, reason },
        ErrorKind::UnexpectedEof => StoreError::Damaged { location, reason: "it is cut off".to_owned() },
        _ => StoreError::Failed { location, reason },
    }
}

/// Creates a private store under a name that cannot be guessed, and moves it into place once it is complete: an
/// existing file stays, and a link is never followed.
pub(super) fn create(path: &Path) -> Result<(), StoreError> {
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
        // Another run was faster, and has created an equal store.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fail(error.error)),
        Ok(_) => sync_folder(folder).map_err(fail),
    }
}

/// Makes a new name in a folder survive a power cut. Does nothing on systems other than Unix, which do not need it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}
