//! The user as Terraform is to show it: before an apply, after it, and after one that failed.

use connect_user::{
    diff::{Change, Preview, diff},
    user::{Input, Property, Segment, Settings, Tags, UserSpec, UserState, Value},
};

use super::object::{Object, all_tags, has_unknowns};
use crate::wire::Diagnostics;

/// The user as it will be. Where the crate sees no difference, what Terraform has stays as it is written.
pub fn planned(
    config: &Object,
    prior: Option<&Object>,
    preview: &Preview,
    spec: &UserSpec,
    settings: &Settings,
    tags_unknown: bool,
) -> Object {
    let mut object = Object::default().with_blocks_of(config);
    let changes = &preview.diff.changes;
    for property in Property::ALL.iter().copied().filter(|property| !property.is_secret()) {
        let (wanted, there) = (config.get(property), prior.map(|prior| prior.get(property)));
        let is_same = !has_changed(changes, property);
        object.set(
            property,
            match there {
                // The service fills it in.
                None if property == Property::DirectoryUserId && *wanted == Value::Null => Value::Unknown,
                Some(there) if is_same && *wanted == Value::Null => there.clone(),
                Some(there) if is_same && *there != Value::Null && !has_unknowns(wanted) => there.clone(),
                _ => wanted.clone(),
            },
        );
    }
    for name in ["id", "arn", "user_id"] {
        object.put(name, prior.map_or(Value::Unknown, |prior| prior.output(name).clone()));
    }
    let own = spec.tags.as_ref();
    let tags = match (prior, own) {
        _ if tags_unknown => Value::Unknown,
        (_, Some(Input::Unknown)) => Value::Unknown,
        (Some(prior), _) if !has_changed(changes, Property::Tags) => prior.output("tags_all").clone(),
        (None, own) => all_tags(&settings.default_tags, own.and_then(Input::known)),
        (Some(prior), _) => changed_tags(prior.output("tags_all"), changes),
    };
    object.put("tags_all", tags);
    object
}

fn changed_tags(there: &Value, changes: &[Change]) -> Value {
    let Value::Map(there) = there else { return Value::Unknown };
    let mut tags: Tags =
        there.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    for change in changes.iter().filter(|change| change.property == Property::Tags) {
        let Some(Segment::Key(key)) = change.path.segments().last() else {
            return Value::Unknown;
        };
        match &change.after {
            _ if change.unknown => return Value::Unknown,
            Some(Value::String(value)) => drop(tags.insert(key.clone(), value.clone())),
            _ => drop(tags.remove(key)),
        }
    }
    Value::Map(tags.into_iter().map(|(key, value)| (key, value.into())).collect())
}

/// A block that leaves the configuration and was never set by it leaves Terraform's state, and the user keeps
/// what was in it.
pub fn warn_of_blocks(prior: &Object, config: &Object, state: &UserState, diagnostics: &mut Diagnostics) {
    for block in prior.blocks_beyond(config) {
        let is_in = |property: &Property| {
            property.snake_case().split_once('.').is_some_and(|(outer, _)| outer == block)
        };
        if !state.record.managed.iter().any(|property| is_in(&property)) {
            diagnostics.warning(
                format!("`{block}` leaves Terraform's state, and the user keeps what is in it"),
                "write the block into the configuration to manage it",
                None,
            );
        }
    }
}

/// The plan's values, and what only now is known.
pub fn as_planned(planned: &Object, state: &UserState, settings: &Settings) -> Object {
    let mut object = planned.clone();
    let there = Object::from_state(state, settings);
    for property in Property::ALL.iter().copied().filter(|property| has_unknowns(planned.get(*property))) {
        object.set(property, there.get(property).clone());
    }
    object.identify(state);
    object.put("password_changed", Value::Null);
    if has_unknowns(planned.output("tags_all")) {
        object.put("tags_all", there.output("tags_all").clone());
    }
    object
}

/// After a failure: the plan's values as far as they hold, and otherwise the service's.
pub fn as_it_is(planned: &Object, spec: &UserSpec, state: &UserState, settings: &Settings) -> Object {
    let left = diff(spec, Some(state), settings).changes;
    let there = Object::from_state(state, settings);
    let mut object = as_planned(planned, state, settings);
    for property in Property::ALL.iter().copied().filter(|property| has_changed(&left, *property)) {
        object.set(property, there.get(property).clone());
    }
    object.put("tags_all", there.output("tags_all").clone());
    object
}

pub fn has_changed(changes: &[Change], property: Property) -> bool {
    changes.iter().any(|change| change.property == property)
}
