//! A client with latency.

use std::{sync::Arc, time::Duration};

use super::{
    around::{Around, Decorated, Next},
    error::ClientResult,
    operations::ApiCall,
    timer::{Clock, Timer},
};

/// A client whose calls each take some time, for simulations with a test's clock.
pub type Delayed<C> = Decorated<C, Delay>;

/// Waits before each call.
#[derive(Clone, Debug)]
pub struct Delay {
    latency: Duration,
    timer: Clock,
}

impl<C> Delayed<C> {
    /// Makes each call of a client take `latency` longer.
    pub fn new(inner: C, latency: Duration, timer: Arc<dyn Timer>) -> Self {
        Self::with(inner, Delay { latency, timer: Clock(timer) })
    }
}

impl Around for Delay {
    async fn around<T: Send + 'static>(&self, _: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        self.timer.0.sleep(self.latency).await;
        next.call().await
    }
}
