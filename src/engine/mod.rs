//! The resource as an engine asks for it: a Terraform, Pulumi or CloudFormation provider, or an engine of one's own.
//!
//! [`Resource`] takes and gives dynamic [`Value`](crate::user::Value)s in the host's [`Spelling`]. A call takes a
//! [`Snapshot`], which is what the engine keeps of a user: inputs, outputs, and an opaque record ([`Kept`]).
//!
//! | an engine asks | call |
//! | --- | --- |
//! | what the resource has | [`Resource::schema`]: fields, JSON Schema, Terraform's and Pulumi's form |
//! | whether inputs are right | [`Resource::validate`] without the service, [`Resource::check`] with it: names made, rules of the instance |
//! | what would change, or be created | [`Resource::diff`], with the prior state or without: changes, replacement and its order, planned outputs with unknowns; the preview of a creation or an update |
//! | to make the change | [`Resource::create`], [`Resource::update`], [`Resource::delete`] |
//! | what is there | [`Resource::read`], with drift; [`Resource::import`]; [`Resource::look_up`], [`Resource::find`] and [`Resource::list`], which manage nobody |
//!
//! Nothing is decided here that is decided below: [`validate`](crate::validate) checks, [`diff`](crate::diff) decides
//! what is the same, [`apply`](crate::apply) acts and [`read`](crate::read) reads. What is here is what every engine
//! needs around it: planned values, what is stored, and what the calls of one run learn from each other.
//!
//! ```
//! use connect_user::{
//!     client::memory::MemoryConnect,
//!     engine::{Naming, Resource, ResourceOptions},
//!     user::{IdentityManagementType, Settings, Value},
//! };
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
//! let resource = Resource::new(connect, Settings::default());
//! let inputs: Value = serde_json::from_str(r#"{
//!     "instanceId": "aaaaaaaa-bbbb-cccc-dddd-111111111111",
//!     "routingProfileId": "10000000-0000-4000-8000-000000000001",
//!     "securityProfileIds": ["20000000-0000-4000-8000-000000000001"],
//!     "identityInfo": { "firstName": "Jane", "lastName": "Roe" },
//!     "phoneConfig": { "phoneType": "SOFT_PHONE" }
//! }"#)?;
//!
//! // The engine asks whether the inputs are right, and gets them completed.
//! let checked = resource.check(&inputs, None, &Naming::of("jane")).await?;
//! assert!(checked.is_valid());
//!
//! // What would happen, and then doing it.
//! let options = ResourceOptions::default();
//! let planned = resource.diff(None, &checked.inputs, &options).await?;
//! assert_eq!(planned.outputs.get("userId"), Some(&Value::Unknown));
//! let created = resource.create(&planned.inputs, &options).await?.snapshot;
//!
//! // The engine stores the snapshot. The next run finds nothing to do.
//! let planned = resource.diff(Some(&created), &checked.inputs, &options).await?;
//! assert!(planned.is_empty());
//! # Ok(()) }
//! ```

mod answer;
mod apply;
mod beside;
mod beside_outputs;
mod check;
mod delete;
mod failure;
mod find;
mod fingerprint;
mod forms;
mod handover;
mod host;
mod kept;
mod leaves;
mod limit;
mod list;
#[cfg(feature = "tracing")]
mod log;
mod naming;
mod options;
mod outputs;
mod plan;
pub mod provider;
mod query;
mod read;
mod resource;
mod run;
mod schema;
mod setup;
mod snapshot;
mod stop;

pub use crate::read::{Filter, FilterBuilder};
pub use answer::{AppliedResource, Checked, Planned, Read};
pub use failure::Failure;
pub use fingerprint::Fingerprints;
pub use kept::{Kept, KeptError};
pub use limit::DeletionLimit;
pub use naming::Naming;
pub use options::{Journal, ResourceOptions, ResourceOptionsBuilder};
pub use query::Query;
pub use resource::{Listing, Resource};
pub use schema::{Field, Form, Given, Schema};
pub use snapshot::Snapshot;

pub use crate::user::Spelling;
