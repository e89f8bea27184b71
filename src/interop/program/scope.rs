//! The values that references resolve to.

use std::{collections::HashMap, fmt};

use crate::user::{IDENTITY, Property, Value};

/// The values that references to users resolve to. The values of users that are not in the scope are unknown.
#[derive(Default)]
pub struct Scope(HashMap<String, Known>);

/// The values of a user that references can use.
pub(super) struct Known {
    pub(super) values: Value,
    /// The values of the actual user that will be changed, of which some may stay.
    pub(super) actual: Option<Value>,
    /// Whether values that are missing are known after apply.
    pub(super) is_pending: bool,
}

impl Scope {
    /// Adds a user that has no changes: all its outputs are known.
    pub fn known(&mut self, name: &str, outputs: Value) {
        self.0.insert(name.to_owned(), Known { values: outputs, actual: None, is_pending: false });
    }

    /// Adds a user that will be created or changed: its inputs, and the outputs of the actual user that a change in
    /// place keeps: `None` for a new user, unknown if it is not read. All other values are known after apply, except
    /// those that neither the inputs nor the actual user have, and that the service does not set: no reference may lead
    /// to them.
    pub fn pending(&mut self, name: &str, inputs: Value, actual: Option<&Value>) {
        let mut values = inputs;
        let unchangeable = [Property::Name, Property::DirectoryUserId].map(Property::path);
        for output in IDENTITY.into_iter().chain(unchangeable) {
            let kept = actual.and_then(|actual| actual.get(output));
            if let (None, Value::Map(members), Some(value)) = (values.get(output).cloned(), &mut values, kept)
            {
                members.push((output.to_owned(), value.clone()));
            }
        }
        self.0.insert(name.to_owned(), Known { values, actual: actual.cloned(), is_pending: true });
    }

    pub(super) fn get(&self, name: &str) -> Option<&Known> {
        self.0.get(name)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
