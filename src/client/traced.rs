//! Logs calls.

use tracing::{Instrument, debug, warn, warn_span};

use super::{
    around::{Around, Decorated, Next},
    error::ClientResult,
    operations::ApiCall,
};

/// A client that logs each call with `tracing`: a span `connect_user.call` with the operation and the ids of instance
/// and user, and in it an event for the answer or the failure, with kind, code and request id. The span has the level
/// `WARN`, so that a failure says where it was also where only warnings are logged.
///
/// Apart from the ids, span and events contain neither requests nor answers, nor messages of the service, which may quote them: no password, no
/// name, no address, no number, at any level.
///
/// Put it innermost to log each attempt, or outermost to log each call as the host sees it.
pub type Traced<C> = Decorated<C, Trace>;

/// Logs each call to `tracing`.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Trace;

impl<C> Traced<C> {
    /// Logs the calls of a client.
    pub const fn new(inner: C) -> Self {
        Self::with(inner, Trace)
    }
}

impl Around for Trace {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let span = warn_span!(
            "connect_user.call",
            operation = call.operation().name(),
            instance = call.instance(),
            user = call.user(),
        );
        async {
            let answer = next.call().await;
            match &answer {
                Ok(_) => debug!("answered"),
                Err(error) => warn!(
                    kind = ?error.kind(),
                    code = error.code(),
                    request_id = error.request_id(),
                    effect = ?error.effect(),
                    "failed",
                ),
            }
            answer
        }
        .instrument(span)
        .await
    }
}
