//! One mistake in a document.

use std::fmt;

use super::{
    case::{to_camel_case, to_snake_case},
    choice::UnknownChoice,
    path::Path,
    suggestion::nearest,
    text::short_line,
    value::Value,
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

    pub(crate) fn unknown_member(at: &Path, member: &str, known: &[&str]) -> Self {
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

    pub(crate) fn more_unknown_members(at: &Path, count: usize) -> Self {
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
