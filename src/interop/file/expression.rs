//! References in the inputs of a user, which are unknown values: kept as texts until the user is complete.

use super::{inputs::visit, users::FileReference};
use crate::{
    interop::program::Part,
    user::{Path, Value},
};

/// The member that marks an object as an expression. No property has this name.
const EXPRESSION: &str = "\0expression";

/// A value that a reader cannot know, as an expression in the syntax of programs: `${Routing.RoutingProfileArn}`.
pub(super) fn expression(text: impl Into<String>) -> Value {
    Value::Map(vec![(EXPRESSION.to_owned(), Value::String(text.into()))])
}

/// The text of an expression.
pub(super) fn as_expression(value: &Value) -> Option<&str> {
    match value {
        Value::Map(members) => match members.as_slice() {
            [(name, Value::String(text))] if name == EXPRESSION => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Escapes a text, for use within an expression.
pub(super) fn literal(text: &str) -> String {
    Part::escaped(text, true)
}

/// Replaces the expressions of a document by unknown values, and returns the expressions.
pub(super) fn take_expressions(document: &mut Value) -> Vec<FileReference> {
    let mut found = Vec::new();
    visit(document, &Path::root(), &mut |value, at| {
        let Some(text) = as_expression(value) else { return true };
        found.push(FileReference { path: at.clone(), expression: text.to_owned() });
        *value = Value::Unknown;
        false
    });
    found
}
