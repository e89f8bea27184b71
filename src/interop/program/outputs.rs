//! The values of references to other users of the program.

use super::{
    error::{Checked, Mistake},
    reference::{Reference, Step, child},
    scope::Known,
};
use crate::user::{LeftOut, Property, Shape, TAGS_ALL, Value, is_system_tag, nearest, outputs};

/// The value of a reference to a user; `known` has the values that are known of that user.
pub(super) fn output(known: Option<&Known>, reference: &Reference) -> Checked<Value> {
    let (root, path) = (reference.root(), reference.path());
    let fail = |message: &str, help: String| Err(Mistake::new(format!("`${{{reference}}}` {message}"), help));
    let Some(Step::Member(first)) = path.first() else {
        return fail("is a whole user", format!("name one of its properties: `${{{root}.userId}}`"));
    };
    if first == "password" {
        let help = "refer to where the password comes from instead";
        return fail("is a password, which nothing may refer to", help.to_owned());
    }
    if let Some(value) = known.and_then(|known| value_at(&known.values, path)) {
        return Ok(value.clone());
    }
    if let Err(Lost { passed, names }) = find(path) {
        let (before, rest) = path.split_at(passed.min(path.len()));
        let before = Reference::of(&[root]).then(before);
        let near = match rest {
            [Step::Member(name), rest @ ..] => nearest(name, names.iter().copied()).map(|near| (near, rest)),
            _ => None,
        };
        let help = match near {
            Some((near, rest)) => {
                format!("did you mean `${{{}}}`?", before.then(&[Step::member(near)]).then(rest))
            }
            None if passed == 0 => {
                format!("refer to one of its inputs, or to `{}`", outputs().collect::<Vec<_>>().join("`, `"))
            }
            None if names.is_empty() => format!("refer to `${{{before}}}`"),
            None => format!("refer to one of `{}` of `${{{before}}}`", names.join("`, `")),
        };
        return fail("is not a property of a user", help);
    }
    match known {
        Some(known) if !known.is_pending || is_never_set(known, path) => {
            fail("is not set", format!("set it in `{root}`, or do not refer to it"))
        }
        _ => Ok(Value::Unknown),
    }
}

/// The value at a path; unknown within an unknown value.
fn value_at<'v>(values: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(values, |value, step| match value {
        Value::Unknown => Some(value),
        value => child(value, step),
    })
}

/// Whether a path leads to a property or an output of a user.
pub(super) fn is_output(path: &[Step]) -> bool {
    find(path).is_ok()
}

/// A path that leads nowhere: the number of steps that lead somewhere, and the names that may follow them.
struct Lost {
    passed: usize,
    names: Vec<&'static str>,
}

/// The properties at a path, of which the first may have the path in it; none for an output.
fn find(path: &[Step]) -> Result<Vec<Property>, Lost> {
    let mut passed: Vec<&str> = Vec::new();
    let mut inside: Vec<Property> = Property::ALL.to_vec();
    for (depth, step) in path.iter().enumerate() {
        let name_of = |property: &Property| property.path().split('.').nth(depth);
        let mut names: Vec<&str> = inside.iter().filter_map(name_of).collect();
        names.dedup();
        if depth == 0 {
            names.extend(outputs());
        }
        let Step::Member(name) = step else { return Err(Lost { passed: depth, names }) };
        if !names.contains(&name.as_str()) {
            return Err(Lost { passed: depth, names });
        }
        passed.push(name);
        inside.retain(|property| name_of(property) == Some(name.as_str()));
        let rest = path.get(depth + 1..).unwrap_or_default();
        let lost = |(further, names): (usize, _)| Lost { passed: depth + 1 + further, names };
        match inside.as_slice() {
            [] => {
                let shape = if name == TAGS_ALL { Shape::Map } else { Shape::String };
                return within(shape, &[], rest).map(|()| Vec::new()).map_err(lost);
            }
            [property] if property.path() == passed.join(".") => {
                let members: Vec<_> = property.members().iter().map(|member| member.path).collect();
                return within(property.info().shape, &members, rest).map(|()| inside).map_err(lost);
            }
            _ => {}
        }
    }
    Ok(inside)
}

/// Checks the rest of a path within a value of this form. Fails with the number of steps that lead somewhere, and the
/// names that may follow them.
fn within(shape: Shape, members: &[&'static str], rest: &[Step]) -> Result<(), (usize, Vec<&'static str>)> {
    let Some((first, rest)) = rest.split_first() else { return Ok(()) };
    let is_element = match first {
        Step::Index(_) => true,
        Step::Member(name) => name.parse::<usize>().is_ok(),
        Step::Every => false,
    };
    match shape {
        Shape::Map if matches!(first, Step::Member(_)) => within(Shape::String, &[], rest),
        Shape::Set if is_element => within(Shape::String, &[], rest),
        Shape::Channels | Shape::Proficiencies if is_element => {
            let mut inside: Vec<&'static str> = members.to_vec();
            for (depth, step) in rest.iter().enumerate() {
                let mut names: Vec<_> = inside.iter().filter_map(|path| path.split('.').nth(depth)).collect();
                names.dedup();
                match step {
                    Step::Member(name) if names.contains(&name.as_str()) => {
                        inside.retain(|path| path.split('.').nth(depth) == Some(name.as_str()));
                    }
                    _ => return Err((1 + depth, names)),
                }
            }
            return Ok(());
        }
        _ => return Err((0, Vec::new())),
    }
    .map_err(|(passed, names)| (passed + 1, names))
}

/// Whether a value that the program leaves out stays so: the service does not set it, and the actual user has none.
fn is_never_set(known: &Known, path: &[Step]) -> bool {
    if known.actual.as_ref().is_some_and(|actual| value_at(actual, path).is_some()) {
        return false;
    }
    let properties = find(path).unwrap_or_default();
    match (properties.as_slice(), path) {
        ([Property::Tags] | [], [_, Step::Member(key)]) => {
            let is_open = known.values.get(Property::Tags.path()) == Some(&Value::Unknown);
            let all = known.values.get(TAGS_ALL).filter(|_| !is_open && !is_system_tag(key));
            all.is_some_and(|all| child(all, &Step::member(key)).is_none())
        }
        ([Property::Tags] | [], _) => false,
        (properties, _) => properties
            .iter()
            .all(|property| matches!(property.info().left_out, LeftOut::Cleared | LeftOut::Required)),
    }
}
