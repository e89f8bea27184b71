//! Reading a fleet again, in few calls.

mod all;
mod desired;
mod found;
mod instance;
mod options;
mod reader;
mod refreshed;
mod source;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    desired::Needs,
    instance::{Instance, Known},
    source::{Cache, Reading, Source},
};
use crate::{
    client::ConnectClient,
    user::{InstanceId, Operation, Replaced, UserState, one_line},
};

pub use all::{Everybody, read_all};
pub use desired::DesiredSpec;
pub use options::{RefreshOptions, Strategy};
pub use reader::Reader;
pub use refreshed::{Finding, FindingKind, Refreshed};

/// The operations that reading a fleet may take.
pub const REFRESH_OPERATIONS: &[Operation] = &[
    Operation::ListUsers,
    Operation::SearchUsers,
    Operation::DescribeUser,
    Operation::ListUserProficiencies,
    Operation::DescribeInstance,
];

/// Reads a fleet again: `known` is what is recorded, and `desired` the program, both by resource names.
///
/// The calls are as few as the [`Strategy`] allows. What it has not read of a user, a state says
/// ([`Record::unread`](crate::user::Record::unread)), and no plan writes it. So users of whom the plan of
/// `desired` would write that are read by themselves, whatever the strategy: what is planned from the states
/// needs no other reading. Give the whole program: users who are gone and not in it are forgotten by
/// [`Refreshed::changes`]. A host that only looks gives none.
///
/// No failure ends it: users who cannot be read, or whose instance cannot be listed, are in
/// [`Refreshed::failed`], and the others are read.
pub async fn refresh<'a, D>(
    desired: &'a [D],
    known: &BTreeMap<String, UserState>,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
) -> Refreshed
where
    DesiredSpec<'a>: From<&'a D>,
{
    let desired: Vec<DesiredSpec<'a>> = desired.iter().map(DesiredSpec::from).collect();
    let mut refreshed = Refreshed::default();
    let needs = Needs::new(&desired, known.iter().map(|(name, state)| (name, Some(state))));
    let mut instances: BTreeMap<InstanceId, (Cache, Vec<Known<'_>>)> = BTreeMap::new();
    for (name, state) in known {
        instances.entry(state.instance_id.to_bare()).or_default().1.push((name, state));
    }
    for id in needs.instances() {
        instances.entry(id.clone()).or_default();
    }
    if options.strategy == Strategy::None {
        let as_recorded = |(name, state): (&String, &UserState)| (name.clone(), Some(state.clone()));
        refreshed.states = known.iter().map(as_recorded).collect();
        refreshed.explanations.push("nothing is read: what is recorded is taken as it is".to_owned());
    } else {
        for (id, (cache, users)) in &instances {
            let source = Source { instance: id, client, options, cache };
            Instance { source, needs: &needs, users: users.clone() }.refresh(&mut refreshed).await;
        }
    }
    let caches: BTreeMap<&InstanceId, &Cache> =
        instances.iter().map(|(id, (cache, _))| (id, cache)).collect();
    settle_superseded(&caches, &needs, client, options, &mut refreshed).await;
    let needs = Needs::new(&desired, refreshed.states.iter().map(|(name, state)| (name, state.as_ref())));
    for (id, (cache, _)) in &instances {
        let source = Source { instance: id, client, options, cache };
        read_what_a_plan_needs(source, &needs, known, &mut refreshed).await;
        take_superseded(source, &needs, known, &mut refreshed).await;
    }
    refreshed.desired = needs.names();
    refreshed.resources = desired.iter().map(|user| user.name.to_owned()).collect();
    refreshed
}

/// Reads users of whom a plan would write something that was not read.
async fn read_what_a_plan_needs(
    source: Source<'_>,
    needs: &Needs<'_>,
    known: &BTreeMap<String, UserState>,
    refreshed: &mut Refreshed,
) {
    let is_needed = |(name, state): &Known<'_>| {
        let state = refreshed.states.get(*name).and_then(Option::as_ref).unwrap_or(state);
        state.instance_id == *source.instance
            && !refreshed.failed.contains_key(*name)
            && needs.reading(name, state)
    };
    let users: Vec<Known<'_>> = known.iter().filter(is_needed).collect();
    if users.is_empty() {
        return;
    }
    let names: BTreeSet<&String> = users.iter().map(|(name, _)| *name).collect();
    refreshed.findings.retain(|finding| !names.contains(&finding.user));
    let count = users.len();
    let instance = Instance { source, needs, users: Vec::new() };
    instance.read(users, refreshed).await;
    let plural = if count == 1 { "" } else { "s" };
    refreshed.explanations.push(format!(
        "{instance}: {count} user{plural} read by themselves, because the plan writes what was not read"
    ));
}

/// Users whom a replacement has superseded and left: one that the program wants again takes the place of the
/// one that superseded it, and one that is no longer there is no longer left.
async fn settle_superseded(
    caches: &BTreeMap<&InstanceId, &Cache>,
    needs: &Needs<'_>,
    client: &dyn ConnectClient,
    options: &RefreshOptions,
    refreshed: &mut Refreshed,
) {
    let has_left = |state: &&UserState| !state.record.unfinished.replaced.is_empty();
    let states: Vec<(String, UserState)> = refreshed
        .states
        .iter()
        .filter(|(name, _)| !refreshed.failed.contains_key(*name))
        .filter_map(|(name, state)| Some((name.clone(), state.as_ref().filter(has_left)?.clone())))
        .collect();
    for (name, state) in states {
        let mut left: Vec<Replaced> = Vec::new();
        let mut again = None;
        for old in &state.record.unfinished.replaced {
            let (instance, unknown) = (old.instance_id.to_bare(), Cache::default());
            let cache = caches.get(&instance).copied().unwrap_or(&unknown);
            let source = Source { instance: &instance, client, options, cache };
            if again.is_none()
                && needs.is_desired_as(&name, old)
                && !needs.is_desired_as(&name, &state.to_replaced())
            {
                again = source.superseded(&state, old).await;
                if again.is_some() {
                    continue;
                }
            }
            if options.strategy == Strategy::None || source.may_be_there(old).await {
                left.push(old.clone());
            }
        }
        let mut now = match again {
            Some(old) => {
                left.insert(0, state.to_replaced());
                let message = "is desired again, and the user that superseded it will be deleted";
                refreshed
                    .explanations
                    .push(format!("`{name}`: the user `{}` {message}", one_line(&old.name)));
                old
            }
            None => state,
        };
        now.record.unfinished.replaced = left;
        refreshed.states.insert(name, Some(now));
    }
}

/// A user that is gone and missing from the program may have superseded others who are still to be deleted:
/// the record stands for the first of them who is there.
async fn take_superseded(
    source: Source<'_>,
    needs: &Needs<'_>,
    known: &BTreeMap<String, UserState>,
    refreshed: &mut Refreshed,
) {
    for (name, state) in known.iter().filter(|(_, state)| state.instance_id == *source.instance) {
        let is_gone = refreshed.states.get(name).is_some_and(Option::is_none);
        if !is_gone || needs.desires(name) {
            continue;
        }
        let mut left = state.record.unfinished.replaced.iter();
        while let Some(old) = left.next() {
            let mut before = state.clone();
            before.instance_id.clone_from(&old.instance_id);
            before.user_id.clone_from(&old.user_id);
            before.name.clone_from(&old.name);
            before.record.unfinished.replaced = left.clone().cloned().collect();
            let (instance, unknown) = (old.instance_id.to_bare(), Cache::default());
            let source = match instance == *source.instance {
                true => source,
                false => Source { instance: &instance, cache: &unknown, ..source },
            };
            match source.read(&before, false).await {
                Reading::Gone(_) => {}
                reading => {
                    refreshed.take(name, &before, reading);
                    break;
                }
            }
        }
    }
}
