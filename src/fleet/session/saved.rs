//! Storing a preview, to apply it later.

use super::{
    super::{FleetOptions, FleetOutcome, FleetPlan, FleetPreview, SavedFleetPlan, apply},
    base::Session,
    error::SessionError,
    written::Written,
};

impl Session<'_> {
    /// Returns the plan to store and to apply later, such as in another process after a review:
    /// [`SavedFleetPlan::load`] then takes the entries of the store. Users that the program imports are recorded at
    /// once, so that these entries have them.
    ///
    /// A session that is [read only](super::super::SessionOptions::read_only) records nothing: if it has imported a
    /// user, or found a change of a user of the plan, the plan is stale for every other session.
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

    /// Applies a plan, such as a plan that was [saved](Self::save) and was [loaded](SavedFleetPlan::load) with the
    /// [entries](Self::entries) of this session. If time has passed, set
    /// [`check_prior_state`](crate::apply::ApplyOptions::check_prior_state).
    ///
    /// An apply can be stopped safely at any moment; see [`apply`](super::super::apply()).
    pub async fn apply_plan(&mut self, plan: &FleetPlan, options: &FleetOptions<'_>) -> FleetOutcome {
        // `Written`, through which the apply writes, does not lock the store.
        let has_steps = plan.users().iter().any(|user| !user.plan.steps().is_empty());
        if let Err(error) = self.lock(has_steps).await {
            return FleetOutcome { store: Some(error), ..FleetOutcome::default() };
        }
        let mut outcome = self.carry_out_plan(plan, options).await;
        if has_steps && let Err(error) = self.store.unlock().await {
            outcome.store.get_or_insert(error);
        }
        outcome
    }

    async fn carry_out_plan(&mut self, plan: &FleetPlan, options: &FleetOptions<'_>) -> FleetOutcome {
        if let Err(error) = self.commit(Vec::new()).await {
            return FleetOutcome { store: Some(error), ..FleetOutcome::default() };
        }
        let written = Written::new(self.store, &mut self.entries);
        apply(plan, &written, self.service, options).await
    }
}
