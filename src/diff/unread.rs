//! Finds the calls that would write properties that were not read.

use super::{Change, comparison::Comparison};
use crate::user::{Code, Diagnostic, OnChange, Operation, Path, PropertySet, listed};

/// Returns a refusal for each call that would write properties that were not read.
pub(super) fn refusals(comparison: &Comparison<'_>, changes: &[Change]) -> Vec<Diagnostic> {
    let refusal = |(operation, properties): (Operation, PropertySet)| {
        let names: Vec<Path> = properties.iter().map(Path::from).collect();
        let verb = if names.len() == 1 { "was" } else { "were" };
        let message = format!("`{operation}` would write {}, which {verb} not read", listed(&names));
        Diagnostic::new(Code::NOT_READ, message)
            .at(properties.iter().next().map(Path::from).unwrap_or_default())
            .with_help("read the user, then plan again")
    };
    unread_writes(comparison, changes).into_iter().map(refusal).collect()
}

/// Returns the calls that would write properties that were not read, with those properties.
pub(super) fn unread_writes(
    comparison: &Comparison<'_>,
    changes: &[Change],
) -> Vec<(Operation, PropertySet)> {
    let unread = comparison.state.record.unread;
    let mut found: Vec<(Operation, PropertySet)> = Vec::new();
    if unread.is_empty() || changes.is_empty() {
        return found;
    }
    let mut add = |operation, written: PropertySet| {
        let missing = written.intersection(unread);
        match found.iter_mut().find(|(known, _)| *known == operation) {
            _ if missing.is_empty() => {}
            Some((_, properties)) => *properties = properties.union(missing),
            None => found.push((operation, missing)),
        }
    };
    let replaces = |change: &Change| change.forces_replacement;
    if changes.iter().any(replaces) {
        // The new user gets ignored properties from the old user.
        add(Operation::CreateUser, comparison.settings.ignored().intersection(comparison.spec.managed()));
    }
    if !changes.iter().any(|change| replaces(change) && !change.unknown) {
        for change in changes {
            let OnChange::Update(operations) = change.property.info().on_change else { continue };
            for operation in operations {
                let property = PropertySet::from_iter([change.property]);
                add(*operation, PropertySet::written_by(*operation).union(property));
            }
        }
    }
    found
}
