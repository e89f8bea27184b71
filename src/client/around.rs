//! Decorators: a client that wraps another client, written as one method.

use std::fmt::{self, Debug};

use async_trait::async_trait;

use super::{
    answer::*,
    error::ClientResult,
    operations::{ApiCall, ConnectClient, Pending, Request},
    request::*,
    table::for_each_operation,
};
use crate::user::{ProficiencyKey, UserId};

/// A decorator of clients, written as one method: it counts, logs, delays, refuses or repeats calls.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use connect_user::client::{
///     ApiCall, Around, ClientError, ClientResult, ConnectClient, Decorated, DescribeInstance, ErrorKind, Next,
///     UntagResource, memory::MemoryConnect,
/// };
/// use connect_user::user::IdentityManagementType;
///
/// /// Refuses calls that write, and counts the others.
/// #[derive(Debug, Default)]
/// struct ReadOnly(AtomicUsize);
///
/// impl Around for ReadOnly {
///     async fn around<T: Send + 'static>(&self, call: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
///         if call.operation().writes() {
///             return Err(ClientError::new(call.operation(), ErrorKind::Cancelled).with_message("read only"));
///         }
///         self.0.fetch_add(1, Ordering::Relaxed);
///         next.call().await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
/// let client = Decorated::with(connect, ReadOnly::default());
/// client.describe_instance(&DescribeInstance::new("1c2d")).await?;
/// let refused = client.untag_resource(&UntagResource::new("arn", ["team".to_owned()])).await;
/// assert_eq!(refused.unwrap_err().kind(), ErrorKind::Cancelled);
/// assert_eq!(client.around().0.load(Ordering::Relaxed), 1);
/// # Ok(()) }
/// ```
pub trait Around: Debug + Send + Sync {
    /// Called for each call. `next.call()` makes the call. Await it once, several times (each time makes the call
    /// again), or not at all, to refuse the call. `T` is the answer of the operation. `call` contains the operation,
    /// the ids, and the request by type ([`ApiCall::request`]).
    fn around<T: Send + 'static>(
        &self,
        call: ApiCall<'_>,
        next: Next<'_, T>,
    ) -> impl Future<Output = ClientResult<T>> + Send;
}

/// The inner client, for one call with its request.
pub struct Next<'a, T>(&'a (dyn Fn() -> Pending<'a, T> + Send + Sync));

impl<'a, T> Next<'a, T> {
    /// Returns a future that makes the call once. To repeat the call, create another future.
    pub fn call(&self) -> Pending<'a, T> {
        (self.0)()
    }
}

impl<T> Clone for Next<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Next<'_, T> {}

impl<T> Debug for Next<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}

/// A client with a decorator around each of its calls.
#[derive(Clone, Debug)]
pub struct Decorated<C, A> {
    inner: C,
    around: A,
}

impl<C, A> Decorated<C, A> {
    /// Puts a decorator around a client.
    pub const fn with(inner: C, around: A) -> Self {
        Self { inner, around }
    }

    /// Returns the inner client.
    pub const fn inner(&self) -> &C {
        &self.inner
    }

    /// Returns the decorator.
    pub const fn around(&self) -> &A {
        &self.around
    }

    /// Changes the decorator.
    #[cfg(feature = "policy")]
    pub(super) fn map(self, change: impl FnOnce(A) -> A) -> Self {
        Self { inner: self.inner, around: change(self.around) }
    }
}

macro_rules! decorate {
    ({} $($method:ident $request:ident -> $answer:ty;)+) => {
        #[async_trait]
        impl<C: ConnectClient, A: Around> ConnectClient for Decorated<C, A> {
            $(async fn $method(&self, request: &$request) -> ClientResult<$answer> {
                self.around.around(request.call(), Next(&|| self.inner.$method(request))).await
            })+
        }
    };
}

for_each_operation!(decorate! {});
