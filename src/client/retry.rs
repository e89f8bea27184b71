//! Repeats failed calls.

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

/// When and how often a call is repeated.
///
/// Pauses double, beginning with `first`, up to `longest`. Each is extended by a random fraction of its own length
/// (jitter), so that many hosts do not repeat their calls at the same moment.
#[derive(Builder, Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The first pause. Default: half a second.
    #[builder(default = Duration::from_millis(500))]
    pub first: Duration,
    /// The longest pause, without its random part. Default: 20 seconds.
    #[builder(default = Duration::from_secs(20))]
    pub longest: Duration,
    /// Maximum number of failures of a call. Throttling does not count: it passes with time, so only `total` limits it.
    /// Default: 8.
    #[builder(default = 8)]
    pub attempts: usize,
    /// Maximum time of a call with its repetitions, including the wait for its turn: no pause begins that would end
    /// later. [`Duration::MAX`] sets no limit. Default: 2 minutes.
    #[builder(default = Duration::from_secs(120))]
    pub total: Duration,
}

impl Default for RetryPolicy {
    /// 2 minutes, pauses from half a second to 20 seconds, and up to 8 failures other than throttling; throttling at
    /// two calls a second passes within seconds.
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
/// Throttling, conflicts, failures of the service and lost connections are repeated; a full quota, a refusal, a
/// duplicate and missing permissions are not. After an answer that cannot be used, the call is repeated once. A service
/// that cannot be reached and credentials that cannot be found end the call at once; only if the service has answered
/// this client before do they count as a temporary failure. If it is unknown whether a call was executed, it is
/// repeated only if [executing it twice does no harm](Operation::repeats_safely): a creation is never repeated, and the
/// apply looks the user up instead. Once an attempt may have been executed, the error says so
/// ([`ClientError::effect`]), whatever the last attempt failed with.
///
/// Put it around a [`Paced`] client, so that every attempt waits for its turn: [`paced`](Retrying::paced) does both.
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

    /// Ends the pauses when the token is cancelled: the call then fails with its last error. Default: never cancelled.
    #[must_use]
    pub fn with_cancellation(self, token: CancellationToken) -> Self {
        self.map(|retry| Retry { cancel: token, ..retry })
    }
}

impl<C> Retrying<Paced<C>> {
    /// Puts a pace around a client and retries around the pace; the token ends the waits of both.
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
            // An attempt may have had its effect, even if a later one is refused.
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
    /// Number of failures other than throttling.
    all: usize,
    /// Number of answers that could not be used.
    invalid: usize,
}

impl Failures {
    fn count(&mut self, kind: ErrorKind) {
        self.all += usize::from(kind != ErrorKind::Throttled);
        self.invalid += usize::from(kind == ErrorKind::InvalidResponse);
    }
}

/// Whether the service itself returned such an error.
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
