//! Rules for the name that the user signs in with.
//!
//! The name of an existing user cannot be changed, so advice from the documents is only given for a new user.

use super::{
    found::{Found, Weight},
    subject::{Subject, known},
};
use crate::{
    user::{Bounds, IdentityManagementType, Property, bounds, max_recommended_name},
    validate::text::{count, has_length, is_email},
};

pub(super) fn missing(subject: &Subject<'_>, found: &mut Found) {
    if subject.spec.name.is_none() {
        let what = "is missing, and there is no resource name to make it from";
        found.add_weighed(Weight::Unsendable, Property::Name, what, "give a name");
    }
}

pub(super) fn length(subject: &Subject<'_>, found: &mut Found) {
    let is_saml = subject.is(IdentityManagementType::Saml);
    let bounds = if is_saml { Bounds::Characters(1, 64) } else { Property::Name.info().bounds };
    let problem = known(&subject.spec.name).and_then(|name| bounds::length(bounds, name));
    let help = "choose another name; a change of name replaces a user that exists";
    found.add_bounds(Property::Name, problem, help);
}

pub(super) fn characters(subject: &Subject<'_>, found: &mut Found) {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_.-@".contains(c);
    let is_checked = subject.creates && subject.is(IdentityManagementType::Saml);
    let name = known(&subject.spec.name).filter(|_| is_checked);
    if let Some(character) = name.and_then(|name| name.chars().find(|c| !is_allowed(*c))) {
        let what = format_args!("holds `{character}`, which no name has with `SAML`");
        found.add(Property::Name, what, "use ASCII letters and digits and `_.-@`");
    }
}

pub(super) fn at_sign(subject: &Subject<'_>, found: &mut Found) {
    // For example, Service Cloud Voice names users `alias@userId@orgId`, and the service accepts these names.
    let is_wrong = |name: &&String| name.contains('@') && !is_address(name);
    if let Some(name) = known(&subject.spec.name).filter(is_wrong).filter(|_| subject.creates) {
        let what = format_args!("is `{name}`: with an `@` it should be an e-mail address");
        let help = "write a whole e-mail address, with a dot in its domain, or no `@`; a user that exists is managed \
                    under whatever name it has";
        found.add(Property::Name, what, help);
    }
}

/// Whether a name is an e-mail address with a dot in its domain.
fn is_address(name: &str) -> bool {
    is_email(name) && name.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'))
}

pub(super) fn over_20(subject: &Subject<'_>, found: &mut Found) {
    let kind = subject.settings.identity_management;
    let most = max_recommended_name(kind);
    let is_long = |name: &&String| has_length(name, most as u64 + 1, 100);
    if kind.is_none() || subject.is(IdentityManagementType::Saml) || !subject.creates {
        return;
    }
    if let Some(name) = known(&subject.spec.name).filter(is_long) {
        let what = format_args!("should have up to {most} characters, has {}", count(name));
        let help = "the service takes up to 100; choose a shorter name to be on the safe side";
        found.add(Property::Name, what, help);
    }
}
