//! Quotas of operations: a token bucket for each operation, filled by the service's clock.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use super::refusal::{Check, refusal};
use crate::{client::error::ErrorKind, user::Operation};

#[derive(Debug, Default)]
pub(super) struct Quotas {
    /// The quota of every operation without its own quota.
    common: Option<Quota>,
    own: BTreeMap<Operation, Quota>,
    buckets: BTreeMap<Operation, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Quota {
    every: Duration,
    burst: NonZeroU32,
}

/// The missing content of a bucket, as the time that it takes to fill, so that no bucket has to be updated as time
/// passes.
#[derive(Debug, Default)]
struct Bucket {
    lacks: Duration,
    at: Duration,
}

impl Quotas {
    /// Sets a quota; the buckets of its operations become full.
    pub(super) fn set(&mut self, operation: Option<Operation>, every: Duration, burst: NonZeroU32) {
        let quota = Quota { every, burst };
        match operation {
            Some(operation) => {
                self.own.insert(operation, quota);
                self.buckets.remove(&operation);
            }
            None => {
                self.common = Some(quota);
                self.buckets.retain(|operation, _| self.own.contains_key(operation));
            }
        }
    }

    /// Takes a token, if there is one.
    pub(super) fn take(&mut self, operation: Operation, now: Duration) -> Check {
        let Some(quota) = self.own.get(&operation).or(self.common.as_ref()) else { return Ok(()) };
        if self.buckets.entry(operation).or_default().take(*quota, now) {
            Ok(())
        } else {
            Err(refusal(ErrorKind::Throttled, "the operation takes no more calls at this rate"))
        }
    }
}

impl Bucket {
    fn take(&mut self, Quota { every, burst }: Quota, now: Duration) -> bool {
        // A clock that was set back neither fills nor empties a bucket.
        self.lacks = self.lacks.saturating_sub(now.saturating_sub(self.at));
        self.at = now;
        let whole = every.saturating_mul(burst.get());
        match self.lacks.checked_add(every).filter(|lacks| *lacks <= whole) {
            Some(lacks) => {
                self.lacks = lacks;
                true
            }
            None => false,
        }
    }
}
