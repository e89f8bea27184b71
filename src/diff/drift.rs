//! Changes made outside the program since the last apply.

#[cfg(feature = "engine")]
use super::sign_out;
use super::{Change, preview::diff};
use crate::user::{DirectoryUserIdPolicy, Input, Property, PropertySet, Settings, UserState, is_system_tag};

/// Returns the drift: the differences between the recorded user and the actual user, for all properties, whether a spec
/// manages them or not. `before` of a change is the recorded value, `after` the actual value.
///
/// Equivalent values are no drift: an absent `autoAccept` is `false`, a set has no order, and AWS's own tags do not
/// count. Properties that one of the two states has not read are not compared, nor those named by
/// [`Settings::ignore_changes`] and [`Settings::ignore_tags`]; other settings have no effect here.
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

/// Returns the drift of a user that was read, also of properties whose recorded values count as not read because an
/// own change may have hidden another one. Adds the properties that cannot be compared: no value of them is recorded.
#[cfg(feature = "fleet")]
pub(crate) fn drift_of_recorded(
    recorded: &UserState,
    actual: &UserState,
    settings: &Settings,
    not_compared: &mut PropertySet,
) -> Vec<Change> {
    let spec = recorded.whole_spec();
    let mut known = recorded.clone();
    known.record.unread = known.record.unread.iter().filter(|property| !spec.sets(*property)).collect();
    *not_compared = not_compared.union(known.record.unread).union(actual.record.unread);
    drift(&known, actual, settings)
}

/// Whether a user has lost rights that [`Settings::sign_out_on`] names since it was recorded. It does not matter what
/// removed them: it may have been the last call of a process that was killed before it signed the user out.
#[cfg(feature = "engine")]
pub(crate) fn loses_rights(recorded: &UserState, actual: &UserState, settings: &Settings) -> bool {
    let loses = |change: &Change| {
        sign_out::is_named(change, settings)
            && sign_out::loses(change, &recorded.properties, &actual.properties)
    };
    !settings.sign_out_on.is_empty() && drift(recorded, actual, settings).iter().any(loses)
}

/// Returns every property, to compare those that no spec sets, too.
pub(crate) fn everything() -> PropertySet {
    Property::ALL.iter().copied().collect()
}
