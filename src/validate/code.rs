//! The codes of the rules, and how a host changes their severity.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};

use super::{Severity, rules::RULES};
use crate::user::nearest;

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
    /// Whether [`Overrides::allow`] may lower an error to a warning: not where no call can carry what breaks
    /// the rule, so that a plan of it would never be done.
    pub lowerable: bool,
}

/// What reading a document may find before any rule is asked: `(code, summary)`.
const DECODING: &[(&str, &str)] = &[
    ("unknown-member", "every member is a property of a user"),
    ("duplicate-member", "a member is given once"),
    ("missing-required", "what is required is given"),
    ("wrong-type", "a value has the form of its property"),
    ("invalid-value", "a choice is one of those there are"),
];

/// What a host that knows the instance may find: `(code, summary)`.
const NAMES: &[(&str, &str)] = &[
    ("unknown-routing-profile", "a routing profile is one that the instance has"),
    ("unknown-security-profile", "a security profile is one that the instance has"),
    ("unknown-hierarchy-group", "a hierarchy group is one that the instance has"),
    ("ambiguous-name", "a name stands for one thing"),
    ("names-not-listed", "names can be looked up"),
];

/// Every rule: those of reading a document, those of its values, and those that take knowledge of the
/// instance.
pub fn rules() -> impl Iterator<Item = RuleInfo> {
    let decoding = DECODING.iter().map(|(code, summary)| RuleInfo {
        code: Code(code),
        severity: Severity::Error,
        summary,
        source: "this crate",
        lowerable: false,
    });
    let names = NAMES.iter().map(|(code, summary)| RuleInfo {
        code: Code(code),
        severity: Severity::Error,
        summary,
        source: "the instance",
        lowerable: true,
    });
    decoding.chain(RULES.iter().map(|rule| rule.info)).chain(names)
}

/// The rules as Markdown: the reference that the documentation shows.
pub fn rules_table() -> String {
    let mut table = String::from("| code | severity | rule | source |\n| --- | --- | --- | --- |\n");
    for RuleInfo { code, severity, summary, source, lowerable } in rules() {
        let always = if lowerable { "" } else { ", always" };
        table.push_str(&format!("| `{code}` | {severity}{always} | {summary} | {source} |\n"));
    }
    table
}

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

/// Why a severity cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// There is no such rule.
    #[error("there is no rule `{code}`{}", nearest.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown {
        /// The code that was given.
        code: String,
        /// The code that it may mean.
        nearest: Option<&'static str>,
    },
    /// What cannot be read cannot be allowed.
    #[error("`{0}` cannot be lowered to a warning: what cannot be read cannot be sent")]
    Unreadable(Code),
    /// What no call can carry cannot be allowed.
    #[error("`{0}` cannot be lowered to a warning: no call can carry what breaks it")]
    Unsendable(Code),
}

impl Overrides {
    /// Lowers a rule to a warning.
    ///
    /// # Errors
    ///
    /// [`OverrideError`] where there is no such rule, where it is one of reading the document, or where no call
    /// can carry what breaks it ([`RuleInfo::lowerable`]).
    pub fn allow(&mut self, code: &str) -> Result<(), OverrideError> {
        let code = find(code)?;
        if DECODING.iter().any(|(decoding, _)| *decoding == code.0) {
            return Err(OverrideError::Unreadable(code));
        }
        if rules().any(|rule| rule.code == code && !rule.lowerable) {
            return Err(OverrideError::Unsendable(code));
        }
        self.0.insert(code, Severity::Warning);
        Ok(())
    }

    /// Raises a rule to an error.
    ///
    /// # Errors
    ///
    /// [`OverrideError`] where there is no such rule.
    pub fn deny(&mut self, code: &str) -> Result<(), OverrideError> {
        self.0.insert(find(code)?, Severity::Error);
        Ok(())
    }

    /// The severity that the host has given to a rule.
    pub(super) fn severity(&self, code: Code) -> Option<Severity> {
        self.0.get(&code).copied()
    }
}

fn find(code: &str) -> Result<Code, OverrideError> {
    rules().map(|rule| rule.code).find(|known| known.0 == code).ok_or_else(|| OverrideError::Unknown {
        code: code.to_owned(),
        nearest: nearest(code, rules().map(|rule| rule.code.0)),
    })
}
