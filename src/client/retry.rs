//! Calls that are made again.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};

use super::{
    CancellationToken, ClientError, ClientResult, ConnectClient, Effect, Timer,
    traits::{decorate, for_each_operation},
};
use crate::user::Operation;

/// When a call is made again, and how often.
///
/// Pauses double from `first` up to `longest`, and each gets a random part on top, so that many hosts do
/// not come back at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The first pause.
    pub first: Duration,
    /// The longest pause, without its random part.
    pub longest: Duration,
    /// How often a call is made at most, the first time included.
    pub attempts: usize,
    /// How long one call and its repetitions may take: no pause begins that would end later.
    pub total: Duration,
}

impl Default for RetryPolicy {
    /// Up to 8 attempts within 2 minutes, pausing from half a second to 20 seconds: at two calls a
    /// second, throttling passes within seconds.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            attempts: 8,
            total: Duration::from_secs(120),
        }
    }
}

/// A client that makes calls again which may succeed later.
///
/// Throttling, conflicts, failures of the service and of the line are repeated; a full quota, a refusal,
/// a duplicate and a lack of rights never are. Where nobody knows whether a call was done, it is repeated
/// only if [doing it twice does no harm](Operation::repeats_safely): a creation never is, and what apply
/// does then is look the user up.
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
        Self { inner, policy, timer: Clock(timer), cancel: CancellationToken::new() }
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
        let end = timer.now() + self.policy.total;
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(self.policy.first)
            .with_max_delay(self.policy.longest)
            .with_max_times(self.policy.attempts.saturating_sub(1))
            .with_jitter()
            .build();
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if !may_be_repeated(operation, &error) {
                return Err(error);
            }
            let pause = pauses.next().filter(|pause| timer.now() + *pause <= end);
            let Some(pause) = pause else { return Err(error) };
            if self.cancel.run(timer.sleep(pause)).await.is_none() {
                return Err(error);
            }
        }
    }
}

fn may_be_repeated(operation: Operation, error: &ClientError) -> bool {
    let is_harmless = error.effect() == Effect::None || operation.repeats_safely();
    error.is_retryable() && is_harmless
}

for_each_operation!(decorate! { impl<C: ConnectClient> ConnectClient for Retrying<C> });
