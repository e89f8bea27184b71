//! What a host decides about reading a fleet again.

use std::{
    num::NonZeroUsize,
    time::{Duration, SystemTime},
};

use bon::Builder;

use crate::user::Timestamp;

/// How a fleet is read again.
///
/// Whatever the strategy, users of whom a plan would write something that was not read are read by
/// themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// Lists the instance, a call per 1,000 users, and reads those whose time of change is not the recorded
    /// one: each by itself, or, where that takes more calls, all of them by searching; users of whom
    /// something is managed that a search leaves out are always read by themselves.
    ///
    /// AWS does not document whether a change of tags or proficiencies moves the time of change. So the tags
    /// of the others are compared with those that a search finds, a call per 500 users (in practice often per
    /// 100), where any tags are managed in the instance; and proficiencies are read of each user who has
    /// managed ones, a call each.
    #[default]
    Changed,
    /// As [`Changed`](Self::Changed), but the time of change is trusted for tags and proficiencies too: no
    /// search, and no call for each user with managed proficiencies. It may miss changes of these.
    Listed,
    /// Searches the instance, a call per 500 users (in practice often per 100). What a search leaves out
    /// (e-mail addresses, mobile numbers, times of change) stays as it is recorded, and counts as not read.
    Search,
    /// Reads every user by itself: a call a user, or two where proficiencies are managed.
    Full,
    /// Reads nobody whose reading a plan does not need: what is recorded is taken as it is.
    None,
}

/// What a host decides about reading a fleet again.
#[derive(Builder, Clone, Debug)]
#[non_exhaustive]
pub struct RefreshOptions {
    /// How. Default: [`Strategy::Changed`].
    #[builder(default)]
    pub strategy: Strategy,
    /// How many calls may be under way at once. Default: 8.
    #[builder(default = NonZeroUsize::MIN.saturating_add(7))]
    pub parallelism: NonZeroUsize,
    /// What the time is. Default: the machine's clock.
    #[builder(default = SystemTime::now().into())]
    pub now: Timestamp,
    /// Tolerance for clock skew when recognising our own changes. Default: 10 seconds.
    ///
    /// A listed time of change within this of a call of ours is taken for that call; somebody else's change
    /// may hide in it. So the properties that calls write as a whole block count as not read then
    /// ([`PropertySet::WRITTEN_WHOLE`](crate::user::PropertySet::WRITTEN_WHOLE)).
    #[builder(default = Duration::from_secs(10))]
    pub own_change_within: Duration,
    /// How long after its creation a user may be invisible: one that cannot be found within this time is
    /// taken to be there. Default: 5 minutes.
    #[builder(default = Duration::from_secs(300))]
    pub visible_within: Duration,
}

impl Default for RefreshOptions {
    fn default() -> Self {
        Self::builder().build()
    }
}
