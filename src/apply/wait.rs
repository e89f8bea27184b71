//! How long to wait for a new user.

use std::time::Duration;

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
