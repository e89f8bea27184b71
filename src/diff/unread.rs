//! What was not read is not written: which calls would, and what must be read before they can be planned.

use super::{Change, Diff, Options, preview::against, sides::Sides};
use crate::user::{
    Code, Diagnostic, OnChange, Operation, Path, Property, PropertySet, UserSpec, UserState, keep_ignored,
};

/// The properties that must be read before `spec` can be planned for the user: those that a call would write
/// although the last reading left them out ([`Record::unread`](crate::user::Record::unread)), and
/// proficiencies that were never read. None where the plan needs nothing more.
///
/// `spec` may hold unknowns: what a call that may be needed would write counts too.
///
/// ```
/// use connect_user::{diff::{Options, needs_reading}, user::{PropertySet, UserState}};
///
/// # let document = serde_json::json!({
/// #     "instanceId": "i", "name": "jane", "routingProfileId": "r", "securityProfileIds": ["s"],
/// #     "identityInfo": { "firstName": "Jane" }, "phoneConfig": { "phoneType": "SOFT_PHONE" },
/// #     "arn": "arn", "userId": "u",
/// # });
/// let mut found: UserState = serde_json::from_value(document)?;
/// found.record.unread = PropertySet::NOT_IN_SEARCH;
/// let mut spec = found.to_spec(&Default::default());
/// assert!(needs_reading(&spec, &found, &Options::default()).is_empty());
///
/// spec.identity_info.as_mut().unwrap().first_name = Some("June".into());
/// assert_eq!(needs_reading(&spec, &found, &Options::default()), PropertySet::NOT_IN_SEARCH);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn needs_reading(spec: &UserSpec, state: &UserState, options: &Options) -> PropertySet {
    let spec = spec.without_empty_texts();
    let spec = keep_ignored(&spec, state, options);
    let sides = Sides::new(&spec, state, options);
    let Diff { changes, notices, .. } = against(&sides);
    let mut missing = PropertySet::EMPTY;
    for (_, properties) in unread_writes(&sides, &changes) {
        missing = missing.union(properties);
    }
    let is_missing = |notice: &Diagnostic| notice.code == Code::PROFICIENCIES_NOT_READ;
    missing.insert_if(Property::UserProficiencies, notices.iter().any(is_missing));
    missing
}

/// A refusal for each call that would write what was not read.
pub(super) fn refusals(sides: &Sides<'_>, changes: &[Change]) -> Vec<Diagnostic> {
    let refusal = |(operation, properties): (Operation, PropertySet)| {
        let names: Vec<_> = properties.iter().map(|property| format!("`{property}`")).collect();
        let verb = if names.len() == 1 { "was" } else { "were" };
        let message = format!("`{operation}` would write {}, which {verb} not read", names.join(", "));
        Diagnostic::new(Code::NOT_READ, message)
            .at(properties.iter().next().map(Path::from).unwrap_or_default())
            .with_help("read the user, then plan again")
    };
    unread_writes(sides, changes).into_iter().map(refusal).collect()
}

/// The calls that would write what was not read, each with that.
fn unread_writes(sides: &Sides<'_>, changes: &[Change]) -> Vec<(Operation, PropertySet)> {
    let unread = sides.state.record.unread;
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
        // The new user gets from the old one what is ignored.
        add(Operation::CreateUser, sides.options.ignored().intersection(sides.spec.managed()));
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
