//! Ids and ARNs, one type per kind of thing.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Input;

/// A kind of thing that has an id in an Amazon Connect instance.
pub trait IdKind: sealed::Sealed + 'static {
    /// The thing, in the words of a message.
    const NAME: &'static str;

    /// The segment of an ARN that comes before the id.
    const SEGMENT: &'static str;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident, $alias:ident, $name:literal, $segment:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Debug)]
        pub enum $kind {}

        impl sealed::Sealed for $kind {}

        impl IdKind for $kind {
            const NAME: &'static str = $name;
            const SEGMENT: &'static str = $segment;
        }

        #[doc = concat!("The id or ARN of ", $name, ".")]
        pub type $alias = Id<$kind>;
    )+};
}

kinds! {
    /// An Amazon Connect instance.
    Instance, InstanceId, "an instance", "instance";
    /// A user.
    User, UserId, "a user", "agent";
    /// A routing profile.
    RoutingProfile, RoutingProfileId, "a routing profile", "routing-profile";
    /// A security profile.
    SecurityProfile, SecurityProfileId, "a security profile", "security-profile";
    /// A group of the agent hierarchy.
    HierarchyGroup, HierarchyGroupId, "a hierarchy group", "agent-group";
}

/// The id or ARN of a thing of kind `K`.
///
/// The API takes an ARN wherever it takes an id, so both name the same thing: an `Id` keeps the
/// text as it was written, and equality, order and hash look at the bare id alone. Any text can be
/// held; [`check`](Id::check) says whether it is an id at all.
///
/// ```
/// use connect_user::user::RoutingProfileId;
///
/// let bare = RoutingProfileId::new("7a9b");
/// let arn = RoutingProfileId::new("arn:aws:connect:us-east-1:123456789012:instance/1c2d/routing-profile/7a9b");
/// assert_eq!(bare, arn);
/// assert_eq!(arn.bare(), "7a9b");
/// assert_eq!(arn.instance(), Some("1c2d"));
/// ```
pub struct Id<K> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

/// Why a text is not the id of what it should name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// There is nothing.
    #[error("the id of {kind} is empty")]
    Empty {
        /// What the id should name.
        kind: &'static str,
    },
    /// There is a character that no id has.
    #[error("`{text}` is not the id of {kind}: it holds `{character}`")]
    Character {
        /// What the id should name.
        kind: &'static str,
        /// The text.
        text: String,
        /// The first character that is not allowed.
        character: char,
    },
    /// It is an ARN, but not one of Amazon Connect, or of another kind of thing.
    #[error("`{text}` is not the ARN of {kind}")]
    Arn {
        /// What the ARN should name.
        kind: &'static str,
        /// The text.
        text: String,
        /// The form that it should have.
        form: String,
    },
}

impl<K: IdKind> Id<K> {
    /// Holds an id or an ARN as it is written.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), kind: PhantomData }
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id without the ARN around it.
    pub fn bare(&self) -> &str {
        self.arn_parts().map_or(self.text.as_str(), |(_, id)| id)
    }

    /// The id of the instance that an ARN names; `None` for a bare id.
    pub fn instance(&self) -> Option<&str> {
        self.arn_parts().map(|(arn, _)| arn.instance)
    }

    /// The same id without the ARN around it.
    #[must_use]
    pub fn to_bare(&self) -> Self {
        Self::new(self.bare())
    }

    /// Whether the text can be an id or ARN of this kind.
    ///
    /// # Errors
    ///
    /// An [`IdError`] that names what is wrong with the text.
    pub fn check(&self) -> Result<(), IdError> {
        let kind = K::NAME;
        if self.text.is_empty() {
            return Err(IdError::Empty { kind });
        }
        if is_arn(&self.text) {
            return match self.arn_parts() {
                Some(_) => Ok(()),
                None => Err(IdError::Arn { kind, text: self.text.clone(), form: arn_form::<K>() }),
            };
        }
        match self.text.chars().find(|c| !is_id_character(*c)) {
            Some(character) => Err(IdError::Character { kind, text: self.text.clone(), character }),
            None => Ok(()),
        }
    }

    /// The parts of an ARN of this kind, without allocating.
    fn arn_parts(&self) -> Option<(ArnRef<'_>, &str)> {
        if !is_arn(&self.text) {
            return None;
        }
        let arn = ArnRef::parse(&self.text)?;
        match arn.resource {
            None if K::SEGMENT == Instance::SEGMENT => Some((arn, arn.instance)),
            Some((segment, id)) if segment == K::SEGMENT => Some((arn, id)),
            _ => None,
        }
    }
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

fn is_id_character(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !matches!(c, ':' | '/' | '$' | '{' | '}')
}

fn arn_form<K: IdKind>() -> String {
    let resource =
        if K::SEGMENT == Instance::SEGMENT { String::new() } else { format!("/{}/ID", K::SEGMENT) };
    format!("arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE{resource}")
}

impl IdError {
    /// The way out.
    pub fn help(&self) -> String {
        match self {
            Self::Empty { kind } => format!("give the id or the ARN of {kind}"),
            Self::Character { kind, .. } => {
                format!(
                    "an id has no white space and none of `:/${{}}`; give the id or the whole ARN of {kind}"
                )
            }
            Self::Arn { form, .. } => format!("write `{form}`, or the bare id"),
        }
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}

impl<K: IdKind> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text || self.bare() == other.bare()
    }
}

impl<K: IdKind> Eq for Id<K> {}

impl<K: IdKind> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: IdKind> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bare().cmp(other.bare())
    }
}

impl<K: IdKind> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bare().hash(state);
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({:?})", self.text)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K: IdKind> From<&str> for Id<K> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<K: IdKind> From<String> for Id<K> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<K: IdKind> From<&str> for Input<Id<K>> {
    fn from(text: &str) -> Self {
        Self::Known(Id::new(text))
    }
}

impl<K: IdKind> From<String> for Input<Id<K>> {
    fn from(text: String) -> Self {
        Self::Known(Id::new(text))
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// The ARN of an instance, or of something in one.
///
/// ```
/// use connect_user::user::Arn;
///
/// let arn: Arn = "arn:aws:connect:eu-west-2:123456789012:instance/1c2d/agent/7a9b".parse()?;
/// assert_eq!(arn.region(), "eu-west-2");
/// assert_eq!(arn.resource(), Some(("agent", "7a9b")));
/// # Ok::<(), connect_user::user::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    partition: String,
    region: String,
    account: String,
    instance: String,
    resource: Option<(String, String)>,
}

impl Arn {
    /// The ARN of a user.
    pub fn of_user(
        partition: &str,
        region: &str,
        account: &str,
        instance: &InstanceId,
        user: &UserId,
    ) -> Self {
        Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            instance: instance.bare().to_owned(),
            resource: Some((User::SEGMENT.to_owned(), user.bare().to_owned())),
        }
    }

    /// The partition: `aws`, `aws-us-gov` …
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The Region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account number.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The id of the instance.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Segment and id of what is in the instance: (`agent`, the user's id) for a user.
    pub fn resource(&self) -> Option<(&str, &str)> {
        self.resource.as_ref().map(|(segment, id)| (segment.as_str(), id.as_str()))
    }
}

impl FromStr for Arn {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let arn = ArnRef::parse(text).ok_or_else(|| IdError::Arn {
            kind: "anything in Amazon Connect",
            text: text.to_owned(),
            form: "arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE/SEGMENT/ID".to_owned(),
        })?;
        Ok(Self {
            partition: arn.partition.to_owned(),
            region: arn.region.to_owned(),
            account: arn.account.to_owned(),
            instance: arn.instance.to_owned(),
            resource: arn.resource.map(|(segment, id)| (segment.to_owned(), id.to_owned())),
        })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, region, account, instance, resource } = self;
        write!(f, "arn:{partition}:connect:{region}:{account}:instance/{instance}")?;
        match resource {
            Some((segment, id)) => write!(f, "/{segment}/{id}"),
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
struct ArnRef<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
    instance: &'a str,
    resource: Option<(&'a str, &'a str)>,
}

impl<'a> ArnRef<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let ("arn", partition, "connect", region, account, rest) =
            (next()?, next()?, next()?, next()?, next()?, next()?)
        else {
            return None;
        };
        let mut segments = rest.split('/');
        let ("instance", instance) = (segments.next()?, segments.next()?) else {
            return None;
        };
        let resource = match (segments.next(), segments.next(), segments.next()) {
            (None, ..) => None,
            (Some(segment), Some(id), None) => Some((segment, id)),
            _ => return None,
        };
        let ids = [Some(instance), resource.map(|(segment, _)| segment), resource.map(|(_, id)| id)];
        let plain = |id: &str| !id.is_empty() && id.chars().all(is_id_character);
        ids.into_iter().flatten().all(plain).then_some(Self {
            partition,
            region,
            account,
            instance,
            resource,
        })
    }
}

/// What names an existing user to an import: `instance id:user id`, as Pulumi and Terraform write it.
///
/// ```
/// use connect_user::user::ImportId;
///
/// let id: ImportId = "1c2d:7a9b".parse()?;
/// assert_eq!(id.user.as_str(), "7a9b");
/// assert_eq!(id.to_string(), "1c2d:7a9b");
/// assert_eq!(
///     "1c2d".parse::<ImportId>().unwrap_err().to_string(),
///     "`1c2d` is not an import id: there is no `:` between instance id and user id",
/// );
/// # Ok::<(), connect_user::user::ImportIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportId {
    /// The instance that the user is in.
    pub instance: InstanceId,
    /// The user.
    pub user: UserId,
}

/// Why a text is no import id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an import id: {reason}")]
pub struct ImportIdError {
    text: String,
    reason: String,
}

impl ImportIdError {
    /// The way out.
    pub const fn help(&self) -> &'static str {
        "write `INSTANCE_ID:USER_ID`, the two ids as the console and `list-users` show them"
    }
}

impl ImportId {
    /// The import id of a user.
    pub fn new(instance: &InstanceId, user: &UserId) -> Self {
        Self { instance: instance.to_bare(), user: user.to_bare() }
    }
}

impl fmt::Display for ImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.instance.bare(), self.user.bare())
    }
}

impl FromStr for ImportId {
    type Err = ImportIdError;

    fn from_str(text: &str) -> Result<Self, ImportIdError> {
        let fail = |reason: String| ImportIdError { text: text.to_owned(), reason };
        if is_arn(text) {
            let arn = ArnRef::parse(text);
            return Err(fail(match arn.map(|arn| (arn.instance, arn.resource)) {
                Some((instance, Some((User::SEGMENT, id)))) => {
                    format!("it is an ARN; the user's import id is `{instance}:{id}`")
                }
                _ => "it is an ARN, and not one of a user".to_owned(),
            }));
        }
        let Some((instance, user)) = text.split_once(':') else {
            return Err(fail("there is no `:` between instance id and user id".to_owned()));
        };
        if user.contains(':') {
            return Err(fail("there is more than one `:`".to_owned()));
        }
        for (id, name) in [(instance, "instance id"), (user, "user id")] {
            if id.is_empty() {
                return Err(fail(format!("the {name} is empty")));
            }
            if let Some(character) = id.chars().find(|c| !is_id_character(*c)) {
                return Err(fail(format!("the {name} holds `{character}`")));
            }
        }
        Ok(Self { instance: InstanceId::new(instance), user: UserId::new(user) })
    }
}
