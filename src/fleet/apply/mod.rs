//! Applying the plan of a fleet.

mod events;
mod gate;
mod job;
mod moves;
mod options;
mod others;
mod outcome;
mod queue;
mod record;
mod run;
mod shared;

pub use events::{Event, EventKind, EventSender, EventStream, FleetObserver, Progress, events};
pub use options::{FleetOptions, FleetOptionsBuilder, OnFailure};
pub(super) use others::Others;
pub use outcome::{FleetOutcome, UserOutcome, UserResult};
pub use run::apply;
pub(super) use run::apply_among;
