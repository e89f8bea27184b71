//! Creations that an earlier run began and whose outcome it did not record.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use futures_util::{StreamExt, stream};

use super::{Creating, Entry, StoreChange};
use crate::{
    apply::{self, ApplyOptions, CreationOutcome},
    client::ConnectClient,
    read::{self, SharedLists},
    user::{Diagnostic, UserId, UserState},
};

/// Number of creations that are looked into in parallel; they share the lists of their instances.
const AT_ONCE: usize = 64;

/// The outcome of creations that began in earlier runs.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Recovered {
    /// The changes for the store: commit them before refreshing and planning.
    pub changes: Vec<StoreChange>,
    /// The outcome of each creation, ordered by resource name.
    pub users: Vec<RecoveredUser>,
}

/// The outcome of one creation.
#[derive(Debug)]
#[non_exhaustive]
pub struct RecoveredUser {
    /// The resource name.
    pub user: String,
    /// The user name.
    pub name: String,
    /// The outcome.
    pub outcome: CreationOutcome,
}

impl RecoveredUser {
    /// The outcome as a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        let Self { user, name, outcome } = self;
        outcome.diagnostic(&format!("`{name}` of `{user}`")).about(user)
    }
}

/// Finds out whether creations of earlier runs made users: creations whose answer was lost, or during which
/// the process was killed. Call it before refreshing, and commit the [changes](Recovered::changes).
///
/// A user that such a creation made is recorded with the values that the creation asked for, and planned like any other
/// from then on. If no outcome is unknown, no call is made. Otherwise each creation takes a search, many creations
/// share a list, and the call waits as long as `options` allow.
pub async fn recover(
    known: &BTreeMap<String, Entry>,
    client: &dyn ConnectClient,
    options: &ApplyOptions<'_>,
) -> Recovered {
    let in_doubt: Vec<(&String, &Entry)> =
        known.iter().filter(|(_, entry)| !entry.creating.is_empty()).collect();
    if in_doubt.is_empty() {
        return Recovered::default();
    }
    let mut owned: Vec<UserId> = options.owned.to_vec();
    for state in known.values().filter_map(|entry| entry.state.as_ref()) {
        owned.push(state.user_id.clone());
        owned.extend(state.record.unfinished.replaced.iter().map(|gone| gone.user_id.clone()));
    }
    let lists = SharedLists::default();
    let options = ApplyOptions { owned: &owned, lists: Some(&lists), ..*options };
    let look = |(name, entry): (&String, &Entry)| {
        let (name, entry, options) = (name.clone(), entry.clone(), &options);
        async move {
            let mut found = Vec::new();
            for creating in &entry.creating {
                found.push(apply::recover(&creating.attempt, client, options).await);
            }
            (name, entry, found)
        }
    };
    let all: Vec<_> = stream::iter(in_doubt).map(look).buffered(AT_ONCE).collect().await;
    let mut recovered = Recovered::default();
    let made = |outcome: &CreationOutcome| match outcome {
        CreationOutcome::Made(state) => Some(state.user_id.clone()),
        _ => None,
    };
    let made: HashSet<UserId> = all.iter().flat_map(|(.., found)| found.iter().filter_map(made)).collect();
    let mut taken = HashSet::new();
    for (name, entry, mut found) in all {
        // Names are unique: while the user of another creation has the name, this creation made no user.
        for outcome in &mut found {
            if matches!(outcome, CreationOutcome::Unclear { id, .. } if made.contains(&id.user)) {
                *outcome = CreationOutcome::NotMade;
            }
        }
        let (change, users) = settle(name, entry, found, &mut taken, client, &options).await;
        recovered.changes.extend(change);
        recovered.users.extend(users);
    }
    recovered
}

/// Records the outcomes of the creations of one entry. A user that several creations may have made, in this entry or in
/// others, is recorded once: see `taken`.
async fn settle(
    user: String,
    mut entry: Entry,
    outcomes: Vec<CreationOutcome>,
    taken: &mut HashSet<UserId>,
    client: &dyn ConnectClient,
    options: &ApplyOptions<'_>,
) -> (Option<StoreChange>, Vec<RecoveredUser>) {
    let mut found = Vec::new();
    let mut left = Vec::new();
    let mut is_settled = false;
    // The last creation is of the user that the program desired last; the users of the creations before it are left to
    // delete.
    for (creating, outcome) in std::mem::take(&mut entry.creating).into_iter().zip(outcomes).rev() {
        let name = creating.attempt.name().to_owned();
        match &outcome {
            CreationOutcome::Made(state) if !taken.insert(state.user_id.clone()) => {
                is_settled = true;
                continue;
            }
            CreationOutcome::Made(state) => {
                is_settled = true;
                take(&mut entry, &creating, state, client, options).await;
            }
            CreationOutcome::NotMade => is_settled = true,
            CreationOutcome::Unclear { .. } | CreationOutcome::NotKnownYet(_) => left.push(creating),
        }
        found.push(RecoveredUser { user: user.clone(), name, outcome });
    }
    left.reverse();
    found.reverse();
    entry.creating = left;
    let change = is_settled.then(|| match entry.is_empty() {
        true => StoreChange::remove(user),
        false => StoreChange::put(user, entry),
    });
    (change, found)
}

/// Records a user that a creation has made.
async fn take(
    entry: &mut Entry,
    creating: &Creating,
    made: &UserState,
    client: &dyn ConnectClient,
    options: &ApplyOptions<'_>,
) {
    let Some(before) = &mut entry.state else {
        entry.put(Arc::new(made.clone()));
        entry.notes.clone_from(&creating.notes);
        return;
    };
    if creating.supersedes.as_ref() != Some(&before.user_id) {
        // Another user is recorded by now: the created user is left to delete.
        Arc::make_mut(before).record.unfinished.replaced.push(made.to_replaced());
        entry.superseded.insert(made.id(), creating.notes.clone());
        return;
    }
    let mut new = made.clone();
    let leftover = &mut new.record.unfinished.replaced;
    leftover.clone_from(&before.record.unfinished.replaced);
    // The process may have been killed between the deletion of the prior user and the creation. A prior user that was
    // just created may not be visible yet.
    let found = read::describe(client, &before.instance_id, &before.user_id).await;
    if !matches!(found, Ok(None)) || options.is_recent(before.record.created) {
        leftover.insert(0, before.to_replaced());
    }
    entry.put(Arc::new(new));
    entry.notes.clone_from(&creating.notes);
}
