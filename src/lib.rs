//! Manage Amazon Connect users from any Rust infrastructure tool.
//!
//! One resource, done completely: a typed model, validation that says everything at once, a diff and a
//! plan of the fewest calls, and an apply that a failure cannot confuse; behind a client that the host
//! chooses.
//!
//! ```text
//!  UserSpec ──validate──▶ Report            (may hold unknowns: a preview)
//!     │
//!     ├─ diff(spec, state) ─▶ Diff          (which property, what kind of change, replacement or not)
//!     │
//!  DesiredUser ──plan(desired, state)──▶ Plan ──apply(plan, state, client)──▶ UserState
//!  (all known and valid:                 (ordered steps, one per API call)    (also after a failure)
//!   made only by validation)
//! ```
//!
//! Everything up to the plan is pure: no I/O, no clock, no randomness, no SDK type. A host
//!
//! - describes the user: [`user::UserSpec::builder`], serde, or [`user::UserSpec::decode`] with every mistake located;
//! - checks it: [`validate::validate`] for a preview, [`validate::resolve`] returns the
//!   [`user::DesiredUser`] that planning takes;
//! - reads what is there: [`read::import`], [`read::refresh`], [`read::Reader`]; names instead of ids: [`read::Directory`];
//! - shows what will happen: [`diff::preview`] and [`diff::plan`], as text and as JSON;
//! - does it: [`apply::apply`], through any [`client::ConnectClient`];
//! - does it for thousands of users: `fleet`, with the feature of that name.
//!
//! ```
//! use connect_user::{
//!     apply::apply,
//!     client::memory::MemoryConnect,
//!     diff::{self, plan},
//!     user::{IdentityInfo, IdentityManagementType, PhoneConfig, PhoneType, UserSpec},
//!     validate::{Context, resolve},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let spec = UserSpec::builder()
//!     .instance_id("aaaaaaaa-bbbb-cccc-dddd-111111111111")
//!     .name("jane@example.com")
//!     .routing_profile_id("10000000-0000-4000-8000-000000000001")
//!     .security_profile_ids(["20000000-0000-4000-8000-000000000001"])
//!     .identity_info(IdentityInfo::builder().first_name("Jane").last_name("Roe").build())
//!     .phone_config(PhoneConfig::builder().phone_type(PhoneType::SoftPhone).auto_accept(true).build())
//!     .build();
//!
//! let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
//! let options = diff::Settings::builder().identity_management(IdentityManagementType::Saml).build();
//! let context = Context::builder().options(options.clone()).build();
//! let (desired, _warnings) = resolve(spec, &context)?;
//! let plan = plan(desired, None, &options)?;
//! println!("{}", plan.preview().text("jane"));
//!
//! let applied = apply(&plan, None, &connect, &Default::default()).await?;
//! let state = applied.state.expect("the user is there");
//! assert_eq!(state.name, "jane@example.com");
//! # Ok(()) }
//! ```
//!
//! # Features
//!
//! | feature | adds |
//! | --- | --- |
//! | none | the pure core, the client's trait, and the service in memory |
//! | `policy` | `client::Retrying` and `client::Paced`: retry and pace around any client |
//! | `fleet` | `fleet`: many users planned, refreshed and applied at once; stores in memory and as JSON; `policy` |
//! | `store` | `fleet::EmbeddedStore`: their states in a file that survives a kill; `fleet` |
//! | `tracing` | `client::Traced`: a span and an event per call, without what was sent |
//! | `conformance` | `client::conformance`: the contract of a client as a suite |
//! | `tokio` | `client::TokioTimer`: the clock of the `tokio` runtime |
//! | `mock` | `client::mock`: a mock of the client for unit tests |
//! | `aws` | `client::aws::AwsConnect`, over the AWS SDK for Rust: minutes to compile |
//!
//! # Reference
//!
//! Every property and every rule: `_reference` in the documentation of this crate, or
//! `docs/reference.md`.

#![forbid(unsafe_code)]
// What a feature adds says so, on docs.rs.
#![cfg_attr(docsrs, feature(doc_cfg))]
// A library does not end its host's process.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]
// Nor does it write to that process's streams.
#![deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro, clippy::exit)]
#![deny(missing_debug_implementations, unreachable_pub)]
#![deny(clippy::missing_errors_doc, clippy::missing_panics_doc, clippy::allow_attributes_without_reason)]
// Nothing newer than `rust-version` in `Cargo.toml`.
#![deny(clippy::incompatible_msrv)]

pub mod apply;
pub mod client;
pub mod diff;
#[cfg(feature = "fleet")]
pub mod fleet;
pub mod read;
pub mod user;
pub mod validate;

/// For implementations of [`client::ConnectClient`], [`client::Sleep`] and whatever else here has methods
/// that wait and is used as a trait object.
pub use async_trait::async_trait;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod _readme {}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/reference.md")]
pub mod _reference {}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/testing.md")]
pub mod _testing {}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/errors.md")]
pub mod _errors {}

#[cfg(any(doc, doctest))]
#[doc = include_str!("../docs/embedding.md")]
pub mod _embedding {}

#[cfg(all(feature = "store", any(doc, doctest)))]
#[doc = include_str!("../docs/fleet.md")]
#[doc = "\n# What planning costs\n\n"]
#[doc = include_str!("../docs/scale.svg")]
pub mod _fleet {}
