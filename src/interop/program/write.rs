//! Users written as resources of a program.

use std::{borrow::Cow, fmt::Write};

use crate::user::{ImportId, Value, one_line};

/// A user as a resource of a program, such as one that exports users which exist.
///
/// What looks like a reference in the properties is escaped: reading the program gives the same texts.
///
/// ```
/// use connect_user::{interop::program::WrittenResource, user::Value};
///
/// let properties: Value = serde_json::from_str(r#"{"name": "ana", "tags": {"a": "${x}"}}"#)?;
/// let resource = WrittenResource::new("ana", &properties, None);
/// assert_eq!(
///     format!("resources:\n{}", resource.yaml()),
///     r#"resources:
///   "ana":
///     type: aws:connect:User
///     properties:
///       name: "ana"
///       tags: {"a":"$${x}"}
/// "#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct WrittenResource<'a> {
    name: &'a str,
    properties: Value,
    import: Option<String>,
}

impl<'a> WrittenResource<'a> {
    /// The user of this resource name; with the user of the service that it is to be, where it is to be imported.
    pub fn new(name: &'a str, properties: &Value, import: Option<&ImportId>) -> Self {
        Self { name, properties: without_references(properties), import: import.map(ToString::to_string) }
    }

    /// Its lines below `resources:`. Values are written as JSON, which is YAML too and saves every question of
    /// quoting.
    pub fn yaml(&self) -> String {
        let json =
            |value: &Value| readable_json(&serde_json::to_string(value).unwrap_or_default()).into_owned();
        let name = json(&self.name.into());
        let mut text = format!("  {name}:\n    type: aws:connect:User\n    properties:\n");
        if let Value::Map(members) = &self.properties {
            for (member, value) in members {
                let _ = writeln!(text, "      {member}: {}", json(value));
            }
        }
        if let Some(id) = &self.import {
            let _ = writeln!(text, "    options:\n      import: {}", json(&id.as_str().into()));
        }
        text
    }

    /// The resource name, and the resource.
    pub fn into_member(self) -> (String, Value) {
        let mut members =
            vec![("type".to_owned(), "aws:connect:User".into()), ("properties".to_owned(), self.properties)];
        if let Some(id) = self.import {
            members.push(("options".to_owned(), Value::Map(vec![("import".to_owned(), id.into())])));
        }
        (self.name.to_owned(), Value::Map(members))
    }
}

/// What a user has is no reference, whatever it looks like.
fn without_references(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("${", "$${")),
        Value::List(items) => Value::List(items.iter().map(without_references).collect()),
        Value::Map(members) => Value::Map(
            members.iter().map(|(name, value)| (name.clone(), without_references(value))).collect(),
        ),
        other => other.clone(),
    }
}

/// JSON in which each character that cannot be seen, or that YAML does not allow, is escaped.
///
/// ```
/// use connect_user::interop::program::readable_json;
///
/// assert_eq!(readable_json("\"a\u{202e}b\u{1f600}\""), "\"a\\u202eb\u{1f600}\"");
/// ```
pub fn readable_json(json: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c == '\n' || matches!(one_line(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_));
    if json.is_ascii() && !json.contains('\u{7f}') || json.chars().all(is_plain) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        // What is beyond the first plane would need two escapes, which YAML does not put together.
        if is_plain(c) || u32::from(c) > 0xffff {
            text.push(c);
        } else {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        }
    }
    Cow::Owned(text)
}
