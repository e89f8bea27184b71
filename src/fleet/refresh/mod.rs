//! Reading a fleet again, in few calls.

mod all;
mod instance;
mod options;
mod reader;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::{StreamExt, stream};
use serde::Serialize;

use self::instance::{Instance, Listed};
use super::{Change, Entry};
use crate::{
    apply::{describe, with_record},
    client::{ClientError, ClientResult, ConnectClient, list_all_proficiencies},
    user::{InstanceId, Operation, Property, Timestamp, UserId, UserState},
};

pub use all::{Everybody, read_all};
pub use options::{RefreshOptions, Strategy};
pub use reader::Reader;

/// A fleet as it is.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Refreshed {
    /// Every recorded user as it is now, by its name in the program; `None` where it is gone.
    pub states: BTreeMap<String, Option<UserState>>,
    /// What there is to know about users.
    pub findings: Vec<Finding>,
    /// Users of whom e-mail addresses and mobile numbers are as recorded, because a search leaves them out.
    /// Before such a user's identity is written, [`complete`](Self::complete) it.
    pub partial: BTreeSet<String>,
    /// Users who could not be read, and why; their states are as recorded.
    pub failed: BTreeMap<String, ClientError>,
    /// How many users each instance has, by its bare id, whoever manages them; as far as it was counted.
    pub present: BTreeMap<String, usize>,
    /// What was done and why, in a sentence for each instance.
    pub explanations: Vec<String>,
    names: HashMap<(Box<str>, Box<str>), UserId>,
}

/// Something that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The user, by its name in the program.
    pub user: String,
    /// What.
    pub kind: FindingKind,
}

/// What is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FindingKind {
    /// The user is gone.
    Gone,
    /// The user is gone, and somebody has made another one of that name.
    Recreated(UserId),
    /// The user has another name.
    Renamed(String),
    /// The user was made a moment ago and cannot be found yet: it is taken to be there.
    NotVisibleYet,
}

impl Finding {
    /// What was found, in a sentence.
    pub fn message(&self) -> String {
        let user = &self.user;
        match &self.kind {
            FindingKind::Gone => format!("`{user}` is gone from the service"),
            FindingKind::Recreated(id) => {
                format!("`{user}` is gone from the service, and somebody has made it again as `{id}`")
            }
            FindingKind::Renamed(name) => format!("`{user}` has the name `{name}` now"),
            FindingKind::NotVisibleYet => {
                format!("`{user}` was made a moment ago and cannot be found yet; it is taken to be there")
            }
        }
    }

    /// The way out, where there is one to take.
    pub fn help(&self) -> Option<&'static str> {
        match self.kind {
            FindingKind::Recreated(_) => {
                Some("import the new one if it is meant; otherwise its name is taken")
            }
            _ => None,
        }
    }
}

/// Reads a fleet again: `known` is what is recorded, by the names in the program.
///
/// The calls are as few as the [`Strategy`] allows: of 10,000 users of whom 50 have changed, `Changed` takes
/// 10 calls to list them all and 50 to read those. A user who cannot be read is no reason to give up on the
/// others; it is in [`Refreshed::failed`].
///
/// # Errors
///
/// Where an instance cannot be listed.
pub async fn refresh(
    known: &BTreeMap<String, UserState>,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
) -> ClientResult<Refreshed> {
    let mut refreshed = Refreshed::default();
    if options.strategy == Strategy::None {
        let as_recorded = |(name, state): (&String, &UserState)| (name.clone(), Some(state.clone()));
        refreshed.states = known.iter().map(as_recorded).collect();
        let partial = known.iter().filter(|(_, state)| !state.record.unread.is_empty());
        refreshed.partial = partial.map(|(name, _)| name.clone()).collect();
        refreshed.explanations.push("nothing is read: what is recorded is taken as it is".to_owned());
        return Ok(refreshed);
    }
    let mut instances: BTreeMap<InstanceId, Vec<(&String, &UserState)>> =
        options.instances.iter().map(|id| (id.to_bare(), Vec::new())).collect();
    for (name, state) in known {
        instances.entry(state.instance_id.to_bare()).or_default().push((name, state));
    }
    for (id, users) in instances {
        Instance { id: &id, users, client, options }.refresh(&mut refreshed).await?;
    }
    Ok(refreshed)
}

impl Refreshed {
    /// The users who are there.
    pub fn there(&self) -> BTreeMap<String, UserState> {
        let there = |(name, state): (&String, &Option<UserState>)| Some((name.clone(), state.clone()?));
        self.states.iter().filter_map(there).collect()
    }

    /// Who has a name in an instance, as far as the instance was listed.
    pub fn owner_of(&self, instance: &InstanceId, name: &str) -> Option<&UserId> {
        self.names.get(&(instance.bare().into(), name.into()))
    }

    /// Reads users whole of whom a search has left something out. Who is not [`partial`](Self::partial) is
    /// not read again.
    pub async fn complete(
        &mut self,
        names: impl IntoIterator<Item = &str>,
        client: &dyn ConnectClient,
        options: &RefreshOptions,
    ) {
        let wanted: Vec<String> =
            names.into_iter().filter(|name| self.partial.contains(*name)).map(str::to_owned).collect();
        let states: Vec<(String, UserState)> = wanted
            .into_iter()
            .filter_map(|name| Some((name.clone(), self.states.get(&name)?.clone()?)))
            .collect();
        let users: Vec<(&String, &UserState)> = states.iter().map(|(name, state)| (name, state)).collect();
        for (name, read) in read_each(users, client, options).await {
            self.take(name, read);
        }
    }

    /// What a store should remember of users who are there and not as it remembers them: what else a next
    /// refresh would read again.
    pub fn changes(&self, known: &BTreeMap<String, Entry>) -> Vec<Change> {
        let changed = |(name, state): (&String, &Option<UserState>)| {
            let (entry, state) = (known.get(name)?, state.as_ref()?);
            let is_new = entry.state.as_ref() != Some(state);
            is_new.then(|| {
                let entry = Entry { state: Some(state.clone()), ..entry.clone() };
                Change::Put(name.clone(), Box::new(entry))
            })
        };
        self.states.iter().filter_map(changed).collect()
    }

    fn take(&mut self, name: String, read: ClientResult<Option<UserState>>) {
        self.partial.remove(&name);
        match read {
            Ok(state) => {
                if state.is_none() {
                    self.findings.push(Finding { user: name.clone(), kind: FindingKind::Gone });
                }
                self.states.insert(name, state);
            }
            Err(error) => drop(self.failed.insert(name, error)),
        }
    }

    fn list(&mut self, instance: &InstanceId, users: &HashMap<String, Listed>) {
        self.present.insert(instance.bare().to_owned(), users.len());
        for listed in users.values() {
            let name = (instance.bare().into(), listed.name.as_str().into());
            self.names.insert(name, listed.user_id.clone());
        }
    }
}

/// Reads users by themselves, several at a time.
async fn read_each(
    users: Vec<(&String, &UserState)>,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
) -> Vec<(String, ClientResult<Option<UserState>>)> {
    let read = |(name, state): (&String, &UserState)| {
        let (name, state) = (name.clone(), state.clone());
        async move {
            let proficiencies = needs_proficiencies(&state, options);
            let read = read_one(client, &state, proficiencies).await;
            (name, read)
        }
    };
    stream::iter(users).map(read).buffer_unordered(options.parallelism.get()).collect().await
}

async fn read_one(
    client: &dyn ConnectClient,
    known: &UserState,
    proficiencies: bool,
) -> ClientResult<Option<UserState>> {
    let (instance, user) = (&known.instance_id, &known.user_id);
    let Some(description) = describe(client, instance, user).await? else { return Ok(None) };
    let proficiencies = match proficiencies {
        true => Some(list_all_proficiencies(client, instance, user).await?),
        false => None,
    };
    Ok(Some(with_record(description.into_state(instance.clone(), proficiencies), known)))
}

/// Whether anybody asks for the proficiencies of a user.
fn needs_proficiencies(state: &UserState, options: &RefreshOptions) -> bool {
    let is_asked_for = |wanted: &BTreeSet<(InstanceId, String)>| {
        !wanted.is_empty() && wanted.contains(&(state.instance_id.clone(), state.name.clone()))
    };
    state.record.managed.contains(Property::UserProficiencies) || is_asked_for(&options.proficiencies)
}

/// How many calls reading users by themselves takes.
fn cost(users: &[(&String, &UserState)], options: &RefreshOptions) -> usize {
    users.iter().map(|(_, state)| 1 + usize::from(needs_proficiencies(state, options))).sum()
}

/// Whether a moment is near enough to another.
fn is_near(one: Timestamp, other: Timestamp, within: std::time::Duration) -> bool {
    u128::from(one.as_millis().abs_diff(other.as_millis())) <= within.as_millis()
}

/// The operations that reading a fleet may take.
pub const REFRESH_OPERATIONS: &[Operation] = &[
    Operation::ListUsers,
    Operation::SearchUsers,
    Operation::DescribeUser,
    Operation::ListUserProficiencies,
];
