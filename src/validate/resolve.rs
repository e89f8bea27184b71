//! From a spec, or a document, to a report, and to the witness that it is valid.

use std::collections::{HashMap, HashSet};

use super::{
    context::Context,
    names::settle,
    overrides::Overrides,
    report::Report,
    rules::{Finding, Found, RULES, Subject, Weight},
};
use crate::user::{
    Code, DesiredUser, Diagnostic, Input, MOST_LISTED, Path, Segment, Severity, UserSpec, Value,
    document_order, document_rank, keep_ignored,
};

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
    let (spec, _, report) = read(document, context);
    (spec, report)
}

/// Reads a document, checks it against every rule, and makes the [`DesiredUser`] of it that planning takes.
/// Where it is not valid, or a value is not known yet, what could be read is returned instead.
pub fn resolve_document(document: Value, context: &Context<'_>) -> (Result<DesiredUser, UserSpec>, Report) {
    let (spec, named, report) = read(document, context);
    let desired = desired(named, &report, context);
    (desired.ok_or(spec), report)
}

/// What a document says, without and with the user's name.
fn read(document: Value, context: &Context<'_>) -> (UserSpec, UserSpec, Report) {
    let (errors, mut spec) = match UserSpec::decode(document) {
        Ok(spec) => (Vec::new(), spec),
        Err(errors) => errors.into_parts(),
    };
    let found = settle(&mut spec, context.names);
    let named = with_name(&spec, context);
    let mut report = check(&named, found, context);
    // What cannot be read is an error at its place, not a value to wait for.
    let unreadable: HashSet<&[Segment]> = errors.iter().map(|error| error.path.segments()).collect();
    report.deferred.retain(|place| !is_within_any(place, &unreadable));
    report.diagnostics.extend(bounded(errors));
    sort(&mut report.diagnostics);
    (spec, named, report)
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
    match desired(spec, &report, context) {
        Some(desired) => Ok((desired, report)),
        None => Err(report),
    }
}

/// The user, where the report allows it.
fn desired(spec: UserSpec, report: &Report, context: &Context<'_>) -> Option<DesiredUser> {
    if !report.is_valid() || !report.deferred.is_empty() {
        return None;
    }
    // Who the user is: planning keeps the rest of what is ignored.
    let kept = context.prior.map(|prior| keep_ignored(&spec, prior, &context.settings));
    let known = kept.as_deref().unwrap_or(&spec);
    let instance_id = known.instance_id.known().cloned()?;
    let name = known.name.as_ref().and_then(Input::known).cloned()?;
    let properties = spec.settle()?;
    drop(kept);
    let settings = context.settings.clone();
    Some(DesiredUser { spec, instance_id, name, properties, settings, managed: None })
}

/// The spec with its name: the one that it gives, or else that of the user as it is, or else one that is
/// made; as it is where there is none of these.
pub fn with_name(spec: &UserSpec, context: &Context<'_>) -> UserSpec {
    let mut spec = spec.without_empty_texts().into_owned();
    if spec.name.is_none() {
        let prior = context.prior.map(|prior| prior.name.clone());
        let made =
            || context.auto_name.as_ref().map(|auto| auto.generate(context.settings.identity_management));
        spec.name = prior.or_else(made).map(Input::Known);
    }
    spec
}

fn check(spec: &UserSpec, found: Vec<Diagnostic>, context: &Context<'_>) -> Report {
    let subject =
        Subject::new(spec, &context.settings, context.proficiency_limit, context.prior, context.exists);
    let overrides = &context.overrides;
    let judged = |diagnostic: Diagnostic| {
        let severity = overrides.severity(diagnostic.code).unwrap_or(diagnostic.severity);
        diagnostic.with_severity(severity)
    };
    let mut diagnostics: Vec<Diagnostic> = found.into_iter().map(judged).collect();
    for (code, check) in RULES {
        let mut found = Found::of(*code);
        check(&subject, &mut found);
        diagnostics.extend(found.into_findings().map(|finding| judge(finding, overrides)));
    }
    sort(&mut diagnostics);
    let mut deferred = spec.unknowns();
    deferred.sort_by_cached_key(|place| (document_rank(place), place.clone()));
    deferred.dedup();
    Report { diagnostics, deferred }
}

/// What a rule has found, as severe as it is in the end.
fn judge(finding: Finding, overrides: &Overrides) -> Diagnostic {
    let Finding { diagnostic, weight } = finding;
    let (code, chosen) = (diagnostic.code, overrides.severity(diagnostic.code));
    match weight {
        Weight::Usual => {
            let severity = chosen.unwrap_or(diagnostic.severity);
            diagnostic.with_severity(severity)
        }
        Weight::Unsent => diagnostic.with_severity(chosen.unwrap_or(Severity::Warning)),
        Weight::Unsendable if chosen == Some(Severity::Warning) => diagnostic
            .with_severity(Severity::Error)
            .with_help(format!("`{code}` cannot be lowered here: no call can carry the value")),
        Weight::Unsendable => diagnostic.with_severity(Severity::Error),
    }
}

fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| document_order(&a.path, &b.path).then(a.code.cmp(&b.code)));
}

fn is_within_any(place: &Path, outer: &HashSet<&[Segment]>) -> bool {
    let segments = place.segments();
    (0..=segments.len()).filter_map(|length| segments.get(..length)).any(|start| outer.contains(start))
}

/// The first mistakes of each kind, and how many more there are.
fn bounded(errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut counts: HashMap<Code, usize> = HashMap::new();
    let mut listed = Vec::new();
    for error in errors {
        let count = counts.entry(error.code).or_default();
        *count += 1;
        if *count <= MOST_LISTED {
            listed.push(error);
        }
    }
    for (code, count) in counts.into_iter().filter(|(_, count)| *count > MOST_LISTED) {
        let message = format!("{} more mistakes of this kind are not listed", count - MOST_LISTED);
        listed.push(Diagnostic::new(code, message).with_help("mend those that are listed first"));
    }
    listed
}
