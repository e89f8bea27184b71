//! Users that a replacement has superseded and that are still to be deleted.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{
    desired::{DesiredSpec, Needs},
    refreshed::Refreshed,
};
use crate::{
    client::{ClientError, ClientResult, ErrorKind},
    fleet::{UserKey, matching::free_name},
    read::{Reading, Source, Strategy},
    user::{InstanceId, Operation, Replaced, UserId, UserState, one_line},
};

/// Updates the superseded users of each record. A superseded user that the program desires again becomes the recorded
/// user, and the user that superseded it is left to delete instead, unless the program protects it. A superseded user
/// that no longer exists is dropped.
pub(super) async fn settle<'a>(
    source_of: impl Fn(&InstanceId) -> Option<Source<'a>>,
    needs: &Needs<'_>,
    refreshed: &mut Refreshed,
) {
    let has_left = |state: &&Arc<UserState>| !state.record.unfinished.replaced.is_empty();
    let states: Vec<(String, Arc<UserState>)> = refreshed
        .states
        .iter()
        .filter(|(name, _)| !refreshed.failed.contains_key(*name))
        .filter_map(|(name, state)| Some((name.clone(), state.as_ref().filter(has_left)?.clone())))
        .collect();
    'users: for (name, state) in states {
        let mut left: Vec<Replaced> = Vec::new();
        let mut again = None;
        for old in &state.record.unfinished.replaced {
            let Some(source) = source_of(&old.instance_id) else {
                left.push(old.clone());
                continue;
            };
            let is_desired = again.is_none()
                && !needs.is_protected(&name)
                && needs.is_desired_as(&name, old)
                && !needs.is_desired_as(&name, &state.to_account());
            if is_desired {
                // A user that cannot be read now must not be deleted and created again.
                match read_again(source, &state.to_former(old), false).await {
                    Ok(found) => again = found,
                    Err(error) => {
                        refreshed.failed.insert(name, error);
                        continue 'users;
                    }
                }
            }
            if is_desired && again.is_some() {
                continue;
            }
            if source.options.strategy == Strategy::None || may_be_there(source, old).await {
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
            None if state.record.unfinished.replaced == left => continue,
            None => UserState::clone(&state),
        };
        now.record.unfinished.replaced = left;
        refreshed.states.insert(name, Some(Arc::new(now)));
    }
}

/// Makes a superseded user a recorded user again, if it is left to delete under one record and another resource of the
/// program desires it: an account keeps its identity, whatever its resource name.
pub(super) async fn hand_over<'a>(
    source_of: impl Fn(&InstanceId) -> Option<Source<'a>>,
    everybody: &[DesiredSpec<'_>],
    needs: &Needs<'_>,
    known: &BTreeMap<String, Arc<UserState>>,
    refreshed: &mut Refreshed,
) {
    drop_recorded(refreshed);
    for (name, old, other) in wanted_again(everybody, needs, refreshed) {
        let Some(source) = source_of(&old.instance_id) else { continue };
        let Some(Some(state)) = refreshed.states.get_mut(&name) else { continue };
        let before = state.to_former(&old);
        let found = match read_again(source, &before, true).await {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            Err(error) => {
                refreshed.failed.insert(other.to_owned(), error.clone());
                refreshed.failed.insert(name, error);
                continue;
            }
        };
        Arc::make_mut(state).record.unfinished.replaced.retain(|left| left.user_id != old.user_id);
        refreshed.explanations.push(format!(
            "`{other}`: the user `{}`, which `{name}` had left to delete, is desired again",
            one_line(&old.name)
        ));
        let is_taken = |free: &str| {
            refreshed.states.contains_key(free) || everybody.iter().any(|user| user.name == free)
        };
        // Another record with this name gets a new name when the program is matched with the records.
        let own = match known.contains_key(other) {
            true => free_name(other, Some(&found.name), is_taken),
            false => other.to_owned(),
        };
        refreshed.states.insert(own.clone(), Some(Arc::new(found)));
        refreshed.handed_over.insert(own);
    }
}

/// Drops superseded users that have a record: they were handed over, and the record that superseded them still has
/// them.
fn drop_recorded(refreshed: &mut Refreshed) {
    let there = || refreshed.states.values().flatten();
    if there().all(|state| state.record.unfinished.replaced.is_empty()) {
        return;
    }
    let recorded: HashSet<(InstanceId, UserId)> =
        there().map(|state| (state.instance_id.clone(), state.user_id.clone())).collect();
    let is_left = |left: &Replaced| !recorded.contains(&(left.instance_id.clone(), left.user_id.clone()));
    for state in refreshed.states.values_mut().flatten() {
        if !state.record.unfinished.replaced.iter().all(is_left) {
            Arc::make_mut(state).record.unfinished.replaced.retain(is_left);
        }
    }
}

/// The superseded users that another resource of the program desires: the name of the record that they are left under,
/// the user, and the resource name in the program.
fn wanted_again<'p>(
    everybody: &[DesiredSpec<'p>],
    needs: &Needs<'_>,
    refreshed: &Refreshed,
) -> Vec<(String, Replaced, &'p str)> {
    let there = || refreshed.states.iter().filter_map(|(name, state)| Some((name, state.as_ref()?)));
    let with_left = || there().filter(|(_, state)| !state.record.unfinished.replaced.is_empty());
    if with_left().next().is_none() {
        return Vec::new();
    }
    let mut wanted: HashMap<UserKey<'_>, &'p str> =
        everybody.iter().filter_map(|user| Some((user.identity()?, user.name))).collect();
    for (_, state) in there() {
        wanted.remove(&(&state.instance_id, &state.name));
    }
    let mut again = Vec::new();
    for (name, state) in with_left().filter(|(name, _)| !refreshed.failed.contains_key(*name)) {
        for old in &state.record.unfinished.replaced {
            let key = (&old.instance_id, old.name.as_str());
            if wanted.get(&key).is_some_and(|other| needs.desired_name(name) != Some(*other))
                && let Some(other) = wanted.remove(&key)
            {
                again.push((name.clone(), old.clone(), other));
            }
        }
    }
    again
}

/// Reads a user that is desired again; `None` if it is gone. A user that is not visible yet is an error.
async fn read_again(source: Source<'_>, old: &UserState, whole: bool) -> ClientResult<Option<UserState>> {
    match source.read(old, whole).await? {
        Reading { state, finding: None } => Ok(state),
        Reading { finding: Some(kind), .. } if kind.is_assumed() => {
            let error = ClientError::new(Operation::DescribeUser, ErrorKind::NotFound);
            Err(error.with_message("the user is desired again and not visible yet"))
        }
        _ => Ok(None),
    }
}

/// Handles users that are gone and had superseded others that are still to be deleted. If the program desires one of
/// these others again, the record becomes the record of that user. If the record is missing from the program, it
/// becomes the record of the first of them that exists.
pub(super) async fn take<'a>(
    source_of: impl Fn(&InstanceId) -> Option<Source<'a>>,
    needs: &Needs<'_>,
    known: &BTreeMap<String, Arc<UserState>>,
    refreshed: &mut Refreshed,
) {
    for (name, state) in known {
        if !refreshed.states.get(name).is_some_and(Option::is_none) {
            continue;
        }
        let mut left = state.record.unfinished.replaced.clone();
        for old in &state.record.unfinished.replaced {
            let is_meant = !needs.desires(name) || needs.is_desired_as(name, old);
            let Some(source) = source_of(&old.instance_id).filter(|_| is_meant) else { continue };
            left.retain(|other| other.user_id != old.user_id);
            let mut before = state.to_former(old);
            before.record.unfinished.replaced.clone_from(&left);
            let reading = source.read(&before, false).await;
            if !matches!(reading, Ok(Reading { state: None, .. })) {
                refreshed.take(name, &Arc::new(before), reading);
                break;
            }
        }
    }
}

/// Whether a superseded user may still exist: it was created recently, the list has it, or there is no list.
async fn may_be_there(source: Source<'_>, old: &Replaced) -> bool {
    source.is_recent(old.created) || source.listed().await.map_or(true, |listed| listed.has(&old.user_id))
}
