//! What ends a command early.

use std::{error::Error, fmt};

use connect_user::user::Diagnostic;

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
        Self { message: String::new(), help: None, said: true }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        let help = help.into();
        self.help = (!help.is_empty()).then_some(help);
        self
    }

    /// Says where.
    pub fn within(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// Says of what: the message goes on from there.
    pub fn after(mut self, subject: &str) -> Self {
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
