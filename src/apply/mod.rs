//! What has effects: reading, importing, applying and deleting, through a [`ConnectClient`].
//!
//! Nothing here retries or paces: that is a matter of the client. What is here is what only someone
//! who knows the plan can do: wait for a user that was just made, find out what an answer that never
//! came would have said, and tell the host at every moment what is there and what is left.
//!
//! [`ConnectClient`]: crate::client::ConnectClient

mod create;
mod failed;
mod observe;
mod quick_connects;
mod read;
mod run;
mod wait;

#[cfg(feature = "fleet")]
pub(crate) use create::is_recorded;
pub use failed::{ApplyError, Failed};
pub use observe::{ObserveError, Observer};
pub(crate) use quick_connects::QuickConnectIndex;
#[cfg(feature = "fleet")]
pub(crate) use read::{describe, with_record};
pub use read::{find_by_name, identity_management, import, read, refresh};
pub use run::{Applied, Options, apply, delete};
pub use wait::Wait;

pub use crate::client::{NoSleep, Sleep, ThreadSleep};
