//! Many users at once.

mod order;
mod plan;
mod store;
mod wanted;

pub use plan::{FleetNotice, FleetPlan, FleetRefused, Planner, UserPlan, plan};
pub use store::{
    Change, EmbeddedStore, Entry, JsonError, MemoryStore, StateStore, StoreError, export_json, import_json,
    load_all,
};
pub use wanted::{Capacity, Guard, PlanOptions, Wanted};
