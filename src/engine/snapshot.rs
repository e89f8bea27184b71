//! A user as an engine keeps it between two calls.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kept::Kept;
use crate::user::{ImportId, ImportIdError, Spelling, Value};

/// A user as an engine keeps it between two calls: what each call takes as the prior state, and gives back.
///
/// An engine that keeps only some of it builds one of what it has: without inputs, or without outputs, what was
/// last read takes their place. `Debug` shows who the user is and no value.
///
/// An engine that stores the whole of it as it is takes the secrets out of the inputs first:
/// [`Resource::without_secrets`](super::Resource::without_secrets). Values that are not known have no form in JSON.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// The inputs of the last call, in the host's spelling; `Value::Null` where the engine keeps none.
    #[serde(default = "nothing")]
    pub inputs: Value,
    /// The outputs of the last call, in the host's spelling; `Value::Null` where the engine keeps none.
    #[serde(default = "nothing")]
    pub outputs: Value,
    /// What no input or output tells.
    pub kept: Kept,
}

fn nothing() -> Value {
    Value::Null
}

impl Snapshot {
    /// A user of whom the engine has this record.
    pub const fn new(kept: Kept) -> Self {
        Self { inputs: Value::Null, outputs: Value::Null, kept }
    }

    /// A user of whom only the id is known, `INSTANCE_ID:USER_ID`.
    ///
    /// # Errors
    ///
    /// Where that is no id of a user.
    pub fn of(id: &str) -> Result<Self, ImportIdError> {
        Ok(Self::new(Kept::of(&id.parse()?)))
    }

    /// The same with the inputs of the last call.
    #[must_use]
    pub fn with_inputs(self, inputs: Value) -> Self {
        Self { inputs, ..self }
    }

    /// The same with the outputs of the last call.
    #[must_use]
    pub fn with_outputs(self, outputs: Value) -> Self {
        Self { outputs, ..self }
    }

    /// The same in the host's spelling.
    pub(super) fn spelled(self, spelling: Spelling) -> Self {
        let Self { inputs, outputs, kept } = self;
        Self { inputs: spelling.value(inputs), outputs: spelling.value(outputs), kept }
    }

    /// The same in the spelling of this crate.
    pub(super) fn read(&self, spelling: Spelling) -> Self {
        let Self { inputs, outputs, kept } = self.clone();
        Self { inputs: spelling.read(inputs), outputs: spelling.read(outputs), kept }
    }

    /// Who the user is: `INSTANCE_ID:USER_ID` as text. `None` while that is not known, as after a creation whose
    /// outcome is not known.
    pub fn id(&self) -> Option<ImportId> {
        self.kept.id()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("kept", &self.kept).finish_non_exhaustive()
    }
}
