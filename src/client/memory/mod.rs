//! Amazon Connect in memory: for tests, for trials, and for the command line's local backend.
//!
//! It is stricter than the real service: it refuses what the documents forbid, even if the service does not always
//! enforce it. It keeps no password. It shares no rules with [`validate`](crate::validate), so that tests find mistakes
//! in either.

mod clock;
mod config;
mod connect;
mod fault;
mod file;
mod form;
mod instance;
mod journal;
mod listing;
mod lookup;
mod page;
mod persistent;
mod quota;
mod refusal;
mod rules;
mod search;
mod service;
mod store;
mod users;

pub use config::MemoryInstance;
pub use connect::MemoryConnect;
pub use fault::{Fault, Outcome, RecordedCall};
pub use file::{MemoryFile, OpenError};
pub use form::LoadError;
pub use persistent::{Persist, PersistentConnect};
