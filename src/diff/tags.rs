//! Tags: compared key by key, with the default tags, and changed in two calls.

use std::collections::BTreeSet;

use super::{
    Call, Change,
    ChangeKind::{self, Add, Delete, Update},
    comparison::Comparison,
};
use crate::user::{Input, Operation, Path, Property, Segment, Tags, Value, is_system_tag};

/// Adds the changes of tags, key by key.
pub(super) fn changes(comparison: &Comparison<'_>, found: &mut Vec<Change>) {
    let Comparison { spec, state, settings, .. } = comparison;
    if settings.ignores(Property::Tags) {
        return;
    }
    let own = match &spec.tags {
        Some(Input::Unknown) => {
            found.push(Change::new(Property::Tags, Update).to(Some(Value::Unknown)).unknown(true));
            return;
        }
        Some(Input::Known(own)) => Some(own),
        None => None,
    };
    let place = |key: &str| Path::from(Property::Tags).key(key);
    let actual = |key: &str| state.tags_all.get(key).filter(|_| !is_system_tag(key));
    let compare = |key: &str, wanted: Input<&String>| {
        let actual = actual(key);
        let kind = if actual.is_some() { Update } else { Add };
        let change = |after: Value| {
            Change::new(Property::Tags, kind).at(place(key)).from(text(actual)).to(Some(after))
        };
        match wanted {
            Input::Unknown => Some(change(Value::Unknown).unknown(true)),
            Input::Known(value) => (actual != Some(value)).then(|| change(value.as_str().into())),
        }
    };
    let is_own = |key: &str| own.is_some_and(|own| own.contains_key(key));
    let first = found.len();
    let own_tags = own.into_iter().flatten().filter(|(key, _)| !settings.ignores_tag(key));
    found.extend(own_tags.filter_map(|(key, value)| compare(key, value.as_ref())));
    let defaults = settings.default_tags.iter().filter(|(key, _)| !is_own(key) && !settings.ignores_tag(key));
    found.extend(defaults.filter_map(|(key, value)| compare(key, Input::Known(value))));
    let stays = |key: &str| {
        is_own(key)
            || settings.default_tags.contains_key(key)
            || settings.ignores_tag(key)
            || is_system_tag(key)
    };
    for (key, value) in state.tags_all.iter().filter(|(key, _)| !stays(key)) {
        let was_set = || state.record.tag_keys.contains(key) && comparison.was_managed(Property::Tags);
        if own.is_some() || state.record.default_tag_keys.contains(key) || was_set() {
            found.push(Change::new(Property::Tags, Delete).at(place(key)).from(text(Some(value))));
        }
    }
    if let Some(tags) = found.get_mut(first..) {
        tags.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

/// Returns the call of an operation that changes tags. A changed value is overwritten without an untag. Tags are
/// removed before others are added.
pub(super) fn call(operation: Operation, changes: &[Change]) -> Option<Call> {
    let mut gone = BTreeSet::new();
    let mut set = Tags::new();
    for change in changes.iter().filter(|change| change.property == Property::Tags && !change.unknown) {
        match (key(change), &change.kind, &change.after) {
            (Some(key), ChangeKind::Delete, _) => {
                gone.insert(key.to_owned());
            }
            (Some(key), _, Some(Value::String(value))) => {
                set.insert(key.to_owned(), value.clone());
            }
            _ => {}
        }
    }
    match operation {
        Operation::UntagResource => (!gone.is_empty()).then_some(Call::Untag(gone)),
        _ => (!set.is_empty()).then_some(Call::Tag(set)),
    }
}

/// Returns the key of the tag that changes; `None` if all tags are unknown, or AWS sets the tag.
pub(super) fn key(change: &Change) -> Option<&str> {
    match change.path.segments().get(1) {
        Some(Segment::Key(key)) if !is_system_tag(key) => Some(key),
        _ => None,
    }
}

fn text(value: Option<&String>) -> Option<Value> {
    value.map(|value| value.as_str().into())
}
