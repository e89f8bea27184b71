//! Caches information about instances.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{directory::Directory, finding::not_checked, once::Once, user::identity_management};
use crate::{
    client::{ClientError, ClientResult, ConnectClient, ErrorKind},
    user::{Code, Diagnostic, IdentityManagementType, InstanceId, Property},
};

/// A cache of instances: their identity management types, and their profiles and groups. Each is read once, also if
/// several callers request it at the same time; a failed call is repeated by the next caller.
#[derive(Debug, Default)]
pub struct Instances {
    known: Mutex<BTreeMap<InstanceId, Arc<Known>>>,
    checks_ids: bool,
    notices: Mutex<Vec<Diagnostic>>,
}

/// The cached information about an instance.
#[derive(Debug, Default)]
struct Known {
    kind: Once<Option<IdentityManagementType>>,
    /// A directory that is incomplete because of a temporary error is not kept.
    directory: Once<Arc<Directory>, ClientResult<Arc<Directory>>>,
}

/// Error of reading information about an instance.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstanceError {
    /// The instance cannot be read.
    #[error("the instance `{instance}` cannot be read")]
    Read {
        /// The instance.
        instance: InstanceId,
        /// The error.
        #[source]
        error: Box<ClientError>,
    },
    /// The profiles and groups of the instance cannot be listed.
    #[error("the profiles and groups of the instance `{instance}` cannot be listed")]
    List {
        /// The instance.
        instance: InstanceId,
        /// The error.
        #[source]
        error: Box<ClientError>,
    },
    /// The users of the instance cannot be searched.
    #[error("the instance `{instance}` cannot be searched")]
    Search {
        /// The instance.
        instance: InstanceId,
        /// The error.
        #[source]
        error: Box<ClientError>,
    },
    /// The instance has another identity management type than the host says.
    #[error("the instance `{instance}` manages identities with `{actual}`, not with `{expected}`")]
    OtherKind {
        /// The instance.
        instance: InstanceId,
        /// The type of the instance.
        actual: IdentityManagementType,
        /// The type that the host says.
        expected: IdentityManagementType,
    },
}

impl InstanceError {
    /// Returns the error of the failed call, if a call failed.
    pub const fn client(&self) -> Option<&ClientError> {
        match self {
            Self::Read { error, .. } | Self::List { error, .. } | Self::Search { error, .. } => Some(error),
            Self::OtherKind { .. } => None,
        }
    }

    /// Returns what to do about the error.
    pub fn help(&self) -> &str {
        match self.client() {
            Some(error) if error.kind() == ErrorKind::NotFound => {
                "check the id of the instance, the Region and the account"
            }
            Some(error) => error.help(),
            None => "leave out the identity management type, or use another instance",
        }
    }

    /// Returns the error as a diagnostic, with its cause.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, message) = match self.client() {
            Some(error) => (Code::CALL_FAILED, format!("{self}: {error}")),
            None => (Code::SETTINGS_DIFFER, self.to_string()),
        };
        Diagnostic::new(code, message).at(Property::InstanceId).with_help(self.help())
    }
}

impl Instances {
    /// Sets whether ids of profiles and groups, and proficiencies, are checked to exist; names are always checked.
    /// Default: `false`.
    #[must_use]
    pub const fn with_checked_ids(mut self, checked: bool) -> Self {
        self.checks_ids = checked;
        self
    }

    /// Whether ids are checked to exist.
    pub const fn checks_ids(&self) -> bool {
        self.checks_ids
    }

    /// Returns the identity management type of an instance. Returns `expected`, the type that the host says, if the
    /// caller is not allowed to read it, if this version does not know the type, or if the id is malformed (validation
    /// reports that).
    ///
    /// # Errors
    ///
    /// [`InstanceError`] if the instance cannot be read, or has another type than `expected`.
    pub async fn identity_management(
        &self,
        instance: &InstanceId,
        expected: Option<IdentityManagementType>,
        client: &dyn ConnectClient,
    ) -> Result<Option<IdentityManagementType>, InstanceError> {
        if instance.check().is_err() {
            return Ok(expected);
        }
        let ask = || async {
            match identity_management(client, instance).await {
                Err(error) if error.kind() == ErrorKind::AccessDenied => {
                    let what = format_args!("how the instance `{instance}` manages identities is not known");
                    self.tell(not_checked(what, &error));
                    Ok(None)
                }
                kind => kind,
            }
        };
        let known = self.known(instance);
        let kind = known
            .kind
            .get_or_try(ask)
            .await
            .map_err(|error| InstanceError::Read { instance: instance.clone(), error: Box::new(error) })?;
        match (*kind, expected) {
            (Some(actual), Some(expected)) if actual != expected => {
                Err(InstanceError::OtherKind { instance: instance.clone(), actual, expected })
            }
            (kind, expected) => Ok(kind.or(expected)),
        }
    }

    /// Returns the directory of an instance, which resolves names; `None` if the id of the instance is malformed.
    ///
    /// # Errors
    ///
    /// [`InstanceError`] with the error of [`Directory::read`].
    pub async fn directory(
        &self,
        instance: &InstanceId,
        client: &dyn ConnectClient,
    ) -> Result<Option<Arc<Directory>>, InstanceError> {
        if instance.check().is_err() {
            return Ok(None);
        }
        let ask = || async {
            let directory = Directory::read(instance, client).await.map_err(Err)?;
            let directory = if self.checks_ids { directory } else { directory.without_checking_ids() };
            directory.unchecked().for_each(|unchecked| self.tell(unchecked));
            // If ids are checked, all users need the directory: keep it, even if it is incomplete.
            let lasts = self.checks_ids || directory.lasts();
            let directory = Arc::new(directory);
            if lasts { Ok(directory) } else { Err(Ok(directory)) }
        };
        let known = self.known(instance);
        let directory = known.directory.get_or_try(ask).await.cloned().or_else(|unlasting| unlasting);
        let failed = |error| InstanceError::List { instance: instance.clone(), error: Box::new(error) };
        directory.map(Some).map_err(failed)
    }

    /// Returns the directory of an instance for a user with proficiencies: if ids are checked, the directory checks
    /// proficiencies, too.
    ///
    /// # Errors
    ///
    /// The errors of [`directory`](Self::directory).
    pub async fn directory_with_attributes(
        &self,
        instance: &InstanceId,
        client: &dyn ConnectClient,
    ) -> Result<Option<Arc<Directory>>, InstanceError> {
        let directory = self.directory(instance, client).await?;
        if let Some(directory) = directory.as_ref().filter(|_| self.checks_ids) {
            let failed = |error| InstanceError::List { instance: instance.clone(), error: Box::new(error) };
            if directory.read_attributes(client).await.map_err(failed)? {
                directory.unchecked_attributes().into_iter().for_each(|unchecked| self.tell(unchecked));
            }
        }
        Ok(directory)
    }

    /// Returns the name of the profile or group with this id, if a directory that was read has it.
    pub fn name_of(&self, property: Property, id: &str) -> Option<String> {
        let known = lock(&self.known);
        let directories = known.values().filter_map(|known| known.directory.get());
        directories.into_iter().find_map(|directory| directory.name_of(property, id))
    }

    /// Returns what could not be checked, and why, and clears the list: each notice is returned once.
    pub fn take_notices(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut lock(&self.notices))
    }

    fn tell(&self, notice: Diagnostic) {
        lock(&self.notices).push(notice);
    }

    fn known(&self, instance: &InstanceId) -> Arc<Known> {
        lock(&self.known).entry(instance.to_bare()).or_default().clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
