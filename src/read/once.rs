//! A value that is asked for once, however many ask for it at the same time.

use std::{
    convert::Infallible,
    future::Future,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::lock::Mutex;

/// A value that is asked for once. A failure is shared by those who waited for it; the next who comes asks again.
#[derive(Debug)]
pub(super) struct Once<T, E = Infallible> {
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

impl<T> Once<T> {
    /// The value; `ask` is called by the first who comes. If that one is dropped meanwhile, the next asks.
    pub(super) async fn get_or_ask<F>(&self, ask: impl FnOnce() -> F) -> &T
    where
        F: Future<Output = T>,
    {
        match self.get_or_try(|| async { Ok(ask().await) }).await {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }
}

impl<T, E: Clone> Once<T, E> {
    /// A value that is there already.
    #[cfg(feature = "fleet")]
    pub(super) fn of(value: T) -> Self {
        Self { value: value.into(), ..Self::default() }
    }

    /// The value, if it is there already.
    pub(super) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The same where asking may fail.
    pub(super) async fn get_or_try<F>(&self, ask: impl FnOnce() -> F) -> Result<&T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        let failures = self.failures.load(Ordering::SeqCst);
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let mut last = self.asking.lock().await;
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        if let Some((_, error)) = last.as_ref().filter(|(number, _)| *number > failures) {
            return Err(error.clone());
        }
        match ask().await {
            Ok(value) => Ok(self.value.get_or_init(|| value)),
            Err(error) => {
                *last = Some((self.failures.fetch_add(1, Ordering::SeqCst) + 1, error.clone()));
                Err(error)
            }
        }
    }
}
