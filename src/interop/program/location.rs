//! Where in the text of a program something is.

use std::{collections::HashMap, fmt};

use serde::{
    Serialize,
    de::{Deserialize, Deserializer, MapAccess, SeqAccess},
};
use serde_saphyr::{Location as Spot, Spanned};

use super::{reference::Step, shape::Shape};
use crate::user::is_spelled;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Location {
    /// The file, as [`Source`](super::Source) names it.
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

/// A document of which only the places are kept.
#[derive(Debug)]
pub(in crate::interop) enum Tree {
    Map(HashMap<String, (Spot, Tree)>),
    List(Vec<Spanned<Tree>>),
    Leaf,
}

impl Tree {
    /// Line and column of a path, or of the nearest place above it.
    pub(in crate::interop) fn find(&self, path: &[Step]) -> Option<(u64, u64)> {
        let (step, rest) = path.split_first()?;
        let (at, tree) = match (self, step) {
            (Self::Map(members), Step::Member(name)) => {
                let spelled =
                    || members.iter().find(|(key, _)| is_spelled(key, name)).map(|(_, found)| found);
                let (at, tree) = members.get(name).or_else(spelled)?;
                (*at, tree)
            }
            (Self::List(items), Step::Index(index)) => {
                let item = items.get(*index)?;
                (item.referenced, &item.value)
            }
            _ => return None,
        };
        tree.find(rest).or_else(|| (at.line() > 0).then(|| (at.line(), at.column())))
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer)
    }
}

impl<'de> Shape<'de> for Tree {
    fn map<A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let mut trees = HashMap::new();
        while let Some((key, tree)) = members.next_entry::<Spanned<String>, Self>()? {
            trees.insert(key.value, (key.referenced, tree));
        }
        Ok(Self::Map(trees))
    }

    fn list<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut trees = Vec::new();
        while let Some(item) = items.next_element()? {
            trees.push(item);
        }
        Ok(Self::List(trees))
    }

    fn scalar(_: Option<&str>) -> Self {
        Self::Leaf
    }
}
