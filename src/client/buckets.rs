//! A token bucket for each operation.

use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::{
    pace::{Pace, Turn},
    probe::Probe,
    rate::{Rate, RateBasis, Rates},
    timer::{Clock, Timer, part_of},
};
use crate::user::Operation;

/// A token bucket for each operation in this process; waiting calls are served in order.
///
/// Other programs may use the same quota: throttling lowers the rate, and it recovers with time while the service
/// accepts calls. So programs that share a quota without knowing of each other each get about the same share, and
/// together use nearly all of it. For that their calls must not be synchronised: [`shared`](Self::shared) adds a random
/// delay.
///
/// With [`probing`](Self::probing), rates also rise above the given rates while the service accepts it.
///
/// All refusals of calls that were made before the last change of the rate count as one. A refused burst only shows
/// that the service's bucket was not full, for example after another run: the rate stays, and no more bursts are made
/// until the bucket would be full again.
pub struct TokenBuckets {
    rates: Rates,
    /// The rates up to which rates are raised.
    ceiling: Option<Rates>,
    timer: Clock,
    shared: bool,
    buckets: Mutex<BTreeMap<Operation, Arc<Bucket>>>,
}

struct Bucket {
    /// The lock for which calls wait, in order of arrival.
    turn: tokio::sync::Mutex<()>,
    share: Mutex<Share>,
}

/// This process's share of a quota.
struct Share {
    rate: Rate,
    /// How the rate is raised, if it may be raised.
    probe: Option<Probe>,
    /// When the bucket is full, if no more calls are made. No more calls than the quota are allowed.
    full: Duration,
    /// Number of turns given.
    turns: u64,
    /// The last turn that was part of a burst, or the next one.
    burst: u64,
    /// Refusals of turns before this one are already taken into account.
    heard: u64,
    /// The fraction of the rate that is used, from [`LEAST`] to 1.
    part: f64,
    /// Number of calls that the service accepted since it last refused one.
    accepted: u32,
    /// When the next call is due, while the fraction is less than 1.
    due: Duration,
    /// When the fraction last changed.
    changed: Duration,
}

/// Minimum fraction of a rate.
const LEAST: f64 = 1.0 / 16.0;

/// The factor of a decrease after a refusal that soon follows another. Multiplicative decrease and additive increase
/// make the shares of a quota equal over time.
const DECREASE: f64 = 0.5;

/// A refusal after more accepted calls than this has a smaller effect: it may have another cause.
const SOON: f64 = 4.0;

/// Increase of the fraction during the interval of one call at the full rate, however many calls are made.
const INCREASE: f64 = 0.004;

/// Random delay of a call, as a fraction of the interval, so that programs do not stay synchronised: the program that
/// is always first would get everything.
const SPREAD: f64 = 0.5;

impl TokenBuckets {
    /// Creates buckets with these rates.
    pub fn new(rates: impl Into<Rates>, timer: Arc<dyn Timer>) -> Self {
        let (rates, timer) = (rates.into(), Clock(timer));
        Self { rates, ceiling: None, timer, shared: false, buckets: Mutex::default() }
    }

    /// Raises the rate of each operation step by step while the service accepts its calls, up to that of `ceiling`, and
    /// lowers it again when a call is refused. A refused rate is tried again after one minute, then after twice as long
    /// each time. The burst stays as it is. Default: off.
    ///
    /// For an account whose quotas are not known, `ceiling` may be [`Rates::documented`]: operations whose rate is not
    /// higher there stay as they are. The service counts all calls of an account: while this program tries higher
    /// rates, calls of other programs are refused, too.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use connect_user::client::{Rate, Rates, ThreadTimer, TokenBuckets};
    ///
    /// let timer = Arc::new(ThreadTimer::default());
    /// let pace = TokenBuckets::new(Rate::DEFAULT, timer).probing(Rates::documented());
    /// ```
    #[must_use]
    pub fn probing(mut self, ceiling: impl Into<Rates>) -> Self {
        self.ceiling = Some(ceiling.into());
        self
    }

    /// Adds a random delay to each call, for a quota that other processes or machines use at the same time. Default:
    /// off.
    #[must_use]
    pub const fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    fn bucket(&self, operation: Operation) -> Arc<Bucket> {
        let now = self.timer.0.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(operation).or_insert_with(|| {
            Arc::new(Bucket {
                turn: tokio::sync::Mutex::default(),
                share: Mutex::new(Share::new(self.rates.of(operation), self.probe(operation), now)),
            })
        });
        bucket.clone()
    }

    fn probe(&self, operation: Operation) -> Option<Probe> {
        Probe::new(self.rates.of(operation), self.ceiling.as_ref()?.of(operation))
    }

    fn spread(&self, every: Duration) -> Duration {
        if self.shared { part_of(every, SPREAD * fastrand::f64()) } else { Duration::ZERO }
    }
}

#[async_trait]
impl Pace for TokenBuckets {
    async fn acquire(&self, operation: Operation) -> Turn {
        let bucket = self.bucket(operation);
        let _turn = bucket.turn.lock().await;
        let due = bucket.share().due(self.timer.0.now());
        if let Some((due, every)) = due {
            let pause = due.saturating_add(self.spread(every)).saturating_sub(self.timer.0.now());
            if !pause.is_zero() {
                self.timer.0.sleep(pause).await;
            }
        }
        loop {
            let (taken, every) = {
                let mut share = bucket.share();
                (share.take(self.timer.0.now()), share.rate.every)
            };
            match taken {
                Ok(turn) => return turn,
                Err(pause) => {
                    let pause = pause.max(Duration::from_millis(1));
                    self.timer.0.sleep(pause.saturating_add(self.spread(every))).await;
                }
            }
        }
    }

    fn throttled(&self, operation: Operation, turn: Turn) {
        self.bucket(operation).share().throttled(turn, self.timer.0.now());
    }

    fn accepted(&self, operation: Operation, turn: Turn) {
        self.bucket(operation).share().accepted(turn, self.timer.0.now());
    }

    fn rate(&self, operation: Operation) -> Rate {
        self.bucket(operation).share().shown()
    }
}

impl Bucket {
    fn share(&self) -> MutexGuard<'_, Share> {
        self.share.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    fn new(rate: Rate, probe: Option<Probe>, now: Duration) -> Self {
        Self {
            rate,
            probe,
            full: now,
            turns: 0,
            // The state of the service's bucket is not known yet: the first call counts as a burst.
            burst: 1,
            heard: 0,
            part: 1.0,
            accepted: 0,
            due: now,
            changed: now,
        }
    }

    /// Returns the current rate, for estimates.
    fn shown(&self) -> Rate {
        let basis = if self.probe.is_some() { RateBasis::Probed } else { self.rate.basis };
        match self.part < 1.0 {
            true => Rate { every: longer(self.rate.every, self.part), burst: NonZeroU32::MIN, basis },
            false => Rate { basis, ..self.rate },
        }
    }

    /// Returns how long the bucket takes to fill.
    const fn whole(&self) -> Duration {
        self.rate.every.saturating_mul(self.rate.burst.get())
    }

    /// Takes a token, or returns the time until there is one.
    fn take(&mut self, now: Duration) -> Result<Turn, Duration> {
        let every = self.rate.every;
        let pending = self.full.saturating_sub(now);
        let Some(lacks) = pending.checked_add(every).filter(|lacks| *lacks <= self.whole()) else {
            return Err(pending.saturating_sub(self.whole().saturating_sub(every)));
        };
        self.full = now.saturating_add(lacks);
        let turn = Turn::new(self.turns);
        self.turns = self.turns.saturating_add(1);
        // Another token is available at once: this call and the next one belong to a burst. With a fraction of the rate
        // there are no bursts.
        if self.part >= 1.0 && lacks.saturating_add(every) <= self.whole() {
            self.burst = self.turns.saturating_add(1);
            if let Some(probe) = &mut self.probe {
                probe.restart(self.turns);
            }
        }
        Ok(turn)
    }

    /// Returns when the next call is due, and the interval between calls; `None` if the full rate is available.
    fn due(&mut self, now: Duration) -> Option<(Duration, Duration)> {
        if self.part >= 1.0 {
            return None;
        }
        let every = longer(self.rate.every, self.part);
        let due = self.due.max(now);
        self.due = due.saturating_add(every);
        Some((due, every))
    }

    fn throttled(&mut self, turn: Turn, now: Duration) {
        if turn.number() < self.heard {
            return;
        }
        self.heard = self.turns;
        if turn.number() < self.burst {
            self.empty(now);
        } else if self.part < 1.0 || !self.fall_back(now) {
            self.decrease(now);
        }
    }

    /// Records that the service's bucket is empty, and empties this one.
    fn empty(&mut self, now: Duration) {
        self.full = now.saturating_add(self.whole());
    }

    /// Lowers a raised rate. Returns whether the rate was raised.
    fn fall_back(&mut self, now: Duration) -> bool {
        let Some(probe) = &mut self.probe else { return false };
        if !probe.fall_back(self.turns, now) {
            return false;
        }
        self.rate.every = probe.every();
        self.empty(now);
        true
    }

    fn accepted(&mut self, turn: Turn, now: Duration) {
        let has_all = self.part >= 1.0;
        self.increase(now);
        let Some(probe) = &mut self.probe else { return };
        if !has_all {
            probe.restart(self.turns);
        } else if probe.accepted(turn, self.turns, now) {
            self.rate.every = probe.every();
        }
    }

    fn decrease(&mut self, now: Duration) {
        let weight = (SOON / f64::from(self.accepted.max(1))).min(1.0);
        if self.part >= 1.0 {
            self.due = now;
        }
        self.part = (self.part * (1.0 - (1.0 - DECREASE) * weight)).max(LEAST);
        self.accepted = 0;
        self.changed = now;
    }

    fn increase(&mut self, now: Duration) {
        self.accepted = self.accepted.saturating_add(1);
        let every = self.rate.every.as_secs_f64().max(f64::EPSILON);
        let calls = now.saturating_sub(self.changed).as_secs_f64() / every;
        self.part = (self.part + INCREASE * calls).min(1.0);
        self.changed = now;
    }
}

/// Returns the interval between two calls at a fraction of the rate.
fn longer(every: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(every.as_secs_f64() / part).unwrap_or(Duration::MAX)
}

impl fmt::Debug for TokenBuckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuckets")
            .field("rates", &self.rates)
            .field("ceiling", &self.ceiling)
            .finish_non_exhaustive()
    }
}
