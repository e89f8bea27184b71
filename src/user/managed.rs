//! What an apply has set.

use serde::{Deserialize, Serialize};

use super::{PropertySet, SortedSet};

/// What to record as managed once the user is as desired.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Managed {
    pub(crate) properties: PropertySet,
    pub(crate) tag_keys: SortedSet<String>,
    pub(crate) default_tag_keys: SortedSet<String>,
}
