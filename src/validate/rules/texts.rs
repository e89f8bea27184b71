//! What no name and no address has. No message shows the text of one.

use super::{
    found::Found,
    subject::{Subject, elements, known},
};
use crate::user::{Input, Path, Personal, ProficiencyKey, Property, is_control, misleading};

/// Every name and address that may be sent: what a user that exists has already is as the service takes it.
fn texts<'a>(subject: &Subject<'a>) -> Vec<(Path, &'a str)> {
    let spec = subject.spec;
    let prior = subject.prior.filter(|_| !subject.creates);
    let mut all = Vec::new();
    let mut add = |property: Property, text: Option<&'a str>, there: Option<&str>| {
        if let Some(text) = text.filter(|text| there != Some(*text)) {
            all.push((property.into(), text));
        }
    };
    add(Property::Name, known(&spec.name).map(String::as_str), prior.map(|prior| prior.name.as_str()));
    let directory = known(&spec.directory_user_id).map(String::as_str);
    add(Property::DirectoryUserId, directory, prior.and_then(|prior| prior.directory_user_id.as_deref()));
    if let Some(identity) = &spec.identity_info {
        let there = prior.map(|prior| &prior.settings.identity);
        for (property, text, there) in [
            (Property::FirstName, &identity.first_name, there.and_then(|there| there.first_name.as_deref())),
            (Property::LastName, &identity.last_name, there.and_then(|there| there.last_name.as_deref())),
            (Property::Email, &identity.email, there.and_then(|there| there.email.as_deref())),
            (
                Property::SecondaryEmail,
                &identity.secondary_email,
                there.and_then(|there| there.secondary_email.as_deref()),
            ),
        ] {
            add(property, known(text).map(Personal::as_str), there);
        }
    }
    let there = prior.and_then(|prior| prior.settings.proficiencies.as_ref());
    for (place, proficiency) in elements(&spec.user_proficiencies, Property::UserProficiencies) {
        let (Input::Known(name), Input::Known(value)) =
            (&proficiency.attribute_name, &proficiency.attribute_value)
        else {
            continue;
        };
        let key = ProficiencyKey { name: name.clone(), value: value.clone() };
        if there.is_none_or(|there| !there.contains_key(&key)) {
            all.push((place.member("attributeName"), name.as_str()));
            all.push((place.member("attributeValue"), value.as_str()));
        }
    }
    all
}

pub(super) fn white_space(subject: &Subject<'_>, found: &mut Found) {
    for (place, text) in texts(subject).into_iter().filter(|(_, text)| text.trim() != *text) {
        let end = if text.trim_start() == text { "end" } else { "start" };
        let message = format!("`{place}` has white space at its {end}");
        found.add(place, message, "remove it; it often comes from a file or a spreadsheet");
    }
}

pub(super) fn control_characters(subject: &Subject<'_>, found: &mut Found) {
    // At either end, white space is said of it.
    for (place, text) in texts(subject) {
        if let Some(character) = misleading(text.trim()) {
            let kind = if is_control(character) { "control" } else { "invisible" };
            let message = format!("`{place}` holds the {kind} character U+{:04X}", u32::from(character));
            found.add(place, message, "remove it; it often comes from a file or a web page");
        }
    }
}
