//! Where in the text of the program something stands. Looked for only where a mistake is told: the text is then
//! read once more, with lines and columns.

use std::{
    collections::HashMap,
    fmt, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::{
    reference::{Reference, Step},
    yaml,
};
use crate::input;

/// The program of this run.
static SOURCE: OnceLock<Source> = OnceLock::new();

struct Source {
    file: PathBuf,
    /// What standard input held, which cannot be read again.
    text: Option<String>,
    tree: OnceLock<Option<Node>>,
}

/// A place in a file: line and column count from 1.
pub struct Place {
    pub file: String,
    pub line: u64,
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Remembers which program this run reads.
pub fn remember(file: &Path, text: &str) {
    let text = (!file.is_file()).then(|| text.to_owned());
    let _ = SOURCE.set(Source { file: file.to_owned(), text, tree: OnceLock::new() });
}

/// A place whose line and column are known.
pub fn at(line: u64, column: u64) -> Option<Place> {
    let file = &SOURCE.get()?.file;
    let is_named = input::name(file).starts_with('`');
    let file = if is_named { file.display().to_string() } else { input::name(file) };
    Some(Place { file, line, column })
}

/// Where a path such as `resources.ana.properties.tags` is, or the nearest place above it.
pub fn of(path: &str) -> Option<Place> {
    let source = SOURCE.get()?;
    let tree = source.tree.get_or_init(|| {
        let read = || fs::read_to_string(&source.file).ok();
        yaml::locate(&source.text.clone().or_else(read)?)
    });
    let (line, column) = tree.as_ref()?.find(Reference::parse(path)?.steps())?;
    at(line, column)
}

/// Where a property of a user is.
pub fn of_property(user: &str, path: &str) -> Option<Place> {
    let member = |name: &str| Step::Member(name.to_owned());
    let property = Reference::parse(path);
    let property = property.as_ref().map(Reference::steps).unwrap_or_default();
    let start = Reference::root_of("resources").then(&[member(user), member("properties")]);
    of(&start.then(property).to_string())
}

/// A value of which only the places are kept.
pub enum Node {
    Map(HashMap<String, (Location, Node)>),
    List(Vec<Spanned<Node>>),
    Leaf,
}

impl Node {
    /// Line and column of a path, or of the nearest place above it.
    fn find(&self, path: &[Step]) -> Option<(u64, u64)> {
        let (step, rest) = path.split_first()?;
        let (at, node) = match (self, step) {
            (Self::Map(members), Step::Member(name)) => {
                let is_spelled =
                    || members.iter().find(|(key, _)| is_same(key, name)).map(|(_, found)| found);
                let (at, node) = members.get(name).or_else(is_spelled)?;
                (*at, node)
            }
            (Self::List(items), Step::Index(index)) => {
                let item = items.get(*index)?;
                (item.referenced, &item.value)
            }
            _ => return None,
        };
        node.find(rest).or_else(|| (at.line() > 0).then(|| (at.line(), at.column())))
    }
}

/// Properties may be written in camelCase and in snake_case.
fn is_same(one: &str, other: &str) -> bool {
    one.contains('_') && one.replace('_', "").eq_ignore_ascii_case(other)
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

/// A scalar's visitors, which keep nothing of it.
macro_rules! leaves {
    ($($visit:ident: $type:ty),* $(,)?) => {
        $(fn $visit<E>(self, _: $type) -> Result<Node, E> {
            Ok(Node::Leaf)
        })*
    };
}

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    leaves! { visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64, visit_str: &str }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Node::Leaf)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(item) = items.next_element()? {
            nodes.push(item);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut nodes = HashMap::new();
        while let Some((key, node)) = members.next_entry::<Spanned<String>, Node>()? {
            nodes.insert(key.value, (key.referenced, node));
        }
        Ok(Node::Map(nodes))
    }
}
