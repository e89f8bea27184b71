//! The document of a user, leaf by leaf.

use std::collections::{BTreeMap, BTreeSet};

use crate::user::{Path, Property, PropertySet, Segment, Value};

/// The document of a user: a value, never null, for each property that the document sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Leaves {
    values: BTreeMap<Property, Value>,
    /// The blocks that are unknown as a whole: it is not even known whether they are present.
    unknown_blocks: BTreeSet<&'static str>,
}

impl Leaves {
    /// Reads a document.
    pub(super) fn of(document: &Value) -> Self {
        let mut leaves = Self::default();
        for property in Property::ALL.iter().copied() {
            let value = match property.path().split_once('.') {
                None => document.get(property.path()),
                Some((block, name)) => match document.get(block) {
                    Some(unknown @ Value::Unknown) => {
                        leaves.unknown_blocks.insert(block);
                        Some(unknown)
                    }
                    block => block.and_then(|block| block.get(name)),
                },
            };
            leaves.set(property, value.cloned());
        }
        leaves
    }

    /// Writes the document.
    pub(super) fn into_document(self) -> Value {
        let mut members: Vec<(String, Value)> = Vec::new();
        for (property, value) in self.values {
            let Some((block, name)) = property.path().split_once('.') else {
                members.push((property.path().to_owned(), value));
                continue;
            };
            let leaf = (name.to_owned(), value);
            match members.iter_mut().find(|(name, _)| name == block) {
                Some((_, Value::Map(inner))) => inner.push(leaf),
                Some(_) => {}
                None if self.unknown_blocks.contains(block) => {
                    members.push((block.to_owned(), Value::Unknown))
                }
                None => members.push((block.to_owned(), Value::Map(vec![leaf]))),
            }
        }
        Value::Map(members)
    }

    pub(super) fn get(&self, property: Property) -> Option<&Value> {
        self.values.get(&property)
    }

    pub(super) fn set(&mut self, property: Property, value: Option<Value>) {
        if let (Some((block, _)), true) = (property.path().split_once('.'), value != Some(Value::Unknown)) {
            self.unknown_blocks.remove(block);
        }
        match value.filter(|value| *value != Value::Null) {
            Some(value) => drop(self.values.insert(property, value)),
            None => drop(self.values.remove(&property)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the properties that the document sets.
    pub(super) fn set_of(&self) -> PropertySet {
        self.values.keys().copied().collect()
    }

    /// Returns the properties of which it is not known whether the document sets them.
    pub(super) fn unknown(&self) -> PropertySet {
        let unknown = self.values.iter().filter(|(_, value)| **value == Value::Unknown);
        unknown.map(|(property, _)| *property).collect()
    }

    /// Whether the document sets a property of a block, also if the value is not known.
    pub(super) fn sets_in_block(&self, property: Property) -> bool {
        let block = property.path().split_once('.').map(|(block, _)| block);
        self.get(property).is_some() && block.is_none_or(|block| !self.unknown_blocks.contains(block))
    }

    /// Makes each block unknown as a whole if no value in it is known, so that the block may turn out to be left out,
    /// unless the `given` document has the block.
    pub(super) fn open_blocks(&mut self, given: &Value) {
        for (block, _) in Property::ALL.iter().filter_map(|property| property.path().split_once('.')) {
            let mut inside = self.values.iter().filter(|(property, _)| is_in(**property, block)).peekable();
            let is_there = inside.peek().is_some();
            let is_given = || matches!(given.get(block), Some(Value::Map(_)));
            if is_there && inside.all(|(_, value)| *value == Value::Unknown) && !is_given() {
                self.unknown_blocks.insert(block);
            }
        }
    }

    /// Returns the document with only the properties in the set.
    pub(super) fn only(mut self, set: PropertySet) -> Self {
        self.values.retain(|property, _| set.contains(*property));
        self
    }
}

fn is_in(property: Property, block: &str) -> bool {
    property.path().split_once('.').is_some_and(|(of, _)| of == block)
}

/// Whether a path is the property, contains it, or lies in it.
pub(super) fn touches(place: &Path, property: Property) -> bool {
    let of = Path::from(property);
    place.covers(&of) || of.covers(place)
}

/// Returns the key, if the path is that of a tag.
pub(super) fn tag_key(place: &Path) -> Option<&str> {
    match place.segments().last() {
        Some(Segment::Key(key)) => Some(key),
        _ => None,
    }
}
