//! What others have changed since the last apply.

#[cfg(feature = "engine")]
use super::sign_out;
use super::{Change, preview::diff};
use crate::user::{DirectoryUserIdPolicy, Input, Property, PropertySet, Settings, UserState, is_system_tag};

/// Returns what others have changed: the differences between the recorded user and the actual one, whether a
/// spec manages the property or not. `before` of a change is the recorded value, `after` the actual one.
///
/// Values that mean the same are no drift: an absent `autoAccept` is `false`, a set has no order, and tags of
/// AWS do not count. What one of the two states has not read is not compared, nor what
/// [`Settings::ignore_changes`] and [`Settings::ignore_tags`] name; other settings have no effect here.
pub fn drift(recorded: &UserState, actual: &UserState, settings: &Settings) -> Vec<Change> {
    let mut spec = recorded.whole_spec();
    spec.password = None;
    let own = recorded.tags_all.iter().filter(|(key, _)| !is_system_tag(key));
    spec.tags =
        Some(Input::Known(own.map(|(key, value)| (key.clone(), Input::Known(value.clone()))).collect()));
    // Compares properties that are not recorded, too.
    let mut seen = everything();
    if recorded.properties.proficiencies.is_none() || actual.properties.proficiencies.is_none() {
        spec.user_proficiencies = None;
        seen.remove(Property::UserProficiencies);
    }
    let mut actual = actual.clone();
    let unread = recorded.record.unread.union(actual.record.unread);
    actual.record.managed = seen;
    actual.record.unfinished = Default::default();
    let settings = Settings::builder()
        .password_changed(false)
        .directory_user_id(DirectoryUserIdPolicy::Replace)
        .ignore_changes(settings.ignore_changes.clone())
        .ignore_tags(settings.ignore_tags.clone())
        .build();
    let changes = diff(&spec, Some(&actual), &settings).changes.into_iter();
    changes.filter(|change| !unread.contains(change.property)).map(Change::turned).collect()
}

/// Whether a user has lost what [`Settings::sign_out_on`] names since it was recorded, whoever took it away: that may
/// have been the last call of a process that was killed before it signed the user out.
#[cfg(feature = "engine")]
pub(crate) fn loses_rights(recorded: &UserState, actual: &UserState, settings: &Settings) -> bool {
    let loses = |change: &Change| {
        sign_out::is_named(change, settings)
            && sign_out::loses(change, &recorded.properties, &actual.properties)
    };
    !settings.sign_out_on.is_empty() && drift(recorded, actual, settings).iter().any(loses)
}

/// Every property: to compare also what no spec sets.
pub(crate) fn everything() -> PropertySet {
    Property::ALL.iter().copied().collect()
}
