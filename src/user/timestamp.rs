//! Times, in milliseconds, without a clock.

use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{as_text::serde_as_text, text::one_line};

/// A time in milliseconds since 1970-01-01T00:00:00Z, printed as RFC 3339.
///
/// ```
/// use connect_user::user::Timestamp;
///
/// let moment = Timestamp::from_millis(1_767_225_600_250);
/// assert_eq!(moment.to_string(), "2026-01-01T00:00:00.250Z");
/// assert_eq!("2026-01-01T00:00:00.250Z".parse(), Ok(moment));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// The error of reading a time: the text is not an RFC 3339 time in UTC after 1970.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a time of the form `2026-01-31T12:00:00Z`", one_line(.0))]
pub struct TimestampError(String);

impl TimestampError {
    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        "give a time in UTC in the form of RFC 3339"
    }
}

impl Timestamp {
    /// The latest time that can be printed: the end of the year 9999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Returns the time `millis` milliseconds after the epoch, at most [`MAX`](Self::MAX).
    pub const fn from_millis(millis: u64) -> Self {
        if millis > Self::MAX.0 { Self::MAX } else { Self(millis) }
    }

    /// Returns the milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Returns the time `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// Whether the two times differ by no more than `duration`.
    pub fn is_within(self, duration: Duration, other: Self) -> bool {
        u128::from(self.0.abs_diff(other.0)) <= duration.as_millis()
    }
}

impl From<SystemTime> for Timestamp {
    /// Times before the epoch become the epoch.
    fn from(time: SystemTime) -> Self {
        Self::default().plus(time.duration_since(UNIX_EPOCH).unwrap_or_default())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = UNIX_EPOCH + Duration::from_millis(self.0);
        humantime::format_rfc3339_millis(time).fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        humantime::parse_rfc3339(text).map(Self::from).map_err(|_| TimestampError(text.to_owned()))
    }
}

serde_as_text!(Timestamp);
