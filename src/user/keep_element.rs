//! Ignored changes of single elements of a list, whose objects are told apart by what they are about.

use super::{
    Input, Path, Property, Segment, UserSpec, Value,
    ignore::KEYS,
    node::{Node, Secrets},
    options::Options,
};

/// Gives elements that are ignored, or members of them, the values that are there.
pub(super) fn keep_elements(spec: &mut UserSpec, there: &UserSpec, options: &Options) {
    for property in Property::ALL {
        let places: Vec<(usize, &[Segment])> =
            options.ignore_changes.iter().filter_map(|path| element(path, *property)).collect();
        if places.is_empty() {
            continue;
        }
        match property {
            Property::AutoAcceptConfigs => {
                keep(&mut spec.auto_accept_configs, &there.auto_accept_configs, &places);
            }
            Property::AfterContactWorkConfigs => {
                keep(&mut spec.after_contact_work_configs, &there.after_contact_work_configs, &places);
            }
            Property::PhoneNumberConfigs => {
                keep(&mut spec.phone_number_configs, &there.phone_number_configs, &places);
            }
            Property::PersistentConnectionConfigs => {
                keep(&mut spec.persistent_connection_configs, &there.persistent_connection_configs, &places);
            }
            Property::VoiceEnhancementConfigs => {
                keep(&mut spec.voice_enhancement_configs, &there.voice_enhancement_configs, &places);
            }
            Property::UserProficiencies => {
                keep(&mut spec.user_proficiencies, &there.user_proficiencies, &places);
            }
            _ => {}
        }
    }
}

/// Which element of the property a path means, and what in it.
fn element(path: &Path, property: Property) -> Option<(usize, &[Segment])> {
    match path.segments() {
        [Segment::Member(name), Segment::Index(index), inside @ ..] if *name == property.path() => {
            Some((*index, inside))
        }
        _ => None,
    }
}

fn keep<N: Node + Clone>(
    list: &mut Option<Input<Vec<N>>>,
    there: &Option<Input<Vec<N>>>,
    places: &[(usize, &[Segment])],
) {
    let Some(Input::Known(list)) = list else { return };
    let there: &[N] = there.as_ref().and_then(Input::known).map_or(&[], Vec::as_slice);
    let mut indices = 0..;
    list.retain_mut(|element| {
        let index = indices.next();
        let insides = places.iter().filter(|(place, _)| Some(*place) == index);
        insides.fold(true, |stays, (_, inside)| stays & keep_one(element, there, inside))
    });
}

/// Whether the element stays: one that is ignored whole and not there goes.
fn keep_one<N: Node + Clone>(element: &mut N, there: &[N], inside: &[Segment]) -> bool {
    let Some(mut wanted) = element.encode(Secrets::Exposed) else { return true };
    let is_same = |other: &&N| {
        other.encode(Secrets::Exposed).is_some_and(|other| {
            KEYS.iter()
                .all(|key| other.get(key) == wanted.get(key) && wanted.get(key) != Some(&Value::Unknown))
        })
    };
    let same = there.iter().find(is_same);
    if inside.is_empty() {
        if let Some(same) = same {
            element.clone_from(same);
        }
        return same.is_some();
    }
    let Some(found) = same.and_then(|same| same.encode(Secrets::Exposed)) else { return true };
    put(&mut wanted, at(&found, inside), inside);
    let mut errors = Vec::new();
    let kept = N::decode(wanted, &Path::root(), &mut errors);
    if errors.is_empty() {
        *element = kept;
    }
    true
}

fn at<'a>(value: &'a Value, inside: &[Segment]) -> Option<&'a Value> {
    inside.iter().try_fold(value, |value, segment| match segment {
        Segment::Member(name) => value.get(name),
        _ => None,
    })
}

/// Sets a member, or takes it away.
fn put(value: &mut Value, new: Option<&Value>, inside: &[Segment]) {
    let (Value::Map(members), Some((Segment::Member(name), rest))) = (value, inside.split_first()) else {
        return;
    };
    let place = members.iter().position(|(other, _)| other == name);
    match (place.and_then(|place| members.get_mut(place)), new) {
        (Some((_, inner)), new) if !rest.is_empty() => put(inner, new, rest),
        (Some((_, inner)), Some(new)) => inner.clone_from(new),
        (Some(_), None) => members.retain(|(other, _)| other != name),
        // What the spec leaves out stays left out.
        (None, _) => {}
    }
}
