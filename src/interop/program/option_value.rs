//! Reads values of resource options, in the forms that Pulumi accepts. The message of a mistake continues a sentence
//! that begins with the place of the option.

use std::slice::from_ref;

use serde_json::{Value as Json, json};

use super::{
    error::{Checked, Mistake},
    reference::{Part, Reference},
};
use crate::user::{ImportId, ImportIdError, Path, Value, ignored_path};

/// The form of an option's value.
pub(super) trait OptionForm {
    type Value;

    fn read(value: &Value) -> Checked<Self::Value>;

    /// Returns the value as programs write it, with plain names instead of references; the caller writes the
    /// references, because it knows the other resources. `None` if the option is left out.
    fn write(value: &Self::Value) -> Option<Value>;

    /// Returns the JSON Schema of the value.
    fn schema() -> Json;

    /// Returns the names of the resources that the value refers to.
    fn resources(_: &Self::Value) -> &[String] {
        &[]
    }
}

pub(super) enum Flag {}
pub(super) enum Import {}
pub(super) enum Paths {}
pub(super) enum Resource {}
pub(super) enum Resources {}
pub(super) enum Aliases {}

fn must_be(expected: &str, value: &Value) -> Mistake {
    Mistake::new(format!("must be {expected}, is {}", value.describe()), format!("give {expected}"))
}

impl OptionForm for Flag {
    type Value = bool;

    fn read(value: &Value) -> Checked<bool> {
        match value {
            Value::Bool(flag) => Ok(*flag),
            other => Err(must_be("`true` or `false`", other)),
        }
    }

    fn write(value: &bool) -> Option<Value> {
        value.then_some(Value::Bool(true))
    }

    fn schema() -> Json {
        json!({"type": "boolean"})
    }
}

fn text(value: &Value) -> Checked<&str> {
    value.as_str().ok_or_else(|| must_be("a string", value))
}

fn list(value: &Value) -> Checked<&[Value]> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(must_be("a list", other)),
    }
}

fn written<T: ToString>(items: &[T]) -> Option<Value> {
    let texts = items.iter().map(|item| item.to_string().into());
    (!items.is_empty()).then(|| Value::List(texts.collect()))
}

impl OptionForm for Import {
    type Value = Option<ImportId>;

    fn read(value: &Value) -> Checked<Self::Value> {
        let id = text(value)?.parse();
        id.map(Some)
            .map_err(|error: ImportIdError| Mistake::new(format!("is invalid: {error}"), error.help()))
    }

    fn write(value: &Self::Value) -> Option<Value> {
        value.as_ref().map(|id| id.to_string().into())
    }

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^[^:]+:[^:]+$"})
    }
}

impl OptionForm for Paths {
    type Value = Vec<Path>;

    fn read(value: &Value) -> Checked<Vec<Path>> {
        let path = |value: &Value| {
            ignored_path(text(value)?).map_err(|error| Mistake::new(format!(": {error}"), error.help()))
        };
        list(value)?.iter().map(path).collect()
    }

    fn write(value: &Vec<Path>) -> Option<Value> {
        written(value)
    }

    fn schema() -> Json {
        json!({"type": "array", "items": {"type": "string"}})
    }
}

/// The resource that a value such as `${name}` refers to.
fn resource(value: &Value) -> Checked<String> {
    let reference = Part::alone(text(value)?).and_then(Reference::parse);
    match reference {
        Some(reference) if reference.path().is_empty() => Ok(reference.root().to_owned()),
        _ => Err(Mistake::new("must refer to a resource", "write `${name}`")),
    }
}

impl OptionForm for Resource {
    type Value = Option<String>;

    fn read(value: &Value) -> Checked<Self::Value> {
        resource(value).map(Some)
    }

    fn write(value: &Self::Value) -> Option<Value> {
        value.as_deref().map(Value::from)
    }

    fn schema() -> Json {
        json!({"type": "string"})
    }

    fn resources(value: &Self::Value) -> &[String] {
        value.as_ref().map(from_ref).unwrap_or_default()
    }
}

impl OptionForm for Resources {
    type Value = Vec<String>;

    fn read(value: &Value) -> Checked<Vec<String>> {
        match value {
            Value::String(_) => Ok(vec![resource(value)?]),
            value => list(value)?.iter().map(resource).collect(),
        }
    }

    fn write(value: &Vec<String>) -> Option<Value> {
        written(value)
    }

    fn schema() -> Json {
        json!({"anyOf": [Resource::schema(), Paths::schema()]})
    }

    fn resources(value: &Vec<String>) -> &[String] {
        value
    }
}

/// Former resource names: each a name, a map with a name, or a URN, whose last part is a name.
impl OptionForm for Aliases {
    type Value = Vec<String>;

    fn read(value: &Value) -> Checked<Vec<String>> {
        list(value)?.iter().map(alias).collect()
    }

    fn write(value: &Vec<String>) -> Option<Value> {
        written(value)
    }

    fn schema() -> Json {
        json!({"type": "array", "items": {"anyOf": [
            {"type": "string"}, {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        ]}})
    }
}

fn alias(alias: &Value) -> Checked<String> {
    const HELP: &str = "write `{name: OLD_NAME}`";
    let members = match alias {
        Value::String(name) if !name.is_empty() => {
            return Ok(name.rsplit_once("::").map_or(name.as_str(), |(_, last)| last).to_owned());
        }
        Value::Map(members) => members,
        other => {
            let message = format!("has an alias that is {}", other.describe());
            return Err(Mistake::new(message, "write the old name, or `{name: OLD_NAME}`"));
        }
    };
    // The other parts of a Pulumi name are not part of a resource name here.
    let is_known = |(member, value): &&(String, Value)| match member.as_str() {
        "name" => matches!(value, Value::String(_)),
        member => ["type", "stack", "project", "parent", "noParent"].contains(&member),
    };
    if let Some((member, _)) = members.iter().find(|member| !is_known(member)) {
        return Err(Mistake::new(format!("has an alias with `{member}`, which is unknown"), HELP));
    }
    alias.get("name").and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
        let help = format!("{HELP}; only the name of a resource counts here");
        Mistake::new("has an alias without a `name`", help)
    })
}

/// Options that are checked, and have no effect.
pub(super) const SECRET_OUTPUTS: &str = "additionalSecretOutputs";
pub(super) const VERSION: &str = "version";

/// Checks secret outputs: the password is always secret, and no other output can be secret.
pub(super) fn secret_outputs(value: &Value) -> Checked<()> {
    for output in list(value)? {
        let output = text(output)?;
        if output != "password" {
            let message = format!("names `{output}`, which is recorded in clear text");
            return Err(Mistake::new(message, "take it out; only `password` is secret, and always"));
        }
    }
    Ok(())
}

/// Checks the version of the Pulumi plugin: it has no effect, but must be a version.
pub(super) fn version(value: &Value) -> Checked<()> {
    let version = text(value)?;
    let bare = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = bare.split('.').collect();
    match numbers.len() == 3 && numbers.iter().all(|number| number.parse::<u64>().is_ok()) {
        true => Ok(()),
        false => Err(Mistake::new(format!("must be a version, is `{version}`"), "write it as `7.51.0`")),
    }
}
