//! A run of a host over many users, from the refresh to the apply.

mod apply;
mod base;
mod choose;
mod drift;
mod error;
mod existing;
mod imports;
mod notices;
mod records;
mod refresh;
mod saved;
mod scope;
mod written;

pub use apply::{AllKnown, Resolve};
pub use base::{Session, SessionOptions, SessionOptionsBuilder};
pub use drift::{Drift, DriftedUser};
pub use error::{FailedImport, SessionError};
pub use records::RecordError;
