//! What a host decides about reading a fleet again.

use std::{collections::BTreeSet, num::NonZeroUsize, time::SystemTime};

use bon::Builder;

use crate::user::{InstanceId, Timestamp};
use std::time::Duration;

/// How a fleet is read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// Lists the instance, a call per 1,000 users, and reads those whose time of change is not the recorded
    /// one: each by itself, or, where that takes more calls, all of them by searching; but whoever manages
    /// what a search leaves out is read by itself.
    ///
    /// AWS does not say which changes move a user's time of change. Tags and proficiencies may not: use
    /// [`Full`](Self::Full) now and then.
    #[default]
    Changed,
    /// Searches the instance, a call per 500 users. What a search leaves out (e-mail addresses, mobile
    /// numbers, times of change) stays as it is recorded.
    Search,
    /// Reads every user by itself: a call a user, or two where proficiencies are managed.
    Full,
    /// Reads nothing: what is recorded is taken as it is.
    None,
}

/// What a host decides about reading a fleet again.
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct RefreshOptions {
    /// How.
    #[builder(default)]
    pub strategy: Strategy,
    /// Instances to look at even though no user of theirs is recorded: those of users to be made.
    #[builder(default)]
    pub instances: BTreeSet<InstanceId>,
    /// The users whose program sets proficiencies, by [identity](crate::fleet::Wanted::identity): reading them
    /// is a call more, and made besides for those whose recorded program sets some.
    #[builder(default)]
    pub proficiencies: BTreeSet<(InstanceId, String)>,
    /// How many calls may be under way at once.
    #[builder(default = NonZeroUsize::MIN.saturating_add(7))]
    pub parallelism: NonZeroUsize,
    /// What the time is.
    #[builder(default = SystemTime::now().into())]
    pub now: Timestamp,
    /// A change so near to one that was made from here is taken for that: it bounds by how much the clocks
    /// of this machine and of the service differ. Whoever changes a user by hand within this time of an
    /// apply is not noticed.
    #[builder(default = Duration::from_secs(10))]
    pub own_change_within: Duration,
    /// A user that was changed from here so recently and cannot be found is taken to be there: reading lags
    /// behind creating.
    #[builder(default = Duration::from_secs(300))]
    pub visible_within: Duration,
}

impl Default for RefreshOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}
