//! Validates a spec or a document, and makes the desired user.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    context::Context,
    names::{has_names, settle},
    overrides::Overrides,
    report::Report,
    rules::{Finding, Found, RULES, Subject, Weight},
};
use crate::user::{
    Code, DesiredUser, Diagnostic, Input, MOST_LISTED, Path, Segment, Severity, UserSpec, Value,
    document_order, document_rank, keep_ignored,
};

/// Validates a spec, which may hold unknowns.
pub fn validate(spec: &UserSpec, context: &Context<'_>) -> Report {
    let mut spec = with_name(spec, context);
    let found = settle(&mut spec, context.names);
    check(&spec, found, context)
}

/// Reads and validates a document, in one report.
///
/// Also returns the part that could be read, with ids instead of names if the context knows them. Values that could not
/// be read are unknown in it.
pub fn validate_document(document: Value, context: &Context<'_>) -> (UserSpec, Report) {
    let (mistakes, spec) = decode(document);
    let (spec, is_named, report) = read(Arc::new(spec), mistakes, context);
    (Arc::unwrap_or_clone(as_given(spec, is_named)), report)
}

/// Reads and validates a document, and creates the [`DesiredUser`] that planning takes. If the document is not valid,
/// or a value is unknown, returns the part that could be read instead.
pub fn resolve_document(document: Value, context: &Context<'_>) -> (Result<DesiredUser, UserSpec>, Report) {
    let (mistakes, spec) = decode(document);
    let (desired, report) = resolve_decoded(Arc::new(spec), mistakes, context);
    (desired.map_err(Arc::unwrap_or_clone), report)
}

/// Like [`resolve_document`], for a document that was decoded before, with the mistakes of decoding. The desired user
/// shares the spec, unless names in the spec become ids or the spec gets a name.
pub(crate) fn resolve_decoded(
    spec: Arc<UserSpec>,
    mistakes: Vec<Diagnostic>,
    context: &Context<'_>,
) -> (Result<DesiredUser, Arc<UserSpec>>, Report) {
    let (spec, is_named, report) = read(spec, mistakes, context);
    let desired = desired(spec, &report, context);
    (desired.map_err(|spec| as_given(spec, is_named)), report)
}

fn decode(document: Value) -> (Vec<Diagnostic>, UserSpec) {
    match UserSpec::decode(document) {
        Ok(spec) => (Vec::new(), spec),
        Err(errors) => errors.into_parts(),
    }
}

/// Returns the spec of a document, with the user's name, and whether the document gave the name.
fn read(
    given: Arc<UserSpec>,
    mistakes: Vec<Diagnostic>,
    context: &Context<'_>,
) -> (Arc<UserSpec>, bool, Report) {
    let is_named = given.name.is_some();
    let (spec, found) = complete(given, context);
    let mut report = check(&spec, found, context);
    let mistakes: Vec<Diagnostic> =
        mistakes.into_iter().map(|mistake| overridden(mistake, &context.overrides)).collect();
    // A value that cannot be read is an error at its path, not a value that is still unknown.
    let unreadable: HashSet<&[Segment]> = mistakes
        .iter()
        .filter(|mistake| is_in_document(mistake))
        .map(|mistake| mistake.path.segments())
        .collect();
    report.deferred.retain(|place| !is_within_any(place, &unreadable));
    report.diagnostics.extend(bounded(mistakes));
    sort(&mut report.diagnostics);
    (spec, is_named, report)
}

/// Returns the spec with ids instead of names, and with the user's name; the same spec if it has both.
fn complete(given: Arc<UserSpec>, context: &Context<'_>) -> (Arc<UserSpec>, Vec<Diagnostic>) {
    if given.name.is_some() && context.names.is_none() && !has_names(&given) {
        return (given, Vec::new());
    }
    let mut spec = UserSpec::clone(&given);
    let found = settle(&mut spec, context.names);
    name(&mut spec, context);
    (if spec == *given { given } else { Arc::new(spec) }, found)
}

/// Returns the spec without a name that was not given.
fn as_given(mut spec: Arc<UserSpec>, is_named: bool) -> Arc<UserSpec> {
    if !is_named && spec.name.is_some() {
        Arc::make_mut(&mut spec).name = None;
    }
    spec
}

/// Validates a spec and creates the [`DesiredUser`] that planning takes: all values are known, and no rule is broken.
/// Also returns the report, for its warnings.
///
/// ```
/// use connect_user::{user::UserSpec, validate::{Context, resolve}};
///
/// let spec = UserSpec::builder()
///     .instance_id("1c2d")
///     .name("jane")
///     .routing_profile_id("7a9b")
///     .security_profile_ids(["5e6f", "5e6f"])
///     .build();
/// match resolve(spec, &Context::default()) {
///     Ok((desired, report)) => {
///         println!("`{}` is valid", desired.name());
///         report.warnings().for_each(|warning| eprintln!("{warning}"));
///     }
///     Err(report) => report.errors().for_each(|error| eprintln!("{error}")),
/// }
/// ```
///
/// # Errors
///
/// The [`Report`], if it has an error or a value is unknown ([`Report::deferred`]).
pub fn resolve(spec: UserSpec, context: &Context<'_>) -> Result<(DesiredUser, Report), Report> {
    let mut spec = with_name(&spec, context);
    let found = settle(&mut spec, context.names);
    let report = check(&spec, found, context);
    match desired(Arc::new(spec), &report, context) {
        Ok(desired) => Ok((desired, report)),
        Err(_) => Err(report),
    }
}

/// Returns the desired user, if the report allows it.
fn desired(
    spec: Arc<UserSpec>,
    report: &Report,
    context: &Context<'_>,
) -> Result<DesiredUser, Arc<UserSpec>> {
    if !report.is_valid() || !report.deferred.is_empty() {
        return Err(spec);
    }
    let desired = DesiredUser::validated(spec.clone(), context.settings.clone());
    // Only the instance and the name are kept here: planning keeps the other ignored properties.
    let desired = match context.prior {
        Some(prior) => desired.and_then(|desired| {
            let kept = keep_ignored(&spec, prior, &context.settings);
            desired.identified_by(&kept)
        }),
        None => desired,
    };
    desired.ok_or(spec)
}

/// Returns the spec with its user name: its own, else that of the prior state, else a generated name. If there is none
/// of these, the spec is unchanged.
pub fn with_name(spec: &UserSpec, context: &Context<'_>) -> UserSpec {
    let mut spec = spec.without_empty_texts().into_owned();
    name(&mut spec, context);
    spec
}

fn name(spec: &mut UserSpec, context: &Context<'_>) {
    if spec.name.is_none() {
        let prior = context.prior.map(|prior| prior.name.clone());
        let made =
            || context.auto_name.as_ref().map(|auto| auto.generate(context.settings.identity_management));
        spec.name = prior.or_else(made).map(Input::Known);
    }
}

fn check(spec: &UserSpec, found: Vec<Diagnostic>, context: &Context<'_>) -> Report {
    let subject =
        Subject::new(spec, &context.settings, context.proficiency_limit, context.prior, context.exists);
    let overrides = &context.overrides;
    let mut diagnostics: Vec<Diagnostic> =
        found.into_iter().map(|diagnostic| overridden(diagnostic, overrides)).collect();
    for (code, check) in RULES {
        let mut found = Found::of(*code);
        check(&subject, &mut found);
        // Nearly every rule finds nothing for nearly every user.
        if found.is_empty() {
            continue;
        }
        diagnostics.extend(found.into_findings().map(|finding| judge(finding, overrides)));
    }
    sort(&mut diagnostics);
    let mut deferred = spec.unknowns();
    deferred.sort_by_cached_key(|place| (document_rank(place), place.clone()));
    deferred.dedup();
    Report { diagnostics, deferred }
}

/// Returns a diagnostic with the severity that the host has set.
fn overridden(diagnostic: Diagnostic, overrides: &Overrides) -> Diagnostic {
    let severity = overrides.severity(diagnostic.code).unwrap_or(diagnostic.severity);
    diagnostic.with_severity(severity)
}

/// Returns the diagnostic of a finding, with its final severity.
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

/// Sorts: first diagnostics about the program around the document, then those in the document, in its order.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        let outside = is_in_document(a).cmp(&is_in_document(b));
        outside.then_with(|| document_order(&a.path, &b.path)).then(a.code.cmp(&b.code))
    });
}

/// Whether the mistake is in the document itself, not in the program around it.
fn is_in_document(diagnostic: &Diagnostic) -> bool {
    diagnostic.code != Code::UNDEFINED_REFERENCE
}

fn is_within_any(place: &Path, outer: &HashSet<&[Segment]>) -> bool {
    let segments = place.segments();
    (0..=segments.len()).filter_map(|length| segments.get(..length)).any(|start| outer.contains(start))
}

/// Returns the first mistakes of each kind, and the number of the others.
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
        listed.push(Diagnostic::new(code, message).with_help("fix those that are listed first"));
    }
    listed
}
