//! Rates above the one that is known to be safe, tried out.

use std::time::Duration;

use super::{pace::Turn, rate::Rate};

/// The rate of an operation that is raised step by step, and falls back when the service refuses a call.
///
/// Additive increase and multiplicative decrease, with a memory: a rate that was refused is kept away from for a while,
/// so that refusals stay rare.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    /// All in calls a second.
    first: f64,
    ceiling: f64,
    current: f64,
    /// The turn from which on calls were made at the current rate, without a pause.
    since: u64,
    refused: Option<Refused>,
}

/// A rate that the service did not stand.
#[derive(Clone, Copy, Debug)]
struct Refused {
    rate: f64,
    /// When it is tried again, and after how long.
    again: Duration,
    wait: Duration,
}

/// How many calls in a row the service must have accepted at a rate before it is raised.
const PROOF: u64 = 20;

/// What is added, as a part of the first rate.
const STEP: f64 = 0.25;

/// How long a refused rate is kept away from at first; twice as long each time that it is tried again in vain.
const WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

impl Probe {
    /// Between these rates; `None` where the ceiling is no higher.
    pub(super) fn new(first: Rate, ceiling: Rate) -> Option<Self> {
        let [first, ceiling] = [first, ceiling].map(Rate::calls_per_second);
        (ceiling > first).then_some(Self { first, ceiling, current: first, since: 0, refused: None })
    }

    /// The time between two calls.
    pub(super) fn every(&self) -> Duration {
        Duration::try_from_secs_f64(1.0 / self.current).unwrap_or(Duration::MAX)
    }

    /// The calls before this turn prove nothing: they were fewer than the rate allows.
    pub(super) const fn restart(&mut self, turn: u64) {
        self.since = turn;
    }

    /// The service has accepted the call of this turn; `next` is the one that is given next. Whether the rate was raised.
    pub(super) fn accepted(&mut self, turn: Turn, next: u64, now: Duration) -> bool {
        if turn.number() < self.since.saturating_add(PROOF) {
            return false;
        }
        self.since = next;
        let step = STEP * self.first;
        let mut raised = (self.current + step).min(self.ceiling);
        if let Some(refused) = self.refused.filter(|refused| now < refused.again) {
            // A step below: nearer to it, a full bucket of the service would hide for long that it is too high.
            raised = raised.min(refused.rate - step);
        }
        let is_raised = raised > self.current;
        if is_raised {
            self.current = raised;
        }
        is_raised
    }

    /// The service has refused a call at the current rate. Whether there was a lower one to fall back to.
    pub(super) fn fall_back(&mut self, next: u64, now: Duration) -> bool {
        if self.current <= self.first {
            return false;
        }
        let wait = match self.refused {
            None => WAIT,
            // Lower than it was thought.
            Some(before) if now < before.again => before.wait,
            // Tried again in vain.
            Some(before) if now < before.again.saturating_add(before.wait) => {
                before.wait.saturating_mul(2).min(LONGEST_WAIT)
            }
            Some(before) => (before.wait / 2).max(WAIT),
        };
        self.refused = Some(Refused { rate: self.current, again: now.saturating_add(wait), wait });
        let above = (self.current - self.first) / 2.0;
        self.current = if above <= STEP * self.first { self.first } else { self.first + above };
        self.since = next;
        true
    }
}
