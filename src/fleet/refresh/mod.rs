//! Refreshing a fleet, in few calls.

mod desired;
mod instance;
mod refreshed;
mod superseded;
mod told;

use std::{collections::BTreeMap, sync::Arc};

use self::{
    desired::Needs,
    instance::{Instance, Known},
};
use crate::{
    client::ConnectClient,
    read::{Cache, FoundUsers, RefreshOptions, Source, Strategy},
    user::{InstanceId, Operation, Timestamp, UserState, counted},
};

pub use desired::DesiredSpec;
pub use refreshed::Refreshed;

/// The operations that a refresh may call.
pub const REFRESH_OPERATIONS: &[Operation] = &[
    Operation::ListUsers,
    Operation::SearchUsers,
    Operation::DescribeUser,
    Operation::ListUserProficiencies,
    Operation::DescribeInstance,
];

/// Refreshes a fleet. `known` are the recorded users and `desired` those of the program, both by resource
/// name; `now` is the time, by the clock of the record.
///
/// The [`Strategy`] decides the calls. A state lists the properties that were not read
/// ([`Record::unread`](crate::user::Record::unread)), and no plan writes these. So users for which the plan of
/// `desired` would write an unread property are read one by one, whatever the strategy. Give the whole program:
/// [`Refreshed::changes`] removes the records of users that are gone and missing from `desired`. A host that only reads
/// gives none.
///
/// A failure does not stop the refresh: users that cannot be read, or whose instance cannot be listed, are in
/// [`Refreshed::failed`].
pub async fn refresh<'a, D>(
    desired: &'a [D],
    known: &BTreeMap<String, Arc<UserState>>,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
    now: Timestamp,
) -> Refreshed
where
    DesiredSpec<'a>: From<&'a D>,
{
    let desired: Vec<DesiredSpec<'a>> = desired.iter().map(DesiredSpec::from).collect();
    refresh_found(&desired, &desired, known, client, options, now, BTreeMap::new()).await
}

/// Refreshes as [`refresh`] does, with the users that a search has found already: no other search is made in their
/// instances. `everybody` are all users of the program; `desired` are those of them that are refreshed.
pub(in crate::fleet) async fn refresh_found(
    everybody: &[DesiredSpec<'_>],
    desired: &[DesiredSpec<'_>],
    known: &BTreeMap<String, Arc<UserState>>,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
    now: Timestamp,
    mut found: BTreeMap<InstanceId, FoundUsers>,
) -> Refreshed {
    let mut refreshed = Refreshed::default();
    let needs = Needs::new(desired, known, |_, state| Some(state));
    let mut instances: BTreeMap<InstanceId, Vec<Known<'_>>> = BTreeMap::new();
    for (name, state) in known {
        instances.entry(state.instance_id.to_bare()).or_default().push((name, state));
    }
    for id in needs.instances() {
        instances.entry(id.clone()).or_default();
    }
    let replaced = known.values().flat_map(|state| &state.record.unfinished.replaced);
    let named = instances.keys().cloned().chain(replaced.map(|old| old.instance_id.to_bare()));
    let mut cache = |id: &InstanceId| found.remove(id).map(Cache::of_found).unwrap_or_default();
    let mut caches: BTreeMap<InstanceId, Cache> = BTreeMap::new();
    for id in named {
        caches.entry(id).or_insert_with_key(&mut cache);
    }
    let source_of = |id: &InstanceId| {
        let (instance, cache) = caches.get_key_value(&id.to_bare())?;
        Some(Source::new(instance, client, options, cache).at(now))
    };
    let sources = || instances.keys().filter_map(source_of);
    if options.strategy == Strategy::None {
        refreshed.is_assumed = true;
        let as_recorded = |(name, state): (&String, &Arc<UserState>)| (name.clone(), Some(state.clone()));
        refreshed.states = known.iter().map(as_recorded).collect();
        refreshed.explanations.push("nothing is read: users are assumed to be as recorded".to_owned());
    } else {
        for source in sources() {
            let users = instances.get(source.instance).cloned().unwrap_or_default();
            Instance { source, needs: &needs, users }.refresh(&mut refreshed).await;
        }
    }
    superseded::settle(source_of, &needs, &mut refreshed).await;
    superseded::hand_over(source_of, everybody, &needs, known, &mut refreshed).await;
    // The matching of program and records depends on the actual names.
    let again = (!refreshed.has_names_of(known))
        .then(|| Needs::new(desired, known, |name, _| refreshed.states.get(name).and_then(Option::as_deref)));
    let needs = again.unwrap_or(needs);
    superseded::take(source_of, &needs, known, &mut refreshed).await;
    for source in sources() {
        read_what_a_plan_needs(source, &needs, known, &mut refreshed).await;
    }
    let is_gone = |(name, state): &(&String, &Option<Arc<UserState>>)| state.is_none() && needs.desires(name);
    refreshed.desired = refreshed.states.iter().filter(is_gone).map(|(name, _)| name.clone()).collect();
    let is_new = |name: &&str| !known.contains_key(*name);
    refreshed.new = desired.iter().map(|user| user.name).filter(is_new).map(Into::into).collect();
    refreshed
}

/// Reads users for which a plan would write a property that was not read.
async fn read_what_a_plan_needs(
    source: Source<'_>,
    needs: &Needs<'_>,
    known: &BTreeMap<String, Arc<UserState>>,
    refreshed: &mut Refreshed,
) {
    // The users as they are now: they may have other names, and fewer superseded users to delete.
    let now = |(name, state): Known<'_>| {
        let state = refreshed.states.get(name).and_then(Option::as_ref).unwrap_or(state);
        let is_needed = state.instance_id == *source.instance
            && !refreshed.failed.contains_key(name)
            && needs.reading(name, state);
        is_needed.then(|| (name.clone(), state.clone()))
    };
    let users: BTreeMap<String, Arc<UserState>> = known.iter().filter_map(now).collect();
    if users.is_empty() {
        return;
    }
    refreshed.findings.retain(|finding| !users.contains_key(&finding.user));
    let count = counted(users.len(), "user");
    let instance = Instance { source, needs, users: Vec::new() };
    instance.read(users.iter().collect(), refreshed).await;
    refreshed
        .explanations
        .push(format!("{instance}: {count} read by themselves, because the plan writes what was not read"));
}
