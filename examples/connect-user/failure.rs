//! What ends a command early.

use std::fmt;

pub type Outcome<T> = Result<T, Failure>;

/// A mistake with its way out.
#[derive(Debug)]
pub struct Failure {
    message: String,
    help: Option<String>,
    /// Whether everything there is to say was said already.
    said: bool,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, said: false }
    }

    /// A failure whose reasons have been printed.
    pub fn said() -> Self {
        Self { message: String::new(), help: None, said: true }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says where.
    pub fn within(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
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
