//! Values without duplicate keys.

use std::collections::HashSet;

use serde::de::{Deserialize, Deserializer, Error};

use crate::user::{Value, ValueVisitor};

/// A value without duplicate keys: reading a value with a duplicate key fails.
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

/// The beginning of the error text, before the duplicate key.
pub(super) const TWICE: &str = "the key comes twice: ";

/// Up to this number of keys, comparing them with each other is faster than a set.
const FEW: usize = 16;

/// Fails if there is a duplicate key.
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
