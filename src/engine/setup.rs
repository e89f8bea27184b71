//! How a resource is set up: the service that it asks, and what the host decides for all calls.

use std::sync::Arc;

use super::{
    handover::Handover,
    host::Host,
    limit::DeletionLimit,
    resource::Resource,
    stop::{Pauses, Stop},
};
use crate::{
    client::{CancellationToken, ConnectClient, Decorated, Sleep},
    read::{Reader, RefreshOptions},
    user::{Settings, Spelling},
    validate::Overrides,
};

impl Resource {
    /// Creates the resource over a client, in camelCase, without pauses.
    pub fn new(client: impl ConnectClient + 'static, settings: Settings) -> Self {
        Self { host: Host::new(Arc::new(client), settings) }
    }

    /// Sets the spelling of names, paths and messages. Default: camelCase.
    #[must_use]
    pub fn with_spelling(mut self, spelling: Spelling) -> Self {
        self.host.spelling = spelling;
        self
    }

    /// Sets how to wait for a name that is about to be free, or a new user that is not visible yet. Default:
    /// nothing is waited for.
    #[must_use]
    pub fn with_sleep(mut self, sleep: Arc<dyn Sleep>) -> Self {
        let token = self.host.client.around().0.clone();
        self.host.pauses = Some(Pauses { sleep, token });
        self
    }

    /// Sets a token that stops every call: calls to the service that were sent are awaited, no more are sent,
    /// and pauses end. The answer says what exists. Default: never cancelled.
    #[must_use]
    pub fn with_cancellation(mut self, token: CancellationToken) -> Self {
        let Self { host } = &mut self;
        host.client = Decorated::with(host.client.inner().clone(), Stop(token.clone()));
        if let Some(pauses) = &mut host.pauses {
            pauses.token = token;
        }
        self
    }

    /// Sets how users are refreshed, and how far clocks may differ and how long a new user may be invisible, also in
    /// applies. Default: [`RefreshOptions::default`].
    #[must_use]
    pub fn with_refresh(mut self, options: RefreshOptions) -> Self {
        self.host.reader = Reader::new(options);
        self
    }

    /// Sets rules whose severity the host has changed. Default: none.
    #[must_use]
    pub fn with_overrides(mut self, overrides: Overrides) -> Self {
        self.host.overrides = overrides;
        self
    }

    /// Sets the most proficiencies of a user. Default: 10, the quota of an account.
    #[must_use]
    pub fn with_proficiency_limit(mut self, limit: usize) -> Self {
        self.host.proficiency_limit = Some(limit);
        self
    }

    /// Sets whether profiles, groups and proficiencies are checked to exist: three calls more for each instance, and
    /// one for its predefined attributes where a user has proficiencies.
    /// Default: no; then only inputs with names (`name:Agents`) ask for the names of their instance.
    #[must_use]
    pub fn with_checked_ids(mut self, checked: bool) -> Self {
        let instances = std::mem::take(&mut self.host.instances);
        self.host.instances = instances.with_checked_ids(checked);
        self
    }

    /// Sets whether an equal user that already has the name is adopted. Default: no; only a user that a
    /// creation of this host made is.
    #[must_use]
    pub fn with_adoption(mut self, adopts: bool) -> Self {
        self.host.adopts = adopts;
        self
    }

    /// Sets whether a reading that changes no output leaves the record as it is, for an engine that takes another
    /// record for drift, as Terraform does. What was read is remembered for the plans of this run. Default: no.
    #[must_use]
    pub fn with_drift_by_outputs(mut self, by_outputs: bool) -> Self {
        self.host.keeps_what_is_shown = by_outputs;
        self
    }

    /// Sets whether the engine deletes what it has replaced only after everything else, as Pulumi and CloudFormation do.
    /// Names are unique, so a user whose new name somebody has is deleted first, as one whose name another user is to
    /// get. A deletion waits until the new name is free, or, among users who pass their names round in a circle, until
    /// each of them is about to be deleted: for that the engine must delete them side by side. If who has the name is
    /// kept, protected or cannot be deleted, the deletion fails with
    /// [`Code::NAME_TAKEN`](crate::user::Code::NAME_TAKEN), and the user stays. The waits need
    /// [`with_sleep`](Self::with_sleep). Default: no.
    #[must_use]
    pub fn with_late_deletions(mut self, is_late: bool) -> Self {
        self.host.handover = is_late.then(Handover::default);
        self
    }

    /// For an engine that plans once more when it applies, in a run that reads nobody, as Terraform does: a password
    /// that is another only then, as an ephemeral one may be, replaces no user, and a warning says so. Default: no.
    #[must_use]
    pub fn with_second_plans(mut self, plans_twice: bool) -> Self {
        self.host.plans_twice = plans_twice;
        self
    }

    /// Sets how many users may be deleted or replaced. Default: any number.
    #[must_use]
    pub fn with_deletion_limit(mut self, limit: DeletionLimit) -> Self {
        self.host.deletions = Some(limit);
        self
    }

    /// The resource without a service: nothing is asked, and a plan is made of what is recorded. For an engine
    /// whose configuration is not known while it plans.
    pub fn offline(settings: Settings) -> Self {
        Self { host: Host::offline(settings) }
    }
}
