//! Rules for characters in names and addresses. No message shows the text.

use super::{
    found::Found,
    subject::{Subject, elements},
};
use crate::user::{Input, Path, ProficiencyKey, Property, is_control, misleading};

/// Returns every name and address that may be sent. Unchanged texts of an existing user are left out: the service has
/// accepted them.
fn texts<'a>(subject: &Subject<'a>) -> Vec<(Path, &'a str)> {
    let spec = subject.spec;
    let prior = subject.prior.filter(|_| !subject.creates);
    let mut all = Vec::new();
    for property in Property::ALL.iter().filter(|property| !is_number(**property)) {
        let is_new = |text: &&str| prior.and_then(|prior| prior.text(*property)).as_deref() != Some(*text);
        all.extend(spec.text(*property).filter(is_new).map(|text| (Path::from(*property), text)));
    }
    let there = prior.and_then(|prior| prior.properties.proficiencies.as_ref());
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

/// Whether the property is a telephone number, which has rules of its own.
fn is_number(property: Property) -> bool {
    matches!(property, Property::Mobile | Property::DeskPhoneNumber)
}

pub(super) fn white_space(subject: &Subject<'_>, found: &mut Found) {
    for (place, text) in texts(subject).into_iter().filter(|(_, text)| text.trim() != *text) {
        let end = if text.trim_start() == text { "end" } else { "start" };
        let what = format_args!("has white space at its {end}");
        found.add(place, what, "remove it; it often comes from a file or a spreadsheet");
    }
}

pub(super) fn control_characters(subject: &Subject<'_>, found: &mut Found) {
    // White space at either end is reported by another rule.
    for (place, text) in texts(subject) {
        if let Some(character) = misleading(text.trim()) {
            let kind = if is_control(character) { "control" } else { "invisible" };
            let what = format_args!("holds the {kind} character U+{:04X}", u32::from(character));
            found.add(place, what, "remove it; it often comes from a file or a web page");
        }
    }
}
