//! Reads values from text, by the form of a property.

use crate::{
    interop::program::shaped,
    user::{Code, Diagnostic, Shape, Value, one_line},
};

/// The value of a text; `None` if it is empty. Messages of mistakes name `place`.
pub(super) fn value(text: &str, shape: Shape, place: &str) -> Result<Option<Value>, Diagnostic> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |expected: &str, help: String| {
        let message = format!("`{place}` must be {expected}, is `{}`", one_line(text));
        Err(Diagnostic::new(Code::WRONG_TYPE, message).with_help(help))
    };
    let value = match shape {
        Shape::String => text.into(),
        Shape::Integer => match text.parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => return wrong("a whole number", format!("write `{place}=30`")),
        },
        Shape::Bool => match text.parse() {
            Ok(flag) => Value::Bool(flag),
            Err(_) => return wrong("`true` or `false`", format!("write `{place}=true`")),
        },
        Shape::Choice(names) => match names.contains(&text) {
            true => text.into(),
            false => {
                let names = names.join("`, `");
                let message = format!("`{place}` must be one of `{names}`, is `{}`", one_line(text));
                return Err(Diagnostic::new(Code::INVALID_VALUE, message).with_help("write one of them"));
            }
        },
        Shape::Map => match shaped(text, shape) {
            Some(map) => map,
            None => return wrong("a JSON object", format!("write `{place}.KEY=VALUE` for one entry")),
        },
        _ => match shaped(text, shape) {
            Some(list) => list,
            None => return wrong("a JSON list", format!("write `{place}=[…]`")),
        },
    };
    Ok(Some(value))
}
