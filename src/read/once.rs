//! A value that is asked for once, however many ask for it at the same time.

use std::{future::Future, sync::OnceLock};

use futures_util::lock::Mutex;

/// A value that is asked for once.
#[derive(Debug)]
pub(crate) struct Once<T> {
    value: OnceLock<T>,
    /// Held by whoever asks; the others wait.
    asking: Mutex<()>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { value: OnceLock::new(), asking: Mutex::new(()) }
    }
}

impl<T> Once<T> {
    /// The value, if it is there already.
    pub(crate) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value; `ask` is called by the first who comes. If that one is dropped meanwhile, the next asks.
    pub(crate) async fn get_or_ask<F>(&self, ask: impl FnOnce() -> F) -> &T
    where
        F: Future<Output = T>,
    {
        if let Some(value) = self.value.get() {
            return value;
        }
        let _asking = self.asking.lock().await;
        if let Some(value) = self.value.get() {
            return value;
        }
        let value = ask().await;
        self.value.get_or_init(|| value)
    }
}
