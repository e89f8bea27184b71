//! Values for references of a program.

use std::collections::{BTreeSet, HashMap};

use super::{
    error::{Checked, Mistake},
    reference::{Reference, each_function, each_reference},
};
use crate::user::{Secret, Value, nearest};

/// The value of a reference: of a configuration value, of an output of another resource, or of a function at
/// its place in a user.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Assignment {
    /// The reference, as it stands between `${` and `}`, or the place of a function: `ana.hierarchyGroupId`.
    pub reference: String,
    /// The value, which may be secret. Numbers and booleans are read from their text where a property asks for them, and
    /// so are lists and objects: from JSON, or from ids parted by commas.
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

/// The values, each of which something in the program uses. `used` holds what may have references, under the name
/// that its functions are known by.
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

/// What to give a value to in place of a name that nothing uses.
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
