//! The real `terraform`, the real provider, the real AWS SDK over real HTTP, and behind it `connect-server`.
//!
//! After every step that should end well, a second plan must have nothing to do.

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
