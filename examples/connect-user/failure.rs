//! What ends a command early.

use std::{error::Error, fmt};

use connect_user::{
    fleet::{JsonError, SessionError, StoreError},
    interop::{
        DeploymentError,
        program::{Location, ProgramError},
    },
    read::{FilterError, InstanceError},
    user::{Diagnostic, IdError, ImportIdError},
    validate::OverrideError,
};

use crate::way_out;

pub type Outcome<T> = Result<T, Failure>;

/// A mistake with its way out.
#[derive(Debug, Default)]
pub struct Failure {
    message: String,
    help: Option<Box<str>>,
    /// Where it is in the program.
    location: Option<Location>,
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
        Self::new(diagnostic.text()).help(way_out::help(diagnostic).unwrap_or_default())
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

    /// All of them in one, if there are any.
    pub fn all(mut failures: impl Iterator<Item = Self>) -> Outcome<()> {
        match failures.next() {
            Some(first) => Err(Self { more: failures.collect(), ..first }),
            None => Ok(()),
        }
    }

    /// Where in the program it is, where that is known.
    pub const fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// The other mistakes of the same reading.
    pub fn more(&self) -> &[Self] {
        &self.more
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

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        let told = |(mistake, location): (&Diagnostic, Option<&Location>)| Self {
            location: location.cloned(),
            ..Self::told(mistake)
        };
        Self::all(error.mistakes().map(told)).err().unwrap_or_default()
    }
}

impl From<DeploymentError> for Failure {
    fn from(error: DeploymentError) -> Self {
        match error {
            DeploymentError::Program(error) => error.into(),
            error => Self::caused(String::new(), &error).help(error.help()),
        }
    }
}

macro_rules! from {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::caused(String::new(), &error).help(error.help())
            }
        }
    )+};
}

from!(FilterError, InstanceError, SessionError, StoreError, JsonError, ImportIdError, IdError, OverrideError);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
