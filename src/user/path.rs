//! Paths in a document.

use std::{borrow::Cow, fmt, sync::LazyLock};

use super::{
    Property,
    member::is_name,
    text::{quoted, write_name},
};

/// A step of a path in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Segment {
    /// A member of an object, by its camelCase name.
    Member(Cow<'static, str>),
    /// An entry of a map whose keys the program chooses, such as a tag.
    Key(String),
    /// An element of a list, counted from 0.
    Index(usize),
}

/// A path in the document of a user, such as `phoneConfig.deskPhoneNumber`, `tags.team` or `securityProfileIds[2]`.
///
/// A path is printed in camelCase; [`Spelling::path`](super::Spelling::path) and a [`Message`](super::Message) that
/// contains it convert it to another spelling. A host with its own attribute paths walks [`segments`](Path::segments).
///
/// ```
/// use connect_user::user::{Path, Property};
///
/// let path = Path::from(Property::DeskPhoneNumber);
/// assert_eq!(path.to_string(), "phoneConfig.deskPhoneNumber");
/// assert_eq!(Path::from(Property::Tags).key("cost center").to_string(), r#"tags["cost center"]"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Cow<'static, [Segment]>);

/// The paths of the properties, in order, so that the path of a property needs no allocation.
static PLACES: LazyLock<Vec<Vec<Segment>>> = LazyLock::new(|| {
    let names = |property: &Property| property.path().split('.');
    let segments = |property| names(property).map(|name| Segment::Member(Cow::Borrowed(name))).collect();
    Property::ALL.iter().map(segments).collect()
});

fn place_of(property: Property) -> &'static [Segment] {
    PLACES.get(property as usize).map(Vec::as_slice).unwrap_or_default()
}

impl Path {
    /// Returns the path of the whole document.
    pub const fn root() -> Self {
        Self(Cow::Borrowed(&[]))
    }

    /// Returns the path of a member of this object.
    #[must_use]
    pub fn member(&self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with(Segment::Member(name.into()))
    }

    /// Returns the path of an entry of this map.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Segment::Key(key.into()))
    }

    /// Returns the path of an element of this list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// Returns the steps from the document's root.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Returns the property that the path is, or is a part of.
    pub fn property(&self) -> Option<Property> {
        Property::ALL.iter().copied().find(|property| self.0.starts_with(place_of(*property)))
    }

    fn with(&self, segment: Segment) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(segment);
        Self(Cow::Owned(segments))
    }
}

/// Returns a list of paths for a message.
pub(crate) fn listed(places: &[Path]) -> String {
    places.iter().map(|place| format!("`{place:#}`")).collect::<Vec<_>>().join(", ")
}

/// Compares by position in the document: the whole document first, then by [`Property`], then by the path within the
/// property; paths that are no properties last.
pub(crate) fn document_order(a: &Path, b: &Path) -> std::cmp::Ordering {
    document_rank(a).cmp(&document_rank(b)).then_with(|| a.cmp(b))
}

/// Returns the value that [`document_order`] compares first.
pub(crate) fn document_rank(path: &Path) -> (bool, Option<Property>) {
    let property = path.property();
    (property.is_none() && !path.segments().is_empty(), property)
}

fn dot(text: &mut String) {
    if !text.is_empty() {
        text.push('.');
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

impl From<Property> for Path {
    fn from(property: Property) -> Self {
        Self(Cow::Borrowed(place_of(property)))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        for segment in self.0.iter() {
            match segment {
                Segment::Member(name) if is_plain(name) => {
                    dot(&mut text);
                    match f.alternate() && is_name(name) {
                        true => write_name(&mut text, name)?,
                        false => text.push_str(name),
                    }
                }
                Segment::Key(key) if is_plain(key) => {
                    dot(&mut text);
                    text.push_str(key);
                }
                // Quoted and escaped, so that no name can imitate a line.
                Segment::Member(Cow::Borrowed(key)) => text.push_str(&format!("[{}]", quoted(key))),
                Segment::Member(Cow::Owned(key)) | Segment::Key(key) => {
                    text.push_str(&format!("[{}]", quoted(key)))
                }
                Segment::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        f.write_str(&text)
    }
}
