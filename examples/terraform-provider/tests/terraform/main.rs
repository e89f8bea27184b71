//! Tests with the real `terraform`, the real provider, and the real AWS SDK over real HTTP to `connect-server`.
//!
//! After every step that should succeed, a second plan must be empty.

mod attributes;
mod aws;
mod cases;
mod failures;
mod identity;
mod ignored;
mod import;
mod plans;
mod private;
mod provider;
mod schema;
mod sts;
mod support;
mod timeouts;
