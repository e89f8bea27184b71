//! All that a user has or sets, as changes.

use super::{Change, ChangeKind};
use crate::user::{
    Input, Path, Property, Settings, UserSpec, UserState, Value, document_order, is_system_tag, merge_tags,
};

/// Returns a change for everything that a new user sets.
pub(super) fn additions(spec: &UserSpec, settings: &Settings) -> Vec<Change> {
    let mut changes = Vec::new();
    let add = |property: Property, path: Path, after: Value| {
        let unknown = after.has_unknowns();
        Change {
            forces_replacement: false,
            ..Change::new(property, ChangeKind::Add).at(path).to(Some(after)).unknown(unknown)
        }
    };
    let mut document = spec.encode();
    for property in Property::ALL {
        let place = Path::from(*property);
        match (property, document.take(&place)) {
            (Property::Tags, _) => match &spec.tags {
                Some(Input::Unknown) => changes.push(add(*property, place, Value::Unknown)),
                Some(Input::Known(_)) | None => {
                    let own = spec.tags.as_ref().and_then(Input::known);
                    let mut tags = merge_tags(&settings.default_tags, own);
                    tags.retain(|key, _| !settings.ignore_tags.contains(key));
                    for (key, value) in tags {
                        let after = value.into_known().map_or(Value::Unknown, Value::String);
                        changes.push(add(*property, place.key(key), after));
                    }
                }
            },
            (Property::Password, _) if spec.password.is_some() => {
                changes.push(add(*property, place, Value::Null))
            }
            (Property::Name, None) => changes.push(add(*property, place, Value::Unknown)),
            (_, Some(after)) => changes.push(add(*property, place, after)),
            (_, None) => {}
        }
    }
    changes
}

/// Returns a change for everything that is removed with a user.
pub(super) fn removals(state: &UserState, settings: &Settings) -> Vec<Change> {
    let mut document = state.whole_spec().encode();
    let gone = |property: Property, path: Path, before: Value| Change {
        forces_replacement: false,
        ..Change::new(property, ChangeKind::Delete).at(path).from(Some(before))
    };
    let mut changes: Vec<Change> = Property::ALL
        .iter()
        .filter(|property| **property != Property::Tags)
        .filter_map(|property| {
            let place = Path::from(*property);
            let before = document.take(&place)?;
            Some(gone(*property, place, before))
        })
        .collect();
    let is_shown = |key: &str| !is_system_tag(key) && !settings.ignore_tags.contains(key);
    let tags = state.tags_all.iter().filter(|(key, _)| is_shown(key));
    changes.extend(tags.map(|(key, value)| {
        gone(Property::Tags, Path::from(Property::Tags).key(key.as_str()), value.as_str().into())
    }));
    changes.sort_by(|a, b| document_order(&a.path, &b.path));
    changes
}
