//! Waiting, without a runtime of our own.

use std::time::Duration;

use async_trait::async_trait;

/// How a host lets time pass: a timer of its async runtime, or nothing at all.
#[async_trait]
pub trait Sleep: Send + Sync {
    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration);
}

/// Never waits: what is not there yet is taken as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSleep;

#[async_trait]
impl Sleep for NoSleep {
    async fn sleep(&self, _: Duration) {}
}

/// Puts the thread to sleep: for programs that do one thing at a time, and never for one whose
/// runtime has other tasks on the thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadSleep;

#[async_trait]
impl Sleep for ThreadSleep {
    async fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// How long to wait for a user that was just made and cannot be read yet.
///
/// The pauses double from `first` on, and their sum never passes `most`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The first pause.
    pub first: Duration,
    /// All pauses together.
    pub most: Duration,
}

impl Default for Wait {
    /// From half a second on, for two minutes in all.
    fn default() -> Self {
        Self { first: Duration::from_millis(500), most: Duration::from_secs(120) }
    }
}

impl Wait {
    /// No waiting.
    pub const NONE: Self = Self { first: Duration::ZERO, most: Duration::ZERO };

    /// The pauses, in their order.
    pub fn pauses(self) -> impl Iterator<Item = Duration> {
        let mut next = self.first;
        let mut left = self.most;
        std::iter::from_fn(move || {
            let pause = next.min(left);
            next = next.saturating_mul(2);
            left = left.saturating_sub(pause);
            (!pause.is_zero()).then_some(pause)
        })
    }
}
