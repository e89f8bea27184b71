//! Walks through JSON and keeps only the requested values, so that a file of many users is never in memory as a whole.

use std::{borrow::Cow, fmt};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde_json::de::IoRead;

use super::source::{Failure, Places, ReadSeek, Source, Spot};
use crate::user::Value;

/// How a value is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visit {
    /// The members or elements of the value are visited. A value without members or elements is kept.
    Enter,
    /// The value is kept as a member of the object around it.
    Keep,
    /// The value is ignored.
    Skip,
}

/// The characters that have a meaning in paths.
const SIGNS: [char; 3] = ['.', '[', ']'];

/// Handles the values of a walk. A path has the form `resources[].instances[].attributes`; the path of the document is
/// empty. A character of a member name that has a meaning in paths is replaced by U+FFFD.
pub(super) trait Walker {
    /// Decides how the value at this path is handled. The place of a member is its name; the place of an element is its
    /// beginning.
    fn visit(&mut self, path: &str, at: Spot) -> Visit;

    /// Called at the end of an object that was entered, with the members that were kept, and the place of the object.
    fn object(&mut self, path: &str, members: Vec<(String, Value)>, at: Spot);

    /// Called at the end of a list that was entered, with the number of its elements.
    fn list(&mut self, _path: &str, _count: usize) {}
}

/// Walks through a document.
pub(super) fn walk(from: &mut dyn ReadSeek, walker: &mut impl Walker) -> Result<(), Failure> {
    through(from, walker, false)
}

/// Walks through several documents after each other.
pub(super) fn walk_all(from: &mut dyn ReadSeek, walker: &mut impl Walker) -> Result<(), Failure> {
    through(from, walker, true)
}

fn through(from: &mut dyn ReadSeek, walker: &mut impl Walker, has_more: bool) -> Result<(), Failure> {
    Source::read(from, |source, places| {
        let mut json = serde_json::Deserializer::from_reader(source);
        loop {
            if let Err(error) = document(&mut json, walker, places) {
                return Err(unreadable(&error, places));
            }
            match json.end() {
                Ok(()) => return Ok(()),
                Err(error) if !has_more || !error.is_syntax() => return Err(unreadable(&error, places)),
                Err(_) => {}
            }
        }
    })
}

type Json<'a, 'b> = serde_json::Deserializer<IoRead<&'a mut Source<'b>>>;

fn document(
    json: &mut Json<'_, '_>,
    walker: &mut impl Walker,
    places: &Places,
) -> Result<(), serde_json::Error> {
    let mut path = String::new();
    Step { walker, path: &mut path, places, at: None }.deserialize(json).map(drop)
}

fn unreadable(error: &serde_json::Error, places: &Places) -> Failure {
    let at = places.last.get();
    if error.is_eof() && places.are_blank() {
        return Failure::new("is empty", "give a file with users", None);
    }
    if error.is_eof() {
        return Failure::new("ends within its JSON: it is cut off", "give the whole file", Some(at));
    }
    let text = error.to_string();
    let what = text.split_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    let (what, help) = match what {
        "recursion limit exceeded" => {
            ("nests too deep".to_owned(), "write fewer objects and lists within each other")
        }
        what => (format!("is not JSON: {what}"), "mend the text there"),
    };
    Failure::new(what, help, Some(at))
}

/// A value of the walk. Deserializing it returns the value, if it is to be kept.
struct Step<'w, W> {
    walker: &'w mut W,
    path: &'w mut String,
    places: &'w Places,
    /// The place of the name of a member; `None` for an element, whose place is its beginning.
    at: Option<Spot>,
}

impl<W: Walker> Step<'_, W> {
    /// Calls `go` for a value within this one, at the path with this end.
    fn within<T>(&mut self, end: &[&str], at: Option<Spot>, go: impl FnOnce(Step<'_, W>) -> T) -> T {
        let length = self.path.len();
        self.path.extend(end.iter().copied());
        let gone = go(Step { walker: self.walker, path: self.path, places: self.places, at });
        self.path.truncate(length);
        gone
    }
}

impl<'de, W: Walker> DeserializeSeed<'de> for Step<'_, W> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<Value>, D::Error> {
        match self.walker.visit(self.path, self.at.unwrap_or_else(|| self.places.last.get())) {
            Visit::Enter => json.deserialize_any(self),
            Visit::Keep => Value::deserialize(json).map(Some),
            Visit::Skip => IgnoredAny::deserialize(json).map(|_| None),
        }
    }
}

/// A value without members and elements.
macro_rules! scalars {
    ($($visit:ident: $type:ty),* $(,)?) => {
        $(fn $visit<E: serde::de::Error>(self, value: $type) -> Result<Option<Value>, E> {
            Value::deserialize(value.into_deserializer()).map(Some)
        })*
    };
}

impl<'de, W: Walker> Visitor<'de> for Step<'_, W> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    scalars! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Option<Value>, A::Error> {
        let mut count = 0;
        while self.within(&["[]"], None, |step| items.next_element_seed(step))?.is_some() {
            count += 1;
        }
        self.walker.list(self.path, count);
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Option<Value>, A::Error> {
        let at = self.at.unwrap_or_else(|| self.places.last.get());
        let mut kept = Vec::new();
        while let Some((name, place)) = members.next_key_seed(Name(self.places))? {
            let dot = if self.path.is_empty() { "" } else { "." };
            let plain = match name.contains(SIGNS) {
                true => Cow::Owned(name.replace(SIGNS, "\u{fffd}")),
                false => Cow::Borrowed(name.as_str()),
            };
            let value = self.within(&[dot, &plain], Some(place), |step| members.next_value_seed(step))?;
            kept.extend(value.map(|value| (name, value)));
        }
        self.walker.object(self.path, kept, at);
        Ok(None)
    }
}

/// The name of a member, and the place at which it begins.
struct Name<'p>(&'p Places);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = (String, Spot);

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(String, Spot), D::Error> {
        let at = self.0.last.get();
        String::deserialize(json).map(|name| (name, at))
    }
}
