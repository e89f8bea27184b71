//! Applying the plan of a fleet: which user begins when.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::{
    StreamExt,
    future::{self, Either},
    stream::FuturesUnordered,
};
use tokio::sync::OnceCell;

use super::{
    super::{FleetPlan, StateStore, StoreChange, StoreError, UserPlan},
    events::EventKind,
    gate::{Begun, Bound, Watched},
    job::Job,
    moves::{record_moves, record_releases},
    options::{FleetOptions, OnFailure},
    others::Others,
    outcome::{FleetOutcome, UserOutcome, UserResult},
    queue::{Queue, first_waits},
    shared::{Made, Run, Tally, signals},
};
use crate::{
    apply::{self, Applied, QuickConnectIndex},
    client::{CancellationToken, ConnectClient, Decorated, Retrying, SearchQuickConnects, all_pages},
    diff::{Action, Call},
    read::SharedLists,
    user::{InstanceId, one_line},
};

/// Number of users that wait for the same operation at once: enough to keep the operation in use all the time, and few
/// enough not to hold up the users with the most to do. A kill leaves about so many creations in doubt, beside those in
/// flight and those that are being recorded.
const WAITING: usize = 8;

/// Maximum number of users in progress, without users that wait for another user: memory is bounded even if nothing
/// bounds the calls. Of 100,000 users with mixed changes, more than 1,000 wait for their second call at a time, and
/// they must not keep the operation with the most calls from being used.
const IN_PROGRESS: usize = 8_000;

/// Number of users that may be without an account at once, because they are deleted before they are created again. They
/// are so few that a failure, or a kill, leaves few of them without one.
const GONE_AT_ONCE: usize = 8;

/// Number of users without steps that are recorded in one commit.
const BATCH: usize = 500;

/// Applies the plan of a fleet, at the speed that the quota allows.
///
/// Steps of different users run in parallel, so that the quota of every operation is used all the time. Steps of one
/// user keep their order, and wait if a step of another user must come first. The result of each step is in the store
/// before the next step of the user begins. A user that fails does not stop the others, unless `options` say so.
///
/// `client` must make single attempts: this function adds retry, pace and cancellation.
///
/// Nothing is lost if the apply is ended at any moment, even by a kill: plan again from the entries of the store, and
/// apply.
pub async fn apply(
    plan: &FleetPlan,
    store: &dyn StateStore,
    client: &dyn ConnectClient,
    options: &FleetOptions<'_>,
) -> FleetOutcome {
    apply_among(plan, store, client, options, Others::default()).await
}

/// Applies a plan that is one of several stages, as [`apply()`] does. The reported progress covers all stages.
pub(in crate::fleet) async fn apply_among(
    plan: &FleetPlan,
    store: &dyn StateStore,
    client: &dyn ConnectClient,
    options: &FleetOptions<'_>,
    others: Others,
) -> FleetOutcome {
    let stop = CancellationToken::new();
    let watched = Arc::new(Watched::new(options.pace.clone()));
    let bounded = Decorated::with(client, Bound::new(watched.clone(), options.parallelism.get()));
    let client = Retrying::paced(bounded, watched.clone(), options.retry, options.timer.clone(), &stop);
    let client = Decorated::with(client, Begun(watched.clone()));
    let mut run = Run {
        plan,
        store,
        client: &client,
        options,
        watched,
        stop,
        quick_connects: QuickConnectIndex::default(),
        lists: SharedLists::default(),
        held: AtomicUsize::new(0),
        signals: signals(plan.users()),
        advanced: Mutex::default(),
        tally: Mutex::new(Tally::new(plan, options, &others)),
        others,
        notes: Mutex::default(),
        store_error: Mutex::default(),
        owners: OnceCell::new(),
        began: options.timer.now(),
    };
    let mut outcome = run.go().await;
    outcome.calls = run.watched.calls.load(Ordering::Relaxed);
    outcome.elapsed = options.timer.now().saturating_sub(run.began);
    outcome.cancelled = options.cancel.is_cancelled();
    outcome.store = run.store_error.lock().unwrap_or_else(PoisonError::into_inner).take();
    outcome
}

impl Run<'_> {
    async fn go(&mut self) -> FleetOutcome {
        let mut outcome =
            FleetOutcome { unchanged: self.plan.count(Action::None), ..FleetOutcome::default() };
        let has_steps = self.plan.users().iter().any(|user| !user.plan.steps().is_empty());
        let locked = if has_steps { self.store.lock().await } else { Ok(()) };
        let is_locked = has_steps && locked.is_ok();
        let recorded = match locked {
            Ok(()) => self.record(&mut outcome).await,
            Err(error) => Err(error),
        };
        if let Err(error) = recorded {
            self.store_failed(error);
        }
        self.find_quick_connects().await;
        outcome.users = self.carry_out().await;
        if is_locked && let Err(error) = self.store.unlock().await {
            self.store_failed(error);
        }
        self.store.warnings().await.iter().for_each(|warning| self.note(warning));
        outcome
    }

    /// Records what takes no call: users with another resource name, users that are no longer managed, and users
    /// without steps.
    async fn record(&self, outcome: &mut FleetOutcome) -> Result<(), StoreError> {
        record_moves(self.plan.users(), self.store).await?;
        outcome.released = record_releases(self.plan.released(), self.plan.users(), self.store).await?;
        outcome.recorded = self.record_quiet_users().await?;
        Ok(())
    }

    /// Updates the records of users without steps, many in one transaction.
    async fn record_quiet_users(&self) -> Result<usize, StoreError> {
        let quiet: Vec<&UserPlan> =
            self.plan.users().iter().filter(|user| user.plan.steps().is_empty()).collect();
        for batch in quiet.chunks(BATCH) {
            let mut changes = Vec::new();
            for user in batch {
                let mut entry = self.store.get(&user.name).await?.unwrap_or_default();
                let options = apply::ApplyOptions::default();
                let applied = apply::apply(&user.plan, user.plan.base(), self.client, &options).await;
                if let Ok(Applied { state: Some(state), .. }) = applied {
                    entry.notes = self.remembered(user, Some(&state), &entry.notes);
                    entry.put(Arc::new(state));
                    changes.push(StoreChange::put(user.name.clone(), entry));
                }
            }
            self.store.commit(&changes).await?;
        }
        Ok(quiet.len())
    }

    /// Searches the quick connects of each instance once, for all users that are deleted with their quick connects. If
    /// the search fails, each user searches for itself, and reports if that fails, too.
    async fn find_quick_connects(&mut self) {
        let mut instances: BTreeSet<InstanceId> = BTreeSet::new();
        for step in self.plan.users().iter().flat_map(|user| user.plan.steps()) {
            if let Some(Call::DeleteQuickConnects(user)) = step.call() {
                instances.insert(user.instance_id.clone());
            }
        }
        for instance in instances {
            let search = all_pages(self.client, SearchQuickConnects::new(instance.clone()));
            if let Some(Ok(found)) = self.options.cancel.run(search).await {
                self.quick_connects.add(&instance, found);
            }
        }
    }

    async fn carry_out(&self) -> Vec<UserOutcome> {
        let users = self.plan.users();
        let load = self.tally().left.clone();
        let mut queue = Queue::new(users, &load);
        let mut running = FuturesUnordered::new();
        let mut outcomes = Vec::new();
        // The running users that are deleted first, and the first that could not be created again.
        let (mut deleted_first, mut lost) = (0_usize, None::<usize>);
        loop {
            if self.options.cancel.is_cancelled() {
                self.stop.cancel();
            }
            for place in self.take_advanced() {
                for waiting in queue.blocked_by(place) {
                    match self.may_begin(waiting) {
                        Some(true) => queue.release(waiting, users),
                        Some(false) if queue.give_up(waiting) => {
                            let blocker = self.name_of(place);
                            let reason = format!("`{}`, which it waits for, has failed", one_line(&blocker));
                            outcomes.extend(self.not_tried(waiting, Some(reason)));
                        }
                        _ => {}
                    }
                }
            }
            if !self.stop.is_cancelled() {
                for operation in queue.operations() {
                    let held = self.held.load(Ordering::Relaxed);
                    let room = WAITING
                        .saturating_sub(self.watched.waiting(operation))
                        .min(IN_PROGRESS.saturating_sub(running.len().saturating_sub(held)));
                    for _ in 0..room {
                        let may_delete = lost.is_none() && deleted_first.saturating_sub(held) < GONE_AT_ONCE;
                        let Some(place) = queue.next(operation, may_delete) else { break };
                        let Some(user) = users.get(place) else { continue };
                        deleted_first += usize::from(user.deletes_first());
                        running.push(async move { (place, Job::run(self, place, user).await) });
                    }
                }
            }
            if running.is_empty() {
                if self.lock_advanced().is_empty() {
                    break;
                }
                continue;
            }
            let ended = Box::pin(async {
                match self.stop.is_cancelled() {
                    true => future::pending().await,
                    false => self.options.cancel.cancelled().await,
                }
            });
            let moved = Box::pin(self.watched.moved.notified());
            if let Either::Left((Some((place, outcome)), _)) =
                future::select(running.next(), future::select(moved, ended)).await
            {
                self.ended(place, &outcome);
                deleted_first -= usize::from(users.get(place).is_some_and(UserPlan::deletes_first));
                if outcome.is_gone && !self.stop.is_cancelled() {
                    lost.get_or_insert(place);
                }
                outcomes.push(outcome);
            }
        }
        // The remaining users never began.
        let seen: BTreeSet<String> = outcomes.iter().map(|outcome| outcome.user.clone()).collect();
        for (place, user) in users.iter().enumerate() {
            if !user.plan.steps().is_empty() && !seen.contains(&user.name) {
                let reason = lost.filter(|_| user.deletes_first()).map(|lost| {
                    let lost = self.name_of(lost);
                    format!(
                        "`{}` was deleted and could not be created again: no further user is deleted first",
                        one_line(&lost)
                    )
                });
                outcomes.extend(self.not_tried(place, reason));
            }
        }
        outcomes
    }

    /// Whether a user that waited may begin: `Some(false)` if it never may, because a user that it waits for has ended
    /// too early; `None` while it must wait.
    fn may_begin(&self, place: usize) -> Option<bool> {
        let mut may = Some(true);
        for wait in self.plan.users().get(place).into_iter().flat_map(first_waits) {
            match self.signals.get(&wait.user).map(|signal| *signal.borrow()) {
                Some(made) if made.steps > wait.other => {}
                Some(Made { has_ended: true, .. }) => return Some(false),
                _ => may = None,
            }
        }
        may
    }

    fn not_tried(&self, place: usize, reason: Option<String>) -> Option<UserOutcome> {
        let user = self.plan.users().get(place)?;
        let stopped = || "stopped before its first step (an earlier failure or Ctrl-C)".to_owned();
        let message = Some(reason.unwrap_or_else(stopped));
        let outcome = UserOutcome { message, ..UserOutcome::new(user, UserResult::NotTried, 0) };
        self.ended(place, &outcome);
        Some(outcome)
    }

    fn ended(&self, place: usize, outcome: &UserOutcome) {
        self.signal(place, |made| made.has_ended = true);
        {
            let mut tally = self.tally();
            tally.progress.users_done += 1;
            // Steps that the user has not done are no longer left to do.
            let steps = self.plan.users().get(place).map(|user| user.plan.steps()).unwrap_or_default();
            for step in steps.iter().skip(outcome.steps) {
                tally.reduce(step.operation);
            }
            if outcome.result == UserResult::Failed {
                tally.failures += 1;
            }
            if let OnFailure::StopAfter(most) = self.options.on_failure
                && tally.failures >= most.get()
            {
                self.stop.cancel();
            }
        }
        self.tell(EventKind::User(outcome.clone()));
    }
}
