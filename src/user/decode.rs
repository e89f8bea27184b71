//! From a document to a [`UserSpec`], with every mistake located.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use super::{
    Path, UnknownChoice, UserSpec, Value,
    node::Node,
    path::{to_camel_case, to_snake_case},
    suggestion::nearest,
    text::short_line,
};

/// One mistake in a document: something is there that cannot be read, or missing.
///
/// It holds names and forms, never the text of a property, so that a password in the wrong place
/// stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// Where the mistake is.
    pub path: Path,
    /// What kind of mistake it is: `unknown-member`, `duplicate-member`, `missing-required`,
    /// `wrong-type` or `invalid-value`. Codes are stable.
    pub code: &'static str,
    /// The mistake, in a sentence.
    pub message: String,
    /// The way out, where there is more to say.
    pub help: Option<String>,
}

/// Every mistake of a document, in its order.
#[derive(Clone, Debug)]
pub struct DecodeErrors {
    errors: Vec<DecodeError>,
    partial: Box<UserSpec>,
}

impl UserSpec {
    /// Reads a spec from a document, in camelCase or snake_case.
    ///
    /// `null` is the same as leaving a member out, and so is an empty text in `hierarchyGroupId`,
    /// `directoryUserId`, an e-mail address or a telephone number; [`Value::Unknown`] may stand for any value.
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
    /// let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    /// assert_eq!(lines, [
    ///     "`securityProfileIds` must be a list, not a string",
    ///     "there is no property `phoneConfg`; did you mean `phoneConfig`?",
    /// ]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DecodeErrors`] with every mistake, and with what could be read.
    pub fn decode(document: Value) -> Result<Self, DecodeErrors> {
        let mut errors = Vec::new();
        let spec = match document {
            Value::Map(_) => Self::node(document, &mut errors),
            other => {
                errors.push(DecodeError::wrong_type(&Path::root(), "an object", &other));
                Self::node(Value::Unknown, &mut errors)
            }
        };
        if errors.is_empty() { Ok(spec) } else { Err(DecodeErrors { errors, partial: Box::new(spec) }) }
    }

    /// The places whose value is not known yet.
    pub fn unknowns(&self) -> Vec<Path> {
        let mut places = Vec::new();
        Node::unknowns(self, &Path::root(), &mut |place| places.push(place));
        places
    }

    /// Whether any value is not known yet.
    pub fn has_unknowns(&self) -> bool {
        Node::has_unknowns(self)
    }

    fn node(document: Value, errors: &mut Vec<DecodeError>) -> Self {
        let mut spec: Self = Node::decode(document, &Path::root(), errors);
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
    /// The mistakes, in the order of the document's properties.
    pub fn iter(&self) -> impl Iterator<Item = &DecodeError> {
        self.errors.iter()
    }

    /// What could be read; whatever could not is unknown, so that validating it reports what else
    /// is wrong.
    pub fn partial(&self) -> &UserSpec {
        &self.partial
    }

    /// The mistakes and what could be read.
    pub fn into_parts(self) -> (Vec<DecodeError>, UserSpec) {
        (self.errors, *self.partial)
    }
}

impl fmt::Display for DecodeErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().take(MOST_LISTED).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            error.fmt(f)?;
        }
        match self.errors.len().saturating_sub(MOST_LISTED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more mistakes"),
        }
    }
}

impl std::error::Error for DecodeErrors {}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl DecodeError {
    pub(crate) fn missing(at: &Path) -> Self {
        let help = format!("give {}", name(at));
        Self::new(at, "missing-required", format!("{} is required", name(at)), Some(help))
    }

    pub(crate) fn no_element(at: &Path) -> Self {
        let help = Some("give one, or remove the element".to_owned());
        Self::new(at, "missing-required", format!("{} has no value", name(at)), help)
    }

    pub(crate) fn no_tag_value(at: &Path, key: &str) -> Self {
        let help = Some("give one, or remove the tag".to_owned());
        Self::new(at, "missing-required", format!("the tag `{key}` has no value"), help)
    }

    pub(crate) fn not_a_whole_number(at: &Path, number: f64) -> Self {
        let (problem, help) = if number.is_nan() {
            ("is not a number", "give a whole number")
        } else if number.is_finite() && number.fract() != 0.0 {
            ("must be a whole number, and has a fraction", "give it without the fraction")
        } else if number > 0.0 {
            ("is too large", "give a smaller number")
        } else {
            ("is too small", "give a larger number")
        };
        Self::new(at, "wrong-type", format!("{} {problem}", name(at)), Some(help.to_owned()))
    }

    pub(crate) fn duplicate(at: &Path, member: &str) -> Self {
        let help = format!("keep one `{member}`");
        Self::new(at, "duplicate-member", format!("{} is given twice", name(at)), Some(help))
    }

    pub(crate) fn wrong_type(at: &Path, expected: &str, found: &Value) -> Self {
        let unquoted =
            expected == "a string" && matches!(found, Value::Integer(_) | Value::Float(_) | Value::Bool(_));
        let help = if unquoted {
            "put the value in quotes, so that it is read as text".to_owned()
        } else {
            format!("give {expected}, or leave it out where it may be")
        };
        let message = format!("{} must be {expected}, not {}", name(at), found.describe());
        Self::new(at, "wrong-type", message, Some(help))
    }

    pub(crate) fn not_a_choice(at: &Path, error: &UnknownChoice) -> Self {
        let help = nearest(&error.value, error.allowed.iter().copied())
            .map(|near| format!("did you mean `{near}`?"));
        let help = help.unwrap_or_else(|| format!("give one of `{}`", error.allowed.join("`, `")));
        Self::new(at, "invalid-value", format!("{}: {error}", name(at)), Some(help))
    }

    fn unknown_member(at: &Path, member: &str, known: &[&str]) -> Self {
        let place = at.member(member.to_owned());
        let of = if at.segments().is_empty() { String::new() } else { format!(" in `{at}`") };
        if at.segments().is_empty() && OUTPUTS.contains(&to_camel_case(member).as_str()) {
            let message = format!("`{member}` is an output of a user and cannot be set");
            return Self::new(&place, "unknown-member", message, Some(format!("remove `{member}`")));
        }
        let rename = |name: &str| if member.contains('_') { name.to_owned() } else { to_camel_case(name) };
        let names: Vec<String> = known.iter().map(|name| rename(name)).collect();
        let mut message = format!("there is no property `{member}`{of}");
        if let Some(near) = nearest(&rename(&to_snake_case(member)), names.iter().map(String::as_str)) {
            message.push_str(&format!("; did you mean `{near}`?"));
        }
        let help = format!("the properties are `{}`", names.join("`, `"));
        Self::new(&place, "unknown-member", message, Some(help))
    }

    fn more_unknown_members(at: &Path, count: usize) -> Self {
        let message = format!("{count} more members of {} are no properties", name(at));
        Self::new(at, "unknown-member", message, Some("mend those that are listed first".to_owned()))
    }

    fn new(at: &Path, code: &'static str, message: String, help: Option<String>) -> Self {
        // Names that stand in the message are the document's.
        let help = help.map(|help| short_line(&help));
        Self { path: at.clone(), code, message: short_line(&message), help }
    }
}

/// How many mistakes of one kind a text lists.
pub(crate) const MOST_LISTED: usize = 20;

/// What only the service sets.
const OUTPUTS: &[&str] = &["arn", "id", "userId", "tagsAll", "lastModifiedTime", "lastModifiedRegion"];

fn name(at: &Path) -> String {
    if at.segments().is_empty() { "a user".to_owned() } else { format!("`{at}`") }
}

/// Reads the members of one object, each once.
pub(crate) struct ObjectReader<'a> {
    /// What has not been read yet; `None` where the whole object is unknown.
    members: Option<Vec<(String, Value)>>,
    at: &'a Path,
    errors: &'a mut Vec<DecodeError>,
}

impl<'a> ObjectReader<'a> {
    pub(crate) fn new(value: Value, at: &'a Path, errors: &'a mut Vec<DecodeError>) -> Self {
        let members = match value {
            Value::Unknown => None,
            value => read_object(value, at, errors),
        };
        Self { members, at, errors }
    }

    /// The member of that snake_case name.
    pub(crate) fn member<N: Node>(&mut self, snake: &str) -> N {
        let camel = to_camel_case(snake);
        let place = self.at.member(camel.clone());
        let Some(members) = &mut self.members else {
            return N::decode(Value::Unknown, &place, self.errors);
        };
        let is_it = |(name, _): &(String, Value)| *name == camel || name == snake;
        let (found, rest): (Vec<_>, Vec<_>) = std::mem::take(members).into_iter().partition(is_it);
        *members = rest;
        if let Some((name, _)) = found.get(1) {
            self.errors.push(DecodeError::duplicate(&place, name));
        }
        match found.into_iter().next_back() {
            None | Some((_, Value::Null)) => N::missing(&place, self.errors),
            Some((_, value)) => N::decode(value, &place, self.errors),
        }
    }

    /// Refuses what has not been read.
    pub(crate) fn finish(self, known: &[&str]) {
        let unknown = self.members.unwrap_or_default();
        let listed = unknown.iter().take(MOST_LISTED);
        self.errors.extend(listed.map(|(name, _)| DecodeError::unknown_member(self.at, name, known)));
        if unknown.len() > MOST_LISTED {
            self.errors.push(DecodeError::more_unknown_members(self.at, unknown.len() - MOST_LISTED));
        }
    }
}

pub(crate) fn read_object(
    value: Value,
    at: &Path,
    errors: &mut Vec<DecodeError>,
) -> Option<Vec<(String, Value)>> {
    match value {
        Value::Map(members) => Some(members),
        value => {
            errors.push(DecodeError::wrong_type(at, "an object", &value));
            None
        }
    }
}

pub(crate) fn read_list(value: Value, at: &Path, errors: &mut Vec<DecodeError>) -> Option<Vec<Value>> {
    match value {
        Value::List(items) => Some(items),
        value => {
            errors.push(DecodeError::wrong_type(at, "a list", &value));
            None
        }
    }
}
