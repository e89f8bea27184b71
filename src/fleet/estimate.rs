//! The number of calls of a plan, and the time that they take under the quota.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::FleetPlan;
use crate::{
    client::{Rate, RateBasis},
    diff::Step,
    user::{Operation, counted},
};

/// The estimate of a plan: the calls, and the time that they take under the quota.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Estimate {
    /// The number of calls of each operation.
    pub calls: BTreeMap<Operation, u64>,
    /// The minimum time for the calls, which is the time of the slowest operation. If rates are
    /// [raised](crate::client::TokenBuckets::probing), the calls may take less.
    pub time: Duration,
    /// The operation that takes longest.
    pub slowest: Option<Operation>,
    /// The rate of the slowest operation, with the basis of the figure.
    pub rate: Option<Rate>,
}

impl Estimate {
    /// The estimate of these calls at these rates.
    pub fn new(calls: BTreeMap<Operation, u64>, rate: impl Fn(Operation) -> Rate) -> Self {
        let time = |(operation, calls): (&Operation, &u64)| (rate(*operation).time_for(*calls), *operation);
        let slowest = calls.iter().map(time).max_by_key(|(time, _)| *time);
        Self {
            time: slowest.map(|(time, _)| time).unwrap_or_default(),
            slowest: slowest.map(|(_, operation)| operation),
            rate: slowest.map(|(_, operation)| rate(operation)),
            calls,
        }
    }

    /// The estimate of the steps of previews. Steps that may turn out not to be needed count too. With
    /// `read_back`, each new user is read once
    /// ([`ApplyOptions::read_back`](crate::apply::ApplyOptions::read_back)).
    pub(crate) fn of_steps<'a>(
        steps: impl IntoIterator<Item = &'a Step>,
        rate: impl Fn(Operation) -> Rate,
        read_back: bool,
    ) -> Self {
        let mut calls = BTreeMap::new();
        for step in steps {
            *calls.entry(step.operation).or_default() += 1;
            if read_back && step.operation == Operation::CreateUser {
                *calls.entry(Operation::DescribeUser).or_default() += 1;
            }
        }
        Self::new(calls, rate)
    }

    /// The number of all calls.
    pub fn total(&self) -> u64 {
        self.calls.values().sum()
    }
}

impl FleetPlan {
    /// The estimate of the plan at these rates. `read_back` is the option of the apply: see
    /// [`ApplyOptions::read_back`](crate::apply::ApplyOptions::read_back).
    pub fn estimate(&self, rate: impl Fn(Operation) -> Rate, read_back: bool) -> Estimate {
        Estimate::of_steps(self.users.iter().flat_map(|user| user.plan.steps()), rate, read_back)
    }
}

impl fmt::Display for Estimate {
    /// `96 calls, at least 41s (CreateUser 87 at 2 a second, assumed)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total();
        f.write_str(&counted(total, "call"))?;
        match self.slowest.and_then(|operation| Some((operation, self.calls.get(&operation)?, self.rate?))) {
            Some((operation, calls, rate)) if !self.time.is_zero() => {
                let (a_second, time) = (rate.calls_per_second(), Seconds(self.time));
                match rate.basis {
                    RateBasis::Probed => write!(
                        f,
                        ", {time} or less ({operation} {calls} at {a_second} a second, raised while the service accepts it)"
                    ),
                    basis => {
                        write!(f, ", at least {time} ({operation} {calls} at {a_second} a second, {basis})")
                    }
                }
            }
            _ => Ok(()),
        }
    }
}

impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut estimate = serializer.serialize_struct("Estimate", 4)?;
        estimate.serialize_field("calls", &self.calls)?;
        estimate.serialize_field("seconds", &self.time.as_secs_f64())?;
        estimate.serialize_field("slowest", &self.slowest)?;
        let rate = self.rate.filter(|rate| *rate != Rate::UNLIMITED);
        estimate.serialize_field("rate", &rate.map(Figure::from))?;
        estimate.end()
    }
}

/// The serialized form of a rate; `null` if there is no limit.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Figure {
    calls_per_second: f64,
    burst: u32,
    basis: RateBasis,
}

impl From<Rate> for Figure {
    fn from(rate: Rate) -> Self {
        Self { calls_per_second: rate.calls_per_second(), burst: rate.burst.get(), basis: rate.basis }
    }
}

/// A time in whole seconds, as people read it: `1h 23m 20s`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs() + u64::from(self.0.subsec_nanos() > 0);
        humantime::format_duration(Duration::from_secs(seconds)).fmt(f)
    }
}
