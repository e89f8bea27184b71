//! Ids, one type for each kind of resource.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    Input,
    arn::{Arn, ArnRef},
    id_error::{IdError, is_arn, is_id_character},
};

/// A kind of resource that has an id in an Amazon Connect instance.
pub trait IdKind: sealed::Sealed + 'static {
    /// The kind in messages.
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
        #[expect(clippy::exhaustive_enums, reason = "no value of it can be made")]
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
    /// The kind of the ids of an Amazon Connect instance.
    Instance, InstanceId, "an instance", "instance";
    /// The kind of the ids of a user.
    User, UserId, "a user", "agent";
    /// The kind of the ids of a routing profile.
    RoutingProfile, RoutingProfileId, "a routing profile", "routing-profile";
    /// The kind of the ids of a security profile.
    SecurityProfile, SecurityProfileId, "a security profile", "security-profile";
    /// The kind of the ids of a group of the agent hierarchy.
    HierarchyGroup, HierarchyGroupId, "a hierarchy group", "agent-group";
}

/// The id or ARN of a resource of kind `K`.
///
/// The API takes an ARN wherever it takes an id, so both name the same resource. An `Id` keeps the text as it was
/// written, but equality, order and hash compare the bare id. It can hold any text; [`check`](Id::check) checks that
/// the text is an id.
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
    /// The text, shared by clones: a spec, its plan and its state name the same profiles.
    text: Arc<str>,
    kind: PhantomData<fn() -> K>,
}

/// A name or path that replaces an id.
///
/// `name:Basic Routing Profile` names a resource, and `path:Europe/Berlin` a hierarchy group by the names of its
/// levels, so that one program can be used for several instances. [`Names`](crate::validate::Names) resolves them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Named<'a> {
    /// The name.
    Name(&'a str),
    /// The names of the levels, separated by `/`.
    Path(&'a str),
}

impl<K: IdKind> Id<K> {
    /// Creates an id from the text of an id or an ARN.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self { text: text.as_ref().into(), kind: PhantomData }
    }

    /// Returns the text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the name or path, if the text is one instead of an id.
    ///
    /// ```
    /// use connect_user::user::{Named, RoutingProfileId};
    ///
    /// assert_eq!(RoutingProfileId::new("name:Agents").named(), Some(Named::Name("Agents")));
    /// assert_eq!(RoutingProfileId::new("7a9b").named(), None);
    /// ```
    pub fn named(&self) -> Option<Named<'_>> {
        let name = self.text.strip_prefix("name:").map(|name| Named::Name(name.trim()));
        name.or_else(|| self.text.strip_prefix("path:").map(|path| Named::Path(path.trim())))
    }

    /// Returns the id without the ARN around it.
    pub fn bare(&self) -> &str {
        self.arn_parts().map_or(&*self.text, |(_, id)| id)
    }

    /// Returns the id of the instance in an ARN; `None` for a bare id.
    pub fn instance(&self) -> Option<&str> {
        self.arn_parts().map(|(arn, _)| arn.instance)
    }

    /// Returns the ARN, if the text is one of this kind; `None` for a bare id.
    pub fn arn(&self) -> Option<Arn> {
        self.arn_parts().map(|(arn, _)| arn.to_arn())
    }

    /// Returns the id without the ARN around it.
    #[must_use]
    pub fn to_bare(&self) -> Self {
        match self.arn_parts() {
            Some((_, id)) => Self::new(id),
            None => self.clone(),
        }
    }

    /// Checks that the text can be an id or ARN of this kind.
    ///
    /// # Errors
    ///
    /// [`IdError`], which says what is wrong with the text.
    pub fn check(&self) -> Result<(), IdError> {
        let kind = K::NAME;
        if self.text.is_empty() {
            return Err(IdError::Empty { kind });
        }
        if is_arn(&self.text) {
            return match self.arn_parts() {
                Some(_) => Ok(()),
                None => Err(IdError::Arn { kind, text: self.as_str().to_owned(), form: arn_form::<K>() }),
            };
        }
        match self.text.chars().find(|c| !is_id_character(*c)) {
            Some(character) => Err(IdError::Character { kind, text: self.as_str().to_owned(), character }),
            None => Ok(()),
        }
    }

    /// Returns the parts of an ARN of this kind, borrowed from the text.
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

impl Arn {
    /// Returns the ARN of a user.
    pub fn of_user(
        partition: &str,
        region: &str,
        account: &str,
        instance: &InstanceId,
        user: &UserId,
    ) -> Self {
        Self::of(partition, region, account, instance, user)
    }

    /// Returns the ARN of a resource in an instance.
    pub(crate) fn of<K: IdKind>(
        partition: &str,
        region: &str,
        account: &str,
        instance: &InstanceId,
        id: &Id<K>,
    ) -> Self {
        Self::new([partition, region, account, instance.bare()], (K::SEGMENT, id.bare()))
    }
}

fn arn_form<K: IdKind>() -> String {
    let resource =
        if K::SEGMENT == Instance::SEGMENT { String::new() } else { format!("/{}/ID", K::SEGMENT) };
    format!("arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE{resource}")
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
        write!(f, "Id({:?})", &*self.text)
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
