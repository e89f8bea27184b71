//! The apply of one user of a fleet: its steps, and what is recorded around each step.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;

use super::{
    super::{Creating, Entry, StoreError, UserPlan},
    events::EventKind,
    outcome::{UserOutcome, UserResult},
    shared::Run,
};
use crate::{
    apply::{self, Applied, ApplyError, ApplyOptions, ObserveError, Observer, Owners},
    client::{CancellationToken, ClientError, Effect, ErrorKind, Sleep},
    diff::Step,
    read,
    user::{CreationAttempt, Diagnostic, Replaced, UserId, UserState, one_line},
};

/// The apply of one user.
pub(super) struct Job<'a> {
    pub(super) run: &'a Run<'a>,
    place: usize,
    pub(super) user: &'a UserPlan,
    /// Creations of earlier runs whose outcome is unknown.
    pub(super) earlier: Vec<Creating>,
    /// The recorded user, if it is gone and is created again.
    gone: Option<UserId>,
    /// Superseded users that are still to be deleted, from the record of a user that is gone.
    pub(super) inherited: Vec<Replaced>,
    /// The number of steps that are done.
    steps: AtomicUsize,
    /// The entry that was last written.
    pub(super) written: Mutex<Entry>,
}

/// The reason why a job did not begin a step.
#[derive(Debug, thiserror::Error)]
enum Halt {
    #[error("stopped before this step (an earlier failure or Ctrl-C)")]
    Ended,
    #[error("`{}`, which it waits for, has failed", one_line(.0))]
    Blocked(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a> Job<'a> {
    pub(super) async fn run(run: &'a Run<'a>, place: usize, user: &'a UserPlan) -> UserOutcome {
        match Self::begin(run, place, user).await {
            Ok(job) => job.carry_out().await,
            Err(error) => {
                let (message, help) = (error.to_string(), error.help().to_owned());
                run.store_failed(error);
                UserOutcome {
                    message: Some(message),
                    help: Some(help),
                    ..UserOutcome::new(user, UserResult::NotTried, 0)
                }
            }
        }
    }

    async fn begin(run: &'a Run<'a>, place: usize, user: &'a UserPlan) -> Result<Self, StoreError> {
        let mut entry = run.store.get(&user.name).await?.unwrap_or_default();
        let gone = entry.state.clone().filter(|_| user.plan.base().is_none());
        if let Some(gone) = &gone {
            entry.superseded.insert(gone.id(), entry.notes.clone());
        }
        let deleted = entry.former.as_ref().filter(|former| !former.stays).map(|former| &former.state);
        let gone = gone.as_ref().or(deleted).filter(|_| user.plan.base().is_none());
        Ok(Self {
            run,
            place,
            user,
            inherited: inherited(user, entry.state.as_deref()),
            gone: gone.map(|gone| gone.user_id.clone()),
            earlier: entry.creating.clone(),
            steps: AtomicUsize::new(0),
            written: Mutex::new(entry),
        })
    }

    async fn carry_out(self) -> UserOutcome {
        let plan = &self.user.plan;
        let options = &self.run.options;
        let sleep = Interrupted { timer: &options.timer, stop: &self.run.stop };
        let freed = [options.apply.freed, &self.freed()].concat();
        let earlier = self.earlier.iter().map(|creating| &creating.attempt);
        let attempts: Vec<CreationAttempt> = options.apply.attempts.iter().chain(earlier).cloned().collect();
        let apply = ApplyOptions {
            observer: &self,
            sleep: Some(&sleep),
            freed: &freed,
            attempts: &attempts,
            quick_connects: Some(&self.run.quick_connects),
            lists: Some(&self.run.lists),
            owners: Some(&self),
            ..options.apply
        };
        let result = apply::apply(plan, plan.base(), self.run.client, &apply).await;
        let (state, failure, adopted) = match result {
            Ok(Applied { state, adopted, .. }) => (state, None, adopted),
            Err(failed) => (failed.state.clone().map(|state| *state), Some(failed), false),
        };
        let left = match failure {
            Some(_) => self.inherited.clone(),
            None => self.still_there().await,
        };
        let stored = self.write_end(state.as_ref(), failure.as_ref(), &left).await;
        let failure = failure.map(|failed| failed.error);
        match (stored, failure) {
            // The first failure of the store tells the cause.
            (Err(_), Some(first)) if is_of_store(&first) => self.failed(first),
            (Err(error), _) => self.failed(ApplyError::Observer(Halt::Store(error).into())),
            (Ok(()), Some(error)) => self.failed(error),
            (Ok(()), None) => self.done(adopted, !left.is_empty()),
        }
    }

    /// The inherited users that still exist. A user is no longer left to delete if an earlier run deleted it, and was
    /// killed before it recorded that.
    async fn still_there(&self) -> Vec<Replaced> {
        let mut left = Vec::new();
        for user in &self.inherited {
            let read = read::describe(self.run.client, &user.instance_id, &user.user_id).await;
            if !matches!(read, Ok(None)) {
                left.push(user.clone());
            }
        }
        left
    }

    fn done(&self, adopted: bool, has_left: bool) -> UserOutcome {
        let adopted = adopted.then_some("it existed already, exactly as desired, and was adopted");
        let left = has_left
            .then_some("it has a user left to delete, which a replacement had superseded: apply again");
        let message = adopted.into_iter().chain(left).collect::<Vec<_>>().join("; ");
        let steps = self.steps.load(Ordering::Relaxed);
        UserOutcome {
            message: (!message.is_empty()).then_some(message),
            ..UserOutcome::new(self.user, UserResult::Done, steps)
        }
    }

    fn failed(&self, error: ApplyError) -> UserOutcome {
        let steps = self.steps.load(Ordering::Relaxed);
        let (message, help) = (error.to_string(), error.help().to_owned());
        let is_cancelled = |error: &ClientError| error.kind() == ErrorKind::Cancelled;
        let (ended, error) = match error {
            // A pause before another attempt was ended: another attempt could still have succeeded.
            ApplyError::Client(error) => {
                let was_waiting = self.run.stop.is_cancelled() && error.is_retryable();
                let is_ended = (is_cancelled(&error) || was_waiting) && error.effect() == Effect::None;
                (is_ended, Some(ApplyError::Client(error)))
            }
            ApplyError::Observer(reason) => match reason.downcast::<Halt>().map(|halt| *halt) {
                Ok(Halt::Store(error)) => {
                    self.run.store_failed(error);
                    (true, None)
                }
                Ok(halt) => (true, Some(ApplyError::Observer(halt.into()))),
                Err(reason) => (false, Some(ApplyError::Observer(reason))),
            },
            error => (false, Some(error)),
        };
        let result = match (ended, steps) {
            (false, _) => UserResult::Failed,
            (true, 0) => UserResult::NotTried,
            (true, _) => UserResult::Unfinished,
        };
        UserOutcome {
            message: Some(message),
            help: Some(help),
            error: error.map(Arc::new),
            ..UserOutcome::new(self.user, result, steps)
        }
    }

    /// The ids of users that had the desired name of this user and were just deleted, by other users of the plan or
    /// before this run.
    fn freed(&self) -> Vec<UserId> {
        let Some(desired) = self.user.plan.desired() else { return Vec::new() };
        let had_the_name =
            |gone: &&Replaced| gone.name == desired.name() && gone.instance_id == *desired.instance_id();
        let others = self.user.waits.iter().filter_map(|wait| self.run.deleted_by(wait.user, wait.other));
        others.filter(had_the_name).map(|gone| gone.user_id.clone()).chain(self.gone.clone()).collect()
    }

    /// Waits until other users have done the steps that this step waits for.
    async fn wait_for_others(&self, step: usize) -> Result<(), Halt> {
        for wait in self.user.waits.iter().filter(|wait| wait.step == step) {
            let Some(is_done) = self.run.stop.run(self.run.has_made(wait.user, wait.other)).await else {
                return Err(Halt::Ended);
            };
            if !is_done {
                return Err(Halt::Blocked(self.run.name_of(wait.user)));
            }
        }
        match self.run.stop.is_cancelled() {
            true => Err(Halt::Ended),
            false => Ok(()),
        }
    }
}

/// Whether the apply was stopped because the store failed.
fn is_of_store(error: &ApplyError) -> bool {
    let ApplyError::Observer(reason) = error else { return false };
    matches!(reason.downcast_ref(), Some(Halt::Store(_)))
}

#[async_trait]
impl Observer for Job<'_> {
    async fn before(&self, step: &Step, state: Option<&UserState>) -> Result<(), ObserveError> {
        self.wait_for_others(self.steps.load(Ordering::Relaxed)).await?;
        if let Some(state) = state {
            self.write(state, self.is_deleted_first(step, state)).await.map_err(Halt::Store)?;
        }
        self.run.options.apply.observer.before(step, state).await
    }

    async fn creating(&self, attempt: &CreationAttempt) -> Result<(), ObserveError> {
        let mut entry = self.entry();
        let notes = self.run.remembered(self.user, None, &entry.notes);
        let supersedes = entry.state.as_ref().map(|state| state.user_id.clone());
        entry.creating.push(Creating { attempt: attempt.clone(), supersedes, notes });
        self.put(entry).await.map_err(Halt::Store)?;
        self.run.options.apply.observer.creating(attempt).await
    }

    fn note(&self, note: &Diagnostic) {
        self.run.note(note);
        self.run.options.apply.observer.note(note);
    }

    async fn after(
        &self,
        step: &Step,
        result: Result<(), &ClientError>,
        state: Option<&UserState>,
    ) -> Result<(), ObserveError> {
        let written = match state {
            Some(state) => self.write(state, false).await,
            None if result.is_ok() => self.forget().await,
            None => Ok(()),
        };
        if result.is_ok() {
            let made = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
            self.run.made(self.place, made, step.operation);
        }
        // A step that was only cancelled is not reported.
        if !matches!(result, Err(error) if error.kind() == ErrorKind::Cancelled) {
            self.run.tell(EventKind::Step {
                user: self.user.name.clone(),
                operation: step.operation,
                error: result.err().cloned(),
                request_id: result.err().and_then(ClientError::request_id).map(str::to_owned),
            });
        }
        written.map_err(Halt::Store)?;
        self.run.options.apply.observer.after(step, result, state).await
    }
}

#[async_trait]
impl Owners for Job<'_> {
    async fn has(&self, user: &UserId) -> Result<bool, ObserveError> {
        Ok(self.run.is_owned(user, &self.user.name).await.map_err(Halt::Store)?)
    }
}

/// A pause that ends early when the run is stopped.
struct Interrupted<'a> {
    timer: &'a dyn Sleep,
    stop: &'a CancellationToken,
}

#[async_trait]
impl Sleep for Interrupted<'_> {
    async fn sleep(&self, duration: Duration) {
        self.stop.run(self.timer.sleep(duration)).await;
    }
}

/// Superseded users that are still to be deleted, from the record of a user that is gone: the record of the user that
/// is created instead keeps them.
fn inherited(user: &UserPlan, gone: Option<&UserState>) -> Vec<Replaced> {
    let (Some(gone), None, Some(desired)) = (gone, user.plan.base(), user.plan.desired()) else {
        return Vec::new();
    };
    let mut leftover = gone.record.unfinished.replaced.clone();
    // If the name or the instance differs, the old user may still exist and only be not visible for a while.
    if gone.name != desired.name() || gone.instance_id != *desired.instance_id() {
        leftover.push(gone.to_replaced());
    }
    leftover
}
