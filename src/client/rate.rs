//! How many calls the quota allows.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use crate::user::Operation;

/// How many calls of an operation the quota allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Minimum interval between two calls.
    pub every: Duration,
    /// Burst: calls allowed at once when idle.
    pub burst: NonZeroU32,
}

impl Rate {
    /// The default quota of Amazon Connect: 2 calls a second, 5 at once.
    pub const DEFAULT: Self = Self {
        every: Duration::from_millis(500),
        burst: match NonZeroU32::new(5) {
            Some(burst) => burst,
            None => NonZeroU32::MIN,
        },
    };

    /// The least time that so many calls take: those of the burst cost none.
    pub fn time_for(self, calls: u64) -> Duration {
        let waits = calls.saturating_sub(u64::from(self.burst.get()));
        Duration::try_from_secs_f64(self.every.as_secs_f64() * waits as f64).unwrap_or(Duration::MAX)
    }
}

impl Default for Rate {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The quota of each operation: AWS raises them one by one.
///
/// ```
/// use std::{num::NonZeroU32, time::Duration};
/// use connect_user::{client::{Rate, Rates}, user::Operation};
///
/// let raised = Rate { every: Duration::from_millis(100), burst: NonZeroU32::MIN };
/// let rates = Rates::from(Rate::DEFAULT).with(Operation::DescribeUser, raised);
/// assert_eq!(rates.of(Operation::DescribeUser), raised);
/// assert_eq!(rates.of(Operation::CreateUser), Rate::DEFAULT);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    default: Rate,
    others: BTreeMap<Operation, Rate>,
}

impl Rates {
    /// Gives one operation a rate of its own.
    #[must_use]
    pub fn with(mut self, operation: Operation, rate: Rate) -> Self {
        self.others.insert(operation, rate);
        self
    }

    /// The rate of an operation.
    pub fn of(&self, operation: Operation) -> Rate {
        self.others.get(&operation).copied().unwrap_or(self.default)
    }
}

impl From<Rate> for Rates {
    fn from(default: Rate) -> Self {
        Self { default, others: BTreeMap::new() }
    }
}
