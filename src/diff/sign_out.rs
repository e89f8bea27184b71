//! When an update ends the sessions of a user.

use super::{Change, ChangeKind, comparison::Comparison, leaf::target};
use crate::user::{Property, Settings, SignOutOn, UserProperties};

/// Whether the user must be signed out: it loses rights that the settings name, or lost them earlier and was not signed
/// out.
pub(super) fn is_due(comparison: &Comparison<'_>, changes: &[Change]) -> bool {
    let Comparison { state, settings, .. } = comparison;
    let is_owed = state.record.unfinished.sign_out && !settings.sign_out_on.is_empty();
    let mut known = changes.iter().filter(|change| !change.unknown && is_named(change, settings));
    is_owed || known.any(|change| loses(change, &state.properties, &target(comparison)))
}

/// Whether a sign-out may turn out to be due once everything is known.
pub(super) fn may_be_due(comparison: &Comparison<'_>, changes: &[Change]) -> bool {
    changes.iter().any(|change| change.unknown && is_named(change, comparison.settings))
}

/// Whether a change takes rights away. A change of security profiles is compared; any other named change always does.
pub(super) fn loses(change: &Change, before: &UserProperties, after: &UserProperties) -> bool {
    change.property != Property::SecurityProfileIds
        || !before.security_profile_ids.is_subset(&after.security_profile_ids)
}

/// Whether the settings name a change of this property.
pub(super) fn is_named(change: &Change, settings: &Settings) -> bool {
    let named = &settings.sign_out_on;
    match change.property {
        Property::SecurityProfileIds => named.contains(&SignOutOn::LostSecurityProfile),
        Property::Email => change.kind != ChangeKind::Add && named.contains(&SignOutOn::ChangedEmail),
        _ => false,
    }
}
