//! The pace of calls, within the quota.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{
    around::{Around, Decorated, Next},
    cancel::CancellationToken,
    error::{ClientResult, ErrorKind},
    operations::ApiCall,
    rate::Rate,
};
use crate::user::Operation;

/// Limits the rate of calls.
///
/// Each operation has one quota per account and Region, so all clients of an account and Region should share one
/// `Pace`. A host with many machines can implement a `Pace` that they all share.
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

    /// Returns the current rate of an operation, for estimates; [`Rate::DEFAULT`] unless overridden.
    fn rate(&self, _operation: Operation) -> Rate {
        Rate::DEFAULT
    }
}

/// A permission to make one call, with a number that the pace chooses. Default: 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn(u64);

impl Turn {
    /// Creates a turn with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
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

    /// Ends the wait when the token is cancelled: a waiting call fails as [`ErrorKind::Cancelled`] without being made,
    /// and a call that was made is awaited. Default: never cancelled.
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
