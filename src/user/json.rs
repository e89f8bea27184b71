//! Conversion between the crate's values and those of `serde_json`.

use std::fmt;

use serde_json::{Map, Number, Value as Json};

use super::{UserState, node::Place, path::Path, value::Value};

/// The error of converting a value that is not known yet to JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not known yet, and JSON has no form for that", place(path))]
pub struct NotKnownYet {
    path: Path,
}

impl NotKnownYet {
    /// Returns the path of the value.
    pub const fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        "write it once it is known, or choose a form for unknown values, as `Value::into_pulumi_unknowns` does"
    }
}

fn place(path: &Path) -> String {
    if path.segments().is_empty() { "the value".to_owned() } else { format!("`{path}`") }
}

impl From<Json> for Value {
    /// Converts without loss, except for digits of a number that is neither an `i64` nor an `f64`. No text is read as
    /// an unknown value: [`Value::with_pulumi_unknowns`] reads Pulumi's.
    ///
    /// ```
    /// use connect_user::user::Value;
    /// use serde_json::json;
    ///
    /// let value = Value::from(json!({"level": 3}));
    /// assert_eq!(value.get("level"), Some(&Value::Integer(3)));
    /// ```
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(flag) => Self::Bool(flag),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Self::Integer(whole),
                None => Self::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Self::String(text),
            Json::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Json::Object(members) => {
                Self::Map(members.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
        }
    }
}

impl TryFrom<Value> for Json {
    type Error = NotKnownYet;

    /// Of members with the same name, the last one is kept. An infinite number, or NaN, becomes `null`.
    ///
    /// # Errors
    ///
    /// [`NotKnownYet`] if a value is unknown, with its path.
    ///
    /// ```
    /// use connect_user::user::Value;
    ///
    /// let list = |items: &[Value]| Value::Map(vec![("ids".into(), Value::List(items.to_vec()))]);
    /// let json = serde_json::Value::try_from(list(&["a".into()]))?;
    /// assert_eq!(json, serde_json::json!({"ids": ["a"]}));
    /// let error = serde_json::Value::try_from(list(&["a".into(), Value::Unknown])).unwrap_err();
    /// assert_eq!(error.path().to_string(), "ids[1]");
    /// # Ok::<(), connect_user::user::NotKnownYet>(())
    /// ```
    fn try_from(value: Value) -> Result<Self, NotKnownYet> {
        write(value, &Place::Root)
    }
}

fn write(value: Value, at: &Place<'_>) -> Result<Json, NotKnownYet> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Unknown => return Err(NotKnownYet { path: at.path() }),
        Value::Bool(flag) => Json::Bool(flag),
        Value::Integer(whole) => Json::Number(whole.into()),
        Value::Float(number) => Number::from_f64(number).map_or(Json::Null, Json::Number),
        Value::String(text) => Json::String(text),
        Value::List(items) => {
            let items = items.into_iter().enumerate();
            Json::Array(
                items.map(|(index, item)| write(item, &Place::Index(at, index))).collect::<Result<_, _>>()?,
            )
        }
        Value::Map(members) => {
            let write = |(name, value): (String, Value)| {
                let value = write(value, &Place::Key(at, &name))?;
                Ok((name, value))
            };
            Json::Object(members.into_iter().map(write).collect::<Result<Map<_, _>, _>>()?)
        }
    })
}

impl UserState {
    /// Returns the state as a document: the outputs that a host shows, in the form of the state's JSON, without the
    /// password. All values are known.
    ///
    /// ```
    /// # use connect_user::user::{UserProperties, UserState};
    /// # let properties = UserProperties::new("7a9b".into());
    /// # let state = UserState::builder()
    /// #     .instance_id("1c2d").user_id("u1").arn("").name("jane").properties(properties).build();
    /// let outputs = state.encode();
    /// assert_eq!(outputs.get("id").and_then(|id| id.as_str()), Some("1c2d:u1"));
    /// assert_eq!(outputs.get("routingProfileId"), Some(&"7a9b".into()));
    /// ```
    pub fn encode(&self) -> Value {
        serde_json::to_value(self).map_or(Value::Null, Value::from)
    }
}

/// Rewrites an error of a JSON parser for people, such as "invalid type: sequence, expected struct Entry at line 1
/// column 9".
pub(crate) fn in_words(error: &dyn fmt::Display) -> String {
    let text = error.to_string();
    let (what, place) = match text.find(" at line ") {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    if what.starts_with("EOF while parsing") {
        return format!("it is cut off{place}");
    }
    let Some((found, expected)) =
        what.strip_prefix("invalid type: ").and_then(|what| what.split_once(", expected "))
    else {
        return text;
    };
    let found = match found {
        "sequence" => "a list",
        "map" => "an object",
        found => found,
    };
    let expected = match expected {
        expected if expected.starts_with("struct ") => "an object",
        "u32" | "u64" => "a whole number",
        expected => expected,
    };
    format!("must be {expected}, is {found}{place}")
}
