//! Storing a preview, to apply it later.

use super::{
    super::{FleetPreview, SavedFleetPlan},
    base::{Session, SessionError},
};

impl Session<'_> {
    /// The plan to store and to apply later, such as in another process after a review:
    /// [`SavedFleetPlan::load`] takes what the store has then. Users that the program imports are recorded at once,
    /// so that they are found there.
    ///
    /// A session that is [read only](super::super::SessionOptions::read_only) records nothing: of a user that it has
    /// imported or found changed, the plan is stale for everybody else.
    ///
    /// # Errors
    ///
    /// [`SessionError::Refused`] if the preview cannot be applied or a value is not known yet, and
    /// [`SessionError::Store`].
    pub async fn save(&mut self, preview: FleetPreview) -> Result<SavedFleetPlan, SessionError> {
        let plan = preview.into_plan()?;
        self.record_imports().await?;
        Ok(plan.save(&self.entries))
    }
}
