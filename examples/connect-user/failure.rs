//! What ends a command early.

use std::{error::Error, fmt};

use connect_user::user::Diagnostic;

use crate::program::place::{self, Place};

pub type Outcome<T> = Result<T, Failure>;

/// A mistake with its way out.
#[derive(Debug, Default)]
pub struct Failure {
    message: String,
    help: Option<Box<str>>,
    /// Where it is in the program: the path of a value, or line and column.
    path: Option<String>,
    spot: Option<(u64, u64)>,
    /// Other mistakes, found in the same go.
    more: Vec<Failure>,
    /// Whether everything there is to say was said already.
    said: bool,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// What went wrong, and why: an error with its causes.
    pub fn caused(what: impl Into<String>, error: &(dyn Error + 'static)) -> Self {
        let mut message = what.into();
        let mut cause = Some(error);
        while let Some(error) = cause {
            let text = error.to_string();
            // Some errors tell their cause themselves.
            if !text.is_empty() && !message.contains(&text) {
                message.push_str(if message.is_empty() { "" } else { ": " });
                message.push_str(&text);
            }
            cause = error.source();
        }
        Self::new(message)
    }

    /// What the library says.
    pub fn told(diagnostic: &Diagnostic) -> Self {
        Self::new(diagnostic.text()).help(diagnostic.help.as_deref().unwrap_or_default())
    }

    /// A failure whose reasons have been printed.
    pub fn said() -> Self {
        Self { said: true, ..Self::default() }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        let help = help.into();
        self.help = (!help.is_empty()).then(|| help.into_boxed_str());
        self
    }

    /// All mistakes of one reading, if there are any.
    pub fn all(mut failures: Vec<Self>) -> Outcome<()> {
        if failures.is_empty() {
            return Ok(());
        }
        let mut first = failures.remove(0);
        first.more.append(&mut failures);
        Err(first)
    }

    /// Says which value of the program it is about, unless it is said more exactly already.
    pub fn of(mut self, path: &str) -> Self {
        self.path.get_or_insert_with(|| path.to_owned());
        self.more = self.more.into_iter().map(|other| other.of(path)).collect();
        self
    }

    /// Says at which line and column of the program it is.
    pub fn at(mut self, line: u64, column: u64) -> Self {
        self.spot = Some((line, column));
        self
    }

    /// Where in the program it is, where that is known.
    pub fn place(&self) -> Option<Place> {
        match (self.spot, &self.path) {
            (Some((line, column)), _) => place::at(line, column),
            (None, path) => place::of(path.as_deref()?),
        }
    }

    /// The other mistakes of the same reading.
    pub fn more(&self) -> &[Self] {
        &self.more
    }

    /// Says where.
    pub fn within(mut self, place: &str) -> Self {
        self.more = self.more.into_iter().map(|other| other.within(place)).collect();
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// Says of what: the message goes on from there.
    pub fn after(mut self, subject: &str) -> Self {
        self.more = self.more.into_iter().map(|other| other.after(subject)).collect();
        let space = if self.message.starts_with(':') { "" } else { " " };
        self.message = format!("{subject}{space}{}", self.message);
        self
    }

    pub fn is_said(&self) -> bool {
        self.said
    }

    pub fn way_out(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
