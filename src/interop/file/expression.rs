//! References in the inputs of a user, which are unknown: kept as texts until the user is whole.

use super::{
    inputs::{get_mut, remove},
    users::FileReference,
};
use crate::user::{HierarchyGroup, IdKind, Path, Property, RoutingProfile, SecurityProfile, Value};

/// The member that marks an object as an expression. No property is called so.
const EXPRESSION: &str = "\0expression";

/// A value that a reader cannot know, as an expression in the syntax of programs: `${Routing.RoutingProfileArn}`.
pub(super) fn expression(text: impl Into<String>) -> Value {
    Value::Map(vec![(EXPRESSION.to_owned(), Value::String(text.into()))])
}

/// The text of an expression.
pub(super) fn as_expression(value: &Value) -> Option<&str> {
    match value {
        Value::Map(members) => match members.as_slice() {
            [(name, Value::String(text))] if name == EXPRESSION => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// A text within which an expression may stand.
pub(super) fn literal(text: &str) -> String {
    text.replace("${", "$${")
}

/// Replaces the expressions of a document by unknown values, and tells what they were.
pub(super) fn take_expressions(document: &mut Value) -> Vec<FileReference> {
    shorten(document);
    let mut found = Vec::new();
    take(document, &Path::root(), &mut found);
    found
}

fn take(value: &mut Value, at: &Path, found: &mut Vec<FileReference>) {
    if let Some(text) = as_expression(value) {
        found.push(FileReference { path: at.clone(), expression: text.to_owned() });
        *value = Value::Unknown;
        return;
    }
    match value {
        Value::List(items) => {
            items.iter_mut().enumerate().for_each(|(index, item)| take(item, &at.index(index), found));
        }
        Value::Map(members) => {
            let is_tags = at.property() == Some(Property::Tags);
            for (name, value) in members {
                let at = if is_tags { at.key(name.as_str()) } else { at.member(name.clone()) };
                take(value, &at, found);
            }
        }
        _ => {}
    }
}

/// The ids in ARNs that begin with the reference to the instance: `${InstanceArn}/security-profile/s1` is known.
fn shorten(document: &mut Value) {
    let Some(instance) = document.get(Property::InstanceId.path()).and_then(as_expression) else { return };
    let instance = instance.to_owned();
    let shorten = |value: &mut Value, segment: &str| {
        let rest = as_expression(value).and_then(|text| text.strip_prefix(&instance)?.strip_prefix('/'));
        let id = rest.and_then(|rest| rest.strip_prefix(segment)?.strip_prefix('/'));
        let id = id.filter(|id| !id.is_empty() && !id.contains(['$', '/'])).map(str::to_owned);
        if let Some(id) = id {
            *value = id.into();
        }
    };
    if let Some(value) = get_mut(document, Property::RoutingProfileId.path()) {
        shorten(value, RoutingProfile::SEGMENT);
    }
    if let Some(value) = get_mut(document, Property::HierarchyGroupId.path()) {
        shorten(value, HierarchyGroup::SEGMENT);
    }
    if let Some(Value::List(items)) = get_mut(document, Property::SecurityProfileIds.path()) {
        items.iter_mut().for_each(|item| shorten(item, SecurityProfile::SEGMENT));
    }
}

/// Takes a password that stands for another one, as in an encrypted state, out of a document.
pub(super) fn remove_password(document: &mut Value) -> bool {
    remove(document, Property::Password.path()).is_some_and(|value| value != Value::Null)
}
