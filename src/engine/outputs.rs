//! The outputs that an engine shows of a user: as planned, as it is, and after an apply.
//!
//! Where the inputs and the user do not differ, a value stays as it was written: for example an ARN for an id, or a
//! list in another order. So unchanged values do not look changed.

use super::{
    leaves::{Leaves, tag_key},
    partly::{common, merged},
};
use crate::{
    diff::Change,
    user::{IDENTITY, Property, Settings, TAGS_ALL, Tags, UserState, Value, is_system_tag},
};

/// The outputs of a user.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outputs {
    pub(super) leaves: Leaves,
    /// The id, the ARN and the user id; `None` while they are not known.
    identity: Option<[String; 3]>,
    pub(super) tags_all: Option<Value>,
}

impl Outputs {
    /// Reads outputs; `None` if they are empty.
    pub(super) fn of(document: &Value) -> Option<Self> {
        let leaves = Leaves::of(document);
        let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        let identity =
            text("id").zip(text("arn")).zip(text("userId")).map(|((id, arn), user)| [id, arn, user]);
        let outputs = Self { leaves, identity, tags_all: document.get(TAGS_ALL).cloned() };
        (!outputs.leaves.is_empty()).then_some(outputs)
    }

    /// Returns the outputs of an existing user: everything that can be read except ignored tags.
    pub(super) fn of_state(state: &UserState, settings: &Settings) -> Self {
        let mut leaves = Leaves::of(&state.whole_spec().encode());
        leaves.set(Property::Tags, own_tags(state, settings));
        let mut outputs = Self { leaves, ..Self::default() };
        outputs.identify(state, settings);
        outputs
    }

    pub(super) fn into_document(self) -> Value {
        let Value::Map(mut members) = self.leaves.into_document() else { return Value::Null };
        let identity = self.identity.map(|texts| texts.map(Value::String));
        let identity = identity.unwrap_or([Value::Unknown, Value::Unknown, Value::Unknown]);
        members.extend(IDENTITY.map(str::to_owned).into_iter().zip(identity));
        members.push((TAGS_ALL.to_owned(), self.tags_all.unwrap_or(Value::Unknown)));
        Value::Map(members)
    }

    /// Sets the ids of the user, and all of its tags.
    pub(super) fn identify(&mut self, state: &UserState, settings: &Settings) {
        self.identity = Some([state.id().to_string(), state.arn.clone(), state.user_id.bare().to_owned()]);
        self.tags_all = Some(tags(shown_tags(state, settings)));
    }

    /// Whether a property is shown, or is shown as null because it was removed.
    pub(super) fn shows(&self, property: Property, recorded: &UserState) -> bool {
        self.leaves.get(property).is_some() || recorded.record.managed.contains(property)
    }

    /// Updates changed properties from `there`: those that are shown, and those shown as null because they were
    /// removed.
    pub(super) fn follow(&mut self, there: &Self, changes: &[Change], recorded: &UserState) {
        for property in
            changed(changes).filter(|property| self.shows(*property, recorded)).collect::<Vec<_>>()
        {
            self.leaves.set(property, there.leaves.get(property).cloned());
        }
    }
}

/// Returns the planned outputs. A value that does not differ stays as it is written in the prior outputs. The `given`
/// inputs are those before ignored changes were worked in: of an unknown property it is not known yet whether the inputs
/// set it, so its ignored value, which is in the inputs, is shown only if they do.
pub(super) fn planned(
    inputs: &Leaves,
    given: &Leaves,
    prior: Option<&Outputs>,
    changes: &[Change],
    settings: &Settings,
) -> Outputs {
    let open = given.unknown();
    let mut leaves = Leaves::default();
    for property in Property::ALL.iter().copied().filter(|property| !property.is_secret()) {
        let (desired, there) = (inputs.get(property), prior.map(|prior| prior.leaves.get(property)));
        let is_same = !has_changed(changes, property);
        let value = match (desired, there) {
            // The service fills it in.
            (None, None) if property == Property::DirectoryUserId => Some(Value::Unknown),
            // It is not known yet whether the value stays.
            (None, Some(Some(_))) if is_open(changes, property) => Some(Value::Unknown),
            (None, Some(there)) if is_same => there.cloned(),
            (Some(desired), Some(Some(there))) if is_same && !desired.has_unknowns() => Some(there.clone()),
            _ if open.contains(property) => Some(Value::Unknown),
            // It is not known yet whether the value differs from the one that is shown.
            (Some(desired), Some(Some(there))) if may_be_same(desired, property, changes) => {
                Some(merged(property, desired, there))
            }
            (desired, _) => desired.cloned(),
        };
        leaves.set(property, value);
    }
    let tags_all = match (inputs.get(Property::Tags), prior.and_then(|prior| prior.tags_all.as_ref())) {
        (Some(Value::Unknown), _) => None,
        (_, Some(there)) => changed_tags(there, changes),
        (own, None) => all_tags(settings, own),
    };
    Outputs { leaves, identity: prior.and_then(|prior| prior.identity.clone()), tags_all }
}

/// Returns the planned outputs of a user of which it is not known yet whether it is replaced: what the inputs set, as
/// planned for a new user, because an engine wants that as it is written; and of the rest what holds in both cases.
pub(super) fn either(one: &Outputs, other: &Outputs, given: &Leaves) -> Outputs {
    let mut leaves = Leaves::default();
    for property in Property::ALL.iter().copied() {
        let value = match (one.leaves.get(property), other.leaves.get(property)) {
            (None, None) => None,
            (Some(one), _) if given.get(property).is_some() => Some(one.clone()),
            (Some(one), Some(other)) => Some(common(one, other)),
            _ => Some(Value::Unknown),
        };
        leaves.set(property, value);
    }
    let tags_all = one.tags_all.as_ref().zip(other.tags_all.as_ref());
    let tags_all = tags_all.map(|(one, other)| common(one, other));
    let identity = one.identity.clone().filter(|_| one.identity == other.identity);
    Outputs { leaves, identity, tags_all }
}

/// Returns the planned outputs, with the values that were unknown.
pub(super) fn as_planned(planned: &Outputs, state: &UserState, settings: &Settings) -> Outputs {
    let there = Outputs::of_state(state, settings);
    let mut outputs = planned.clone();
    let is_open = |property: &Property| planned.leaves.get(*property).is_some_and(Value::has_unknowns);
    for property in Property::ALL.iter().copied().filter(is_open) {
        outputs.leaves.set(property, there.leaves.get(property).cloned());
    }
    outputs.identity = there.identity;
    if planned.tags_all.as_ref().is_none_or(Value::has_unknowns) {
        outputs.tags_all = there.tags_all;
    }
    outputs
}

/// Returns the outputs after a failure: the planned values that hold, and the actual values of the properties that do
/// not.
pub(super) fn as_it_is(
    planned: &Outputs,
    left: &[Change],
    state: &UserState,
    settings: &Settings,
) -> Outputs {
    let there = Outputs::of_state(state, settings);
    let mut outputs = as_planned(planned, state, settings);
    for property in changed(left) {
        outputs.leaves.set(property, there.leaves.get(property).cloned());
    }
    outputs.tags_all = there.tags_all;
    outputs
}

/// Returns the properties that change, without secrets.
pub(super) fn changed(changes: &[Change]) -> impl Iterator<Item = Property> {
    Property::ALL.iter().copied().filter(|property| !property.is_secret() && has_changed(changes, *property))
}

/// Whether a value that is partly unknown may turn out not to differ.
fn may_be_same(desired: &Value, property: Property, changes: &[Change]) -> bool {
    let is_of = |change: &&Change| change.property == property;
    desired.has_unknowns() && changes.iter().filter(is_of).all(|change| change.unknown)
}

/// Whether it is not known yet if a property changes that the inputs leave out. A soft phone has no number.
fn is_open(changes: &[Change], property: Property) -> bool {
    let is_of = |change: &Change| match property {
        Property::DeskPhoneNumber => {
            matches!(change.property, Property::DeskPhoneNumber | Property::PhoneType)
        }
        property => change.property == property,
    };
    changes.iter().any(|change| change.unknown && is_of(change))
}

fn has_changed(changes: &[Change], property: Property) -> bool {
    changes.iter().any(|change| change.property == property)
}

fn changed_tags(there: &Value, changes: &[Change]) -> Option<Value> {
    let Value::Map(there) = there else { return None };
    let mut tags: Tags =
        there.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    for change in changes.iter().filter(|change| change.property == Property::Tags) {
        let key = tag_key(&change.path)?;
        match &change.after {
            _ if change.unknown => return None,
            Some(Value::String(value)) => drop(tags.insert(key.to_owned(), value.clone())),
            _ => drop(tags.remove(key)),
        }
    }
    Some(Value::Map(tags.into_iter().map(|(key, value)| (key, value.into())).collect()))
}

/// Returns all tags that will result from the inputs' tags and the default tags; `None` if a tag is not known.
fn all_tags(settings: &Settings, own: Option<&Value>) -> Option<Value> {
    let own = match own {
        Some(Value::Map(own)) => own.as_slice(),
        _ => &[],
    };
    let mut all = settings.default_tags.clone();
    for (key, value) in own {
        all.insert(key.clone(), value.as_str()?.to_owned());
    }
    Some(tags(all.iter().filter(|(key, _)| !settings.ignore_tags.contains(key))))
}

/// Returns the tags that are neither AWS's own nor ignored.
pub(super) fn shown_tags<'a>(
    state: &'a UserState,
    settings: &Settings,
) -> impl Iterator<Item = (&'a String, &'a String)> {
    state.tags_all.iter().filter(|(key, _)| !is_system_tag(key) && !settings.ignore_tags.contains(key))
}

/// Returns the shown tags that are not set by default tags.
fn own_tags(state: &UserState, settings: &Settings) -> Option<Value> {
    let is_default = |key: &String, value: &String| {
        settings.default_tags.get(key) == Some(value) && !state.record.tag_keys.contains(key)
    };
    match tags(shown_tags(state, settings).filter(|(key, value)| !is_default(key, value))) {
        Value::Map(tags) if tags.is_empty() => None,
        tags => Some(tags),
    }
}

fn tags<'a>(tags: impl Iterator<Item = (&'a String, &'a String)>) -> Value {
    Value::Map(tags.map(|(key, value)| (key.clone(), value.as_str().into())).collect())
}
