//! The service in a file: the whole of it, as JSON.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Deserializer;

use super::{
    Inner, MemoryConnect,
    clock::Clock,
    instance::{Changed, Instance, MemoryInstance},
    journal,
    users::StoredUser,
};
use crate::{
    client::{QuickConnectSummary, UserDescription},
    user::{IdentityManagementType, InstanceId, Timestamp, UserState},
};

/// The version of the file; a later one cannot be read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    version: u32,
    #[serde(flatten)]
    head: Head,
    instances: Vec<FileInstance>,
}

/// What is of the whole service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head {
    time: Timestamp,
    made: u64,
    any_instance: Option<IdentityManagementType>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileInstance {
    #[serde(flatten)]
    config: MemoryInstance,
    users: Vec<UserState>,
    quick_connects: Vec<FileQuickConnect>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileQuickConnect {
    id: String,
    name: String,
    user_id: Option<String>,
}

/// Why a file is not a service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    Read(#[source] io::Error),
    /// It is not the JSON that [`MemoryConnect::save`] writes.
    #[error("the file does not hold an Amazon Connect: {0}")]
    Form(#[source] serde_json::Error),
    /// A line behind the document is not one that [`MemoryConnect::append_changes`] writes, and is not the
    /// last, which may be half a line.
    #[error("change {number} of the file cannot be read: {source}")]
    Change {
        /// Which it is behind the document, from 1.
        number: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A later version of this crate has written it.
    #[error("the file has version {found}, and this program knows {VERSION}")]
    Version {
        /// The version in the file.
        found: u32,
    },
}

impl MemoryConnect {
    /// Writes the whole service as JSON: instances, users, tags, proficiencies, quick connects and clock.
    /// Faults, quotas and the log of calls are not part of it, and passwords are nowhere.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn save(&self, mut writer: impl io::Write) -> io::Result<()> {
        self.save_through(|write| write(&mut writer)).map(drop)
    }

    /// Saves, and says which of all writes this was. Nothing counts as written unless `save` succeeds, which
    /// is given what writes the whole.
    pub(super) fn save_through(
        &self,
        save: impl FnOnce(&dyn Fn(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()>,
    ) -> io::Result<u64> {
        let mut inner = self.lock();
        let file = File {
            version: VERSION,
            head: inner.head(),
            instances: inner.instances.iter().map(to_file).collect(),
        };
        save(&|writer| {
            serde_json::to_writer_pretty(&mut *writer, &file)?;
            writer.write_all(b"\n")?;
            writer.flush()
        })?;
        inner.is_written(file.head);
        Ok(inner.written.number)
    }

    /// Reads what [`save`](Self::save) has written, and the [changes](Self::append_changes) behind it. A
    /// last line that was cut off is as if it had never been begun. A user that could not be seen yet can be.
    ///
    /// # Errors
    ///
    /// [`LoadError`] where the file cannot be read, or is not what it should be.
    pub fn load(mut reader: impl io::Read) -> Result<Self, LoadError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }

        let mut text = Vec::new();
        reader.read_to_end(&mut text).map_err(LoadError::Read)?;
        let version = Version::deserialize(&mut Deserializer::from_slice(&text));
        let Version { version } = version.map_err(LoadError::Form)?;
        if version != VERSION {
            return Err(LoadError::Version { found: version });
        }
        let mut documents = Deserializer::from_slice(&text).into_iter::<File>();
        let mut inner = Inner::default();
        if let Some(file) = documents.next() {
            let File { head, instances, .. } = file.map_err(LoadError::Form)?;
            inner.set_head(head);
            inner.instances = instances.into_iter().map(from_file).collect();
        }
        journal::replay(&mut inner, text.get(documents.byte_offset()..).unwrap_or_default())?;
        let head = inner.head();
        inner.is_written(head);
        Ok(Self { inner: inner.into() })
    }
}

impl Inner {
    pub(super) fn head(&self) -> Head {
        Head { time: self.clock.now(), made: self.made, any_instance: self.any_instance }
    }

    pub(super) fn set_head(&mut self, head: Head) {
        self.clock = Clock::at(head.time);
        self.made = head.made;
        self.any_instance = head.any_instance;
    }
}

fn to_file(instance: &Instance) -> FileInstance {
    FileInstance {
        config: instance.config.clone(),
        users: instance.users.iter().map(|user| to_state(&instance.config, user)).collect(),
        quick_connects: quick_connects_to_file(&instance.quick_connects),
    }
}

fn from_file(file: FileInstance) -> Instance {
    Instance {
        config: file.config,
        users: file.users.into_iter().map(from_state).collect(),
        quick_connects: quick_connects_from_file(file.quick_connects),
        changed: Changed::default(),
    }
}

pub(super) fn quick_connects_to_file(quick_connects: &[QuickConnectSummary]) -> Vec<FileQuickConnect> {
    let to_file = |quick_connect: &QuickConnectSummary| FileQuickConnect {
        id: quick_connect.quick_connect_id.clone(),
        name: quick_connect.name.clone(),
        user_id: quick_connect.user_id.as_ref().map(ToString::to_string),
    };
    quick_connects.iter().map(to_file).collect()
}

pub(super) fn quick_connects_from_file(quick_connects: Vec<FileQuickConnect>) -> Vec<QuickConnectSummary> {
    let from_file = |quick_connect: FileQuickConnect| QuickConnectSummary {
        quick_connect_id: quick_connect.id,
        name: quick_connect.name,
        user_id: quick_connect.user_id.map(Into::into),
    };
    quick_connects.into_iter().map(from_file).collect()
}

pub(super) fn to_state(instance: &MemoryInstance, user: &StoredUser) -> UserState {
    let id = InstanceId::new(instance.id.as_str());
    user.description.clone().into_state(id, Some(user.proficiencies.clone()))
}

pub(super) fn from_state(state: UserState) -> StoredUser {
    let settings = state.settings;
    StoredUser {
        description: UserDescription {
            user_id: state.user_id,
            arn: state.arn,
            name: state.name,
            directory_user_id: state.directory_user_id,
            identity: settings.identity,
            phone: settings.phone,
            routing_profile_id: settings.routing_profile_id,
            security_profile_ids: settings.security_profile_ids,
            hierarchy_group_id: settings.hierarchy_group_id,
            channels: settings.channels,
            tags: state.tags_all,
            last_modified_time: state.last_modified_time,
            last_modified_region: state.last_modified_region,
            unrecognised: state.record.unrecognised,
        },
        proficiencies: settings.proficiencies.unwrap_or_default(),
        hidden_reads: 0,
        hidden_until: Timestamp::default(),
    }
}
