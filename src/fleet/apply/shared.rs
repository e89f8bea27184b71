//! What the users of an apply share: their progress, the calls that are left, and the events for the host.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OnceCell, watch};

use super::{
    super::{
        Estimate, FleetPlan, Notes, StateStore, StoreError, UserPlan, load_all,
        program::{COPYING, IMPORT},
    },
    events::{Event, EventKind, Progress},
    gate::Watched,
    options::FleetOptions,
    others::Others,
};
use crate::{
    apply::QuickConnectIndex,
    client::{CancellationToken, ConnectClient},
    diff::Call,
    read::SharedLists,
    user::{Diagnostic, Operation, Replaced, UserId, UserState},
};

/// An apply of a fleet.
pub(super) struct Run<'a> {
    pub(super) plan: &'a FleetPlan,
    pub(super) store: &'a dyn StateStore,
    pub(super) client: &'a dyn ConnectClient,
    pub(super) options: &'a FleetOptions<'a>,
    pub(super) watched: Arc<Watched>,
    /// Stops the run: the host cancelled it, too many users failed, or the store failed.
    pub(super) stop: CancellationToken,
    pub(super) quick_connects: QuickConnectIndex,
    pub(super) lists: SharedLists,
    /// The number of users in progress that wait for another user.
    pub(super) held: AtomicUsize,
    /// The progress of the users that others wait for.
    pub(super) signals: HashMap<usize, watch::Sender<Made>>,
    /// The users in `signals` that have made progress since this list was last taken.
    pub(super) advanced: Mutex<Vec<usize>>,
    pub(super) tally: Mutex<Tally>,
    pub(super) others: Others,
    /// The messages of the notices that were reported already.
    pub(super) notes: Mutex<HashSet<String>>,
    pub(super) store_error: Mutex<Option<StoreError>>,
    /// The resource names of recorded users and of users left to delete, by user id, as they were when first read.
    pub(super) owners: OnceCell<HashMap<UserId, String>>,
    pub(super) began: Duration,
}

/// The progress of a user.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Made {
    pub(super) steps: usize,
    pub(super) has_ended: bool,
}

/// The progress, the calls that are left, and the number of failures.
pub(super) struct Tally {
    pub(super) progress: Progress,
    pub(super) left: BTreeMap<Operation, u64>,
    pub(super) failures: u32,
}

impl Tally {
    pub(super) fn new(plan: &FleetPlan, options: &FleetOptions<'_>, others: &Others) -> Self {
        let left = plan.estimate(|operation| options.pace.rate(operation), options.apply.read_back).calls;
        let users = plan.users().iter().filter(|user| !user.plan.steps().is_empty());
        let mut progress = others.progress;
        progress.steps += users.clone().map(|user| user.plan.steps().len() as u64).sum::<u64>();
        progress.users += users.count();
        Self { progress, left, failures: 0 }
    }
}

impl Run<'_> {
    /// The notes to record with a user.
    pub(super) fn remembered(&self, user: &UserPlan, state: Option<&UserState>, before: &Notes) -> Notes {
        // The apply takes the user over from a copy that has not finished.
        let taken_over = before.contains_key(COPYING).then(|| {
            let mut notes = before.clone();
            notes.remove(COPYING);
            notes
        });
        let before = taken_over.as_ref().unwrap_or(before);
        let mut notes = self.options.observer.notes(&user.name, state, before);
        if let Some(lifecycle) = &user.lifecycle {
            lifecycle.note(&mut notes);
        }
        if let Some(id) = before.get(IMPORT) {
            notes.insert(IMPORT.to_owned(), id.clone());
        }
        notes
    }

    /// Counts a step that a user has done.
    pub(super) fn made(&self, place: usize, steps: usize, operation: Operation) {
        {
            let mut tally = self.tally();
            tally.progress.steps_done += 1;
            tally.reduce(operation);
            if operation == Operation::CreateUser {
                tally.reduce(Operation::DescribeUser);
            }
        }
        self.signal(place, |made| made.steps = steps);
    }

    pub(super) fn signal(&self, place: usize, change: impl FnOnce(&mut Made)) {
        if let Some(signal) = self.signals.get(&place) {
            signal.send_modify(change);
            self.lock_advanced().push(place);
            self.watched.moved.notify_one();
        }
    }

    /// Waits until a user has done a step. Returns whether it has; `false` if it never will.
    pub(super) async fn has_made(&self, place: usize, step: usize) -> bool {
        let Some(signal) = self.signals.get(&place) else { return false };
        let mut made = signal.subscribe();
        self.held.fetch_add(1, Ordering::Relaxed);
        // The queue may have waited for room for another user, which there is now.
        self.watched.moved.notify_one();
        let enough = made.wait_for(|made| made.steps > step || made.has_ended).await;
        self.held.fetch_sub(1, Ordering::Relaxed);
        enough.is_ok_and(|made| made.steps > step)
    }

    /// The user that a step of a user deletes.
    pub(super) fn deleted_by(&self, place: usize, step: usize) -> Option<&Replaced> {
        match self.plan.users().get(place)?.plan.steps().get(step)?.call()? {
            Call::Delete(gone) => Some(gone),
            _ => None,
        }
    }

    /// Whether the store has a user under another resource name than `name`.
    pub(super) async fn is_owned(&self, user: &UserId, name: &str) -> Result<bool, StoreError> {
        let read = || async {
            let mut owners = HashMap::new();
            for (name, entry) in load_all(self.store).await? {
                let Some(state) = entry.state else { continue };
                for gone in &state.record.unfinished.replaced {
                    owners.insert(gone.user_id.to_bare(), name.clone());
                }
                owners.insert(state.user_id.to_bare(), name);
            }
            Ok::<_, StoreError>(owners)
        };
        let owners = self.owners.get_or_try_init(read).await?;
        // A user with a new resource name was recorded under it before its first call.
        Ok(owners.get(&user.to_bare()).is_some_and(|owner| owner != name))
    }

    pub(super) fn name_of(&self, place: usize) -> String {
        self.plan.users().get(place).map(|user| user.name.clone()).unwrap_or_default()
    }

    /// Stops the run because the store failed.
    pub(super) fn store_failed(&self, error: StoreError) {
        self.stop.cancel();
        self.store_error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Reports a notice to the host, once.
    pub(super) fn note(&self, note: &Diagnostic) {
        if self.notes.lock().unwrap_or_else(PoisonError::into_inner).insert(note.message.to_string()) {
            self.tell(EventKind::Note(note.clone()));
        }
    }

    /// Reports an event to the host, with the progress.
    pub(super) fn tell(&self, kind: EventKind) {
        let Others { progress: others, left: later } = &self.others;
        let elapsed = others.elapsed + self.options.timer.now().saturating_sub(self.began);
        let progress = {
            let tally = self.tally();
            let mut left = tally.left.clone();
            later.iter().for_each(|(operation, calls)| *left.entry(*operation).or_default() += calls);
            let rate = |operation| {
                let mut rate = self.options.pace.rate(operation);
                rate.burst = std::num::NonZeroU32::MIN;
                rate
            };
            Progress {
                elapsed,
                rate: tally.progress.steps_done as f64 / elapsed.as_secs_f64().max(0.001),
                left: Estimate::new(left, rate).time,
                ..tally.progress
            }
        };
        self.options.observer.event(&Event { kind, progress });
    }

    pub(super) fn take_advanced(&self) -> Vec<usize> {
        std::mem::take(&mut self.lock_advanced())
    }

    pub(super) fn lock_advanced(&self) -> MutexGuard<'_, Vec<usize>> {
        self.advanced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    pub(super) fn reduce(&mut self, operation: Operation) {
        if let Some(left) = self.left.get_mut(&operation) {
            *left = left.saturating_sub(1);
        }
    }
}

/// A signal for each user that others wait for.
pub(super) fn signals(users: &[UserPlan]) -> HashMap<usize, watch::Sender<Made>> {
    let waits = users.iter().flat_map(|user| &user.waits);
    waits.map(|wait| (wait.user, watch::Sender::new(Made::default()))).collect()
}
