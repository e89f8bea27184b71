//! Makes text from programs and from the service safe to show to people.

use std::{
    borrow::Cow,
    fmt::{self, Write},
    hash::{BuildHasher, RandomState},
    iter,
    sync::OnceLock,
};

/// Returns a text on one line, without anything that could imitate a line or hide a part of the text.
///
/// Control characters (those of ASCII, DEL and C1), separators of lines and paragraphs, invisible characters such as
/// the controls of writing direction and the ZERO WIDTH SPACE, and code points that are no characters are escaped as in
/// Rust; everything else stays as it is. The joiners U+200C and U+200D stay between characters beyond ASCII, where
/// scripts and emoji need them. The crate applies this function to every text that it shows to people: violations,
/// previews, errors and findings. A host should apply it to any text of a program or of the service that it prints
/// itself.
///
/// ```
/// use connect_user::user::one_line;
///
/// assert_eq!(one_line("Zoë №1"), "Zoë №1");
/// assert_eq!(one_line("jane\n+ admin"), r"jane\n+ admin");
/// assert_eq!(one_line("\u{1b}[2J\u{9b}\u{200b}\u{202e}\u{ffff}"), r"\u{1b}[2J\u{9b}\u{200b}\u{202e}\u{ffff}");
/// ```
pub fn one_line(text: &str) -> Cow<'_, str> {
    if misleading(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    push_escaped(&mut escaped, text, &[]);
    Cow::Owned(escaped)
}

/// Returns a count with its noun.
///
/// ```
/// use connect_user::user::counted;
///
/// assert_eq!((counted(1, "user"), counted(20_u64, "call")), ("1 user".to_owned(), "20 calls".to_owned()));
/// ```
pub fn counted<N: fmt::Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    format!("{count} {what}{}", if count == 1.into() { "" } else { "s" })
}

/// Returns the first character that [`one_line`] would escape.
pub(crate) fn misleading(text: &str) -> Option<char> {
    // Nearly every text is plain ASCII, and every text of every user is checked.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    with_neighbours(text).find(|(c, around)| misleads(*c, *around)).map(|(c, _)| c)
}

/// Marks each name of a property while a message is made: code points that Unicode reserves for such use, in a random
/// order for each process. So no other text contains the mark.
pub(super) fn mark() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| {
        let drawn = RandomState::new().hash_one(());
        let code = |place: u32| {
            char::from_u32(0xfdd0 + u32::try_from(drawn >> (5 * place) & 31).unwrap_or_default())
        };
        (0..12).filter_map(code).collect()
    })
}

/// Writes a name so that a message made of the text recognises it.
pub(super) fn write_name(f: &mut impl Write, name: &str) -> fmt::Result {
    f.write_str(mark())?;
    f.write_str(name)
}

/// Maximum number of names that a message lists.
const NAMED: usize = 5;

/// Returns the first few names, and how many more there are.
pub(crate) fn some_of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named: Vec<String> = names.take(NAMED).map(|name| format!("`{}`", one_line(name))).collect();
    format!("{}{more}", named.join(", "))
}

/// Returns a text in quotes, on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    push_escaped(&mut quoted, text, &['"', '\\']);
    quoted.push('"');
    quoted
}

/// Returns the text in quotes: the inverse of [`quoted`], which also reads the escapes of JSON.
pub(crate) fn unquoted(quoted: &str) -> Option<String> {
    let mut json = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some((before, behind)) = rest.split_once('\\') {
        json.push_str(before);
        if let Some((code, behind)) = behind.strip_prefix("u{").and_then(|behind| behind.split_once('}')) {
            let c = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                json.push_str(&format!("\\u{unit:04x}"));
            }
            rest = behind;
        } else {
            let mut behind = behind.chars();
            json.extend(['\\', behind.next()?]);
            rest = behind.as_str();
        }
    }
    json.push_str(rest);
    serde_json::from_str(&json).ok()
}

/// Appends a text as [`one_line`] shows it, with a backslash before the characters in `more`.
fn push_escaped(escaped: &mut String, text: &str, more: &[char]) {
    for (c, around) in with_neighbours(text) {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            // Writing to a `String` cannot fail.
            c if misleads(c, around) => drop(write!(escaped, "\\u{{{:x}}}", u32::from(c))),
            c => {
                escaped.extend(more.contains(&c).then_some('\\'));
                escaped.push(c);
            }
        }
    }
}

/// Returns the characters of a text, each with the characters before and after it.
fn with_neighbours(text: &str) -> impl Iterator<Item = (char, [Option<char>; 2])> {
    let mut before = None;
    let mut rest = text.chars();
    iter::from_fn(move || {
        let c = rest.next()?;
        Some((c, [before.replace(c), rest.clone().next()]))
    })
}

/// Whether a character, printed alone, does anything else than show itself.
pub(super) fn misleads_alone(c: char) -> bool {
    misleads(c, [None, None])
}

/// Whether a character, printed between these, does anything else than show itself.
fn misleads(c: char, around: [Option<char>; 2]) -> bool {
    let is_joined = |other: Option<char>| other.is_some_and(|other| !other.is_ascii());
    match c {
        ' '..='~' => false,
        '\u{200c}' | '\u{200d}' => !around.into_iter().all(is_joined),
        c => is_control(c) || is_invisible(c),
    }
}

/// Whether a character is a control character, a separator of lines or paragraphs, or a code point that is no
/// character.
pub(crate) fn is_control(c: char) -> bool {
    let code = u32::from(c);
    let is_no_character = code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code);
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_no_character
}

/// Whether a character is invisible: characters of Unicode's category Cf (format) that are not shown, and fillers.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}
