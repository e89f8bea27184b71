//! Who is meant in a run.

use std::{
    collections::{BTreeMap, HashSet},
    mem::take,
};

use crate::{
    read::FoundUsers,
    user::{Diagnostic, InstanceId},
};

/// Who is meant by the filter of a session.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The resource names, of records and of the program.
    pub(super) names: HashSet<String>,
    /// Whom a search has found of those who are meant, by instance.
    pub(super) found: BTreeMap<InstanceId, FoundUsers>,
    /// What could not be found out, and why; that nobody is meant.
    pub(super) unchecked: Vec<Diagnostic>,
    /// Whether a refresh was made with it: the next one asks again.
    pub(super) is_used: bool,
}

impl Scope {
    /// Whether a user is meant, by its resource name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whom the search has found, and what could not be found out.
    pub(super) fn use_up(&mut self) -> (BTreeMap<InstanceId, FoundUsers>, Vec<Diagnostic>) {
        self.is_used = true;
        (take(&mut self.found), take(&mut self.unchecked))
    }

    /// Takes over that records have got other resource names.
    pub(super) fn rename(&mut self, names: &BTreeMap<String, String>) {
        let renamed: Vec<&String> =
            names.iter().filter_map(|(from, to)| self.names.remove(from).then_some(to)).collect();
        self.names.extend(renamed.into_iter().cloned());
    }
}
