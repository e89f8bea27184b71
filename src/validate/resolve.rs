//! From a spec, or a document, to a report, and to the witness that it is valid.

use std::borrow::Cow;

use super::{
    Code, Context, Report, Severity, Violation,
    names::settle,
    rules::{Found, RULES, Subject},
};
use crate::user::{DecodeError, DesiredUser, Input, Path, UserSpec, Value, document_order, keep_ignored};

/// Checks a spec against every rule.
pub fn validate(spec: &UserSpec, context: &Context<'_>) -> Report {
    let mut spec = with_name(spec, context);
    let found = settle(&mut spec, context.names);
    check(&spec, found, context)
}

/// Reads a document and checks it against every rule, in one report.
///
/// What could be read is returned too, with ids where the context knows what names stand for; what could not
/// is unknown in it.
pub fn validate_document(document: Value, context: &Context<'_>) -> (UserSpec, Report) {
    let (errors, mut spec) = match UserSpec::decode(document) {
        Ok(spec) => (Vec::new(), spec),
        Err(errors) => errors.into_parts(),
    };
    let found = settle(&mut spec, context.names);
    let mut report = check(&with_name(&spec, context), found, context);
    // What cannot be read is an error at its place, not a value to wait for.
    report.deferred.retain(|place| !errors.iter().any(|error| is_within(place, &error.path)));
    report.violations.extend(errors.into_iter().map(violation));
    sort(&mut report.violations);
    (spec, report)
}

/// Makes the [`DesiredUser`] that planning takes: a user of whom every value is known, and who breaks no rule.
///
/// # Errors
///
/// The report, where there is an error in it, or a value that is not known yet.
pub fn resolve(spec: UserSpec, context: &Context<'_>) -> Result<(DesiredUser, Report), Report> {
    let mut spec = with_name(&spec, context);
    let found = settle(&mut spec, context.names);
    let report = check(&spec, found, context);
    if let Some(prior) = context.prior
        && let Cow::Owned(kept) = keep_ignored(&spec, prior, &context.options)
    {
        spec = kept;
    }
    let instance_id = spec.instance_id.known().cloned();
    let name = spec.name.as_ref().and_then(Input::known).cloned();
    let settings = spec.settle();
    match (report.is_valid() && report.deferred.is_empty(), instance_id, name, settings) {
        (true, Some(instance_id), Some(name), Some(settings)) => {
            let desired = DesiredUser {
                spec,
                instance_id,
                name,
                settings,
                options: context.options.clone(),
                managed: None,
            };
            Ok((desired, report))
        }
        // A rule that the host allows may leave a value that no call can carry.
        (true, ..) => Err(Report { violations: unsendable(report.violations), ..Report::default() }),
        _ => Err(report),
    }
}

/// The spec with its name: the one that it gives, or else that of the user as it is, or else one that is
/// made; as it is where there is none of these.
pub fn with_name(spec: &UserSpec, context: &Context<'_>) -> UserSpec {
    let mut spec = spec.without_empty_texts().into_owned();
    if spec.name.is_none() {
        let prior = context.prior.map(|prior| prior.name.clone());
        let made =
            || context.auto_name.as_ref().map(|auto| auto.generate(context.options.identity_management));
        spec.name = prior.or_else(made).map(Input::Known);
    }
    spec
}

fn check(spec: &UserSpec, found: Vec<Violation>, context: &Context<'_>) -> Report {
    let subject = Subject::new(spec, context);
    let judged = |violation: Violation| {
        let severity = context.overrides.severity(violation.code, violation.severity);
        Violation { severity, ..violation }
    };
    let mut violations: Vec<Violation> = found.into_iter().map(judged).collect();
    for rule in RULES {
        let mut found = Found::default();
        (rule.check)(&subject, &mut found);
        let severity = context.overrides.severity(rule.info.code, rule.info.severity);
        violations.extend(found.into_violations(rule.info.code, severity));
    }
    sort(&mut violations);
    let mut deferred = spec.unknowns();
    deferred.sort_by(document_order);
    deferred.dedup();
    Report { violations, deferred }
}

fn sort(violations: &mut [Violation]) {
    violations.sort_by(|a, b| document_order(&a.path, &b.path).then(a.code.cmp(&b.code)));
}

fn is_within(place: &Path, outer: &Path) -> bool {
    place.segments().starts_with(outer.segments())
}

fn violation(error: DecodeError) -> Violation {
    Violation {
        path: error.path,
        code: Code(error.code),
        severity: Severity::Error,
        message: error.message,
        help: error.help,
        related: Vec::new(),
    }
}

/// The lowered rules that bound numbers, as errors again: a request has no room for the number.
fn unsendable(violations: Vec<Violation>) -> Vec<Violation> {
    let bounds = |violation: &Violation| {
        matches!(violation.code.as_str(), "after-contact-work-limit" | "proficiency-level")
    };
    let raised = |violation: Violation| Violation {
        severity: Severity::Error,
        help: Some("give a value within the bounds: no call can carry this one".to_owned()),
        ..violation
    };
    violations.into_iter().filter(bounds).map(raised).collect()
}
