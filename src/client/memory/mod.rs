//! An Amazon Connect in memory: for tests, for trials, and for the command line's local backend.
//!
//! It is stricter than the service: what the service documents and does not always enforce, this one
//! refuses. It keeps no password. Its rules are its own, so that a mistake in
//! [`validate`](crate::validate) does not hide itself.

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
