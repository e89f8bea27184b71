//! A value that is requested once, also if several callers need it at the same time.

use std::{
    future::Future,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::lock::{Mutex, MutexGuard};

#[cfg(feature = "policy")]
use crate::client::CancellationToken;
use crate::client::{ClientError, ClientResult};

/// A value that is requested once. A failure is returned to all callers that waited for the request, unless the cause
/// is the caller that made it; the next caller requests the value again.
#[derive(Debug)]
pub(super) struct Once<T, E = ClientError> {
    value: OnceLock<T>,
    /// The number of failed requests.
    failures: AtomicU64,
    /// Locked by the caller that makes the request; other callers wait. Holds the last failure and its number.
    asking: Mutex<Option<(u64, E)>>,
}

impl<T, E> Default for Once<T, E> {
    fn default() -> Self {
        Self { value: OnceLock::new(), failures: AtomicU64::new(0), asking: Mutex::default() }
    }
}

/// A failure whose cause may be the caller.
pub(super) trait Shared: Clone {
    /// Whether other callers would have had the same failure.
    fn is_shared(&self) -> bool;
}

impl Shared for ClientError {
    fn is_shared(&self) -> bool {
        !self.is_of_caller()
    }
}

impl<T> Shared for ClientResult<Arc<T>> {
    fn is_shared(&self) -> bool {
        self.as_ref().err().is_none_or(Shared::is_shared)
    }
}

impl<T> Once<ClientResult<T>> {
    /// Returns the value, or a permanent failure, which is kept, too: for example, a missing permission.
    pub(super) async fn get_or_keep<F>(&self, ask: impl FnOnce() -> F) -> ClientResult<&T>
    where
        F: Future<Output = ClientResult<T>>,
    {
        let ask = || async {
            match ask().await {
                Err(error) if error.is_of_caller() || error.is_retryable() => Err(error),
                answer => Ok(answer),
            }
        };
        self.get_or_try(ask).await?.as_ref().map_err(Clone::clone)
    }
}

impl<T, E: Shared> Once<T, E> {
    /// Returns a value that is known already.
    #[cfg(feature = "fleet")]
    pub(super) fn of(value: T) -> Self {
        Self { value: value.into(), ..Self::default() }
    }

    /// Returns the value, if it is known already.
    pub(super) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Returns the value; the first caller calls `ask`. If that call is dropped, the next caller calls `ask`.
    pub(super) async fn get_or_try<F>(&self, ask: impl FnOnce() -> F) -> Result<&T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let failures = self.failures.load(Ordering::SeqCst);
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        // If the deadline of the caller has passed, `ask` fails without a call to the service.
        let Some(mut last) = turn(&self.asking).await else {
            return ask().await.map(|value| self.value.get_or_init(|| value));
        };
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        if let Some((_, error)) = last.as_ref().filter(|(number, _)| *number > failures) {
            return Err(error.clone());
        }
        match ask().await {
            Ok(value) => Ok(self.value.get_or_init(|| value)),
            Err(error) => {
                if error.is_shared() {
                    *last = Some((self.failures.fetch_add(1, Ordering::SeqCst) + 1, error.clone()));
                }
                Err(error)
            }
        }
    }
}

/// Waits for the turn to make the request; `None` if the deadline of the caller passes first.
pub(super) async fn turn<T>(asking: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let turn = asking.lock();
    #[cfg(feature = "policy")]
    return CancellationToken::default().run(turn).await;
    #[cfg(not(feature = "policy"))]
    return Some(turn.await);
}
