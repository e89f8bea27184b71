//! The headers of the objects.

use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use crate::user::Timestamp;

/// How many shards a large state has.
pub(super) const SHARDS: usize = 8;

/// The header of the first object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head {
    /// The id of the state, made with its first write: a state that is made anew in its place has another.
    pub(super) state: String,
    /// The id of the write that made it: a writer whose answer was lost finds out by it whether it was made.
    pub(super) write: String,
    /// How many writes have changed users.
    pub(super) number: u64,
    /// Who wrote it, and when.
    pub(super) by: String,
    pub(super) at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lease: Option<Lease>,
    /// For each shard, up to which number its users are in its object; the changes since are here. `None` where
    /// there is no object.
    pub(super) shards: [Option<u64>; SHARDS],
}

/// The lease of a shared state: who applies, and alone may write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Lease {
    /// Which one it is: each has an id of its own.
    pub id: String,
    /// Who has it.
    pub owner: String,
    /// When it was taken, by the owner's clock.
    pub since: Timestamp,
}

/// The header of a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shard {
    /// The id of the state that it belongs to.
    pub(super) state: String,
    /// The write of the first object as of which its users are: one write has one content. Numbers come again where the
    /// first object is restored.
    pub(super) write: String,
    /// The number of that write.
    pub(super) number: u64,
}

/// The shard of a user.
pub(super) fn shard_of(name: &str) -> usize {
    (XxHash3_64::oneshot(name.as_bytes()) % SHARDS as u64) as usize
}

/// An id that nobody else has.
pub(super) fn new_id() -> String {
    format!("{:016x}{:016x}", random(), random())
}

/// The id of a lease, which people type.
pub(super) fn new_lease_id() -> String {
    format!("{:016x}", random())
}

fn random() -> u64 {
    // Each has keys of its own from the system.
    RandomState::new().hash_one(())
}
