//! Cancellation, and a time limit for work.

use std::{cell::RefCell, fmt, future::poll_fn, pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};

use super::{
    error::{ClientError, ErrorKind},
    timer::Sleep,
};
use crate::user::Operation;

/// Cancels running work: calls that were sent are awaited, no more calls are sent, and every pause ends. Clones are the
/// same token. Within [`within`], every token counts as cancelled once the time is over.
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
    /// Creates a token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the token permanently.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the token is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled() || Timeout::current().is_some_and(|timeout| timeout.over.is_cancelled())
    }

    /// Returns once the token is cancelled.
    pub async fn cancelled(&self) {
        match Timeout::current() {
            Some(timeout) => {
                select(pin!(self.0.cancelled()), pin!(timeout.over.cancelled())).await;
            }
            None => self.0.cancelled().await,
        }
    }

    /// Returns the output of the future; `None` if the token is cancelled first.
    pub async fn run<F: Future>(&self, future: F) -> Option<F::Output> {
        match select(pin!(self.cancelled()), pin!(future)).await {
            Either::Left(_) => None,
            Either::Right((output, _)) => Some(output),
        }
    }

    /// Returns the error of a call that is not made because the token is cancelled.
    pub(crate) fn refuse(&self, operation: Operation) -> ClientError {
        let error = ClientError::new(operation, ErrorKind::Cancelled);
        match self.ended() {
            Some(Ended::Timeout(time)) => error.with_message(Ended::Timeout(time).to_string()),
            _ => error,
        }
    }

    /// Returns why the work must end, if it must.
    pub(crate) fn ended(&self) -> Option<Ended> {
        if self.0.is_cancelled() {
            return Some(Ended::Cancelled);
        }
        Timeout::current()?.ended().map(Ended::Timeout)
    }
}

/// The reason why work must end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ended {
    Cancelled,
    Timeout(Duration),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("cancelled"),
            Self::Timeout(time) => {
                write!(f, "the timeout of `{}` is over", humantime::format_duration(*time))
            }
        }
    }
}

/// Limits the time of `work`. When the time is over, the work ends as if every token in it were cancelled: calls that
/// were sent are awaited, no more are sent, and every pause and every wait for a turn ends. So it is known what was
/// done, and the answer says so.
///
/// The clock must not block the thread; [`ThreadTimer`](super::ThreadTimer) does. Tasks that the work spawns are not
/// limited.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use connect_user::client::{
///     ConnectClient, DescribeInstance, ErrorKind, Paced, Rate, TokenBuckets, TokioTimer, memory::MemoryConnect,
///     within,
/// };
/// use connect_user::user::IdentityManagementType;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let timer = Arc::new(TokioTimer::default());
/// let rate = Rate::per_second(0.001, 1)?;
/// let pace = Arc::new(TokenBuckets::new(rate, timer.clone()));
/// let client = Paced::new(MemoryConnect::any_instance(IdentityManagementType::Saml), pace);
///
/// let instance = DescribeInstance::new("1c2d");
/// client.describe_instance(&instance).await?;
/// let late = within(Duration::from_millis(10), &timer, client.describe_instance(&instance)).await.unwrap_err();
/// assert_eq!(late.kind(), ErrorKind::Cancelled);
/// assert_eq!(late.message(), Some("the timeout of `10ms` is over"));
/// # Ok(()) }
/// ```
pub async fn within<F: Future>(time: Duration, clock: &dyn Sleep, work: F) -> F::Output {
    // A shorter time limit around this one ends the work, too.
    let outer = Timeout::current();
    let over = outer.as_ref().map_or_else(Default::default, |outer| outer.over.child_token());
    let timeout = Timeout { over, time, outer: outer.map(Arc::new) };
    let over = timeout.over.clone();
    match select(pin!(timeout.around(work)), clock.sleep(time)).await {
        Either::Left((output, _)) => output,
        Either::Right(((), work)) => {
            over.cancel();
            work.await
        }
    }
}

/// The time limit of the work of a task.
#[derive(Clone)]
struct Timeout {
    over: tokio_util::sync::CancellationToken,
    time: Duration,
    /// The time limit around this one.
    outer: Option<Arc<Timeout>>,
}

thread_local! {
    /// The time limit of the work that this thread is polling.
    static CURRENT: RefCell<Option<Timeout>> = const { RefCell::new(None) };
}

impl Timeout {
    fn current() -> Option<Self> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Returns the time limit that is over, if any.
    fn ended(&self) -> Option<Duration> {
        let outer = self.outer.as_ref().and_then(|outer| outer.ended());
        outer.or_else(|| self.over.is_cancelled().then_some(self.time))
    }

    async fn around<F: Future>(self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let _outer = Outer(CURRENT.replace(Some(self.clone())));
            work.as_mut().poll(context)
        })
        .await
    }
}

/// The outer time limit, which is restored when this is dropped.
struct Outer(Option<Timeout>);

impl Drop for Outer {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}
