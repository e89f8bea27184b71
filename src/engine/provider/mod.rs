//! What a provider needs besides its resource: its configuration, and the service in each Region.
//!
//! A provider of Terraform, Pulumi or another engine translates values and calls [`settings`] for the schema of its
//! configuration, [`Configuration::read`] to read a configuration, and `Regions` (features `aws` and `tokio`) for the
//! users of a Region, at the rate that the configuration allows.
//!
//! ```
//! use connect_user::{engine::provider::Configuration, user::{Spelling, Value}};
//!
//! let block: Value = serde_json::from_str(r#"{ "region": "eu-central-1", "on_password_change": "ask", "burst": 0 }"#)?;
//! let (_, found) = Configuration::read(&block, Spelling::SnakeCase);
//! let found: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
//! assert_eq!(found, [
//!     "`on_password_change`: `ask` is not one of `warn`, `replace`, `refuse`",
//!     "`burst` must be 1 to 1,000,000, is 0",
//! ]);
//! # Ok::<(), serde_json::Error>(())
//! ```

#[cfg(feature = "aws")]
mod aws;
mod configuration;
#[cfg(all(feature = "aws", feature = "tokio"))]
mod pace;
#[cfg(all(feature = "aws", feature = "tokio"))]
mod regions;
mod said;
mod setting;

#[cfg(feature = "aws")]
pub use aws::setting_error;
pub use configuration::Configuration;
#[cfg(all(feature = "aws", feature = "tokio"))]
pub use regions::{Region, Regions};
pub use setting::{Setting, Support, settings};
