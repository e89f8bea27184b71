//! A user as an engine keeps it between two calls.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{fingerprint::Fingerprints, kept::Kept};
use crate::user::{
    Arn, IdKind, ImportId, ImportIdError, InstanceId, Property, Spelling, User, UserId, Value, to_snake_case,
};

/// A user as an engine keeps it between two calls: the prior state that each call takes and returns.
///
/// An engine that stores only a part of the snapshot builds a snapshot from that part: without inputs or without
/// outputs, the last reading replaces them. `Debug` shows the id of the user and no values.
///
/// The inputs of an answer hold the password as the engine gave it, and so does their JSON. An engine that stores the
/// whole snapshot removes the secrets first: [`Resource::without_secrets`](super::Resource::without_secrets). No call
/// needs them again. A [`Journal`](super::Journal) gets a user without secrets. Unknown values cannot be written as
/// JSON.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// The inputs of the last call, in the host's spelling; `Value::Null` where the engine keeps none.
    #[serde(default = "nothing")]
    pub inputs: Value,
    /// The outputs of the last call, in the host's spelling; `Value::Null` where the engine keeps none.
    #[serde(default = "nothing")]
    pub outputs: Value,
    /// The record: what no input or output contains.
    pub kept: Kept,
}

fn nothing() -> Value {
    Value::Null
}

impl Snapshot {
    /// Creates a snapshot with this record.
    pub const fn new(kept: Kept) -> Self {
        Self { inputs: Value::Null, outputs: Value::Null, kept }
    }

    /// Creates a snapshot of which only the id is known, `INSTANCE_ID:USER_ID`.
    ///
    /// # Errors
    ///
    /// [`ImportIdError`] if the text is not the id of a user.
    pub fn of(id: &str) -> Result<Self, ImportIdError> {
        Ok(Self::new(Kept::of(&id.parse()?)))
    }

    /// Creates a snapshot from a state of another tool's resource, in any spelling. The id or the ARN of the user is
    /// enough to read it: `id`, `arn` or `userArn` (`user_arn`, `UserArn`). A password in the state is kept only as a
    /// fingerprint. Returns `None` if the state does not identify a user.
    pub fn of_state(state: &Value) -> Option<Self> {
        let Value::Map(members) = state else { return None };
        let is = |given: &str, name: &str| to_snake_case(given).trim_start_matches('_') == name;
        let text = |name: &str| members.iter().find(|(given, _)| is(given, name))?.1.as_str();
        let of_arn = |arn: Arn| {
            let (_, user) = arn.resource().filter(|(segment, _)| *segment == User::SEGMENT)?;
            Some(ImportId { instance: InstanceId::new(arn.instance()), user: UserId::new(user) })
        };
        let id = text("id").and_then(|id| id.parse::<ImportId>().ok());
        let mut arns = ["user_arn", "arn", "id"].into_iter().filter_map(text);
        let id = id.or_else(|| arns.find_map(|arn| of_arn(arn.parse().ok()?)))?;
        let kept = Kept::of(&id);
        let kept = match text(Property::Password.path()) {
            Some(password) => kept.with_password(&password.into(), &Fingerprints::default()),
            None => kept,
        };
        Some(Self::new(kept))
    }

    /// Returns the snapshot with the inputs of the last call.
    #[must_use]
    pub fn with_inputs(self, inputs: Value) -> Self {
        Self { inputs, ..self }
    }

    /// Returns the snapshot with the outputs of the last call.
    #[must_use]
    pub fn with_outputs(self, outputs: Value) -> Self {
        Self { outputs, ..self }
    }

    /// Returns the snapshot in the host's spelling.
    pub(super) fn spelled(self, spelling: Spelling) -> Self {
        let Self { inputs, outputs, kept } = self;
        Self { inputs: spelling.value(inputs), outputs: spelling.value(outputs), kept }
    }

    /// Returns the snapshot in the spelling of this crate. If the record does not identify the user, the outputs do.
    pub(super) fn read(&self, spelling: Spelling) -> Self {
        let Self { inputs, outputs, kept } = self.clone();
        let (inputs, outputs) = (spelling.read(inputs), spelling.read(outputs));
        let told = || outputs.get("id").and_then(Value::as_str)?.parse().ok();
        Self { inputs, kept: kept.or_id(told), outputs }
    }

    /// Returns the snapshot, in the spelling of this crate, without the secrets of the inputs.
    #[must_use]
    pub(super) fn without_secrets(mut self) -> Self {
        if let Value::Map(members) = &mut self.inputs {
            let is_secret = |name: &str| {
                let mut secrets = Property::ALL.iter().filter(|property| property.is_secret());
                secrets.any(|secret| secret.path() == name)
            };
            members.retain(|(name, _)| !is_secret(name));
        }
        self
    }

    /// Returns the id of the user, `INSTANCE_ID:USER_ID` as text. `None` while it is not known, as after a creation
    /// whose outcome is not known.
    pub fn id(&self) -> Option<ImportId> {
        self.kept.id()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("kept", &self.kept).finish_non_exhaustive()
    }
}
