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

/// A pace that counts the calls that wait for it.
#[derive(Debug)]
pub(super) struct Watched {
    pace: Arc<dyn Pace>,
    waiting: Mutex<BTreeMap<Operation, usize>>,
    /// Notified when a call no longer waits, and when a user that others wait for makes progress.
    pub(super) moved: Notify,
    /// The number of calls, including retries.
    pub(super) calls: AtomicU64,
}

impl Watched {
    pub(super) fn new(pace: Arc<dyn Pace>) -> Self {
        Self { pace, waiting: Mutex::default(), moved: Notify::new(), calls: AtomicU64::new(0) }
    }

    pub(super) fn waiting(&self, operation: Operation) -> usize {
        self.lock().get(&operation).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Operation, usize>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A waiting call, which counts until this is dropped, also if the call is given up.
struct Waiting<'a>(&'a Watched, Operation);

impl<'a> Waiting<'a> {
    fn new(watched: &'a Watched, operation: Operation) -> Self {
        *watched.lock().entry(operation).or_default() += 1;
        Self(watched, operation)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(count) = self.0.lock().get_mut(&self.1) {
            *count = count.saturating_sub(1);
        }
        self.0.moved.notify_one();
    }
}

#[async_trait]
impl Pace for Watched {
    async fn acquire(&self, operation: Operation) -> Turn {
        let _waiting = Waiting::new(self, operation);
        let turn = self.pace.acquire(operation).await;
        self.calls.fetch_add(1, Ordering::Relaxed);
        turn
    }

    fn throttled(&self, operation: Operation, turn: Turn) {
        self.pace.throttled(operation, turn);
    }

    fn accepted(&self, operation: Operation, turn: Turn) {
        self.pace.accepted(operation, turn);
    }

    fn rate(&self, operation: Operation) -> Rate {
        self.pace.rate(operation)
    }
}

/// Limits the calls in flight.
#[derive(Debug)]
pub(super) struct Bound(Semaphore);

impl Bound {
    pub(super) fn new(calls: usize) -> Self {
        Self(Semaphore::new(calls.min(Semaphore::MAX_PERMITS)))
    }
}

impl Around for Bound {
    async fn around<T: Send + 'static>(&self, _: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        // The semaphore is never closed, so that there is always a permit to come.
        let _permit = self.0.acquire().await;
        next.call().await
    }
}
