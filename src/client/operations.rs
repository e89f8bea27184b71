//! The operations, each declared once, and the contract of a client, which is made of them.

use std::{
    any::Any,
    fmt::{self, Debug},
    pin::Pin,
    sync::Arc,
};

use async_trait::async_trait;

use super::{
    answer::*,
    error::{ClientError, ClientResult},
    request::*,
};
use crate::user::{InstanceId, Operation, ProficiencyKey, UserId};

/// The table of operations: the words of the method, its name, its request, which has the name of the
/// operation, the fields that say whom it concerns, and its answer. It is handed to another macro.
///
/// A client must have the required ones. Those that are optional, and every one that is added later, fail as
/// [`ErrorKind::Unsupported`](super::ErrorKind::Unsupported) where a client has no method for them.
///
/// Whatever is missing here or too much does not compile.
macro_rules! operations {
    ([$($callback:tt)+] { $($header:tt)* }) => { $($callback)+! {
        { $($header)* }
        required {
            /// Makes a user. There is no client token: after an answer that was lost, look the user up by its
            /// name before calling again.
            create_user CreateUser(instance_id, name) -> CreatedUser;

            /// Reads a user. One that was just made may be `NotFound` for a while.
            describe_user DescribeUser(instance_id, user_id) -> UserDescription;

            /// Deletes a user; `NotFound` where it is gone already.
            delete_user DeleteUser(instance_id, user_id) -> ();

            /// A page of the instance's users, by id and name.
            list_users ListUsers(instance_id) -> Page<ListedUser>;

            /// A page of the instance's users, with most of their settings.
            search_users SearchUsers(instance_id) -> Page<FoundUser>;

            /// Replaces the identity block.
            update_user_identity_info UpdateUserIdentityInfo(instance_id, user_id) -> ();

            /// Replaces the phone block.
            update_user_phone_config UpdateUserPhoneConfig(instance_id, user_id) -> ();

            /// Replaces per-channel settings.
            update_user_config UpdateUserConfig(instance_id, user_id) -> ();

            /// Changes the routing profile.
            update_user_routing_profile UpdateUserRoutingProfile(instance_id, user_id) -> ();

            /// Replaces the set of security profiles.
            update_user_security_profiles UpdateUserSecurityProfiles(instance_id, user_id) -> ();

            /// Sets the hierarchy group, or removes it.
            update_user_hierarchy UpdateUserHierarchy(instance_id, user_id) -> ();

            /// Adds proficiencies that the user lacks.
            associate_user_proficiencies AssociateUserProficiencies(instance_id, user_id) -> ();

            /// Removes proficiencies.
            disassociate_user_proficiencies DisassociateUserProficiencies(instance_id, user_id) -> ();

            /// Changes levels of proficiencies that the user has.
            update_user_proficiencies UpdateUserProficiencies(instance_id, user_id) -> ();

            /// A page of the user's proficiencies.
            list_user_proficiencies ListUserProficiencies(instance_id, user_id) -> Page<(ProficiencyKey, u8)>;

            /// Adds tags, or changes their values.
            tag_resource TagResource(arn) -> ();

            /// Removes tags.
            untag_resource UntagResource(arn) -> ();

            /// Reads an instance.
            describe_instance DescribeInstance(instance_id) -> InstanceDescription;
        }
        optional {
            /// A page of the instance's routing profiles, by id and name.
            list_routing_profiles ListRoutingProfiles(instance_id) -> Page<NamedResource>;

            /// A page of the instance's security profiles, by id and name.
            list_security_profiles ListSecurityProfiles(instance_id) -> Page<NamedResource>;

            /// A page of the instance's hierarchy groups, each with the names that lead to it.
            search_user_hierarchy_groups SearchUserHierarchyGroups(instance_id) -> Page<HierarchyGroupEntry>;

            /// A page of the instance's quick connects that lead to users.
            search_quick_connects SearchQuickConnects(instance_id) -> Page<QuickConnectSummary>;

            /// Deletes a quick connect; `NotFound` where it is gone already.
            delete_quick_connect DeleteQuickConnect(instance_id) -> ();
        }
    } };
}

/// Hands every operation to another macro, whether it is required or not: method, request, the fields that
/// say whom it concerns, and answer. The macro needs the names of [`request`](super::request) in scope.
macro_rules! for_each_operation {
    ($callback:ident! { $($header:tt)* }) => {
        $crate::client::operations::operations!(
            [$crate::client::operations::flatten_operations] { $callback! { $($header)* } }
        );
    };
}

macro_rules! flatten_operations {
    ({ $callback:ident! { $($header:tt)* } } required { $($required:tt)+ } optional { $($optional:tt)* }) => {
        $callback! { { $($header)* } $($required)+ $($optional)* }
    };
}

macro_rules! declare_client {
    (
        { $(#[$of_trait:meta])* trait $name:ident; }
        required { $(
            $(#[$meta:meta])*
            $method:ident $request:ident($($concerns:ident),+) -> $answer:ty;
        )+ }
        optional { $(
            $(#[$of_optional:meta])*
            $optional:ident $of_request:ident($($of_concerns:ident),+) -> $of_answer:ty;
        )* }
    ) => {
        $(#[$of_trait])*
        #[async_trait]
        pub trait $name: Debug + Send + Sync {
            $(
                $(#[$meta])*
                async fn $method(&self, request: &$request) -> ClientResult<$answer>;
            )+
            $(
                $(#[$of_optional])*
                ///
                /// A client may lack it: it is then [unsupported](super::ErrorKind::Unsupported).
                async fn $optional(&self, _request: &$of_request) -> ClientResult<$of_answer> {
                    Err(ClientError::unsupported(Operation::$of_request))
                }
            )*
        }
    };
}

operations!([declare_client] {
    /// Amazon Connect, as far as a user's life needs it: one method per API operation.
    ///
    /// An implementation makes one call per method, without retrying: pace and retry are decorators
    /// around it. It may be shared between threads and called concurrently.
    /// `&C`, `Box<C>` and `Arc<C>` are clients where `C` is. Put
    /// [`async_trait`](crate::async_trait) on the implementation.
    ///
    /// The contract, beyond each method's own words:
    ///
    /// - An error tells its operation, its kind and, where there is one, the request id; and
    ///   [`Effect::None`](super::Effect) only where the service has surely done nothing.
    /// - Ids and ARNs are accepted alike.
    /// - No value that is sent appears in an error's message.
    trait ConnectClient;
});

/// An answer that is awaited, as the methods of a [`ConnectClient`] return it.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = ClientResult<T>> + Send + 'a>>;

/// The request of an operation: each is made by its constructor, and sent by a method of the
/// [`ConnectClient`] or by [`send`](Self::send). No other crate has requests.
pub trait Request: Clone + Debug + Send + Sync + sealed::Sealed + 'static {
    /// The operation, which has the request's name.
    const OPERATION: Operation;

    /// What the operation answers.
    type Answer: Debug + Send + 'static;

    /// Makes the call.
    fn send<'a>(&'a self, client: &'a dyn ConnectClient) -> Pending<'a, Self::Answer>;

    /// The call, as decorators see it.
    fn call(&self) -> ApiCall<'_>;
}

mod sealed {
    pub trait Sealed {}
}

/// A call of a [`ConnectClient`], as a decorator sees it. `Debug` tells ids, and no name.
#[derive(Clone, Copy)]
pub struct ApiCall<'a> {
    operation: Operation,
    instance: Option<&'a str>,
    user: Option<&'a str>,
    name: Option<&'a str>,
    request: &'a (dyn Any + Send + Sync),
}

impl<'a> ApiCall<'a> {
    fn of<R: Request>(request: &'a R) -> Self {
        Self { operation: R::OPERATION, instance: None, user: None, name: None, request }
    }

    fn instance_id(self, id: &'a InstanceId) -> Self {
        Self { instance: Some(id.bare()), ..self }
    }

    fn user_id(self, id: &'a UserId) -> Self {
        Self { user: Some(id.bare()), ..self }
    }

    fn name(self, name: &'a str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// Of a user; of anything else it tells nothing.
    fn arn(self, arn: &'a str) -> Self {
        let mut parts = arn.split('/').skip(1);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (instance, Some("agent"), user, None) => Self { instance, user, ..self },
            _ => self,
        }
    }

    /// The operation.
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// The id of the instance; `None` in a change of tags whose ARN is not that of a user.
    pub const fn instance(&self) -> Option<&'a str> {
        self.instance
    }

    /// The id of the user, where the call concerns one; `None` for a creation.
    pub const fn user(&self) -> Option<&'a str> {
        self.user
    }

    /// The name of the user, in a creation.
    pub const fn user_name(&self) -> Option<&'a str> {
        self.name
    }

    /// What is sent, where it is a request of that type.
    pub fn request<R: Request>(&self) -> Option<&'a R> {
        self.request.downcast_ref()
    }
}

impl Debug for ApiCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiCall")
            .field("operation", &self.operation)
            .field("instance", &self.instance)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

macro_rules! declare_requests {
    ({} $(
        $(#[$meta:meta])*
        $method:ident $request:ident($($concerns:ident),+) -> $answer:ty;
    )+) => {
        $(
            impl sealed::Sealed for $request {}

            impl Request for $request {
                const OPERATION: Operation = Operation::$request;
                type Answer = $answer;

                fn send<'a>(&'a self, client: &'a dyn ConnectClient) -> Pending<'a, $answer> {
                    client.$method(self)
                }

                fn call(&self) -> ApiCall<'_> {
                    ApiCall::of(self)$(.$concerns(&self.$concerns))+
                }
            }
        )+

        /// Each operation that there is has a method.
        const _: fn(Operation) = |operation| match operation {
            $(Operation::$request => {})+
        };
    };
}

for_each_operation!(declare_requests! {});

macro_rules! delegate {
    ({ $($header:tt)+ } $(
        $(#[$meta:meta])*
        $method:ident $request:ident($($concerns:ident),+) -> $answer:ty;
    )+) => {
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

pub(crate) use {flatten_operations, for_each_operation, operations};
