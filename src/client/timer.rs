//! Time, without an own runtime.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;

/// Waits, with the timer of the host's runtime.
#[async_trait]
pub trait Sleep: Send + Sync {
    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration);
}

/// A clock that can also wait, used by retry and pace. With a test's paused clock, waits take no real time.
pub trait Timer: Sleep {
    /// Returns the time since a fixed moment; it never decreases.
    fn now(&self) -> Duration;
}

/// The machine's clock. It blocks the thread while it waits: use it in programs that do one thing at a time, and never
/// if a runtime has other tasks on the thread.
#[derive(Clone, Copy, Debug)]
pub struct ThreadTimer(Instant);

impl Default for ThreadTimer {
    fn default() -> Self {
        Self(Instant::now())
    }
}

#[async_trait]
impl Sleep for ThreadTimer {
    async fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

impl Timer for ThreadTimer {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The clock of the `tokio` runtime (feature `tokio`), which a test can pause. The runtime must have `time` enabled.
///
/// ```
/// use std::sync::Arc;
/// use connect_user::client::{RetryPolicy, Retrying, TokioTimer, memory::MemoryConnect};
///
/// let client = Retrying::new(MemoryConnect::new(), RetryPolicy::default(), Arc::new(TokioTimer::default()));
/// ```
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer(tokio::time::Instant);

#[cfg(feature = "tokio")]
impl Default for TokioTimer {
    fn default() -> Self {
        Self(tokio::time::Instant::now())
    }
}

#[cfg(feature = "tokio")]
#[async_trait]
impl Sleep for TokioTimer {
    async fn sleep(&self, duration: Duration) {
        #[cfg(feature = "tracing")]
        tracing::debug!(milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), "waiting");
        tokio::time::sleep(duration).await;
    }
}

#[cfg(feature = "tokio")]
impl Timer for TokioTimer {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[async_trait]
impl<S: Sleep + ?Sized> Sleep for Arc<S> {
    async fn sleep(&self, duration: Duration) {
        (**self).sleep(duration).await;
    }
}

impl<T: Timer + ?Sized> Timer for Arc<T> {
    fn now(&self) -> Duration {
        (**self).now()
    }
}

/// A timer that can be printed.
#[derive(Clone)]
#[cfg(feature = "policy")]
pub(super) struct Clock(pub(super) Arc<dyn Timer>);

#[cfg(feature = "policy")]
impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Timer")
    }
}

/// Returns a fraction (0 to 1) of a time.
#[cfg(feature = "policy")]
pub(super) fn part_of(time: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * part).unwrap_or(time)
}
