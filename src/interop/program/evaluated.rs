//! An evaluated user of a program.

use std::sync::Arc;

use crate::user::{Diagnostic, Path, Property, Shape, UserSpec, Value};

/// A user of a program, with its references resolved where their values are known.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Evaluated {
    /// The desired user; values that are not known yet, or that cannot be read, are unknown.
    pub spec: Arc<UserSpec>,
    /// Mistakes in the properties, and references to names that the program does not define
    /// ([`Code::UNDEFINED_REFERENCE`](crate::user::Code::UNDEFINED_REFERENCE)).
    pub mistakes: Vec<Diagnostic>,
    /// The references that only an [`Assignment`](super::Assignment) can resolve, without duplicates.
    pub unresolved: Vec<Unresolved>,
}

/// A reference whose value the program does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Unresolved {
    /// The reference, or the place of a function, in the form of
    /// [`Assignment::reference`](super::Assignment::reference).
    pub reference: String,
    /// The kind of value that the program does not have, such as "an output of `aws:connect:Instance`".
    pub reason: String,
    /// The first property of the user that needs the value.
    pub path: Path,
}

impl Evaluated {
    /// Reads properties whose references are resolved.
    pub(super) fn of(mut properties: Value) -> Self {
        take_form(&mut properties);
        let (mistakes, spec) = match UserSpec::decode(properties) {
            Ok(spec) => (Vec::new(), spec),
            Err(errors) => errors.into_parts(),
        };
        Self { spec: Arc::new(spec), mistakes, unresolved: Vec::new() }
    }
}

/// Converts texts to numbers or booleans where the property requires it: every [`Assignment`](super::Assignment) is a
/// text.
pub(in crate::interop) fn take_form(value: &mut Value) {
    match value {
        Value::List(items) => items.iter_mut().for_each(take_form),
        Value::Map(members) => {
            for (name, value) in members {
                match value {
                    // A tag may have the name of a property, but its value is a text.
                    _ if is_called(name, "tags") => {}
                    Value::String(text) => {
                        if let Some(formed) = formed(name, text) {
                            *value = formed;
                        }
                    }
                    value => take_form(value),
                }
            }
        }
        _ => {}
    }
}

/// Converts the text of a reference to a list or an object, if the property is a list or an object.
pub(in crate::interop) fn take_shape(value: Value, property: Option<Property>) -> Value {
    let (Some(property), Value::String(text)) = (property, &value) else { return value };
    shaped(text, property.info().shape).unwrap_or(value)
}

/// Reads a list or an object from a text: from JSON, or for a list of texts from elements separated by commas. `None`
/// if the text has another form, such as incomplete JSON.
pub(in crate::interop) fn shaped(text: &str, shape: Shape) -> Option<Value> {
    let text = text.trim();
    let json = || serde_json::from_str::<Value>(text).ok();
    match shape {
        Shape::Set if text.is_empty() => Some(Value::List(Vec::new())),
        Shape::Set if !text.starts_with(['[', '{', '"']) => {
            Some(Value::List(text.split(',').map(|element| element.trim().into()).collect()))
        }
        Shape::Set | Shape::Channels | Shape::Proficiencies => {
            json().filter(|value| matches!(value, Value::List(_)))
        }
        Shape::Map => json().filter(|value| matches!(value, Value::Map(_))),
        _ => None,
    }
}

fn formed(member: &str, text: &str) -> Option<Value> {
    let is = |shape: Shape| {
        let properties = Property::ALL.iter().map(|property| (property.path(), property.info().shape));
        let members = Property::ALL.iter().flat_map(|property| property.members());
        let all = properties.chain(members.map(|member| (member.path, member.shape)));
        let name = |path: &'static str| path.rsplit_once('.').map_or(path, |(_, name)| name);
        all.into_iter().any(|(path, other)| other == shape && is_called(member, name(path)))
    };
    match (text.parse(), text.parse()) {
        (Ok(number), _) => is(Shape::Integer).then_some(Value::Integer(number)),
        (_, Ok(flag)) => is(Shape::Bool).then_some(Value::Bool(flag)),
        _ => None,
    }
}

/// Whether a member has this name, in any spelling.
fn is_called(member: &str, name: &str) -> bool {
    let spelled = member.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase());
    spelled.eq(name.bytes().map(|byte| byte.to_ascii_lowercase()))
}
