//! Evaluates functions of CloudFormation if all their arguments are known; otherwise they become expressions.

use std::collections::{BTreeMap, BTreeSet};

use super::expression::{as_expression, expression, literal};
use crate::user::{Secret, Value};

/// The values that references of a template can have.
pub(super) struct Parameters<'a> {
    /// The values that the host gives.
    pub(super) values: &'a BTreeMap<String, Secret>,
    /// The parameters of the template.
    pub(super) declared: Option<&'a Value>,
}

/// What was found while values were resolved.
#[derive(Default)]
pub(super) struct Met {
    /// Functions that were not evaluated, each with the name that a value may be given for.
    pub(super) not_evaluated: Vec<(String, String)>,
    /// The names that a value may be given for.
    pub(super) names: BTreeSet<String>,
}

impl Parameters<'_> {
    /// Returns a value of a template with its functions evaluated. `place` is its name if the value itself has none.
    pub(super) fn resolve(&self, value: &Value, place: &str, met: &mut Met) -> Value {
        match value {
            Value::String(text) if text.contains("{{resolve:") => {
                self.not_evaluated("{{resolve:…}}", place, met)
            }
            Value::List(items) => {
                let items = items.iter().filter(|item| !is_no_value(item)).enumerate();
                Value::List(
                    items.map(|(index, item)| self.resolve(item, &format!("{place}_{index}"), met)).collect(),
                )
            }
            Value::Map(members) => match members.as_slice() {
                [(name, inner)] if is_function(value) => self.function(name, inner, place, met),
                _ => {
                    let inner = |(name, value): &(String, Value)| {
                        let value = self.resolve(value, &format!("{place}_{name}"), met);
                        (name.clone(), value)
                    };
                    Value::Map(members.iter().filter(|(_, value)| !is_no_value(value)).map(inner).collect())
                }
            },
            other => other.clone(),
        }
    }

    fn function(&self, name: &str, inner: &Value, place: &str, met: &mut Met) -> Value {
        let found = match (name, inner) {
            ("Ref", Value::String(name)) => Some(self.reference(name, met)),
            ("Fn::GetAtt", Value::List(parts)) => {
                let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                Some(self.reference(&parts.join("."), met))
            }
            ("Fn::GetAtt", Value::String(text)) => Some(self.reference(text, met)),
            ("Fn::Sub", Value::String(text)) => Some(self.substitute(text, &Value::Null, place, met)),
            ("Fn::Sub", Value::List(parts)) => match parts.as_slice() {
                [Value::String(text), variables] => Some(self.substitute(text, variables, place, met)),
                _ => None,
            },
            ("Fn::Join", Value::List(parts)) => match parts.as_slice() {
                [Value::String(delimiter), Value::List(items)] => self.join(delimiter, items, place, met),
                _ => None,
            },
            _ => None,
        };
        found.unwrap_or_else(|| self.not_evaluated(&format!("`{name}`"), place, met))
    }

    fn not_evaluated(&self, what: &str, place: &str, met: &mut Met) -> Value {
        met.names.insert(place.to_owned());
        if let Some(value) = self.values.get(place) {
            return value.expose().into();
        }
        met.not_evaluated.push((what.to_owned(), place.to_owned()));
        expression(format!("${{{place}}}"))
    }

    /// The value of a parameter, or an expression for a value of another resource.
    fn reference(&self, name: &str, met: &mut Met) -> Value {
        met.names.insert(name.to_owned());
        let default = || {
            let declared = self.declared?.get(name)?;
            // The default of such a parameter is the name of a Systems Manager parameter, not the value.
            let is_name = declared.text("Type").is_some_and(|kind| kind.starts_with("AWS::SSM::"));
            declared.get("Default").filter(|value| **value != Value::Null && !is_name).cloned()
        };
        let given = self.values.get(name).map(|value| value.expose().into());
        given.or_else(default).unwrap_or_else(|| expression(format!("${{{name}}}")))
    }

    /// `Fn::Sub`: `${Name}` in a text, and `${!Name}` for the text `${Name}`.
    fn substitute(&self, text: &str, variables: &Value, place: &str, met: &mut Met) -> Value {
        let mut whole = Parts::default();
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once("${") {
            whole.push_text(before);
            let Some((name, after)) = inside.split_once('}') else {
                whole.push_text("${");
                rest = inside;
                continue;
            };
            match name.strip_prefix('!') {
                Some(escaped) => whole.push_text(&format!("${{{escaped}}}")),
                None => match variables.get(name) {
                    Some(variable) => whole.push(&self.resolve(variable, &format!("{place}_{name}"), met)),
                    None => whole.push(&self.reference(name, met)),
                },
            }
            rest = after;
        }
        whole.push_text(rest);
        whole.finish()
    }

    fn join(&self, delimiter: &str, items: &[Value], place: &str, met: &mut Met) -> Option<Value> {
        let mut whole = Parts::default();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                whole.push_text(delimiter);
            }
            let item = self.resolve(item, &format!("{place}_{index}"), met);
            if matches!(item, Value::List(_))
                || matches!(item, Value::Map(_)) && as_expression(&item).is_none()
            {
                return None;
            }
            whole.push(&item);
        }
        Some(whole.finish())
    }
}

/// Whether a value is left out: `!Ref AWS::NoValue`.
pub(super) fn is_no_value(value: &Value) -> bool {
    value.text("Ref") == Some("AWS::NoValue")
}

/// Whether a value is a function.
pub(super) fn is_function(value: &Value) -> bool {
    match value {
        Value::Map(members) => match members.as_slice() {
            [(name, _)] => name == "Ref" || name.starts_with("Fn::"),
            _ => false,
        },
        _ => false,
    }
}

/// A text that is put together from parts, some of which may be unknown.
#[derive(Default)]
struct Parts {
    text: String,
    expression: String,
    is_unknown: bool,
}

impl Parts {
    fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
        self.expression.push_str(&literal(text));
    }

    fn push(&mut self, value: &Value) {
        match (as_expression(value), value) {
            (Some(text), _) => {
                self.is_unknown = true;
                self.expression.push_str(text);
            }
            (None, Value::String(text)) => self.push_text(text),
            (None, Value::Integer(number)) => self.push_text(&number.to_string()),
            (None, Value::Bool(flag)) => self.push_text(&flag.to_string()),
            (None, _) => {}
        }
    }

    fn finish(self) -> Value {
        if self.is_unknown { expression(self.expression) } else { self.text.into() }
    }
}
