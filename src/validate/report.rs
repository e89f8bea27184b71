//! The result of a validation.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::user::{Diagnostic, MOST_LISTED, Path, Severity};

/// The violations of a spec, in the order of its properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) deferred: Vec<Path>,
}

impl Report {
    /// Returns all violations: errors and warnings.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Returns the paths of unknown values, whose rules are deferred.
    pub fn deferred(&self) -> &[Path] {
        &self.deferred
    }

    /// Whether there is no error.
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    /// Returns the errors, which prevent a plan.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|violation| violation.severity == Severity::Error)
    }

    /// Returns the warnings, which do not prevent a plan.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|violation| violation.severity == Severity::Warning)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.diagnostics.iter().enumerate() {
            let separator = if index > 0 { "\n" } else { "" };
            write!(f, "{separator}{violation}")?;
        }
        if !self.deferred.is_empty() {
            let separator = if self.diagnostics.is_empty() { "" } else { "\n" };
            let places: Vec<_> = self.deferred.iter().take(MOST_LISTED).map(ToString::to_string).collect();
            write!(f, "{separator}not known yet: `{}`", places.join("`, `"))?;
            let more = self.deferred.len().saturating_sub(MOST_LISTED);
            if more > 0 {
                write!(f, " and {more} more")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 3)?;
        report.serialize_field("valid", &self.is_valid())?;
        report.serialize_field("violations", &self.diagnostics)?;
        report.serialize_field("deferred", &self.deferred)?;
        report.end()
    }
}
