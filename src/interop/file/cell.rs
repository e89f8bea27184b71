//! Converts the text of a cell to the value of a property.

use super::mapping::Target;
use crate::user::{Code, Diagnostic, Property, Shape, Value};

/// The value of a cell that is not empty; `None` if the column is not a property.
pub(super) fn value_of(
    target: &Target,
    cell: &str,
    separator: &str,
) -> Result<Option<Value>, Box<Diagnostic>> {
    let cell = cell.trim();
    Ok(Some(match target {
        Target::Property(property) => value(*property, cell, separator)?,
        Target::RoutingProfileName => format!("name:{cell}").into(),
        Target::SecurityProfileNames => {
            Value::List(parts(cell, separator).map(|name| format!("name:{name}").into()).collect())
        }
        Target::HierarchyPath => {
            let levels: Vec<&str> = parts(cell, separator).collect();
            format!("path:{}", levels.join("/")).into()
        }
        Target::Tag(_) => cell.into(),
        Target::ResourceName | Target::Ignored => return Ok(None),
    }))
}

/// The value of a text. White space around it is ignored.
fn value(property: Property, text: &str, separator: &str) -> Result<Value, Box<Diagnostic>> {
    let text = text.trim();
    let wrong = |code, what: String, help: &str| {
        // Messages never contain secrets.
        let shown = if property.is_secret() { String::new() } else { format!(" is `{text}`") };
        let message =
            format!("`{}`{shown}{}{what}", property.path(), if shown.is_empty() { " " } else { ", which " });
        Err(Box::new(Diagnostic::new(code, message).at(property).with_help(help)))
    };
    match property.info().shape {
        Shape::Integer => match text.parse() {
            Ok(number) => Ok(Value::Integer(number)),
            Err(_) => {
                wrong(Code::WRONG_TYPE, "is no whole number".into(), "write the number in digits alone")
            }
        },
        Shape::Bool => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "y" | "1" => Ok(Value::Bool(true)),
            "no" | "false" | "n" | "0" => Ok(Value::Bool(false)),
            _ => wrong(Code::INVALID_VALUE, "is neither `yes` nor `no`".into(), "write `yes` or `no`"),
        },
        Shape::Choice(names) => {
            let is_it = |name: &&&str| {
                let short = name.split('_').next().unwrap_or(name);
                name.eq_ignore_ascii_case(text) || short.eq_ignore_ascii_case(text)
            };
            match names.iter().find(is_it) {
                Some(name) => Ok((*name).into()),
                None => {
                    let what = format!("is not one of `{}`", names.join("`, `"));
                    wrong(Code::INVALID_VALUE, what, "write `soft` or `desk`")
                }
            }
        }
        Shape::Set => Ok(Value::List(parts(text, separator).map(Value::from).collect())),
        Shape::Map => tags(text),
        _ => Ok(text.into()),
    }
}

/// The elements of a cell.
fn parts<'a>(text: &'a str, separator: &'a str) -> impl Iterator<Item = &'a str> {
    let parts = if separator.is_empty() { vec![text] } else { text.split(separator).collect() };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty())
}

/// Tags as the console writes them: `key1|value1||key2|value2`.
fn tags(text: &str) -> Result<Value, Box<Diagnostic>> {
    let mut tags: Vec<(String, Value)> = Vec::new();
    // An empty value leaves its bar before the two bars that separate tags.
    let pairs = text.split("||").map(|pair| pair.trim_start_matches('|').trim());
    for pair in pairs.filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('|').map_or((pair, ""), |(key, value)| (key.trim(), value.trim()));
        if tags.iter().any(|(known, _)| known == key) {
            let message = format!("the tag `{key}` is given twice");
            let found = Diagnostic::new(Code::DUPLICATE_MEMBER, message).at(Property::Tags);
            return Err(Box::new(found.with_help("take one of the two out of the cell")));
        }
        tags.push((key.to_owned(), value.into()));
    }
    Ok(Value::Map(tags))
}
