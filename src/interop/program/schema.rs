//! The JSON Schema of programs, for editors.

use serde_json::{Map, Value as Json, json};

use super::{options::ProgramOptions, resource::USER_TYPES};
use crate::{
    engine::Schema,
    user::{Spelling, to_snake_case},
};

/// Returns the JSON Schema (draft 2020-12) of programs, made from the table of properties, for completion and checks in
/// an editor. Each value may be a reference (`${name.property}`) or a function (`fn::…`) instead. Properties are in
/// camelCase or snake_case; resources other than users are not checked.
///
/// ```
/// use connect_user::interop::program::program_schema;
///
/// let schema = program_schema();
/// let user = &schema["$defs"]["user"]["properties"]["properties"];
/// assert_eq!(user["allOf"][0]["anyOf"][0]["required"][0], "instanceId");
/// assert_eq!(user["properties"]["password"]["anyOf"][0]["minLength"], 8);
/// assert_eq!(schema["$defs"]["user"]["properties"]["options"]["properties"]["protect"]["type"], "boolean");
/// ```
pub fn program_schema() -> Json {
    let mut properties = Schema::new(Spelling::CamelCase).to_json_schema();
    if let Json::Object(members) = &mut properties {
        members.remove("$schema");
        members.remove("title");
    }
    let user = json!({
        "type": "object",
        "description": "An Amazon Connect user.",
        "properties": {
            "type": {"enum": USER_TYPES},
            "properties": members_or_references(properties),
            "options": {"type": "object", "properties": ProgramOptions::schema(), "additionalProperties": false},
        },
        "required": ["type", "properties"],
        "additionalProperties": false,
    });
    let is_user = json!({"properties": {"type": {"enum": USER_TYPES}}, "required": ["type"]});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Amazon Connect users as a Pulumi YAML program",
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "The name of the Pulumi project."},
            "config": {"type": "object", "description": "Configuration values, with their defaults."},
            "variables": {"type": "object", "description": "Values that references may lead to."},
            "resources": {
                "type": "object",
                "description": "The users, and other resources, by their resource names.",
                "additionalProperties": {
                    "type": "object",
                    "required": ["type"],
                    "if": is_user,
                    "then": {"$ref": "#/$defs/user"},
                },
            },
        },
        "required": ["resources"],
        "$defs": {
            "user": user,
            "reference": {"type": "string", "pattern": r"\$\{", "description": "A reference: `${name.property}`."},
            "function": {
                "type": "object",
                "patternProperties": {"^fn::": true},
                "additionalProperties": false,
                "minProperties": 1,
                "description": "A function, such as `fn::secret`.",
            },
        },
    })
}

/// A schema in which each value except the outermost may be a reference or a function instead.
fn members_or_references(mut schema: Json) -> Json {
    if let Some(Json::Object(members)) = schema.get_mut("properties") {
        for member in members.values_mut() {
            *member = or_reference(member.take());
        }
        let snake = |(name, member): (&String, &Json)| (to_snake_case(name), member.clone());
        let snake: Vec<_> =
            members.iter().map(snake).filter(|(name, _)| !members.contains_key(name)).collect();
        members.extend(snake);
    }
    if let Some(Json::Array(required)) = schema.as_object_mut().and_then(|schema| schema.remove("required")) {
        let either =
            |name: &str| json!({"anyOf": [{"required": [name]}, {"required": [to_snake_case(name)]}]});
        let all: Vec<Json> = required.iter().filter_map(Json::as_str).map(either).collect();
        if let Json::Object(members) = &mut schema {
            members.insert("allOf".to_owned(), Json::Array(all));
        }
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(inner).filter(|inner| inner.is_object()) {
            *inner = or_reference(inner.take());
        }
    }
    schema
}

fn or_reference(schema: Json) -> Json {
    let mut outer = Map::new();
    let mut schema = members_or_references(schema);
    // Keep annotations of the value in the outer schema, where editors look for them.
    if let Json::Object(members) = &mut schema {
        for about in ["description", "deprecated", "writeOnly", "default"] {
            outer.extend(members.remove(about).map(|value| (about.to_owned(), value)));
        }
    }
    let choices = json!([schema, {"$ref": "#/$defs/reference"}, {"$ref": "#/$defs/function"}]);
    outer.insert("anyOf".to_owned(), choices);
    Json::Object(outer)
}
