//! Many users at once.

mod order;
mod plan;
mod refresh;
mod store;
mod wanted;

pub use plan::{FleetNotice, FleetPlan, FleetRefused, Planner, UserPlan, plan};
pub use refresh::{Finding, FindingKind, REFRESH_OPERATIONS, RefreshOptions, Refreshed, Strategy, refresh};
pub use store::{
    Change, EmbeddedStore, Entry, JsonError, MemoryStore, StateStore, StoreError, export_json, import_json,
    load_all,
};
pub use wanted::{Capacity, Guard, PlanOptions, Wanted};
