//! Finds places in a document as it is written, in camelCase or snake_case.

use crate::user::{Path, Segment, Value, is_spelled};

/// The value at a path of a document; members may be written in snake_case.
pub(in crate::interop) fn value_at<'v>(document: &'v Value, path: &Path) -> Option<&'v Value> {
    path.segments().iter().try_fold(document, |value, step| match (value, step) {
        (Value::List(items), Segment::Index(index)) => items.get(*index),
        (Value::Map(members), step) => members.get(place_of(members, step)?).map(|(_, value)| value),
        _ => None,
    })
}

/// The index of a member, which may be written in snake_case, or of an entry, whose key must be equal.
pub(in crate::interop) fn place_of(members: &[(String, Value)], step: &Segment) -> Option<usize> {
    members.iter().position(|(name, _)| match step {
        Segment::Member(camel) => is_spelled(name, camel),
        Segment::Key(key) => name == key,
        Segment::Index(_) => false,
    })
}
