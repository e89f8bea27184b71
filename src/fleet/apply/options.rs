//! Options of applying the plan of a fleet.

use std::{
    fmt,
    num::{NonZeroU32, NonZeroUsize},
    sync::Arc,
    time::{Duration, SystemTime},
};

use bon::Builder;

use super::{FleetObserver, events::Nobody};
use crate::{
    apply::Wait,
    client::{CancellationToken, Pace, RetryPolicy, Timer},
    user::{Timestamp, UserId},
};

/// What happens to the other users when one fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// They go on. This is the default.
    #[default]
    Continue,
    /// The apply stops after this number of failures: calls in progress are waited for, and no others are
    /// made.
    StopAfter(NonZeroU32),
}

impl OnFailure {
    /// Stops at the first failure.
    pub const STOP: Self = Self::StopAfter(NonZeroU32::MIN);
}

/// Options of applying the plan of a fleet.
#[derive(Builder, Clone)]
#[non_exhaustive]
pub struct ApplyOptions<'a> {
    /// The clock, and how to wait.
    pub timer: Arc<dyn Timer>,
    /// The pace of calls: share one with every client of the account and Region.
    pub pace: Arc<dyn Pace>,
    /// When a failed call is repeated. Default: as [`RetryPolicy::default`], for an hour in all; waiting for
    /// a turn counts, and turns are rare if others use the quota too.
    #[builder(default = RetryPolicy { total: Duration::from_secs(3_600), ..RetryPolicy::default() })]
    pub retry: RetryPolicy,
    /// The most calls in progress at once. Users that wait for the pace do not count. Default: 16.
    #[builder(default = NonZeroUsize::MIN.saturating_add(15))]
    pub parallelism: NonZeroUsize,
    /// What happens to the other users when one fails. Default: they go on.
    #[builder(default)]
    pub on_failure: OnFailure,
    /// Stops the apply when it is cancelled. Default: never cancelled.
    #[builder(default)]
    pub cancel: CancellationToken,
    /// Observes the apply. Default: nobody.
    #[builder(default = &Nobody)]
    pub observer: &'a dyn FleetObserver,
    /// How long to wait for a new user that cannot be read yet. Default: 2 minutes.
    #[builder(default)]
    pub wait: Wait,
    /// Users that the host manages and the store does not know: none of them is taken over, as none is that
    /// the store has under another name. Default: none.
    #[builder(default)]
    pub owned: &'a [UserId],
    /// Whether to take over a user that already has the name and is equal in everything that can be read,
    /// whoever made it. Default: no; only a user that an attempt of this host made is taken over.
    #[builder(default)]
    pub adopt_taken: bool,
    /// Tolerance for clock skew: a user that was changed longer than this before its creation began is not
    /// the one that the creation made. Default: 10 seconds.
    #[builder(default = Duration::from_secs(10))]
    pub clock_skew: Duration,
    /// Whether to read each new user, for values that the service fills in: one more call each. Default: no.
    #[builder(default)]
    pub read_back: bool,
    /// The clock for recorded times of change. Default: the machine's.
    #[builder(default = &|| SystemTime::now().into())]
    pub now: &'a (dyn Fn() -> Timestamp + Send + Sync),
}

impl fmt::Debug for ApplyOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplyOptions")
            .field("pace", &self.pace)
            .field("retry", &self.retry)
            .field("parallelism", &self.parallelism)
            .field("on_failure", &self.on_failure)
            .field("cancel", &self.cancel)
            .field("wait", &self.wait)
            .field("owned", &self.owned)
            .field("adopt_taken", &self.adopt_taken)
            .field("clock_skew", &self.clock_skew)
            .field("read_back", &self.read_back)
            .finish_non_exhaustive()
    }
}
