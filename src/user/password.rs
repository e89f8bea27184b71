//! The rules for a first password. Messages say nothing about the password except what is missing.

use super::{Code, Diagnostic, Property, Secret, bounds};

/// Returns the mistakes in the password of a new user.
pub(crate) fn password_mistakes(password: &Secret) -> impl Iterator<Item = Diagnostic> {
    let text = password.expose();
    let mistake = |code, message: String, help: &str| {
        Diagnostic::new(code, message).at(Property::Password).with_help(help)
    };
    // The message does not show the length of the password.
    let length = bounds::length(Property::Password.info().bounds, text).and_then(|problem| {
        let (problem, _) = problem.split_once(", has ")?;
        Some(mistake(Code::PASSWORD_LENGTH, format!("`{:#}` {problem}", Property::Password), CHOOSE))
    });
    let white_space = text.chars().any(char::is_whitespace).then(|| {
        let help = "choose another password; a line break at its end often comes from a file";
        mistake(
            Code::PASSWORD_WHITE_SPACE,
            format!("`{:#}` must have no white space", Property::Password),
            help,
        )
    });
    let lacks = |has: fn(&char) -> bool, what| (!text.chars().any(|c| has(&c))).then_some(what);
    let missing = [
        lacks(char::is_ascii_lowercase, "a lower-case letter"),
        lacks(char::is_ascii_uppercase, "an upper-case letter"),
        lacks(char::is_ascii_digit, "a digit"),
    ];
    let missing: Vec<&str> = missing.into_iter().flatten().collect();
    let weak = (!missing.is_empty()).then(|| {
        mistake(
            Code::PASSWORD_WEAK,
            format!("`{:#}` lacks {}", Property::Password, missing.join(" and ")),
            CHOOSE,
        )
    });
    [length, white_space, weak].into_iter().flatten()
}

const CHOOSE: &str = "choose another password";
