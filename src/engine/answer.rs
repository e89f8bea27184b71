//! The answers to the calls of an engine.

use std::fmt;

use super::{kept::Kept, snapshot::Snapshot};
use crate::{
    diff::{Action, Change, ReplacementOrder},
    user::{Diagnostic, Path, Value},
};

/// The result of [`Resource::check`](super::Resource::check). `Debug` shows no inputs.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// The completed inputs, for later calls.
    pub inputs: Value,
    /// Errors, warnings and notes, each with its place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Whether there is no error.
    pub fn is_valid(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Inputs hold secrets.
        f.debug_struct("Checked").field("diagnostics", &self.diagnostics).finish_non_exhaustive()
    }
}

/// The result of [`Resource::diff`](super::Resource::diff). `Debug` shows no inputs and no outputs.
#[derive(Clone)]
#[non_exhaustive]
pub struct Planned {
    /// The action. An engine carries out a replacement as a creation and a deletion.
    pub action: Action,
    /// The changes, with places in the host's spelling; never the value of a secret.
    pub changes: Vec<Change>,
    /// The order of a replacement, also if it depends on unknown values.
    pub replacement: Option<ReplacementOrder>,
    /// The inputs for an apply, with ignored changes worked in. Give the apply the same options, because inputs with
    /// `phoneNumberConfigs` cannot express what is kept of an ignored `phoneConfig`. The inputs contain their secrets.
    pub inputs: Value,
    /// The planned outputs, with unknown values, without secrets. What is known here stays the same in a plan that is made
    /// once all values are known. If the user may be replaced, what the inputs set is shown as they write it, as for a new
    /// user, and of the rest, what holds only with or only without the replacement is unknown.
    pub outputs: Value,
    /// The record for an apply, for an engine that stores its plan.
    pub kept: Kept,
    /// Warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
}

impl Planned {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.action == Action::None
    }

    /// The places whose changes replace the user.
    pub fn replaces(&self) -> impl Iterator<Item = &Path> {
        self.changes.iter().filter(|change| change.forces_replacement).map(|change| &change.path)
    }

    /// Whether the changes replace the user, or may do so once all values are known.
    pub fn is_replacement(&self) -> bool {
        self.replacement.is_some()
    }
}

impl fmt::Debug for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planned")
            .field("action", &self.action)
            .field("changes", &self.changes)
            .field("replacement", &self.replacement)
            .field("kept", &self.kept)
            .field("diagnostics", &self.diagnostics)
            .finish_non_exhaustive()
    }
}

/// The result of a creation or an update.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AppliedResource {
    /// The snapshot to store.
    pub snapshot: Snapshot,
    /// Warnings and notes.
    pub diagnostics: Vec<Diagnostic>,
}

/// The result of [`Resource::read`](super::Resource::read).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Read {
    /// The snapshot to store: equal to the stored one if nothing has changed.
    pub snapshot: Snapshot,
    /// The changes made outside the program since the last call.
    pub drift: Vec<Change>,
    /// Other findings: for example a new user that is not visible yet, or a user that may not be read.
    pub diagnostics: Vec<Diagnostic>,
}
