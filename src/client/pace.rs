//! Calls that keep within the quota.

use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use governor::{
    Quota, RateLimiter,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};

use super::{
    CancellationToken, ClientError, ClientResult, ConnectClient, ErrorKind, Rate, Rates, Timer,
    retry::Clock,
    traits::{decorate, for_each_operation},
};
use crate::user::Operation;

/// Who says when a call may be made.
///
/// The quota is one per operation, account and Region, so one `Pace` is shared by every client of an
/// account and Region. A host with many machines can put one of its own here, that all of them ask.
#[async_trait]
pub trait Pace: fmt::Debug + Send + Sync {
    /// Returns when a call of this operation may be made. One that is no longer waited for has no effect.
    async fn acquire(&self, operation: Operation);

    /// Hears that the service refused a call because there were too many.
    fn throttled(&self, operation: Operation);

    /// Hears that the service took a call.
    fn accepted(&self, operation: Operation);

    /// What an operation gets at present, for estimates.
    fn rate(&self, _operation: Operation) -> Rate {
        Rate::DEFAULT
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
#[derive(Debug)]
pub struct Paced<C> {
    inner: C,
    pace: Arc<dyn Pace>,
    cancel: CancellationToken,
}

impl<C> Paced<C> {
    /// Puts a pace around a client.
    pub fn new(inner: C, pace: Arc<dyn Pace>) -> Self {
        Self { inner, pace, cancel: CancellationToken::new() }
    }

    /// Lets a host end the waiting: a call that waits then fails as [`ErrorKind::Cancelled`] and is not
    /// made, and one that was made is waited for.
    #[must_use]
    pub fn with_cancellation(mut self, token: CancellationToken) -> Self {
        self.cancel = token;
        self
    }

    /// The client inside.
    pub const fn inner(&self) -> &C {
        &self.inner
    }

    async fn around<T, F, Fut>(&self, operation: Operation, call: F) -> ClientResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = ClientResult<T>>,
    {
        let waited = self.cancel.run(self.pace.acquire(operation)).await;
        if waited.is_none() || self.cancel.is_cancelled() {
            return Err(ClientError::new(operation, ErrorKind::Cancelled));
        }
        let answer = call().await;
        match &answer {
            Err(error) if error.kind() == ErrorKind::Throttled => self.pace.throttled(operation),
            Ok(_) => self.pace.accepted(operation),
            Err(_) => {}
        }
        answer
    }
}

for_each_operation!(decorate! { impl<C: ConnectClient> ConnectClient for Paced<C> });

/// A token bucket for each operation, in this process; first come, first served.
///
/// Somebody else may use the same quota: each refusal for too many calls takes part of the rate away, and
/// while the service takes calls, it comes back with time. So appliers that share a quota without knowing
/// of each other end up with about the same share each, and together use nearly all of it. For that they
/// must not stay in step: [`shared`](Self::shared) spreads the calls.
pub struct TokenBuckets {
    rates: Rates,
    timer: Clock,
    shared: bool,
    buckets: Mutex<BTreeMap<Operation, Arc<Bucket>>>,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, GovernorClock, NoOpMiddleware<Duration>>;

struct Bucket {
    /// Never more than the quota.
    limiter: Limiter,
    /// Who waits, in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    share: Mutex<Share>,
}

/// What is ours of a quota that others use too.
struct Share {
    /// From [`LEAST`] to 1.
    part: f64,
    /// How many calls the service took since it last refused one.
    accepted: u32,
    /// When the next call is due, while the part is less than the whole.
    due: Duration,
    /// When the part last changed.
    changed: Duration,
}

/// The least that is left of a rate.
const LEAST: f64 = 1.0 / 16.0;

/// What a refusal leaves of the part, at worst: where one comes soon after another. That whoever has more
/// loses more, and everybody gains alike, is what makes shares equal in time.
const DECREASE: f64 = 0.5;

/// A refusal after more calls than these counts for less: it may have had another cause.
const SOON: f64 = 4.0;

/// What is added to the part in the time of one call at the whole rate, however many are made.
const INCREASE: f64 = 0.004;

/// By how much of the time between two calls one of them may come late, so that appliers do not stay in
/// step: who always came first would get everything.
const SPREAD: f64 = 0.5;

impl TokenBuckets {
    /// Buckets of these rates.
    pub fn new(rates: impl Into<Rates>, timer: Arc<dyn Timer>) -> Self {
        Self { rates: rates.into(), timer: Clock(timer), shared: false, buckets: Mutex::default() }
    }

    /// Spreads the calls, for a quota that other processes or machines use at the same time.
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
                limiter: self.limiter(self.rates.of(operation)),
                turn: tokio::sync::Mutex::default(),
                share: Mutex::new(Share { part: 1.0, accepted: 0, due: now, changed: now }),
            })
        });
        bucket.clone()
    }

    fn limiter(&self, rate: Rate) -> Limiter {
        // A rate without end is one that a nanosecond limits.
        let every = rate.every.max(Duration::from_nanos(1));
        let quota =
            Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(rate.burst);
        RateLimiter::direct_with_clock(quota, GovernorClock(self.timer.clone()))
    }

    async fn until(&self, moment: Duration) {
        let pause = moment.saturating_sub(self.timer.0.now());
        if !pause.is_zero() {
            self.timer.0.sleep(pause).await;
        }
    }

    fn spread(&self, every: Duration) -> Duration {
        if self.shared { every.mul_f64(SPREAD * fastrand::f64()) } else { Duration::ZERO }
    }
}

#[async_trait]
impl Pace for TokenBuckets {
    async fn acquire(&self, operation: Operation) {
        let bucket = self.bucket(operation);
        let _turn = bucket.turn.lock().await;
        let every = self.rates.of(operation).every;
        let due = bucket.share().due(every, self.timer.0.now());
        if let Some((due, every)) = due {
            self.until(due + self.spread(every)).await;
        }
        while let Err(not_yet) = bucket.limiter.check() {
            let pause = not_yet.wait_time_from(self.timer.0.now()).max(Duration::from_millis(1));
            self.timer.0.sleep(pause + self.spread(every)).await;
        }
    }

    fn throttled(&self, operation: Operation) {
        self.bucket(operation).share().decrease(self.timer.0.now());
    }

    fn accepted(&self, operation: Operation) {
        let every = self.rates.of(operation).every;
        self.bucket(operation).share().increase(every, self.timer.0.now());
    }

    fn rate(&self, operation: Operation) -> Rate {
        let rate = self.rates.of(operation);
        let part = self.bucket(operation).share().part;
        if part < 1.0 {
            return Rate { every: rate.every.div_f64(part), burst: NonZeroU32::MIN };
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
    /// When the next call is due, and how far apart calls are; `None` where the whole rate is ours.
    fn due(&mut self, every: Duration, now: Duration) -> Option<(Duration, Duration)> {
        if self.part >= 1.0 {
            return None;
        }
        let every = every.div_f64(self.part);
        let due = self.due.max(now);
        self.due = due + every;
        Some((due, every))
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

    fn increase(&mut self, every: Duration, now: Duration) {
        self.accepted = self.accepted.saturating_add(1);
        let calls = now.saturating_sub(self.changed).as_secs_f64() / every.as_secs_f64().max(f64::EPSILON);
        self.part = (self.part + INCREASE * calls).min(1.0);
        self.changed = now;
    }
}

impl fmt::Debug for TokenBuckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuckets").field("rates", &self.rates).finish_non_exhaustive()
    }
}

/// A timer as `governor` reads it.
#[derive(Clone, Debug)]
struct GovernorClock(Clock);

impl governor::clock::Clock for GovernorClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.0.now()
    }
}
