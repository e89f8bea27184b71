//! An instance: its configuration, its users and its quick connects.

use super::{config::MemoryInstance, users::Users};
use crate::client::answer::QuickConnectSummary;

#[derive(Debug)]
pub(super) struct Instance {
    pub(super) config: MemoryInstance,
    pub(super) users: Users,
    pub(super) quick_connects: Vec<QuickConnectSummary>,
    pub(super) changed: Changed,
}

/// What has changed since the last write; [`Users`] tracks its own changes.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) config: bool,
    /// The quick connects at the last write, if they have changed.
    pub(super) quick_connects: Option<Vec<QuickConnectSummary>>,
}

impl Instance {
    pub(super) fn new(config: MemoryInstance) -> Self {
        Self {
            config,
            users: Users::default(),
            quick_connects: Vec::new(),
            changed: Changed { config: true, quick_connects: None },
        }
    }

    /// Changes the quick connects.
    pub(super) fn change_quick_connects(&mut self, change: impl FnOnce(&mut Vec<QuickConnectSummary>)) {
        self.changed.quick_connects.get_or_insert_with(|| self.quick_connects.clone());
        change(&mut self.quick_connects);
    }

    pub(super) fn is_written(&mut self) {
        self.changed = Changed::default();
        self.users.is_written();
    }

    /// Undoes all changes of users and quick connects since the last write.
    pub(super) fn undo(&mut self) {
        if let Some(before) = self.changed.quick_connects.take() {
            self.quick_connects = before;
        }
        self.users.undo();
    }
}
