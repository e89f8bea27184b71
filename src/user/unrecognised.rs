//! What the service has and this version does not know, as it is recorded: its place, and its value where that is
//! a plain choice, such as ``afterContactWorkConfigs[].afterContactWorkConfig.AfterContactWorkMode `ON```.

use super::{Operation, PropertySet};

/// The block of a user that a path is in, or that it is.
pub(crate) fn block_of(path: &str) -> &str {
    path.split(['.', '[', ' ']).next().unwrap_or(path)
}

/// Whether what was found stands in a block, or in the objects of a list, that one of these properties is in.
pub(crate) fn is_beside(found: &str, properties: PropertySet) -> bool {
    properties.iter().any(|property| block_of(property.path()) == block_of(found))
}

impl PropertySet {
    /// The properties in whose blocks a call of the operation writes.
    pub(crate) const fn touched_by(operation: Operation) -> Self {
        Self::changed_by(operation).union(Self::written_by(operation))
    }
}
