//! What ends a command early.

use std::error::Error;

use connect_user::{
    fleet::{JsonError, PlanFileError, RecordError, SessionError, StoreError},
    interop::{
        DeploymentError,
        file::AdoptError,
        program::{Location, ProgramError},
    },
    read::{FilterError, InstanceError},
    user::{Diagnostic, IdError, ImportIdError},
    validate::OverrideError,
};

use crate::way_out;

pub type Outcome<T> = Result<T, Failure>;

/// Mistakes that were found in the same go. Where there is none, everything there is to say was said already.
#[derive(Debug)]
pub struct Failure(Vec<Mistake>);

/// A mistake with its way out.
#[derive(Debug)]
pub struct Mistake {
    pub message: String,
    pub help: Option<String>,
    /// Where it is in the program.
    pub location: Option<Location>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self(vec![Mistake { message: message.into(), help: None, location: None }])
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
    pub const fn said() -> Self {
        Self(Vec::new())
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        let help = Some(help.into()).filter(|help| !help.is_empty());
        self.0.iter_mut().for_each(|mistake| mistake.help.clone_from(&help));
        self
    }

    /// All of them in one, if there are any.
    pub fn all(failures: impl Iterator<Item = Self>) -> Outcome<()> {
        let mistakes: Vec<Mistake> = failures.flat_map(|failure| failure.0).collect();
        if mistakes.is_empty() { Ok(()) } else { Err(Self(mistakes)) }
    }

    /// Says where.
    pub fn within(mut self, place: &str) -> Self {
        self.0.iter_mut().for_each(|mistake| mistake.message = format!("{place}: {}", mistake.message));
        self
    }

    pub fn mistakes(&self) -> &[Mistake] {
        &self.0
    }
}

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        let told = error.mistakes().map(|(mistake, location)| Mistake {
            message: mistake.text(),
            help: way_out::help(mistake),
            location: location.cloned(),
        });
        Self(told.collect())
    }
}

impl From<DeploymentError> for Failure {
    fn from(error: DeploymentError) -> Self {
        match error {
            DeploymentError::Program(error) => error.into(),
            DeploymentError::Session(error) => (*error).into(),
            error => Self::caused(String::new(), &error).help(error.help()),
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Refused(refused) => {
                Self(refused.reasons.iter().flat_map(|reason| Self::told(reason).0).collect())
            }
            error => Self::caused(String::new(), &error).help(error.help()),
        }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        let help = match &error {
            RecordError::NotRecorded { .. } => "`show` lists every user",
            RecordError::Unfinished { .. } => {
                "`apply` finishes it; `--force` removes the user from the state nevertheless"
            }
            error => error.help(),
        };
        Self::caused(String::new(), &error).help(help)
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

from!(AdoptError, FilterError, IdError, ImportIdError, InstanceError);
from!(JsonError, OverrideError, PlanFileError, StoreError);
