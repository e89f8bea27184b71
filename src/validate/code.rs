//! The codes of the rules, and what is known of each.

use std::fmt;

use serde::{Serialize, Serializer};

/// The stable name of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub(super) &'static str);

impl Code {
    /// The name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// Whether a violation keeps a user from being planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, but deserves a look.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// A row in the table of rules.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RuleInfo {
    /// The rule's stable name.
    pub code: Code,
    /// How bad a violation is, unless the host says otherwise.
    pub severity: Severity,
    /// The rule, in a sentence without its full stop.
    pub summary: &'static str,
    /// Who says so.
    pub source: &'static str,
    /// Whether [`Overrides::allow`](super::Overrides::allow) may lower an error to a warning: not where no call can carry what breaks
    /// the rule, so that a plan of it would never be done.
    pub lowerable: bool,
}
