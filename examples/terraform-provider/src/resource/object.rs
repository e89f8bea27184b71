//! A user as Terraform has it: a value for each property of the crate's table, and what only the service knows.

use std::collections::{BTreeMap, BTreeSet};

use connect_user::user::{
    Property, PropertySet, Settings, TagInputs, Tags, UserState, Value, is_system_tag, merge_tags,
};

/// The names of what is no property: what only the service knows, and where the user is.
const OUTPUTS: [&str; 7] =
    ["id", "arn", "user_id", "tags_all", "password_changed", "password_wo_version", "region"];

/// A user as Terraform has it. What is not there is null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    pub leaves: BTreeMap<Property, Value>,
    /// The blocks that are there, or may be.
    blocks: BTreeMap<String, Presence>,
    pub outputs: BTreeMap<&'static str, Value>,
}

/// Whether a block is there.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Presence {
    /// It is.
    There,
    /// Nobody knows yet, and nothing that is in it.
    Unknown,
}

impl Object {
    /// Reads Terraform's object.
    pub fn from_terraform(object: &Value) -> Self {
        let mut read = Self::default();
        for property in Property::ALL {
            let value = match property.snake_case().split_once('.') {
                None => object.get(&property.snake_case()).cloned(),
                Some((block, name)) => match object.get(block) {
                    Some(Value::Unknown) => {
                        read.blocks.insert(block.to_owned(), Presence::Unknown);
                        Some(Value::Unknown)
                    }
                    Some(Value::List(items)) => items.first().and_then(|item| {
                        read.blocks.insert(block.to_owned(), Presence::There);
                        item.get(name).cloned()
                    }),
                    _ => None,
                },
            };
            read.set(*property, value.unwrap_or(Value::Null));
        }
        if let Some(password) = object.get("password_wo").filter(|password| **password != Value::Null) {
            read.set(Property::Password, password.clone());
        }
        for name in OUTPUTS {
            read.put(name, object.get(name).cloned().unwrap_or(Value::Null));
        }
        read
    }

    /// Writes Terraform's object; what it lacks is for the schema to say.
    pub fn to_terraform(&self) -> Value {
        let mut members: Vec<(String, Value)> = Vec::new();
        for (name, value) in &self.outputs {
            members.push(((*name).to_owned(), value.clone()));
        }
        let is_top = |property: &Property| !property.path().contains('.');
        for (property, value) in self.leaves.iter().filter(|(property, _)| is_top(property)) {
            members.push((property.snake_case(), value.clone()));
        }
        for (block, presence) in &self.blocks {
            let value = match presence {
                Presence::There => Value::List(vec![Value::Map(self.within(block))]),
                Presence::Unknown => Value::Unknown,
            };
            members.push((block.clone(), value));
        }
        Value::Map(members)
    }

    /// The document that the crate reads a spec from.
    pub fn to_document(&self) -> Value {
        let Value::Map(mut members) = self.to_terraform() else { return Value::Null };
        members.retain(|(name, _)| !OUTPUTS.contains(&name.as_str()));
        for (name, value) in &mut members {
            // A tag that is null is left out.
            if let Value::Map(members) = &mut *value {
                members.retain(|(_, value)| *value != Value::Null);
            }
            if let (Value::List(items), true) = (&mut *value, self.blocks.contains_key(name)) {
                *value = items.pop().unwrap_or(Value::Null);
            }
        }
        Value::Map(members)
    }

    /// The same without the properties that are not in the set; a block is there where one of its properties
    /// is.
    pub fn only(&self, set: PropertySet) -> Self {
        let mut object = self.clone();
        object.leaves.retain(|property, _| set.contains(*property));
        let blocks = object
            .leaves
            .keys()
            .filter_map(|property| Some(property.snake_case().split_once('.')?.0.to_owned()));
        let there: BTreeSet<String> = blocks.collect();
        object.blocks.retain(|block, _| there.contains(block));
        object
    }

    /// The user as the service has it, with everything that can be read but tags to ignore.
    pub fn from_state(state: &UserState, settings: &Settings) -> Self {
        // A state is plain data, which JSON can always hold.
        let json =
            serde_json::to_value(state).and_then(serde_json::from_value::<Value>).unwrap_or(Value::Null);
        let mut object = Self::default();
        for property in Property::ALL {
            let place = property.path().split('.').try_fold(&json, |value, name| value.get(name));
            let value = match (property, place) {
                (Property::Tags, _) => own_tags(state, settings),
                (Property::Password, _) | (_, None) => Value::Null,
                (_, Some(Value::List(items))) if !property.members().is_empty() => {
                    Value::List(items.iter().map(|item| element(*property, item)).collect())
                }
                (_, Some(value)) => value.clone(),
            };
            if let (Some((block, _)), false) = (property.snake_case().split_once('.'), value == Value::Null) {
                object.blocks.insert(block.to_owned(), Presence::There);
            }
            object.set(*property, value);
        }
        object.identify(state);
        object.put("tags_all", tags(shown_tags(state, settings)));
        object
    }

    /// As much of the user as deleting it takes, where nothing else is known of it.
    pub fn to_state(&self) -> Option<UserState> {
        let mut members = vec![("arn".to_owned(), self.output("arn").clone())];
        members.push(("userId".to_owned(), self.output("user_id").clone()));
        for property in Property::ALL.iter().filter(|property| property.is_required()) {
            members.push((property.path().to_owned(), self.get(*property).clone()));
        }
        members.push((Property::Name.path().to_owned(), self.get(Property::Name).clone()));
        serde_json::to_value(Value::Map(members)).and_then(serde_json::from_value).ok()
    }

    /// Fills in who the user is.
    pub fn identify(&mut self, state: &UserState) {
        self.put("id", state.id().to_string().into());
        self.put("arn", state.arn.as_str().into());
        self.put("user_id", state.user_id.bare().into());
    }

    pub fn get(&self, property: Property) -> &Value {
        self.leaves.get(&property).unwrap_or(&Value::Null)
    }

    pub fn set(&mut self, property: Property, value: Value) {
        match value {
            Value::Null => drop(self.leaves.remove(&property)),
            value => drop(self.leaves.insert(property, value)),
        }
    }

    pub fn output(&self, name: &str) -> &Value {
        self.outputs.get(name).unwrap_or(&Value::Null)
    }

    pub fn put(&mut self, name: &'static str, value: Value) {
        self.outputs.insert(name, value);
    }

    /// Has the blocks that the other has: Terraform wants those of the configuration.
    pub fn with_blocks_of(mut self, other: &Self) -> Self {
        self.blocks.clone_from(&other.blocks);
        self
    }

    /// The blocks that are here and not there.
    pub fn blocks_beyond(&self, other: &Self) -> BTreeSet<String> {
        self.blocks.keys().filter(|block| !other.blocks.contains_key(*block)).cloned().collect()
    }

    fn within(&self, block: &str) -> Vec<(String, Value)> {
        let inside = |(property, value): (&Property, &Value)| {
            let path = property.snake_case();
            let (outer, name) = path.split_once('.')?;
            (outer == block).then(|| (name.to_owned(), value.clone()))
        };
        self.leaves.iter().filter_map(inside).collect()
    }
}

/// Whether a value, or something in it, is not known yet.
pub fn has_unknowns(value: &Value) -> bool {
    match value {
        Value::Unknown => true,
        Value::List(items) => items.iter().any(has_unknowns),
        Value::Map(members) => members.iter().any(|(_, value)| has_unknowns(value)),
        _ => false,
    }
}

/// Every tag that the configuration's `tags`, over the provider's, would make; unknown where one is.
pub fn all_tags(default_tags: &Tags, own: Option<&TagInputs>) -> Value {
    let merged = merge_tags(default_tags, own);
    let known: Option<Vec<_>> =
        merged.into_iter().map(|(key, value)| Some((key, Value::String(value.into_known()?)))).collect();
    known.map_or(Value::Unknown, Value::Map)
}

/// Every tag that is neither AWS's own nor to be ignored.
fn shown_tags<'a>(
    state: &'a UserState,
    settings: &Settings,
) -> impl Iterator<Item = (&'a String, &'a String)> {
    state.tags_all.iter().filter(|(key, _)| !is_system_tag(key) && !settings.ignore_tags.contains(key))
}

/// Those of them that are not the provider's.
fn own_tags(state: &UserState, settings: &Settings) -> Value {
    let is_default = |key: &String, value: &String| {
        settings.default_tags.get(key) == Some(value) && !state.record.tag_keys.contains(key)
    };
    match tags(shown_tags(state, settings).filter(|(key, value)| !is_default(key, value))) {
        Value::Map(tags) if tags.is_empty() => Value::Null,
        tags => tags,
    }
}

fn tags<'a>(tags: impl Iterator<Item = (&'a String, &'a String)>) -> Value {
    Value::Map(tags.map(|(key, value)| (key.clone(), value.as_str().into())).collect())
}

/// An element of a list as Terraform names what is in it.
fn element(property: Property, item: &Value) -> Value {
    let mut members: Vec<(String, Value)> = Vec::new();
    for member in property.members() {
        let found = member.path.split('.').try_fold(item, |value, name| value.get(name));
        let Some(value) = found.filter(|value| **value != Value::Null) else { continue };
        match member.snake_case().split_once('.') {
            None => members.push((member.snake_case(), value.clone())),
            Some((outer, inner)) => {
                members.push((outer.to_owned(), Value::Map(vec![(inner.to_owned(), value.clone())])));
            }
        }
    }
    Value::Map(members)
}
