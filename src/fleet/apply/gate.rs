//! Limits between the users and the service: the calls that wait, and the calls in flight.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use tokio::sync::{Notify, Semaphore};

use crate::{
    client::{ApiCall, Around, ClientResult, Next, Pace, Rate, Turn},
    user::Operation,
};

/// The calls of an apply: a pace that counts the calls that wait for it, and calls that are made again later.
#[derive(Debug)]
pub(super) struct Watched {
    pace: Arc<dyn Pace>,
    counts: Mutex<BTreeMap<Operation, Counts>>,
    /// Notified when a call waits no longer, and when a user that others wait for makes progress.
    pub(super) moved: Notify,
    /// The number of calls, including retries.
    pub(super) calls: AtomicU64,
}

/// The calls of an operation.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    /// Calls that have begun, and have not ended.
    begun: usize,
    /// Calls among them that wait for their turn.
    waiting: usize,
    /// Calls among them that the service is executing.
    in_flight: usize,
    /// Whether the service has throttled the operation, and has accepted no call since.
    is_throttled: bool,
}

impl Watched {
    pub(super) fn new(pace: Arc<dyn Pace>) -> Self {
        Self { pace, counts: Mutex::default(), moved: Notify::new(), calls: AtomicU64::new(0) }
    }

    /// The number of calls that wait for their turn. While the service throttles the operation, those that pause before
    /// they are made again count, too: further ones would be throttled like them.
    pub(super) fn waiting(&self, operation: Operation) -> usize {
        let counts = self.lock().get(&operation).copied().unwrap_or_default();
        match counts.is_throttled {
            true => counts.begun.saturating_sub(counts.in_flight),
            false => counts.waiting,
        }
    }

    fn change(&self, operation: Operation, change: impl FnOnce(&mut Counts)) {
        change(self.lock().entry(operation).or_default());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Operation, Counts>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the [`Counts`].
type Count = fn(&mut Counts) -> &mut usize;

/// A call that counts until this is dropped, also if the call is given up.
struct Counted<'a>(&'a Watched, Operation, Count);

impl<'a> Counted<'a> {
    fn new(watched: &'a Watched, operation: Operation, count: Count) -> Self {
        watched.change(operation, |counts| *count(counts) += 1);
        Self(watched, operation, count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let Self(watched, operation, count) = self;
        watched.change(*operation, |counts| *count(counts) = count(counts).saturating_sub(1));
        watched.moved.notify_one();
    }
}

#[async_trait]
impl Pace for Watched {
    async fn acquire(&self, operation: Operation) -> Turn {
        let _waiting = Counted::new(self, operation, |counts| &mut counts.waiting);
        let turn = self.pace.acquire(operation).await;
        self.calls.fetch_add(1, Ordering::Relaxed);
        turn
    }

    fn throttled(&self, operation: Operation, turn: Turn) {
        self.change(operation, |counts| counts.is_throttled = true);
        self.pace.throttled(operation, turn);
    }

    fn accepted(&self, operation: Operation, turn: Turn) {
        self.change(operation, |counts| counts.is_throttled = false);
        self.pace.accepted(operation, turn);
    }

    fn rate(&self, operation: Operation) -> Rate {
        self.pace.rate(operation)
    }
}

/// Counts the calls that have begun, with their repetitions.
#[derive(Debug)]
pub(super) struct Begun(pub(super) Arc<Watched>);

impl Around for Begun {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let _begun = Counted::new(&self.0, call.operation(), |counts| &mut counts.begun);
        next.call().await
    }
}

/// Limits the calls in flight, and counts them.
#[derive(Debug)]
pub(super) struct Bound {
    watched: Arc<Watched>,
    permits: Semaphore,
}

impl Bound {
    pub(super) fn new(watched: Arc<Watched>, calls: usize) -> Self {
        Self { watched, permits: Semaphore::new(calls.min(Semaphore::MAX_PERMITS)) }
    }
}

impl Around for Bound {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        // The semaphore is never closed, so that there is always a permit to come.
        let _permit = self.permits.acquire().await;
        let _in_flight = Counted::new(&self.watched, call.operation(), |counts| &mut counts.in_flight);
        next.call().await
    }
}
