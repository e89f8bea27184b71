//! Functions for an engine that stores the outputs, and a record beside them as text, as Terraform does.

use super::{
    answer::AppliedResource,
    beside,
    failure::Failure,
    kept::{Kept, KeptError},
    leaves::Leaves,
    options::ResourceOptions,
    resource::Resource,
    snapshot::Snapshot,
};
use crate::user::{Property, Value};

impl Resource {
    /// Carries out a plan that the engine hands back: the outputs that the plan has shown, and the record of the
    /// [`Planned`](super::Planned). `program` is the program's inputs before ignored changes were worked in; only what
    /// no output shows is taken from it: the password of a new user.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create) and [`update`](Self::update).
    pub async fn apply_planned(
        &self,
        prior: Option<&Snapshot>,
        outputs: &Value,
        kept: &Kept,
        program: &Value,
    ) -> Result<AppliedResource, Failure> {
        let program = if prior.is_none() { program } else { &Value::Null };
        let inputs = self.planned_inputs(outputs, kept, program);
        let options = ResourceOptions::builder().planned(outputs).build();
        self.apply(prior, &inputs, &options).await
    }

    /// Returns the inputs of a plan, restored from the outputs that the plan has shown; see
    /// [`apply_planned`](Self::apply_planned).
    pub fn planned_inputs(&self, outputs: &Value, kept: &Kept, program: &Value) -> Value {
        let (outputs, program) = (self.read_value(outputs), self.read_value(program));
        let mut inputs = Leaves::of(&outputs).only(kept.set);
        for property in secrets() {
            inputs.set(property, Leaves::of(&program).get(property).cloned());
        }
        self.host.spelling.value(inputs.into_document())
    }

    /// Returns the inputs to write into a program for an existing user, so that the first plan is empty. Values that
    /// only the service gives are left out, and so is the directory user id, which the service also gives. Of a value
    /// that the outputs show in the phone block and for channels, only one is returned.
    pub fn program_inputs(&self, outputs: &Value) -> Value {
        let mut inputs = Leaves::of(&self.read_value(outputs));
        inputs.set(Property::DirectoryUserId, None);
        for property in Property::ALL {
            let is_empty = |value: &&Value| matches!(value, Value::List(items) if items.is_empty());
            if inputs.get(*property).filter(is_empty).is_some() {
                inputs.set(*property, None);
            }
        }
        leave_out_twins(&mut inputs);
        self.host.spelling.value(inputs.into_document())
    }

    /// Returns the snapshot of an engine that stores the outputs, and the record beside them as text.
    ///
    /// # Errors
    ///
    /// As for [`read_record`](Self::read_record).
    pub fn read_snapshot_beside(&self, outputs: Value, record: &str) -> Result<Snapshot, KeptError> {
        Ok(Snapshot::new(self.read_record(record, &outputs)?).with_outputs(outputs))
    }

    /// Writes the record of a snapshot as text, without what the snapshot's outputs contain, for an engine that stores
    /// both. [`read_record`](Self::read_record) reads the text beside the same outputs.
    pub fn write_record(&self, snapshot: &Snapshot) -> String {
        beside::write(&snapshot.kept, &self.read_value(&snapshot.outputs))
    }

    /// Writes the record of a plan, for an engine that keeps the prior outputs until the plan is applied. The result is
    /// that of [`write_record`](Self::write_record) beside the prior outputs, in a fraction of the time if the plan
    /// differs from the prior state only in its inputs. `record` is the text that was written of the prior state.
    pub fn write_planned_record(&self, prior: &Snapshot, record: &str, planned: &Kept) -> String {
        beside::planned(record, &prior.kept, planned)
            .unwrap_or_else(|| beside::write(planned, &self.read_value(&prior.outputs)))
    }

    /// Reads a record that [`write_record`](Self::write_record) wrote, also in an earlier version, beside the outputs
    /// with which it was written. Without outputs, only the fingerprint of the password is restored. An empty text is
    /// the record of the user that the outputs name.
    ///
    /// # Errors
    ///
    /// [`KeptError`] if a later version wrote the record, or the record is damaged.
    pub fn read_record(&self, text: &str, outputs: &Value) -> Result<Kept, KeptError> {
        beside::read(text, &self.read_value(outputs))
    }
}

/// Leaves out what the phone block and the settings per channel both say: a program may say it only once. What then only
/// the block would say is said for voice.
fn leave_out_twins(inputs: &mut Leaves) {
    if inputs.get(Property::PhoneType).is_none() {
        return;
    }
    let lines = match inputs.get(Property::PhoneNumberConfigs) {
        Some(Value::List(lines)) => lines.as_slice(),
        _ => &[],
    };
    let is_same = |line: &Value, name: &str, property: Property| {
        line.get(name).unwrap_or(&Value::Null) == inputs.get(property).unwrap_or(&Value::Null)
    };
    let is_of_block = |line: &Value| {
        is_voice(line)
            && is_same(line, "phoneType", Property::PhoneType)
            && is_same(line, "phoneNumber", Property::DeskPhoneNumber)
    };
    let stays = lines.iter().all(is_of_block);
    for property in Property::ALL.iter().filter(|property| property.path().starts_with("phoneConfig.")) {
        match property.twin().filter(|_| *property != Property::PhoneType) {
            Some(twin) if !stays || inputs.get(twin).is_some() => say_for_voice(inputs, *property, twin),
            _ if !stays => inputs.set(*property, None),
            _ => {}
        }
    }
    if stays {
        inputs.set(Property::PhoneNumberConfigs, None);
    }
}

/// Moves a value of the phone block into its `twin`, the settings per channel, unless these say it for voice. A default
/// applies without being said.
fn say_for_voice(inputs: &mut Leaves, property: Property, twin: Property) {
    let said = inputs.get(property).cloned();
    inputs.set(property, None);
    let is_default = |value: &Value| matches!(value, Value::Bool(false) | Value::Integer(0));
    let Some(said) = said.filter(|value| !is_default(value)) else { return };
    let mut items = match inputs.get(twin) {
        Some(Value::List(items)) if items.iter().any(is_voice) => return,
        Some(Value::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    let name = property.path().rsplit('.').next().unwrap_or_default().to_owned();
    let said = match property {
        Property::AfterContactWorkTimeLimit => {
            ("afterContactWorkConfig".to_owned(), Value::Map(vec![(name, said)]))
        }
        _ => (name, said),
    };
    items.push(Value::Map(vec![("channel".to_owned(), "VOICE".into()), said]));
    inputs.set(twin, Some(Value::List(items)));
}

fn is_voice(item: &Value) -> bool {
    item.get("channel").and_then(Value::as_str) == Some("VOICE")
}

fn secrets() -> impl Iterator<Item = Property> {
    Property::ALL.iter().copied().filter(|property| property.is_secret())
}
