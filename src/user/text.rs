//! Text that somebody else has written, in the form in which people may read it.

use std::{borrow::Cow, fmt::Write};

/// A text on one line, without anything that could forge a line or hide a part of it.
///
/// Control characters (those of ASCII, DEL and C1), the separators of lines and paragraphs, the controls of
/// writing direction, the byte order mark and code points that are no characters are escaped as Rust writes
/// them; all else stays as it is. Everything of the crate that people read has passed through it: violations,
/// previews, errors and findings. A host passes through it what it prints by itself of a program or of the
/// service.
///
/// ```
/// use connect_user::user::one_line;
///
/// assert_eq!(one_line("Zoë №1"), "Zoë №1");
/// assert_eq!(one_line("jane\n+ admin"), r"jane\n+ admin");
/// assert_eq!(one_line("\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{ffff}"), r"\u{1b}[2J\u{9b}\u{7f}\u{202e}\u{ffff}");
/// ```
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(misleads) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| push_escaped(&mut escaped, c));
    Cow::Owned(escaped)
}

/// A message with names and texts of a program in it: on one line, and of bounded length.
pub(crate) fn short_line(text: &str) -> String {
    const MOST: usize = 1_000;
    let line = one_line(text);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.into_owned(),
    }
}

/// A text in quotes, on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        push_escaped(&mut quoted, c);
    }
    quoted.push('"');
    quoted
}

/// A character as [`one_line`] shows it.
fn push_escaped(text: &mut String, c: char) {
    match c {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        // Writing to a `String` cannot fail.
        c if misleads(c) => drop(write!(text, "\\u{{{:x}}}", u32::from(c))),
        c => text.push(c),
    }
}

/// Whether a character, where it is printed, does something else than to show itself.
fn misleads(c: char) -> bool {
    let is_direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_separator = matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    let code = u32::from(c);
    let is_no_character = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    c.is_control() || is_direction || is_separator || is_no_character
}
