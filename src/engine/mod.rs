//! The resource as an engine calls it: a Terraform, Pulumi or CloudFormation provider, or your own engine.
//!
//! [`Resource`] takes and returns dynamic [`Value`](crate::user::Value)s in the host's [`Spelling`]. A call takes a
//! [`Snapshot`]: the inputs, the outputs, and an opaque record ([`Kept`]) that the engine stores for a user.
//!
//! | an engine asks | call |
//! | --- | --- |
//! | which fields the resource has | [`Resource::schema`]: fields, JSON Schema, the schemas of Terraform and Pulumi |
//! | whether inputs are valid | [`Resource::validate`] without the service; [`Resource::check`] with it: generates a missing name and applies the instance's rules |
//! | what would change, or be created | [`Resource::diff`], with or without a prior state: changes, replacement and its order, planned outputs with unknowns; the preview of a creation or an update |
//! | to make the change | [`Resource::create`], [`Resource::update`], [`Resource::delete`] |
//! | what exists | [`Resource::read`], with drift; [`Resource::import`]; without managing the users: [`Resource::look_up`], [`Resource::find`] and [`Resource::list`] |
//!
//! The decisions are made in other modules: [`validate`](crate::validate) checks, [`diff`](crate::diff) compares,
//! [`apply`](crate::apply) makes changes and [`read`](crate::read) reads. This module adds what every engine needs
//! around them: planned values, the stored record, and what the calls of one run learn from each other.
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
mod partly;
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
