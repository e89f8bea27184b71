//! The schema as JSON Schema (draft 2020-12).

use serde_json::{Map, Value as Json, json};

use super::{Field, Form, Given, Schema};
use crate::user::{Bounds, Sensitivity};

impl Schema {
    /// Returns the schema of the inputs as JSON Schema (draft 2020-12). Secrets are `writeOnly`.
    ///
    /// ```
    /// use connect_user::{engine::Schema, user::Spelling};
    ///
    /// let schema = Schema::new(Spelling::CamelCase).to_json_schema();
    /// assert_eq!(schema["required"][0], "instanceId");
    /// assert_eq!(schema["properties"]["password"]["minLength"], 8);
    /// assert_eq!(schema["properties"]["phoneConfig"]["properties"]["phoneType"]["enum"][1], "DESK_PHONE");
    /// ```
    pub fn to_json_schema(&self) -> Json {
        let mut schema = object(self.inputs());
        if let Json::Object(members) = &mut schema {
            members.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
            members.insert("title".into(), json!("An Amazon Connect user"));
        }
        schema
    }

    /// Returns the schema of the outputs: the inputs without secrets, and the fields that only the service gives, which
    /// are `readOnly`.
    pub fn to_json_schema_of_outputs(&self) -> Json {
        object(self.fields.iter().filter(|field| field.sensitivity != Sensitivity::Secret))
    }
}

fn object<'a>(fields: impl Iterator<Item = &'a Field>) -> Json {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in fields {
        if field.given == Given::Required {
            required.push(json!(field.name));
        }
        properties.insert(field.name.clone(), value(field));
    }
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if let (Json::Object(members), false) = (&mut schema, required.is_empty()) {
        members.insert("required".into(), required.into());
    }
    schema
}

fn value(field: &Field) -> Json {
    let text = json!({ "type": "string" });
    let schema = match &field.form {
        Form::String => text,
        Form::Integer => json!({ "type": "integer" }),
        Form::Number => json!({ "type": "number" }),
        Form::Bool => json!({ "type": "boolean" }),
        Form::Choice(names) => json!({ "type": "string", "enum": names }),
        Form::Set => json!({ "type": "array", "items": text, "uniqueItems": true }),
        Form::List => json!({ "type": "array", "items": text }),
        Form::Map => json!({ "type": "object", "additionalProperties": text }),
        Form::Object(fields) => object(fields.iter()),
        Form::Objects(fields) => json!({ "type": "array", "items": object(fields.iter()) }),
    };
    let Json::Object(mut members) = schema else { return schema };
    members.insert("description".into(), json!(field.description));
    let (least, most) = match field.form {
        Form::String => ("minLength", "maxLength"),
        Form::Set | Form::List | Form::Objects(_) => ("minItems", "maxItems"),
        Form::Map => ("minProperties", "maxProperties"),
        _ => ("minimum", "maximum"),
    };
    let bounds = match (field.bounds, &field.form) {
        (Bounds::Characters(from, to) | Bounds::Elements(from, to), _) => Some((json!(from), json!(to))),
        // Bounds on the objects of a list are on the objects' members.
        (Bounds::Seconds(..) | Bounds::Number(..), Form::Objects(_)) | (Bounds::None, _) => None,
        (Bounds::Seconds(from, to) | Bounds::Number(from, to), _) => Some((json!(from), json!(to))),
    };
    if let Some((from, to)) = bounds {
        members.insert(least.into(), from);
        members.insert(most.into(), to);
    }
    if let Some(default) = &field.default {
        members.insert("default".into(), serde_json::to_value(default).unwrap_or_default());
    }
    for (name, holds) in [
        ("writeOnly", field.sensitivity == Sensitivity::Secret),
        ("readOnly", field.given == Given::Computed),
        ("deprecated", field.deprecated.is_some()),
    ] {
        if holds {
            members.insert(name.into(), json!(true));
        }
    }
    Json::Object(members)
}
