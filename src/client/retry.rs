//! Calls that are made again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    CancellationToken, ClientError, ClientResult, ConnectClient, Effect, ErrorKind, Timer,
    traits::{decorate, for_each_operation},
};
use crate::user::Operation;

/// When a call is made again, and how often.
///
/// Pauses double from `first` up to `longest`, and each gets a random part of its own length on top, so that
/// many hosts do not come back at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The first pause; half a second by default.
    pub first: Duration,
    /// The longest pause, without its random part; 20 seconds by default.
    pub longest: Duration,
    /// How often a call may fail before it is given up; 8 by default. Throttling does not count: it passes
    /// with time, so only `total` bounds it.
    pub attempts: usize,
    /// How long one call and its repetitions may take, waiting for its turn included: no pause begins that
    /// would end later. 2 minutes by default; [`Duration::MAX`] is without end.
    pub total: Duration,
}

impl Default for RetryPolicy {
    /// 2 minutes, pausing from half a second to 20 seconds, and up to 8 attempts where it is not throttling:
    /// at two calls a second, that passes within seconds.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            attempts: 8,
            total: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    fn pauses(self) -> impl Iterator<Item = Duration> {
        std::iter::successors(Some(self.first), |pause| Some(pause.saturating_mul(2))).map(move |pause| {
            let pause = pause.min(self.longest);
            pause.saturating_add(part_of(pause, fastrand::f64()))
        })
    }
}

/// A client that makes calls again which may succeed later.
///
/// Throttling, conflicts, failures of the service and of the line are repeated; a full quota, a refusal,
/// a duplicate and a lack of rights never are. An answer that cannot be used is asked for once more. A
/// service that cannot be reached, and credentials that cannot be found, end the call at once; only after
/// the service has answered this client before are they taken for a disturbance that passes. Where nobody
/// knows whether a call was done, it is repeated only if
/// [doing it twice does no harm](Operation::repeats_safely): a creation never is, and what apply does then is
/// look the user up.
///
/// Put it around a [`Paced`](super::Paced) client, so that every attempt counts.
///
/// ```
/// use std::sync::Arc;
/// use connect_user::client::{RetryPolicy, Retrying, ThreadTimer, memory::MemoryConnect};
///
/// let client = Retrying::new(MemoryConnect::new(), RetryPolicy::default(), Arc::new(ThreadTimer::default()));
/// ```
#[derive(Debug)]
pub struct Retrying<C> {
    inner: C,
    policy: RetryPolicy,
    timer: Clock,
    cancel: CancellationToken,
    /// Whether the service has answered before.
    answered: AtomicBool,
}

/// A timer without the debt to print itself.
#[derive(Clone)]
pub(super) struct Clock(pub(super) Arc<dyn Timer>);

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Timer")
    }
}

impl<C> Retrying<C> {
    /// Puts retries around a client.
    pub fn new(inner: C, policy: RetryPolicy, timer: Arc<dyn Timer>) -> Self {
        let (cancel, answered) = (CancellationToken::new(), AtomicBool::new(false));
        Self { inner, policy, timer: Clock(timer), cancel, answered }
    }

    /// Lets a host end the pauses: what failed then stays failed.
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
        let timer = &self.timer.0;
        let end = timer.now().saturating_add(self.policy.total);
        let mut pauses = self.policy.pauses();
        let mut failures = Failures::default();
        loop {
            let error = match call().await {
                Ok(answer) => {
                    self.answered.store(true, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            if is_an_answer(error.kind()) {
                self.answered.store(true, Ordering::Relaxed);
            }
            failures.count(error.kind());
            if !self.may_be_repeated(operation, &error, failures) {
                return Err(error);
            }
            let pause = pauses.next().unwrap_or(self.policy.longest);
            if timer.now().saturating_add(pause) > end || self.cancel.run(timer.sleep(pause)).await.is_none()
            {
                return Err(error);
            }
        }
    }

    fn may_be_repeated(&self, operation: Operation, error: &ClientError, failures: Failures) -> bool {
        let is_harmless = error.effect() == Effect::None || operation.repeats_safely();
        let may_pass = match error.kind() {
            ErrorKind::Throttled => true,
            ErrorKind::InvalidResponse => failures.invalid < 2 && failures.all < self.policy.attempts,
            ErrorKind::Unreachable | ErrorKind::Credentials => {
                self.answered.load(Ordering::Relaxed) && failures.all < self.policy.attempts
            }
            kind => kind.is_retryable() && failures.all < self.policy.attempts,
        };
        is_harmless && may_pass
    }
}

/// How often a call has failed.
#[derive(Clone, Copy, Default)]
struct Failures {
    /// For another reason than throttling.
    all: usize,
    /// With an answer that cannot be used.
    invalid: usize,
}

impl Failures {
    fn count(&mut self, kind: ErrorKind) {
        self.all += usize::from(kind != ErrorKind::Throttled);
        self.invalid += usize::from(kind == ErrorKind::InvalidResponse);
    }
}

/// Whether such an error is one that the service itself gave.
const fn is_an_answer(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::InvalidResponse
            | ErrorKind::Transport
            | ErrorKind::Unreachable
            | ErrorKind::Credentials
            | ErrorKind::Cancelled
    )
}

/// A part of a time, from 0 to 1.
pub(super) fn part_of(time: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * part).unwrap_or(time)
}

for_each_operation!(decorate! { impl<C: ConnectClient> ConnectClient for Retrying<C> });
