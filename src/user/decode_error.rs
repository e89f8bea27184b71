//! The mistakes in a document.

use super::{
    case::{to_camel_case, to_snake_case},
    choice::UnknownChoice,
    code::Code,
    diagnostic::Diagnostic,
    member::is_name,
    message::Message,
    output::is_output,
    path::Path,
    suggestion::nearest,
    text::write_name,
    value::Value,
};

/// The mistakes in a document. They contain names and forms, but never the text of a property, so that a password in
/// the wrong place is not shown.
impl Diagnostic {
    pub(crate) fn missing(at: &Path) -> Self {
        let help = format!("give {}", name(at));
        mistake(at, Code::MISSING_REQUIRED, format!("{} is required", name(at)), help)
    }

    pub(crate) fn no_element(at: &Path) -> Self {
        let help = "give one, or remove the element";
        mistake(at, Code::MISSING_REQUIRED, format!("{} has no value", name(at)), help)
    }

    pub(crate) fn no_tag_value(at: &Path, key: &str) -> Self {
        let help = "give one, or remove the tag";
        mistake(at, Code::MISSING_REQUIRED, format!("the tag `{key}` has no value"), help)
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
        mistake(at, Code::WRONG_TYPE, format!("{} {problem}", name(at)), help)
    }

    /// A member that occurs twice, possibly in two spellings; `at` is the second path.
    pub(crate) fn duplicate(at: &Path, first: &str, second: &str) -> Self {
        let (message, help) = match first == second {
            true => (format!("{} is given twice", name(at)), format!("keep one `{}`", named(first))),
            false => {
                let (first, second) = (named(first), named(second));
                let message = format!("one property is given as `{first}` and as `{second}`");
                (message, format!("keep one of them: `{first}` or `{second}`"))
            }
        };
        mistake(at, Code::DUPLICATE_MEMBER, message, help)
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
        mistake(at, Code::WRONG_TYPE, message, help)
    }

    pub(crate) fn not_a_choice(at: &Path, error: &UnknownChoice) -> Self {
        mistake(at, Code::INVALID_VALUE, format!("{}: {error}", name(at)), error.help())
    }

    pub(crate) fn unknown_member(at: &Path, member: &str, known: &[&str]) -> Self {
        let (place, written) = (at.member(member.to_owned()), named(member));
        let of = if at.segments().is_empty() { String::new() } else { format!(" in `{at:#}`") };
        if at.segments().is_empty() && is_output(&to_camel_case(member)) {
            let message = format!("`{written}` is an output of a user and cannot be set");
            return mistake(&place, Code::UNKNOWN_MEMBER, message, format!("remove `{written}`"));
        }
        let rename = |name: &str| if member.contains('_') { name.to_owned() } else { to_camel_case(name) };
        let names: Vec<String> = known.iter().map(|name| rename(name)).collect();
        let mut message = format!("there is no property `{written}`{of}");
        if let Some(near) = nearest(&rename(&to_snake_case(member)), names.iter().map(String::as_str)) {
            message.push_str(&format!("; did you mean `{}`?", named(near)));
        }
        let names: Vec<String> = names.iter().map(|name| named(name)).collect();
        let help = format!("the properties are `{}`", names.join("`, `"));
        mistake(&place, Code::UNKNOWN_MEMBER, message, help)
    }

    pub(crate) fn more_unknown_members(at: &Path, count: usize) -> Self {
        let message = format!("{count} more members of {} are no properties", name(at));
        mistake(at, Code::UNKNOWN_MEMBER, message, "fix those that are listed first")
    }
}

fn mistake(at: &Path, code: Code, message: impl Into<Message>, help: impl Into<Message>) -> Diagnostic {
    Diagnostic::new(code, message).at(at.clone()).with_help(help)
}

/// Maximum number of mistakes of one kind in a text.
pub(crate) const MOST_LISTED: usize = 20;

/// Returns a text from a document, marked as a name if it is the name of a property.
fn named(text: &str) -> String {
    let mut named = String::new();
    match is_name(text) {
        // Writing to a `String` cannot fail.
        true => drop(write_name(&mut named, text)),
        false => named.push_str(text),
    }
    named
}

fn name(at: &Path) -> String {
    if at.segments().is_empty() { "a user".to_owned() } else { format!("`{at:#}`") }
}
