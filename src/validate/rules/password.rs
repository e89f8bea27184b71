//! Rules for the first password.
//!
//! The password of an existing user is not sent, so mistakes in its form are only warnings.

use super::{
    found::{Found, Weight},
    subject::{Subject, is_given, known},
};
use crate::user::{IdentityManagementType, Property, password_mistakes};

pub(super) fn required(subject: &Subject<'_>, found: &mut Found) {
    let needs = subject.creates && subject.is(IdentityManagementType::ConnectManaged);
    if needs && subject.spec.password.is_none() {
        let what = "is required for a new user of a `CONNECT_MANAGED` instance";
        found.add(Property::Password, what, "give a first password, from a secret store");
    }
}

pub(super) fn not_allowed(subject: &Subject<'_>, found: &mut Found) {
    let Some(kind) = subject.settings.identity_management else { return };
    if kind != IdentityManagementType::ConnectManaged && is_given(&subject.spec.password) {
        let what = format_args!("is not allowed where the instance manages identities with `{kind}`");
        found.add(Property::Password, what, "remove it: users sign in elsewhere");
    }
}

/// Reports the mistakes in the password that belong to the rule of `found`.
pub(super) fn form(subject: &Subject<'_>, found: &mut Found) {
    let weight = if subject.creates { Weight::Usual } else { Weight::Unsent };
    let code = found.code();
    let mistakes = known(&subject.spec.password).into_iter().flat_map(password_mistakes);
    for mistake in mistakes.filter(|mistake| mistake.code == code) {
        found.add_message(weight, mistake.path, mistake.message, mistake.help.unwrap_or_default());
    }
}
