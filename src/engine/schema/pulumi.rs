//! The schema as a Pulumi package schema.

use serde_json::{Map, Value as Json, json};

use super::{Field, Form, Given, REGION, Schema};
use crate::user::{Property, Sensitivity, TAGS_ALL};

impl Schema {
    /// Returns the package schema that a Pulumi provider answers to `GetSchema`: one resource,
    /// `PACKAGE:connect/user:User`, the types of its blocks and lists, the function `PACKAGE:connect/getUser:getUser`,
    /// and the provider's settings. Use camelCase.
    ///
    /// ```
    /// use connect_user::{engine::Schema, user::Spelling};
    ///
    /// let schema = Schema::new(Spelling::CamelCase).to_pulumi("aws", "7.0.0");
    /// let user = &schema["resources"]["aws:connect/user:User"];
    /// assert_eq!(user["inputProperties"]["name"]["willReplaceOnChanges"], true);
    /// assert_eq!(user["inputProperties"]["password"]["secret"], true);
    /// assert_eq!(user["requiredInputs"][0], "instanceId");
    /// let phone = &schema["types"]["aws:connect/UserPhoneConfig:UserPhoneConfig"];
    /// assert_eq!(phone["properties"]["afterContactWorkTimeLimit"]["type"], "integer");
    /// ```
    pub fn to_pulumi(&self, package: &str, version: &str) -> Json {
        let mut types = Types { package, found: Map::new() };
        let inputs = types.properties(self.inputs(), "User");
        // Every resource has an id, and every user has a name.
        let given = self.fields.iter().filter(|field| field.given == Given::Computed && field.name != "id");
        let mut properties = inputs.clone();
        properties.extend(types.properties(given, "User"));
        let is_there = |field: &&Field| {
            matches!(field.given, Given::Required | Given::Computed) && field.name != "id"
                || field.name == REGION
                || field.property == Some(Property::Name)
        };
        let required: Vec<&str> =
            self.fields.iter().filter(is_there).map(|field| field.name.as_str()).collect();
        let settings = types.properties(self.configuration.iter(), "Provider");
        let resource = json!({
            "description": "An Amazon Connect user.",
            "properties": properties,
            "required": required,
            "inputProperties": inputs,
            "requiredInputs": names_of_required(&self.fields),
            "stateInputs": { "type": "object", "properties": properties },
        });
        json!({
            "name": package,
            "version": version,
            "config": { "variables": settings },
            "provider": { "inputProperties": settings },
            "types": types.found,
            "resources": Map::from_iter([(format!("{package}:connect/user:User"), resource)]),
            "functions": Map::from_iter([(format!("{package}:connect/getUser:getUser"), self.look_up(properties))]),
        })
    }

    /// Returns the function that finds a user by its id or its exact name. Its blocks are lists, as in that function.
    fn look_up(&self, mut outputs: Map<String, Json>) -> Json {
        let text = json!({ "type": "string" });
        let mut inputs =
            Map::from_iter(["instanceId", "name", "userId"].map(|name| (name.to_owned(), text.clone())));
        for name in [REGION, "tags"] {
            inputs.extend(outputs.get(name).map(|property| (name.to_owned(), property.clone())));
        }
        for field in self.fields.iter().filter(|field| matches!(field.form, Form::Object(_))) {
            if let Some(block) = outputs.remove(&field.name) {
                let item = json!({ "$ref": block.get("$ref") });
                outputs.insert(format!("{}s", field.name), Json::Object(list(item)));
            }
        }
        outputs.retain(|name, property| name != TAGS_ALL && property.get("secret").is_none());
        outputs.insert("id".to_owned(), text);
        json!({
            "description": "An Amazon Connect user that is managed elsewhere, by its id or its exact name.",
            "inputs": { "type": "object", "properties": inputs, "required": ["instanceId"] },
            "outputs": { "type": "object", "properties": outputs, "required": ["arn", "id", "instanceId", "name", "userId"] },
        })
    }
}

/// The types that were found so far.
struct Types<'a> {
    package: &'a str,
    found: Map<String, Json>,
}

impl Types<'_> {
    fn properties<'a>(&mut self, fields: impl Iterator<Item = &'a Field>, outer: &str) -> Map<String, Json> {
        fields.map(|field| (field.name.clone(), self.property(field, outer))).collect()
    }

    fn property(&mut self, field: &Field, outer: &str) -> Json {
        let mut members = match &field.form {
            Form::String | Form::Choice(_) => one("type", json!("string")),
            Form::Integer => one("type", json!("integer")),
            Form::Number => one("type", json!("number")),
            Form::Bool => one("type", json!("boolean")),
            Form::Set | Form::List => list(json!({ "type": "string" })),
            Form::Map => {
                let mut map = one("type", json!("object"));
                map.insert("additionalProperties".into(), json!({ "type": "string" }));
                map
            }
            Form::Object(fields) => one("$ref", self.object(field, fields, outer)),
            Form::Objects(fields) => {
                let item = self.object(field, fields, outer);
                list(Json::Object(one("$ref", item)))
            }
        };
        let description = match &field.form {
            Form::Choice(names) => format!("{} One of `{}`.", field.documentation(), names.join("`, `")),
            _ => field.documentation(),
        };
        members.insert("description".into(), json!(description));
        for (name, holds) in
            [("willReplaceOnChanges", field.replaces), ("secret", field.sensitivity == Sensitivity::Secret)]
        {
            if holds {
                members.insert(name.into(), json!(true));
            }
        }
        if let Some(instead) = &field.deprecated {
            members.insert("deprecationMessage".into(), json!(instead));
        }
        Json::Object(members)
    }

    /// Declares the type of an object, and returns a reference to it.
    fn object(&mut self, field: &Field, fields: &[Field], outer: &str) -> Json {
        let name = format!("{outer}{}", capitalised(&field.name));
        let properties = self.properties(fields.iter(), &name);
        let token = format!("{}:connect/{name}:{name}", self.package);
        let declared =
            json!({ "type": "object", "properties": properties, "required": names_of_required(fields) });
        self.found.insert(token.clone(), declared);
        json!(format!("#/types/{token}"))
    }
}

fn names_of_required(fields: &[Field]) -> Vec<&str> {
    let required = fields.iter().filter(|field| field.given == Given::Required);
    required.map(|field| field.name.as_str()).collect()
}

fn one(name: &str, value: Json) -> Map<String, Json> {
    Map::from_iter([(name.to_owned(), value)])
}

fn list(items: Json) -> Map<String, Json> {
    let mut list = one("type", json!("array"));
    list.insert("items".into(), items);
    list
}

fn capitalised(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}
