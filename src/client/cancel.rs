//! Cancellation.

/// Cancels running work: calls that were sent are awaited, no more calls are sent, and every pause ends. Clones
/// are the same token.
///
/// ```
/// use connect_user::client::CancellationToken;
///
/// let token = CancellationToken::new();
/// let theirs = token.clone();
/// token.cancel();
/// assert!(theirs.is_cancelled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancellationToken(tokio_util::sync::CancellationToken);

impl CancellationToken {
    /// A token that is not cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels, for good.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether it is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Returns once it is cancelled.
    pub async fn cancelled(&self) {
        self.0.cancelled().await;
    }

    /// The output of the future; `None` if the token is cancelled first.
    pub async fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        self.0.run_until_cancelled(future).await
    }
}
