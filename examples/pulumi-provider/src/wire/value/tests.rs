//! Values on the wire and back.

use super::*;

fn wire(json: serde_json::Value) -> Wire {
    use serde_json::Value as Json;
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(value) => Kind::BoolValue(value),
        Json::Number(number) => Kind::NumberValue(number.as_f64().expect("a double")),
        Json::String(text) => Kind::StringValue(text),
        Json::Array(items) => {
            Kind::ListValue(prost_types::ListValue { values: items.into_iter().map(wire).collect() })
        }
        Json::Object(members) => {
            let fields = members.into_iter().map(|(name, value)| (name, wire(value))).collect();
            Kind::StructValue(Struct { fields })
        }
    };
    Wire { kind: Some(kind) }
}

fn document(json: serde_json::Value) -> Document {
    match wire(json).kind {
        Some(Kind::StructValue(object)) => Document::read(Some(object)),
        _ => panic!("no object"),
    }
}

#[test]
fn values_are_read_by_their_signatures() {
    let read = document(serde_json::json!({
        "afterContactWorkTimeLimit": 5.0,
        "password": { SIGNATURE: SECRET, "value": "Password123" },
        "known": { SIGNATURE: OUTPUT, "value": "x", "secret": false },
        "open": { SIGNATURE: OUTPUT, "secret": true },
        "number": "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "list": ["a", { SIGNATURE: SECRET, "value": "hidden" }],
    }));
    let get = |name: &str| read.value.get(name).cloned().expect("a member");
    assert_eq!(get("afterContactWorkTimeLimit"), Value::Integer(5));
    assert_eq!(get("password"), "Password123".into());
    assert_eq!(get("known"), "x".into());
    assert_eq!(get("open"), Value::Unknown);
    assert_eq!(get("number"), Value::Unknown);
    assert_eq!(get("list"), Value::List(vec!["a".into(), "hidden".into()]));
    let marks = Marks::default().with("password").with("open").with("list");
    assert_eq!(read.marks, marks);
    let secrets = Secrets::default();
    secrets.learn(&read);
    assert_eq!(secrets.hide("is Password123 or hidden"), "is [secret] or [secret]");
}

#[test]
fn what_is_written_is_read_again() {
    let value = Value::Map(vec![
        ("flag".into(), Value::Bool(true)),
        ("info".into(), Value::Map(vec![("email".into(), "a@example.com".into())])),
        ("open".into(), Value::Unknown),
        ("size".into(), Value::Integer(7)),
    ]);
    let mut marks = Marks::default().with("open");
    marks.add(&["info", "email"]);
    let read = Document::read(Some(write(value.clone(), &marks)));
    assert_eq!((read.value, read.marks), (value, marks));
}
