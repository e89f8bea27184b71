//! What must be read of a user before it can be planned.

use super::{Diff, comparison::Comparison, drift::everything, preview::against, unread::unread_writes};
use crate::user::{
    Code, Diagnostic, PasswordPolicy, Property, PropertySet, Settings, UserSpec, UserState, keep_ignored,
};

/// Returns the properties that must be read before `spec` can be planned for the user: those that a call would write
/// although the last reading left them out ([`Record::unread`](crate::user::Record::unread)), and proficiencies that
/// were never read. If an apply was interrupted, its effect is known only in the service: all properties must be read.
/// Empty if the plan needs no reading.
///
/// `spec` may hold unknowns: properties of a call that may turn out to be needed count too.
///
/// ```
/// use connect_user::{diff::needs_reading, user::{PropertySet, Settings, UserState}};
///
/// # let document = serde_json::json!({
/// #     "instanceId": "i", "name": "jane", "routingProfileId": "r", "securityProfileIds": ["s"],
/// #     "identityInfo": { "firstName": "Jane" }, "phoneConfig": { "phoneType": "SOFT_PHONE" },
/// #     "arn": "arn", "userId": "u",
/// # });
/// let mut found: UserState = serde_json::from_value(document)?;
/// found.record.unread = PropertySet::NOT_IN_SEARCH;
/// let mut spec = found.to_spec(&Default::default());
/// assert!(needs_reading(&spec, &found, &Settings::default()).is_empty());
///
/// spec.identity_info.as_mut().unwrap().first_name = Some("June".into());
/// assert_eq!(needs_reading(&spec, &found, &Settings::default()), PropertySet::NOT_IN_SEARCH);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn needs_reading(spec: &UserSpec, state: &UserState, settings: &Settings) -> PropertySet {
    if state.record.in_progress {
        return everything();
    }
    if state.record.unread.is_empty() && state.properties.proficiencies.is_some() {
        return PropertySet::EMPTY;
    }
    let spec = spec.without_empty_texts();
    let spec = keep_ignored(&spec, state, settings);
    let comparison = Comparison::new(&spec, state, settings);
    let Diff { changes, notices, .. } = against(&comparison);
    let mut missing = PropertySet::EMPTY;
    for (_, properties) in unread_writes(&comparison, &changes) {
        missing = missing.union(properties);
    }
    let is_missing = |notice: &Diagnostic| notice.code == Code::PROFICIENCIES_NOT_READ;
    missing.insert_if(Property::UserProficiencies, notices.iter().any(is_missing));
    // The host may find only later that the password has changed. The new user gets ignored properties from this one.
    let may_be_replaced = settings.password == PasswordPolicy::Replace
        && settings.password_changed.is_none()
        && spec.password.is_some();
    if may_be_replaced {
        let kept = settings.ignored().intersection(spec.managed());
        missing = missing.union(kept.intersection(state.record.unread));
    }
    missing
}
