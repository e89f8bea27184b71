//! The differences between desired and actual users, and the plans that remove them.
//!
//! [`diff()`] compares, [`preview()`] adds the calls, and [`plan()`] turns a [`DesiredUser`] into a [`Plan`] that can
//! be applied. [`drift`] returns changes made outside the program. All use the [`Property`] table. Everything is pure:
//! no I/O, no clock, no randomness.
//!
//! [`DesiredUser`]: crate::user::DesiredUser
//! [`Property`]: crate::user::Property

mod call;
mod change;
mod changes;
mod comparison;
mod drift;
mod leaf;
mod lost;
mod needs_reading;
mod plan;
mod possible;
mod preview;
mod risk;
mod saved;
mod sign_out;
mod step;
mod tags;
mod text;
mod unread;
mod unrecognised;
mod value_text;
mod whole;
mod work;

pub use call::Call;
pub use change::{Action, Change, ChangeKind, Diff, ReplacementOrder};
pub use drift::drift;
#[cfg(feature = "fleet")]
pub(crate) use drift::drift_of_recorded;
pub(crate) use drift::everything;
#[cfg(feature = "engine")]
pub(crate) use drift::loses_rights;
pub use needs_reading::needs_reading;
pub use plan::{Plan, Refused, plan, plan_deletion};
#[cfg(feature = "fleet")]
pub(crate) use plan::{plan_deletion_shared, plan_shared};
pub use preview::{Preview, diff, preview, preview_deletion};
pub use risk::Risk;
pub use saved::SavedPlan;
pub use step::Step;
pub use text::{PreviewText, symbol};
