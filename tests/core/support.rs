//! Users to test with.

use connect_user::{
    diff::{Preview, preview},
    user::{self, PULUMI_UNKNOWN, Settings, UserSpec, UserState},
};
use proptest::sample::Index;
use serde_json::{Map, Value, json};

/// A user of which everything that must be given is.
pub fn base() -> Value {
    json!({
        "instanceId": "i",
        "name": "jane",
        "routingProfileId": "r1",
        "securityProfileIds": ["s1"],
        "phoneConfig": { "phoneType": "SOFT_PHONE" },
    })
}

/// The base with members put in; a dot leads into a block, and `null` takes a member away.
pub fn with(members: &[(&str, Value)]) -> Value {
    let mut document = base();
    for (path, value) in members {
        let (block, member) = match path.split_once('.') {
            Some((block, member)) => (
                document.as_object_mut().and_then(|d| {
                    let block = d.entry(block).or_insert_with(|| Value::Object(Map::new()));
                    if block.is_null() {
                        *block = Value::Object(Map::new());
                    }
                    block.as_object_mut()
                }),
                member,
            ),
            None => (document.as_object_mut(), *path),
        };
        let block = block.expect("an object");
        match value {
            Value::Null => drop(block.remove(member)),
            value => drop(block.insert(member.to_owned(), value.clone())),
        }
    }
    document
}

/// The spec of a document in which `PULUMI_UNKNOWN` stands for what is not known.
pub fn spec(document: &Value) -> UserSpec {
    let value: user::Value = serde_json::from_value(document.clone()).expect("a value");
    UserSpec::decode(value.with_pulumi_unknowns()).unwrap_or_else(|error| panic!("{error}: {document}"))
}

/// The user as it is after that spec was applied.
pub fn state(document: &Value) -> UserState {
    let spec = spec(document);
    let mut state = document.clone();
    let members = state.as_object_mut().expect("an object");
    members.remove("password");
    let tags = members.get("tags").cloned().unwrap_or_else(|| json!({}));
    let keys: Vec<_> = tags.as_object().map(|tags| tags.keys().cloned().collect()).unwrap_or_default();
    members.entry("userProficiencies").or_insert_with(|| json!([]));
    members.insert("arn".into(), json!("arn:aws:connect:us-east-1:123456789012:instance/i/agent/u"));
    members.insert("userId".into(), json!("u"));
    members.insert("tagsAll".into(), tags);
    members.insert("managedTags".into(), json!(keys));
    members.insert("managed".into(), serde_json::to_value(spec.managed()).expect("paths"));
    serde_json::from_value(state).expect("a state")
}

/// The preview of a change from one applied spec to another.
pub fn change(before: &Value, after: &Value) -> Preview {
    preview(&spec(after), Some(&state(before)), &Settings::default())
}

/// The operations of a preview.
pub fn operations(preview: &Preview) -> Vec<&'static str> {
    preview.steps.iter().map(|step| step.operation.name()).collect()
}

/// The places of a document, as JSON pointers: its members, theirs, and the elements of lists.
pub fn places(document: &Value) -> Vec<String> {
    fn add(value: &Value, at: &str, found: &mut Vec<String>) {
        let members: Vec<(String, &Value)> = match value {
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.replace('/', "~1"), value)).collect()
            }
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
            }
            _ => return,
        };
        for (name, value) in members.into_iter().filter(|(name, _)| name != "instanceId") {
            let place = format!("{at}/{name}");
            add(value, &place, found);
            found.push(place);
        }
    }

    let mut found = Vec::new();
    add(document, "", &mut found);
    found
}

/// Makes some places of a document unknown. A place within another one that is unknown is gone.
pub fn forget(document: &mut Value, chosen: &[Index]) {
    let places = places(document);
    for index in chosen {
        if let Some(place) = document.pointer_mut(index.get::<String>(&places)) {
            *place = json!(PULUMI_UNKNOWN);
        }
    }
}
