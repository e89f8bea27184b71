//! Values for references of a program.

use std::collections::{BTreeSet, HashMap};

use super::{
    error::{Checked, Mistake},
    reference::{Reference, each_function, each_reference},
};
use crate::user::{Secret, Value, nearest};

/// A value for a reference to a configuration value or an output of another resource, or for a function at its place in
/// a user.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Assignment {
    /// The reference, as it is written between `${` and `}`, or the place of a function: `ana.hierarchyGroupId`.
    pub reference: String,
    /// The value, which may be secret. If a property is a number or a boolean, it is read from the text; if it is a
    /// list or an object, it is read from JSON, or from ids separated by commas.
    pub value: Secret,
    /// The origin of the value, such as the name of an option, for messages. Default: none.
    pub origin: Option<String>,
}

impl Assignment {
    /// Creates an assignment.
    pub fn new(reference: impl Into<String>, value: impl Into<Secret>) -> Self {
        Self { reference: reference.into(), value: value.into(), origin: None }
    }

    /// Sets the origin of the value.
    #[must_use]
    pub fn from_origin(self, origin: impl Into<String>) -> Self {
        Self { origin: Some(origin.into()), ..self }
    }
}

/// Returns the assigned values, and fails if the program does not use one of them. `used` are the values that may have
/// references, each with the name that its functions are known by.
pub(super) fn used<'a>(
    assignments: &[Assignment],
    config: impl Iterator<Item = &'a String>,
    used: impl Iterator<Item = (&'a str, &'a Value)>,
) -> Checked<HashMap<Reference, Secret>> {
    if assignments.is_empty() {
        return Ok(HashMap::new());
    }
    let mut usable: HashMap<Reference, String> =
        config.map(|name| (Reference::of(&[name]), name.clone())).collect();
    for (name, value) in used {
        each_reference(value, &mut |text| {
            if let Some(reference) = Reference::parse(text) {
                usable.entry(reference).or_insert_with(|| text.to_owned());
            }
        });
        each_function(&Reference::of(&[name]), value, &mut |place| {
            let text = place.to_string();
            usable.insert(place, text);
        });
    }
    let mut values = HashMap::new();
    for Assignment { reference: text, value, origin } in assignments {
        let Some(reference) = Reference::parse(text).filter(|reference| usable.contains_key(reference))
        else {
            let help = what_takes_values(text, usable.values().map(String::as_str));
            let mistake = Mistake::new(format!("nothing in the program uses `{text}`"), help);
            return Err(match origin {
                Some(origin) => mistake.within(&format!("`{origin}`")),
                None => mistake,
            });
        };
        values.insert(reference, value.clone());
    }
    Ok(values)
}

/// Limit of names that are listed.
const LISTED: usize = 10;

/// Help for a value whose name is not used: the names that take values.
pub(in crate::interop) fn what_takes_values<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: BTreeSet<&str> = names.collect();
    if let Some(near) = nearest(name, names.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let listed: Vec<_> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(listed.len()) {
        _ if names.is_empty() => "leave it out: nothing there takes a value".to_owned(),
        0 => format!("what takes a value: {}", listed.join(", ")),
        more => format!("what takes a value: {} and {more} more", listed.join(", ")),
    }
}
