//! Checks the forms of texts.

use validator::{ValidateEmail, ValidateLength};

/// Whether the number of characters (Unicode scalar values) of a text is within these bounds.
pub(super) fn has_length(text: &str, least: u64, most: u64) -> bool {
    text.validate_length(Some(least), Some(most), None)
}

/// Returns the number of characters (Unicode scalar values) of a text.
pub(super) fn count(text: &str) -> usize {
    text.chars().count()
}

/// Whether a text is a telephone number in E.164: `+`, then 2 to 15 digits, the first not 0.
pub(super) fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    has_length(digits, 2, 15) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// Whether a text has the shape of an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    text.validate_email()
}

/// Whether a text matches `[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,63}`, the API's own pattern.
pub(super) fn is_secondary_email(text: &str) -> bool {
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let is_domain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    let Some((local, domain)) = text.split_once('@') else { return false };
    let Some((host, top)) = domain.rsplit_once('.') else { return false };
    !local.is_empty()
        && local.chars().all(is_local)
        && !host.is_empty()
        && host.chars().all(is_domain)
        && has_length(top, 2, 63)
        && top.chars().all(|c| c.is_ascii_alphabetic())
}
