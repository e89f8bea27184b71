//! The package schema: the resource from the library's table, and what is the provider's own.

use connect_user::{engine::Schema, user::Spelling};
use serde_json::{Map, Value as Json, json};

use crate::config;

/// The package that this provider stands in for.
pub const PACKAGE: &str = "aws";
/// The version of that package whose resource this is.
pub const VERSION: &str = "7.51.0";
pub const USER: &str = "aws:connect/user:User";
pub const GET_USER: &str = "aws:connect/getUser:getUser";

/// The schema that the engine and its language hosts check programs with.
pub fn package() -> String {
    let mut schema = Schema::new(Spelling::CamelCase).to_pulumi(PACKAGE, VERSION);
    let region = json!({
        "type": "string",
        "description": "The AWS Region of the instance; otherwise the provider's.",
        "willReplaceOnChanges": true,
    });
    let user = &mut schema["resources"][USER];
    // Every resource has its id.
    remove(&mut user["properties"], "id");
    if let Some(required) = user["required"].as_array_mut() {
        required.retain(|name| name != "id");
        required.push("region".into());
    }
    user["properties"]["region"] = region.clone();
    user["inputProperties"]["region"] = region.clone();
    let mut state = user["inputProperties"].clone();
    for name in ["arn", "userId", "tagsAll"] {
        state[name] = user["properties"][name].clone();
    }
    user["stateInputs"] = json!({ "type": "object", "properties": state });
    let outputs = user["properties"].clone();
    schema["functions"] = json!({ GET_USER: get_user(&outputs) });
    schema["config"] = json!({ "variables": config::schema() });
    schema["provider"] = json!({ "inputProperties": config::schema() });
    schema["displayName"] = "AWS: Amazon Connect users".into();
    schema.to_string()
}

/// The function: the user by its id or its exact name, and its blocks as lists, as that function has them.
fn get_user(outputs: &Json) -> Json {
    let text = json!({ "type": "string" });
    let inputs =
        json!({ "instanceId": text, "name": text, "region": text, "tags": outputs["tags"], "userId": text });
    let mut found: Map<String, Json> = outputs.as_object().cloned().unwrap_or_default();
    for (block, list) in BLOCKS {
        if let Some(block) = found.remove(block) {
            found.insert(list.to_owned(), json!({ "type": "array", "items": { "$ref": block["$ref"] } }));
        }
    }
    found.remove("password");
    found.remove("tagsAll");
    found.insert("id".to_owned(), text);
    json!({
        "description": "An Amazon Connect user that somebody else manages, by its id or its exact name.",
        "inputs": { "type": "object", "properties": inputs, "required": ["instanceId"] },
        "outputs": { "type": "object", "properties": found, "required": ["arn", "id", "instanceId", "name", "userId"] },
    })
}

/// The blocks of the resource, and the lists of one that the function has for them.
pub const BLOCKS: [(&str, &str); 2] = [("identityInfo", "identityInfos"), ("phoneConfig", "phoneConfigs")];

fn remove(object: &mut Json, name: &str) {
    if let Some(members) = object.as_object_mut() {
        members.remove(name);
    }
}
