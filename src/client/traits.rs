//! The contract of a client.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;

use super::{
    AssociateUserProficiencies, ClientResult, CreateUser, CreatedUser, DeleteQuickConnect, DeleteUser,
    DescribeInstance, DescribeUser, DisassociateUserProficiencies, FoundUser, InstanceDescription,
    ListUserProficiencies, ListUsers, ListedUser, Page, QuickConnectSummary, SearchQuickConnects,
    SearchUsers, TagResource, UntagResource, UpdateUserConfig, UpdateUserHierarchy, UpdateUserIdentityInfo,
    UpdateUserPhoneConfig, UpdateUserProficiencies, UpdateUserRoutingProfile, UpdateUserSecurityProfiles,
    UserDescription,
};
use crate::user::ProficiencyKey;

/// Declares the trait and, from the same list, its delegation through pointers.
macro_rules! client {
    ($($(#[$meta:meta])* fn $method:ident(&self, request: &$request:ty) -> $answer:ty;)+) => {
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
            $($(#[$meta])* async fn $method(&self, request: &$request) -> ClientResult<$answer>;)+
        }

        client!(@delegate [impl<C: ConnectClient + ?Sized> ConnectClient for &C] $($method $request, $answer;)+);
        client!(@delegate [impl<C: ConnectClient + ?Sized> ConnectClient for Box<C>] $($method $request, $answer;)+);
        client!(@delegate [impl<C: ConnectClient + ?Sized> ConnectClient for Arc<C>] $($method $request, $answer;)+);
    };
    (@delegate [$($header:tt)+] $($method:ident $request:ty, $answer:ty;)+) => {
        #[async_trait]
        $($header)+ {
            $(async fn $method(&self, request: &$request) -> ClientResult<$answer> {
                (**self).$method(request).await
            })+
        }
    };
}

client! {
    /// Makes a user. There is no client token: after an answer that was lost, look the user up by its
    /// name before calling again.
    fn create_user(&self, request: &CreateUser) -> CreatedUser;

    /// Reads a user. One that was just made may be `NotFound` for a while.
    fn describe_user(&self, request: &DescribeUser) -> UserDescription;

    /// Deletes a user; `NotFound` where it is gone already.
    fn delete_user(&self, request: &DeleteUser) -> ();

    /// A page of the instance's users, by id and name.
    fn list_users(&self, request: &ListUsers) -> Page<ListedUser>;

    /// A page of the instance's users, with most of their settings.
    fn search_users(&self, request: &SearchUsers) -> Page<FoundUser>;

    /// Replaces the identity block.
    fn update_user_identity_info(&self, request: &UpdateUserIdentityInfo) -> ();

    /// Replaces the phone block.
    fn update_user_phone_config(&self, request: &UpdateUserPhoneConfig) -> ();

    /// Replaces per-channel settings.
    fn update_user_config(&self, request: &UpdateUserConfig) -> ();

    /// Changes the routing profile.
    fn update_user_routing_profile(&self, request: &UpdateUserRoutingProfile) -> ();

    /// Replaces the set of security profiles.
    fn update_user_security_profiles(&self, request: &UpdateUserSecurityProfiles) -> ();

    /// Sets the hierarchy group, or takes it away.
    fn update_user_hierarchy(&self, request: &UpdateUserHierarchy) -> ();

    /// Gives proficiencies that the user lacks.
    fn associate_user_proficiencies(&self, request: &AssociateUserProficiencies) -> ();

    /// Takes proficiencies away.
    fn disassociate_user_proficiencies(&self, request: &DisassociateUserProficiencies) -> ();

    /// Changes levels of proficiencies that the user has.
    fn update_user_proficiencies(&self, request: &UpdateUserProficiencies) -> ();

    /// A page of the user's proficiencies.
    fn list_user_proficiencies(&self, request: &ListUserProficiencies) -> Page<(ProficiencyKey, u8)>;

    /// Adds tags, or changes their values.
    fn tag_resource(&self, request: &TagResource) -> ();

    /// Takes tags away.
    fn untag_resource(&self, request: &UntagResource) -> ();

    /// Reads an instance.
    fn describe_instance(&self, request: &DescribeInstance) -> InstanceDescription;

    /// A page of the instance's quick connects that lead to users.
    fn search_quick_connects(&self, request: &SearchQuickConnects) -> Page<QuickConnectSummary>;

    /// Deletes a quick connect; `NotFound` where it is gone already.
    fn delete_quick_connect(&self, request: &DeleteQuickConnect) -> ();
}
