//! For an engine that keeps the outputs, and a record beside them as text, as Terraform does.

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
    /// Carries out a plan that the engine hands back: the outputs that it has shown, and its record
    /// of a [`Planned`](super::Planned). Of the program's inputs, as they were before its ignored changes were worked in, comes only
    /// what no output shows: the password of a new user.
    ///
    /// # Errors
    ///
    /// As those of [`create`](Self::create) and [`update`](Self::update).
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

    /// The inputs that a plan was made of, from what it has shown: those of [`apply_planned`](Self::apply_planned).
    pub fn planned_inputs(&self, outputs: &Value, kept: &Kept, program: &Value) -> Value {
        let (outputs, program) = (self.read_value(outputs), self.read_value(program));
        let mut inputs = Leaves::of(&outputs).only(kept.set);
        for property in secrets() {
            inputs.set(property, Leaves::of(&program).get(property).cloned());
        }
        self.host.spelling.value(inputs.into_document())
    }

    /// The inputs to write into a program for a user of whom the outputs are known, so that nothing is to be done:
    /// what only the service gives is left out, and the directory's id, which it gives too.
    pub fn program_inputs(&self, outputs: &Value) -> Value {
        let mut inputs = Leaves::of(&self.read_value(outputs));
        inputs.set(Property::DirectoryUserId, None);
        for property in Property::ALL {
            let is_empty = |value: &&Value| matches!(value, Value::List(items) if items.is_empty());
            if inputs.get(*property).filter(is_empty).is_some() {
                inputs.set(*property, None);
            }
        }
        self.host.spelling.value(inputs.into_document())
    }

    /// The snapshot of which the engine keeps the outputs, and the record beside them as text.
    ///
    /// # Errors
    ///
    /// As those of [`read_record`](Self::read_record).
    pub fn read_snapshot_beside(&self, outputs: Value, record: &str) -> Result<Snapshot, KeptError> {
        Ok(Snapshot::new(self.read_record(record, &outputs)?).with_outputs(outputs))
    }

    /// The record of a snapshot as text, without what the snapshot's outputs tell, for an engine that stores both.
    /// [`read_record`](Self::read_record) reads it beside the same outputs.
    pub fn write_record(&self, snapshot: &Snapshot) -> String {
        beside::write(&snapshot.kept, &self.read_value(&snapshot.outputs))
    }

    /// The record of a plan, of which the engine is to keep what it has shown of the prior state until the plan is applied: as
    /// [`write_record`](Self::write_record) beside the prior outputs, in a fraction of the time where nothing but inputs
    /// differs from `record`, which it wrote of the prior state.
    pub fn write_planned_record(&self, prior: &Snapshot, record: &str, planned: &Kept) -> String {
        beside::planned(record, &prior.kept, planned)
            .unwrap_or_else(|| beside::write(planned, &self.read_value(&prior.outputs)))
    }

    /// Reads a record that [`write_record`](Self::write_record) wrote, also in an earlier version, beside the
    /// outputs with which it was written. Without outputs, it tells nothing of the user but the fingerprint of the
    /// password; an empty text is the record of the user that the outputs name.
    ///
    /// # Errors
    ///
    /// [`KeptError`] if a later version wrote it, or it is damaged.
    pub fn read_record(&self, text: &str, outputs: &Value) -> Result<Kept, KeptError> {
        beside::read(text, &self.read_value(outputs))
    }
}

fn secrets() -> impl Iterator<Item = Property> {
    Property::ALL.iter().copied().filter(|property| property.is_secret())
}
