//! Ignored changes of single elements of a list, whose objects are identified by their keys.

use super::{
    Input, Path, Property, Segment, UserSpec, Value,
    fields::{Field, Visitor},
    ignore::KEYS,
    node::{Content, Place, Secrets},
    settings::Settings,
};

/// Gives ignored elements, or their ignored members, the actual values.
pub(super) fn keep_elements(spec: &mut UserSpec, there: &UserSpec, settings: &Settings) {
    for property in Property::ALL.iter().filter(|property| !property.members().is_empty()) {
        let places: Vec<_> =
            settings.ignore_changes.iter().filter_map(|path| element(path, *property)).collect();
        if !places.is_empty() {
            property.visit(KeepElements { spec, there, places });
        }
    }
}

/// Returns the element of the property that a path names, and the path within the element.
fn element(path: &Path, property: Property) -> Option<(usize, &[Segment])> {
    match path.segments() {
        [Segment::Member(name), Segment::Index(index), inside @ ..] if *name == property.path() => {
            Some((*index, inside))
        }
        _ => None,
    }
}

struct KeepElements<'a> {
    spec: &'a mut UserSpec,
    there: &'a UserSpec,
    places: Vec<(usize, &'a [Segment])>,
}

impl Visitor for KeepElements<'_> {
    type Output = ();

    fn visit<F: Field>(self) {
        let elements = |spec: &UserSpec| match F::input(spec)?.known()?.encode(Secrets::Exposed) {
            Some(Value::List(elements)) => Some(elements),
            _ => None,
        };
        let Some(mut list) = elements(self.spec) else { return };
        let there = elements(self.there).unwrap_or_default();
        let (mut indices, mut is_open) = (0.., false);
        list.retain_mut(|element| {
            let index = indices.next();
            let insides = self.places.iter().filter(|(place, _)| Some(*place) == index);
            insides.fold(true, |stays, (_, inside)| match keep_one(element, &there, inside) {
                Some(is_kept) => stays & is_kept,
                None => {
                    is_open = true;
                    stays
                }
            })
        });
        if is_open {
            return F::put(self.spec, Some(Input::Unknown));
        }
        let mut errors = Vec::new();
        let kept = F::Spec::decode(Value::List(list), &Place::Root, &mut errors);
        if let Some(kept) = kept.filter(|_| errors.is_empty()) {
            F::put(self.spec, Some(Input::Known(kept)));
        }
    }
}

/// Whether the element stays: an element that is ignored as a whole and does not exist is removed. `None` while that is
/// not known, because a key is not known.
fn keep_one(element: &mut Value, there: &[Value], inside: &[Segment]) -> Option<bool> {
    let is_open = |key: &str| element.get(key) == Some(&Value::Unknown);
    let may_be_same =
        |other: &&Value| KEYS.iter().all(|key| is_open(key) || other.get(key) == element.get(key));
    let same = there.iter().find(may_be_same);
    let is_certain = same.is_none() || !KEYS.iter().any(|key| is_open(key));
    match same {
        None => Some(!inside.is_empty()),
        Some(same) if inside.is_empty() => is_certain.then(|| {
            element.clone_from(same);
            true
        }),
        Some(same) => {
            let new = if is_certain { at(same, inside) } else { Some(&Value::Unknown) };
            put(element, new, inside);
            Some(true)
        }
    }
}

fn at<'a>(value: &'a Value, inside: &[Segment]) -> Option<&'a Value> {
    inside.iter().try_fold(value, |value, segment| match segment {
        Segment::Member(name) => value.get(name),
        _ => None,
    })
}

/// Sets a member, or removes it.
fn put(value: &mut Value, new: Option<&Value>, inside: &[Segment]) {
    let (Value::Map(members), Some((Segment::Member(name), rest))) = (value, inside.split_first()) else {
        return;
    };
    let place = members.iter().position(|(other, _)| other == name);
    match (place.and_then(|place| members.get_mut(place)), new) {
        (Some((_, inner)), new) if !rest.is_empty() => put(inner, new, rest),
        (Some((_, inner)), Some(new)) => inner.clone_from(new),
        (Some(_), None) => members.retain(|(other, _)| other != name),
        // A member that the spec leaves out stays left out.
        (None, _) => {}
    }
}
