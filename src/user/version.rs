//! Refuses data that a later version of this crate has written.

use std::fmt;

use serde::de;

/// The error: the kind of data, its version, and the latest known version.
pub(crate) struct Newer {
    what: &'static str,
    version: u64,
    known: u64,
}

impl Newer {
    /// Refuses a version that is later than the known one. Data without a version was written by the first version.
    pub(crate) fn check<E: de::Error>(what: &'static str, version: Option<u64>, known: u64) -> Result<(), E> {
        match version {
            Some(version) if version > known => Err(E::custom(Self { what, version, known })),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Newer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, version, known } = self;
        write!(
            f,
            "{what} was written by a later version: its version must be at most {known}, is {version}; \
             use the program that wrote it, or a later one"
        )
    }
}
