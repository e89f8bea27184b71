//! JSON and YAML: the value, and where everything is.

use std::cell::OnceCell;

use serde::de::DeserializeOwned;

use super::reading::Reading;
use crate::{
    interop::program::{Location, Step, Tree, read_yaml, unreadable},
    user::{Code, Diagnostic, Value},
};

/// The text of a file that is JSON or YAML. Where something is is looked for in a second reading, when it is asked first.
pub(super) struct Text<'a> {
    file: &'a str,
    text: &'a str,
    tree: OnceCell<Option<Tree>>,
}

impl<'a> Text<'a> {
    /// The text of a file; tells of bytes that are none.
    pub(super) fn of(bytes: &'a [u8], reading: &mut Reading<'a>) -> Option<Self> {
        let text = text(bytes, reading)?;
        Some(Self { file: &reading.options.file, text, tree: OnceCell::new() })
    }

    /// The value, of JSON.
    pub(super) fn json(&self, reading: &mut Reading<'_>) -> Option<Value> {
        match serde_json::from_str(self.text) {
            Ok(value) => Some(value),
            Err(error) => {
                let text = error.to_string();
                let what = text.split_once(" at line ").map_or(text.as_str(), |(what, _)| what);
                let message = format!("`{}` is not JSON: {what}", self.file);
                let found = Diagnostic::new(Code::INVALID_FILE, message).with_help("mend the text there");
                reading.tell(found, Some(self.at(error.line() as u64, error.column().max(1) as u64)));
                None
            }
        }
    }

    /// What a deserializer makes of YAML, of which JSON is a part.
    pub(super) fn yaml<T: DeserializeOwned>(&self, reading: &mut Reading<'_>) -> Option<T> {
        match read_yaml(self.text) {
            Ok(value) => Some(value),
            Err(error) => {
                let (what, help, at) = unreadable(&error);
                let message = format!("`{}` {what}", self.file);
                let found = Diagnostic::new(Code::INVALID_FILE, message).with_help(help);
                reading.tell(found, at.map(|(line, column)| self.at(line, column)));
                None
            }
        }
    }

    /// Where something is, or the nearest place above it.
    pub(super) fn find(&self, path: &[Step]) -> Option<Location> {
        let tree = self.tree.get_or_init(|| read_yaml(self.text).ok());
        let (line, column) = tree.as_ref()?.find(path)?;
        Some(self.at(line, column))
    }

    pub(super) const fn text(&self) -> &'a str {
        self.text
    }

    fn at(&self, line: u64, column: u64) -> Location {
        Location { file: self.file.to_owned(), line, column }
    }
}

/// The text of a file without a byte order mark; tells of bytes that are none.
pub(super) fn text<'a>(bytes: &'a [u8], reading: &mut Reading<'_>) -> Option<&'a str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let column =
                String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() as u64 + 1;
            let file = &reading.options.file;
            let found = Diagnostic::new(Code::INVALID_FILE, format!("`{file}` is not UTF-8 text"))
                .with_help("save it as UTF-8; a spreadsheet calls that \"CSV UTF-8\"");
            let location = Location { file: file.clone(), line, column };
            reading.tell(found, Some(location));
            None
        }
    }
}

/// A path of members.
pub(super) fn members(names: &[&str]) -> Vec<Step> {
    names.iter().map(|name| Step::member(name)).collect()
}
