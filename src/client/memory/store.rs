//! Saves and loads the whole service as JSON.

use std::{fmt, io};

use serde::{
    Deserialize, Serialize, Serializer,
    de::{SeqAccess, Visitor},
};
use serde_json::Deserializer;

use super::{
    clock::Clock,
    config::MemoryInstance,
    connect::{Inner, MemoryConnect},
    form::{Head, LoadError, VERSION, from_state, to_state},
    instance::{Changed, Instance},
    journal,
    users::Users,
};
use crate::client::answer::QuickConnectSummary;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Saved<'a> {
    version: u32,
    #[serde(flatten)]
    head: &'a Head,
    instances: Vec<SavedInstance<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SavedInstance<'a> {
    #[serde(flatten)]
    config: &'a MemoryInstance,
    #[serde(serialize_with = "states")]
    users: &'a Instance,
    quick_connects: &'a [QuickConnectSummary],
}

/// Writes users as states; each state is created when it is written.
fn states<S: Serializer>(instance: &&Instance, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(instance.users.iter().map(|user| to_state(&instance.config, user)))
}

#[derive(Deserialize)]
struct Loaded {
    #[serde(flatten)]
    head: Head,
    instances: Vec<LoadedInstance>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoadedInstance {
    #[serde(flatten)]
    config: MemoryInstance,
    users: Users,
    quick_connects: Vec<QuickConnectSummary>,
}

impl<'de> Deserialize<'de> for Users {
    /// Reads states; each becomes a user before the next is read.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct States;

        impl<'de> Visitor<'de> for States {
            type Value = Users;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of users")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut states: A) -> Result<Users, A::Error> {
                let mut users = Users::default();
                while let Some(state) = states.next_element()? {
                    users.put(from_state(state));
                    users.is_written();
                }
                Ok(users)
            }
        }

        deserializer.deserialize_seq(States)
    }
}

impl MemoryConnect {
    /// Writes the whole service as JSON: instances, users, tags, proficiencies, quick connects and clock. Faults,
    /// quotas, the log of calls and passwords are not saved.
    ///
    /// # Errors
    ///
    /// The error of the writer.
    pub fn save(&self, mut writer: impl io::Write) -> io::Result<()> {
        self.save_through(|write| write(&mut writer)).map(drop)
    }

    /// Saves, and returns the number of the write. `save` is called with a function that writes the whole service.
    /// Nothing counts as written unless `save` succeeds.
    pub(super) fn save_through(
        &self,
        save: impl FnOnce(&dyn Fn(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()>,
    ) -> io::Result<u64> {
        let mut inner = self.lock();
        let head = inner.head();
        let saved = Saved {
            version: VERSION,
            head: &head,
            instances: inner.instances.iter().map(SavedInstance::of).collect(),
        };
        save(&|writer| {
            serde_json::to_writer_pretty(&mut *writer, &saved)?;
            writer.write_all(b"\n")?;
            writer.flush()
        })?;
        inner.is_written(head);
        Ok(inner.written.number)
    }

    /// Reads what [`save`](Self::save) has written, and the [changes](Self::append_changes) after it. An incomplete
    /// last line is ignored. Users that were hidden are visible.
    ///
    /// # Errors
    ///
    /// [`LoadError`] if the data cannot be read, or does not hold a service.
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
        let mut documents = Deserializer::from_slice(&text).into_iter::<Loaded>();
        let mut inner = Inner::default();
        if let Some(file) = documents.next() {
            let Loaded { head, instances } = file.map_err(LoadError::Form)?;
            inner.set_head(head);
            inner.instances = instances.into_iter().map(Instance::from).collect();
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

impl<'a> SavedInstance<'a> {
    fn of(instance: &'a Instance) -> Self {
        Self { config: &instance.config, users: instance, quick_connects: &instance.quick_connects }
    }
}

impl From<LoadedInstance> for Instance {
    fn from(LoadedInstance { config, users, quick_connects }: LoadedInstance) -> Self {
        Self { config, users, quick_connects, changed: Changed::default() }
    }
}
