//! What a user has and the user that replaces it will not have.

use super::{
    Change,
    comparison::{Comparison, twins},
    value_text::known,
    whole::{additions, removals},
};
use crate::user::{
    Code, Diagnostic, IdentityManagementType, Path, Property, Settings, UserProperties, Value,
};

/// Returns a note with everything that the user has, that the spec does not set for the new user, and that `changes` do
/// not show, because the spec has never set it.
pub(super) fn notice(comparison: &Comparison<'_>, changes: &[Change]) -> Option<Diagnostic> {
    let new: Vec<Path> =
        additions(comparison.spec, comparison.settings).into_iter().map(|change| change.path).collect();
    let mut user = comparison.state.clone();
    user.properties = UserProperties::new(user.properties.routing_profile_id);
    let mut defaults = user.whole_spec().encode();
    let has = removals(comparison.state, &Settings::default()).into_iter();
    let mut lost: Vec<String> = has
        .filter(|change| {
            let is_default = defaults.take(&change.path) == change.before
                && !matches!(change.property, Property::Tags | Property::DirectoryUserId);
            let is_shown = || changes.iter().any(|shown| shown.path.covers(&change.path));
            let is_empty = matches!(&change.before, Some(Value::List(list)) if list.is_empty());
            !is_default && !is_empty && !new.contains(&change.path) && !is_shown()
        })
        .filter(|change| {
            let property = change.property;
            // Elsewhere, the service fills the id in.
            let is_filled_in = property == Property::DirectoryUserId
                && comparison.settings.identity_management != Some(IdentityManagementType::ExistingDirectory);
            !is_filled_in
                && !comparison.is_kept_elsewhere(property)
                && !twins(property).any(|twin| comparison.is_managed(twin))
        })
        .map(|change| known(&change))
        .collect();
    let proficiencies = Property::UserProficiencies;
    if comparison.state.properties.proficiencies.is_none() && !comparison.is_managed(proficiencies) {
        lost.push(format!("`{proficiencies:#}` (not read)"));
    }
    if lost.is_empty() {
        return None;
    }
    let message = format!("the new user will not have what the spec does not set: {}", lost.join(", "));
    let note = Diagnostic::new(Code::REPLACEMENT_LOSES, message);
    let is_ignored = |key: &String| comparison.settings.ignore_tags.contains(key);
    let help = match comparison.state.tags_all.keys().any(is_ignored) {
        true => "set it in the spec, or with what manages ignored tags, if the new user is to have it",
        false => "set it in the spec, if the new user is to have it",
    };
    Some(note.with_help(help))
}
