//! When a change in place ends the sessions of a user.

use super::{Change, ChangeKind, comparison::Comparison, leaf::target};
use crate::user::{Property, SignOutOn};

/// Whether the user is to be signed out: it loses what the settings name, or has lost it in an apply that failed
/// before it was signed out.
pub(super) fn is_due(comparison: &Comparison<'_>, changes: &[Change]) -> bool {
    let is_owed = comparison.state.record.unfinished.sign_out && !comparison.settings.sign_out_on.is_empty();
    is_owed || changes.iter().any(|change| !change.unknown && loses(change, comparison))
}

/// Whether it may turn out to be, once everything is known.
pub(super) fn may_be_due(comparison: &Comparison<'_>, changes: &[Change]) -> bool {
    changes.iter().any(|change| change.unknown && may_lose(change, comparison))
}

fn loses(change: &Change, comparison: &Comparison<'_>) -> bool {
    let before = &comparison.state.properties;
    may_lose(change, comparison)
        && (change.property != Property::SecurityProfileIds
            || !before.security_profile_ids.is_subset(&target(comparison).security_profile_ids))
}

fn may_lose(change: &Change, comparison: &Comparison<'_>) -> bool {
    let named = &comparison.settings.sign_out_on;
    match change.property {
        Property::SecurityProfileIds => named.contains(&SignOutOn::LostSecurityProfile),
        Property::Email => change.kind != ChangeKind::Add && named.contains(&SignOutOn::ChangedEmail),
        _ => false,
    }
}
