//! What has effects: applying and deleting, through a [`ConnectClient`].
//!
//! Nothing here retries or paces: that is a matter of the client. What is here is what only someone
//! who knows the plan can do: wait for a user that was just made, find out what an answer that never
//! came would have said, and tell the host at every moment what is there and what is left.
//!
//! [`ConnectClient`]: crate::client::ConnectClient

mod create;
mod delete;
mod failed;
mod identify;
mod look_up;
mod observe;
mod options;
mod quick_connects;
mod recover;
mod run;
mod send;
mod wait;

pub use failed::{ApplyError, Failed};
#[cfg(feature = "fleet")]
pub(crate) use identify::is_recorded;
pub use observe::{ObserveError, Observer};
#[cfg(feature = "fleet")]
pub(crate) use options::Owners;
pub use options::{Options, OptionsBuilder};
pub(crate) use quick_connects::QuickConnectIndex;
pub use recover::{Recovery, recover};
pub use run::{Applied, apply, delete};
pub use wait::Wait;

pub use crate::client::{NoSleep, Sleep, ThreadSleep};
