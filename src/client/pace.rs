//! The pace of calls, within the quota.

use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;

use super::{
    around::{Around, Decorated, Next},
    cancel::CancellationToken,
    error::{ClientResult, ErrorKind},
    operations::ApiCall,
    rate::{Rate, Rates},
    timer::{Clock, Timer, part_of},
};
use crate::user::Operation;

/// Limits the rate of calls.
///
/// The quota is one per operation, account and Region, so one `Pace` is shared by every client of an
/// account and Region. A host with many machines can implement one that they all share.
#[async_trait]
pub trait Pace: fmt::Debug + Send + Sync {
    /// Waits until a call of this operation may be made. Hand the returned turn to
    /// [`throttled`](Self::throttled) or [`accepted`](Self::accepted) after the call. Dropping the future has
    /// no effect.
    async fn acquire(&self, operation: Operation) -> Turn;

    /// Called when the service has throttled that call.
    fn throttled(&self, operation: Operation, turn: Turn);

    /// Called when the service has accepted that call.
    fn accepted(&self, operation: Operation, turn: Turn);

    /// The rate that an operation has at present, for estimates; [`Rate::DEFAULT`] unless overridden.
    fn rate(&self, _operation: Operation) -> Rate {
        Rate::DEFAULT
    }
}

/// A permission to make one call, with a number of the pace's own choice; 0 by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn(u64);

impl Turn {
    /// A turn of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A client that makes each call when a [`Pace`] allows it.
///
/// ```
/// use std::sync::Arc;
/// use connect_user::client::{Paced, Rate, ThreadTimer, TokenBuckets, memory::MemoryConnect};
///
/// let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, Arc::new(ThreadTimer::default())));
/// let client = Paced::new(MemoryConnect::new(), pace);
/// ```
pub type Paced<C> = Decorated<C, Pacing>;

/// Makes each call when a [`Pace`] allows it.
#[derive(Clone, Debug)]
pub struct Pacing {
    pace: Arc<dyn Pace>,
    cancel: CancellationToken,
}

impl<C> Paced<C> {
    /// Puts a pace around a client.
    pub fn new(inner: C, pace: Arc<dyn Pace>) -> Self {
        Self::with(inner, Pacing { pace, cancel: CancellationToken::new() })
    }

    /// Ends the waiting when the token is cancelled: a call that waits fails as [`ErrorKind::Cancelled`] without
    /// being made, and a call that was made is awaited. By default nothing cancels.
    #[must_use]
    pub fn with_cancellation(self, token: CancellationToken) -> Self {
        self.map(|pacing| Pacing { cancel: token, ..pacing })
    }
}

impl Around for Pacing {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let operation = call.operation();
        let turn = self.cancel.run(self.pace.acquire(operation)).await;
        let Some(turn) = turn.filter(|_| !self.cancel.is_cancelled()) else {
            return Err(self.cancel.refuse(operation));
        };
        let answer = next.call().await;
        match &answer {
            Err(error) if error.kind() == ErrorKind::Throttled => self.pace.throttled(operation, turn),
            Ok(_) => self.pace.accepted(operation, turn),
            Err(_) => {}
        }
        answer
    }
}

/// A token bucket for each operation, in this process; first come, first served.
///
/// Others may use the same quota: throttling lowers the rate, and it recovers with time while the service
/// accepts calls. So appliers that share a quota without knowing of each other end up with about the same
/// share each, and together use nearly all of it. For that they must not stay in step: [`shared`](Self::shared)
/// spreads the calls.
///
/// All refusals of calls that were made before the rate was last changed count as one. A refused burst only
/// shows that the service's bucket was not full, as after another run: the rate stays, and no more bursts are
/// made until the bucket would be full again.
pub struct TokenBuckets {
    rates: Rates,
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
        Self { rates: rates.into(), timer: Clock(timer), shared: false, buckets: Mutex::default() }
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
                share: Mutex::new(Share::new(self.rates.of(operation), now)),
            })
        });
        bucket.clone()
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
            let taken = bucket.share().take(self.timer.0.now());
            match taken {
                Ok(turn) => return turn,
                Err(pause) => {
                    let pause = pause.max(Duration::from_millis(1));
                    self.timer
                        .0
                        .sleep(pause.saturating_add(self.spread(self.rates.of(operation).every)))
                        .await;
                }
            }
        }
    }

    fn throttled(&self, operation: Operation, turn: Turn) {
        self.bucket(operation).share().throttled(turn, self.timer.0.now());
    }

    fn accepted(&self, operation: Operation, _: Turn) {
        self.bucket(operation).share().increase(self.timer.0.now());
    }

    fn rate(&self, operation: Operation) -> Rate {
        let rate = self.rates.of(operation);
        let part = self.bucket(operation).share().part;
        if part < 1.0 {
            return Rate { every: longer(rate.every, part), burst: NonZeroU32::MIN, ..rate };
        }
        rate
    }
}

impl Bucket {
    fn share(&self) -> MutexGuard<'_, Share> {
        self.share.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    fn new(rate: Rate, now: Duration) -> Self {
        // Nothing is known of the service's bucket yet: the first call counts as a burst.
        Self { rate, full: now, turns: 0, burst: 1, heard: 0, part: 1.0, accepted: 0, due: now, changed: now }
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
        let turn = Turn(self.turns);
        self.turns = self.turns.saturating_add(1);
        // Another token is there at once: this call is part of a burst, and so is the last one of it. At a
        // part of the rate there are none.
        if self.part >= 1.0 && lacks.saturating_add(every) <= self.whole() {
            self.burst = self.turns.saturating_add(1);
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
        if turn.0 < self.heard {
            return;
        }
        self.heard = self.turns;
        if turn.0 < self.burst {
            self.full = now.saturating_add(self.whole());
        } else {
            self.decrease(now);
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
        f.debug_struct("TokenBuckets").field("rates", &self.rates).finish_non_exhaustive()
    }
}
