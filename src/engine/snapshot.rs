//! A user as an engine keeps it between two calls.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{fingerprint::Fingerprints, kept::Kept};
use crate::user::{
    Arn, IdKind, ImportId, ImportIdError, InstanceId, Property, Spelling, User, UserId, Value, to_snake_case,
};

/// A user as an engine keeps it between two calls: what each call takes as the prior state, and gives back.
///
/// An engine that keeps only some of it builds one of what it has: without inputs, or without outputs, what was
/// last read takes their place. `Debug` shows who the user is and no value.
///
/// The inputs of an answer hold the password as the engine gave it, and so does its JSON. An engine that stores the
/// whole of it takes the secrets out first: [`Resource::without_secrets`](super::Resource::without_secrets); no call
/// needs them again. A [`Journal`](super::Journal) gets a user without them. Values that are not known have no form in JSON.
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

    /// A user of whom another tool's resource has a state, in whatever spelling: its id, or its ARN, as `id`, `arn` or
    /// `userArn` (`user_arn`, `UserArn`), is enough to read it. A password in it stays as a fingerprint only. `None` where nothing names it.
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

    /// The same in the spelling of this crate. Where the record does not say who the user is, the outputs do.
    pub(super) fn read(&self, spelling: Spelling) -> Self {
        let Self { inputs, outputs, kept } = self.clone();
        let (inputs, outputs) = (spelling.read(inputs), spelling.read(outputs));
        let told = || outputs.get("id").and_then(Value::as_str)?.parse().ok();
        Self { inputs, kept: kept.or_id(told), outputs }
    }

    /// The same, in the spelling of this crate, without the secrets of the inputs.
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
