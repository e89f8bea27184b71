//! The service: the [`ConnectClient`] trait, its requests and answers, and its errors.
//!
//! A client makes one call per method and holds no policy: pace, retry and paging are someone
//! else's. [`memory`] is an Amazon Connect for tests and trials; with the feature `aws`, the module
//! `aws` is the real one.

#[cfg(feature = "aws")]
pub mod aws;
mod error;
pub mod memory;
mod page;
mod request;
mod traits;

pub use error::{ClientError, ClientResult, Effect, ErrorKind};
pub use page::{list_all_proficiencies, list_all_users, search_all_quick_connects, search_all_users};
pub use request::{
    AssociateUserProficiencies, CreateUser, CreatedUser, DeleteQuickConnect, DeleteUser, DescribeInstance,
    DescribeUser, DisassociateUserProficiencies, FoundUser, InstanceDescription, ListUserProficiencies,
    ListUsers, ListedUser, Page, QuickConnectSummary, SearchQuickConnects, SearchUsers, TagResource,
    UntagResource, UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo, UpdateUserPhoneConfig,
    UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles, UserDescription,
};
pub use traits::ConnectClient;
