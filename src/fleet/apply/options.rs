//! What a host decides about carrying out the plan of a fleet.

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

/// What to do about the other users when one fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// Go on with them.
    #[default]
    Continue,
    /// End after so many failures: calls under way are waited for, and no others are made.
    StopAfter(NonZeroU32),
}

impl OnFailure {
    /// End at the first failure.
    pub const STOP: Self = Self::StopAfter(NonZeroU32::MIN);
}

/// What a host decides about carrying out the plan of a fleet.
#[derive(Builder, Clone)]
#[non_exhaustive]
pub struct ApplyOptions<'a> {
    /// The clock, and how time passes.
    pub timer: Arc<dyn Timer>,
    /// When a call may be made: share it with every client of the account and Region.
    pub pace: Arc<dyn Pace>,
    /// When a call is made again. The default gives it an hour: waiting for its turn counts, and turns are
    /// rare where others use the quota too.
    #[builder(default = RetryPolicy { total: Duration::from_secs(3_600), ..RetryPolicy::default() })]
    pub retry: RetryPolicy,
    /// How many calls may be under way at once. Users who wait for their turn do not count.
    #[builder(default = NonZeroUsize::MIN.saturating_add(15))]
    pub parallelism: NonZeroUsize,
    /// What to do about the others when a user fails.
    #[builder(default)]
    pub on_failure: OnFailure,
    /// How the host ends it before its time.
    #[builder(default)]
    pub cancel: CancellationToken,
    /// Who looks on.
    #[builder(default = &Nobody)]
    pub observer: &'a dyn FleetObserver,
    /// How long to wait for a user that was just made and cannot be read yet.
    #[builder(default)]
    pub wait: Wait,
    /// Users that the host manages and the store does not know: none of them is taken over, and none whom the
    /// store remembers under another name.
    #[builder(default)]
    pub owned: &'a [UserId],
    /// Whether a user that has the name already, and is equal in everything that can be read, is taken over,
    /// whoever has made it. The default is no: only one that an attempt of one's own has made is.
    #[builder(default)]
    pub adopt_taken: bool,
    /// By how much the clocks of this machine and of the service may differ: a user that was changed longer
    /// than this before its creation was begun is not what that creation made. The default is ten seconds.
    #[builder(default = Duration::from_secs(10))]
    pub clock_skew: Duration,
    /// Whether each user that was made is read, for what the service fills in: a call more for each.
    #[builder(default)]
    pub read_back: bool,
    /// What the time is, for the record of when a user was changed.
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
