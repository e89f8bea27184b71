//! A value that is asked for once, however many ask for it at the same time.

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

/// A value that is asked for once. A failure is shared by those who waited for it, unless it is due to who asked; the
/// next who comes asks again.
#[derive(Debug)]
pub(super) struct Once<T, E = ClientError> {
    value: OnceLock<T>,
    /// How often asking has failed.
    failures: AtomicU64,
    /// Held by whoever asks; the others wait. The last failure, and which it was.
    asking: Mutex<Option<(u64, E)>>,
}

impl<T, E> Default for Once<T, E> {
    fn default() -> Self {
        Self { value: OnceLock::new(), failures: AtomicU64::new(0), asking: Mutex::default() }
    }
}

/// A failure that may be due to who asked.
pub(super) trait Shared: Clone {
    /// Whether others would have got it, too.
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
    /// The value, or a failure that lasts, which is kept, too: whoever may not ask may not ask again.
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
    /// A value that is there already.
    #[cfg(feature = "fleet")]
    pub(super) fn of(value: T) -> Self {
        Self { value: value.into(), ..Self::default() }
    }

    /// The value, if it is there already.
    pub(super) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value; `ask` is called by the first who comes. If that one is dropped meanwhile, the next asks.
    pub(super) async fn get_or_try<F>(&self, ask: impl FnOnce() -> F) -> Result<&T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let failures = self.failures.load(Ordering::SeqCst);
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        // Of a caller whose time is over, no call is sent, and the refusal says so.
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

/// The turn to ask; `None` where the caller's time is over first.
pub(super) async fn turn<T>(asking: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let turn = asking.lock();
    #[cfg(feature = "policy")]
    return CancellationToken::default().run(turn).await;
    #[cfg(not(feature = "policy"))]
    return Some(turn.await);
}
