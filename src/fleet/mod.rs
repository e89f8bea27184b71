//! Many users at once: planned together, read again in few calls, applied at the speed of the quota, and
//! remembered in a store that survives.
//!
//! - [`match_users`]: which recorded user each user of a program is;
//! - [`plan`], or [`Planner`] user by user: who moves, who waits for whom, and how many deletions are too many;
//! - [`refresh`]: what has changed since, by listing, searching or reading;
//! - [`apply`]: all users side by side, with an [estimate](FleetPlan::estimate) before and [`events`] meanwhile;
//! - [`StateStore`]: what is remembered, in memory, in a file (`EmbeddedStore`, feature `store`), or where the host
//!   wants it.

mod apply;
mod estimate;
mod matching;
mod order;
mod plan;
mod recover;
mod refresh;
mod room;
mod store;
mod user_plan;
mod wanted;
mod work;

pub use apply::{
    ApplyOptions, ApplyOptionsBuilder, Event, EventKind, EventSender, EventStream, FleetObserver,
    FleetOutcome, OnFailure, Progress, UserOutcome, UserResult, apply, events,
};
pub use estimate::Estimate;
pub use matching::{Identity, Matches, Missing, match_users};
pub use plan::{FleetPlan, FleetRefused, Planner, plan};
pub use recover::{Recovered, RecoveredUser, recover};
pub use refresh::{DesiredSpec, REFRESH_OPERATIONS, Refreshed, refresh};
#[cfg(feature = "store")]
pub use store::EmbeddedStore;
pub use store::{
    Change, Creating, Entry, JsonError, MemoryStore, StateStore, StoreError, export_json, import_json,
    load_all,
};
pub use user_plan::UserPlan;
pub use wanted::{Capacity, Guard, PlanOptions, PlanOptionsBuilder, Wanted, WantedBuilder};
