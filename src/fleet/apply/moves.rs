//! Records that get another resource name, or are removed.

use std::collections::{BTreeMap, HashSet};

use super::super::{Entry, Release, StateStore, StoreChange, StoreError, UserPlan, matching::free_name};

/// Gives records their new resource names, all in one transaction: users may exchange their resource names, and after a
/// kill the store has either all old names or all new names.
///
/// Another record with such a name that is not in the plan is kept under a free name, where the next plan finds it.
pub(super) async fn record_moves(users: &[UserPlan], store: &dyn StateStore) -> Result<(), StoreError> {
    let moves: Vec<(&str, &UserPlan)> =
        users.iter().filter_map(|user| Some((user.moved_from.as_deref()?, user))).collect();
    let leaving: HashSet<&str> = moves.iter().map(|(from, _)| *from).collect();
    let mut removed = Vec::new();
    let mut put: BTreeMap<String, Entry> = BTreeMap::new();
    for (from, user) in &moves {
        let entry = store.get(from).await?;
        let planned = || Entry { state: user.plan.shared_base().cloned(), ..Entry::default() };
        put.insert(user.name.clone(), entry.unwrap_or_else(planned));
        removed.push(StoreChange::remove((*from).to_owned()));
    }
    for (_, user) in moves.iter().filter(|(_, user)| !leaving.contains(user.name.as_str())) {
        let Some(mut entry) = store.get(&user.name).await? else { continue };
        let creating = || entry.creating.first().map(|creating| creating.attempt.name());
        let Some(name) = entry.state.as_ref().map(|state| state.name.as_str()).or_else(creating) else {
            continue;
        };
        let mut candidates = HashSet::new();
        let free = loop {
            let free =
                free_name(&user.name, Some(name), |free| put.contains_key(free) || candidates.contains(free));
            match store.get(&free).await? {
                None => break free,
                Some(_) => candidates.insert(free),
            };
        };
        if entry.state.is_none() {
            // The notes are of a user that is gone; each creation has notes of its own.
            entry.notes.clear();
        }
        put.insert(free, entry);
    }
    if removed.is_empty() {
        return Ok(());
    }
    let put = put.into_iter().map(|(name, entry)| StoreChange::put(name, entry));
    store.commit(&removed.into_iter().chain(put).collect::<Vec<_>>()).await
}

/// Removes the records of users that are no longer managed. The notes of a user that is created again stay. Returns the
/// number of these users that had a record.
pub(super) async fn record_releases(
    releases: &[Release],
    store: &dyn StateStore,
) -> Result<usize, StoreError> {
    let mut changes = Vec::new();
    for release in releases {
        let Some(entry) = store.get(&release.user).await? else { continue };
        // A creation that is still in doubt may have made another user, so that the entry stays.
        changes.push(match release.is_replaced || !entry.creating.is_empty() {
            true => StoreChange::put(release.user.clone(), Entry { state: None, ..entry }),
            false => StoreChange::remove(release.user.clone()),
        });
    }
    if !changes.is_empty() {
        store.commit(&changes).await?;
    }
    Ok(changes.len())
}
