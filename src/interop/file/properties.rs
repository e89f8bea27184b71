//! The properties of a user in a document of another tool, in the names of this crate.

use std::sync::LazyLock;

use super::arns;
use crate::user::{Property, Spelling, Value, is_output, to_camel_case};

/// Other names of properties, in `AWS::Connect::User` and in answers of the service and backups of them; without the
/// properties that are ARNs.
const RENAMED: &[(&str, &str)] = &[
    (arns::INSTANCE, "instanceId"),
    (USERNAME, "name"),
    ("userProficiencyList", "userProficiencies"),
    ("proficiencies", "userProficiencies"),
];

/// The user name in AWS's own resource, in camelCase.
pub(super) const USERNAME: &str = "username";

/// Members that tools have in addition to the properties and the outputs of a user.
const OTHERS: [&str; 5] = ["userArn", "passwordChanged", "passwordWo", "passwordWoVersion", "timeouts"];

/// The properties of a user in a document.
pub(super) struct Properties {
    /// The properties, in camelCase, with tags as a map and blocks as objects.
    pub(super) inputs: Value,
    /// Whether the document has a Region.
    pub(super) has_region: bool,
    /// The paths of all other members, as the document spells them.
    pub(super) left_out: Vec<String>,
}

/// The properties of a user among the members of a document.
pub(super) fn properties(document: Value, spelling: Spelling) -> Properties {
    let mut found = Properties { inputs: Value::Null, has_region: false, left_out: Vec::new() };
    let Value::Map(members) = document else { return found };
    let mut kept: Vec<(String, Value)> = Vec::new();
    for (written, value) in members {
        let name = first_name(&written, spelling);
        if is_no_input(&name) || says_nothing(&value) {
            continue;
        }
        if name == "region" {
            found.has_region = true;
            continue;
        }
        let value = match name.as_str() {
            "tags" => tags(value),
            "identityInfo" | "phoneConfig" => block(value),
            _ => value,
        };
        let mut left_out = Vec::new();
        match rank(&name).is_some() {
            true if name == "tags" => kept.push((name, value)),
            true => {
                let value = keep(value, spelling, [&name, &written], &mut left_out);
                kept.push((name, value));
            }
            false => left_out = vec![written],
        }
        found.left_out.extend(left_out);
    }
    Properties { inputs: Value::Map(kept), ..found }
}

/// The property of a whole member of a document.
pub(super) fn property(member: &str, spelling: Spelling) -> Option<Property> {
    let name = first_name(member, spelling);
    Property::from_path(&name)
}

fn first_name(name: &str, spelling: Spelling) -> String {
    let name = camel_name(name, spelling);
    let of_arns = arns::PROPERTIES.iter().map(|row| (row.name, row.property.path()));
    let mut renamed = RENAMED.iter().copied().chain(of_arns);
    match renamed.find(|(known, _)| *known == name) {
        Some((_, renamed)) => renamed.to_owned(),
        None => name,
    }
}

fn camel_name(name: &str, spelling: Spelling) -> String {
    match spelling {
        Spelling::PascalCase => {
            let mut characters = name.chars();
            let first = characters.next().map(|first| first.to_ascii_lowercase());
            first.into_iter().chain(characters).collect()
        }
        Spelling::SnakeCase => to_camel_case(name),
        Spelling::CamelCase => name.to_owned(),
    }
}

/// A block; Terraform stores it as a list with one element.
fn block(value: Value) -> Value {
    match value {
        Value::List(mut items) if items.len() <= 1 => items.pop().unwrap_or(Value::Null),
        value => value,
    }
}

/// Tags as a map; CloudFormation has them as a list.
fn tags(value: Value) -> Value {
    let Value::List(items) = value else { return value };
    let member =
        |item: &Value, name: &str| item.get(name).or_else(|| item.get(&name.to_lowercase())).cloned();
    let pair = |item: &Value| match (member(item, "Key")?, member(item, "Value")) {
        (Value::String(key), value) => Some((key, value.unwrap_or(Value::Null))),
        _ => None,
    };
    match items.iter().map(pair).collect() {
        Some(pairs) => Value::Map(pairs),
        // Decoding reports the mistake.
        None => Value::List(items),
    }
}

/// Whether a member with this name is a property of a user, or an output of the service or a tool.
pub(super) fn is_member(name: &str, spelling: Spelling) -> bool {
    let name = first_name(name, spelling);
    rank(&name).is_some() || is_no_input(&name)
}

/// The name of a member in this crate; `None` if it is an output of the service or a tool, or has no content.
pub(super) fn input_name(member: &str, value: &Value, spelling: Spelling) -> Option<String> {
    let name = first_name(member, spelling);
    (!is_no_input(&name) && !says_nothing(value)).then_some(name)
}

/// Whether this is the name of an output of the service or a tool.
fn is_no_input(name: &str) -> bool {
    is_output(name) || OTHERS.contains(&name)
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Map(members) => members.is_empty(),
        _ => false,
    }
}

/// Renames the members of a value to the names of this crate, and removes members that users do not have. The paths of
/// these are added to `left_out` as the document spells them. `at` is the path of the value, in the names of this crate
/// and as the document spells it.
fn keep(
    value: Value,
    spelling: Spelling,
    at @ [place, shown]: [&str; 2],
    left_out: &mut Vec<String>,
) -> Value {
    match value {
        Value::List(items) => {
            Value::List(items.into_iter().map(|item| keep(item, spelling, at, left_out)).collect())
        }
        Value::Map(members) => {
            let mut kept = Vec::new();
            for (written, value) in members {
                let name = camel_name(&written, spelling);
                let (place, shown) = (format!("{place}.{name}"), format!("{shown}.{written}"));
                // The marker of an expression is not a name.
                if name.starts_with('\0') || rank(&place).is_some() {
                    kept.push((name, keep(value, spelling, [&place, &shown], left_out)));
                } else if !says_nothing(&value) && !is_no_input(&name) {
                    left_out.push(shown);
                }
            }
            Value::Map(kept)
        }
        leaf => leaf,
    }
}

/// All paths in a user: of each property, and of each member of its elements, in the order of the table.
static PLACES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of = |property: &Property| {
        let path = property.path();
        let members = property.members().iter().map(move |member| format!("{path}.{}", member.path));
        std::iter::once(path.to_owned()).chain(members).collect::<Vec<_>>()
    };
    Property::ALL.iter().flat_map(of).collect()
});

/// The rank of a path in the table; `None` if it is not the path of a property and not a parent of one.
fn rank(place: &str) -> Option<usize> {
    let is_it =
        |path: &String| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    PLACES.iter().position(is_it)
}

/// Sorts the members of a user in the order of the table. Tags keep their order.
pub(super) fn sort(document: &mut Value) {
    sort_at(document, "");
}

fn sort_at(value: &mut Value, at: &str) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| sort_at(item, at)),
        Value::Map(members) => {
            let place = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
            members.sort_by_cached_key(|(name, _)| rank(&place(name)).unwrap_or(usize::MAX));
            let inner = members.iter_mut().filter(|(name, _)| name != Property::Tags.path());
            inner.for_each(|(name, value)| sort_at(value, &place(name)));
        }
        _ => {}
    }
}
