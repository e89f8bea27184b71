//! Values as text for people.

use super::Change;
use crate::user::{Property, Value, one_line, quoted};

/// Returns the name of a profile or group, by the property that refers to it and by its id, if it is known.
pub(super) type NameOf<'a> = &'a dyn Fn(Property, &str) -> Option<String>;

/// Returns the place and the value before a change, such as `` `hierarchyGroupId` ("g1") ``, for a message; personal
/// data is left out.
pub(super) fn known(change: &Change) -> String {
    match change.before.as_ref().filter(|_| !change.personal()) {
        Some(before) => format!("`{:#}` ({})", change.path, show(before, change.property, None)),
        None => format!("`{:#}`", change.path),
    }
}

/// Returns a value on one line, escaped so that no value can imitate a line.
pub(super) fn show(value: &Value, property: Property, names: Option<NameOf<'_>>) -> String {
    let with_name = |id: &Value| match id.as_str().and_then(|id| names?(property, id)) {
        Some(name) => format!("{} ({})", written(id), one_line(&name)),
        None => written(id),
    };
    match value {
        Value::Null if property.is_secret() => "(secret)".to_owned(),
        Value::List(ids) if names.is_some() && property == Property::SecurityProfileIds => {
            format!("[{}]", ids.iter().map(with_name).collect::<Vec<_>>().join(","))
        }
        value => with_name(value),
    }
}

/// Returns a value as JSON; an unknown value is written as other tools do.
fn written(value: &Value) -> String {
    let all = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Null => "null".to_owned(),
        Value::Unknown => "(known after apply)".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::List(items) => format!("[{}]", all(items.iter().map(written).collect())),
        Value::Map(members) => {
            let member = |(name, value): &(String, Value)| format!("{}:{}", quoted(name), written(value));
            format!("{{{}}}", all(members.iter().map(member).collect()))
        }
    }
}
