//! Options of a refresh.

use std::{num::NonZeroUsize, time::Duration};

use bon::Builder;

use crate::user::choice;

choice! {
    /// How recorded users are refreshed.
    ///
    /// With every strategy, a user is read by itself (one call) if a plan would write something of it that was
    /// not read.
    #[derive(Default)]
    Strategy {
        /// Lists the instance, a call per 1,000 users, and reads those whose time of change differs from the
        /// recorded one: one by one or, where that takes fewer calls, by a search of these users (a call per 50) or of
        /// all. Users with managed properties that a search leaves out are always read one by one. A search has no time
        /// of change, so whom it has read differs from the list again the next time, and is read whole then: as many of
        /// an instance as take at most 50 calls in one refresh. This is the default.
        ///
        /// AWS does not document whether a change of tags or proficiencies moves the time of change. So the tags
        /// of the other users are compared with those that a search finds, a call per 500 users (in practice
        /// often per 100), if any tags are managed in the instance; and proficiencies are read for each user that
        /// has managed ones, a call each.
        #[default]
        Changed = "changed",
        /// As [`Changed`](Self::Changed), but trusts the time of change for tags and proficiencies too: no
        /// search, and no call for each user with managed proficiencies. May miss changes of these.
        Listed = "listed",
        /// Searches the instance, a call per 500 users (in practice often per 100). What a search leaves out
        /// (e-mail addresses, mobile numbers, times of change) stays as it is recorded, and counts as not read.
        Search = "search",
        /// Reads every user: a call each, or two where proficiencies are managed.
        Full = "full",
        /// Reads only users that a plan needs; the others are assumed to be as recorded.
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
    /// The most calls in progress at once. Default: 8.
    #[builder(default = NonZeroUsize::MIN.saturating_add(7))]
    pub parallelism: NonZeroUsize,
    /// Tolerance for clock skew when recognising our own changes. Default: 10 seconds.
    ///
    /// A listed time of change within this tolerance of one of our calls is taken for that call. Somebody
    /// else's change may hide in it, so the properties that calls write as a whole block
    /// ([`PropertySet::WRITTEN_WHOLE`](crate::user::PropertySet::WRITTEN_WHOLE)) count as not read then.
    #[builder(default = Duration::from_secs(10))]
    pub clock_skew: Duration,
    /// How long a new user may be invisible: a user that cannot be found within this time after its creation
    /// is assumed to exist. Default: 5 minutes.
    #[builder(default = Duration::from_secs(300))]
    pub visible_within: Duration,
}

impl Default for RefreshOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}
