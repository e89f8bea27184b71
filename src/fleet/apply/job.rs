//! One user of a fleet on its way: its steps, and what is written down around each.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;

use super::{
    super::{Change, Entry, StoreError, UserPlan},
    EventKind, UserOutcome, UserResult,
    run::Run,
};
use crate::{
    apply::{self, Applied, ApplyError, Failed, ObserveError, Observer, Sleep},
    client::{CancellationToken, ClientError, Effect, ErrorKind},
    diff::Step,
    user::{Replaced, UserState},
};

/// One user on its way.
pub(super) struct Job<'a> {
    run: &'a Run<'a>,
    place: usize,
    user: &'a UserPlan,
    /// What the host had noted.
    notes: BTreeMap<String, String>,
    /// What a user that is gone had left to delete.
    inherited: Vec<Replaced>,
    /// How many steps are made.
    steps: AtomicUsize,
    /// Whether a call of this run has changed the user.
    touched: AtomicBool,
    /// What was last written down.
    written: Mutex<Option<UserState>>,
}

/// Why a job has not begun a step.
#[derive(Debug, thiserror::Error)]
enum Halt {
    #[error("everything was ended before this step")]
    Ended,
    #[error("`{0}`, which it waits for, has failed")]
    Blocked(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a> Job<'a> {
    pub(super) async fn run(run: &'a Run<'a>, place: usize, user: &'a UserPlan) -> UserOutcome {
        match Self::begin(run, place, user).await {
            Ok(job) => job.carry_out().await,
            Err(error) => {
                let message = error.to_string();
                run.store_failed(error);
                let outcome = outcome(user, UserResult::NotTried, 0);
                UserOutcome { message: Some(message), ..outcome }
            }
        }
    }

    async fn begin(run: &'a Run<'a>, place: usize, user: &'a UserPlan) -> Result<Self, StoreError> {
        let known = user.moved_from.as_ref().unwrap_or(&user.name);
        let entry = run.store.get(known).await?.unwrap_or_default();
        if let Some(from) = &user.moved_from {
            let put = Change::Put(user.name.clone(), Box::new(entry.clone()));
            run.store.commit(&[Change::Remove(from.clone()), put]).await?;
        }
        Ok(Self {
            run,
            place,
            user,
            inherited: inherited(user, entry.state.as_ref()),
            notes: entry.notes,
            steps: AtomicUsize::new(0),
            touched: AtomicBool::new(false),
            written: Mutex::new(entry.state),
        })
    }

    async fn carry_out(self) -> UserOutcome {
        let plan = &self.user.plan;
        let options = &self.run.options;
        let sleep = Interrupted { timer: &options.timer, stop: &self.run.stop };
        let mut apply = apply::Options::builder()
            .observer(&self)
            .sleep(&sleep)
            .wait(options.wait)
            .owned(options.owned)
            .read_back(options.read_back)
            .build();
        apply.quick_connects = Some(&self.run.quick_connects);
        let result = apply::apply(plan, plan.base(), self.run.client, &apply).await;
        let (state, failure, adopted) = match result {
            Ok(Applied { state, adopted, .. }) => (state, None, adopted),
            Err(Failed { state, error, .. }) => (state.map(|state| *state), Some(error), false),
        };
        let stored = match (&state, &failure) {
            (Some(state), _) => self.write(state).await,
            (None, None) => self.forget().await,
            // Nothing is known to be there; what was recorded may only be out of sight.
            (None, Some(_)) => Ok(()),
        };
        let failure = match stored {
            Ok(()) => failure,
            Err(error) => Some(ApplyError::Observer(Halt::Store(error).into())),
        };
        self.finish(failure, adopted)
    }

    fn finish(self, failure: Option<ApplyError>, adopted: bool) -> UserOutcome {
        let steps = self.steps.load(Ordering::Relaxed);
        let Some(error) = failure else {
            let message = match (adopted, self.inherited.is_empty()) {
                (true, _) => Some("it was there already, exactly as it should be, and was taken over"),
                (_, false) => {
                    Some("it has a user left to delete, which a replacement had superseded: apply again")
                }
                _ => None,
            };
            let message = message.map(str::to_owned);
            return UserOutcome { message, ..outcome(self.user, UserResult::Done, steps) };
        };
        let (message, help) = (error.to_string(), error.help());
        let is_cancelled = |error: &ClientError| error.kind() == ErrorKind::Cancelled;
        let (ended, kind) = match error {
            // A pause before another attempt was ended: nothing has gone wrong that waiting does not mend.
            ApplyError::Client(error) => {
                let was_waiting = self.run.stop.is_cancelled() && error.is_retryable();
                let is_ended = is_cancelled(&error) || was_waiting && error.effect() == Effect::None;
                (is_ended, Some(error.kind()))
            }
            ApplyError::Observer(reason) => match reason.downcast::<Halt>().map(|halt| *halt) {
                Ok(Halt::Store(error)) => {
                    self.run.store_failed(error);
                    (true, None)
                }
                Ok(Halt::Ended | Halt::Blocked(_)) => (true, None),
                Err(_) => (false, None),
            },
            _ => (false, None),
        };
        let result = match (ended, steps) {
            (false, _) => UserResult::Failed,
            (true, 0) => UserResult::NotTried,
            (true, _) => UserResult::Unfinished,
        };
        UserOutcome { message: Some(message), help: Some(help), kind, ..outcome(self.user, result, steps) }
    }

    /// Writes the user down, if that is not written already.
    async fn write(&self, state: &UserState) -> Result<(), StoreError> {
        let mut state = state.clone();
        if self.touched.load(Ordering::Relaxed) && state.last_modified_time.is_none() {
            state.record.last_written = Some((self.run.options.now)());
        }
        let replaced = &mut state.record.unfinished.replaced;
        let missing =
            self.inherited.iter().filter(|old| !replaced.contains(old)).cloned().collect::<Vec<_>>();
        replaced.extend(missing);
        if self.is_written(&state) {
            return Ok(());
        }
        let notes = self.run.options.observer.notes(&self.user.name, &state, &self.notes);
        let entry = Entry { state: Some(state.clone()), notes };
        self.commit(Change::Put(self.user.name.clone(), Box::new(entry)), Some(state)).await
    }

    /// The user is gone; if it is to be made again, its notes stay.
    async fn forget(&self) -> Result<(), StoreError> {
        let name = self.user.name.clone();
        let change = match self.user.plan.desired() {
            Some(_) => Change::Put(name, Box::new(Entry { state: None, notes: self.notes.clone() })),
            None => Change::Remove(name),
        };
        self.commit(change, None).await
    }

    async fn commit(&self, change: Change, state: Option<UserState>) -> Result<(), StoreError> {
        self.run.store.commit(&[change]).await?;
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = state;
        Ok(())
    }

    /// Whether the user is written down already, but for the time.
    fn is_written(&self, state: &UserState) -> bool {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.as_ref().is_some_and(|written| {
            let mut state = state.clone();
            if written.record.last_written.is_some() {
                state.record.last_written = written.record.last_written;
            }
            *written == state
        })
    }

    /// Waits until the other users are as far as this step asks for.
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

#[async_trait]
impl Observer for Job<'_> {
    async fn before(&self, _: &Step, state: Option<&UserState>) -> Result<(), ObserveError> {
        self.wait_for_others(self.steps.load(Ordering::Relaxed)).await?;
        if let Some(state) = state {
            self.write(state).await.map_err(Halt::Store)?;
        }
        Ok(())
    }

    async fn after(
        &self,
        step: &Step,
        result: Result<(), &ClientError>,
        state: Option<&UserState>,
    ) -> Result<(), ObserveError> {
        if result.is_ok() {
            self.touched.store(true, Ordering::Relaxed);
        }
        let written = match state {
            Some(state) => self.write(state).await,
            None if result.is_ok() => self.forget().await,
            None => Ok(()),
        };
        if result.is_ok() {
            let made = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
            self.run.made(self.place, made, step.operation);
        }
        // Whoever was only ended has nothing to tell.
        if !matches!(result, Err(error) if error.kind() == ErrorKind::Cancelled) {
            self.run.tell(EventKind::Step {
                user: self.user.name.clone(),
                operation: step.operation,
                error: result.err().map(ToString::to_string),
                request_id: result.err().and_then(ClientError::request_id).map(str::to_owned),
            });
        }
        Ok(written.map_err(Halt::Store)?)
    }
}

/// A pause that ends when everything does.
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

/// A user that is gone may have left another to delete, which a replacement had superseded: the user that
/// is made in its place remembers it.
fn inherited(user: &UserPlan, gone: Option<&UserState>) -> Vec<Replaced> {
    let (Some(gone), None, Some(desired)) = (gone, user.plan.base(), user.plan.desired()) else {
        return Vec::new();
    };
    let mut leftover = gone.record.unfinished.replaced.clone();
    // Under another name, the old one may be there still, and only out of sight for a while.
    if gone.name != desired.name() || gone.instance_id != *desired.instance_id() {
        leftover.push(gone.to_replaced());
    }
    leftover
}

pub(super) fn outcome(user: &UserPlan, result: UserResult, steps: usize) -> UserOutcome {
    UserOutcome {
        user: user.name.clone(),
        action: user.plan.diff().action,
        result,
        steps,
        message: None,
        help: None,
        kind: None,
    }
}
