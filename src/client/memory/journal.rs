//! The journal: one line per change, so that a file with many users is not rewritten for one change.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize, de::Error};

use super::{
    config::MemoryInstance,
    connect::{Inner, MemoryConnect, Written},
    form::{self, Head, LoadError},
    instance::Instance,
};
use crate::{
    client::answer::QuickConnectSummary,
    user::{InstanceId, UserId, UserState},
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Change {
    Service(Head),
    Instance(Box<MemoryInstance>),
    QuickConnects { instance_id: InstanceId, quick_connects: Vec<QuickConnectSummary> },
    User(Box<UserState>),
    Gone { instance_id: InstanceId, user_id: UserId },
}

static WRITES: AtomicU64 = AtomicU64::new(0);

impl MemoryConnect {
    /// Writes a line of JSON for each change since the last [`save`](Self::save) or `append_changes`, all in one write,
    /// and returns the number of lines: a user as it is now or its deletion, an instance, its quick connects, the clock
    /// and the counter. A saved service followed by these lines can be [loaded](Self::load) to the current state.
    ///
    /// If a program was ended in the middle of a line, no other line may follow it: save the whole service again first.
    /// [`MemoryFile`](super::MemoryFile) does that.
    ///
    /// # Errors
    ///
    /// The error of the writer. All changes then still count as unwritten, although part of them may be written.
    ///
    /// ```
    /// use connect_user::client::memory::{MemoryConnect, MemoryInstance};
    /// use connect_user::user::{IdentityManagementType, Timestamp};
    ///
    /// let (connect, mut file) = (MemoryConnect::new(), Vec::new());
    /// connect.save(&mut file)?;
    /// assert_eq!(connect.append_changes(&mut file)?, 0);
    /// connect.add_instance(MemoryInstance::new("1c2d", IdentityManagementType::Saml));
    /// connect.set_time(Timestamp::from_millis(1_800_000_000_000));
    /// assert_eq!(connect.append_changes(&mut file)?, 2);
    /// assert_eq!(MemoryConnect::load(file.as_slice())?.time(), connect.time());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn append_changes(&self, mut writer: impl io::Write) -> io::Result<usize> {
        self.lock().append(&mut writer)
    }

    /// Appends to the write with the number `after`, and returns the number of the new write; `None` if something else
    /// was written since.
    pub(super) fn append_numbered(&self, mut writer: impl io::Write, after: u64) -> io::Result<Option<u64>> {
        let mut inner = self.lock();
        if inner.written.number != after {
            return Ok(None);
        }
        inner.append(&mut writer)?;
        Ok(Some(inner.written.number))
    }

    /// Undoes all changes of users and quick connects since the last write.
    pub(super) fn undo_unwritten(&self) {
        let mut inner = self.lock();
        inner.instances.iter_mut().for_each(Instance::undo);
        inner.written.undone += 1;
    }

    /// Returns how often changes were undone because they could not be written.
    pub(super) fn undone(&self) -> u64 {
        self.lock().written.undone
    }
}

impl Inner {
    fn append(&mut self, writer: &mut impl io::Write) -> io::Result<usize> {
        let head = self.head();
        let changes = self.changes(&head);
        if !changes.is_empty() {
            let mut lines = Vec::new();
            for change in &changes {
                serde_json::to_writer(&mut lines, change)?;
                lines.push(b'\n');
            }
            writer.write_all(&lines)?;
            writer.flush()?;
            self.is_written(head);
        }
        Ok(changes.len())
    }

    fn changes(&self, head: &Head) -> Vec<Change> {
        let head = Some(head.clone()).filter(|head| self.written.head.as_ref() != Some(head));
        // The counter comes first: if a user were written without it, an id could be used twice.
        let mut changes: Vec<_> = head.map(Change::Service).into_iter().collect();
        for Instance { config, users, quick_connects, changed } in &self.instances {
            let instance_id = || InstanceId::new(config.id.as_str());
            if changed.config {
                changes.push(Change::Instance(Box::new(config.clone())));
            }
            changes.extend(users.changed().map(|(id, user)| match user {
                Some(user) => Change::User(Box::new(form::to_state(config, user))),
                None => Change::Gone { instance_id: instance_id(), user_id: id.clone() },
            }));
            if changed.quick_connects.is_some() {
                let quick_connects = quick_connects.clone();
                changes.push(Change::QuickConnects { instance_id: instance_id(), quick_connects });
            }
        }
        changes
    }

    /// Records that everything is written, with the clock as it was.
    pub(super) fn is_written(&mut self, head: Head) {
        let number = WRITES.fetch_add(1, Ordering::Relaxed) + 1;
        self.written = Written { number, head: Some(head), ..self.written };
        self.instances.iter_mut().for_each(Instance::is_written);
    }

    fn apply(&mut self, change: Change) -> Result<(), serde_json::Error> {
        match change {
            Change::Service(head) => self.set_head(head),
            Change::Instance(config) => {
                match self.instances.iter_mut().find(|instance| instance.config.id == config.id) {
                    Some(instance) => instance.config = *config,
                    None => self.instances.push(Instance::new(*config)),
                }
            }
            Change::QuickConnects { instance_id, quick_connects } => {
                self.named(&instance_id)?.quick_connects = quick_connects;
            }
            Change::User(state) => self.named(&state.instance_id)?.users.put(form::from_state(*state)),
            Change::Gone { instance_id, user_id } => {
                self.named(&instance_id)?.users.remove(&user_id);
            }
        }
        Ok(())
    }

    fn named(&mut self, id: &InstanceId) -> Result<&mut Instance, serde_json::Error> {
        self.stored(id).ok_or_else(|| Error::custom(format_args!("there is no instance `{id}`")))
    }
}

/// Applies the lines after a document.
pub(super) fn replay(inner: &mut Inner, text: &[u8]) -> Result<(), LoadError> {
    let lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    for (index, line) in lines.enumerate() {
        let done = match serde_json::from_slice(line) {
            // Only the line in which the program was ended has no line break.
            Err(error) if !line.ends_with(b"\n") && !error.is_data() => return Ok(()),
            read => read.and_then(|change| inner.apply(change)),
        };
        done.map_err(|error| LoadError::Change { number: index + 1, error })?;
    }
    Ok(())
}
