//! The properties of a user: the single table from which validation, comparison, plans, documents, documentation and
//! hosts' schemas are made.

use std::fmt;

use super::{
    Operation::*,
    case::to_snake_case,
    choice::PhoneType,
    table::{
        Bounds::{self, Characters, Elements, Seconds},
        LeftOut, OnChange,
        OnChange::{Never, Replace, Update},
        PropertyInfo, Sensitivity, Shape,
        Shape::{Bool, Channels, Choice, Integer},
    },
    text::write_name,
};

const IDENTITY: OnChange = Update(&[UpdateUserIdentityInfo]);
const PHONE: OnChange = Update(&[UpdateUserPhoneConfig]);
const CONFIG: OnChange = Update(&[UpdateUserConfig]);
const NO_BOUNDS: Bounds = Bounds::None;
const TEXT: Shape = Shape::String;

/// Passes every row to a macro. A row has, in this order: the property; the member of the spec, with its block and the
/// type of its value; the place of the settled value in a state, which is or is not among the settings that a call can
/// change; and then the content of [`PropertyInfo`], with a mark if a search leaves the property out.
///
/// An incomplete row does not compile: [`Property`] and the accessors are generated from it.
macro_rules! properties {
    ($then:ident) => {
        $then! {
            InstanceId: instance_id (InstanceId) => state instance_id;
                "instanceId", TEXT, Characters(1, 100), Replace, LeftOut::Required, Public,
                "the instance that the user is in";
            Name: name (String) => state name;
                "name", TEXT, Characters(1, 100), Replace, LeftOut::Generated, Public,
                "the name that the user signs in with";
            Password: password (Secret) => state record.password;
                "password", TEXT, Characters(8, 64), Never, LeftOut::Kept, Secret,
                "the first password; required by `CONNECT_MANAGED` and refused by the others";
            DirectoryUserId: directory_user_id (String) => state directory_user_id;
                "directoryUserId", TEXT, NO_BOUNDS, Never, LeftOut::Kept, Public,
                "the user's id in the directory; refused by `SAML`";
            HierarchyGroupId: hierarchy_group_id (HierarchyGroupId) => properties hierarchy_group_id;
                "hierarchyGroupId", TEXT, NO_BOUNDS, Update(&[UpdateUserHierarchy]), LeftOut::Cleared, Public,
                "the user's place in the agent hierarchy";
            RoutingProfileId: routing_profile_id (RoutingProfileId) => properties routing_profile_id;
                "routingProfileId", TEXT, NO_BOUNDS, Update(&[UpdateUserRoutingProfile]), LeftOut::Required, Public,
                "which contacts reach the user";
            SecurityProfileIds: security_profile_ids (Vec<Input<SecurityProfileId>>) => properties security_profile_ids;
                "securityProfileIds", Shape::Set, Elements(1, 10), Update(&[UpdateUserSecurityProfiles]), LeftOut::Required, Public,
                "what the user may do";
            FirstName: first_name of identity_info (Personal) => properties identity.first_name;
                "identityInfo.firstName", TEXT, Characters(0, 255), IDENTITY, LeftOut::Cleared, Personal,
                "the first name; required by `CONNECT_MANAGED` and `SAML`";
            LastName: last_name of identity_info (Personal) => properties identity.last_name;
                "identityInfo.lastName", TEXT, Characters(0, 300), IDENTITY, LeftOut::Cleared, Personal,
                "the last name; required by `CONNECT_MANAGED` and `SAML`";
            Email: email of identity_info (Personal) => properties identity.email;
                "identityInfo.email", TEXT, NO_BOUNDS, IDENTITY, LeftOut::Cleared, Personal NotInSearch,
                "the e-mail address, to which password resets go; refused by `SAML`";
            SecondaryEmail: secondary_email of identity_info (Personal) => properties identity.secondary_email;
                "identityInfo.secondaryEmail", TEXT, Characters(1, 265), IDENTITY, LeftOut::Cleared, Personal NotInSearch,
                "the e-mail address to which notifications go instead";
            Mobile: mobile of identity_info (Personal) => properties identity.mobile;
                "identityInfo.mobile", TEXT, NO_BOUNDS, IDENTITY, LeftOut::Cleared, Personal NotInSearch,
                "the mobile number, in E.164";
            PhoneType: phone_type of phone_config (PhoneType) => properties phone.line;
                "phoneConfig.phoneType", Choice(PhoneType::NAMES), NO_BOUNDS, PHONE, LeftOut::Default("SOFT_PHONE"), Public,
                "whether calls are taken in the browser or on a telephone";
            AfterContactWorkTimeLimit: after_contact_work_time_limit of phone_config (i64) => properties phone.after_contact_work_time_limit;
                "phoneConfig.afterContactWorkTimeLimit", Integer, Seconds(0, 2_000_000), PHONE, LeftOut::Default("0"), Public,
                "how long after contact work lasts, in every channel; 0 is without end, and `CHAT` ends at 5,400";
            AutoAccept: auto_accept of phone_config (bool) => properties phone.auto_accept;
                "phoneConfig.autoAccept", Bool, NO_BOUNDS, PHONE, LeftOut::Default("false"), Public,
                "whether calls are taken without a click";
            DeskPhoneNumber: desk_phone_number of phone_config (Personal) => properties phone.line;
                "phoneConfig.deskPhoneNumber", TEXT, NO_BOUNDS, PHONE, LeftOut::Cleared, Personal,
                "the telephone's number, in E.164; required with `DESK_PHONE`, without effect otherwise";
            PersistentConnection: persistent_connection of phone_config (bool) => properties phone.persistent_connection;
                "phoneConfig.persistentConnection", Bool, NO_BOUNDS, PHONE, LeftOut::Default("false"), Public,
                "whether the line stays open between calls";
            AutoAcceptConfigs: auto_accept_configs (Vec<AutoAcceptConfig>) => properties channels.auto_accept;
                "autoAcceptConfigs", Channels, NO_BOUNDS, CONFIG, LeftOut::Default("false"), Public,
                "whether contacts are taken without a click, per channel";
            AfterContactWorkConfigs: after_contact_work_configs (Vec<AfterContactWorkConfigPerChannel>) => properties channels.after_contact_work;
                "afterContactWorkConfigs", Channels, Seconds(0, 2_000_000), CONFIG, LeftOut::Default("0"), Public,
                "how long after contact work lasts, per channel";
            PhoneNumberConfigs: phone_number_configs (Vec<PhoneNumberConfig>) => properties channels.phone_number;
                "phoneNumberConfigs", Channels, NO_BOUNDS, CONFIG, LeftOut::Default("SOFT_PHONE"), Personal,
                "phone type and number, `VOICE` only";
            PersistentConnectionConfigs: persistent_connection_configs (Vec<PersistentConnectionConfig>) => properties channels.persistent_connection;
                "persistentConnectionConfigs", Channels, NO_BOUNDS, CONFIG, LeftOut::Default("false"), Public,
                "whether the line stays open between calls, `VOICE` only";
            VoiceEnhancementConfigs: voice_enhancement_configs (Vec<VoiceEnhancementConfig>) => properties channels.voice_enhancement;
                "voiceEnhancementConfigs", Channels, NO_BOUNDS, CONFIG, LeftOut::Default("NONE"), Public,
                "how the agent's voice is enhanced, `VOICE` only";
            UserProficiencies: user_proficiencies (Vec<UserProficiency>) => properties proficiencies;
                "userProficiencies", Shape::Proficiencies, Elements(0, 10), Update(&[DisassociateUserProficiencies, UpdateUserProficiencies, AssociateUserProficiencies]), LeftOut::Cleared, Public,
                "the user's skills for routing, each with a level from 1 to 5";
            Tags: tags (TagInputs) => state tags_all;
                "tags", Shape::Map, Elements(0, 50), Update(&[UntagResource, TagResource]), LeftOut::Cleared, Public,
                "tags, over the provider's default tags";
        }
    };
}
pub(super) use properties;

macro_rules! declare {
    ($(
        $name:ident: $field:ident $(of $block:ident)? ($type:ty) => $owner:ident $($place:ident).+;
            $path:literal, $shape:expr, $bounds:expr, $on_change:expr, $left_out:expr,
            $sensitivity:ident $($unsearched:ident)?, $summary:literal;
    )+) => {
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

            /// Returns the row of the table.
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

            /// Whether a search returns the property.
            pub(super) const fn is_in_search(self) -> bool {
                match self {
                    $(Self::$name => declare!(@is_in_search $($unsearched)?),)+
                }
            }
        }
    };
    (@is_in_search) => { true };
    (@is_in_search NotInSearch) => { false };
}

properties!(declare);

impl Property {
    /// Returns the path in camelCase: `phoneConfig.deskPhoneNumber`.
    pub const fn path(self) -> &'static str {
        self.info().path
    }

    /// Returns the path in snake_case: `phone_config.desk_phone_number`.
    pub fn snake_case(self) -> String {
        to_snake_case(self.path())
    }

    /// Returns the property with this path, in camelCase or snake_case.
    ///
    /// ```
    /// use connect_user::user::Property;
    ///
    /// assert_eq!(Property::from_path("identity_info.email"), Some(Property::Email));
    /// assert_eq!(Property::from_path("identityInfo"), None);
    /// ```
    pub fn from_path(path: &str) -> Option<Self> {
        let is_it =
            |property: &Self| property.path() == path || path.contains('_') && property.snake_case() == path;
        Self::ALL.iter().copied().find(is_it)
    }

    /// Whether a spec must set the property.
    pub fn is_required(self) -> bool {
        self.info().left_out == LeftOut::Required
    }

    /// Whether the values of the property are secret.
    pub fn is_secret(self) -> bool {
        self.info().sensitivity == Sensitivity::Secret
    }

    /// Whether the values of the property are personal data.
    pub fn is_personal(self) -> bool {
        self.info().sensitivity == Sensitivity::Personal
    }

    /// Whether a change of the property replaces the user.
    pub fn replaces(self) -> bool {
        self.info().on_change == Replace
    }

    /// Returns the property with the same meaning per channel, or in the phone block: only one of the two may be given.
    pub(crate) const fn twin(self) -> Option<Self> {
        Some(match self {
            Self::PhoneType => Self::PhoneNumberConfigs,
            Self::AutoAccept => Self::AutoAcceptConfigs,
            Self::AfterContactWorkTimeLimit => Self::AfterContactWorkConfigs,
            Self::PersistentConnection => Self::PersistentConnectionConfigs,
            Self::PhoneNumberConfigs => Self::PhoneType,
            Self::AutoAcceptConfigs => Self::AutoAccept,
            Self::AfterContactWorkConfigs => Self::AfterContactWorkTimeLimit,
            Self::PersistentConnectionConfigs => Self::PersistentConnection,
            _ => return None,
        })
    }

    /// Whether an empty text means that the property is left out: the property may be left out, and an empty text is
    /// not a value of it.
    pub(crate) fn is_left_out_by_empty_text(self) -> bool {
        let PropertyInfo { shape, bounds, left_out, .. } = self.info();
        *shape == Shape::String
            && matches!(left_out, LeftOut::Cleared | LeftOut::Kept)
            && !matches!(bounds, Characters(0, _))
            && !self.is_secret()
    }

    pub(super) const fn bit(self) -> u64 {
        1 << self as u32
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return f.write_str(self.path());
        }
        // As a marked name in a message.
        for (index, name) in self.path().split('.').enumerate() {
            f.write_str(if index == 0 { "" } else { "." })?;
            write_name(f, name)?;
        }
        Ok(())
    }
}
