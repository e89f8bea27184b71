//! Users whom a replacement has superseded, and who are still to be deleted.

use std::{collections::BTreeMap, sync::Arc};

use super::{desired::Needs, refreshed::Refreshed};
use crate::{
    client::{ClientError, ErrorKind},
    read::{Reading, Source, Strategy},
    user::{InstanceId, Operation, Replaced, UserState, one_line},
};

/// One that the program wants again takes the place of the one that superseded it, and one that is no longer
/// there is no longer left.
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
                && needs.is_desired_as(&name, old)
                && !needs.is_desired_as(&name, &state.to_replaced());
            if is_desired {
                let reading = source.read(&before(&state, old), false).await;
                // One that cannot be read now is not deleted to be created again.
                let unseen = match reading {
                    Ok(Reading { state, finding: None }) => {
                        again = state;
                        None
                    }
                    Ok(Reading { finding: Some(kind), .. }) if kind.is_assumed() => {
                        let error = ClientError::new(Operation::DescribeUser, ErrorKind::NotFound);
                        Some(error.with_message("the user is desired again and not visible yet"))
                    }
                    Ok(_) => None,
                    Err(error) => Some(error),
                };
                if let Some(error) = unseen {
                    refreshed.failed.insert(name, error);
                    continue 'users;
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

/// A user that is gone may have superseded others who are still to be deleted. Where the program wants one of them again,
/// the record stands for that one; where it is missing from the program, for the first of them who is there.
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
            let mut before = before(state, old);
            before.record.unfinished.replaced.clone_from(&left);
            let reading = source.read(&before, false).await;
            if !matches!(reading, Ok(Reading { state: None, .. })) {
                refreshed.take(name, &Arc::new(before), reading);
                break;
            }
        }
    }
}

/// The record of a user whom `state` has superseded.
fn before(state: &UserState, old: &Replaced) -> UserState {
    let mut before = state.clone();
    before.instance_id.clone_from(&old.instance_id);
    before.user_id.clone_from(&old.user_id);
    before.name.clone_from(&old.name);
    before.record.created = old.created;
    before.record.unfinished.sign_out = old.sign_out;
    before
}

/// Whether a user who was superseded may still be there, as far as a list tells.
async fn may_be_there(source: Source<'_>, old: &Replaced) -> bool {
    source.is_recent(old.created) || source.listed().await.map_or(true, |listed| listed.has(&old.user_id))
}
