//! Recorded settings that the service has and this version does not know: the path, and the value if it is a plain
//! choice, such as ``afterContactWorkConfigs[].afterContactWorkConfig.AfterContactWorkMode `ON```.

use super::{Operation, PropertySet};

/// Returns the block of a user that contains a path, or that it is.
pub(crate) fn block_of(path: &str) -> &str {
    path.split(['.', '[', ' ']).next().unwrap_or(path)
}

/// Whether an unknown setting is in the same block, or in the objects of the same list, as one of these properties.
pub(crate) fn is_beside(found: &str, properties: PropertySet) -> bool {
    properties.iter().any(|property| block_of(property.path()) == block_of(found))
}

impl PropertySet {
    /// Returns the properties in the blocks that a call of the operation writes.
    pub(crate) const fn touched_by(operation: Operation) -> Self {
        Self::changed_by(operation).union(Self::written_by(operation))
    }
}
