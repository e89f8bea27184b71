//! Options of applying the plan of a fleet.

use std::{
    fmt,
    num::{NonZeroU32, NonZeroUsize},
    sync::Arc,
    time::Duration,
};

use bon::Builder;

use super::{FleetObserver, events::NoObserver};
use crate::{
    apply::ApplyOptions,
    client::{CancellationToken, Pace, RetryPolicy, Timer},
};

/// What happens to the other users when a user fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// The other users go on.
    #[default]
    Continue,
    /// The run stops after this number of failures: calls in flight are waited for, and no others are made.
    StopAfter(NonZeroU32),
}

impl OnFailure {
    /// Stops the run at the first failure.
    pub const STOP: Self = Self::StopAfter(NonZeroU32::MIN);
}

/// Options of applying the plan of a fleet.
#[derive(Builder, Clone)]
#[non_exhaustive]
pub struct FleetOptions<'a> {
    /// The clock, and how to wait.
    pub timer: Arc<dyn Timer>,
    /// The pace of calls: share one with every client of the account and Region.
    pub pace: Arc<dyn Pace>,
    /// When a failed call is retried. Default: [`RetryPolicy::default`] with a total of one hour, because waiting for a
    /// turn counts, and turns are rare if other programs use the quota, too.
    #[builder(default = RetryPolicy { total: Duration::from_secs(3_600), ..RetryPolicy::default() })]
    pub retry: RetryPolicy,
    /// Maximum number of calls in flight; users that wait for their turn do not count. Default: 16.
    #[builder(default = NonZeroUsize::MIN.saturating_add(15))]
    pub parallelism: NonZeroUsize,
    /// What happens to the other users when a user fails. Default: they go on.
    #[builder(default)]
    pub on_failure: OnFailure,
    /// Stops the run when it is cancelled: calls in flight are waited for, and no others are made. Default: never
    /// cancelled.
    #[builder(default)]
    pub cancel: CancellationToken,
    /// Observes the apply, and supplies the notes to record with each user. Default: an observer that does nothing.
    #[builder(default = &NoObserver)]
    pub observer: &'a dyn FleetObserver,
    /// The options for each user. Default: [`ApplyOptions::default`], which reads each new user: one more call for
    /// each, which [`FleetPlan::estimate`](crate::fleet::FleetPlan::estimate) counts with `read_back`.
    ///
    /// The option `sleep` is not used: users wait with `timer`.
    #[builder(default)]
    pub apply: ApplyOptions<'a>,
}

impl fmt::Debug for FleetOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetOptions")
            .field("pace", &self.pace)
            .field("retry", &self.retry)
            .field("parallelism", &self.parallelism)
            .field("on_failure", &self.on_failure)
            .field("cancel", &self.cancel)
            .field("apply", &self.apply)
            .finish_non_exhaustive()
    }
}
