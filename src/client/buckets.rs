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

/// A token bucket for each operation, in this process; first come, first served.
///
/// Others may use the same quota: throttling lowers the rate, and it recovers with time while the service
/// accepts calls. So appliers that share a quota without knowing of each other end up with about the same
/// share each, and together use nearly all of it. For that they must not stay in step: [`shared`](Self::shared)
/// spreads the calls.
///
/// With [`probing`](Self::probing) rates also rise above those that are given, where the service accepts it.
///
/// All refusals of calls that were made before the rate was last changed count as one. A refused burst only
/// shows that the service's bucket was not full, as after another run: the rate stays, and no more bursts are
/// made until the bucket would be full again.
pub struct TokenBuckets {
    rates: Rates,
    /// Up to which rates are raised.
    ceiling: Option<Rates>,
    timer: Clock,
    shared: bool,
    buckets: Mutex<BTreeMap<Operation, Arc<Bucket>>>,
}

struct Bucket {
    /// Who waits, in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    share: Mutex<Share>,
}

/// This process's share of a quota.
struct Share {
    rate: Rate,
    /// How the rate is raised, where it may be.
    probe: Option<Probe>,
    /// When the bucket is full, if no more calls are made: never more calls than the quota.
    full: Duration,
    /// The number of turns that were given.
    turns: u64,
    /// The last turn that was part of a burst, or one more.
    burst: u64,
    /// Refusals of turns before this one are already accounted for.
    heard: u64,
    /// From [`LEAST`] to 1.
    part: f64,
    /// The number of calls that the service accepted since it last refused one.
    accepted: u32,
    /// When the next call is due, while the part is less than the whole.
    due: Duration,
    /// When the part last changed.
    changed: Duration,
}

/// The least that is left of a rate.
const LEAST: f64 = 1.0 / 16.0;

/// The factor of a decrease after a refusal that comes soon after another. Multiplicative decrease and additive
/// increase make the shares of a quota equal over time.
const DECREASE: f64 = 0.5;

/// A refusal after more calls than these counts for less: it may have had another cause.
const SOON: f64 = 4.0;

/// What is added to the part in the time of one call at the whole rate, however many are made.
const INCREASE: f64 = 0.004;

/// The random delay of a call, as a fraction of the interval, so that appliers do not stay in step: the one
/// that always came first would get everything.
const SPREAD: f64 = 0.5;

impl TokenBuckets {
    /// Buckets of these rates.
    pub fn new(rates: impl Into<Rates>, timer: Arc<dyn Timer>) -> Self {
        let (rates, timer) = (rates.into(), Clock(timer));
        Self { rates, ceiling: None, timer, shared: false, buckets: Mutex::default() }
    }

    /// Raises the rate of each operation step by step while the service accepts its calls, up to that of `ceiling`, and
    /// lets it fall back when a call is refused: a rate that was refused is tried again after a minute, then after
    /// twice as long each time. A burst stays as it is. Off by default.
    ///
    /// Of an account whose quotas are not known, `ceiling` may be [`Rates::documented`]: what is not raised there is left
    /// alone. The service counts the calls of everybody: other programs of the account are refused calls too, while
    /// this one tries.
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

    /// Adds a random delay to each call, for a quota that other processes or machines use at the same time; off
    /// by default.
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
            // Nothing is known of the service's bucket yet: the first call counts as a burst.
            burst: 1,
            heard: 0,
            part: 1.0,
            accepted: 0,
            due: now,
            changed: now,
        }
    }

    /// The rate at present, for estimates.
    fn shown(&self) -> Rate {
        let basis = if self.probe.is_some() { RateBasis::Probed } else { self.rate.basis };
        match self.part < 1.0 {
            true => Rate { every: longer(self.rate.every, self.part), burst: NonZeroU32::MIN, basis },
            false => Rate { basis, ..self.rate },
        }
    }

    /// How long the bucket takes to fill.
    const fn whole(&self) -> Duration {
        self.rate.every.saturating_mul(self.rate.burst.get())
    }

    /// Takes a token; otherwise, how long it is until there is one.
    fn take(&mut self, now: Duration) -> Result<Turn, Duration> {
        let every = self.rate.every;
        let pending = self.full.saturating_sub(now);
        let Some(lacks) = pending.checked_add(every).filter(|lacks| *lacks <= self.whole()) else {
            return Err(pending.saturating_sub(self.whole().saturating_sub(every)));
        };
        self.full = now.saturating_add(lacks);
        let turn = Turn::new(self.turns);
        self.turns = self.turns.saturating_add(1);
        // Another token is there at once: this call is part of a burst, and so is the last one of it. At a
        // part of the rate there are none.
        if self.part >= 1.0 && lacks.saturating_add(every) <= self.whole() {
            self.burst = self.turns.saturating_add(1);
            if let Some(probe) = &mut self.probe {
                probe.restart(self.turns);
            }
        }
        Ok(turn)
    }

    /// When the next call is due, and how far apart calls are; `None` where the whole rate is ours.
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

    /// The service's bucket is empty, and so is ours.
    fn empty(&mut self, now: Duration) {
        self.full = now.saturating_add(self.whole());
    }

    /// Gives up a part of what the rate was raised by, if it was.
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

/// The time between two calls at a part of the rate.
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
