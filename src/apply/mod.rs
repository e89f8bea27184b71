//! Carries a plan out, through a [`ConnectClient`].
//!
//! [`apply()`] makes the calls of a plan, [`delete`] and [`delete_by_reference`] delete a user, and [`recover()`] finds
//! out the outcome of a creation whose answer was lost. Nothing here retries or paces: put decorators around the client
//! for that. This module does what needs the plan: it waits for a new user to become visible, finds out the outcome of
//! a lost answer, and gives the host the actual user before and after each call, so that a plan from it finishes the
//! work.
//!
//! [`ConnectClient`]: crate::client::ConnectClient

mod create;
mod delete;
mod failed;
mod identify;
mod left;
mod look_up;
mod new_name;
mod observe;
mod options;
mod quick_connects;
mod recover;
mod reference;
mod run;
mod send;
mod wait;

pub use failed::{ApplyError, Failed};
#[cfg(feature = "fleet")]
pub(crate) use identify::is_recorded;
pub use observe::{ObserveError, Observer};
#[cfg(feature = "fleet")]
pub(crate) use options::Owners;
pub use options::{ApplyOptions, ApplyOptionsBuilder};
pub(crate) use quick_connects::QuickConnectIndex;
pub use recover::{CreationOutcome, recover};
pub use reference::{UserReference, delete_by_reference};
pub use run::{Applied, apply, delete};
pub use wait::Wait;
