//! The written form of the service, and the errors of reading it.

use std::io;

use serde::{Deserialize, Serialize};

use super::{config::MemoryInstance, users::StoredUser};
use crate::user::{IdentityManagementType, InstanceId, Timestamp, UserState, in_words};

/// The version of the file; another version cannot be read.
pub(super) const VERSION: u32 = 1;

/// The state that concerns the whole service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head {
    pub(super) time: Timestamp,
    pub(super) made: u64,
    pub(super) any_instance: Option<IdentityManagementType>,
}

/// The error of loading a service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The file is not the JSON that [`save`](super::MemoryConnect::save) writes.
    #[error("the file does not hold an Amazon Connect: {}", in_words(.0))]
    Form(serde_json::Error),
    /// A line after the document is not one that [`append_changes`](super::MemoryConnect::append_changes) writes. The
    /// last line is an exception: it may be incomplete.
    #[error("change {number} of the file cannot be read: {}", in_words(.error))]
    Change {
        /// The number of the line after the document, from 1.
        number: usize,
        /// The error of the line.
        error: serde_json::Error,
    },
    /// The file has another version: a later version of this crate wrote it.
    #[error("the file has version {found}, and this program knows {VERSION}")]
    Version {
        /// The version in the file.
        found: u32,
    },
}

impl LoadError {
    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Read(_) => "check the path and its permissions",
            Self::Form(_) => "give a file that this service wrote, or a path where there is none",
            Self::Change { .. } => "restore the file from a copy, or remove the damaged line",
            Self::Version { .. } => "use the program that wrote it, or a later one",
        }
    }
}

pub(super) fn to_state(instance: &MemoryInstance, user: &StoredUser) -> UserState {
    let id = InstanceId::new(instance.id.as_str());
    let state = user.description.clone().into_state(id, Some(user.proficiencies.clone()));
    UserState { proficiencies_last_modified: user.proficiencies_modified.clone(), ..state }
}

pub(super) fn from_state(mut state: UserState) -> StoredUser {
    StoredUser {
        proficiencies: state.properties.proficiencies.take().unwrap_or_default(),
        proficiencies_modified: state.proficiencies_last_modified.take(),
        description: state.into(),
        hidden_reads: 0,
        hidden_until: Timestamp::default(),
    }
}
