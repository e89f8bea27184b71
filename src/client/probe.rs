//! Tries rates above the rate that is known to be safe.

use std::time::Duration;

use super::{pace::Turn, rate::Rate};

/// The rate of an operation that is raised step by step, and lowered when the service refuses a call.
///
/// A probe uses additive increase and multiplicative decrease, with a memory: a refused rate is avoided for a while, so
/// that refusals stay rare.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    /// The rates are in calls a second.
    first: f64,
    ceiling: f64,
    current: f64,
    /// The turn since which calls were made at the current rate, without a pause.
    since: u64,
    refused: Option<Refused>,
}

/// A rate that the service has refused.
#[derive(Clone, Copy, Debug)]
struct Refused {
    rate: f64,
    /// When the rate is tried again, and after which wait.
    again: Duration,
    wait: Duration,
}

/// Number of consecutive calls that the service must accept at a rate before the rate is raised.
const PROOF: u64 = 20;

/// The increase, as a fraction of the first rate.
const STEP: f64 = 0.25;

/// How long a refused rate is avoided at first; each time that it is refused again, the wait doubles.
const WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

impl Probe {
    /// Creates a probe between these rates; `None` if the ceiling is not higher than the first rate.
    pub(super) fn new(first: Rate, ceiling: Rate) -> Option<Self> {
        let [first, ceiling] = [first, ceiling].map(Rate::calls_per_second);
        (ceiling > first).then_some(Self { first, ceiling, current: first, since: 0, refused: None })
    }

    /// Returns the interval between two calls.
    pub(super) fn every(&self) -> Duration {
        Duration::try_from_secs_f64(1.0 / self.current).unwrap_or(Duration::MAX)
    }

    /// Ignores the calls before this turn as evidence: there were fewer of them than the rate allows.
    pub(super) const fn restart(&mut self, turn: u64) {
        self.since = turn;
    }

    /// Records that the service has accepted the call of this turn; `next` is the number of the next turn. Returns
    /// whether the rate was raised.
    pub(super) fn accepted(&mut self, turn: Turn, next: u64, now: Duration) -> bool {
        if turn.number() < self.since.saturating_add(PROOF) {
            return false;
        }
        self.since = next;
        let step = STEP * self.first;
        let mut raised = (self.current + step).min(self.ceiling);
        if let Some(refused) = self.refused.filter(|refused| now < refused.again) {
            // Stays one step below the refused rate: close to it, a full bucket of the service would hide for a long
            // time that the rate is too high.
            raised = raised.min(refused.rate - step);
        }
        let is_raised = raised > self.current;
        if is_raised {
            self.current = raised;
        }
        is_raised
    }

    /// Records that the service has refused a call at the current rate. Returns whether the rate could be lowered.
    pub(super) fn fall_back(&mut self, next: u64, now: Duration) -> bool {
        if self.current <= self.first {
            return false;
        }
        let wait = match self.refused {
            None => WAIT,
            // The limit is lower than assumed.
            Some(before) if now < before.again => before.wait,
            // The rate was tried again and refused again.
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
