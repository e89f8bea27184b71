//! Decodes a document into a [`UserSpec`], with every mistake located.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use super::{
    decode_error::MOST_LISTED,
    diagnostic::Diagnostic,
    node::{Node, Place},
    path::Path,
    spec::UserSpec,
    value::Value,
};

/// The mistakes of a document.
#[derive(Clone, Debug)]
pub struct DecodeErrors {
    errors: Vec<Diagnostic>,
    partial: Box<UserSpec>,
}

impl UserSpec {
    /// Reads a spec from a document, in camelCase or snake_case.
    ///
    /// `null` is the same as leaving a member out, and so is an empty text in `hierarchyGroupId`, `directoryUserId`, an
    /// e-mail address or a telephone number. [`Value::Unknown`] may replace any value.
    ///
    /// ```
    /// use connect_user::user::{UserSpec, Value};
    ///
    /// let document: Value = serde_json::from_str(r#"{
    ///     "instanceId": "1c2d",
    ///     "routing_profile_id": "7a9b",
    ///     "securityProfileIds": "5e6f",
    ///     "phoneConfg": { "phoneType": "SOFT_PHONE" }
    /// }"#)?;
    /// let errors = UserSpec::decode(document).unwrap_err();
    /// let lines: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    /// assert_eq!(lines, [
    ///     "`securityProfileIds` must be a list, not a string",
    ///     "there is no property `phoneConfg`; did you mean `phoneConfig`?",
    /// ]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DecodeErrors`], with every mistake and the part that could be read.
    pub fn decode(document: Value) -> Result<Self, DecodeErrors> {
        let mut errors = Vec::new();
        let spec = match document {
            Value::Map(_) => Self::node(document, &mut errors),
            other => {
                errors.push(Diagnostic::wrong_type(&Path::root(), "an object", &other));
                Self::node(Value::Unknown, &mut errors)
            }
        };
        if errors.is_empty() { Ok(spec) } else { Err(DecodeErrors { errors, partial: Box::new(spec) }) }
    }

    /// Returns the paths of unknown values.
    pub fn unknowns(&self) -> Vec<Path> {
        let mut places = Vec::new();
        Node::unknowns(self, &Place::Root, &mut |place| places.push(place));
        places
    }

    /// Whether any value is unknown.
    pub fn has_unknowns(&self) -> bool {
        Node::has_unknowns(self)
    }

    fn node(document: Value, errors: &mut Vec<Diagnostic>) -> Self {
        let mut spec: Self = Node::decode(document, &Place::Root, errors);
        spec.drop_empty_texts();
        spec
    }
}

impl<'de> Deserialize<'de> for UserSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::decode(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl DecodeErrors {
    /// Returns the mistakes, in the order of the properties.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.errors.iter()
    }

    /// Returns the part that could be read. Values that could not be read are unknown in it, so that validating it
    /// reports further mistakes.
    pub fn partial(&self) -> &UserSpec {
        &self.partial
    }

    /// Splits the error into the mistakes and the part that could be read.
    pub fn into_parts(self) -> (Vec<Diagnostic>, UserSpec) {
        (self.errors, *self.partial)
    }
}

impl fmt::Display for DecodeErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().take(MOST_LISTED).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            f.write_str(&error.message)?;
        }
        match self.errors.len().saturating_sub(MOST_LISTED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more mistakes"),
        }
    }
}

impl std::error::Error for DecodeErrors {}
