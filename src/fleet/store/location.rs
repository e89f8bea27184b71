//! The location of a state, as people write it.

use std::{ffi::OsStr, fmt, path::PathBuf};

use super::{error::StoreError, state_store::StateStore};
use crate::user::Timestamp;

/// The location of a state: the path of a file, or the URL of a state that a team shares.
///
/// ```
/// use connect_user::fleet::StateLocation;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// let location = StateLocation::new(directory.path().join("users.redb"));
/// assert!(!location.may_exist());
/// let store = location.open(false).await?;
/// assert_eq!(store.get("jane").await?, None);
/// assert_eq!(StateLocation::new("s3://team/users"), StateLocation::Shared("s3://team/users".to_owned()));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateLocation {
    /// A file that [`EmbeddedStore`](super::super::EmbeddedStore) reads and writes; needs the feature `store`.
    File(PathBuf),
    /// A URL that `SharedLocation::parse` reads; needs the feature `object-store`.
    Shared(String),
}

impl StateLocation {
    /// Returns the location for a text: a text with `://` is a URL, any other text is the path of a file.
    pub fn new(location: impl AsRef<OsStr>) -> Self {
        let location = location.as_ref();
        match location.to_str().filter(|text| text.contains("://")) {
            Some(url) => Self::Shared(url.to_owned()),
            None => Self::File(location.into()),
        }
    }

    /// Whether a state may exist: always `true` for a URL, because only its service knows.
    pub fn may_exist(&self) -> bool {
        match self {
            Self::File(path) => path.exists(),
            Self::Shared(_) => true,
        }
    }

    /// The location as an absolute path, independent of the working directory; a URL stays as it is.
    #[must_use]
    pub fn absolute(&self) -> Self {
        match self {
            Self::File(path) => Self::File(std::path::absolute(path).unwrap_or_else(|_| path.clone())),
            Self::Shared(_) => self.clone(),
        }
    }

    /// Opens the state, to write it or only to read it. A state that does not exist is an empty store.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotBuilt`] if this build lacks the feature, and the errors of opening the store.
    pub async fn open(&self, write: bool) -> Result<Box<dyn StateStore>, StoreError> {
        match self {
            #[cfg(feature = "store")]
            Self::File(path) if write => Ok(Box::new(super::EmbeddedStore::open(path)?)),
            #[cfg(feature = "store")]
            Self::File(path) => Ok(Box::new(super::EmbeddedStore::open_to_read(path)?)),
            #[cfg(feature = "object-store")]
            Self::Shared(url) => {
                let location = super::SharedLocation::parse(url).await?;
                Ok(Box::new(match write {
                    true => super::SharedStore::open(location, owner()).await?,
                    false => super::SharedStore::open_to_read(location).await?,
                }))
            }
            #[cfg(not(all(feature = "store", feature = "object-store")))]
            _ => Err(self.not_built()),
        }
    }

    /// The error of a location that this build cannot open.
    #[cfg(not(all(feature = "store", feature = "object-store")))]
    fn not_built(&self) -> StoreError {
        let is_none = match self {
            Self::Shared(url) => super::scheme::Scheme::split(url).err(),
            Self::File(_) => None,
        };
        is_none.unwrap_or_else(|| StoreError::NotBuilt { location: self.to_string() })
    }

    /// Ends the lease with this id, of a run that was killed. Returns the owner of the lease, and the time at which it
    /// was taken; `None` if there is no lease.
    ///
    /// # Errors
    ///
    /// [`StoreError::Leased`] if the state has another lease, which stays; [`StoreError::NoLease`] for a file; other
    /// errors if the state cannot be read or written.
    pub async fn break_lease(&self, id: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        let _ = id;
        match self {
            Self::File(_) => Err(StoreError::NoLease { location: self.to_string() }),
            #[cfg(feature = "object-store")]
            Self::Shared(url) => {
                let location = super::SharedLocation::parse(url).await?;
                let lease = super::SharedStore::break_lease(location, owner(), id).await?;
                Ok(lease.map(|lease| (lease.owner, lease.since)))
            }
            #[cfg(not(feature = "object-store"))]
            Self::Shared(_) => Err(self.not_built()),
        }
    }
}

impl fmt::Display for StateLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Shared(url) => f.write_str(url),
        }
    }
}

/// The name of this process as the owner of a lease.
#[cfg(feature = "object-store")]
fn owner() -> String {
    use std::{env, fs, process};

    let set =
        |names: &[&str]| names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let named = || fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned());
    let user = set(&["USER", "USERNAME", "LOGNAME"]).unwrap_or_else(|| "unknown".to_owned());
    let host = set(&["HOSTNAME", "COMPUTERNAME"]).or_else(named).unwrap_or_else(|| "unknown-host".to_owned());
    format!("{user}@{host} (process {})", process::id())
}
