//! Many users at once.

mod apply;
mod directory;
mod estimate;
mod order;
mod plan;
mod refresh;
mod store;
mod wanted;

pub use apply::{
    ApplyOptions, Event, EventKind, EventSender, EventStream, FleetObserver, FleetOutcome, OnFailure,
    Progress, UserOutcome, UserResult, apply, events,
};
pub use directory::Directory;
pub use estimate::Estimate;
pub use plan::{FleetNotice, FleetPlan, FleetRefused, Planner, UserPlan, plan};
pub use refresh::{
    Everybody, Finding, FindingKind, REFRESH_OPERATIONS, RefreshOptions, Refreshed, Strategy, read_all,
    refresh,
};
pub use store::{
    Change, EmbeddedStore, Entry, JsonError, MemoryStore, StateStore, StoreError, export_json, import_json,
    load_all,
};
pub use wanted::{Capacity, Guard, PlanOptions, Wanted};
