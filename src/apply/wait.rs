//! How long to wait for a new user.

use std::time::Duration;

/// How long to wait for a new user that cannot be read yet.
///
/// The pauses double, beginning with `first`; their sum is at most `most`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wait {
    /// The first pause. Default: half a second.
    pub first: Duration,
    /// Maximum sum of all pauses. Default: 2 minutes.
    pub most: Duration,
}

impl Default for Wait {
    /// Pauses that begin with half a second, two minutes in total.
    fn default() -> Self {
        Self { first: Duration::from_millis(500), most: Duration::from_secs(120) }
    }
}

impl Wait {
    /// Creates pauses that double, beginning with `first`; their sum is at most `most`.
    pub const fn new(first: Duration, most: Duration) -> Self {
        Self { first, most }
    }

    /// No waiting.
    pub const NONE: Self = Self { first: Duration::ZERO, most: Duration::ZERO };

    /// Returns the pauses, in order.
    pub fn pauses(self) -> impl Iterator<Item = Duration> + Send {
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
