//! The time that a program gives a call, as `customTimeouts` says: calls to the service that were sent are awaited, and
//! no more are sent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use connect_user::client::{
    ApiCall, Around, ClientError, ClientResult, Effect, ErrorKind, Next, Sleep, TokioTimer,
};
use tokio::time::Instant;

/// How often is looked whether an answer has come, once the time is over.
const LOOK: Duration = Duration::from_millis(20);

tokio::task_local! {
    static DEADLINE: Arc<Deadline>;
    /// Whether an attempt of the call that is under way may have been done.
    static MAY_BE_DONE: Arc<AtomicBool>;
}

struct Deadline {
    end: Instant,
    /// How many calls were sent and not answered yet.
    sent: AtomicUsize,
}

/// Does something within a time in seconds; 0 is without a bound.
pub async fn within<F: Future>(seconds: f64, work: F) -> F::Output {
    let time = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero());
    match time.and_then(|time| Instant::now().checked_add(time)) {
        Some(end) => DEADLINE.scope(Arc::new(Deadline { end, sent: AtomicUsize::new(0) }), work).await,
        None => work.await,
    }
}

fn current() -> Option<Arc<Deadline>> {
    DEADLINE.try_with(Arc::clone).ok()
}

fn over(call: ApiCall<'_>) -> ClientError {
    let error = ClientError::new(call.operation(), ErrorKind::Cancelled);
    error.with_message("the time that `customTimeouts` gives is over")
}

/// Around a client with pace and retries: ends what they wait for.
#[derive(Debug)]
pub struct Waiting;

impl Around for Waiting {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let Some(deadline) = current() else { return next.call().await };
        let may_be_done = Arc::new(AtomicBool::new(false));
        let mut answer = Box::pin(MAY_BE_DONE.scope(may_be_done.clone(), next.call()));
        let mut until = deadline.end;
        loop {
            match tokio::time::timeout_at(until, &mut answer).await {
                Ok(answer) => return answer,
                Err(_) if deadline.sent.load(Ordering::Relaxed) == 0 => {
                    let effect =
                        if may_be_done.load(Ordering::Relaxed) { Effect::Unknown } else { Effect::None };
                    return Err(over(call).with_effect(effect));
                }
                Err(_) => until = Instant::now() + LOOK,
            }
        }
    }
}

/// Around a client itself: sends nothing once the time is over.
#[derive(Debug)]
pub struct Sending;

impl Around for Sending {
    async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
        let Some(deadline) = current() else { return next.call().await };
        if Instant::now() >= deadline.end {
            return Err(over(call));
        }
        deadline.sent.fetch_add(1, Ordering::Relaxed);
        let answer = next.call().await;
        deadline.sent.fetch_sub(1, Ordering::Relaxed);
        if answer.as_ref().is_err_and(|error| error.effect() == Effect::Unknown) {
            let _ = MAY_BE_DONE.try_with(|may_be_done| may_be_done.store(true, Ordering::Relaxed));
        }
        answer
    }
}

/// Pauses, which end with the time.
pub struct Pauses(pub Arc<TokioTimer>);

#[async_trait]
impl Sleep for Pauses {
    async fn sleep(&self, duration: Duration) {
        let pause = self.0.sleep(duration);
        match current() {
            Some(deadline) => drop(tokio::time::timeout_at(deadline.end, pause).await),
            None => pause.await,
        }
    }
}
