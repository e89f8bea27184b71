//! Manage Amazon Connect users from any Rust infrastructure tool.
#![forbid(unsafe_code)]

pub mod apply;
pub mod client;
pub mod diff;
pub mod user;
pub mod validate;
