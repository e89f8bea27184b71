//! The headers of the objects.

use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use crate::user::Timestamp;

/// The number of shards of a large state.
pub(super) const SHARDS: usize = 8;

/// The header of the first object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head {
    /// The id of the state, from its first write: a state that is created again at the same location has another id.
    pub(super) state: String,
    /// The id of the write that made the object: if the answer to a write was lost, the writer finds out by this id
    /// whether the write was made.
    pub(super) write: String,
    /// The number of writes that have changed users.
    pub(super) number: u64,
    /// The owner of the run that wrote the object, and the time of the write.
    pub(super) by: String,
    pub(super) at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lease: Option<Lease>,
    /// For each shard, the number of the write as of which its object has the users; later changes are in this first
    /// object. `None` if the shard has no object.
    pub(super) shards: [Option<u64>; SHARDS],
}

/// The lease of a shared state: its owner is applying a plan, and alone may write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Lease {
    /// The id of the lease, which no other lease has.
    pub id: String,
    /// The owner of the lease, as given to [`SharedStore::open`](super::SharedStore::open).
    pub owner: String,
    /// The time at which the lease was taken, by the owner's clock.
    pub since: Timestamp,
}

/// The header of a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shard {
    /// The id of the state that the shard belongs to.
    pub(super) state: String,
    /// The id of the write of the first object as of which the shard has its users: one write has one content. Unlike
    /// ids, numbers are used again if the first object is restored.
    pub(super) write: String,
    /// The number of that write.
    pub(super) number: u64,
}

/// The shard of a user.
pub(super) fn shard_of(name: &str) -> usize {
    (XxHash3_64::oneshot(name.as_bytes()) % SHARDS as u64) as usize
}

/// A new unique id.
pub(super) fn new_id() -> String {
    format!("{:016x}{:016x}", random(), random())
}

/// A new id of a lease, which is short because people type it.
pub(super) fn new_lease_id() -> String {
    format!("{:016x}", random())
}

fn random() -> u64 {
    // Each `RandomState` has keys of its own from the system.
    RandomState::new().hash_one(())
}
