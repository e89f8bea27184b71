//! Decorators: a client around a client, written as one method.

use std::fmt::{self, Debug};

use async_trait::async_trait;

use super::{
    answer::*,
    error::ClientResult,
    operations::{ApiCall, ConnectClient, Pending, Request},
    request::*,
    table::for_each_operation,
};
use crate::user::ProficiencyKey;

/// What a decorator does around each call of a client: count it, log it, delay it, refuse it, make it again.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use connect_user::client::{
///     ApiCall, Around, ClientResult, ConnectClient, Decorated, DescribeInstance, Next, memory::MemoryConnect,
/// };
/// use connect_user::user::IdentityManagementType;
///
/// /// Counts the calls that fail.
/// #[derive(Debug, Default)]
/// struct Failures(AtomicUsize);
///
/// impl Around for Failures {
///     async fn around<T: Send + 'static>(&self, _: ApiCall<'_>, next: Next<'_, T>) -> ClientResult<T> {
///         let answer = next.call().await;
///         self.0.fetch_add(usize::from(answer.is_err()), Ordering::Relaxed);
///         answer
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let client = Decorated::with(MemoryConnect::new(), Failures::default());
/// let nowhere = client.describe_instance(&DescribeInstance::new("1c2d")).await;
/// assert!(nowhere.is_err());
/// assert_eq!(client.around().0.load(Ordering::Relaxed), 1);
/// # }
/// ```
pub trait Around: Debug + Send + Sync {
    /// Makes a call by [`next.call()`](Next::call): once, again, or not at all. `T` is the answer.
    fn around<T: Send + 'static>(
        &self,
        call: ApiCall<'_>,
        next: Next<'_, T>,
    ) -> impl Future<Output = ClientResult<T>> + Send;
}

/// The client inside, for one call with its request.
pub struct Next<'a, T>(&'a (dyn Fn() -> Pending<'a, T> + Send + Sync));

impl<'a, T> Next<'a, T> {
    /// Makes the call; each time that it is awaited anew, the call is made anew.
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

/// A client with an [`Around`] around each of its calls.
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

    /// The client inside.
    pub const fn inner(&self) -> &C {
        &self.inner
    }

    /// What is done around each call.
    pub const fn around(&self) -> &A {
        &self.around
    }

    /// Changes what is done around each call.
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
