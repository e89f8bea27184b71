//! Converts users between Terraform and the crate: blocks are lists with one element, and null tags are left out.

use std::{collections::BTreeSet, sync::LazyLock};

use connect_user::user::{Property, Value};

/// The outputs of a user in addition to its properties.
const OUTPUTS: [&str; 4] = ["id", "arn", "user_id", "tags_all"];

const TAGS: &str = "tags";

/// The blocks of a user, and the names of its other properties.
static NAMES: LazyLock<[BTreeSet<String>; 2]> = LazyLock::new(|| {
    let paths = Property::ALL.iter().map(|property| property.snake_case());
    let (blocks, plain): (Vec<String>, Vec<String>) = paths.partition(|path| path.contains('.'));
    let name = |path: String| path.split('.').next().unwrap_or_default().to_owned();
    [blocks.into_iter().map(name).collect(), plain.into_iter().collect()]
});

/// The blocks of a user.
pub fn blocks() -> &'static BTreeSet<String> {
    let [blocks, _] = &*NAMES;
    blocks
}

/// The properties of an object, as inputs.
pub fn inputs(object: &Value) -> Value {
    let mut members = properties(object);
    // The password may be given under the name of the convention.
    if let Some(password) = object.get("password_wo").filter(|password| **password != Value::Null) {
        members.retain(|(name, _)| name != Property::Password.path());
        members.push((Property::Password.path().to_owned(), password.clone()));
    }
    Value::Map(members)
}

/// An object as outputs.
pub fn outputs(object: &Value) -> Value {
    let mut members = properties(object);
    let told = OUTPUTS.iter().filter_map(|name| Some(((*name).to_owned(), object.get(name)?.clone())));
    members.extend(told.filter(|(_, value)| *value != Value::Null));
    Value::Map(members)
}

fn properties(object: &Value) -> Vec<(String, Value)> {
    let [blocks, plain] = &*NAMES;
    let Value::Map(members) = object else { return Vec::new() };
    let mut read = Vec::new();
    for (name, value) in members {
        let value = match value {
            Value::List(items) if blocks.contains(name) => match items.first() {
                Some(block) => without_nulls(block),
                None => continue,
            },
            tags if name == TAGS => without_nulls(tags),
            value if blocks.contains(name) || plain.contains(name) => value.clone(),
            _ => continue,
        };
        if value != Value::Null {
            read.push((name.clone(), value));
        }
    }
    read
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Map(members) => {
            Value::Map(members.iter().filter(|(_, value)| *value != Value::Null).cloned().collect())
        }
        value => value.clone(),
    }
}

/// Converts outputs to an object of Terraform, without attributes that are not set; the schema adds them. The object
/// has the blocks of `with_blocks_of`, because Terraform requires those of the configuration; if that is null, it has
/// the blocks of the user. Tags are written as in one of the `written` objects, if they are equal.
pub fn object(outputs: Value, with_blocks_of: &Value, written: &[&Value]) -> Value {
    let Value::Map(mut members) = outputs else { return Value::Null };
    for name in blocks() {
        let inner = members.extract_if(.., |(member, _)| member == name).next().map(|(_, inner)| inner);
        let block = match (with_blocks_of.get(name), inner) {
            (Some(Value::List(items)), _) if items.is_empty() => Value::List(Vec::new()),
            (Some(Value::Unknown), _) | (_, Some(Value::Unknown)) => Value::Unknown,
            (Some(Value::List(_)), None) => Value::List(vec![Value::Map(Vec::new())]),
            (_, None) => Value::List(Vec::new()),
            (_, Some(inner)) => Value::List(vec![inner]),
        };
        members.push((name.clone(), block));
    }
    if let Some((_, tags)) = members.iter_mut().find(|(name, _)| name == TAGS) {
        let mut written = written.iter().filter_map(|object| object.get(TAGS));
        if let Some(same) = written.find(|written| without_nulls(written) == *tags) {
            *tags = same.clone();
        }
    }
    Value::Map(members)
}
