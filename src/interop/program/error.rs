//! The mistakes of a program.

use std::fmt;

use super::{
    location::Location,
    reference::{Reference, Step},
};
use crate::user::{Code, Diagnostic};

/// Error of reading a program: all mistakes, each with its place if it is known.
#[derive(Clone, Debug)]
pub struct ProgramError {
    mistakes: Vec<(Diagnostic, Option<Location>)>,
}

impl ProgramError {
    pub(in crate::interop) const fn new(mistakes: Vec<(Diagnostic, Option<Location>)>) -> Self {
        Self { mistakes }
    }

    /// Returns the mistakes, in the order of the program: at least one, each an error with the code
    /// [`Code::INVALID_PROGRAM`] or [`Code::NOT_EDITED`], and with a help.
    pub fn mistakes(&self) -> impl Iterator<Item = (&Diagnostic, Option<&Location>)> {
        self.mistakes.iter().map(|(mistake, location)| (mistake, location.as_ref()))
    }
}

impl fmt::Display for ProgramError {
    /// Writes the first mistake, and the number of further mistakes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((mistake, location)) = self.mistakes.first() else { return Ok(()) };
        f.write_str(&mistake.text())?;
        if let Some(location) = location {
            write!(f, " ({location})")?;
        }
        match self.mistakes.len() {
            ..=1 => Ok(()),
            2 => f.write_str("; and 1 more mistake"),
            count => write!(f, "; and {} more mistakes", count - 1),
        }
    }
}

impl std::error::Error for ProgramError {}

/// A mistake that is being reported: outer functions add context to its message.
#[derive(Debug)]
pub(super) struct Mistake {
    message: String,
    help: String,
    place: Place,
}

/// The place of a mistake.
#[derive(Debug)]
pub(super) enum Place {
    Unknown,
    /// At the value of this path.
    At(Reference),
    /// At this line and column, from 1.
    Line(u64, u64),
}

pub(super) type Checked<T> = Result<T, Mistake>;

impl Mistake {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), place: Place::Unknown }
    }

    /// Sets the place to the value at this path, unless a more exact place is known.
    pub(super) fn of(mut self, path: &[&str]) -> Self {
        if matches!(self.place, Place::Unknown) {
            self.place = Place::At(Reference::of(path));
        }
        self
    }

    /// Sets the place to a value in the properties of a user.
    pub(super) fn at_property(mut self, user: &str, path: &[Step]) -> Self {
        self.place = Place::At(Reference::of(&["resources", user, "properties"]).then(path));
        self
    }

    pub(super) fn at_line(self, line: u64, column: u64) -> Self {
        Self { place: Place::Line(line, column), ..self }
    }

    pub(super) fn into_parts(self) -> (String, String, Option<(u64, u64)>) {
        let at = match self.place {
            Place::Line(line, column) => Some((line, column)),
            _ => None,
        };
        (self.message, self.help, at)
    }

    /// Puts a place before the message: `place: message`.
    pub(super) fn within(self, place: &str) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
    }

    /// Puts a subject before the message, which continues the sentence.
    pub(super) fn after(self, subject: &str) -> Self {
        let space = if self.message.starts_with(':') { "" } else { " " };
        Self { message: format!("{subject}{space}{}", self.message), ..self }
    }

    pub(super) fn told(
        self,
        locate: impl FnOnce(Place) -> Option<Location>,
    ) -> (Diagnostic, Option<Location>) {
        let diagnostic = Diagnostic::new(Code::INVALID_PROGRAM, self.message).with_help(self.help);
        (diagnostic, locate(self.place))
    }
}
