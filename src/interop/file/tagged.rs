//! Reads YAML with the short forms of CloudFormation: `!Ref Name` is read as `{"Ref": "Name"}`.

use serde::de::{Deserialize, Deserializer};
use serde_saphyr::Tagged;

use crate::user::{Value, ValueVisitor};

/// A value with all functions in their long form.
pub(super) struct Template(pub(super) Value);

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Inner(value), tag) = Tagged::<Inner>::deserialize(deserializer)?;
        Ok(Self(match tag.as_deref().and_then(|tag| tag.strip_prefix('!')) {
            Some(name) => function(name, value),
            None => value,
        }))
    }
}

/// The long form of a function.
fn function(name: &str, value: Value) -> Value {
    let (name, value) = match (name, value) {
        ("Ref" | "Condition", value) => (name.to_owned(), value),
        ("GetAtt", Value::String(text)) => {
            let (resource, attribute) = text.split_once('.').unwrap_or((text.as_str(), ""));
            ("Fn::GetAtt".to_owned(), Value::List(vec![resource.into(), attribute.into()]))
        }
        (_, value) => (format!("Fn::{name}"), value),
    };
    Value::Map(vec![(name, value)])
}

/// The value after a tag.
struct Inner(Value);

impl<'de> Deserialize<'de> for Inner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor::<Template>::default()).map(Self)
    }
}

impl From<Template> for Value {
    fn from(template: Template) -> Self {
        template.0
    }
}
