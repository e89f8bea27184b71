//! The result of a refresh.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use crate::{
    client::{ClientError, ClientResult},
    fleet::{Entry, StoreChange},
    read::{Finding, FindingKind, FoundUsers, ListedUsers, Reading, not_read},
    user::{Diagnostic, InstanceId, UserId, UserState},
};

/// The result of refreshing a fleet.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Refreshed {
    /// The actual state of every recorded user, by the resource name of its record; `None` if the user is gone.
    pub states: BTreeMap<String, Option<Arc<UserState>>>,
    /// What differs from the record: users that are gone, created again, renamed, or not visible yet.
    pub findings: Vec<Finding>,
    /// The users that could not be read, each with the error. Their states are as recorded, and no plan writes their
    /// properties that a call writes as a whole block.
    pub failed: BTreeMap<String, ClientError>,
    /// The number of users in each instance, by bare id, managed or not; only for instances that were listed, or
    /// searched whole.
    pub present: BTreeMap<String, usize>,
    /// Sentences that say what was read in each instance, and why.
    pub explanations: Vec<String>,
    /// What was not checked, and why.
    pub unchecked: Vec<Diagnostic>,
    /// Whether nothing was read, and users are assumed to be as recorded.
    pub(super) is_assumed: bool,
    /// The ids of the users of each instance, by the bare id of the instance and the user name.
    names: HashMap<String, HashMap<Arc<str>, UserId>>,
    /// The resource names of the records of users that are gone and that the program desires.
    pub(super) desired: HashSet<String>,
    /// The resource names in the program without a recorded user.
    pub(super) new: HashSet<Box<str>>,
    /// The resource names of users that were left to delete and that the program desires again.
    pub(in crate::fleet) handed_over: HashSet<String>,
}

impl Refreshed {
    /// The users that exist, as [`plan`](crate::fleet::plan) takes them.
    pub fn there(&self) -> BTreeMap<String, Arc<UserState>> {
        let there = |(name, state): (&String, &Option<Arc<UserState>>)| Some((name.clone(), state.clone()?));
        self.states.iter().filter_map(there).collect()
    }

    /// The id of the user that has a name in an instance, if the instance was listed, or searched whole.
    pub fn owner_of(&self, instance: &InstanceId, name: &str) -> Option<&UserId> {
        self.names.get(instance.bare())?.get(name)
    }

    /// The changes for the store: users that differ from their record, and the removal of users that are gone and
    /// missing from the program. Commit them before planning, so that a later refresh does not read the same users
    /// again. `known` are the entries of the store.
    pub fn changes(&self, known: &BTreeMap<String, Entry>) -> Vec<StoreChange> {
        let new = Entry::default();
        // A replacement was stopped before it deleted the user.
        let is_still_there = |name: &String, entry: &Entry| entry.former.is_some() && self.has_seen(name);
        let changed = |(name, state): (&String, &Option<Arc<UserState>>)| {
            let entry = known.get(name).or_else(|| self.handed_over.contains(name).then_some(&new))?;
            match state {
                _ if self.failed.contains_key(name) => None,
                Some(state) if entry.state.as_ref() == Some(state) && !is_still_there(name, entry) => None,
                Some(state) => {
                    let mut entry = entry.clone();
                    entry.put(state.clone());
                    entry.former.take_if(|_| self.has_seen(name));
                    Some(StoreChange::put(name.clone(), entry))
                }
                // The user that is created instead takes over what is left to do.
                None if self.desired.contains(name) => None,
                None if entry.creating.is_empty() => Some(StoreChange::remove(name.clone())),
                // A creation that is still in doubt may have made another user.
                None => {
                    Some(StoreChange::put(name.clone(), Entry { state: None, former: None, ..entry.clone() }))
                }
            }
        };
        // The notes of a user to be created are of no use once the program has no such resource.
        let is_left = |(name, entry): &(&String, &Entry)| {
            entry.state.is_none() && entry.creating.is_empty() && !self.new.contains(name.as_str())
        };
        let left = known.iter().filter(is_left).map(|(name, _)| StoreChange::remove(name.clone()));
        self.states.iter().filter_map(changed).chain(left).collect()
    }

    /// Keeps the records of users without an account, which the program desires under these resource names.
    pub(in crate::fleet) fn keep_records<'p>(&mut self, names: impl IntoIterator<Item = &'p str>) {
        for name in names {
            self.desired.insert(name.to_owned());
            self.new.insert(name.into());
        }
    }

    /// Whether a user was seen, and is not only assumed to exist.
    fn has_seen(&self, name: &str) -> bool {
        let mut assumed = self.findings.iter().filter(|finding| finding.kind.is_assumed());
        !self.is_assumed && assumed.all(|finding| finding.user != name)
    }

    /// Takes over the reading of a user.
    pub(super) fn take(&mut self, name: &str, known: &Arc<UserState>, reading: ClientResult<Reading>) {
        let Reading { state, finding } = reading.unwrap_or_else(|error| {
            self.failed.insert(name.to_owned(), error);
            Reading::there(not_read(known), None)
        });
        match state {
            Some(state) => self.put(name, known, Arc::new(state), finding),
            None => {
                self.find(name, finding);
                self.states.insert(name.to_owned(), None);
            }
        }
    }

    /// Takes over the state of a user that exists.
    pub(super) fn put(
        &mut self,
        name: &str,
        known: &Arc<UserState>,
        state: Arc<UserState>,
        finding: Option<FindingKind>,
    ) {
        self.find(name, finding);
        let state = if state == *known { known.clone() } else { state };
        self.states.insert(name.to_owned(), Some(state));
    }

    fn find(&mut self, name: &str, finding: Option<FindingKind>) {
        self.findings.extend(finding.map(|kind| Finding { user: name.to_owned(), kind }));
    }

    /// Counts the users that a search has found, and takes over the names that the search tells.
    pub(super) fn count_found(&mut self, instance: &InstanceId, users: &FoundUsers) {
        self.present.insert(instance.bare().to_owned(), users.len());
        let named = users.iter().filter(|user| !user.name.is_empty());
        let names = named.map(|user| (user.name.as_str().into(), user.user_id.clone()));
        self.names.entry(instance.bare().to_owned()).or_default().extend(names);
    }

    pub(super) fn count_listed(&mut self, instance: &InstanceId, users: &ListedUsers) {
        self.present.insert(instance.bare().to_owned(), users.by_id.len());
        let names = users.by_name.iter().map(|(name, user)| (name.clone(), user.clone()));
        self.names.entry(instance.bare().to_owned()).or_default().extend(names);
    }

    /// Whether every user exists, with the recorded name and instance.
    pub(super) fn has_names_of(&self, known: &BTreeMap<String, Arc<UserState>>) -> bool {
        let is_same = |(name, known): (&String, &Arc<UserState>)| {
            let now = self.states.get(name).and_then(Option::as_ref);
            now.is_some_and(|now| now.name == known.name && now.instance_id == known.instance_id)
        };
        known.iter().all(is_same)
    }
}
