//! Checks a desired user, and reports every violation at once.
//!
//! Each violation has its path, a stable code and a help text. A rule that depends on a value that is still unknown is
//! deferred, and the report lists the path. Only [`resolve`] and related functions return a
//! [`DesiredUser`](crate::user::DesiredUser), which planning takes.
//!
//! ```
//! use connect_user::{user::{IdentityManagementType, UserSpec}, validate::{Context, validate}};
//!
//! let spec = UserSpec::builder()
//!     .instance_id("1c2d")
//!     .name("jane")
//!     .password("weak")
//!     .routing_profile_id("7a9b")
//!     .security_profile_ids(["5e6f", "5e6f"])
//!     .build();
//! let context = Context::builder().identity_management(IdentityManagementType::ConnectManaged).build();
//! let report = validate(&spec, &context);
//! let codes: Vec<_> = report.errors().map(|error| error.code.as_str()).collect();
//! assert_eq!(codes, [
//!     "password-length",
//!     "password-weak",
//!     "duplicate-security-profile",
//!     "names-required",
//!     "names-required",
//!     "phone-config-required",
//! ]);
//! ```

mod context;
mod names;
mod overrides;
mod report;
mod resolve;
mod rules;
mod text;

pub use context::{Context, ContextBuilder};
pub use names::Names;
#[cfg(feature = "fleet")]
pub(crate) use names::has_names;
pub use overrides::{OverrideError, Overrides};
pub use report::Report;
#[cfg(feature = "interop")]
pub(crate) use resolve::resolve_decoded;
pub use resolve::{resolve, resolve_document, validate, validate_document, with_name};
