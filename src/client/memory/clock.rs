//! The service's clock: it stands still, or follows a host's timer.

use std::{fmt, sync::Arc, time::Duration};

use crate::{client::timer::Timer, user::Timestamp};

#[derive(Default)]
pub(super) struct Clock {
    /// The time since the epoch, without the time that has passed on the followed timer.
    moment: Duration,
    followed: Option<Followed>,
}

struct Followed {
    timer: Arc<dyn Timer>,
    from: Duration,
}

impl Clock {
    /// Creates a clock that stands still.
    pub(super) fn at(moment: Timestamp) -> Self {
        Self { moment: Duration::from_millis(moment.as_millis()), followed: None }
    }

    pub(super) fn set(&mut self, moment: Timestamp) {
        let timer = self.followed.take();
        *self = Self::at(moment);
        if let Some(Followed { timer, .. }) = timer {
            self.follow(timer);
        }
    }

    pub(super) fn follow(&mut self, timer: Arc<dyn Timer>) {
        self.moment = self.since_epoch();
        self.followed = Some(Followed { from: timer.now(), timer });
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::default().plus(self.since_epoch())
    }

    /// Returns the time more precisely than a timestamp: a quota may allow many calls a millisecond.
    pub(super) fn since_epoch(&self) -> Duration {
        let passed =
            self.followed.as_ref().map(|followed| followed.timer.now().saturating_sub(followed.from));
        self.moment.saturating_add(passed.unwrap_or_default())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
