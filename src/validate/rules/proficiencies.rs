//! What the user is good at.

use validator::ValidateRange;

use super::{Found, Subject, elements, known};
use crate::{
    user::{Path, Property, UserProficiency},
    validate::text::{characters, has_length},
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
                let message = format!("`{place}` has {}, of 1 to 100", characters(text));
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
            let message = format!("`{place}` is `{level}`, of 1 to 5");
            found.add(place, message, "give 1 to 5; leave the proficiency out where there is none");
        }
    }
}

pub(super) fn duplicates(subject: &Subject<'_>, found: &mut Found) {
    let all: Vec<_> = proficiencies(subject)
        .filter_map(|(place, of)| Some((place, (of.attribute_name.known()?, of.attribute_value.known()?))))
        .collect();
    for (index, (place, key)) in all.iter().enumerate() {
        if let Some((first, _)) = all.iter().take(index).find(|(_, other)| other == key) {
            found.add_related(
                place.clone(),
                format!("`{place}` is `{}`, `{}` a second time", key.0, key.1),
                "give each attribute and value once, with one level",
                vec![first.clone()],
            );
        }
    }
}

pub(super) fn count(subject: &Subject<'_>, found: &mut Found) {
    let limit = subject.context.proficiency_limit;
    if let Some(list) = known(&subject.spec.user_proficiencies).filter(|list| list.len() > limit) {
        let message = format!("`userProficiencies` has {} elements, of at most {limit}", list.len());
        found.add(Property::UserProficiencies, message, "take some out, or have AWS raise the quota");
    }
}
