//! The contract of a client, and the traits of its requests: both are generated from the table of operations.

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
    table::{for_each_operation, operations},
};
use crate::user::{InstanceId, Operation, ProficiencyKey, UserId};

macro_rules! declare_client {
    (
        { $(#[$of_trait:meta])* trait $name:ident; }
        required { $(
            $(#[$meta:meta])*
            $method:ident $request:ident $scope:tt $fields:tt -> $answer:ty;
        )+ }
        optional { $(
            $(#[$of_optional:meta])*
            $optional:ident $of_request:ident $of_scope:tt $of_fields:tt -> $of_answer:ty;
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
                /// A client may lack this operation: it then fails as [unsupported](super::ErrorKind::Unsupported).
                async fn $optional(&self, _request: &$of_request) -> ClientResult<$of_answer> {
                    Err(ClientError::unsupported(Operation::$of_request))
                }
            )*
        }
    };
}

operations!([declare_client] {
    /// The Amazon Connect operations that are needed to manage users: one method per API operation.
    ///
    /// An implementation makes one call per method, without retrying: pace and retry are decorators around it. It may
    /// be shared between threads and called concurrently. `&C`, `Box<C>` and `Arc<C>` are clients if `C` is a client.
    /// Put [`async_trait`](crate::async_trait) on the implementation.
    ///
    /// The contract, in addition to the documentation of each method:
    ///
    /// - An error has its operation, its kind and, if there is one, the request id. Its effect is
    ///   [`Effect::None`](super::Effect) only if the service has certainly done nothing.
    /// - Ids and ARNs are accepted alike.
    /// - No value that is sent appears in an error's message.
    trait ConnectClient;
});

/// The future of an answer, which the methods of a [`ConnectClient`] return.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = ClientResult<T>> + Send + 'a>>;

/// The request of an operation. Create it with its constructor, and send it with a method of [`ConnectClient`] or with
/// [`send`](Self::send). Other crates cannot implement this trait.
pub trait Request: Clone + Debug + Send + Sync + sealed::Sealed + 'static {
    /// The operation, whose name is the name of the request.
    const OPERATION: Operation;

    /// The answer of the operation.
    type Answer: Debug + Send + 'static;

    /// Makes the call.
    fn send<'a>(&'a self, client: &'a dyn ConnectClient) -> Pending<'a, Self::Answer>;

    /// Returns the call, as decorators see it.
    fn call(&self) -> ApiCall<'_>;
}

mod sealed {
    pub trait Sealed {}
}

/// A call of a [`ConnectClient`], as a decorator sees it. `Debug` shows ids, but no name.
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

    /// Sets the instance and the user from the ARN of a user; other ARNs set nothing.
    fn arn(self, arn: &'a str) -> Self {
        let mut parts = arn.split('/').skip(1);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (instance, Some("agent"), user, None) => Self { instance, user, ..self },
            _ => self,
        }
    }

    /// Returns the operation.
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// Returns the id of the instance; `None` for a change of tags whose ARN is not that of a user.
    pub const fn instance(&self) -> Option<&'a str> {
        self.instance
    }

    /// Returns the id of the user, if the call concerns an existing user; `None` for a creation.
    pub const fn user(&self) -> Option<&'a str> {
        self.user
    }

    /// Returns the user name of a creation.
    pub const fn user_name(&self) -> Option<&'a str> {
        self.name
    }

    /// Returns the request, if it has the type `R`.
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

macro_rules! implement_requests {
    ({} $($need:ident { $(
        $(#[$meta:meta])*
        $method:ident $request:ident($scope:ident $(, $page:ident of $most:literal $item:ty)?) $fields:tt -> $answer:ty;
    )+ })+) => {
        $($(
            impl sealed::Sealed for $request {}

            impl Request for $request {
                const OPERATION: Operation = Operation::$request;
                type Answer = $answer;

                fn send<'a>(&'a self, client: &'a dyn ConnectClient) -> Pending<'a, $answer> {
                    client.$method(self)
                }

                fn call(&self) -> ApiCall<'_> {
                    implement_requests!(@$scope self)
                }
            }
        )+)+

        /// Fails to compile if an operation has no method.
        const _: fn(Operation) = |operation| match operation {
            $($(Operation::$request => {})+)+
        };
    };
    (@instance $this:ident) => { ApiCall::of($this).instance_id(&$this.instance_id) };
    (@group $this:ident) => { implement_requests!(@instance $this) };
    (@name $this:ident) => { implement_requests!(@instance $this).name(&$this.name) };
    (@user $this:ident) => { implement_requests!(@instance $this).user_id(&$this.user_id) };
    (@arn $this:ident) => { ApiCall::of($this).arn(&$this.arn) };
}

operations!([implement_requests] {});

macro_rules! delegate {
    ({ $($header:tt)+ } $($method:ident $request:ident -> $answer:ty;)+) => {
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
