//! Many users at once: planned, refreshed, stored and applied.

mod plan;
mod store;
mod support;
