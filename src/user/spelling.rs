//! How a host writes the names of properties, in values, paths and messages alike.

use std::borrow::Cow;

use super::{
    Path, Property, Segment, Value,
    case::{to_camel_case, to_pascal_case, to_snake_case},
    member::is_name,
    output::TAGS_ALL,
};

/// How a host writes the names of properties. The default is camelCase, which is what everything in this crate
/// speaks unless a host asks for another spelling.
///
/// What people choose, as the keys of tags, is never spelled otherwise.
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

/// Whether people have named the members of what has this name.
fn is_named_by_people(name: &str) -> bool {
    name == TAGS_ALL || name == Property::Tags.path()
}

impl Spelling {
    /// A name that this crate writes in camelCase, as the host writes it.
    pub fn name(self, camel: &str) -> Cow<'_, str> {
        match self {
            Self::CamelCase => Cow::Borrowed(camel),
            Self::SnakeCase => Cow::Owned(to_snake_case(camel)),
            Self::PascalCase => Cow::Owned(to_pascal_case(camel)),
        }
    }

    /// A place as the host writes it.
    pub fn path(self, path: &Path) -> Path {
        match self {
            Self::CamelCase => path.clone(),
            _ => rename(path, |name| self.name(name).into_owned()),
        }
    }

    /// A place that the host has written, as this crate writes it.
    pub fn read_path(self, path: &Path) -> Path {
        rename(path, |name| self.camel(name).into_owned())
    }

    /// A document of this crate as the host writes it.
    #[must_use]
    pub fn value(self, value: Value) -> Value {
        if self == Self::CamelCase {
            return value;
        }
        renamed(value, &|camel| (self.name(&camel).into_owned(), is_named_by_people(&camel)))
    }

    /// A document that the host has written, as this crate writes it. A name may also be in camelCase or snake_case,
    /// whatever the spelling, as in every document. Names of nothing stay as they are, so that mistakes are told in
    /// the host's words.
    #[must_use]
    pub fn read(self, value: Value) -> Value {
        renamed(value, &|name| {
            let camel = self.camel(&name).into_owned();
            let by_people = is_named_by_people(&camel);
            (camel, by_people)
        })
    }

    /// The name of the crate's that the host has written; anything else as it is.
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

/// A name with a small first letter.
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
