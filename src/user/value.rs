//! Dynamic values, from which a spec is decoded and to which it is encoded.

use std::{fmt, marker::PhantomData, mem};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{
        self, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
    ser::{self, SerializeMap, SerializeSeq},
};

use super::path::{Path, Segment};

/// A dynamic value, which may contain unknown values.
///
/// A `Value` is used to convert a host's own dynamic values (Terraform's, Pulumi's, a YAML file's): convert them to a
/// `Value`, then decode it with [`UserSpec::decode`](super::UserSpec::decode), which reports every mistake with its
/// path. Members keep their order, and a member given twice is kept twice, so that decoding can refuse it. Before
/// decoding, it is not known which text is a password: do not log a `Value`.
///
/// No text has a special meaning: [`Unknown`](Value::Unknown) has no form in JSON or YAML, and serialising it is an
/// error. A host that must write it chooses a form, for example with
/// [`into_pulumi_unknowns`](Value::into_pulumi_unknowns).
///
/// ```
/// use connect_user::user::Value;
///
/// let value: Value = serde_json::from_str(r#"["a", 1, null]"#)?;
/// assert_eq!(value, Value::List(vec!["a".into(), Value::Integer(1), Value::Null]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what JSON has, and what is unknown: a host writes each into its own values"
)]
pub enum Value {
    /// Null: the same as leaving the member out.
    Null,
    /// A value that is known after apply.
    Unknown,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, or one too large for an `i64`.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    List(Vec<Value>),
    /// Members, in the order in which they were written.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Returns the kind of the value, for error messages.
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown => "a value that is not known yet",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }

    /// Returns the text, if the value is a text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the first member with this name, if the value is an object that has one.
    pub fn get(&self, member: &str) -> Option<&Value> {
        match self {
            Self::Map(members) => members.iter().find_map(|(name, value)| (name == member).then_some(value)),
            _ => None,
        }
    }

    /// Returns the text of the first member with this name, if it is a text.
    #[cfg(feature = "interop")]
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.get(member).and_then(Self::as_str)
    }

    /// Returns the value at a path; [`Unknown`](Self::Unknown) if a value around it is unknown.
    ///
    /// ```
    /// use connect_user::user::{Path, Value};
    ///
    /// let tags = Value::Map(vec![("team".into(), "ops".into()), ("cost".into(), Value::Unknown)]);
    /// let document = Value::Map(vec![("tags".into(), tags)]);
    /// assert_eq!(document.at(&"tags.team".parse::<Path>()?), Some(&"ops".into()));
    /// assert_eq!(document.at(&"tags.owner".parse::<Path>()?), None);
    /// assert!(document.has_unknowns());
    /// # Ok::<(), connect_user::user::PathError>(())
    /// ```
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.segments().iter().try_fold(self, |value, segment| match (value, segment) {
            (Self::Unknown, _) => Some(value),
            (_, Segment::Member(name)) => value.get(name),
            (_, Segment::Key(key)) => value.get(key),
            (Self::List(items), Segment::Index(index)) => items.get(*index),
            _ => None,
        })
    }

    /// Takes the value of a member out of nested objects, and leaves a null there; [`Unknown`](Self::Unknown) if a
    /// value around it is unknown.
    pub(crate) fn take(&mut self, place: &Path) -> Option<Value> {
        let mut value = self;
        for segment in place.segments() {
            value = match (value, segment) {
                (Self::Map(members), Segment::Member(name)) => {
                    members.iter_mut().find_map(|(other, value)| (other == name).then_some(value))?
                }
                (Self::Unknown, _) => return Some(Self::Unknown),
                _ => return None,
            };
        }
        Some(mem::replace(value, Self::Null))
    }

    /// Whether the value is unknown, or contains an unknown value.
    pub fn has_unknowns(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(items) => items.iter().any(Self::has_unknowns),
            Self::Map(members) => members.iter().any(|(_, value)| value.has_unknowns()),
            _ => false,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Unknown => Err(ser::Error::custom("a value that is not known yet cannot be written")),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(value) => serializer.serialize_str(value),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor::<Self>::default())
    }
}

/// Reads a value whose members are read as `T`.
pub(crate) struct ValueVisitor<T>(PhantomData<T>);

impl<T> Default for ValueVisitor<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Deserialize<'de> + Into<Value>> Visitor<'de> for ValueVisitor<T> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        T::deserialize(deserializer).map(Into::into)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        T::deserialize(deserializer).map(Into::into)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(access.size_hint().unwrap_or(0).min(1_024));
        while let Some(item) = access.next_element::<T>()? {
            items.push(item.into());
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Vec::with_capacity(access.size_hint().unwrap_or(0).min(1_024));
        while let Some((name, member)) = access.next_entry::<String, T>()? {
            members.push((name, member.into()));
        }
        Ok(Value::Map(members))
    }
}

/// Deserialises from a value; its texts are moved, not copied.
pub(crate) struct ValueReader<E> {
    value: Value,
    error: PhantomData<E>,
}

impl<E> ValueReader<E> {
    pub(crate) const fn new(value: Value) -> Self {
        Self { value, error: PhantomData }
    }
}

impl<'de, E: de::Error> IntoDeserializer<'de, E> for ValueReader<E> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de, E: de::Error> Deserializer<'de> for ValueReader<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Unknown => Err(E::custom("a value that is not known yet cannot be read")),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Integer(value) => visitor.visit_i64(value),
            Value::Float(value) => visitor.visit_f64(value),
            Value::String(value) => visitor.visit_string(value),
            Value::List(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Self::new))),
            Value::Map(members) => {
                let members = members.into_iter().map(|(name, value)| (name, Self::new(value)));
                visitor.visit_map(MapDeserializer::new(members))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        match self.value {
            Value::String(variant) => visitor.visit_enum(variant.into_deserializer()),
            other => Err(E::invalid_type(de::Unexpected::Other(other.describe()), &"a string")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}
