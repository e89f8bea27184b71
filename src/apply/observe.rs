//! The trait of a host that observes an apply.

use std::error::Error;

use async_trait::async_trait;

use crate::{
    client::ClientError,
    diff::Step,
    user::{CreationAttempt, Diagnostic, UserState},
};

/// The error by which a host stops an apply.
pub type ObserveError = Box<dyn Error + Send + Sync>;

/// Observes an apply: to show progress, and to save the state before and after each call, so that a killed process
/// loses nothing.
///
/// Every method has a default that does nothing. An error stops the apply, before or after the call. Only the steps of
/// the plan are observed, not the calls that read in between. Implement the trait with `#[connect_user::async_trait]`:
///
/// ```
/// use std::{fs, path::PathBuf};
///
/// use connect_user::{
///     apply::{ObserveError, Observer},
///     async_trait,
///     client::ClientError,
///     diff::Step,
///     user::UserState,
/// };
///
/// /// Saves the state after each call.
/// struct Saving(PathBuf);
///
/// #[async_trait]
/// impl Observer for Saving {
///     async fn after(
///         &self,
///         _step: &Step,
///         _result: Result<(), &ClientError>,
///         state: Option<&UserState>,
///     ) -> Result<(), ObserveError> {
///         Ok(fs::write(&self.0, serde_json::to_vec(&state)?)?)
///     }
/// }
/// ```
#[async_trait]
pub trait Observer: Send + Sync {
    /// Called before the call of each step. Save `state`: it is the state to continue from if the process is killed during the
    /// call.
    async fn before(&self, _step: &Step, _state: Option<&UserState>) -> Result<(), ObserveError> {
        Ok(())
    }

    /// Called before a user is created, after [`before`](Self::before). Save the attempt until the user is saved, or
    /// the apply ends without a user ([`Failed::attempt`]). If the process is killed meanwhile,
    /// [`recover`](super::recover()) finds out the outcome of the creation.
    ///
    /// [`Failed::attempt`]: super::Failed::attempt
    async fn creating(&self, _attempt: &CreationAttempt) -> Result<(), ObserveError> {
        Ok(())
    }

    /// Called if a useful call is not allowed, and the apply continues without it. May be called more than once.
    fn note(&self, _note: &Diagnostic) {}

    /// Called after the call of each step. `state` is the actual user.
    async fn after(
        &self,
        _step: &Step,
        _result: Result<(), &ClientError>,
        _state: Option<&UserState>,
    ) -> Result<(), ObserveError> {
        Ok(())
    }
}

/// Does nothing.
pub(super) struct NoObserver;

impl Observer for NoObserver {}
