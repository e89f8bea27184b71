//! The model of a user, desired and actual.
//!
//! [`UserSpec`] is the desired user, [`UserState`] the actual user, and [`Property`] the table that describes every
//! property. [`Value`] converts from and to a host's dynamic values, and [`Diagnostic`] reports mistakes.
//!
//! Nothing here does I/O, reads a clock or names an SDK type.

mod arn;
pub(crate) mod as_text;
mod attempt;
pub(crate) mod bounds;
mod case;
mod choice;
mod clock;
mod code;
mod decode;
mod decode_error;
mod desired;
mod diagnostic;
mod document;
#[allow(
    missing_debug_implementations,
    reason = "derived builders have no Debug, and the lint sees those that a macro of ours expands to"
)]
mod element;
mod empty;
mod encode;
mod fields;
mod id;
mod id_error;
mod ignore;
mod import_id;
mod input;
mod json;
mod keep;
mod keep_element;
mod managed;
mod member;
mod message;
mod name;
mod node;
mod object;
mod operation;
mod output;
mod password;
mod path;
mod path_text;
#[allow(
    missing_debug_implementations,
    reason = "derived builders have no Debug, and the lint sees those that a macro of ours expands to"
)]
mod properties;
mod property;
mod property_set;
pub(crate) mod pulumi;
mod read_code;
mod reference;
mod secret;
mod settings;
mod settle;
mod sorted;
#[allow(
    missing_debug_implementations,
    reason = "derived builders have no Debug, and the lint sees those that a macro of ours expands to"
)]
mod spec;
mod spelling;
mod state;
mod suggestion;
mod table;
mod tags;
mod text;
mod timestamp;
mod to_spec;
mod unrecognised;
mod value;
mod version;

pub use arn::Arn;
pub use attempt::CreationAttempt;
#[cfg(feature = "aws")]
pub(crate) use case::from_pascal_case;
pub use case::to_snake_case;
#[cfg(feature = "interop")]
pub(crate) use case::{is_spelled, to_camel_case};
pub(crate) use choice::choice;
pub use choice::{
    Channel, IdentityManagementType, PhoneType, SecurityProfileType, UnknownChoice, VoiceEnhancementMode,
};
pub(crate) use clock::Clock;
pub use code::{Code, CodeInfo, Severity, Stage, UnknownCode};
pub use decode::DecodeErrors;
pub use desired::DesiredUser;
pub use diagnostic::{Diagnostic, with_causes};
pub use element::*;
pub use encode::ExposeSecrets;
pub use id::{
    HierarchyGroup, HierarchyGroupId, Id, IdKind, Instance, InstanceId, Named, RoutingProfile,
    RoutingProfileId, SecurityProfile, SecurityProfileId, User, UserId,
};
pub use id_error::IdError;
pub use ignore::{IgnoreTags, IgnoredPathError, ignored_path};
pub use import_id::{ImportId, ImportIdError};
pub use input::Input;
pub use json::NotKnownYet;
pub use member::Member;
pub use message::Message;
pub use name::AutoName;
pub use operation::Operation;
pub(crate) use path::listed;
pub use path::{Path, Segment};
pub use path_text::PathError;
pub use properties::{
    AfterContactWork, AutoAccept, ChannelSettings, ChannelSettingsBuilder, Identity, IdentityBuilder, Phone,
    PhoneBuilder, PhoneLine, Proficiencies, ProficiencyKey, UserProperties,
};
pub use property::Property;
pub use property_set::PropertySet;
pub use pulumi::PULUMI_UNKNOWN;
pub use reference::reference_table;
pub use secret::{Personal, Secret};
pub use settings::{
    DirectoryUserIdPolicy, PasswordPolicy, QuickConnects, Settings, SettingsBuilder, SignOutOn,
    UnrecognisedPolicy,
};
pub use sorted::{SortedMap, SortedSet};
pub use spec::{
    IdentityInfo, IdentityInfoBuilder, PhoneConfig, PhoneConfigBuilder, UserSpec, UserSpecBuilder,
};
pub use spelling::Spelling;
pub use state::{LastModified, Record, Replaced, Unfinished, UserState, UserStateBuilder};
pub use suggestion::nearest;
pub use table::{Bounds, LeftOut, OnChange, PropertyInfo, Sensitivity, Shape};
pub use tags::{MAX_TAGS, SYSTEM_TAG_PREFIX, TagInputs, Tags, is_system_tag, merge_tags};
pub use text::{counted, one_line};
pub use timestamp::{Timestamp, TimestampError};
pub use value::Value;
#[cfg(feature = "interop")]
pub(crate) use value::ValueVisitor;

pub(crate) use decode_error::MOST_LISTED;
pub(crate) use diagnostic::joined;
pub(crate) use element::Element;
pub(crate) use fields::{Field, Settled, Visitor};
#[cfg(feature = "engine")]
pub(crate) use ignore::spelled_ignored_path;
pub(crate) use json::in_words;
pub(crate) use keep::keep_ignored;
#[cfg(feature = "engine")]
pub(crate) use keep::keeps;
pub(crate) use managed::Managed;
pub(crate) use name::max_recommended_name;
#[cfg(feature = "engine")]
pub(crate) use node::whole;
pub(crate) use node::{Content, Secrets};
#[cfg(any(feature = "engine", feature = "interop"))]
pub(crate) use output::{IDENTITY, TAGS_ALL};
#[cfg(feature = "interop")]
pub(crate) use output::{is_output, outputs};
pub(crate) use password::password_mistakes;
pub(crate) use path::{document_order, document_rank};
pub(crate) use settle::{Phones, Settle};
pub(crate) use tags::{TAG_KEY, TAG_VALUE};
pub(crate) use text::{is_control, misleading, quoted, some_of};
pub(crate) use unrecognised::{block_of, is_beside};
pub(crate) use version::Newer;
