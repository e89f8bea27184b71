//! Manage Amazon Connect users from any Rust infrastructure tool.
//!
//! One resource, done completely: a typed model, validation that reports every mistake at once, a diff, a plan of
//! the fewest API calls, and an apply that returns the true state after any failure. The host chooses the client:
//! the AWS SDK, the service in memory, or a mock.
//!
//! # Guides
//!
//! | guide | for |
//! | --- | --- |
//! | [Embedding in your tool](guide::embedding) | an engine or provider of your own: the layers, in dynamic values and typed, step by step |
//! | [Many users](guide::fleet) | a command line or in-house tool over `fleet::Session`, with figures |
//! | [Testing your tool](guide::testing) | unit tests with a mock client, the service in memory and over HTTP |
//! | [Come from anywhere](guide::migrating) | adopting users from spreadsheets, states, stacks, templates and backups |
//! | [Inside Terraform](guide::terraform) | a provider: the one in the repository, step by step |
//! | [Inside Pulumi](guide::pulumi) | a provider on `engine`: the one in the repository, step by step |
//! | [What can go wrong](guide::errors) | errors and what to do about them, diagnostics, logs, the IAM actions of a plan |
//! | [Reference](mod@guide::reference) | every property with its bounds, every code of a diagnostic |
//!
//! # How it works
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
//! Everything up to the plan is pure: no I/O, no clock, no randomness, no SDK type.
//!
//! ```
//! use connect_user::{
//!     apply::apply,
//!     client::memory::MemoryConnect,
//!     diff::plan,
//!     user::{IdentityInfo, IdentityManagementType, PhoneConfig, PhoneType, Settings, UserSpec},
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
//! // The decisions of the host: the same value for validation and planning.
//! let settings = Settings::builder().identity_management(IdentityManagementType::Saml).build();
//! let context = Context::builder().settings(settings.clone()).build();
//! let (desired, _warnings) = resolve(spec, &context)?; // or a report of every mistake
//! let plan = plan(desired, None, &settings)?; // `None`: the user does not exist yet
//! println!("{}", plan.preview().text("jane"));
//!
//! let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
//! let applied = apply(&plan, None, &connect, &Default::default()).await?;
//! let state = applied.state.expect("the user exists");
//! assert_eq!(state.name, "jane@example.com");
//! # Ok(()) }
//! ```
//!
//! # Modules
//!
//! | module | holds |
//! | --- | --- |
//! | [`user`] | the model: [`UserSpec`](user::UserSpec) (desired), [`UserState`](user::UserState) (actual), ids, values, diagnostics, the table of properties |
//! | [`validate`](mod@validate) | rules and their report; [`resolve`](validate::resolve) returns a [`DesiredUser`](user::DesiredUser); [`plan`](diff::plan()) accepts nothing else |
//! | [`diff`](mod@diff) | differences, the calls that remove them, and the risks of these calls: [`preview`](diff::preview()), [`plan`](diff::plan()), [`drift`](diff::drift) |
//! | [`client`] | the trait [`ConnectClient`](client::ConnectClient), its requests and errors; the service in memory and the AWS SDK; retry, pace and other decorators |
//! | [`read`](mod@read) | import, refresh and list users; names instead of ids |
//! | [`apply`](mod@apply) | carry out a plan, delete, recover |
#![cfg_attr(feature = "fleet", doc = "| [`fleet`] | many users at once: plan, refresh, apply, remember |")]
#![cfg_attr(not(feature = "fleet"), doc = "| `fleet` | many users at once (feature `fleet`) |")]
#![cfg_attr(
    feature = "engine",
    doc = "| [`engine`] | the resource for engines and providers, in dynamic values |"
)]
#![cfg_attr(
    not(feature = "engine"),
    doc = "| `engine` | the resource for engines and providers (feature `engine`) |"
)]
#![cfg_attr(feature = "interop", doc = "| [`interop`] | read and deploy programs of other tools |")]
#![cfg_attr(not(feature = "interop"), doc = "| `interop` | programs of other tools (feature `interop`) |")]
//!
//! # Features
//!
//! No feature is on by default. Features only add items.
//!
//! | feature | adds |
//! | --- | --- |
//! | none | the pure core, one user, the client's trait, and the service in memory |
//! | `policy` | `client::Retrying` and `client::Paced`: retry and pace around any client |
//! | `fleet` | `fleet`: many users planned, refreshed and applied at once; stores in memory and as JSON; `policy` |
//! | `engine` | `engine`: the resource for engines and providers, in dynamic values; `policy` |
//! | `store` | `fleet::EmbeddedStore`: a store in a file that survives a kill; `fleet` |
//! | `object-store` | `fleet::SharedStore`: a store in a bucket or a folder, which a team shares; `fleet` |
//! | `interop` | `interop`: users from programs of other tools, such as Pulumi YAML; `engine`, `fleet` |
//! | `tokio` | `client::TokioTimer`: the clock of the `tokio` runtime |
//! | `tracing` | `client::Traced`: a span and an event per call, without what was sent |
//! | `mock` | `client::mock`: a mock of the client for unit tests |
//! | `conformance` | `client::conformance`: the contract of a client as a suite |
//! | `aws` | `client::aws::AwsConnect`, over the AWS SDK for Rust: minutes to compile |

#![forbid(unsafe_code)]
// On docs.rs, items that need a feature are marked.
#![cfg_attr(docsrs, feature(doc_cfg))]
// A library must not end its host's process.
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
// A library must not write to the streams of its host's process.
#![deny(clippy::print_stdout, clippy::print_stderr, clippy::dbg_macro, clippy::exit)]
#![deny(missing_debug_implementations, unreachable_pub)]
#![deny(clippy::missing_errors_doc, clippy::missing_panics_doc, clippy::allow_attributes_without_reason)]
// Public types may gain members and variants without a breaking release.
#![deny(clippy::exhaustive_structs, clippy::exhaustive_enums)]
// Use nothing newer than `rust-version` in `Cargo.toml`.
#![deny(clippy::incompatible_msrv)]

pub mod apply;
pub mod client;
pub mod diff;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "fleet")]
pub mod fleet;
#[cfg(feature = "interop")]
pub mod interop;
pub mod read;
pub mod user;
pub mod validate;

/// The attribute for implementations of this crate's traits with `async` methods.
///
/// For example, put it on an implementation of [`client::ConnectClient`], [`client::Sleep`] or `fleet::StateStore`.
pub use async_trait::async_trait;
/// The object stores for a shared state, for hosts with their own settings or credentials.
#[cfg(feature = "object-store")]
pub use object_store;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod _readme {}

#[cfg(any(doc, doctest))]
pub mod guide;
