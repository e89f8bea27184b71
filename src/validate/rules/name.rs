//! The name that the user signs in with.

use super::{Found, Subject, known};
use crate::{
    user::{IdentityManagementType, Property, max_recommended_name},
    validate::text::{self, has_length, is_email},
};

pub(super) fn missing(subject: &Subject<'_>, found: &mut Found) {
    if subject.spec.name.is_none() {
        found.add(
            Property::Name,
            "`name` is missing, and there is no logical name to make it from",
            "give a `name`",
        );
    }
}

pub(super) fn length(subject: &Subject<'_>, found: &mut Found) {
    let most = if subject.is(IdentityManagementType::Saml) { 64 } else { 100 };
    if let Some(name) = known(&subject.spec.name).filter(|name| !has_length(name, 1, most)) {
        let message = format!("`name` has {}, of 1 to {most}", text::characters(name));
        found.add(
            Property::Name,
            message,
            "choose another name; a change of name replaces a user that exists",
        );
    }
}

pub(super) fn characters(subject: &Subject<'_>, found: &mut Found) {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_.-\\@".contains(c);
    let name = known(&subject.spec.name).filter(|_| subject.is(IdentityManagementType::Saml));
    if let Some(character) = name.and_then(|name| name.chars().find(|c| !is_allowed(*c))) {
        let message = format!("`name` holds `{}`, which no name has with `SAML`", character.escape_debug());
        found.add(Property::Name, message, "use letters and digits of ASCII and `_.-\\@`");
    }
}

pub(super) fn at_sign(subject: &Subject<'_>, found: &mut Found) {
    if let Some(name) = known(&subject.spec.name).filter(|name| name.contains('@') && !is_email(name)) {
        let message = format!("`name` is `{name}`: an `@` is allowed only in the shape of an e-mail address");
        found.add(Property::Name, message, "write a whole e-mail address, or no `@`");
    }
}

pub(super) fn over_20(subject: &Subject<'_>, found: &mut Found) {
    let kind = subject.context.options.identity_management;
    let most = max_recommended_name(kind);
    let is_long = |name: &&String| has_length(name, most as u64 + 1, 100);
    if kind.is_none() || subject.is(IdentityManagementType::Saml) {
        return;
    }
    if let Some(name) = known(&subject.spec.name).filter(is_long) {
        let message = format!("`name` has {}; the documented limit is {most}", text::characters(name));
        found.add(
            Property::Name,
            message,
            "the service takes up to 100; choose a shorter name to be on the safe side",
        );
    }
}
