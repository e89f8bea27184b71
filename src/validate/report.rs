//! What validation has found.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::code::{Code, Severity};
use crate::user::{MOST_LISTED, Path, short_line};

/// A rule that the spec breaks, and where.
///
/// Neither secrets nor personal data stand in its texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// Where.
    pub path: Path,
    /// Which rule.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// What else has to do with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Path>,
}

impl Violation {
    /// A violation of a rule of a host's own, or of one that takes knowledge of the instance; its texts are
    /// [on one line](crate::user::one_line).
    pub fn new(
        path: Path,
        code: &'static str,
        severity: Severity,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        Self {
            path,
            code: Code(code),
            severity,
            message: short_line(&message.into()),
            help: help.map(|help| short_line(&help)),
            related: Vec::new(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// Every violation of a spec, in the order of its properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub(super) violations: Vec<Violation>,
    pub(super) deferred: Vec<Path>,
}

impl Report {
    /// The violations, errors and warnings alike.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The places whose value is not known yet, so that rules on them wait.
    pub fn deferred(&self) -> &[Path] {
        &self.deferred
    }

    /// Whether there is no error.
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    /// The violations that keep the user from being planned.
    pub fn errors(&self) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(|violation| violation.severity == Severity::Error)
    }

    /// The violations that do not.
    pub fn warnings(&self) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(|violation| violation.severity == Severity::Warning)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.violations.iter().enumerate() {
            let separator = if index > 0 { "\n" } else { "" };
            write!(f, "{separator}{violation}")?;
        }
        if !self.deferred.is_empty() {
            let separator = if self.violations.is_empty() { "" } else { "\n" };
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
        report.serialize_field("violations", &self.violations)?;
        report.serialize_field("deferred", &self.deferred)?;
        report.end()
    }
}
