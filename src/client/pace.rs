//! Calls that keep within the quota.

use std::{
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use governor::{
    Quota, RateLimiter,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};

use super::{
    ClientResult, ConnectClient, ErrorKind, Timer,
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
    /// Returns when a call of this operation may be made.
    async fn acquire(&self, operation: Operation);

    /// Hears that the service refused a call because there were too many.
    fn throttled(&self, operation: Operation);

    /// Hears that the service took a call.
    fn accepted(&self, operation: Operation);
}

/// How many calls an operation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How often: a call each so long.
    pub every: Duration,
    /// How many at once, after a while without any.
    pub burst: NonZeroU32,
}

impl Rate {
    /// The default quota of Amazon Connect: 2 calls a second, 5 at once.
    pub const DEFAULT: Self = Self {
        every: Duration::from_millis(500),
        burst: match NonZeroU32::new(5) {
            Some(burst) => burst,
            None => NonZeroU32::MIN,
        },
    };
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
}

impl<C> Paced<C> {
    /// Puts a pace around a client.
    pub fn new(inner: C, pace: Arc<dyn Pace>) -> Self {
        Self { inner, pace }
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
        self.pace.acquire(operation).await;
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

/// A token bucket for each operation, in this process.
///
/// Somebody else may use the same quota: each refusal for too many calls halves the rate, down to a
/// sixteenth, and each run of calls that the service takes doubles it again, up to the whole.
pub struct TokenBuckets {
    rate: Rate,
    timer: Clock,
    buckets: Mutex<BTreeMap<Operation, Bucket>>,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, GovernorClock, NoOpMiddleware<Duration>>;

struct Bucket {
    limiter: Arc<Limiter>,
    /// By how much the rate is reduced: 1, 2, 4, 8 or 16.
    slower: u32,
    /// How many calls the service took since the rate last changed.
    accepted: u32,
}

/// The least that is left of a rate: a sixteenth.
const SLOWEST: u32 = 16;

/// So many calls in a row show that the service takes more.
const RECOVERY: u32 = 10;

impl TokenBuckets {
    /// Buckets of the same rate for every operation.
    pub fn new(rate: Rate, timer: Arc<dyn Timer>) -> Self {
        Self { rate, timer: Clock(timer), buckets: Mutex::default() }
    }

    fn with_bucket<T>(&self, operation: Operation, work: impl FnOnce(&mut Bucket) -> T) -> T {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        work(buckets.entry(operation).or_insert_with(|| Bucket {
            limiter: self.limiter(self.rate.every, self.rate.burst),
            slower: 1,
            accepted: 0,
        }))
    }

    fn limiter(&self, every: Duration, burst: NonZeroU32) -> Arc<Limiter> {
        // A rate without end is one that a nanosecond limits.
        let every = every.max(Duration::from_nanos(1));
        let quota =
            Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst);
        Arc::new(RateLimiter::direct_with_clock(quota, GovernorClock(self.timer.clone())))
    }

    /// Gives a bucket another rate. It starts empty: a change of rate is no reason for a burst.
    fn change(&self, bucket: &mut Bucket, slower: u32) {
        let burst = if slower == 1 { self.rate.burst } else { NonZeroU32::MIN };
        let limiter = self.limiter(self.rate.every.saturating_mul(slower), burst);
        // More than the burst is never asked for, so this cannot be refused.
        let _ = limiter.check_n(burst);
        *bucket = Bucket { limiter, slower, accepted: 0 };
    }
}

#[async_trait]
impl Pace for TokenBuckets {
    async fn acquire(&self, operation: Operation) {
        loop {
            let limiter = self.with_bucket(operation, |bucket| bucket.limiter.clone());
            let Err(not_yet) = limiter.check() else { return };
            let pause = not_yet.wait_time_from(self.timer.0.now());
            self.timer.0.sleep(pause.max(Duration::from_millis(1))).await;
        }
    }

    fn throttled(&self, operation: Operation) {
        self.with_bucket(operation, |bucket| self.change(bucket, (bucket.slower * 2).min(SLOWEST)));
    }

    fn accepted(&self, operation: Operation) {
        self.with_bucket(operation, |bucket| {
            bucket.accepted += 1;
            if bucket.slower > 1 && bucket.accepted >= RECOVERY {
                self.change(bucket, bucket.slower / 2);
            }
        });
    }
}

impl fmt::Debug for TokenBuckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuckets").field("rate", &self.rate).finish_non_exhaustive()
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
