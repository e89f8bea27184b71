//! Ignored changes, and tags that are managed outside the program.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{
    Message, Path, Property, Segment, Spelling, case::to_camel_case, path_text::PathError,
    suggestion::nearest,
};

/// Tags that are managed outside the program, by key and by prefix.
///
/// ```
/// use connect_user::user::IgnoreTags;
///
/// let ignored = IgnoreTags::new(["owner"], ["kubernetes.io/"]);
/// assert!(ignored.contains("owner") && ignored.contains("kubernetes.io/cluster"));
/// assert!(!ignored.contains("Owner"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IgnoreTags {
    /// The keys, which are case-sensitive.
    pub keys: BTreeSet<String>,
    /// Prefixes of keys. An empty prefix covers every tag.
    pub prefixes: BTreeSet<String>,
}

impl IgnoreTags {
    /// Ignores tags with these keys, and those whose keys begin with these prefixes.
    pub fn new(
        keys: impl IntoIterator<Item = impl Into<String>>,
        prefixes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            keys: keys.into_iter().map(Into::into).collect(),
            prefixes: prefixes.into_iter().map(Into::into).collect(),
        }
    }

    /// Whether the tag with this key is ignored.
    pub fn contains(&self, key: &str) -> bool {
        self.keys.contains(key) || self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }

    /// Whether no tag is ignored.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.prefixes.is_empty()
    }
}

/// The error of [`ignored_path`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IgnoredPathError {
    /// No property and no block has this name.
    Unknown {
        /// The text.
        path: String,
        /// A similar path, if there is one.
        nearest: Option<Path>,
    },
    /// The text is not a path.
    Malformed(PathError),
    /// The text names a part of a property that cannot be ignored alone.
    Part {
        /// The text.
        path: String,
        /// The property that can be ignored as a whole.
        property: Property,
    },
}

impl IgnoredPathError {
    /// Returns the error as a message that can be spelled for the host: it knows the properties that it names.
    pub fn message(&self) -> Message {
        let text = match self {
            Self::Unknown { path: text, nearest: None } => format!("`{text}` names no property of a user"),
            Self::Unknown { path: text, nearest: Some(near) } => {
                format!("`{text}` names no property of a user; did you mean `{near:#}`?")
            }
            Self::Malformed(error) => error.to_string(),
            Self::Part { path: text, property } => {
                format!("`{text}` names a part of `{property:#}` that cannot be ignored by itself")
            }
        };
        text.into()
    }

    /// Returns what to do about the error.
    pub fn help(&self) -> Message {
        let text = match self {
            Self::Unknown { .. } => {
                let (email, tag) = (Property::Email, Path::from(Property::Tags).key("team"));
                format!("give the path of a property, such as `{email:#}` or `{tag:#}`, or `all`")
            }
            Self::Malformed(error) => error.help().to_owned(),
            Self::Part { property, .. } => format!("ignore the whole of `{property:#}`"),
        };
        text.into()
    }
}

impl fmt::Display for IgnoredPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for IgnoredPathError {}

impl From<PathError> for IgnoredPathError {
    fn from(error: PathError) -> Self {
        Self::Malformed(error)
    }
}

/// Reads a path whose changes are ignored: a property, a block, a tag (`tags.team`, `tags["cost center"]`), or `all`.
///
/// Names may be camelCase or snake_case. Blocks and lists may be followed by `[*]`, and blocks by `[0]`, as Terraform
/// and Pulumi write them. An element of a list of objects, such as `userProficiencies[1].level`, is matched with the
/// actual element with the same channel, or with the same attribute and value. Security profiles are a set without
/// positions: `securityProfileIds[1]` is an error.
///
/// ```
/// use connect_user::user::ignored_path;
///
/// assert_eq!(ignored_path("identity_info[0].email")?.to_string(), "identityInfo.email");
/// assert_eq!(ignored_path(r#"tags["cost center"]"#)?.to_string(), r#"tags["cost center"]"#);
/// assert_eq!(
///     ignored_path("identityInfo.emial").unwrap_err().to_string(),
///     "`identityInfo.emial` names no property of a user; did you mean `identityInfo.email`?",
/// );
/// # Ok::<(), connect_user::user::IgnoredPathError>(())
/// ```
///
/// # Errors
///
/// [`IgnoredPathError`] if the text is not the path of a part of a user.
pub fn ignored_path(text: &str) -> Result<Path, IgnoredPathError> {
    spelled_ignored_path(text, Spelling::CamelCase)
}

/// Like [`ignored_path`], with names in the host's spelling.
pub(crate) fn spelled_ignored_path(text: &str, spelling: Spelling) -> Result<Path, IgnoredPathError> {
    let trimmed = text.trim();
    if matches!(trimmed, "all" | "*") {
        return Ok(Path::root());
    }
    let tags = Property::Tags.path();
    let is_tags = |rest: &&str| rest.is_empty() || rest.starts_with(['.', '[']);
    let text = match trimmed.strip_prefix(&*spelling.name(tags)).filter(is_tags) {
        // After `tags`, the whole rest is the key.
        Some(rest) => format!("{tags}{}", rest.strip_prefix("[*]").unwrap_or(rest)),
        // A path for each element is a path for the whole list.
        None => trimmed.replace("[*]", ""),
    };
    let place = in_camel_case(&spelling.read_path(&text.parse()?));
    let unknown = || {
        let known =
            Property::ALL.iter().flat_map(|property| block(*property).into_iter().chain([property.path()]));
        let nearest = nearest(&place.to_string(), known).and_then(|near| near.parse().ok());
        Err(IgnoredPathError::Unknown { path: trimmed.to_owned(), nearest })
    };
    if is_block(&place) {
        return Ok(place);
    }
    let Some(property) = place.property() else { return unknown() };
    let inside = place.segments().get(Path::from(property).segments().len()..).unwrap_or_default();
    match inside {
        [] => Ok(place),
        [Segment::Key(key)] if key == "*" => Ok(property.into()),
        [Segment::Key(key)] if key.is_empty() => {
            Err(PathError::new(trimmed, "the key of a tag is empty").into())
        }
        [Segment::Key(_)] => Ok(place),
        [Segment::Index(_), members @ ..] if is_element(property, members) => Ok(place),
        [Segment::Index(_), ..] => Err(IgnoredPathError::Part { path: trimmed.to_owned(), property }),
        _ => unknown(),
    }
}

/// The members that identify the objects of a list, in any order.
pub(super) const KEYS: &[&str] = &["channel", "attributeName", "attributeValue"];

/// Whether an element of a list of objects, or this member of an element, can be ignored alone.
fn is_element(property: Property, members: &[Segment]) -> bool {
    let names = members.iter().map(|segment| match segment {
        Segment::Member(name) => Some(name.as_ref()),
        _ => None,
    });
    let Some(names) = names.collect::<Option<Vec<&str>>>() else { return false };
    let inside = names.join(".");
    let is_part = |path: &str| {
        path.strip_prefix(inside.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let known = property.members();
    !known.is_empty()
        && (inside.is_empty() || known.iter().any(|member| is_part(member.path)))
        && !KEYS.contains(&inside.as_str())
}

/// Returns the path with its members in camelCase. In Terraform, a block that may occur once is a list with one
/// element.
fn in_camel_case(path: &Path) -> Path {
    path.segments().iter().fold(Path::root(), |place, segment| match segment {
        Segment::Member(name) => place.member(to_camel_case(name)),
        Segment::Key(key) => place.key(key.as_str()),
        Segment::Index(0) if is_block(&place) => place,
        Segment::Index(index) => place.index(*index),
    })
}

/// Whether a path is a block of properties.
fn is_block(place: &Path) -> bool {
    matches!(place.segments(), [Segment::Member(name)]
        if Property::ALL.iter().any(|property| block(*property) == Some(name)))
}

/// Returns the block that contains a property.
fn block(property: Property) -> Option<&'static str> {
    property.path().split_once('.').map(|(block, _)| block)
}

impl Path {
    /// Whether another path equals this path, or is below it.
    ///
    /// ```
    /// use connect_user::user::{Path, Property};
    ///
    /// assert!(Path::root().member("identityInfo").covers(&Property::Email.into()));
    /// assert!(!Path::from(Property::Email).covers(&Property::Mobile.into()));
    /// ```
    pub fn covers(&self, place: &Path) -> bool {
        place.segments().starts_with(self.segments())
    }
}
