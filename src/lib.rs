//! Manage Amazon Connect users from any Rust infrastructure tool.
#![forbid(unsafe_code)]

pub mod client;
pub mod user;
pub mod validate;
