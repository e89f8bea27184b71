//! Reads users and names from the service.
//!
//! - [`import`], [`read()`] and [`refresh`]: one user; [`find_by_name`]: the user with a user name;
//! - [`Reader`]: users one by one, with about as many calls as reading them together;
//! - [`read_all`]: all users of an instance; [`read_matching`]: the users that match a [`Filter`];
//!   [`read_users`]: users by id;
//! - [`Directory`]: names and paths instead of ids;
//! - [`Memberships`]: traffic distribution groups and workspaces of users;
//! - [`identity_management`]: the identity management type of an instance; [`Instances`]: a cache of directories and
//!   identity management types.
//!
//! A state lists the properties that were not read ([`Record::unread`](crate::user::Record::unread)); no plan writes
//! them.

mod all;
mod attributes;
mod by_name;
mod directory;
mod failures;
mod filter;
mod finding;
mod found;
mod instances;
mod meant;
mod memberships;
mod once;
mod options;
mod reader;
mod shared_lists;
mod source;
mod user;

pub use all::{Everybody, read_all, read_matching, read_users};
pub use by_name::find_by_name;
pub use directory::Directory;
pub use filter::{Filter, FilterBuilder, FilterError};
pub use finding::{Finding, FindingKind, Reading};
pub use instances::{InstanceError, Instances};
pub use meant::InstanceFilters;
#[cfg(feature = "fleet")]
pub(crate) use meant::nobody_meant;
pub use memberships::{Membership, Memberships, TrafficDistributionGroup, Workspace, WorkspaceThrough};
pub use options::{RefreshOptions, RefreshOptionsBuilder, Strategy};
pub use reader::Reader;
pub use user::{identity_management, import, read, refresh};

#[cfg(feature = "interop")]
pub(crate) use attributes::what_it_has;
pub(crate) use by_name::{Sighting, sight};
#[cfg(feature = "fleet")]
pub(crate) use failures::failures;
#[cfg(feature = "fleet")]
pub(crate) use finding::not_checked;
#[cfg(feature = "fleet")]
pub(crate) use found::is_only_found;
#[cfg(any(feature = "engine", feature = "fleet"))]
pub(crate) use found::to_state;
pub(crate) use shared_lists::SharedLists;
#[cfg(feature = "fleet")]
pub(crate) use source::{Cache, FoundUsers, ListedUsers, Source, Verdict, not_read};
#[cfg(feature = "interop")]
pub(crate) use user::with_record;
pub(crate) use user::{describe, find_instance, is_gone, reread};
