//! The schema in the form of `terraform providers schema -json`.

use serde_json::{Map, Value as Json, json};

use super::{Field, Form, Given, Schema};
use crate::user::Sensitivity;

impl Schema {
    /// Returns the resource in the form of `terraform providers schema -json`. Objects of which there is at most one
    /// are blocks.
    ///
    /// ```
    /// use connect_user::{engine::Schema, user::Spelling};
    ///
    /// let schema = Schema::new(Spelling::SnakeCase).to_terraform();
    /// let block = &schema["block"];
    /// assert_eq!(block["attributes"]["password"]["write_only"], true);
    /// assert_eq!(block["attributes"]["user_id"]["computed"], true);
    /// assert_eq!(block["block_types"]["phone_config"]["max_items"], 1);
    /// ```
    pub fn to_terraform(&self) -> Json {
        json!({ "version": 0, "block": block(&self.fields) })
    }
}

fn block(fields: &[Field]) -> Json {
    let (mut attributes, mut blocks) = (Map::new(), Map::new());
    for field in fields {
        match &field.form {
            Form::Object(inner) => {
                let nested = json!({ "nesting_mode": "list", "block": block(inner), "max_items": 1 });
                blocks.insert(field.name.clone(), nested);
            }
            _ => drop(attributes.insert(field.name.clone(), attribute(field))),
        }
    }
    let mut block = json!({ "attributes": attributes, "description_kind": "markdown" });
    if let (Json::Object(members), false) = (&mut block, blocks.is_empty()) {
        members.insert("block_types".into(), blocks.into());
    }
    block
}

fn attribute(field: &Field) -> Json {
    let nested = |fields: &[Field], mode: &str| {
        let attributes: Map<String, Json> =
            fields.iter().map(|field| (field.name.clone(), attribute(field))).collect();
        json!({ "attributes": attributes, "nesting_mode": mode })
    };
    let (kind, form) = match &field.form {
        Form::String | Form::Choice(_) => ("type", json!("string")),
        Form::Integer | Form::Number => ("type", json!("number")),
        Form::Bool => ("type", json!("bool")),
        Form::Set => ("type", json!(["set", "string"])),
        Form::List => ("type", json!(["list", "string"])),
        Form::Map => ("type", json!(["map", "string"])),
        Form::Object(fields) => ("nested_type", nested(fields, "single")),
        Form::Objects(fields) => ("nested_type", nested(fields, "set")),
    };
    let mut members = Map::new();
    members.insert(kind.into(), form);
    members.insert("description".into(), json!(field.documentation()));
    members.insert("description_kind".into(), json!("markdown"));
    let is_secret = field.sensitivity == Sensitivity::Secret;
    for (name, holds) in [
        ("required", field.given == Given::Required),
        ("optional", matches!(field.given, Given::Optional | Given::OptionalComputed)),
        ("computed", matches!(field.given, Given::Computed | Given::OptionalComputed)),
        ("sensitive", is_secret),
        ("write_only", is_secret),
        ("deprecated", field.deprecated.is_some()),
    ] {
        if holds {
            members.insert(name.into(), json!(true));
        }
    }
    Json::Object(members)
}
