//! Many users at once: planned, refreshed, stored and applied.

mod accounts;
mod apply;
mod compaction;
mod corners;
mod creations;
mod damage;
mod dependencies;
mod former;
mod histories;
mod kept;
mod plan;
mod records;
mod refresh;
mod room;
mod saved;
mod scope;
mod session;
#[cfg(feature = "object-store")]
mod shared;
mod sharing;
mod store;
mod suite;
mod support;
