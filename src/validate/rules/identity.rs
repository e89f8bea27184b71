//! Rules for the identity of the person. No message shows a name, an address or a number.

use unicode_normalization::is_nfc;

use super::{
    found::Found,
    subject::{Subject, is_given, known},
};
use crate::{
    user::{Bounds, IdentityInfo, IdentityManagementType, Input, Personal, Property, bounds::length},
    validate::text::{is_e164, is_email, is_secondary_email},
};

type Member<'a> = Option<&'a Input<Personal>>;

fn identity<'a>(subject: &Subject<'a>) -> Option<&'a IdentityInfo> {
    subject.spec.identity_info.as_ref()
}

/// Returns the first and the last name.
fn names<'a>(subject: &Subject<'a>) -> [(Property, Member<'a>); 2] {
    let of =
        |get: fn(&IdentityInfo) -> &Option<Input<Personal>>| identity(subject).and_then(|i| get(i).as_ref());
    [
        (Property::FirstName, of(|identity| &identity.first_name)),
        (Property::LastName, of(|identity| &identity.last_name)),
    ]
}

fn text<'a>(member: Member<'a>) -> Option<&'a str> {
    member.and_then(Input::known).map(Personal::as_str)
}

pub(super) fn names_required(subject: &Subject<'_>, found: &mut Found) {
    let kind = match subject.settings.identity_management {
        Some(kind @ (IdentityManagementType::ConnectManaged | IdentityManagementType::Saml)) => kind,
        _ => return,
    };
    for (property, member) in names(subject) {
        let is_empty = kind == IdentityManagementType::ConnectManaged && text(member) == Some("");
        if member.is_none() || is_empty {
            let what = format_args!("is required where the instance manages identities with `{kind}`");
            found.add(property, what, format!("give `{property:#}`"));
        }
    }
}

pub(super) fn names_expected(subject: &Subject<'_>, found: &mut Found) {
    let is_likely = subject.settings.identity_management.is_none() && is_given(&subject.spec.password);
    for (property, member) in names(subject).into_iter().filter(|_| is_likely) {
        if member.is_none() {
            found.add_related(
                property,
                format_args!(
                    "will be required: a `{:#}` is for `CONNECT_MANAGED` instances only",
                    Property::Password
                ),
                format!("give `{property:#}`"),
                vec![Property::Password.into()],
            );
        }
    }
}

pub(super) fn name_length(subject: &Subject<'_>, found: &mut Found) {
    let is_narrow = subject.is(IdentityManagementType::ConnectManaged);
    // The secondary e-mail address has its own rule.
    let has_no_rule = |property: &&Property| {
        property.path().starts_with("identityInfo.") && **property != Property::SecondaryEmail
    };
    for property in Property::ALL.iter().filter(has_no_rule) {
        let bounds = match property {
            Property::LastName if is_narrow => Bounds::Characters(0, 256),
            property => property.info().bounds,
        };
        let problem = subject.spec.text(*property).and_then(|text| length(bounds, text));
        found.add_bounds(*property, problem, "shorten the name");
    }
}

pub(super) fn nfc(subject: &Subject<'_>, found: &mut Found) {
    for (property, member) in names(subject) {
        if text(member).is_some_and(|name| !is_nfc(name)) {
            found.add(
                property,
                "is not in Unicode normalisation form C, which the service asks for",
                "normalise the text to NFC: letters with their accents in one character",
            );
        }
    }
}

pub(super) fn fixed(subject: &Subject<'_>, found: &mut Found) {
    let Some(prior) = subject.prior.filter(|_| !subject.creates) else { return };
    if !subject.is(IdentityManagementType::ExistingDirectory) {
        return;
    }
    let email = identity(subject).and_then(|identity| identity.email.as_ref());
    let actual = &prior.properties.identity;
    let there = [&actual.first_name, &actual.last_name, &actual.email];
    for ((property, member), actual) in
        names(subject).into_iter().chain([(Property::Email, email)]).zip(there)
    {
        let actual = actual.as_ref().map_or("", Personal::as_str);
        let changes = match member {
            Some(Input::Known(wanted)) => wanted.as_str() != actual,
            // A value that is left out is managed by the directory alone.
            Some(Input::Unknown) | None => false,
        };
        // Ignored values stay, and values that were not read may be equal: planning requires that they are read.
        let is_open = subject.settings.ignores(property) || prior.record.unread.contains(property);
        if changes && !is_open {
            let what = "of a user from an existing directory cannot be changed here";
            found.add(property, what, "change it in the directory");
        }
    }
}

pub(super) fn email_not_allowed(subject: &Subject<'_>, found: &mut Found) {
    if subject.is(IdentityManagementType::Saml) && identity(subject).is_some_and(|i| is_given(&i.email)) {
        let what = "is not allowed where the instance manages identities with `SAML`";
        found.add(Property::Email, what, format!("give `{:#}` instead", Property::SecondaryEmail));
    }
}

pub(super) fn email_missing(subject: &Subject<'_>, found: &mut Found) {
    let has = identity(subject).is_some_and(|identity| identity.email.is_some());
    // For an existing user without an address, the warning was given at its creation.
    if subject.creates && subject.is(IdentityManagementType::ConnectManaged) && !has {
        let what = "is missing, without which the password cannot be reset by e-mail";
        found.add(Property::Email, what, format!("give `{:#}`", Property::Email));
    }
}

pub(super) fn email_shape(subject: &Subject<'_>, found: &mut Found) {
    if text(identity(subject).and_then(|i| i.email.as_ref())).is_some_and(|email| !is_email(email.trim())) {
        let what = "does not have the shape of an e-mail address";
        found.add(Property::Email, what, "write it as `name@example.com`");
    }
}

fn secondary<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    text(identity(subject).and_then(|identity| identity.secondary_email.as_ref()))
}

pub(super) fn secondary_length(subject: &Subject<'_>, found: &mut Found) {
    let property = Property::SecondaryEmail;
    let problem = secondary(subject).and_then(|email| length(property.info().bounds, email));
    found.add_bounds(property, problem, "give a shorter address");
}

pub(super) fn secondary_shape(subject: &Subject<'_>, found: &mut Found) {
    if secondary(subject).is_some_and(|email| !is_secondary_email(email.trim())) {
        let what = "does not have the shape of an e-mail address";
        found.add(Property::SecondaryEmail, what, "write it as `name@example.com`");
    }
}

pub(super) fn mobile(subject: &Subject<'_>, found: &mut Found) {
    let mobile = identity(subject).and_then(|identity| known(&identity.mobile));
    if mobile.is_some_and(|mobile| !is_e164(mobile)) {
        let what = "is not a number in E.164";
        found.add(Property::Mobile, what, "write `+`, the country code and the number: `+16175550123`");
    }
}
