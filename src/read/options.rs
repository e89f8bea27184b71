//! Options of a refresh.

use std::{num::NonZeroUsize, time::Duration};

use bon::Builder;

use crate::user::choice;

choice! {
    /// How recorded users are refreshed.
    ///
    /// With every strategy, a user is read individually (one call) if a plan would write properties of it that were not
    /// read, or if its last apply was interrupted.
    #[derive(Default)]
    Strategy {
        /// Lists the instance, with one call per 1,000 users, and reads the users whose time of change differs from the
        /// recorded time: one by one or, if that needs fewer calls, with a search for these users (one call per 50) or
        /// for all users. Users with managed properties that a search does not return are always read one by one. A
        /// search does not return the time of change, so a user that was read by a search differs from the list again
        /// in the next refresh, and is then read completely; at most 50 calls per instance and refresh are used for
        /// this. This is the default.
        ///
        /// AWS does not document whether changes of tags or proficiencies update the time of change. Therefore, if any
        /// tags are managed in the instance, the tags of the other users are compared with the results of a search,
        /// with one call per 500 users (in practice often per 100); and proficiencies are read for each user with
        /// managed proficiencies, with one call for each user.
        #[default]
        Changed = "changed",
        /// Like [`Changed`](Self::Changed), but relies on the time of change for tags and proficiencies, too: makes no
        /// search, and no call for each user with managed proficiencies. May miss changes of tags and proficiencies.
        Listed = "listed",
        /// Searches the instance, with one call per 500 users (in practice often per 100). Properties that a search
        /// does not return (e-mail addresses, mobile numbers, times of change) keep their recorded values, and count as
        /// not read.
        Search = "search",
        /// Reads every user, with one call for each, or two if proficiencies are managed.
        Full = "full",
        /// Reads only users that a plan needs; all others are assumed to be as recorded.
        None = "none",
    }
}

/// Options of a refresh.
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct RefreshOptions {
    /// The strategy. Default: [`Strategy::Changed`].
    #[builder(default)]
    pub strategy: Strategy,
    /// Limit of calls in progress at the same time. Default: 8.
    #[builder(default = NonZeroUsize::MIN.saturating_add(7))]
    pub parallelism: NonZeroUsize,
    /// Tolerance for clock skew when recognising our own changes. Default: 10 seconds.
    ///
    /// A listed time of change within this tolerance of one of our calls is attributed to that call. It may hide a
    /// change made outside the program, so the properties that calls write as a whole block
    /// ([`PropertySet::WRITTEN_WHOLE`](crate::user::PropertySet::WRITTEN_WHOLE)) count as not read in this case.
    #[builder(default = Duration::from_secs(10))]
    pub clock_skew: Duration,
    /// Maximum time until a new user is visible: a user that is not found within this time after its creation is
    /// assumed to exist. Default: 5 minutes.
    #[builder(default = Duration::from_secs(300))]
    pub visible_within: Duration,
}

impl Default for RefreshOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}
