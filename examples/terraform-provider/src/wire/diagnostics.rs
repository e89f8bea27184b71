//! What Terraform shows to people, at the place in their configuration.

use std::fmt;

use connect_user::{
    apply::{ApplyError, Failed},
    client::{ClientError, ErrorKind},
    diff::drift,
    read::{Finding, FindingKind},
    user::{self, Path, Property, Segment, Shape, Spelling, UserState, to_snake_case},
    validate::Report,
};
use magma_protocol::tfplugin6::{
    AttributePath, Diagnostic,
    attribute_path::{Step, step::Selector},
    diagnostic,
};

use crate::resource::Unreadable;

/// How bad something that the library has found is for Terraform.
fn severity(found: &user::Diagnostic) -> diagnostic::Severity {
    if found.is_error() { diagnostic::Severity::Error } else { diagnostic::Severity::Warning }
}

/// Everything that there is to say about one call.
#[derive(Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Something that ends the call.
    pub fn error(&mut self, summary: impl Into<String>, detail: impl Into<String>, at: Option<&Path>) {
        self.push(diagnostic::Severity::Error, summary.into(), detail.into(), at);
    }

    /// Something that deserves a look.
    pub fn warning(&mut self, summary: impl Into<String>, detail: impl Into<String>, at: Option<&Path>) {
        self.push(diagnostic::Severity::Warning, summary.into(), detail.into(), at);
    }

    /// Every error, at its place, and the warnings that are to be told.
    pub fn report(&mut self, report: &Report, tells: impl Fn(&Path) -> bool) {
        for found in report.diagnostics().iter().filter(|found| found.is_error() || tells(&found.path)) {
            let help = found.help.as_ref().map(|help| format!("{}\n\n", sentence(help))).unwrap_or_default();
            let detail = format!("{help}The rule is `{}`.", found.code);
            self.push(severity(found), found.message.clone(), detail, Some(&found.path));
        }
    }

    /// Something that cannot be read, and why.
    pub fn not_read(&mut self, what: impl fmt::Display, error: &ClientError, at: Option<Property>) {
        let help = match error.kind() {
            // A user that is not there is nobody's mistake: what is missing is the instance.
            ErrorKind::NotFound => "check `instance_id` and `region`".to_owned(),
            ErrorKind::AccessDenied => format!("allow `{}`", error.operation().iam_action()),
            _ => error.help().to_owned(),
        };
        self.error(format!("{what} cannot be read: {error}"), help, at.map(Path::from).as_ref());
    }

    /// What reading a user has found, where Terraform does not show it by itself.
    pub fn found(&mut self, finding: &Finding) {
        if !matches!(finding.kind, FindingKind::Gone | FindingKind::Renamed(_)) {
            let found = finding.diagnostic();
            self.warning(found.message, found.help.unwrap_or_default(), None);
        }
    }

    /// A user that is not deleted, and why.
    pub fn not_deleted(&mut self, name: &str, error: &ApplyError, is_stopped: bool) {
        let message = format!("the user `{name}` is not deleted: {}", why(error, is_stopped));
        self.error(message, error.help(), None);
    }

    /// Private state that cannot be read.
    pub fn unreadable(&mut self, unreadable: &Unreadable) {
        self.error(unreadable.to_string(), unreadable.help, None);
    }

    /// What no call can do.
    pub fn notices(&mut self, notices: &[user::Diagnostic]) {
        for notice in notices {
            let help = notice.help.clone().unwrap_or_default();
            self.push(severity(notice), notice.message.clone(), help, Some(&notice.path));
        }
    }

    /// An apply that ended early: why, what is left, and whether it is certain.
    pub fn failed(&mut self, failed: &Failed, planned_from: Option<&UserState>, is_stopped: bool) {
        let help = match &failed.error {
            // Terraform has no id to keep.
            ApplyError::OutcomeUnknown { .. } => {
                "run it again; if the name is taken then, import that user or set `adopt_existing` in the provider block"
            }
            error => error.help(),
        };
        let mut detail = vec![sentence(help)];
        if let (ApplyError::Stale, Some(known), Some(actual)) = (&failed.error, planned_from, &failed.state) {
            let changes = drift(known, actual, &Default::default());
            let places: Vec<String> = changes.iter().map(|change| format!("`{}`", change.path)).collect();
            detail.push(format!("Changed since it was planned: {}.", places.join(", ")));
        }
        if let (ApplyError::Stale, None) = (&failed.error, &failed.state) {
            detail.push("The user is gone.".to_owned());
        }
        if let ApplyError::NotAdopted { differing, .. } = &failed.error {
            if differing.is_empty() {
                detail.push(
                    "That user is exactly as the configuration wants it. If an earlier run was killed, import it \
                     or set `adopt_existing` in the provider block."
                        .to_owned(),
                );
            }
            // Terraform does not tell a provider of the user that a creation replaces: the same person is the
            // sign of it.
            if !differing.iter().any(is_of_another_person) {
                detail.push(
                    "If it is the user that this one replaces: `create_before_destroy` cannot work for a \
                     replacement that keeps the name, for names are unique in an instance. Remove it from this \
                     resource and from those that depend on it."
                        .to_owned(),
                );
            }
        }
        if !failed.left.is_empty() {
            let left: Vec<&str> = failed.left.iter().map(|step| step.operation.name()).collect();
            detail.push(format!("Not done: {}.", left.join(", ")));
        }
        if !failed.certain {
            detail.push("Whether the call was done is not known: the next plan reads it.".to_owned());
        }
        self.error(why(&failed.error, is_stopped), detail.join("\n\n"), None);
    }

    /// A user that was there already.
    pub fn adopted(&mut self, name: &str) {
        let message = format!("the user `{name}` existed already, exactly as desired, and was adopted");
        self.warning(message, "A call had made it whose answer was lost, or a run that was killed.", None);
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
            summary: sentence(&in_terraform(&summary)),
            detail: sentence(&in_terraform(&detail)),
            attribute: at.and_then(attribute_path),
        });
    }
}

/// What went wrong. Once Terraform is interrupted nothing is repeated: what the last attempt said is not why.
fn why(error: &ApplyError, is_stopped: bool) -> String {
    match error {
        ApplyError::Client(client) if is_stopped && client.is_retryable() => {
            format!("cancelled, and not tried again: {error}")
        }
        _ => error.to_string(),
    }
}

/// A place as Terraform addresses it; nothing for the whole user. Elements of sets have no address: the set
/// has.
pub fn attribute_path(path: &Path) -> Option<AttributePath> {
    let mut steps = Vec::new();
    let is_set = path.property().is_some_and(|property| {
        matches!(property.info().shape, Shape::Set | Shape::Channels | Shape::Proficiencies)
    });
    for (depth, segment) in path.segments().iter().enumerate() {
        match segment {
            Segment::Member(name) => {
                steps.push(Selector::AttributeName(to_snake_case(name)));
                if depth == 0 && is_block(name) {
                    steps.push(Selector::ElementKeyInt(0));
                }
            }
            Segment::Key(key) => steps.push(Selector::ElementKeyString(key.clone())),
            _ => break,
        }
        if is_set {
            break;
        }
    }
    let steps: Vec<Step> = steps.into_iter().map(|selector| Step { selector: Some(selector) }).collect();
    (!steps.is_empty()).then_some(AttributePath { steps })
}

fn is_of_another_person(path: &Path) -> bool {
    matches!(path.property(), Some(Property::FirstName | Property::LastName | Property::Email))
}

fn is_block(name: &str) -> bool {
    Property::ALL
        .iter()
        .any(|property| property.path().split_once('.').is_some_and(|(block, _)| block == name))
}

/// The crate names properties and writes blocks as Pulumi does: `phoneConfig: { phoneType: SOFT_PHONE }`.
/// Terraform names them in snake_case, and quotes.
fn in_terraform(text: &str) -> String {
    let block = |code: &str| {
        let (name, inner) = code.split_once(": {")?;
        let (member, value) = inner.strip_suffix('}')?.split_once(':')?;
        let (name, member) = (to_snake_case(name), to_snake_case(member.trim()));
        Some(format!("{name} {{ {member} = \"{}\" }}", value.trim()))
    };
    let spans = text.split('`').enumerate();
    let spans = spans.map(|(index, span)| match index % 2 {
        1 => block(span).unwrap_or_else(|| span.to_owned()),
        _ => span.to_owned(),
    });
    Spelling::SnakeCase.message(&spans.collect::<Vec<_>>().join("`"))
}

/// The crate's sentences have neither a capital nor a full stop; Terraform's have both.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '?', '!']) || text.is_empty() { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}
