//! The spelling of property names for a host, in values, paths and messages.

use std::borrow::Cow;

use super::{
    Path, Property, Segment, Value,
    case::{to_camel_case, to_pascal_case, to_snake_case},
    member::is_name,
    output::TAGS_ALL,
};

/// The spelling of property names for a host. Default: camelCase, which the whole crate uses unless a host asks for
/// another spelling.
///
/// Names that people choose, such as the keys of tags, never change.
///
/// ```
/// use connect_user::user::{Path, Property, Spelling, Value};
///
/// let path = Path::from(Property::FirstName);
/// assert_eq!(Spelling::SnakeCase.path(&path).to_string(), "identity_info.first_name");
/// assert_eq!(Spelling::PascalCase.path(&path).to_string(), "IdentityInfo.FirstName");
///
/// let tags = Value::Map(vec![("costCenter".into(), "7".into())]);
/// let value = Value::Map(vec![("userId".into(), "7a9b".into()), ("tagsAll".into(), tags.clone())]);
/// let spelled = Spelling::SnakeCase.value(value.clone());
/// assert_eq!(spelled, Value::Map(vec![("user_id".into(), "7a9b".into()), ("tags_all".into(), tags)]));
/// assert_eq!(Spelling::SnakeCase.read(spelled), value);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Spelling {
    /// `phoneType`, as Pulumi writes it.
    #[default]
    CamelCase,
    /// `phone_type`, as Terraform writes it.
    SnakeCase,
    /// `PhoneType`, as CloudFormation writes it.
    PascalCase,
}

/// Whether people choose the names of the members of the member with this name.
fn is_named_by_people(name: &str) -> bool {
    name == TAGS_ALL || name == Property::Tags.path()
}

impl Spelling {
    /// Returns a camelCase name of this crate in the host's spelling.
    pub fn name(self, camel: &str) -> Cow<'_, str> {
        match self {
            Self::CamelCase => Cow::Borrowed(camel),
            Self::SnakeCase => Cow::Owned(to_snake_case(camel)),
            Self::PascalCase => Cow::Owned(to_pascal_case(camel)),
        }
    }

    /// Returns a path in the host's spelling. Unknown names stay as they are.
    pub fn path(self, path: &Path) -> Path {
        match self {
            Self::CamelCase => path.clone(),
            _ => rename(path, |name| self.spelled(name).into_owned()),
        }
    }

    /// Returns a path of the host in the spelling of this crate.
    pub fn read_path(self, path: &Path) -> Path {
        rename(path, |name| self.camel(name).into_owned())
    }

    /// Returns a document of this crate in the host's spelling. Unknown names stay as they are: they are the host's.
    #[must_use]
    pub fn value(self, value: Value) -> Value {
        if self == Self::CamelCase {
            return value;
        }
        renamed(value, &|name| (self.spelled(&name).into_owned(), is_named_by_people(&name)))
    }

    /// Returns a document of the host in the spelling of this crate. As in every document, names may also be in
    /// camelCase or snake_case, whatever the spelling. Unknown names stay as they are, so that mistakes are reported in
    /// the host's spelling.
    #[must_use]
    pub fn read(self, value: Value) -> Value {
        renamed(value, &|name| {
            let camel = self.camel(&name).into_owned();
            let by_people = is_named_by_people(&camel);
            (camel, by_people)
        })
    }

    /// Returns the name of the host for a name of this crate; other names stay as they are.
    fn spelled(self, name: &str) -> Cow<'_, str> {
        match is_name(name) {
            true => self.name(name),
            false => Cow::Borrowed(name),
        }
    }

    /// Returns the name of this crate for a name of the host; other names stay as they are.
    fn camel(self, name: &str) -> Cow<'_, str> {
        let camel = match self {
            Self::PascalCase if name.starts_with(|first: char| first.is_ascii_uppercase()) => lowered(name),
            _ => to_camel_case(name),
        };
        let is_spelled = || *name == *self.name(&camel) || name == to_snake_case(&camel);
        match camel != name && is_name(&camel) && is_spelled() {
            true => Cow::Owned(camel),
            false => Cow::Borrowed(name),
        }
    }
}

/// Returns a name with a lower-case first letter.
fn lowered(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

fn rename(path: &Path, name: impl Fn(&str) -> String) -> Path {
    path.segments().iter().fold(Path::root(), |place, segment| match segment {
        Segment::Member(member) => place.member(name(member)),
        Segment::Key(key) => place.key(key.as_str()),
        Segment::Index(index) => place.index(*index),
    })
}

fn renamed(value: Value, rename: &impl Fn(String) -> (String, bool)) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(|item| renamed(item, rename)).collect()),
        Value::Map(members) => {
            let member = |(name, value): (String, Value)| match rename(name) {
                (name, true) => (name, value),
                (name, false) => (name, renamed(value, rename)),
            };
            Value::Map(members.into_iter().map(member).collect())
        }
        leaf => leaf,
    }
}
