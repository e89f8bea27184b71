//! Records that get another resource name, or are removed.

use std::collections::{BTreeMap, HashSet};

use super::super::{
    Entry, Lifecycle, Release, StateStore, StoreChange, StoreError, UserPlan, matching::free_name,
};

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
        let free = free_record(&user.name, name, &put, store).await?;
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

/// Returns a resource name under which neither the store nor `put` has a record.
async fn free_record(
    user: &str,
    name: &str,
    put: &BTreeMap<String, Entry>,
    store: &dyn StateStore,
) -> Result<String, StoreError> {
    let mut candidates = HashSet::new();
    loop {
        let free = free_name(user, Some(name), |free| put.contains_key(free) || candidates.contains(free));
        match store.get(&free).await? {
            None => return Ok(free),
            Some(_) => candidates.insert(free),
        };
    }
}

/// Removes the records of users that are no longer managed. The notes of a user that is created again stay. Former users
/// that such a user had still to delete get records of their own, and the next plan deletes them. Returns the number of
/// the released users that had a record.
pub(super) async fn record_releases(
    releases: &[Release],
    users: &[UserPlan],
    store: &dyn StateStore,
) -> Result<usize, StoreError> {
    let mut changes = Vec::new();
    let mut former: BTreeMap<String, Entry> = BTreeMap::new();
    for release in releases {
        let Some(entry) = store.get(&release.user).await? else { continue };
        // Of a user that is gone, the refresh has looked for them.
        let left = if release.is_gone { Vec::new() } else { left_to_delete(&entry) };
        for (name, left) in left {
            former.insert(free_record(&release.user, &name, &former, store).await?, left);
        }
        // A creation that is still in doubt may have made another user, so that the entry stays.
        changes.push(match (release.is_replaced, entry.creating.is_empty()) {
            (true, _) => {
                let user = users.iter().find(|user| user.name == release.user);
                let desired = user.and_then(|user| user.plan.desired());
                StoreChange::put(release.user.clone(), entry.without_account(true, desired))
            }
            (false, false) => {
                StoreChange::put(release.user.clone(), Entry { state: None, former: None, ..entry })
            }
            (false, true) => StoreChange::remove(release.user.clone()),
        });
    }
    let count = changes.len();
    changes.extend(former.into_iter().map(|(name, entry)| StoreChange::put(name, entry)));
    if !changes.is_empty() {
        store.commit(&changes).await?;
    }
    Ok(count)
}

/// The former users that a released user had still to delete, by user name. An account that its instance takes with it
/// (`deletedWith`) needs no deletion.
fn left_to_delete(entry: &Entry) -> Vec<(String, Entry)> {
    let Some(state) = &entry.state else { return Vec::new() };
    let with_instance = Lifecycle::of_notes(&entry.notes).deleted_with.is_some();
    let left = state.record.unfinished.replaced.iter();
    let left = left.filter(|old| !with_instance || old.instance_id != state.instance_id);
    let records = left.map(|old| {
        let mut former = state.to_former(old);
        former.record.in_progress = true; // It is read, whatever its time of change.
        let notes = entry.superseded.get(&old.id()).cloned().unwrap_or_default();
        (old.name.clone(), Entry { notes, ..Entry::new(former) })
    });
    records.collect()
}
