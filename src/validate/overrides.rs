//! Changes the severity of rules.

use std::collections::BTreeMap;

use crate::user::{Code, Severity, Stage, UnknownCode};

/// The severities that a host has changed.
///
/// ```
/// use connect_user::validate::Overrides;
///
/// let mut overrides = Overrides::default();
/// overrides.allow("tag-key-characters")?;
/// overrides.deny("email-missing")?;
/// assert_eq!(
///     overrides.deny("email-mising").unwrap_err().to_string(),
///     "there is no rule `email-mising`; did you mean `email-missing`?",
/// );
/// # Ok::<(), connect_user::validate::OverrideError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides(BTreeMap<Code, Severity>);

/// The error of changing a severity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// There is no rule with this code.
    #[error("there is no rule `{code}`{}", nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown {
        /// The code that was given.
        code: String,
        /// A similar code, if there is one.
        nearest: Option<&'static str>,
    },
    /// Mistakes in reading a document are always errors.
    #[error("`{0}` cannot be lowered to a warning: what cannot be read cannot be sent")]
    Unreadable(Code),
    /// Values that no call can carry are always errors.
    #[error("`{0}` cannot be lowered to a warning: no call can carry what breaks it")]
    Unsendable(Code),
}

impl OverrideError {
    /// Returns what to do about the error.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "take a code that a report shows, or one of the reference",
            Self::Unreadable(_) | Self::Unsendable(_) => "fix what breaks the rule",
        }
    }
}

impl Overrides {
    /// Lowers a rule to a warning.
    ///
    /// # Errors
    ///
    /// [`OverrideError`] if there is no such rule, if it is a rule for reading the document, or if no call can carry a
    /// value that breaks it ([`CodeInfo::lowerable`](crate::user::CodeInfo::lowerable)).
    pub fn allow(&mut self, code: &str) -> Result<(), OverrideError> {
        let code = find(code)?;
        match code.info() {
            Some(info) if info.lowerable => {}
            Some(info) if info.stage <= Stage::Document => return Err(OverrideError::Unreadable(code)),
            _ => return Err(OverrideError::Unsendable(code)),
        }
        self.0.insert(code, Severity::Warning);
        Ok(())
    }

    /// Raises a rule to an error.
    ///
    /// # Errors
    ///
    /// [`OverrideError`] if there is no such rule.
    pub fn deny(&mut self, code: &str) -> Result<(), OverrideError> {
        self.0.insert(find(code)?, Severity::Error);
        Ok(())
    }

    /// Returns the severity that the host has given to a rule.
    pub(super) fn severity(&self, code: Code) -> Option<Severity> {
        self.0.get(&code).copied()
    }
}

/// Finds a rule by its code.
fn find(code: &str) -> Result<Code, OverrideError> {
    let found: Code =
        code.parse().map_err(|UnknownCode { code, nearest, .. }| OverrideError::Unknown { code, nearest })?;
    match found.info() {
        Some(info) if info.stage <= Stage::Name => Ok(found),
        _ => Err(OverrideError::Unknown { code: code.to_owned(), nearest: None }),
    }
}
