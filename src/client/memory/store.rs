//! The service in a file: the whole of it, as JSON.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Deserializer;

use super::{
    clock::Clock,
    config::MemoryInstance,
    connect::{Inner, MemoryConnect},
    form::{Head, LoadError, VERSION, from_state, to_state},
    instance::{Changed, Instance},
    journal,
};
use crate::{client::answer::QuickConnectSummary, user::UserState};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    version: u32,
    #[serde(flatten)]
    head: Head,
    instances: Vec<FileInstance>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileInstance {
    #[serde(flatten)]
    config: MemoryInstance,
    users: Vec<UserState>,
    quick_connects: Vec<QuickConnectSummary>,
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
    /// [`LoadError`] where the file cannot be read, or does not hold a service.
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
        Ok(inner.into())
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
        quick_connects: instance.quick_connects.clone(),
    }
}

fn from_file(file: FileInstance) -> Instance {
    Instance {
        config: file.config,
        users: file.users.into_iter().map(from_state).collect(),
        quick_connects: file.quick_connects,
        changed: Changed::default(),
    }
}
