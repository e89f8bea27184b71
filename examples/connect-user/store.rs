//! The recorded users, in a file of their owner's that survives a kill at any moment.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use connect_user::user::{Secret, UserState};
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Failure, Outcome},
    fingerprint,
};

const VERSION: u32 = 1;

/// The recorded users.
pub struct Store {
    path: PathBuf,
    pub content: Content,
    /// Held for as long as the store is: no other run writes in the meantime.
    _lock: Option<File>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    version: u32,
    #[serde(default)]
    pub users: BTreeMap<String, Entry>,
    /// What the names of users without one end in: written down before the user is made, so that a
    /// second run makes the same name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub suffixes: BTreeMap<String, String>,
}

/// A recorded user.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub state: UserState,
    /// Tells whether a password is another one, and too little to tell which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_fingerprint: Option<String>,
    #[serde(default)]
    pub protect: bool,
}

impl Entry {
    pub const fn new(state: UserState) -> Self {
        Self { state, password_fingerprint: None, protect: false }
    }

    /// Whether a password differs from the one last applied, where that is known.
    pub fn password_changed(&self, password: Option<&Secret>) -> Option<bool> {
        let (recorded, password) = (self.password_fingerprint.as_ref()?, password?);
        Some(!fingerprint::matches(recorded, password))
    }
}

impl Store {
    /// Reads the recorded users; a file that is not there holds none.
    pub fn open(path: &Path) -> Outcome<Self> {
        let content = match fs::read(path) {
            Ok(bytes) => parse(&bytes).map_err(|failure| failure.within(&path.display().to_string()))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Content { version: VERSION, ..Content::default() }
            }
            Err(error) => return Err(Failure::new(format!("`{}` cannot be read: {error}", path.display()))),
        };
        Ok(Self { path: path.to_owned(), content, _lock: None })
    }

    /// Reads the recorded users to change them: only one run may.
    pub fn open_to_write(path: &Path) -> Outcome<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let lock_path = path.with_file_name(name);
        let fail = |error: std::io::Error| {
            Failure::new(format!("`{}` cannot be locked: {error}", lock_path.display()))
        };
        create_parent(&lock_path).map_err(fail)?;
        let lock = private_file().create(true).truncate(false).write(true).open(&lock_path).map_err(fail)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(Failure::new(format!("another run is changing `{}`", path.display()))
                    .help("wait until it is done"));
            }
            Err(fs::TryLockError::Error(error)) => return Err(fail(error)),
        }
        Ok(Self { _lock: Some(lock), ..Self::open(path)? })
    }

    pub fn save(&self) -> Outcome<()> {
        let mut bytes = serde_json::to_vec_pretty(&self.content)
            .map_err(|error| Failure::new(format!("the state cannot be written: {error}")))?;
        bytes.push(b'\n');
        write_private(&self.path, &bytes)
    }
}

fn parse(bytes: &[u8]) -> Outcome<Content> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }

    let damaged = |error: serde_json::Error| {
        Failure::new(format!("is not a state: {error}"))
            .help("restore the file, or import the users into a new one")
    };
    let Version { version } = serde_json::from_slice(bytes).map_err(damaged)?;
    if version != VERSION {
        let message = format!("has version {version}, and this program knows {VERSION}");
        return Err(Failure::new(message).help("use the program that has written it, or a later one"));
    }
    serde_json::from_slice(bytes).map_err(damaged)
}

/// Writes a file that only its owner may read, whole or not at all.
pub fn write_private(path: &Path, bytes: &[u8]) -> Outcome<()> {
    let fail =
        |error: std::io::Error| Failure::new(format!("`{}` cannot be written: {error}", path.display()));
    let parent = create_parent(path).map_err(fail)?;
    // A temporary file is made with mode 0600, and renaming keeps that.
    let mut file = tempfile::NamedTempFile::new_in(parent).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}

fn create_parent(path: &Path) -> std::io::Result<&Path> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => return Ok(Path::new(".")),
    };
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(parent)?;
    Ok(parent)
}

fn private_file() -> fs::OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
