//! The service: the [`ConnectClient`] trait, its requests and answers, and its errors.
//!
//! A client makes one call per method and holds no policy: paging has functions of its own, and with the
//! feature `policy` retry and pace are decorators around any client. [`memory`] is an Amazon Connect for
//! tests and trials; with the feature `aws`, the module `aws` is the real one.

#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "policy")]
mod cancel;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "policy")]
mod delayed;
mod error;
pub mod memory;
#[cfg(feature = "policy")]
mod pace;
mod page;
#[cfg(feature = "policy")]
mod rate;
mod request;
#[cfg(feature = "policy")]
mod retry;
mod timer;
#[cfg(feature = "tracing")]
mod traced;
mod traits;

#[cfg(feature = "policy")]
pub use cancel::CancellationToken;
#[cfg(feature = "policy")]
pub use delayed::Delayed;
pub use error::{ClientError, ClientResult, Effect, ErrorKind};
#[cfg(feature = "policy")]
pub use pace::{Pace, Paced, TokenBuckets, Turn};
pub use page::{
    list_all_hierarchy_groups, list_all_proficiencies, list_all_routing_profiles, list_all_security_profiles,
    list_all_users, search_all_quick_connects, search_all_users,
};
#[cfg(feature = "policy")]
pub use rate::{Rate, Rates};
pub use request::{
    AssociateUserProficiencies, CreateUser, CreatedUser, DeleteQuickConnect, DeleteUser, DescribeInstance,
    DescribeUser, DisassociateUserProficiencies, FoundUser, HierarchyGroupEntry, InstanceDescription,
    ListRoutingProfiles, ListSecurityProfiles, ListUserProficiencies, ListUsers, ListedUser, NamedResource,
    Page, QuickConnectSummary, SearchQuickConnects, SearchUserHierarchyGroups, SearchUsers, TagResource,
    UntagResource, UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo, UpdateUserPhoneConfig,
    UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles, UserDescription,
};
#[cfg(feature = "policy")]
pub use retry::{RetryPolicy, Retrying};
pub use timer::{NoSleep, Sleep, ThreadSleep, ThreadTimer, Timer};
#[cfg(feature = "tracing")]
pub use traced::Traced;
pub use traits::ConnectClient;
#[cfg(feature = "fleet")]
pub(crate) use traits::{decorate, for_each_operation};
