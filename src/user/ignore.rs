//! What is ignored: places whose changes are, and tags that others manage.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Path, Property,
    case::to_camel_case,
    suggestion::nearest,
    text::{one_line, unquoted},
};

/// Tags that others manage, by key and by prefix.
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
    /// The keys; upper and lower case differ.
    pub keys: BTreeSet<String>,
    /// What keys begin with. An empty one means every tag.
    pub prefixes: BTreeSet<String>,
}

impl IgnoreTags {
    /// Tags of these keys, and those whose keys begin so.
    pub fn new(
        keys: impl IntoIterator<Item = impl Into<String>>,
        prefixes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            keys: keys.into_iter().map(Into::into).collect(),
            prefixes: prefixes.into_iter().map(Into::into).collect(),
        }
    }

    /// Whether the tag of this key is one of them.
    pub fn contains(&self, key: &str) -> bool {
        self.keys.contains(key) || self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }

    /// Whether no tag is ignored.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.prefixes.is_empty()
    }
}

/// Why a text does not name a place whose changes can be ignored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoredPathError {
    /// No property and no block has that name.
    #[error("`{}` names no property of a user{}", one_line(path), nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown {
        /// The text.
        path: String,
        /// What it may mean.
        nearest: Option<String>,
    },
    /// It is not written as a path is.
    #[error("`{}` is not a path: {problem}", one_line(path))]
    Malformed {
        /// The text.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// It names a part of a property that has no parts of that kind.
    #[error("`{}` names a part of `{property}` that cannot be ignored by itself", one_line(path))]
    Part {
        /// The text.
        path: String,
        /// The property that can be ignored as a whole.
        property: Property,
    },
}

impl IgnoredPathError {
    /// The way out.
    pub fn help(&self) -> String {
        match self {
            Self::Unknown { .. } => {
                "give the path of a property, such as `identityInfo.email` or `tags.team`, or `all`"
                    .to_owned()
            }
            Self::Malformed { .. } => {
                "write `tags.team` or `tags[\"cost center\"]`, and `userProficiencies[1].level` in lists"
                    .to_owned()
            }
            Self::Part { property, .. } => format!("ignore the whole of `{property}`"),
        }
    }
}

/// Reads a place whose changes are to be ignored: a property, a block, a tag (`tags.team`,
/// `tags["cost center"]`), or `all`.
///
/// Names may be camelCase or snake_case. Blocks and lists may be followed by `[*]`, and blocks by `[0]`, as
/// Terraform and Pulumi write them. An element of a list of objects is the one about the same channel, or the
/// same attribute and value: `userProficiencies[1].level`. Security profiles are a set, in which a place means
/// nothing: `securityProfileIds[1]` is an error.
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
/// [`IgnoredPathError`] where the text names nothing that a user has.
pub fn ignored_path(text: &str) -> Result<Path, IgnoredPathError> {
    let trimmed = text.trim();
    if matches!(trimmed, "all" | "*") {
        return Ok(Path::root());
    }
    let malformed = |problem| IgnoredPathError::Malformed { path: text.to_owned(), problem };
    if let Some(path) = tag(trimmed).map_err(malformed)? {
        return Ok(path);
    }
    if let Some(problem) = brackets(trimmed) {
        return Err(malformed(problem));
    }
    let (name, part) = split(trimmed);
    let camel = to_camel_case(&name);
    let is_block = Property::ALL.iter().any(|property| block(*property) == Some(camel.as_str()));
    if is_block && part.is_none() {
        return Ok(Path::root().member(camel));
    }
    match (Property::from_path(&camel), part) {
        (Some(property), None) => Ok(property.into()),
        (Some(property), Some(part)) => {
            element(property, part).ok_or_else(|| IgnoredPathError::Part { path: text.to_owned(), property })
        }
        (None, _) => {
            let known = Property::ALL
                .iter()
                .flat_map(|property| block(*property).into_iter().chain([property.path()]));
            let nearest = nearest(&camel, known).map(str::to_owned);
            Err(IgnoredPathError::Unknown { path: text.to_owned(), nearest })
        }
    }
}

/// The members that tell the objects of a list apart, whatever their order.
pub(super) const KEYS: &[&str] = &["channel", "attributeName", "attributeValue"];

/// An element of a list of objects, or a member of one: `0]`, `0].level`.
fn element(property: Property, part: &str) -> Option<Path> {
    let (index, inside) = part.split_once(']')?;
    let place = Path::from(property).index(index.parse().ok()?);
    if property.members().is_empty() {
        return None;
    }
    if inside.is_empty() {
        return Some(place);
    }
    let inside = to_camel_case(inside.strip_prefix('.')?);
    let is_part = |path: &str| {
        path.strip_prefix(inside.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let is_member = property.members().iter().any(|member| is_part(member.path));
    let place = inside.split('.').fold(place, |place, name| place.member(name.to_owned()));
    (is_member && !KEYS.contains(&inside.as_str())).then_some(place)
}

/// The block that a property is in.
fn block(property: Property) -> Option<&'static str> {
    property.path().split_once('.').map(|(block, _)| block)
}

/// One tag: everything behind `tags.`, or what stands quoted in brackets. Whether a user has it already does not
/// matter. `None` where the text is about something else, and what is wrong where it is no key.
fn tag(text: &str) -> Result<Option<Path>, &'static str> {
    let Some(rest) = text.strip_prefix("tags") else { return Ok(None) };
    let key = if let Some(key) = rest.strip_prefix('.') {
        key.to_owned()
    } else if let Some(inside) = rest.strip_prefix('[') {
        let inside = inside.strip_suffix(']').ok_or("a `[` has no `]`")?;
        match unquoted(inside) {
            Some(key) => key,
            None if inside == "*" => inside.to_owned(),
            None if inside.starts_with('"') => {
                return Err("the quoted key of a tag does not end, or has a bad escape");
            }
            None => return Err("the key of a tag in brackets must be in double quotes"),
        }
    } else {
        return Ok(None);
    };
    let tags = Path::from(Property::Tags);
    match key.as_str() {
        "" => Err("the key of a tag is empty"),
        "*" => Ok(Some(tags)),
        key => Ok(Some(tags.key(key))),
    }
}

/// What is wrong with the brackets of a path, each of which holds the place of an element, or `*`.
fn brackets(text: &str) -> Option<&'static str> {
    let mut parts = text.split('[');
    if parts.next().is_some_and(|part| part.contains(']')) {
        return Some("a `]` has no `[`");
    }
    parts.find_map(|part| match part.split_once(']') {
        None => Some("a `[` has no `]`"),
        Some((_, rest)) if rest.contains(']') => Some("a `]` has no `[`"),
        Some((_, rest)) if !(rest.is_empty() || rest.starts_with('.')) => {
            Some("a `]` must be followed by a `.` or nothing")
        }
        Some((index, _)) if index != "*" && index.parse::<usize>().is_err() => {
            Some("the place of an element must be a whole number from 0, or `*`")
        }
        Some(_) => None,
    })
}

/// The dotted name up to the first bracket that means a single element of a list, and what stands behind that
/// bracket.
fn split(text: &str) -> (String, Option<&str>) {
    let mut name = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('[') {
        name.push_str(before);
        // A block that may stand once is a list of one in Terraform.
        let is_block = Property::ALL.iter().any(|property| block(*property) == Some(&to_camel_case(&name)));
        match behind.strip_prefix("*]").or_else(|| behind.strip_prefix("0]").filter(|_| is_block)) {
            Some(behind) => rest = behind,
            None => return (name, Some(behind)),
        }
    }
    name.push_str(rest);
    (name, None)
}

impl Path {
    /// Whether a place is this one or below it.
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
