//! Stores, which keep the records of a fleet between runs.

#[cfg(feature = "store")]
mod checked;
#[cfg(feature = "store")]
mod embedded;
mod entry;
mod error;
#[cfg(feature = "store")]
mod file;
mod json;
#[cfg(any(feature = "store", feature = "object-store"))]
mod location;
mod memory;
#[cfg(any(feature = "store", feature = "object-store"))]
mod packed;
#[cfg(any(feature = "store", feature = "object-store"))]
mod scheme;
#[cfg(feature = "object-store")]
mod shared;
mod state_store;

#[cfg(feature = "store")]
pub use embedded::EmbeddedStore;
pub use entry::{Creating, Entry, Former, Notes, StoreChange, Successor};
pub use error::StoreError;
pub use json::{JsonError, export_json, import_json};
#[cfg(any(feature = "store", feature = "object-store"))]
pub use location::StateLocation;
pub use memory::MemoryStore;
#[cfg(feature = "object-store")]
pub use shared::{Lease, SharedLocation, SharedStore};
pub use state_store::{StateStore, load_all, migrate};
