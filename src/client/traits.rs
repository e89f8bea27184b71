//! The contract of a client.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;

use super::{
    AssociateUserProficiencies, ClientResult, CreateUser, CreatedUser, DeleteQuickConnect, DeleteUser,
    DescribeInstance, DescribeUser, DisassociateUserProficiencies, FoundUser, HierarchyGroupEntry,
    InstanceDescription, ListRoutingProfiles, ListSecurityProfiles, ListUserProficiencies, ListUsers,
    ListedUser, NamedResource, Page, QuickConnectSummary, SearchQuickConnects, SearchUserHierarchyGroups,
    SearchUsers, TagResource, UntagResource, UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo,
    UpdateUserPhoneConfig, UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles,
    UserDescription,
};
use crate::user::ProficiencyKey;

/// Amazon Connect, as far as a user's life needs it: one method per API operation.
///
/// An implementation makes one call per method, without retrying: whoever wants pace or retry
/// puts a decorator around it. It may be shared between threads and called concurrently.
/// `&C`, `Box<C>` and `Arc<C>` are clients where `C` is.
///
/// The contract, beyond each method's own words:
///
/// - An error tells its operation, its kind and, where there is one, the request id; and
///   [`Effect::None`](super::Effect) only where the service has surely done nothing.
/// - Ids and ARNs are taken alike.
/// - No value that is sent turns up in an error's message.
#[async_trait]
pub trait ConnectClient: Debug + Send + Sync {
    /// Makes a user. There is no client token: after an answer that was lost, look the user up by its
    /// name before calling again.
    async fn create_user(&self, request: &CreateUser) -> ClientResult<CreatedUser>;

    /// Reads a user. One that was just made may be `NotFound` for a while.
    async fn describe_user(&self, request: &DescribeUser) -> ClientResult<UserDescription>;

    /// Deletes a user; `NotFound` where it is gone already.
    async fn delete_user(&self, request: &DeleteUser) -> ClientResult<()>;

    /// A page of the instance's users, by id and name.
    async fn list_users(&self, request: &ListUsers) -> ClientResult<Page<ListedUser>>;

    /// A page of the instance's users, with most of their settings.
    async fn search_users(&self, request: &SearchUsers) -> ClientResult<Page<FoundUser>>;

    /// Replaces the identity block.
    async fn update_user_identity_info(&self, request: &UpdateUserIdentityInfo) -> ClientResult<()>;

    /// Replaces the phone block.
    async fn update_user_phone_config(&self, request: &UpdateUserPhoneConfig) -> ClientResult<()>;

    /// Replaces per-channel settings.
    async fn update_user_config(&self, request: &UpdateUserConfig) -> ClientResult<()>;

    /// Changes the routing profile.
    async fn update_user_routing_profile(&self, request: &UpdateUserRoutingProfile) -> ClientResult<()>;

    /// Replaces the set of security profiles.
    async fn update_user_security_profiles(&self, request: &UpdateUserSecurityProfiles) -> ClientResult<()>;

    /// Sets the hierarchy group, or takes it away.
    async fn update_user_hierarchy(&self, request: &UpdateUserHierarchy) -> ClientResult<()>;

    /// Gives proficiencies that the user lacks.
    async fn associate_user_proficiencies(&self, request: &AssociateUserProficiencies) -> ClientResult<()>;

    /// Takes proficiencies away.
    async fn disassociate_user_proficiencies(
        &self,
        request: &DisassociateUserProficiencies,
    ) -> ClientResult<()>;

    /// Changes levels of proficiencies that the user has.
    async fn update_user_proficiencies(&self, request: &UpdateUserProficiencies) -> ClientResult<()>;

    /// A page of the user's proficiencies.
    async fn list_user_proficiencies(
        &self,
        request: &ListUserProficiencies,
    ) -> ClientResult<Page<(ProficiencyKey, u8)>>;

    /// Adds tags, or changes their values.
    async fn tag_resource(&self, request: &TagResource) -> ClientResult<()>;

    /// Takes tags away.
    async fn untag_resource(&self, request: &UntagResource) -> ClientResult<()>;

    /// Reads an instance.
    async fn describe_instance(&self, request: &DescribeInstance) -> ClientResult<InstanceDescription>;

    /// A page of the instance's routing profiles, by id and name.
    async fn list_routing_profiles(&self, request: &ListRoutingProfiles)
    -> ClientResult<Page<NamedResource>>;

    /// A page of the instance's security profiles, by id and name.
    async fn list_security_profiles(
        &self,
        request: &ListSecurityProfiles,
    ) -> ClientResult<Page<NamedResource>>;

    /// A page of the instance's hierarchy groups, each with the names that lead to it.
    async fn search_user_hierarchy_groups(
        &self,
        request: &SearchUserHierarchyGroups,
    ) -> ClientResult<Page<HierarchyGroupEntry>>;

    /// A page of the instance's quick connects that lead to users.
    async fn search_quick_connects(
        &self,
        request: &SearchQuickConnects,
    ) -> ClientResult<Page<QuickConnectSummary>>;

    /// Deletes a quick connect; `NotFound` where it is gone already.
    async fn delete_quick_connect(&self, request: &DeleteQuickConnect) -> ClientResult<()>;
}

/// Hands every operation to another macro: method, request and answer. A request has the name of its
/// operation. Whatever is missing here does not compile.
macro_rules! for_each_operation {
    ($callback:ident! { $($header:tt)+ }) => {
        $callback! {
            { $($header)+ }
            create_user CreateUser { $crate::client::CreatedUser }
            describe_user DescribeUser { $crate::client::UserDescription }
            delete_user DeleteUser { () }
            list_users ListUsers { $crate::client::Page<$crate::client::ListedUser> }
            search_users SearchUsers { $crate::client::Page<$crate::client::FoundUser> }
            update_user_identity_info UpdateUserIdentityInfo { () }
            update_user_phone_config UpdateUserPhoneConfig { () }
            update_user_config UpdateUserConfig { () }
            update_user_routing_profile UpdateUserRoutingProfile { () }
            update_user_security_profiles UpdateUserSecurityProfiles { () }
            update_user_hierarchy UpdateUserHierarchy { () }
            associate_user_proficiencies AssociateUserProficiencies { () }
            disassociate_user_proficiencies DisassociateUserProficiencies { () }
            update_user_proficiencies UpdateUserProficiencies { () }
            list_user_proficiencies ListUserProficiencies { $crate::client::Page<($crate::user::ProficiencyKey, u8)> }
            tag_resource TagResource { () }
            untag_resource UntagResource { () }
            describe_instance DescribeInstance { $crate::client::InstanceDescription }
            list_routing_profiles ListRoutingProfiles { $crate::client::Page<$crate::client::NamedResource> }
            list_security_profiles ListSecurityProfiles { $crate::client::Page<$crate::client::NamedResource> }
            search_user_hierarchy_groups SearchUserHierarchyGroups { $crate::client::Page<$crate::client::HierarchyGroupEntry> }
            search_quick_connects SearchQuickConnects { $crate::client::Page<$crate::client::QuickConnectSummary> }
            delete_quick_connect DeleteQuickConnect { () }
        }
    };
}

macro_rules! delegate {
    ({ $($header:tt)+ } $($method:ident $request:ident { $answer:ty })+) => {
        #[async_trait]
        $($header)+ {
            $(async fn $method(&self, request: &$request) -> ClientResult<$answer> {
                (**self).$method(request).await
            })+
        }
    };
}

for_each_operation!(delegate! { impl<C: ConnectClient + ?Sized> ConnectClient for &C });
for_each_operation!(delegate! { impl<C: ConnectClient + ?Sized> ConnectClient for Box<C> });
for_each_operation!(delegate! { impl<C: ConnectClient + ?Sized> ConnectClient for Arc<C> });

/// A client around a client: its method `around` sees every call, and makes it as often as it likes.
macro_rules! decorate {
    ({ $($header:tt)+ } $($method:ident $request:ident { $answer:ty })+) => {
        #[async_trait::async_trait]
        $($header)+ {
            $(async fn $method(&self, request: &crate::client::$request) -> crate::client::ClientResult<$answer> {
                self.around(crate::user::Operation::$request, || self.inner.$method(request)).await
            })+
        }
    };
}

pub(crate) use {decorate, for_each_operation};
