//! What a user has and the user that replaces it will not have.

use super::{
    Change,
    comparison::{Comparison, twins},
    value_text::known,
    whole::{additions, removals},
};
use crate::user::{Code, Diagnostic, Path, Property, Settings, UserProperties, Value};

/// Returns a note with everything that the user has, that the spec does not set for the new user, and that `changes` do
/// not show, because the spec has never set it.
pub(super) fn notice(comparison: &Comparison<'_>, changes: &[Change]) -> Option<Diagnostic> {
    let new: Vec<Path> =
        additions(comparison.spec, comparison.settings).into_iter().map(|change| change.path).collect();
    let mut user = comparison.state.clone();
    user.properties = UserProperties::new(user.properties.routing_profile_id);
    let mut defaults = user.whole_spec().encode();
    let has = removals(comparison.state, &Settings::default()).into_iter();
    let lost: Vec<String> = has
        .filter(|change| {
            let is_default = defaults.take(&change.path) == change.before
                && !matches!(change.property, Property::Tags | Property::DirectoryUserId);
            let is_shown = || changes.iter().any(|shown| shown.path.covers(&change.path));
            let is_empty = matches!(&change.before, Some(Value::List(list)) if list.is_empty());
            !is_default && !is_empty && !new.contains(&change.path) && !is_shown()
        })
        .filter(|change| {
            let property = change.property;
            !comparison.is_kept_elsewhere(property)
                && !twins(property).any(|twin| comparison.is_managed(twin))
        })
        .map(|change| known(&change))
        .collect();
    if lost.is_empty() {
        return None;
    }
    let message = format!("the new user will not have what the spec does not set: {}", lost.join(", "));
    let note = Diagnostic::new(Code::REPLACEMENT_LOSES, message);
    Some(note.with_help("set it in the spec, if the new user is to have it"))
}
