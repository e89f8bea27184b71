//! Planned values of which a part is not known yet.
//!
//! Such a value may turn out not to differ, and then stays as it is shown. So what the inputs write in another way than
//! it is shown, is planned as unknown. An engine such as Terraform accepts that only where it is inevitable: whatever
//! the inputs set, it wants planned as they write it.

use crate::user::{Property, SecurityProfileId, Shape, Value};

/// Returns what is known of a value that may turn out to be the `shown` one: what holds in both cases.
pub(super) fn merged(property: Property, desired: &Value, shown: &Value) -> Value {
    match (property.info().shape, desired, shown) {
        (Shape::Map, Value::Map(tags), Value::Map(others)) => {
            // A tag whose value is unknown may turn out to be left out. Of other keys it is not known whether they come.
            let is_open = |(key, value): &(String, Value)| has(shown, key) || *value == Value::Unknown;
            match tags.iter().all(is_open) && others.iter().all(|(key, _)| has(desired, key)) {
                true => common(desired, shown),
                false => Value::Unknown,
            }
        }
        (Shape::Set, Value::List(ids), Value::List(others)) => of_ids(desired, ids, others),
        (Shape::Channels, Value::List(items), Value::List(others)) => {
            let may_be_left_out = |item: &Value| match property {
                // The limit of the phone applies to the channels that are left out.
                Property::AfterContactWorkConfigs => true,
                _ => is_default(item),
            };
            of_objects(desired, items, others, &["channel"], may_be_left_out)
        }
        // Each proficiency counts, so more or fewer of them are a change.
        (Shape::Proficiencies, Value::List(items), Value::List(others)) if items.len() != others.len() => {
            desired.clone()
        }
        (Shape::Proficiencies, Value::List(items), Value::List(others)) => {
            of_objects(desired, items, others, &["attributeName", "attributeValue"], |_| false)
        }
        _ => common(desired, shown),
    }
}

/// Returns what two values have in common; the rest is unknown. Lists have no order.
pub(super) fn common(one: &Value, other: &Value) -> Value {
    match (one, other) {
        (Value::Map(members), Value::Map(others)) => {
            let of_both = |(name, value): &(String, Value)| {
                (name.clone(), common(value, other.get(name).unwrap_or(&Value::Null)))
            };
            let more = others.iter().filter(|(name, value)| *value != Value::Null && !has(one, name));
            let of_other = more.map(|(name, _)| (name.clone(), Value::Unknown));
            Value::Map(members.iter().map(of_both).chain(of_other).collect())
        }
        (Value::List(items), Value::List(others)) if items.len() == others.len() => {
            if items.iter().all(|item| others.contains(item)) {
                return one.clone();
            }
            Value::List(items.iter().zip(others).map(|(one, other)| common(one, other)).collect())
        }
        (one, other) if one == other => one.clone(),
        _ => Value::Unknown,
    }
}

fn of_ids(desired: &Value, ids: &[Value], others: &[Value]) -> Value {
    let is_written = |id: &Value| *id == Value::Unknown || others.contains(id);
    let may_be_shown = |id: &Value| is_written(id) || others.iter().any(|other| may_be_same_id(id, other));
    if ids.len() != others.len() || !ids.iter().all(may_be_shown) {
        return desired.clone();
    }
    let known = |id: &Value| if is_written(id) { id.clone() } else { Value::Unknown };
    Value::List(ids.iter().map(known).collect())
}

/// Whether two texts may be the same id: in an ARN, or by a name that was looked up.
fn may_be_same_id(one: &Value, other: &Value) -> bool {
    let [Some(one), Some(other)] = [one, other].map(|id| id.as_str().map(SecurityProfileId::new)) else {
        return false;
    };
    one.named().is_some() || other.named().is_some() || one.bare() == other.bare()
}

/// Pairs the objects by their keys. An object that only one of the lists has may be one that the other leaves out.
fn of_objects(
    desired: &Value,
    items: &[Value],
    others: &[Value],
    keys: &[&str],
    may_be_left_out: impl Fn(&Value) -> bool,
) -> Value {
    let is_pair = |item: &Value, other: &Value| {
        let is_same = |key: &&str| item.get(key) == Some(&Value::Unknown) || item.get(key) == other.get(key);
        *item == Value::Unknown || keys.iter().all(is_same)
    };
    let pairs = |item| others.iter().filter(move |other| is_pair(item, other));
    let single: Vec<&Value> = items.iter().filter(|item| pairs(*item).next().is_none()).collect();
    let left: Vec<&Value> =
        others.iter().filter(|other| !items.iter().any(|item| is_pair(item, other))).collect();
    if !single.iter().chain(&left).all(|item| may_be_left_out(item)) {
        return desired.clone();
    }
    if others.is_empty() || others.len() > items.len() || single.is_empty() && !left.is_empty() {
        return Value::Unknown;
    }
    let known = |item| {
        let pairs = pairs(item).collect::<Vec<_>>();
        let pair = |known: Value, other: &&Value| common(&known, other);
        if pairs.is_empty() { Value::Unknown } else { pairs.iter().fold(Value::clone(item), pair) }
    };
    Value::List(items.iter().map(known).collect())
}

/// Whether an object may say no more than what applies to a channel that is left out: the service's defaults, and for
/// voice what the phone says.
fn is_default(item: &Value) -> bool {
    let Value::Map(members) = item else { return true };
    let is_it = |value: &Value| {
        matches!(value, Value::Unknown | Value::Null | Value::Bool(false)) || value.as_str() == Some("NONE")
    };
    let is_voice = item.get("channel").and_then(Value::as_str).is_none_or(|channel| channel == "VOICE");
    is_voice || members.iter().all(|(name, value)| name == "channel" || is_it(value))
}

fn has(map: &Value, name: &str) -> bool {
    map.get(name).is_some_and(|value| *value != Value::Null)
}
