//! Writes readable JSON, with the members in the given order.

use crate::{
    interop::program::{json_line, readable_json},
    user::Value,
};

/// An object of these members.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A value on several lines; the lines after the first are indented by `depth` levels.
pub(super) fn pretty(value: &Value, depth: usize) -> String {
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    readable_json(&json.replace('\n', &format!("\n{}", "  ".repeat(depth)))).into_owned()
}

/// A member of an object, indented by `depth` levels.
pub(super) fn member(name: &str, value: &Value, depth: usize) -> String {
    format!("{}{}: {}", "  ".repeat(depth), json_line(&name.into()), pretty(value, depth))
}

/// Members of an object that is written one by one.
#[derive(Default)]
pub(super) struct Members(bool);

impl Members {
    /// The next member, with the separator before it.
    pub(super) fn next(&mut self, name: &str, value: &Value, depth: usize) -> String {
        let comma = if std::mem::replace(&mut self.0, true) { ",\n" } else { "\n" };
        format!("{comma}{}", member(name, value, depth))
    }

    /// The end of the object.
    pub(super) fn end(&self, depth: usize) -> String {
        if self.0 { format!("\n{}}}", "  ".repeat(depth)) } else { "}".to_owned() }
    }
}
