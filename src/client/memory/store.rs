//! The service in a file.

use std::io;

use serde::{Deserialize, Serialize};

use super::{
    Inner, MemoryConnect,
    clock::Clock,
    instance::{Instance, MemoryInstance},
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
    time: Timestamp,
    made: u64,
    any_instance: Option<IdentityManagementType>,
    instances: Vec<FileInstance>,
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
struct FileQuickConnect {
    id: String,
    name: String,
    user_id: Option<String>,
}

/// Why a file is not a service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It cannot be read.
    #[error("the file cannot be read")]
    Read(#[source] io::Error),
    /// It is not the JSON that [`MemoryConnect::save`] writes.
    #[error("the file does not hold an Amazon Connect: {0}")]
    Form(#[source] serde_json::Error),
    /// A later version of this crate has written it.
    #[error("the file has version {found}, and this program knows {VERSION}")]
    Version {
        /// The version in the file.
        found: u32,
    },
}

impl MemoryConnect {
    /// Writes the whole service as JSON: instances, users, tags, proficiencies, quick connects and clock.
    /// Faults and the log of calls are not part of it, and passwords are nowhere.
    ///
    /// # Errors
    ///
    /// What the writer says.
    pub fn save(&self, writer: impl io::Write) -> io::Result<()> {
        let inner = self.lock();
        let file = File {
            version: VERSION,
            time: inner.clock.now(),
            made: inner.made,
            any_instance: inner.any_instance,
            instances: inner.instances.iter().map(to_file).collect(),
        };
        serde_json::to_writer_pretty(writer, &file).map_err(io::Error::from)
    }

    /// Reads what [`save`](Self::save) has written. A user that could not be seen yet can be.
    ///
    /// # Errors
    ///
    /// [`LoadError`] where the file cannot be read, or is not what it should be.
    pub fn load(reader: impl io::Read) -> Result<Self, LoadError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }

        let text = io::read_to_string(reader).map_err(LoadError::Read)?;
        let Version { version } = serde_json::from_str(&text).map_err(LoadError::Form)?;
        if version != VERSION {
            return Err(LoadError::Version { found: version });
        }
        let file: File = serde_json::from_str(&text).map_err(LoadError::Form)?;
        let inner = Inner {
            instances: file.instances.into_iter().map(from_file).collect(),
            any_instance: file.any_instance,
            clock: Clock::at(file.time),
            made: file.made,
            ..Inner::default()
        };
        Ok(Self { inner: inner.into() })
    }
}

fn to_file(instance: &Instance) -> FileInstance {
    let id = InstanceId::new(instance.config.id.as_str());
    FileInstance {
        config: instance.config.clone(),
        users: instance
            .users
            .iter()
            .map(|user| user.description.clone().into_state(id.clone(), Some(user.proficiencies.clone())))
            .collect(),
        quick_connects: instance
            .quick_connects
            .iter()
            .map(|quick_connect| FileQuickConnect {
                id: quick_connect.quick_connect_id.clone(),
                name: quick_connect.name.clone(),
                user_id: quick_connect.user_id.as_ref().map(ToString::to_string),
            })
            .collect(),
    }
}

fn from_file(file: FileInstance) -> Instance {
    let quick_connects = file.quick_connects.into_iter().map(|quick_connect| QuickConnectSummary {
        quick_connect_id: quick_connect.id,
        name: quick_connect.name,
        user_id: quick_connect.user_id.map(Into::into),
    });
    Instance {
        config: file.config,
        users: file.users.into_iter().map(from_state).collect(),
        quick_connects: quick_connects.collect(),
    }
}

fn from_state(state: UserState) -> StoredUser {
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
