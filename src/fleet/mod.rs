//! Fleets: many users, planned together, refreshed in few calls, and applied at the speed of the quota.
//!
//! - [`Session`]: a whole run of a host, from the refresh to the apply; start here;
//! - [`Planner`], or [`plan`] in one call: changed resource names, the order of steps, and the limit of deletions, also
//!   while values are unknown ([`FleetPreview`]);
//! - [`refresh`]: the changes since the last run, found by listing, searching or reading;
//! - [`apply`]: all users in parallel, with an [estimate](FleetPlan::estimate) before and [`events`] meanwhile;
//! - [`Session::drift`]: changes made outside the program;
//! - [`StateStore`]: where users are recorded: in memory ([`MemoryStore`]), in a file (`EmbeddedStore`, feature
//!   `store`), in a bucket that a team shares (`SharedStore`, feature `object-store`), or in a store of the host.

mod accounts;
mod apply;
mod estimate;
mod matching;
mod order;
mod plan;
mod plan_file;
mod plan_options;
mod planner;
mod preview;
mod program;
mod recover;
mod refresh;
mod room;
mod saved;
mod session;
mod stages;
mod store;
mod text;
mod totals;
mod user_plan;
mod user_planning;
mod work;

pub use apply::{
    Event, EventKind, EventSender, EventStream, FleetObserver, FleetOptions, FleetOptionsBuilder,
    FleetOutcome, OnFailure, Progress, UserOutcome, UserResult, apply, events,
};
use apply::{Others, apply_among};
pub use estimate::Estimate;
pub use matching::UserKey;
pub use plan::{FleetPlan, FleetRefused, Release};
pub use plan_file::{PlanFile, PlanFileError};
pub use plan_options::{Capacity, Guard, PlanOptions, PlanOptionsBuilder};
pub use planner::{Planner, Recorded, plan};
pub use preview::FleetPreview;
#[cfg(feature = "interop")]
pub(crate) use program::COPYING;
pub use program::{Desired, Lifecycle, LifecycleBuilder, PartialUser, ProgramUser, ProgramUserBuilder};
pub use recover::{Recovered, RecoveredUser, recover};
pub use refresh::{DesiredSpec, REFRESH_OPERATIONS, Refreshed, refresh};
pub use saved::SavedFleetPlan;
pub use session::{
    AllKnown, Drift, DriftedUser, FailedImport, RecordError, Resolve, Session, SessionError, SessionOptions,
    SessionOptionsBuilder,
};
#[cfg(feature = "store")]
pub use store::EmbeddedStore;
#[cfg(any(feature = "store", feature = "object-store"))]
pub use store::StateLocation;
pub use store::{
    Creating, Entry, Former, JsonError, MemoryStore, Notes, StateStore, StoreChange, StoreError, Successor,
    export_json, import_json, load_all, migrate,
};
#[cfg(feature = "object-store")]
pub use store::{Lease, SharedLocation, SharedStore};
pub use text::FleetText;
pub use totals::{OutcomeTotals, PlanTotals};
pub use user_plan::{UserPlan, UserPreview};
