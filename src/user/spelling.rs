//! How a host writes the names of properties, in values, paths and messages alike.

use std::borrow::Cow;

use super::{
    Path, Property, Segment, Value,
    case::{to_camel_case, to_pascal_case, to_snake_case},
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

/// What only the service gives, beside the properties.
const OUTPUTS: [&str; 4] = ["id", "arn", "userId", "tagsAll"];

/// The members whose members people have named.
const NAMED_BY_PEOPLE: [&str; 2] = ["tags", "tagsAll"];

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
        renamed(value, &|camel| (self.name(&camel).into_owned(), NAMED_BY_PEOPLE.contains(&camel.as_str())))
    }

    /// A document that the host has written, as this crate writes it. A name may also be in camelCase or snake_case,
    /// whatever the spelling, as in every document. Names of nothing stay as they are, so that mistakes are told in
    /// the host's words.
    #[must_use]
    pub fn read(self, value: Value) -> Value {
        renamed(value, &|name| {
            let camel = self.camel(&name).into_owned();
            let is_named_by_people = NAMED_BY_PEOPLE.contains(&camel.as_str());
            (camel, is_named_by_people)
        })
    }

    /// A message with the places that it names in backticks as the host writes them.
    ///
    /// ```
    /// use connect_user::user::Spelling;
    ///
    /// let message = "`identityInfo.firstName` is required by `CONNECT_MANAGED`";
    /// let spelled = Spelling::PascalCase.message(message);
    /// assert_eq!(spelled, "`IdentityInfo.FirstName` is required by `CONNECT_MANAGED`");
    /// assert_eq!(Spelling::SnakeCase.message("`autoAcceptConfigs[1].channel`"), "`auto_accept_configs[1].channel`");
    /// let help = "write `phoneConfig: { phoneType: SOFT_PHONE }`";
    /// assert_eq!(Spelling::SnakeCase.message(help), "write `phone_config: { phone_type: SOFT_PHONE }`");
    /// // What somebody has chosen stays as it is.
    /// let chosen = "`email.Admin` has the tag `tags.CostCenter`";
    /// assert_eq!(Spelling::SnakeCase.message(chosen), chosen);
    /// ```
    pub fn message(self, message: &str) -> String {
        if self == Self::CamelCase || !message.contains('`') {
            return message.to_owned();
        }
        let rename = |(index, part): (usize, &str)| match index % 2 {
            1 if is_place(part) => self.place(part),
            1 => self.block(part).unwrap_or_else(|| part.to_owned()),
            _ => part.to_owned(),
        };
        message.split('`').enumerate().map(rename).collect::<Vec<_>>().join("`")
    }

    /// A block as messages write it, `phoneConfig: { phoneType: SOFT_PHONE }`, with its names spelled.
    fn block(self, text: &str) -> Option<String> {
        let (name, inner) = text.split_once(": { ").filter(|(name, _)| is_place(name))?;
        let (member, value) = inner.split_once(": ")?;
        Some(format!("{}: {{ {}: {value}", self.name(name), self.name(member)))
    }

    /// A place in a message, each of its names spelled.
    fn place(self, place: &str) -> String {
        let name = |part: &str| match part.split_once('[') {
            Some((name, index)) => format!("{}[{index}", self.name(name)),
            None => self.name(part).into_owned(),
        };
        place.split('.').map(name).collect::<Vec<_>>().join(".")
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

/// Whether a document of the crate has members of that name.
fn is_name(name: &str) -> bool {
    let is_part = |path: &str| path.split('.').any(|part| part == name);
    OUTPUTS.contains(&name)
        || Property::ALL.iter().any(|property| {
            is_part(property.path()) || property.members().iter().any(|member| is_part(member.path))
        })
}

/// Whether a text is the place of a property, of a block or of something in a list, and not a name that
/// somebody has chosen.
fn is_place(text: &str) -> bool {
    let bare: String =
        text.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
    let is_within = |path: &str| {
        path == bare || path.strip_prefix(bare.as_str()).is_some_and(|rest| rest.starts_with('.'))
    };
    Property::ALL.iter().any(|property| {
        let members = property.members().iter();
        let mut members = members.map(|member| format!("{}.{}", property.path(), member.path));
        is_within(property.path()) || members.any(|path| is_within(&path))
    })
}
