//! Values in which no key comes twice.

use std::collections::HashSet;

use serde::de::{Deserialize, Deserializer, Error};

use crate::user::{Value, ValueVisitor};

/// A value in which no key comes twice: reading any other one fails.
pub(super) struct Distinct(Value);

impl From<Distinct> for Value {
    fn from(distinct: Distinct) -> Self {
        distinct.0
    }
}

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(ValueVisitor::<Self>::default())?;
        if let Value::Map(members) = &value {
            refuse_twice(members)?;
        }
        Ok(Self(value))
    }
}

/// What the error says before the key that comes twice.
pub(super) const TWICE: &str = "the key comes twice: ";

/// Up to so many keys are compared with each other: that is faster than a set of them.
const FEW: usize = 16;

/// Fails where a key comes twice.
pub(super) fn refuse_twice<T, E: Error>(members: &[(String, T)]) -> Result<(), E> {
    let keys = || members.iter().map(|(key, _)| key);
    let mut seen = HashSet::new();
    let twice = match members.len() {
        ..=FEW => (1..).zip(keys()).find(|(behind, key)| keys().skip(*behind).any(|other| other == *key)),
        _ => (1..).zip(keys()).find(|(_, key)| !seen.insert(*key)),
    };
    match twice {
        Some((_, key)) => Err(E::custom(format_args!("{TWICE}{key}"))),
        None => Ok(()),
    }
}
