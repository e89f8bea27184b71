//! A client that takes its time.

use std::{sync::Arc, time::Duration};

use super::{
    ClientResult, ConnectClient, Timer,
    retry::Clock,
    traits::{decorate, for_each_operation},
};
use crate::user::Operation;

/// A client whose every call takes some time: for simulations under a clock of the test's own.
#[derive(Debug)]
pub struct Delayed<C> {
    inner: C,
    latency: Duration,
    timer: Clock,
}

impl<C> Delayed<C> {
    /// Lets each call of a client take so long.
    pub fn new(inner: C, latency: Duration, timer: Arc<dyn Timer>) -> Self {
        Self { inner, latency, timer: Clock(timer) }
    }

    /// The client inside.
    pub const fn inner(&self) -> &C {
        &self.inner
    }

    async fn around<T, F, Fut>(&self, _: Operation, call: F) -> ClientResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = ClientResult<T>>,
    {
        self.timer.0.sleep(self.latency).await;
        call().await
    }
}

for_each_operation!(decorate! { impl<C: ConnectClient> ConnectClient for Delayed<C> });
