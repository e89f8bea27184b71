//! Converts between the documents that Pulumi's engine keeps and the library's snapshots.

use connect_user::{
    engine::{Fingerprints, Kept, Snapshot},
    user::{Arn, Secret, Value},
};
use prost_types::Struct;
use tonic::Status;

use crate::wire::{Document, Marks, refused, write};

/// The output with the library's record of the user; it is a secret, so that it is never displayed.
const RECORD: &str = "__connect";
const PASSWORD: &str = "password";
const REGION: &str = "region";

/// The id of a user whose creation is uncertain; the engine does not accept an empty id.
pub const NOT_KNOWN: &str = "not-known-yet";

/// The inputs of a user; members that the library does not know are kept separately.
#[derive(Clone)]
pub struct Inputs {
    document: Document,
    region: Option<Value>,
    /// Members that other tools keep in the inputs, such as `__defaults`; those in nested objects are left out.
    hidden: Vec<(String, Value)>,
}

impl Inputs {
    pub fn read(inputs: Option<Struct>) -> Self {
        let mut document = Document::read(inputs);
        let region = document.take(REGION);
        let mut hidden = Vec::new();
        if let Value::Map(members) = &mut document.value {
            hidden = members.extract_if(.., |(name, _)| name.starts_with("__")).collect();
        }
        document.value = document.value.without_pulumi_defaults();
        Self { document, region, hidden }
    }

    pub fn value(&self) -> &Value {
        &self.document.value
    }

    pub fn set(&mut self, member: &str, value: Option<Value>) {
        self.document.set(member, value);
    }

    pub fn text(&self, member: &str) -> Option<&str> {
        self.document.text(member)
    }

    pub fn is_empty(&self) -> bool {
        self.document.is_empty()
    }

    /// The Region in the inputs.
    pub fn region(&self) -> Option<&str> {
        self.region.as_ref().and_then(Value::as_str).filter(|region| !region.is_empty())
    }

    pub fn has_unknown_region(&self) -> bool {
        self.region == Some(Value::Unknown)
    }

    /// The inputs with this Region, if they have none.
    pub fn or_region(self, region: Option<String>) -> Self {
        Self { region: self.region.or(region.map(Value::String)), ..self }
    }

    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The inputs with these values, in the form that the engine keeps. The password is always a secret.
    pub fn write(&self, value: Value) -> Struct {
        let mut document = self.document.with(value);
        document.set(REGION, self.region.clone());
        for (name, value) in &self.hidden {
            document.set(name, Some(value.clone()));
        }
        write(document.value, &self.document.marks.clone().with(PASSWORD))
    }
}

/// The prior state of a user, as the engine keeps it.
#[derive(Clone)]
pub struct Prior {
    pub snapshot: Snapshot,
    pub region: Option<String>,
    pub inputs: Inputs,
    pub outputs: Document,
}

impl Prior {
    /// Reads the outputs and inputs of the last deployment. If they have no record, for example because another
    /// provider wrote them, the user is identified by the id.
    pub fn read(id: &str, outputs: Option<Struct>, inputs: Option<Struct>) -> Result<Self, Status> {
        let mut outputs = Document::read(outputs);
        let inputs = Inputs::read(inputs);
        let record = outputs.take(RECORD);
        outputs.set("id", Some(id.into()));
        let kept = match record.as_ref().and_then(Value::as_str) {
            Some(record) => {
                let kept = Kept::read(record);
                kept.map_err(|error| refused(format!("{error}; {}", error.help())))?
            }
            None => {
                let id = id.parse().map_err(|error: connect_user::user::ImportIdError| {
                    refused(format!("{error}; {}", error.help()))
                })?;
                Kept::of(&id)
            }
        };
        let password = [outputs.text(PASSWORD), inputs.text(PASSWORD)].into_iter().flatten().next();
        let kept = match password {
            Some(password) if !kept.has_password() && !kept.is_uncertain() => {
                kept.with_password(&Secret::from(password), &Fingerprints::default())
            }
            _ => kept,
        };
        let snapshot = Snapshot::new(kept).with_outputs(outputs.value.clone());
        let snapshot =
            if inputs.is_empty() { snapshot } else { snapshot.with_inputs(inputs.value().clone()) };
        // An old state without a Region has the Region of the ARN.
        let arn = outputs.text("arn").and_then(|arn| arn.parse::<Arn>().ok());
        let region = outputs.text(REGION).or(inputs.region()).or(arn.as_ref().map(Arn::region));
        let region = region.map(str::to_owned);
        Ok(Self { snapshot, region, inputs, outputs })
    }

    /// Whether the engine keeps more than the id.
    pub fn is_kept(&self) -> bool {
        !self.inputs.is_empty() || self.outputs.text("name").is_some()
    }

    /// The password that the user was created with, if the engine has it.
    pub fn password(&self) -> Option<Value> {
        self.outputs.value.get(PASSWORD).cloned()
    }
}

/// The outputs of a snapshot, in the form that the engine keeps.
pub fn outputs(snapshot: &Snapshot, inputs: &Inputs, region: Option<String>, marks: &Marks) -> Struct {
    written(snapshot.outputs.clone(), Some(&snapshot.kept), inputs, region, marks)
}

/// Planned outputs.
pub fn planned(value: Value, inputs: &Inputs, region: Option<String>, marks: &Marks) -> Struct {
    written(value, None, inputs, region, marks)
}

/// Outputs with the members that the library does not know. A Region of `None` is unknown.
fn written(
    value: Value,
    kept: Option<&Kept>,
    inputs: &Inputs,
    region: Option<String>,
    marks: &Marks,
) -> Struct {
    let mut document = Document::of(value);
    // The engine keeps the id separately.
    document.take("id");
    let password = inputs.value().get(PASSWORD).cloned();
    document.set(PASSWORD, password.filter(|password| *password != Value::Null));
    document.set(REGION, Some(region.map_or(Value::Unknown, Value::String)));
    document.set(RECORD, kept.map(|kept| kept.write().into()));
    let marks = inputs.document.marks.clone().and(marks);
    // `tagsAll` has the tags, and the default tags.
    let marks = if marks.touch("tags") { marks.with("tagsAll") } else { marks };
    write(document.value, &marks.with(PASSWORD).with(RECORD))
}
