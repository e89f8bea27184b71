//! Calls that can be followed.

use tracing::{Instrument, debug, debug_span, warn};

use super::{
    ClientResult, ConnectClient,
    traits::{decorate, for_each_operation},
};
use crate::user::Operation;

/// A client that tells `tracing` of each call: a span `connect_user.call` with the operation, and in it an
/// event for the answer or the failure, with kind, code and request id.
///
/// Neither requests nor answers are in it, nor messages of the service, which may quote them: no password,
/// no name, no address, no number, at any level.
///
/// Put it innermost to follow each attempt, or outermost to follow each call as the host sees it.
#[derive(Debug)]
pub struct Traced<C> {
    inner: C,
}

impl<C> Traced<C> {
    /// Follows the calls of a client.
    pub const fn new(inner: C) -> Self {
        Self { inner }
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
        let span = debug_span!("connect_user.call", operation = operation.name());
        async {
            let answer = call().await;
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

for_each_operation!(decorate! { impl<C: ConnectClient> ConnectClient for Traced<C> });
