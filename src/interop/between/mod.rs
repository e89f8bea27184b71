//! Compares and copies users between two instances, in any Regions and accounts.
//!
//! [`compare`] matches the users of two instances by user name and lists the differences; [`copy`] plans to create the
//! users of one instance in the other. Ids of profiles and groups are valid in one instance only, so users are compared
//! and copied by names and paths; a [`NameMap`] lists the names that differ between the two.
//!
//! ```
//! use connect_user::{
//!     client::{ConnectClient, Rate, TokenBuckets, TokioTimer, memory::{MemoryConnect, MemoryInstance}},
//!     diff::Action,
//!     fleet::{MemoryStore, Session, SessionOptions},
//!     interop::between::{CompareOptions, CopyOptions, FirstPasswords, Side, compare, copy},
//!     user::{IdentityManagementType::{ConnectManaged, Saml}, InstanceId},
//! };
//! use std::sync::Arc;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use connect_user::{apply, diff::plan, user::{IdentityInfo, Settings, UserSpec}, validate::{Context, resolve}};
//! # use connect_user::user::{PhoneConfig, PhoneType};
//! let (old, new) = (InstanceId::new("old"), InstanceId::new("new"));
//! let (ireland, frankfurt) = (MemoryConnect::new(), MemoryConnect::new());
//! let with = |id, kind, routing| MemoryInstance::new(id, kind).with_named_routing_profile(routing, "Agents");
//! ireland.add_instance(with("old", Saml, "r1").with_named_security_profile("s1", "Agent"));
//! frankfurt.add_instance(with("new", ConnectManaged, "r9").with_named_security_profile("s9", "Agent"));
//! # let spec = UserSpec::builder().instance_id("old").name("jane").routing_profile_id("r1").security_profile_ids(["s1"])
//! #     .identity_info(IdentityInfo::builder().first_name("Jane").last_name("Roe").build())
//! #     .phone_config(PhoneConfig::builder().phone_type(PhoneType::SoftPhone).build()).build();
//! # let settings = Settings::builder().identity_management(Saml).build();
//! # let (desired, _) = resolve(spec, &Context::builder().settings(settings.clone()).build()).unwrap();
//! # apply::apply(&plan(desired, None, &settings)?, None, &ireland, &Default::default()).await?;
//! let source = Side::new(&old, &ireland); // in which `jane` is
//!
//! let (store, timer) = (MemoryStore::default(), Arc::new(TokioTimer::default()));
//! let pace = Arc::new(TokenBuckets::new(Rate::UNLIMITED, timer.clone()));
//! let options = SessionOptions::builder().timer(timer).pace(pace).build();
//! let mut session = Session::open(&store, &frankfurt, options).await?;
//! session.recover().await?;
//! let options = CopyOptions::builder().passwords(FirstPasswords::default().made()).build();
//! let mut plan = copy(source, &new, &session, &options).await?;
//! assert!(plan.is_valid());
//! assert_eq!(plan.preview.count(Action::Create), 1);
//! assert_eq!(plan.made_passwords().len(), 1);
//! let options = session.apply_options();
//! plan.apply(&mut session, &options).await?;
//!
//! let found = compare(source, Side::new(&new, &frankfurt), &CompareOptions::default()).await?;
//! assert_eq!(found.same, ["jane"]);
//! # Ok(()) }
//! ```

mod compare;
mod copy;
mod error;
mod names;
mod options;
mod passwords;
mod plan;
mod refusals;
mod scope;
mod side;
mod translate;

pub use compare::{CompareOptions, CompareOptionsBuilder, DifferentUser, InstanceComparison, compare};
pub use copy::copy;
pub use error::BetweenError;
pub use names::{NameKind, NameMap, NameMapError};
pub use options::{CopyOptions, CopyOptionsBuilder};
pub use passwords::FirstPasswords;
pub use plan::CopyPlan;
pub(in crate::interop) use side::Roster;
pub use side::Side;
pub use translate::MissingName;
