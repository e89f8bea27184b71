//! The setup of a resource: its client, and the host's settings for all calls.

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
    user::{Settings, Spelling, Timestamp},
    validate::Overrides,
};

impl Resource {
    /// Creates the resource over a client, with camelCase names, without pauses.
    pub fn new(client: impl ConnectClient + 'static, settings: Settings) -> Self {
        Self { host: Host::new(Arc::new(client), settings) }
    }

    /// Sets the spelling of names, paths and messages. Default: camelCase.
    #[must_use]
    pub fn with_spelling(mut self, spelling: Spelling) -> Self {
        self.host.spelling = spelling;
        self
    }

    /// Sets how to wait for a name that is about to be freed, or a new user that is not visible yet. Default: no
    /// waiting.
    #[must_use]
    pub fn with_sleep(mut self, sleep: Arc<dyn Sleep>) -> Self {
        let token = self.host.client.around().0.clone();
        self.host.pauses = Some(Pauses { sleep, token });
        self
    }

    /// Sets a token that stops every call: calls that were sent to the service are awaited, no more are sent, and
    /// pauses end. The answer says what exists. Default: never cancelled.
    #[must_use]
    pub fn with_cancellation(mut self, token: CancellationToken) -> Self {
        let Self { host } = &mut self;
        host.client = Decorated::with(host.client.inner().clone(), Stop(token.clone()));
        if let Some(pauses) = &mut host.pauses {
            pauses.token = token;
        }
        self
    }

    /// Sets how users are refreshed. The tolerance for clock skew and the time for which a new user may be invisible
    /// also apply to applies. Default: [`RefreshOptions::default`].
    #[must_use]
    pub fn with_refresh(mut self, options: RefreshOptions) -> Self {
        self.host.reader = Reader::new(options).with_clock(self.host.reader.clock().clone());
        self
    }

    /// Sets the clock, for example that of a service in memory in a test. A creation whose answer was lost is recognised
    /// by the time at which it began, and a new user may be invisible for a time. Default: the clock of the machine.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use connect_user::{client::memory::MemoryConnect, engine::Resource, user::Settings};
    /// let connect = Arc::new(MemoryConnect::new());
    /// let clock = connect.clone();
    /// let resource = Resource::new(connect, Settings::default()).with_now(move || clock.time());
    /// ```
    #[must_use]
    pub fn with_now(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.host.reader = Reader::new(self.host.reader.options().clone()).with_now(now);
        self
    }

    /// Sets rules whose severity the host changes. Default: none.
    #[must_use]
    pub fn with_overrides(mut self, overrides: Overrides) -> Self {
        self.host.overrides = overrides;
        self
    }

    /// Sets the maximum number of proficiencies of a user. Default: 10, the quota of an account.
    #[must_use]
    pub fn with_proficiency_limit(mut self, limit: usize) -> Self {
        self.host.proficiency_limit = Some(limit);
        self
    }

    /// Sets whether the existence of profiles, groups and proficiencies is checked: three more calls for each instance,
    /// and one for its predefined attributes if a user has proficiencies. Default: no; then only inputs with names
    /// (`name:Agents`) read the names of their instance.
    #[must_use]
    pub fn with_checked_ids(mut self, checked: bool) -> Self {
        let instances = std::mem::take(&mut self.host.instances);
        self.host.instances = instances.with_checked_ids(checked);
        self
    }

    /// Sets whether an equal user that already has the name is adopted. Default: no; only a user that a creation of
    /// this host made is adopted.
    #[must_use]
    pub fn with_adoption(mut self, adopts: bool) -> Self {
        self.host.adopts = adopts;
        self
    }

    /// Sets whether a reading that changes no output leaves the record as it is, for an engine that reports a changed
    /// record as drift, as Terraform does. What was read is remembered for the plans of this run. Default: no.
    #[must_use]
    pub fn with_drift_by_outputs(mut self, by_outputs: bool) -> Self {
        self.host.keeps_what_is_shown = by_outputs;
        self
    }

    /// Sets whether the engine deletes replaced users only after everything else, as Pulumi and CloudFormation do.
    /// Names are unique. So the plan deletes a user first if its new name is taken, or if another user is to get its
    /// name. A deletion waits until the new name is free. Users that exchange their names in a cycle are deleted once
    /// the deletion of each of them was requested; for that the engine must delete them in parallel. If the user with
    /// the name is kept, protected or cannot be deleted, the deletion fails with
    /// [`Code::NAME_TAKEN`](crate::user::Code::NAME_TAKEN), and the user stays. The waits need
    /// [`with_sleep`](Self::with_sleep). Default: no.
    #[must_use]
    pub fn with_late_deletions(mut self, is_late: bool) -> Self {
        self.host.handover = is_late.then(Handover::default);
        self
    }

    /// Sets whether the engine plans again when it applies, in a run that reads no user, as Terraform does. A password
    /// that differs only in that second plan (for example an ephemeral password) then replaces no user, and a warning
    /// says so. Default: no.
    #[must_use]
    pub fn with_second_plans(mut self, plans_twice: bool) -> Self {
        self.host.plans_twice = plans_twice;
        self
    }

    /// Sets the limit on users that may be deleted or replaced. Default: no limit.
    #[must_use]
    pub fn with_deletion_limit(mut self, limit: DeletionLimit) -> Self {
        self.host.deletions = Some(limit);
        self
    }

    /// Creates a resource without a service: it makes no call, and plans from the record. For an engine whose provider
    /// configuration is not known while it plans.
    pub fn offline(settings: Settings) -> Self {
        Self { host: Host::offline(settings) }
    }
}
