//! Rates of calls that quotas allow.

use std::{collections::BTreeMap, fmt, num::NonZeroU32, str::FromStr, time::Duration};

use super::quotas::DOCUMENTED;
use crate::user::{Operation, as_text::serde_as_text, choice, one_line};

choice! {
    /// The source of a rate.
    #[derive(Default)]
    RateBasis {
        /// The Administrator Guide: 2 calls a second with bursts of 5 for every operation, a safe rate.
        Assumed = "assumed",
        /// The defaults of Service Quotas, by operation.
        Documented = "documented",
        /// The quotas that apply to the account.
        Account = "account",
        /// The rate that the service has accepted so far, while the rate is raised step by step.
        Probed = "probed",
        /// The host has set the rate. This is the default.
        #[default]
        Given = "given",
    }
}

/// The rate that a quota allows an operation. As text: `RATE:BURST`, such as `2:5` for 2 calls a second with bursts of
/// 5.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rate {
    /// Minimum interval between two calls. Default: half a second.
    pub every: Duration,
    /// Burst: calls allowed at once when idle. Default: 5.
    pub burst: NonZeroU32,
    /// The source of the rate, shown with estimates; it is not compared.
    pub basis: RateBasis,
}

impl PartialEq for Rate {
    fn eq(&self, other: &Self) -> bool {
        (self.every, self.burst) == (other.every, other.burst)
    }
}

impl Eq for Rate {}

/// The error of reading a rate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RateError {
    /// The text does not have the form `RATE:BURST`.
    #[error("`{}` is not of the form `RATE:BURST`", one_line(.0))]
    Form(String),
    /// The text is neither a source of rates nor a rate.
    #[error("`{}` is not `assumed`, `documented`, `account` or calls a second, such as `10`", one_line(.0))]
    Source(String),
    /// The text is not a ceiling for trying higher rates.
    #[error("`{}` is not `documented`, `account` or calls a second, such as `10`", one_line(.0))]
    Ceiling(String),
    /// The rate is not a number, or out of its bounds.
    #[error("the rate must be 0.001 to 1000000 calls a second, is `{}`", one_line(.0))]
    Calls(String),
    /// The service has no such operation.
    #[error("there is no operation `{}`", one_line(.0))]
    Operation(String),
    /// The burst is not a whole number, or out of its bounds.
    #[error("the burst must be 1 to 4294967295, is `{}`", one_line(.0))]
    Burst(String),
}

impl RateError {
    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Source(_) | Self::Ceiling(_) => "write one of these",
            Self::Operation(_) => "give an operation of the API, such as `CreateUser`",
            _ => "write `RATE:BURST`, calls a second and calls at once, such as `2:5`",
        }
    }
}

impl Rate {
    /// The default quota of Amazon Connect: 2 calls a second with bursts of 5.
    pub const DEFAULT: Self = Self {
        every: Duration::from_millis(500),
        burst: match NonZeroU32::new(5) {
            Some(burst) => burst,
            None => NonZeroU32::MIN,
        },
        basis: RateBasis::Assumed,
    };

    /// Practically no limit: the highest allowed rate, 1,000,000 calls a second, with the largest burst.
    pub const UNLIMITED: Self = Self::new(Duration::from_micros(1), NonZeroU32::MAX);

    /// The shortest and the longest interval, which are those of the bounds in calls a second.
    const SHORTEST: Duration = Duration::from_micros(1);
    const LONGEST: Duration = Duration::from_secs(1_000);

    /// Creates a rate of one call per `every`, with bursts of `burst`. A shorter interval than one microsecond or a longer
    /// one than 1,000 seconds becomes that: a rate is 0.001 to 1,000,000 calls a second.
    pub const fn new(every: Duration, burst: NonZeroU32) -> Self {
        let every = match every.as_nanos() {
            nanos if nanos < Self::SHORTEST.as_nanos() => Self::SHORTEST,
            nanos if nanos > Self::LONGEST.as_nanos() => Self::LONGEST,
            _ => every,
        };
        Self { every, burst, basis: RateBasis::Given }
    }

    /// Returns the rate with this source.
    #[must_use]
    pub const fn resting_on(self, basis: RateBasis) -> Self {
        Self { basis, ..self }
    }

    /// Creates a rate of `calls` per second, which must be 0.001 to 1,000,000, with bursts of `burst`.
    ///
    /// ```
    /// use connect_user::client::Rate;
    ///
    /// assert_eq!(Rate::per_second(2.0, 5), Ok(Rate::DEFAULT));
    /// assert_eq!("2:5".parse(), Ok(Rate::DEFAULT));
    /// assert_eq!(Rate::per_second(0.0, 5).unwrap_err().to_string(), "the rate must be 0.001 to 1000000 calls a second, is `0`");
    /// ```
    ///
    /// # Errors
    ///
    /// [`RateError`] if a number is out of its bounds.
    pub fn per_second(calls: f64, burst: u32) -> Result<Self, RateError> {
        if !(0.001..=1_000_000.0).contains(&calls) {
            return Err(RateError::Calls(calls.to_string()));
        }
        let burst = NonZeroU32::new(burst).ok_or_else(|| RateError::Burst(burst.to_string()))?;
        Ok(Self::new(Duration::from_secs_f64(1.0 / calls), burst))
    }

    /// Returns the number of calls a second, without bursts.
    pub fn calls_per_second(self) -> f64 {
        1.0 / self.every.as_secs_f64()
    }

    /// Returns the shortest time in which `calls` can be made when idle at the start: the calls of the burst take no
    /// time.
    pub fn time_for(self, calls: u64) -> Duration {
        let waits = calls.saturating_sub(u64::from(self.burst.get()));
        Duration::try_from_secs_f64(self.every.as_secs_f64() * waits as f64).unwrap_or(Duration::MAX)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (calls, burst) = text.split_once(':').ok_or_else(|| RateError::Form(text.to_owned()))?;
        let calls = calls.parse().map_err(|_| RateError::Calls(calls.to_owned()))?;
        Self::per_second(calls, burst.parse().map_err(|_| RateError::Burst(burst.to_owned()))?)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The interval may have been set to one that is out of bounds, which no reader would take.
        let bounded = Self::new(self.every, self.burst);
        write!(f, "{}:{}", bounded.calls_per_second(), self.burst)
    }
}

serde_as_text!(Rate);

impl Default for Rate {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The rate of one operation or of all operations. As text: `[OPERATION=]RATE:BURST`, such as `CreateUser=2:5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The operation; `None` for all operations.
    pub operation: Option<Operation>,
    /// The rate.
    pub rate: Rate,
}

impl FromStr for RateLimit {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (operation, rate) = match text.split_once('=') {
            Some((name, rate)) => {
                let operation = name.parse().map_err(|_| RateError::Operation(name.to_owned()))?;
                (Some(operation), rate)
            }
            None => (None, text),
        };
        Ok(Self { operation, rate: rate.parse()? })
    }
}

/// The rate of each operation: AWS raises quotas one by one.
///
/// ```
/// use connect_user::{client::{Rate, Rates}, user::Operation};
///
/// let raised = Rate::per_second(10.0, 1)?;
/// let rates = Rates::from(Rate::DEFAULT).with(Operation::DescribeUser, raised);
/// assert_eq!(rates.of(Operation::DescribeUser), raised);
/// assert_eq!(rates.of(Operation::CreateUser), Rate::DEFAULT);
/// # Ok::<(), connect_user::client::RateError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    default: Rate,
    others: BTreeMap<Operation, Rate>,
}

impl Rates {
    /// Returns the defaults that Service Quotas documents: 10 calls a second for some operations that read, such as
    /// `DescribeUser` and `ListUsers`. If the quotas of an account are lower, the service throttles, and the pace slows
    /// down. Operations that are not documented have [`Rate::DEFAULT`].
    ///
    /// ```
    /// use connect_user::{client::{Rate, RateBasis, Rates}, user::Operation};
    ///
    /// let read = Rates::documented().of(Operation::DescribeUser);
    /// assert_eq!((read.to_string().as_str(), read.basis), ("10:5", RateBasis::Documented));
    /// assert_eq!(Rates::documented().of(Operation::CreateUser), Rate::DEFAULT);
    /// ```
    pub fn documented() -> Self {
        Self::of_quotas(DOCUMENTED.iter().copied(), RateBasis::Documented)
    }

    /// Returns the rates of quotas, in calls a second; quotas out of the bounds of a rate are left out.
    pub(crate) fn of_quotas(quotas: impl IntoIterator<Item = (Operation, f64)>, basis: RateBasis) -> Self {
        let burst = Rate::DEFAULT.burst.get();
        let rate =
            |(operation, calls)| Some((operation, Rate::per_second(calls, burst).ok()?.resting_on(basis)));
        Self { default: Rate::DEFAULT, others: quotas.into_iter().filter_map(rate).collect() }
    }

    /// Sets the rate of one operation.
    #[must_use]
    pub fn with(mut self, operation: Operation, rate: Rate) -> Self {
        self.others.insert(operation, rate);
        self
    }

    /// Returns the rates with these limits. Limits of all operations are applied first; of several limits for the same
    /// operation, the last one applies.
    ///
    /// ```
    /// use connect_user::{client::{Rate, RateLimit, Rates}, user::Operation};
    ///
    /// let limits: [RateLimit; 2] = ["CreateUser=1:1".parse()?, "10:20".parse()?];
    /// let rates = Rates::documented().limited(&limits);
    /// assert_eq!(rates.of(Operation::CreateUser), Rate::per_second(1.0, 1)?);
    /// assert_eq!(rates.of(Operation::DescribeUser), Rate::per_second(10.0, 20)?);
    /// # Ok::<(), connect_user::client::RateError>(())
    /// ```
    #[must_use]
    pub fn limited(self, limits: &[RateLimit]) -> Self {
        let of_all = limits.iter().rfind(|limit| limit.operation.is_none()).map(|limit| limit.rate);
        let of_one = limits.iter().filter_map(|limit| Some((limit.operation?, limit.rate)));
        of_one.fold(of_all.map_or(self, Self::from), |rates, (operation, rate)| rates.with(operation, rate))
    }

    /// Returns the rate of an operation.
    pub fn of(&self, operation: Operation) -> Rate {
        self.others.get(&operation).copied().unwrap_or(self.default)
    }

    /// Whether these rates are higher than `others` for any operation. Otherwise
    /// [`TokenBuckets::probing`](super::TokenBuckets::probing) with them as the ceiling has no effect.
    pub fn exceed(&self, others: &Self) -> bool {
        let is_higher = |one: Rate, other: Rate| one.calls_per_second() > other.calls_per_second();
        let mut named = self.others.keys().chain(others.others.keys());
        is_higher(self.default, others.default)
            || named.any(|operation| is_higher(self.of(*operation), others.of(*operation)))
    }
}

impl From<Rate> for Rates {
    fn from(default: Rate) -> Self {
        Self { default, others: BTreeMap::new() }
    }
}
