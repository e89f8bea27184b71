//! What the calls of an engine answer.

use std::fmt;

use super::{kept::Kept, snapshot::Snapshot};
use crate::{
    diff::{Action, Change, ReplacementOrder},
    user::{Diagnostic, Path, Value},
};

/// Inputs that were checked. `Debug` shows no inputs.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// The inputs, completed: what later calls take.
    pub inputs: Value,
    /// What is wrong with them, or worth knowing, at its place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Whether nothing is wrong with the inputs.
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

/// What inputs would change. `Debug` shows no inputs and no outputs.
#[derive(Clone)]
#[non_exhaustive]
pub struct Planned {
    /// What has to happen. A replacement is carried out as a creation and a deletion.
    pub action: Action,
    /// What changes, at its place in the host's spelling; never the value of a secret.
    pub changes: Vec<Change>,
    /// In which order a replacement goes; also where it depends on values that are not known yet.
    pub replacement: Option<ReplacementOrder>,
    /// The inputs that an apply takes, with what is ignored worked in. A secret that the inputs hold is in them.
    pub inputs: Value,
    /// What will be shown of the user, as far as it is known. No secret is in it.
    pub outputs: Value,
    /// The record that an apply goes on from, for an engine that stores what it has planned.
    pub kept: Kept,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
}

impl Planned {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.action == Action::None
    }

    /// The places whose changes make a new user.
    pub fn replaces(&self) -> impl Iterator<Item = &Path> {
        self.changes.iter().filter(|change| change.forces_replacement).map(|change| &change.path)
    }

    /// Whether the changes make a new user, or may do so once everything is known.
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

/// A user that was made or changed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AppliedResource {
    /// What to store.
    pub snapshot: Snapshot,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
}

/// A user that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Read {
    /// What to store: equal to what was stored where nothing has changed.
    pub snapshot: Snapshot,
    /// What somebody else has changed since the last call.
    pub drift: Vec<Change>,
}
