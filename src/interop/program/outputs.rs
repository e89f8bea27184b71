//! The values of references to other users of the program.

use super::{
    error::{Checked, Mistake},
    reference::{Reference, Step, child},
    scope::Known,
};
use crate::user::{Property, Value, nearest, outputs};

/// The names that references to a user may use: its properties, and its outputs.
fn names() -> impl Iterator<Item = &'static str> {
    let properties = Property::ALL.iter().filter_map(|property| property.path().split('.').next());
    properties.chain(outputs())
}

/// Whether the first name of a path is a property or an output of a user.
pub(super) fn is_output(path: &[Step]) -> bool {
    matches!(path.first(), Some(Step::Member(first)) if names().any(|name| name == first))
}

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
    let value = known.and_then(|known| {
        path.iter().try_fold(&known.values, |value, step| match value {
            Value::Unknown => Some(value),
            value => child(value, step),
        })
    });
    if let Some(value) = value {
        return Ok(value.clone());
    }
    if !is_output(path) {
        let help = match nearest(first, names()) {
            Some(near) => format!("did you mean `${{{root}.{near}}}`?"),
            None => {
                format!("refer to one of its inputs, or to `{}`", outputs().collect::<Vec<_>>().join("`, `"))
            }
        };
        return fail("is not a property of a user", help);
    }
    match known {
        Some(known) if !known.is_pending => {
            fail("is not set", format!("set it in `{root}`, or do not refer to it"))
        }
        _ => Ok(Value::Unknown),
    }
}
