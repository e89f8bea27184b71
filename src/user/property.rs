//! The table that describes every property: what validation, diff, plan, documentation and a
//! host's schema read.

use std::fmt;

use super::{Operation, Operation::*, case::to_snake_case};

/// What a change of a property does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnChange {
    /// It is changed in place by these operations.
    Update(&'static [Operation]),
    /// The user is replaced by a new one.
    Replace,
    /// No API changes it: the host's policy decides.
    Never,
}

/// What it means to leave a property out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOut {
    /// It cannot be left out.
    Required,
    /// A name is made from the logical name, once.
    Generated,
    /// Nothing is sent. One that the last applied spec set is taken away; any other is left alone.
    Cleared,
    /// Nothing is sent. One that the last applied spec set goes back to the service's default, named
    /// here; any other is left alone.
    Default(&'static str),
    /// What the service has stays, whatever it is.
    Kept,
}

/// How careful one must be with a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Sensitivity {
    /// Anyone may see it.
    Public,
    /// Personal data: shown in plans, redacted in `Debug`.
    Personal,
    /// Never shown at all.
    Secret,
}

/// The form of a property's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Bool,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// Texts whose order means nothing.
    Set,
    /// Objects, told apart by their channel.
    Channels,
    /// Objects, told apart by attribute name and value.
    Proficiencies,
    /// Texts by keys.
    Map,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Integer => f.write_str("integer"),
            Self::Bool => f.write_str("boolean"),
            Self::Choice(names) => write!(f, "`{}`", names.join("`, `")),
            Self::Set => f.write_str("set of strings"),
            Self::Channels => f.write_str("list, one per channel"),
            Self::Proficiencies => f.write_str("list, one per attribute and value"),
            Self::Map => f.write_str("map of strings"),
        }
    }
}

/// The least and the most that a property may hold, whatever the identity management type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bounds {
    /// No bound, or one that is not a number.
    None,
    /// Characters, counted as Unicode scalar values.
    Characters(u64, u64),
    /// Seconds.
    Seconds(i64, i64),
    /// Elements.
    Elements(u64, u64),
    /// A number.
    Number(i64, i64),
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("–"),
            Self::Characters(least, most) => write!(f, "{least}–{most} characters"),
            Self::Seconds(least, most) => write!(f, "{least}–{most} s"),
            Self::Elements(least, most) => write!(f, "{least}–{most}"),
            Self::Number(least, most) => write!(f, "{least}–{most}"),
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PropertyInfo {
    /// Where the property is, as Pulumi writes it.
    pub path: &'static str,
    /// The form of its value.
    pub shape: Shape,
    /// The bounds of its value.
    pub bounds: Bounds,
    /// What a change does.
    pub on_change: OnChange,
    /// What leaving it out means.
    pub left_out: LeftOut,
    /// How careful one must be with its value.
    pub sensitivity: Sensitivity,
    /// What it is, in a sentence without its full stop.
    pub summary: &'static str,
}

macro_rules! properties {
    ($($name:ident: $path:literal, $shape:expr, $bounds:expr, $on_change:expr, $left_out:expr, $sensitivity:ident, $summary:literal;)+) => {
        /// A leaf property of a user.
        ///
        /// ```
        /// use connect_user::user::{OnChange, Operation, Property};
        ///
        /// let property = Property::HierarchyGroupId;
        /// assert_eq!(property.path(), "hierarchyGroupId");
        /// assert_eq!(property.info().on_change, OnChange::Update(&[Operation::UpdateUserHierarchy]));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Property {
            $(#[doc = concat!("`", $path, "`: ", $summary, ".")] $name,)+
        }

        impl Property {
            /// Every property, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What the table says of it.
            pub const fn info(self) -> &'static PropertyInfo {
                match self {
                    $(Self::$name => &PropertyInfo {
                        path: $path,
                        shape: $shape,
                        bounds: $bounds,
                        on_change: $on_change,
                        left_out: $left_out,
                        sensitivity: Sensitivity::$sensitivity,
                        summary: $summary,
                    },)+
                }
            }
        }
    };
}

use Bounds::{Characters, Elements, Seconds};
use OnChange::{Never, Replace, Update};
use Shape::{Bool, Channels, Choice, Integer};

const IDENTITY: OnChange = Update(&[UpdateUserIdentityInfo]);
const PHONE: OnChange = Update(&[UpdateUserPhoneConfig]);
const CONFIG: OnChange = Update(&[UpdateUserConfig]);
const NO_BOUNDS: Bounds = Bounds::None;
const TEXT: Shape = Shape::String;

properties! {
    InstanceId: "instanceId", TEXT, Characters(1, 100), Replace, LeftOut::Required, Public,
        "the instance that the user is in";
    Name: "name", TEXT, Characters(1, 100), Replace, LeftOut::Generated, Public,
        "the name that the user signs in with";
    Password: "password", TEXT, Characters(8, 64), Never, LeftOut::Kept, Secret,
        "the first password; required by `CONNECT_MANAGED` and refused by the others";
    DirectoryUserId: "directoryUserId", TEXT, NO_BOUNDS, Never, LeftOut::Kept, Public,
        "the user's id in the directory; refused by `SAML`";
    HierarchyGroupId: "hierarchyGroupId", TEXT, NO_BOUNDS, Update(&[UpdateUserHierarchy]), LeftOut::Cleared, Public,
        "the user's place in the agent hierarchy";
    RoutingProfileId: "routingProfileId", TEXT, NO_BOUNDS, Update(&[UpdateUserRoutingProfile]), LeftOut::Required, Public,
        "which contacts reach the user";
    SecurityProfileIds: "securityProfileIds", Shape::Set, Elements(1, 10), Update(&[UpdateUserSecurityProfiles]), LeftOut::Required, Public,
        "what the user may do";
    FirstName: "identityInfo.firstName", TEXT, Characters(0, 255), IDENTITY, LeftOut::Cleared, Personal,
        "the first name; required by `CONNECT_MANAGED` and `SAML`";
    LastName: "identityInfo.lastName", TEXT, Characters(0, 300), IDENTITY, LeftOut::Cleared, Personal,
        "the last name; required by `CONNECT_MANAGED` and `SAML`";
    Email: "identityInfo.email", TEXT, NO_BOUNDS, IDENTITY, LeftOut::Cleared, Personal,
        "the e-mail address, to which password resets go; refused by `SAML`";
    SecondaryEmail: "identityInfo.secondaryEmail", TEXT, Characters(0, 265), IDENTITY, LeftOut::Cleared, Personal,
        "the e-mail address to which notifications go instead";
    Mobile: "identityInfo.mobile", TEXT, NO_BOUNDS, IDENTITY, LeftOut::Cleared, Personal,
        "the mobile number, in E.164";
    PhoneType: "phoneConfig.phoneType", Choice(super::PhoneType::NAMES), NO_BOUNDS, PHONE, LeftOut::Default("SOFT_PHONE"), Public,
        "whether calls are taken in the browser or on a telephone";
    AfterContactWorkTimeLimit: "phoneConfig.afterContactWorkTimeLimit", Integer, Seconds(0, 2_000_000), PHONE, LeftOut::Default("0"), Public,
        "how long after contact work lasts, in every channel; 0 is without end, and `CHAT` ends at 5,400";
    AutoAccept: "phoneConfig.autoAccept", Bool, NO_BOUNDS, PHONE, LeftOut::Default("false"), Public,
        "whether calls are taken without a click";
    DeskPhoneNumber: "phoneConfig.deskPhoneNumber", TEXT, NO_BOUNDS, PHONE, LeftOut::Cleared, Personal,
        "the telephone's number, in E.164; required with `DESK_PHONE`, without effect otherwise";
    PersistentConnection: "phoneConfig.persistentConnection", Bool, NO_BOUNDS, PHONE, LeftOut::Default("false"), Public,
        "whether the line stays open between calls";
    AutoAcceptConfigs: "autoAcceptConfigs", Channels, NO_BOUNDS, CONFIG, LeftOut::Default("false"), Public,
        "whether contacts are taken without a click, per channel";
    AfterContactWorkConfigs: "afterContactWorkConfigs", Channels, Seconds(0, 2_000_000), CONFIG, LeftOut::Default("0"), Public,
        "how long after contact work lasts, per channel";
    PhoneNumberConfigs: "phoneNumberConfigs", Channels, NO_BOUNDS, CONFIG, LeftOut::Default("SOFT_PHONE"), Personal,
        "phone type and number, `VOICE` only";
    PersistentConnectionConfigs: "persistentConnectionConfigs", Channels, NO_BOUNDS, CONFIG, LeftOut::Default("false"), Public,
        "whether the line stays open between calls, `VOICE` only";
    VoiceEnhancementConfigs: "voiceEnhancementConfigs", Channels, NO_BOUNDS, CONFIG, LeftOut::Default("NONE"), Public,
        "what is done to the agent's voice, `VOICE` only";
    UserProficiencies: "userProficiencies", Shape::Proficiencies, Elements(0, 10),
        Update(&[DisassociateUserProficiencies, UpdateUserProficiencies, AssociateUserProficiencies]), LeftOut::Cleared, Public,
        "what the user is good at, from 1 to 5, for routing";
    Tags: "tags", Shape::Map, Elements(0, 50), Update(&[UntagResource, TagResource]), LeftOut::Cleared, Public,
        "tags, over the provider's default tags";
}

impl Property {
    /// Where the property is, as Pulumi writes it: `phoneConfig.deskPhoneNumber`.
    pub const fn path(self) -> &'static str {
        self.info().path
    }

    /// Where the property is, as Terraform writes it: `phone_config.desk_phone_number`.
    pub fn snake_case(self) -> String {
        to_snake_case(self.path())
    }

    /// The property of that path, in camelCase or snake_case.
    ///
    /// ```
    /// use connect_user::user::Property;
    ///
    /// assert_eq!(Property::from_path("identity_info.email"), Some(Property::Email));
    /// assert_eq!(Property::from_path("identityInfo"), None);
    /// ```
    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|property| property.path() == path || property.snake_case() == path)
    }

    /// Whether a spec must give it.
    pub fn is_required(self) -> bool {
        self.info().left_out == LeftOut::Required
    }

    /// Whether its values must never be shown.
    pub fn is_secret(self) -> bool {
        self.info().sensitivity == Sensitivity::Secret
    }

    /// Whether its values are personal data.
    pub fn is_personal(self) -> bool {
        self.info().sensitivity == Sensitivity::Personal
    }

    /// Whether a change makes a new user.
    pub fn replaces(self) -> bool {
        self.info().on_change == Replace
    }

    const fn bit(self) -> u64 {
        1 << self as u32
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

/// A set of properties, such as those that the last applied spec set.
///
/// ```
/// use connect_user::user::{Property, PropertySet};
///
/// let set = PropertySet::from_iter([Property::Tags, Property::Email]);
/// assert!(set.contains(Property::Email));
/// assert_eq!(set.iter().collect::<Vec<_>>(), [Property::Email, Property::Tags]);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PropertySet(u64);

// Each property has a bit of its own.
const _: () = assert!(Property::ALL.len() <= u64::BITS as usize);

impl PropertySet {
    /// No property.
    pub const EMPTY: Self = Self(0);

    /// What a search leaves out: both e-mail addresses and the mobile number.
    pub const NOT_IN_SEARCH: Self =
        Self(Property::Email.bit() | Property::SecondaryEmail.bit() | Property::Mobile.bit());

    /// Every property that a call writes because it writes the whole block or set around it: identity, phone,
    /// the after contact work that a phone block overwrites, and security profiles.
    pub const WRITTEN_WHOLE: Self = Self(
        Self::IDENTITY.0
            | Self::PHONE.0
            | Property::AfterContactWorkConfigs.bit()
            | Property::SecurityProfileIds.bit(),
    );

    const IDENTITY: Self = Self(Property::FirstName.bit() | Property::LastName.bit() | Self::NOT_IN_SEARCH.0);

    const PHONE: Self = Self(
        Property::PhoneType.bit()
            | Property::AfterContactWorkTimeLimit.bit()
            | Property::AutoAccept.bit()
            | Property::DeskPhoneNumber.bit()
            | Property::PersistentConnection.bit(),
    );

    /// Everything that an operation writes with a property, whatever it is called for: it must have been
    /// read. Nothing for an operation that writes only what it names.
    pub const fn written_by(operation: Operation) -> Self {
        match operation {
            UpdateUserIdentityInfo => Self::IDENTITY,
            UpdateUserPhoneConfig => Self(Self::PHONE.0 | Property::AfterContactWorkConfigs.bit()),
            UpdateUserSecurityProfiles => Self(Property::SecurityProfileIds.bit()),
            _ => Self::EMPTY,
        }
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the property is in the set.
    pub const fn contains(self, property: Property) -> bool {
        self.0 & property.bit() != 0
    }

    /// Puts the property in.
    pub const fn insert(&mut self, property: Property) {
        self.0 |= property.bit();
    }

    /// Puts the property in where `present`.
    pub const fn insert_if(&mut self, property: Property, present: bool) {
        if present {
            self.insert(property);
        }
    }

    /// Takes the property out.
    pub const fn remove(&mut self, property: Property) {
        self.0 &= !property.bit();
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this one alone.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The properties, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Property> {
        Property::ALL.iter().copied().filter(move |property| self.contains(*property))
    }
}

impl FromIterator<Property> for PropertySet {
    fn from_iter<I: IntoIterator<Item = Property>>(properties: I) -> Self {
        let mut set = Self::EMPTY;
        properties.into_iter().for_each(|property| set.insert(property));
        set
    }
}

impl fmt::Debug for PropertySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// The table as Markdown: the reference that the documentation shows.
pub fn reference_table() -> String {
    let mut table = String::from(
        "| property | type | bounds | on change | when left out | what it is |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for property in Property::ALL {
        let PropertyInfo { path, shape, bounds, on_change, left_out, sensitivity, summary } = property.info();
        let on_change = match on_change {
            Update(operations) => {
                let names: Vec<_> = operations.iter().map(|operation| operation.name()).collect();
                format!("`{}`", names.join("`, `"))
            }
            Replace => "replaces the user".to_owned(),
            Never => "no API: the policy decides".to_owned(),
        };
        let left_out = match left_out {
            LeftOut::Required => "refused".to_owned(),
            LeftOut::Generated => "made from the logical name".to_owned(),
            LeftOut::Cleared => "cleared if set before".to_owned(),
            LeftOut::Default(value) => format!("`{value}` if set before"),
            LeftOut::Kept => "kept".to_owned(),
        };
        let mark = match sensitivity {
            Sensitivity::Public => "",
            Sensitivity::Personal => " (personal)",
            Sensitivity::Secret => " (secret)",
        };
        table.push_str(&format!(
            "| `{path}`{mark} | {shape} | {bounds} | {on_change} | {left_out} | {summary} |\n"
        ));
    }
    table
}
