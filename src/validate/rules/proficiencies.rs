//! Rules for the proficiencies of the user.

use std::collections::{HashMap, hash_map::Entry};

use super::{
    found::{Found, Weight},
    subject::{Subject, elements, known},
};
use crate::user::{
    Bounds, Input, Path, Property, UserProficiency,
    bounds::{self, outside},
};

fn proficiencies<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (Path, &'a UserProficiency)> {
    elements(&subject.spec.user_proficiencies, Property::UserProficiencies)
}

/// Returns the bounds of a member, from the table.
fn bounds_of(member: &str) -> Bounds {
    let members = Property::UserProficiencies.members();
    members.iter().find(|known| known.path == member).map_or(Bounds::None, |known| known.bounds)
}

pub(super) fn length(subject: &Subject<'_>, found: &mut Found) {
    for (place, proficiency) in proficiencies(subject) {
        for (member, text) in
            [("attributeName", &proficiency.attribute_name), ("attributeValue", &proficiency.attribute_value)]
        {
            let problem = text.known().and_then(|text| bounds::length(bounds_of(member), text));
            let help = "name a predefined attribute of the instance and one of its values";
            found.add_bounds(place.member(member), problem, help);
        }
    }
}

pub(super) fn level(subject: &Subject<'_>, found: &mut Found) {
    for (place, proficiency) in proficiencies(subject) {
        let Some(level) = proficiency.level.known() else { continue };
        if let Some(problem) = outside(bounds_of("level"), *level) {
            let place = place.member("level");
            let weight = if u8::try_from(*level).is_ok() { Weight::Usual } else { Weight::Unsendable };
            let help = "give 1 to 5; leave the proficiency out where there is none";
            found.add_weighed(weight, place, problem, help);
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
                let what = format_args!("is `{name}`, `{value}` a second time");
                let help = "give each attribute and value once, with one level";
                found.add_related(place, what, help, vec![first.get().clone()]);
            }
        }
    }
}

pub(super) fn count(subject: &Subject<'_>, found: &mut Found) {
    let bounds = Bounds::Elements(0, subject.proficiency_limit as u64);
    let problem = known(&subject.spec.user_proficiencies).and_then(|list| outside(bounds, list.len()));
    let help = "take some out, or have AWS raise the quota";
    found.add_bounds(Property::UserProficiencies, problem, help);
}
