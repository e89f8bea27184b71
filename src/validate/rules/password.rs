//! The first password. No message says anything of what is in it but what is missing.
//!
//! The password of a user that exists is not sent, so that its form is judged by a warning.

use super::{
    found::{Found, Weight},
    subject::{Subject, known},
};
use crate::{
    user::{IdentityManagementType, Property},
    validate::bounds,
};

pub(super) fn required(subject: &Subject<'_>, found: &mut Found) {
    let needs = subject.creates && subject.is(IdentityManagementType::ConnectManaged);
    if needs && subject.spec.password.is_none() {
        let message = "`password` is required for a new user of a `CONNECT_MANAGED` instance";
        found.add(Property::Password, message, "give a first `password`, from a secret store");
    }
}

pub(super) fn not_allowed(subject: &Subject<'_>, found: &mut Found) {
    let Some(kind) = subject.settings.identity_management else { return };
    if kind != IdentityManagementType::ConnectManaged && subject.spec.password.is_some() {
        let message =
            format!("`password` is not allowed where the instance manages identities with `{kind}`");
        found.add(Property::Password, message, "remove `password`: users sign in elsewhere");
    }
}

pub(super) fn length(subject: &Subject<'_>, found: &mut Found) {
    let problem =
        password(subject).and_then(|password| bounds::length(Property::Password.info().bounds, password));
    // How long it is, nobody need know.
    if let Some((problem, _)) = problem.as_deref().and_then(|problem| problem.split_once(", has ")) {
        let message = format!("`password` {problem}");
        found.add_weighed(weight(subject), Property::Password, message, "choose another password");
    }
}

pub(super) fn white_space(subject: &Subject<'_>, found: &mut Found) {
    if password(subject).is_some_and(|password| password.chars().any(char::is_whitespace)) {
        let help = "choose another password; a line break at its end often comes from a file";
        found.add_weighed(weight(subject), Property::Password, "`password` must have no white space", help);
    }
}

pub(super) fn weak(subject: &Subject<'_>, found: &mut Found) {
    let Some(password) = password(subject) else { return };
    let lacks = |has: fn(&char) -> bool, what| (!password.chars().any(|c| has(&c))).then_some(what);
    let missing: Vec<_> = [
        lacks(char::is_ascii_lowercase, "a lower-case letter"),
        lacks(char::is_ascii_uppercase, "an upper-case letter"),
        lacks(char::is_ascii_digit, "a digit"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !missing.is_empty() {
        let message = format!("`password` lacks {}", missing.join(" and "));
        found.add_weighed(weight(subject), Property::Password, message, "choose another password");
    }
}

fn weight(subject: &Subject<'_>) -> Weight {
    if subject.creates { Weight::Usual } else { Weight::Unsent }
}

fn password<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    known(&subject.spec.password).map(|password| password.expose())
}
