//! A host that looks on while a plan is carried out.

use std::error::Error;

use async_trait::async_trait;

use crate::{
    client::ClientError,
    diff::Step,
    user::{CreationAttempt, Diagnostic, UserState},
};

/// Why a host stops an apply.
pub type ObserveError = Box<dyn Error + Send + Sync>;

/// A host that looks on while a plan is carried out: to show progress, and to write the state down
/// before and after each call, so that nothing is lost even if the process is killed in between.
///
/// The methods do nothing unless they are implemented. An error ends the apply, before the call or
/// after it.
#[async_trait]
pub trait Observer: Send + Sync {
    /// A call is about to be made. `state` is what to remember if nothing more is heard.
    async fn before(&self, _step: &Step, _state: Option<&UserState>) -> Result<(), ObserveError> {
        Ok(())
    }

    /// A user is about to be created: after [`before`](Self::before), and before the call. Keep the attempt
    /// until the user is written down, or the apply has ended without one ([`Failed::attempt`]): if the process
    /// is killed meanwhile, [`recover`](super::recover()) finds out what has become of it.
    ///
    /// [`Failed::attempt`]: super::Failed::attempt
    async fn creating(&self, _attempt: &CreationAttempt) -> Result<(), ObserveError> {
        Ok(())
    }

    /// Something worth knowing: a call that would help is not allowed, and was done without. It may be told more
    /// than once.
    fn note(&self, _note: &Diagnostic) {}

    /// A call has been made. `state` is what is there now.
    async fn after(
        &self,
        _step: &Step,
        _result: Result<(), &ClientError>,
        _state: Option<&UserState>,
    ) -> Result<(), ObserveError> {
        Ok(())
    }
}

/// Nobody looks on.
pub(super) struct Nobody;

impl Observer for Nobody {}
