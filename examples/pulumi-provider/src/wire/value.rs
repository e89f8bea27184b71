//! Values of the protocol: numbers are doubles, and an object with a signature is a special value.

use std::{
    cmp::Reverse,
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use connect_user::user::Value;
use prost_types::{Struct, Value as Wire, value::Kind};

/// The member with the signature.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/// Doubles represent all whole numbers up to this exactly.
const MOST: f64 = 9_007_199_254_740_992.0;

/// The paths of secrets, as names of members from the top. If a list has a secret, the whole list is a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(BTreeSet<Vec<String>>);

impl Marks {
    pub fn with(mut self, member: &str) -> Self {
        self.0.insert(vec![member.to_owned()]);
        self
    }

    /// Adds the marks of another document of the same user.
    pub fn and(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    fn add(&mut self, place: &[&str]) {
        self.0.insert(place.iter().map(|name| (*name).to_owned()).collect());
    }

    /// Whether the member, or something in it, is secret.
    pub fn touch(&self, member: &str) -> bool {
        self.0.iter().any(|place| place.first().is_some_and(|first| first == member))
    }
}

/// A document from the engine.
#[derive(Clone)]
pub struct Document {
    pub value: Value,
    pub marks: Marks,
}

impl Document {
    pub fn read(document: Option<Struct>) -> Self {
        let mut read = Self::of(Value::Null);
        let Some(document) = document else { return read };
        let value = read.object(document, &mut Vec::new());
        read.value = value.with_pulumi_unknowns();
        read
    }

    /// A document without secrets.
    pub fn of(value: Value) -> Self {
        Self { value, marks: Marks::default() }
    }

    /// A document with another value and the same marks.
    pub fn with(&self, value: Value) -> Self {
        Self { value, ..self.clone() }
    }

    pub fn is_empty(&self) -> bool {
        !matches!(&self.value, Value::Map(members) if !members.is_empty())
    }

    pub fn text(&self, member: &str) -> Option<&str> {
        self.value.get(member).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Takes a member out.
    pub fn take(&mut self, member: &str) -> Option<Value> {
        let Value::Map(members) = &mut self.value else { return None };
        let found = members.iter().position(|(name, _)| name == member)?;
        Some(members.remove(found).1).filter(|value| *value != Value::Null)
    }

    pub fn set(&mut self, member: &str, value: Option<Value>) {
        self.take(member);
        if self.value == Value::Null {
            self.value = Value::Map(Vec::new());
        }
        if let (Value::Map(members), Some(value)) = (&mut self.value, value) {
            members.retain(|(name, _)| name != member);
            members.push((member.to_owned(), value));
        }
    }

    fn object(&mut self, object: Struct, place: &mut Vec<String>) -> Value {
        let members = object.fields.into_iter().map(|(name, value)| {
            place.push(name.clone());
            let value = self.any(value, place);
            place.pop();
            (name, value)
        });
        Value::Map(members.collect())
    }

    fn any(&mut self, value: Wire, place: &mut Vec<String>) -> Value {
        match value.kind {
            None | Some(Kind::NullValue(_)) => Value::Null,
            Some(Kind::BoolValue(value)) => Value::Bool(value),
            Some(Kind::NumberValue(value)) if value.fract() == 0.0 && value.abs() <= MOST => {
                Value::Integer(value as i64)
            }
            Some(Kind::NumberValue(value)) => Value::Float(value),
            Some(Kind::StringValue(text)) => Value::String(text),
            Some(Kind::ListValue(list)) => {
                Value::List(list.values.into_iter().map(|value| self.any(value, place)).collect())
            }
            Some(Kind::StructValue(object)) => self.signed(object, place),
        }
    }

    fn signed(&mut self, mut object: Struct, place: &mut Vec<String>) -> Value {
        let signature = match object.fields.get(SIGNATURE).and_then(|value| value.kind.as_ref()) {
            Some(Kind::StringValue(signature)) => signature.clone(),
            _ => return self.object(object, place),
        };
        let is_secret = |object: &Struct| {
            object.fields.get("secret").is_some_and(|value| value.kind == Some(Kind::BoolValue(true)))
        };
        let secret = match signature.as_str() {
            SECRET => true,
            OUTPUT => is_secret(&object),
            // A resource or an asset; no property of a user accepts these.
            _ => return self.object(object, place),
        };
        if secret {
            let names: Vec<&str> = place.iter().map(String::as_str).collect();
            self.marks.add(&names);
        }
        // An output without a value is unknown.
        object.fields.remove("value").map_or(Value::Unknown, |value| self.any(value, place))
    }
}

/// The secret texts that the engine has sent: messages never show them.
#[derive(Default)]
pub struct Secrets(Mutex<BTreeSet<String>>);

impl Secrets {
    pub fn learn(&self, document: &Document) {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for place in &document.marks.0 {
            let found = place.iter().try_fold(&document.value, |value, name| value.get(name));
            found.into_iter().for_each(|value| collect(value, &mut texts));
        }
    }

    /// Replaces secrets in a text.
    pub fn hide(&self, text: &str) -> String {
        let texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut meant: Vec<&String> = texts.iter().filter(|secret| text.contains(secret.as_str())).collect();
        // A secret may contain another: replace longer secrets first.
        meant.sort_by_key(|secret| Reverse(secret.len()));
        meant.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret, "[secret]"))
    }
}

/// Minimum length of a secret: hiding shorter texts would make messages unreadable, and they are not secrets.
const SHORTEST: usize = 3;

fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() >= SHORTEST => drop(texts.insert(text.clone())),
        Value::List(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Map(members) => members.iter().for_each(|(_, value)| collect(value, texts)),
        _ => {}
    }
}

/// Writes a document, with its secrets marked.
pub fn write(value: Value, marks: &Marks) -> Struct {
    match value.into_pulumi_unknowns() {
        Value::Map(members) => object(members, &mut Vec::new(), marks),
        _ => Struct::default(),
    }
}

fn object(members: Vec<(String, Value)>, place: &mut Vec<String>, marks: &Marks) -> Struct {
    let fields = members.into_iter().map(|(name, value)| {
        place.push(name.clone());
        let mut value = any(value, place, marks);
        if marks.0.contains(place) {
            value = secret(value);
        }
        place.pop();
        (name, value)
    });
    Struct { fields: fields.collect() }
}

fn any(value: Value, place: &mut Vec<String>, marks: &Marks) -> Wire {
    let kind = match value {
        Value::Null | Value::Unknown => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(value),
        Value::Integer(value) => Kind::NumberValue(value as f64),
        Value::Float(value) => Kind::NumberValue(value),
        Value::String(text) => Kind::StringValue(text),
        Value::List(items) => {
            let values = items.into_iter().map(|item| any(item, place, marks)).collect();
            Kind::ListValue(prost_types::ListValue { values })
        }
        Value::Map(members) => Kind::StructValue(object(members, place, marks)),
    };
    Wire { kind: Some(kind) }
}

fn secret(value: Wire) -> Wire {
    let signature = Wire { kind: Some(Kind::StringValue(SECRET.to_owned())) };
    let fields = [(SIGNATURE.to_owned(), signature), ("value".to_owned(), value)];
    Wire { kind: Some(Kind::StructValue(Struct { fields: fields.into_iter().collect() })) }
}

#[cfg(test)]
mod tests;
