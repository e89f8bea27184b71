//! A service that is stored in a file.

use std::{
    fs::{self, File, TryLockError},
    io::{self, BufWriter},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{connect::MemoryConnect, form::LoadError};
use crate::client::folder::create_folder;

/// A file that stores a [`MemoryConnect`] and survives a killed process at any moment.
///
/// Opening an existing file rewrites it. Each [`persist`](Self::persist) then appends the changes, until the changes
/// outweigh the rest and the file is rewritten. Only the owner may read the file. While one program has the file open,
/// no other program can open it: a file beside it, whose name ends in `.lock`, is locked.
///
/// ```
/// use connect_user::client::memory::{MemoryFile, MemoryInstance};
/// use connect_user::user::IdentityManagementType;
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("connect/local.json");
/// let (file, connect) = MemoryFile::open(&path)?;
/// assert!(file.is_new());
/// connect.add_instance(MemoryInstance::new("1c2d", IdentityManagementType::Saml));
/// file.persist(&connect)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MemoryFile {
    path: PathBuf,
    is_new: bool,
    /// Where changes are appended; `None` if the whole service must be written first.
    tail: Mutex<Option<Tail>>,
    _lock: File,
}

/// The error of opening a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has the file open.
    #[error("another process has the file open")]
    Locked,
    /// The file exists, but does not hold a service.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    Write(#[source] io::Error),
}

impl OpenError {
    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Locked => "wait until the other run is done",
            Self::Load(error) => error.help(),
            Self::Write(_) => "check the path and its permissions, and that the disk is not full",
        }
    }
}

/// The end of the file.
#[derive(Debug)]
struct Tail {
    file: File,
    /// The length of the file without appended changes.
    whole: u64,
    /// The number of the write with which the file ends.
    write: u64,
}

/// Changes up to this number of bytes are always appended, however small the rest of the file is.
const FEW: u64 = 1 << 20;

impl MemoryFile {
    /// Opens a file and returns the service in it. If there is no file, the service is [new](MemoryConnect::new), and
    /// the first [`persist`](Self::persist) creates the file; its folder is created at once.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if another process has the file open, or the file cannot be read or written, or does not hold a
    /// service.
    pub fn open(path: impl Into<PathBuf>) -> Result<(Self, MemoryConnect), OpenError> {
        let path = follow(path.into()).map_err(LoadError::Read)?;
        path.parent().map_or(Ok(()), create_folder).map_err(OpenError::Write)?;
        let beside_it = beside(&path, ".lock");
        let is_first = !beside_it.exists();
        let lock = open_lock(&beside_it).map_err(OpenError::Write)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::Locked,
            TryLockError::Error(error) => OpenError::Write(error),
        })?;
        // If the file does not hold a service, its new lock file is removed.
        let loaded = load(&path).inspect_err(|_| {
            if is_first {
                drop(fs::remove_file(&beside_it));
            }
        });
        let (is_new, connect) = loaded?;
        let file = Self { path, is_new, tail: Mutex::default(), _lock: lock };
        if !is_new {
            file.persist(&connect).map_err(OpenError::Write)?;
        }
        Ok((file, connect))
    }

    /// Reads the service in a file without locking or writing anything. If there is no file, the service is
    /// [new](MemoryConnect::new).
    ///
    /// # Errors
    ///
    /// [`OpenError::Load`] if the file cannot be read, or does not hold a service.
    pub fn read(path: impl AsRef<Path>) -> Result<MemoryConnect, OpenError> {
        Ok(load(path.as_ref())?.1)
    }

    /// Whether the file did not exist when it was opened.
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Writes the changes since the last time. Persisted changes survive the end of the program; if the machine itself
    /// fails, the last changes may be missing.
    ///
    /// # Errors
    ///
    /// The error of the file system. Users and quick connects are then as they were the last time, in memory and in the
    /// file, and the next call writes the whole service.
    pub fn persist(&self, connect: &MemoryConnect) -> io::Result<()> {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let written = match tail.take().map(|tail| tail.append(connect)) {
            Some(Ok(Some(tail))) => Ok(tail),
            Some(Err(error)) => Err(error),
            None | Some(Ok(None)) => self.write(connect),
        };
        *tail = Some(written.inspect_err(|_| connect.undo_unwritten())?);
        Ok(())
    }

    /// Writes the whole service; the new file replaces the old one at once or not at all.
    fn write(&self, connect: &MemoryConnect) -> io::Result<Tail> {
        let temporary = beside(&self.path, ".tmp");
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = private().create_new(true).write(true).open(&temporary)?;
        let save = |write: &dyn Fn(&mut dyn io::Write) -> io::Result<()>| {
            write(&mut BufWriter::new(&file))?;
            file.sync_all()?;
            fs::rename(&temporary, &self.path)
        };
        let write = connect.save_through(save).inspect_err(|_| drop(fs::remove_file(&temporary)))?;
        Ok(Tail { whole: file.metadata()?.len(), file, write })
    }
}

impl Tail {
    /// Appends the changes; `None` if it is better to write the whole service.
    fn append(mut self, connect: &MemoryConnect) -> io::Result<Option<Self>> {
        let length = self.file.metadata()?.len();
        let is_long = length > self.whole.saturating_mul(2).saturating_add(FEW);
        if is_long {
            return Ok(None);
        }
        let write = connect.append_numbered(&self.file, self.write);
        // A partial write is removed: it would damage the file.
        let write = write.inspect_err(|_| drop(self.file.set_len(length)))?;
        Ok(write.map(|write| {
            self.write = write;
            self
        }))
    }
}

/// Returns whether there was no file, and the service.
fn load(path: &Path) -> Result<(bool, MemoryConnect), LoadError> {
    match fs::metadata(path) {
        // Opening a pipe would wait for its other end.
        Ok(found) if !found.is_file() => Err(LoadError::Read(no_file())),
        Ok(_) => Ok((false, MemoryConnect::load(File::open(path).map_err(LoadError::Read)?)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((true, MemoryConnect::new())),
        Err(error) => Err(LoadError::Read(error)),
    }
}

/// Returns the file to which a link leads: a rewrite would replace the link with a file.
fn follow(path: PathBuf) -> io::Result<PathBuf> {
    match fs::symlink_metadata(&path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                io::Error::new(error.kind(), "it is a link to a file that is not there")
            }
            _ => error,
        }),
        _ => Ok(path),
    }
}

/// Opens or creates the lock file. Does not follow a link in its place, and does not wait for a pipe.
fn open_lock(path: &Path) -> io::Result<File> {
    match private().create_new(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        created => return created,
    }
    let found = fs::symlink_metadata(path)?;
    if !found.is_file() {
        return Err(no_file());
    }
    let lock = File::options().write(true).open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let opened = lock.metadata()?;
        // The file was replaced by a link in between.
        if (opened.dev(), opened.ino()) != (found.dev(), found.ino()) {
            return Err(no_file());
        }
    }
    Ok(lock)
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is no file")
}

/// Options for a file that only its owner may read.
fn private() -> fs::OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}
