//! Writes users as resources of a program.

use std::{borrow::Cow, fmt::Write};

use super::reference::Part;
use crate::user::{ImportId, Value, one_line};

/// A user as a resource of a program, for example to export users that exist.
///
/// Texts in the properties that look like references are escaped: reading the program gives the same texts.
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
///       tags:
///         a: "$${x}"
/// "#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct WrittenResource<'a> {
    name: &'a str,
    properties: Value,
    options: Vec<(String, Value)>,
}

impl<'a> WrittenResource<'a> {
    /// Returns a user with this resource name. `import` is the id of the existing user, if it is to be imported.
    pub fn new(name: &'a str, properties: &Value, import: Option<&ImportId>) -> Self {
        let options = import.map(|id| ("import".to_owned(), id.to_string().into()));
        Self::with_references(name, without_references(properties), options.into_iter().collect())
    }

    /// Returns a user with options, and with properties that may have references.
    pub(in crate::interop) const fn with_references(
        name: &'a str,
        properties: Value,
        options: Vec<(String, Value)>,
    ) -> Self {
        Self { name, properties, options }
    }

    /// Returns the lines of the user below `resources:`. Texts are written as JSON strings, which are valid YAML, so
    /// that no quoting rules of YAML apply.
    pub fn yaml(&self) -> String {
        let mut text = before_value(&json_line(&self.name.into()), 2);
        text.push_str("\n    type: aws:connect:User\n    properties:");
        write_members(&mut text, &self.properties, 6);
        if !self.options.is_empty() {
            text.push_str("\n    options:");
            write_members(&mut text, &Value::Map(self.options.clone()), 6);
        }
        text.push('\n');
        text
    }

    /// Returns the resource name and the resource.
    pub fn into_member(self) -> (String, Value) {
        let mut members =
            vec![("type".to_owned(), "aws:connect:User".into()), ("properties".to_owned(), self.properties)];
        if !self.options.is_empty() {
            members.push(("options".to_owned(), Value::Map(self.options)));
        }
        (self.name.to_owned(), Value::Map(members))
    }
}

/// Writes the value after a key: on the same line, or on the lines below. Lists of texts and numbers stay on one line.
fn write_members(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Map(members) if !members.is_empty() => {
            for (name, member) in members {
                let _ = write!(text, "\n{}", before_value(&key(name), indent));
                write_members(text, member, indent + 2);
            }
        }
        Value::List(items) if items.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) => {
            for item in items {
                let mut lines = String::new();
                write_members(&mut lines, item, indent + 2);
                let _ = write!(text, "\n{:indent$}- {}", "", lines.trim_start());
            }
        }
        value => {
            let _ = write!(text, " {}", json_line(value));
        }
    }
}

/// The text before a value. YAML finds the colon of a key only within about a thousand characters; a longer key is
/// marked as a key with `?`.
fn before_value(key: &str, indent: usize) -> String {
    const LONGEST: usize = 1_000;
    match key.chars().count() {
        0..=LONGEST => format!("{:indent$}{key}:", ""),
        _ => format!("{:indent$}? {key}\n{:indent$}:", "", ""),
    }
}

/// A key, without quotes if all versions of YAML read it as a text.
fn key(name: &str) -> Cow<'_, str> {
    const TAKEN_FOR_VALUES: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word && !TAKEN_FOR_VALUES.iter().any(|taken| name.eq_ignore_ascii_case(taken)) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(json_line(&name.into()))
    }
}

/// Escapes all texts of a value, so that no part of them is read as a reference or as an escape.
pub(in crate::interop) fn without_references(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(Part::escaped(text, false)),
        Value::List(items) => Value::List(items.iter().map(without_references).collect()),
        Value::Map(members) => Value::Map(
            members.iter().map(|(name, value)| (name.clone(), without_references(value))).collect(),
        ),
        other => other.clone(),
    }
}

/// A value on one line.
pub(in crate::interop) fn json_line(value: &Value) -> String {
    readable_json(&serde_json::to_string(value).unwrap_or_default()).into_owned()
}

/// Escapes each character of JSON that is invisible, or that YAML does not allow.
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
        // Characters above U+FFFF would need two escapes, which YAML does not combine.
        if is_plain(c) || u32::from(c) > 0xffff {
            text.push(c);
        } else {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        }
    }
    Cow::Owned(text)
}
