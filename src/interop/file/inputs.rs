//! Sets, merges and cleans up members of a document with the inputs of a user.

use crate::user::{Path, Property, Segment, Value};

/// An object without members.
pub(super) const fn empty() -> Value {
    Value::Map(Vec::new())
}

/// Sets the value at a path of members and keys.
pub(super) fn set(document: &mut Value, path: &Path, value: Value) {
    let steps = path.segments().iter().filter_map(|segment| match segment {
        Segment::Member(name) => Some(&**name),
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    });
    put(document, &steps.collect::<Vec<_>>(), value);
}

fn put(at: &mut Value, steps: &[&str], value: Value) {
    let Some((first, rest)) = steps.split_first() else {
        *at = value;
        return;
    };
    if !matches!(at, Value::Map(_)) {
        *at = empty();
    }
    let Value::Map(members) = at else { return };
    match members.iter_mut().find(|(name, _)| name == first) {
        Some((_, inner)) => put(inner, rest, value),
        None => {
            let mut inner = Value::Null;
            put(&mut inner, rest, value);
            members.push(((*first).to_owned(), inner));
        }
    }
}

/// Returns a member of an object, mutable.
pub(super) fn get_mut<'a>(value: &'a mut Value, member: &str) -> Option<&'a mut Value> {
    match value {
        Value::Map(members) => members.iter_mut().find(|(name, _)| name == member).map(|(_, value)| value),
        _ => None,
    }
}

/// Visits a value and the values in it, each with its path. If a visit returns `false`, the values within are not
/// visited.
pub(super) fn visit(value: &mut Value, at: &Path, each: &mut impl FnMut(&mut Value, &Path) -> bool) {
    if !each(value, at) {
        return;
    }
    match value {
        Value::List(items) => {
            items.iter_mut().enumerate().for_each(|(index, item)| visit(item, &at.index(index), each));
        }
        Value::Map(members) => {
            let is_tags = at.property() == Some(Property::Tags);
            for (name, value) in members {
                let at = if is_tags { at.key(name.as_str()) } else { at.member(name.clone()) };
                visit(value, &at, each);
            }
        }
        _ => {}
    }
}

/// Replaces the value at a path, if there is one.
pub(super) fn replace(value: &mut Value, path: &[Segment], new: Value) {
    let Some((first, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    let inner = match (first, value) {
        (Segment::Member(name), value) => get_mut(value, name),
        (Segment::Key(key), value) => get_mut(value, key),
        (Segment::Index(index), Value::List(items)) => items.get_mut(*index),
        _ => None,
    };
    if let Some(inner) = inner {
        replace(inner, rest, new);
    }
}

/// Removes a member of an object.
pub(super) fn remove(value: &mut Value, member: &str) -> Option<Value> {
    let Value::Map(members) = value else { return None };
    let index = members.iter().position(|(name, _)| name == member)?;
    Some(members.remove(index).1)
}

/// Adds the members of `defaults` that a document lacks, object by object.
pub(super) fn merge(document: &mut Value, defaults: &Value) {
    let (Value::Map(members), Value::Map(defaults)) = (document, defaults) else { return };
    for (name, default) in defaults {
        match members.iter_mut().find(|(known, _)| known == name) {
            Some((_, value)) => merge(value, default),
            None => members.push((name.clone(), default.clone())),
        }
    }
}

/// Removes values without meaning: nulls, empty texts where they mean "left out", and empty objects and lists. An empty
/// list of security profiles is kept, because it is a mistake.
pub(super) fn prune(document: &mut Value) {
    let Value::Map(members) = document else { return };
    for (name, value) in members.iter_mut() {
        match (name.as_str(), &mut *value) {
            ("identityInfo" | "phoneConfig", inner) => prune(inner),
            ("tags", Value::Map(tags)) => tags.retain(|(_, value)| *value != Value::Null),
            _ => {}
        }
    }
    members.retain(|(name, value)| match value {
        Value::Null => false,
        Value::String(text) => {
            !text.is_empty() || matches!(name.as_str(), "name" | "instanceId" | "routingProfileId")
        }
        Value::List(items) => !items.is_empty() || name == "securityProfileIds",
        Value::Map(members) => !members.is_empty(),
        _ => true,
    });
}

/// The settings that can be given in `phoneConfig` or per channel: the list of the channels, the member of
/// `phoneConfig`, and its path in an element of the list.
const TWINS: &[(&str, &str, &[&str])] = &[
    ("autoAcceptConfigs", "autoAccept", &["autoAccept"]),
    (
        "afterContactWorkConfigs",
        "afterContactWorkTimeLimit",
        &["afterContactWorkConfig", "afterContactWorkTimeLimit"],
    ),
    ("persistentConnectionConfigs", "persistentConnection", &["persistentConnection"]),
];

/// Removes duplicates of settings that are given both in `phoneConfig` and per channel, as the service returns them:
/// the settings per channel are kept, because they say more. A setting that only `phoneConfig` has is moved to `VOICE`,
/// and `moved` is called with the two places.
pub(super) fn say_once(document: &mut Value, mut moved: impl FnMut(&str, &str)) {
    prune(document);
    let has_lines = document.get("phoneNumberConfigs").is_some() && document.get("phoneConfig").is_some();
    let is_mirrored = has_lines && is_line_mirrored(document);
    for (list, twin, place) in TWINS {
        let is_per_channel = document.get(list).is_some() || has_lines && !is_mirrored;
        let Some(phone) = get_mut(document, "phoneConfig").filter(|_| is_per_channel) else { continue };
        let Some(said) = remove(phone, twin) else { continue };
        if matches!(said, Value::Bool(false) | Value::Integer(0)) {
            continue;
        }
        let mut voice = empty();
        put(&mut voice, &["channel"], "VOICE".into());
        put(&mut voice, place, said);
        match get_mut(document, list) {
            Some(Value::List(channels)) if channels.iter().all(is_another_channel) => channels.push(voice),
            // The element has the setting of `VOICE`, or its channel is not known.
            Some(_) => continue,
            None => put(document, &[list], Value::List(vec![voice])),
        }
        moved(twin, list);
    }
    if has_lines {
        remove(document, if is_mirrored { "phoneNumberConfigs" } else { "phoneConfig" });
    }
}

fn is_another_channel(element: &Value) -> bool {
    element.get("channel").and_then(text).is_some_and(|channel| channel != "VOICE")
}

/// Whether the phone numbers per channel all equal the phone number of `phoneConfig`.
fn is_line_mirrored(document: &Value) -> bool {
    let phone = document.get("phoneConfig");
    let Some(Value::List(lines)) = document.get("phoneNumberConfigs") else { return false };
    lines.iter().all(|line| {
        let same = |one: &str, other: &str| {
            line.get(one).and_then(text) == phone.and_then(|phone| phone.get(other)).and_then(text)
        };
        same("phoneType", "phoneType") && same("phoneNumber", "deskPhoneNumber")
    })
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}
