//! The users that are selected in a run.

use std::{
    collections::{BTreeMap, HashSet},
    mem::take,
};

use crate::{
    read::FoundUsers,
    user::{Diagnostic, InstanceId},
};

/// The users that are selected by the filter of a session.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The resource names of the users, in the records and in the program.
    pub(super) names: HashSet<String>,
    /// The selected users that a search has found, by instance.
    pub(super) found: BTreeMap<InstanceId, FoundUsers>,
    /// What could not be found out, and why, or that no user is selected.
    pub(super) unchecked: Vec<Diagnostic>,
    /// Whether a refresh has used the scope: the next refresh finds out the scope again.
    pub(super) is_used: bool,
}

impl Scope {
    /// Whether a user is selected, by its resource name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Takes out the users that the search has found, and what could not be found out.
    pub(super) fn use_up(&mut self) -> (BTreeMap<InstanceId, FoundUsers>, Vec<Diagnostic>) {
        self.is_used = true;
        (take(&mut self.found), take(&mut self.unchecked))
    }

    /// Gives users their new resource names.
    pub(super) fn rename(&mut self, names: &BTreeMap<String, String>) {
        let renamed: Vec<&String> =
            names.iter().filter_map(|(from, to)| self.names.remove(from).then_some(to)).collect();
        self.names.extend(renamed.into_iter().cloned());
    }
}
