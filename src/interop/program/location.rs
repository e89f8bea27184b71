//! Places in the text of a program.

use std::fmt;

use serde::{
    Serialize,
    de::{Deserialize, Deserializer, MapAccess, SeqAccess},
};
use serde_saphyr::Spanned;

use super::{reference::Step, shape::Shape};
use crate::user::{SortedMap, is_spelled};

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Location {
    /// The name of the file, as given to [`Source`](super::Source).
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column in characters, from 1.
    pub column: u64,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The places of a document, without its values, in a compact form: a document may have millions of them.
#[derive(Debug)]
pub(in crate::interop) enum Tree {
    Map(SortedMap<Box<str>, (Spot, Tree)>),
    List(Box<[(Spot, Tree)]>),
    Leaf,
}

/// Line and column, from 1; zeros if they are not known.
#[derive(Clone, Copy, Debug)]
pub(in crate::interop) struct Spot(u32, u32);

impl Spot {
    fn of<T>(value: &Spanned<T>) -> Self {
        let narrow = |number: u64| u32::try_from(number).unwrap_or_default();
        Self(narrow(value.referenced.line()), narrow(value.referenced.column()))
    }
}

impl Tree {
    /// Line and column of a path, or of its nearest parent that exists.
    pub(in crate::interop) fn find(&self, path: &[Step]) -> Option<(u64, u64)> {
        let (step, rest) = path.split_first()?;
        let (at, tree) = match (self, step) {
            (Self::Map(members), Step::Member(name)) => {
                let spelled =
                    || members.iter().find(|(key, _)| is_spelled(key, name)).map(|(_, found)| found);
                members.get(name.as_str()).or_else(spelled)?
            }
            (Self::List(items), Step::Index(index)) => items.get(*index)?,
            _ => return None,
        };
        let Spot(line, column) = *at;
        tree.find(rest).or_else(|| (line > 0).then(|| (line.into(), column.into())))
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl<'de> Shape<'de> for Tree {
    fn map<A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut trees = Vec::new();
        while let Some((key, tree)) = members.next_entry::<Spanned<String>, Self>()? {
            let spot = Spot::of(&key);
            trees.push((key.value.into_boxed_str(), (spot, tree)));
        }
        Ok(Self::Map(trees.into_iter().collect()))
    }

    fn list<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut trees = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Self>>()? {
            trees.push((Spot::of(&item), item.value));
        }
        Ok(Self::List(trees.into_boxed_slice()))
    }

    fn scalar(_: Option<&str>) -> Self {
        Self::Leaf
    }
}
