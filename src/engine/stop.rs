//! Cancellation of a run: once it is requested, no call is begun and every pause ends.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::client::{ApiCall, Around, CancellationToken, ClientResult, Next, Sleep};

/// Begins no call once the token is cancelled; calls under way are awaited.
#[derive(Clone, Debug)]
pub(super) struct Stop(pub(super) CancellationToken);

impl Around for Stop {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        if self.0.is_cancelled() {
            return Err(self.0.refuse(call.operation()));
        }
        // The error of the last attempt is not why the call failed: without the cancellation it would have been
        // retried.
        next.call().await.map_err(|error| match self.0.ended() {
            Some(end) if error.is_retryable() => error.with_end(end),
            _ => error,
        })
    }
}

/// Sleeps until the token is cancelled.
#[derive(Clone)]
pub(super) struct Pauses {
    pub(super) sleep: Arc<dyn Sleep>,
    pub(super) token: CancellationToken,
}

#[async_trait]
impl Sleep for Pauses {
    async fn sleep(&self, duration: Duration) {
        self.token.run(self.sleep.sleep(duration)).await;
    }
}

impl fmt::Debug for Pauses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pauses").field("token", &self.token).finish_non_exhaustive()
    }
}
