//! A state that a team shares, in a bucket or a folder.
//!
//! The state is one object, `KEY`, and eight more, `KEY.1` to `KEY.8`, once it is large. `KEY` has the recent changes
//! of users, and is written under the condition that it was not written since it was read. The other objects have users
//! by the hash of their names, as they were at one write of `KEY`; the recent changes are applied on top.
//! ARCHITECTURE.md has the protocol.

mod form;
mod head;
mod known;
mod location;
mod objects;
#[cfg(feature = "aws")]
mod profile;
mod store;
mod writer;

pub use head::Lease;
pub use location::SharedLocation;
pub use store::SharedStore;
