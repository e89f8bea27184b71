//! What Terraform keeps for the provider beside a resource's state, and shows to nobody.

use connect_user::user::UserState;
use serde::{Deserialize, Serialize};

/// What the next plan needs and no API knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Private {
    /// The user as it was last seen; nothing after an import by another tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UserState>,
    /// Sixteen bits of a salted hash of the password that the user was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Whether the plan replaces the user for a changed password.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub password_changed: bool,
}

impl Private {
    /// Reads what was kept. What cannot be read is taken for nothing: then the user is read again.
    pub fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}
