//! What the user is good at.

use std::collections::{HashMap, hash_map::Entry};

use validator::ValidateRange;

use super::{
    found::{Found, Weight},
    subject::{Subject, elements, known},
};
use crate::{
    user::{Input, Path, Property, UserProficiency},
    validate::text::{self, has_length},
};

fn proficiencies<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (Path, &'a UserProficiency)> {
    elements(&subject.spec.user_proficiencies, Property::UserProficiencies)
}

pub(super) fn length(subject: &Subject<'_>, found: &mut Found) {
    for (place, proficiency) in proficiencies(subject) {
        for (member, text) in
            [("attributeName", &proficiency.attribute_name), ("attributeValue", &proficiency.attribute_value)]
        {
            if let Some(text) = text.known().filter(|text| !has_length(text, 1, 100)) {
                let place = place.member(member);
                let message = format!("`{place}` must have 1 to 100 characters, has {}", text::count(text));
                found.add(
                    place,
                    message,
                    "name a predefined attribute of the instance and one of its values",
                );
            }
        }
    }
}

pub(super) fn level(subject: &Subject<'_>, found: &mut Found) {
    for (place, proficiency) in proficiencies(subject) {
        let is_wrong = |level: &&i64| !level.validate_range(Some(1), Some(5), None, None);
        if let Some(level) = proficiency.level.known().filter(is_wrong) {
            let place = place.member("level");
            let weight = if u8::try_from(*level).is_ok() { Weight::Usual } else { Weight::Unsendable };
            let message = format!("`{place}` must be 1 to 5, is {level}");
            found.add_weighed(
                weight,
                place,
                message,
                "give 1 to 5; leave the proficiency out where there is none",
            );
        }
    }
}

pub(super) fn duplicates(subject: &Subject<'_>, found: &mut Found) {
    let mut first_places = HashMap::new();
    for (place, of) in proficiencies(subject) {
        let (Input::Known(name), Input::Known(value)) = (&of.attribute_name, &of.attribute_value) else {
            continue;
        };
        match first_places.entry((name, value)) {
            Entry::Vacant(entry) => drop(entry.insert(place)),
            Entry::Occupied(first) => {
                let message = format!("`{place}` is `{name}`, `{value}` a second time");
                let help = "give each attribute and value once, with one level";
                found.add_related(place, message, help, vec![first.get().clone()]);
            }
        }
    }
}

pub(super) fn count(subject: &Subject<'_>, found: &mut Found) {
    let limit = subject.proficiency_limit;
    if let Some(list) = known(&subject.spec.user_proficiencies).filter(|list| list.len() > limit) {
        let message = format!("`userProficiencies` must have at most {limit} elements, has {}", list.len());
        found.add(Property::UserProficiencies, message, "take some out, or have AWS raise the quota");
    }
}
