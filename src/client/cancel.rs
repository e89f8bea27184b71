//! A host that changes its mind.

/// Lets a host end what is under way: calls that were made are waited for, calls that were not are not
/// made, and every pause ends. Clones are the same token.
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
    /// A token that nobody has cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels: there is no way back.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether someone has cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Returns once someone cancels.
    pub async fn cancelled(&self) {
        self.0.cancelled().await;
    }

    /// What the future gives; `None` where someone cancels before.
    pub async fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        self.0.run_until_cancelled(future).await
    }
}
