//! Carrying out the plan of a fleet.

mod events;
mod gate;
mod job;
mod moves;
mod options;
mod outcome;
mod queue;
mod run;
mod shared;

pub use events::{Event, EventKind, EventSender, EventStream, FleetObserver, Progress, events};
pub use options::{FleetOptions, FleetOptionsBuilder, OnFailure};
pub use outcome::{FleetOutcome, UserOutcome, UserResult};
pub use run::apply;
