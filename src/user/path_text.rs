//! Reads paths from their printed text.

use std::str::FromStr;

use super::{
    as_text::serde_as_text,
    path::Path,
    property::Property,
    text::{one_line, unquoted},
};

/// The error of reading a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a path: {problem}", one_line(text))]
pub struct PathError {
    text: String,
    problem: &'static str,
}

impl PathError {
    pub(super) fn new(text: &str, problem: &'static str) -> Self {
        Self { text: text.to_owned(), problem }
    }

    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        "write `tags.team` or `tags[\"cost center\"]`, and `userProficiencies[1].level` in lists"
    }
}

impl FromStr for Path {
    type Err = PathError;

    /// Reads the text that `Display` writes. After `tags.`, the whole rest is the key, including dots.
    ///
    /// ```
    /// use connect_user::user::{Path, Property};
    ///
    /// let path: Path = r#"tags["cost center"]"#.parse()?;
    /// assert_eq!(path, Path::from(Property::Tags).key("cost center"));
    /// assert_eq!(path.to_string().parse(), Ok(path));
    /// # Ok::<(), connect_user::user::PathError>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, PathError> {
        read(text).map_err(|problem| PathError::new(text, problem))
    }
}

fn read(text: &str) -> Result<Path, &'static str> {
    let tags = Path::from(Property::Tags);
    let mut path = Path::root();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let behind;
            (path, behind) = match inside.starts_with('"') {
                true => {
                    let end = end_of_quotes(inside).ok_or(QUOTES)?;
                    let (quoted, behind) = inside.split_at_checked(end).ok_or(QUOTES)?;
                    let key = unquoted(quoted).ok_or(QUOTES)?;
                    (if path == tags { path.key(key) } else { path.member(key) }, behind.strip_prefix(']'))
                }
                false => {
                    let (index, behind) = inside.split_once(']').ok_or("a `[` has no `]`")?;
                    let index = index.parse().map_err(
                        |_| "brackets must hold a whole number from 0, or a name in double quotes",
                    )?;
                    (path.index(index), Some(behind))
                }
            };
            rest = behind.ok_or("a `[` has no `]`")?;
            if !(rest.is_empty() || rest.starts_with(['.', '['])) {
                return Err("a `]` must be followed by `.`, `[` or nothing");
            }
            continue;
        }
        let is_first = path.segments().is_empty();
        rest = if is_first { rest } else { rest.strip_prefix('.').unwrap_or(rest) };
        if path == tags && !rest.is_empty() {
            return Ok(path.key(rest));
        }
        let (name, behind) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
        if name.is_empty() {
            return Err("a name is empty");
        }
        if name.contains(']') {
            return Err("a `]` has no `[`");
        }
        path = path.member(name.to_owned());
        rest = behind;
        if rest == "." {
            return Err("a name is empty");
        }
    }
    Ok(path)
}

const QUOTES: &str = "a name in quotes does not end, or has a bad escape";

/// Returns the end of the quoted text at the beginning, including the quotes.
fn end_of_quotes(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let is_end = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        is_end
    });
    end.map(|(place, _)| place + 1)
}

serde_as_text!(Path);
