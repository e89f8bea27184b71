//! Diagnostics: the single form in which the crate reports mistakes and other findings.

use std::{error::Error, fmt};

use serde::{Deserialize, Serialize};

use super::{
    Spelling,
    code::{Code, Severity},
    message::Message,
    path::Path,
    read_code::read_code,
};

/// A mistake or another finding: a mistake in a document, a broken rule, a refusal or a notice of a plan, or a finding
/// of reading users.
///
/// The texts are on one line, of bounded length, without secrets and personal data.
///
/// ```
/// use connect_user::user::{Code, Diagnostic, Path, Property};
///
/// let diagnostic = Diagnostic::new(Code::NAME_LENGTH, "`name` must have 1 to 100 characters, has 120")
///     .at(Path::from(Property::Name))
///     .about("agents.jane")
///     .with_help("choose another name");
/// assert_eq!(
///     diagnostic.to_string(),
///     "error[name-length]: agents.jane: `name` must have 1 to 100 characters, has 120\n  help: choose another name",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The path; the root if the diagnostic concerns the whole user.
    pub path: Path,
    /// The code. A diagnostic with the code of a host, or of a later version, can be read, too.
    #[serde(deserialize_with = "read_code")]
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// The resource name of the user, if there are several users.
    #[serde(default, rename = "user")]
    pub subject: Option<String>,
    /// The message: a sentence.
    pub message: Message,
    /// What to do about it. Every error has a help text.
    #[serde(default)]
    pub help: Option<Message>,
    /// Other paths that are relevant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Path>,
}

impl Diagnostic {
    /// Creates a diagnostic about a whole user, with the severity of its code; an error if the code belongs to a host.
    pub fn new(code: Code, message: impl Into<Message>) -> Self {
        Self {
            path: Path::root(),
            code,
            severity: code.info().map_or(Severity::Error, |info| info.severity),
            subject: None,
            message: message.into(),
            help: None,
            related: Vec::new(),
        }
    }

    /// Sets the path.
    #[must_use]
    pub fn at(self, path: impl Into<Path>) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Sets the resource name of the user.
    #[must_use]
    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    /// Sets the help text; none if it is empty.
    #[must_use]
    pub fn with_help(self, help: impl Into<Message>) -> Self {
        let help = help.into();
        Self { help: Some(help).filter(|help| !help.is_empty()), ..self }
    }

    /// Sets a severity that differs from that of the code.
    #[must_use]
    pub fn with_severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// Sets other paths that are relevant.
    #[must_use]
    pub fn with_related(self, related: Vec<Path>) -> Self {
        Self { related, ..self }
    }

    /// Returns the diagnostic with paths and names in the host's spelling.
    #[must_use]
    pub fn spelled(self, spelling: Spelling) -> Self {
        Self {
            path: spelling.path(&self.path),
            message: self.message.spelled(spelling),
            help: self.help.map(|help| help.spelled(spelling)),
            related: self.related.iter().map(|path| spelling.path(path)).collect(),
            ..self
        }
    }

    /// Whether the diagnostic is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Returns the message, preceded by the resource name unless the message contains it.
    pub fn text(&self) -> String {
        match &self.subject {
            Some(subject) if !self.message.contains(&format!("`{subject}`")) => {
                Message::from(format!("{subject}: {}", self.message)).into()
            }
            _ => self.message.to_string(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.code, self.text())?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl Error for Diagnostic {}

/// Returns the text of an error with its causes, unless the text already contains them.
///
/// ```
/// use connect_user::user::with_causes;
/// use std::{fs, io};
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("the program cannot be read")]
/// struct Unreadable(#[source] io::Error);
///
/// let error = Unreadable(io::Error::other("the disk is gone"));
/// assert_eq!(with_causes(&error), "the program cannot be read: the disk is gone");
/// ```
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let (mut told, mut source) = (error.to_string(), error.source());
    while let Some(cause) = source {
        let text = cause.to_string();
        if !text.is_empty() && !told.contains(&text) {
            told = if told.is_empty() { text } else { format!("{told}: {text}") };
        }
        source = cause.source();
    }
    told
}

/// Returns the messages of several diagnostics, on one line.
pub(crate) fn joined(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(Diagnostic::text).collect::<Vec<_>>().join("; ")
}
