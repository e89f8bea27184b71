//! Diagnostics for Terraform, with their place in the configuration.

use connect_user::{
    client::ErrorKind,
    engine::{Failure, Kept, KeptError},
    user::{self, Code, Path, Property, Segment, Shape, Spelling, Stage},
};
use magma_protocol::tfplugin6::{
    AttributePath, Diagnostic,
    attribute_path::{Step, step::Selector},
    diagnostic,
};
use tracing::warn;

use super::user::blocks;

const NOT_FOUND: &str = "check `instance_id` and `region`";

/// The severity of a diagnostic for Terraform.
fn severity(found: &user::Diagnostic) -> diagnostic::Severity {
    if found.is_error() { diagnostic::Severity::Error } else { diagnostic::Severity::Warning }
}

/// The diagnostics of one call.
#[derive(Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds an error, which fails the call.
    pub fn error(&mut self, summary: impl Into<String>, detail: impl Into<String>, at: Option<&Path>) {
        self.push(diagnostic::Severity::Error, summary.into(), detail.into(), at);
    }

    /// Adds a warning.
    pub fn warning(&mut self, summary: impl Into<String>, detail: impl Into<String>, at: Option<&Path>) {
        self.push(diagnostic::Severity::Warning, summary.into(), detail.into(), at);
    }

    /// Adds diagnostics of the library, with their paths.
    pub fn found(&mut self, found: &[user::Diagnostic]) {
        for found in found {
            let is_rule = found
                .code
                .info()
                .is_some_and(|info| matches!(info.stage, Stage::Document | Stage::Rule | Stage::Name));
            let rule = is_rule.then(|| format!("The rule is `{}`.", found.code));
            let help = found.help.as_deref().map(sentence);
            let detail: Vec<String> = help.into_iter().chain(rule).collect();
            self.push(severity(found), found.message.to_string(), detail.join("\n\n"), Some(&found.path));
        }
    }

    /// Adds a failure: its cause, what is left to do, and whether the outcome is certain.
    pub fn failed(&mut self, failure: &Failure) {
        log(&failure.diagnostics);
        for found in failure.diagnostics.iter().filter(|found| found.code != Code::NOT_ALLOWED) {
            match found.code {
                Code::CALL_FAILED | Code::STALE | Code::NAME_TAKEN | Code::OUTCOME_UNKNOWN => {
                    self.error(found.message.to_string(), detail(failure, found), Some(&found.path));
                }
                _ => self.found(std::slice::from_ref(found)),
            }
        }
    }

    /// Adds an error about private state that cannot be read.
    pub fn unreadable(&mut self, error: &KeptError) {
        let (reason, help) = match error {
            KeptError::Newer { version } => (
                format!(
                    "was written by a newer provider: its version must be at most {}, is {version}",
                    Kept::VERSION
                ),
                "use the newer version of the provider",
            ),
            error => (
                format!("cannot be read: {error}"),
                "restore the state from a backup; or take the resource out with `terraform state rm` and import it",
            ),
        };
        self.error(format!("the provider's private state of this resource {reason}"), help, None);
    }

    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity() == diagnostic::Severity::Error)
    }

    pub fn into_inner(self) -> Vec<Diagnostic> {
        self.0
    }

    fn push(&mut self, severity: diagnostic::Severity, summary: String, detail: String, at: Option<&Path>) {
        self.0.push(Diagnostic {
            severity: severity.into(),
            summary: sentence(&summary),
            detail: sentence(&detail),
            attribute: at.and_then(attribute_path),
        });
    }
}

/// Logs permissions that were missing in an apply.
pub fn log(notes: &[user::Diagnostic]) {
    for note in notes.iter().filter(|note| note.code == Code::NOT_ALLOWED) {
        warn!(code = note.code.as_str(), help = note.help.as_deref(), "{}", note.message);
    }
}

/// The help for a failure, with its details.
fn detail(failure: &Failure, error: &user::Diagnostic) -> String {
    let help = match (&error.code, failure.kind) {
        // Terraform has no id to store.
        (&Code::OUTCOME_UNKNOWN, _) => {
            "run it again; if the name is taken then, import that user or set `adopt_existing` in the provider block"
        }
        (&Code::CALL_FAILED, Some(ErrorKind::NotFound)) if failure.left.is_empty() => NOT_FOUND,
        _ => error.help.as_deref().unwrap_or_default(),
    };
    let mut detail = vec![sentence(help)];
    let places: Vec<String> = error.related.iter().map(|path| format!("`{path}`")).collect();
    match error.code {
        Code::STALE if failure.snapshot.is_none() => detail.push("The user is gone.".to_owned()),
        Code::STALE if !places.is_empty() => {
            detail.push(format!("Changed since it was planned: {}.", places.join(", ")))
        }
        _ => {}
    }
    if failure.taken_by.is_some() {
        if error.related.is_empty() {
            detail.push(
                "That user is exactly as the configuration wants it. If an earlier run was killed, import it or set \
                 `adopt_existing` in the provider block."
                    .to_owned(),
            );
        }
        // Terraform does not tell a provider which user a creation replaces: a user with the same first name, last name
        // and e-mail address is taken as a sign of it.
        if !error.related.iter().any(is_of_another_person) {
            detail.push(
                "If it is the user that this one replaces: `create_before_destroy` cannot work for a replacement \
                 that keeps the name, for names are unique in an instance. Remove it from this resource and from \
                 those that depend on it."
                    .to_owned(),
            );
        }
    }
    if !failure.left.is_empty() {
        let left: Vec<&str> = failure.left.iter().map(|operation| operation.name()).collect();
        detail.push(format!("Not done: {}.", left.join(", ")));
    }
    if !failure.certain {
        detail.push("Whether the call was done is not known: the next plan reads it.".to_owned());
    }
    detail.join("\n\n")
}

/// A path in the form of Terraform; `None` for the whole user. Elements of sets have no path: the path of the set is
/// used.
pub fn attribute_path(path: &Path) -> Option<AttributePath> {
    let mut steps = Vec::new();
    let property = property(path);
    let is_set = property.is_some_and(|property| {
        matches!(property.info().shape, Shape::Set | Shape::Channels | Shape::Proficiencies)
    });
    for (depth, segment) in Spelling::SnakeCase.path(path).segments().iter().enumerate() {
        match segment {
            Segment::Member(name) => {
                steps.push(Selector::AttributeName(name.to_string()));
                if depth == 0 && blocks().contains(name.as_ref()) {
                    steps.push(Selector::ElementKeyInt(0));
                }
            }
            Segment::Key(key) => steps.push(Selector::ElementKeyString(key.clone())),
            // A block of the provider.
            Segment::Index(index) if property.is_none() => {
                steps.push(Selector::ElementKeyInt(i64::try_from(*index).unwrap_or_default()));
            }
            _ => break,
        }
        if is_set {
            break;
        }
    }
    let steps: Vec<Step> = steps.into_iter().map(|selector| Step { selector: Some(selector) }).collect();
    (!steps.is_empty()).then_some(AttributePath { steps })
}

/// The property of a path, in any spelling.
fn property(path: &Path) -> Option<Property> {
    Spelling::SnakeCase.read_path(path).property()
}

fn is_of_another_person(path: &Path) -> bool {
    matches!(property(path), Some(Property::FirstName | Property::LastName | Property::Email))
}

/// Adds a capital letter and a full stop, as in Terraform's messages; the crate's messages have neither.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '?', '!']) || text.is_empty() { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}
