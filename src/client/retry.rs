//! Repeats calls that failed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bon::Builder;

use super::{
    around::{Around, Decorated, Next},
    cancel::CancellationToken,
    error::{ClientError, ClientResult, Effect, ErrorKind},
    operations::ApiCall,
    pace::{Pace, Paced},
    timer::{Clock, Timer, part_of},
};
use crate::user::Operation;

/// When a call is repeated, and how often.
///
/// Pauses double from `first` up to `longest`, and each is extended by a random fraction of its own length
/// (jitter), so that many hosts do not return at the same moment.
#[derive(Builder, Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The first pause; half a second by default.
    #[builder(default = Duration::from_millis(500))]
    pub first: Duration,
    /// The longest pause, without its random part; 20 seconds by default.
    #[builder(default = Duration::from_secs(20))]
    pub longest: Duration,
    /// The number of failures after which a call is given up; 8 by default. Throttling does not count: it passes
    /// with time, so only `total` bounds it.
    #[builder(default = 8)]
    pub attempts: usize,
    /// The longest time that a call and its repetitions may take, waiting for its turn included: no pause begins
    /// that would end later. 2 minutes by default; [`Duration::MAX`] sets no limit.
    #[builder(default = Duration::from_secs(120))]
    pub total: Duration,
}

impl Default for RetryPolicy {
    /// 2 minutes, pausing from half a second to 20 seconds, and up to 8 attempts where it is not throttling:
    /// at two calls a second, that passes within seconds.
    fn default() -> Self {
        Self::builder().build()
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

/// A client that repeats calls that may succeed later.
///
/// Throttling, conflicts, failures of the service and of the line are repeated; a full quota, a refusal,
/// a duplicate and a lack of rights never are. An answer that cannot be used is asked for once more. A
/// service that cannot be reached, and credentials that cannot be found, end the call at once; only after
/// the service has answered this client before are they taken for a disturbance that passes. Where it is
/// unknown whether a call was done, it is repeated only if
/// [doing it twice does no harm](Operation::repeats_safely): a creation never is, and what apply does then is
/// look the user up. Once an attempt may have been done, the error says so ([`ClientError::effect`]), whatever
/// the last one failed with.
///
/// Put it around a [`Paced`] client, so that every attempt counts: [`paced`](Retrying::paced) does both.
///
/// ```
/// use std::sync::Arc;
/// use connect_user::client::{RetryPolicy, Retrying, ThreadTimer, memory::MemoryConnect};
///
/// let client = Retrying::new(MemoryConnect::new(), RetryPolicy::default(), Arc::new(ThreadTimer::default()));
/// ```
pub type Retrying<C> = Decorated<C, Retry>;

/// Repeats calls that may succeed later.
#[derive(Debug)]
pub struct Retry {
    policy: RetryPolicy,
    timer: Clock,
    cancel: CancellationToken,
    /// Whether the service has answered before.
    answered: AtomicBool,
}

impl<C> Retrying<C> {
    /// Puts retries around a client.
    pub fn new(inner: C, policy: RetryPolicy, timer: Arc<dyn Timer>) -> Self {
        let (cancel, answered) = (CancellationToken::new(), AtomicBool::new(false));
        Self::with(inner, Retry { policy, timer: Clock(timer), cancel, answered })
    }

    /// Ends the pauses when the token is cancelled: the call then fails with its last error. By default nothing
    /// cancels.
    #[must_use]
    pub fn with_cancellation(self, token: CancellationToken) -> Self {
        self.map(|retry| Retry { cancel: token, ..retry })
    }
}

impl<C> Retrying<Paced<C>> {
    /// Puts a pace and, around it, retries around a client; the token ends the waits of both.
    pub fn paced(
        inner: C,
        pace: Arc<dyn Pace>,
        policy: RetryPolicy,
        timer: Arc<dyn Timer>,
        cancel: &CancellationToken,
    ) -> Self {
        let paced = Paced::new(inner, pace).with_cancellation(cancel.clone());
        Self::new(paced, policy, timer).with_cancellation(cancel.clone())
    }
}

impl Around for Retry {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let timer = &self.timer.0;
        let end = timer.now().saturating_add(self.policy.total);
        let mut pauses = self.policy.pauses();
        let mut failures = Failures::default();
        let mut effect = Effect::None;
        loop {
            let error = match next.call().await {
                Ok(answer) => {
                    self.answered.store(true, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // What an attempt may have done, the refusal of a later one does not undo.
            if error.effect() == Effect::Unknown {
                effect = Effect::Unknown;
            }
            let error = error.with_effect(effect);
            if is_an_answer(error.kind()) {
                self.answered.store(true, Ordering::Relaxed);
            }
            failures.count(error.kind());
            if !self.may_be_repeated(call.operation(), &error, failures) {
                return Err(error);
            }
            let pause = pauses.next().unwrap_or(self.policy.longest);
            if timer.now().saturating_add(pause) > end || self.cancel.run(timer.sleep(pause)).await.is_none()
            {
                return Err(error);
            }
        }
    }
}

impl Retry {
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

/// The failures of a call so far.
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
            | ErrorKind::Unsupported
    )
}
