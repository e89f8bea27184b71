//! The resource: what an engine calls.

use std::time::Duration;

use super::{
    answer::{AppliedResource, Checked, Planned, Read},
    apply::{Done, apply},
    check::{Completed, check, validate},
    delete::delete,
    failure::Failure,
    find,
    handover::Name,
    host::Host,
    kept::Kept,
    leaves::Leaves,
    list::{Pages, named},
    naming::Naming,
    options::ResourceOptions,
    plan::{Asked, Work, plan, unfinished},
    read::{look_up, read},
    schema::Schema,
    snapshot::Snapshot,
};
use crate::{
    client,
    diff::{Change, ReplacementOrder},
    read::Filter,
    user::{Diagnostic, InstanceId, Value},
};

/// The resource for engines, over a client and settings.
///
/// Use one `Resource` for a run: it reads the identity management type of an instance, the instance's names and the
/// list of its users only once. Put retry and pace around the client. Calls may run concurrently.
#[derive(Debug)]
pub struct Resource {
    pub(super) host: Host,
}

impl Resource {
    /// The schema: every property and output.
    pub fn schema(&self) -> Schema {
        Schema::new(self.host.spelling)
    }

    /// Validates the known values of inputs, without a call.
    pub fn validate(&self, inputs: &Value) -> Vec<Diagnostic> {
        self.spelled(validate(&self.host, self.read_value(inputs)))
    }

    /// Checks inputs by the rules of the instance that they name, and adds a user name if they have none: the name of
    /// the prior user (the user is read if only its id is known), or a generated name.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the instance or the prior user cannot be read. Inputs that break a rule are not a failure: the
    /// mistakes are in the answer.
    pub async fn check(
        &self,
        inputs: &Value,
        prior: Option<&Snapshot>,
        naming: &Naming,
    ) -> Result<Checked, Failure> {
        let prior = prior.map(|prior| self.read_snapshot(prior));
        let checked = check(&self.host, self.read_value(inputs), prior.as_ref(), naming).await;
        let Completed { inputs, diagnostics } = checked.map_err(|failure| self.failure(failure))?;
        Ok(Checked { inputs: self.host.spelling.value(inputs), diagnostics: self.spelled(diagnostics) })
    }

    /// Plans the change from a prior snapshot, or from no user, to these inputs, which may hold unknowns.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the inputs break a rule, the change is refused, or something cannot be read.
    pub async fn diff(
        &self,
        prior: Option<&Snapshot>,
        inputs: &Value,
        options: &ResourceOptions<'_>,
    ) -> Result<Planned, Failure> {
        let (prior, inputs) = (prior.map(|prior| self.read_snapshot(prior)), self.read_value(inputs));
        let asked = Asked { prior: prior.as_ref(), inputs: &inputs, options };
        let work = plan(&self.host, asked).await.map_err(|failure| self.failure(failure))?;
        let order = self.order(prior.as_ref(), &work).await.map_err(|failure| self.failure(failure))?;
        let spelling = self.host.spelling;
        let kept = prior.as_ref().map(|prior| prior.kept.clone()).unwrap_or_default();
        let mut kept = match &work.state {
            Some(state) => Kept::of_state(state.clone(), work.password(&self.host), &work.attempts)
                .adopted_at(kept.adopted()),
            None => kept,
        };
        kept.set = work.inputs.set_of();
        let mut diagnostics = work.warnings;
        diagnostics.extend(unfinished(&work.preview));
        let diff = work.preview.diff;
        #[cfg(feature = "tracing")]
        super::log::planned(prior.as_ref(), diff.action, &diff.changes);
        let changes = diff.changes.into_iter();
        let changes = changes.map(|change| Change { path: spelling.path(&change.path), ..change }).collect();
        Ok(Planned {
            action: diff.action,
            changes,
            replacement: order,
            inputs: spelling.value(work.inputs.into_document()),
            outputs: spelling.value(work.outputs.into_document()),
            kept,
            diagnostics: self.spelled(diagnostics),
        })
    }

    /// Counts a deletion that the engine plans by itself. Returns an error if the deletion exceeds the limit
    /// ([`with_deletion_limit`](Self::with_deletion_limit)).
    pub fn plan_deletion(&self, prior: &Snapshot) -> Option<Diagnostic> {
        let user = self.read_snapshot(prior).id()?.user;
        self.host.deletions.as_ref()?.count(&user, self.host.spelling)
    }

    /// Creates a user. All values of the inputs must be known.
    ///
    /// # Errors
    ///
    /// [`Failure`], with the user if it was created.
    pub async fn create(
        &self,
        inputs: &Value,
        options: &ResourceOptions<'_>,
    ) -> Result<AppliedResource, Failure> {
        self.apply(None, inputs, options).await
    }

    /// Updates a user in place. If the record is of a creation whose outcome is unknown, the update continues with the
    /// user that was created, or creates the user.
    ///
    /// # Errors
    ///
    /// [`Failure`], with the actual user; `replacement-not-planned` if the user would be replaced.
    pub async fn update(
        &self,
        prior: &Snapshot,
        inputs: &Value,
        options: &ResourceOptions<'_>,
    ) -> Result<AppliedResource, Failure> {
        self.apply(Some(prior), inputs, options).await
    }

    /// Reads a user, from its snapshot or by its id ([`Snapshot::of`]). Returns `None` if the user is gone, or if an
    /// earlier creation made no user.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the user cannot be read.
    pub async fn read(&self, prior: &Snapshot) -> Result<Option<Read>, Failure> {
        let seen =
            read(&self.host, &self.read_snapshot(prior)).await.map_err(|failure| self.failure(failure))?;
        let spelling = self.host.spelling;
        #[cfg(feature = "tracing")]
        super::log::read(prior, seen.as_ref().map(|seen| seen.drift.as_slice()));
        Ok(seen.map(|seen| Read {
            snapshot: self.snapshot(seen.snapshot),
            drift: seen
                .drift
                .into_iter()
                .map(|change| Change { path: spelling.path(&change.path), ..change })
                .collect(),
            diagnostics: self.spelled(seen.notes),
        }))
    }

    /// Imports an existing user, `INSTANCE_ID:USER_ID`. The returned inputs are those to write into a program; their
    /// diff is empty.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the id is malformed, the user does not exist, or the user cannot be read.
    pub async fn import(&self, id: &str) -> Result<Snapshot, Failure> {
        let imported = self.look_up(id).await?;
        if let Some(id) = imported.id() {
            self.host.run.own_imported(&id.user);
        }
        Ok(imported)
    }

    /// Reads a user without managing it: like [`import`](Self::import), but a resource may still adopt the user.
    ///
    /// # Errors
    ///
    /// As for [`import`](Self::import).
    pub async fn look_up(&self, id: &str) -> Result<Snapshot, Failure> {
        let found = match Snapshot::of(id) {
            Ok(id) => look_up(&self.host, &id).await,
            Err(error) => Err(Failure::of_id(&error)),
        };
        found.map(|snapshot| self.snapshot(snapshot)).map_err(|failure| self.failure(failure))
    }

    /// Validates the known arguments of [`find`](Self::find), without a call.
    pub fn validate_find(&self, arguments: &Value) -> Vec<Diagnostic> {
        self.spelled(find::validate(&self.read_value(arguments), self.host.spelling))
    }

    /// Finds the user that a data source or a function asks for, without managing it. The arguments name the instance
    /// (`instanceId`), and the user by its id (`userId`) or its exact name (`name`), which is case-sensitive. Ids may
    /// be ARNs. `region` is for the host, which has one resource for each Region. Other arguments are refused.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the arguments are incomplete, misspelt or not known yet, the user does not exist, or users cannot
    /// be searched or read.
    pub async fn find(&self, arguments: &Value) -> Result<Snapshot, Failure> {
        let found = find::find(&self.host, &self.read_value(arguments)).await;
        found.map(|snapshot| self.snapshot(snapshot)).map_err(|failure| self.failure(failure))
    }

    /// Deletes a user, by its record, its id, or its outputs alone. A user that is gone counts as deleted. Returns
    /// warnings and notes.
    ///
    /// # Errors
    ///
    /// [`Failure`], with the user as it was stored.
    pub async fn delete(
        &self,
        prior: &Snapshot,
        options: &ResourceOptions<'_>,
    ) -> Result<Vec<Diagnostic>, Failure> {
        #[cfg(feature = "tracing")]
        super::log::deleting(prior);
        let deleted = delete(&self.host, &self.read_snapshot(prior), options).await;
        deleted.map(|notes| self.spelled(notes)).map_err(|failure| self.failure(failure))
    }

    /// Runs a call of this resource within a time limit: see [`within`](client::within). When the time is over, the
    /// call fails and returns what was done; the next call continues from there. Without a time, or without a
    /// [clock](Self::with_sleep), there is no limit.
    ///
    /// ```
    /// # use std::{sync::Arc, time::Duration};
    /// # use connect_user::{client::{TokioTimer, memory::MemoryConnect}, engine::Resource, user::Settings};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let resource = Resource::new(MemoryConnect::new(), Settings::default())
    ///     .with_sleep(Arc::new(TokioTimer::default()));
    /// let user = resource.within(Some(Duration::from_secs(60)), resource.import("1c2d:5e6f")).await;
    /// # assert!(user.is_err());
    /// # }
    /// ```
    pub async fn within<F: Future>(&self, time: Option<Duration>, call: F) -> F::Output {
        match time.zip(self.host.pauses.as_ref()) {
            Some((time, pauses)) => client::within(time, &*pauses.sleep, call).await,
            None => call.await,
        }
    }

    /// Lists the users of an instance, page by page. With `whole`, each user is read completely, in two calls for each
    /// user; otherwise e-mail addresses, mobile numbers and proficiencies are left out. Names in the filter are looked
    /// up with the first page.
    pub fn list(&self, instance: impl Into<InstanceId>, filter: Filter, whole: bool) -> Listing<'_> {
        Listing { resource: self, pages: Pages::of(instance.into()), filter, whole }
    }

    /// Returns the snapshot without the secrets of its inputs, for an engine that must not store secrets.
    #[must_use]
    pub fn without_secrets(&self, snapshot: Snapshot) -> Snapshot {
        self.snapshot(self.read_snapshot(&snapshot).without_secrets())
    }

    /// Returns diagnostics, for each instance, about what the caller was not allowed to read of users so far.
    pub fn unchecked(&self) -> Vec<Diagnostic> {
        self.host.reader.unchecked()
    }

    pub(super) async fn apply(
        &self,
        prior: Option<&Snapshot>,
        inputs: &Value,
        options: &ResourceOptions<'_>,
    ) -> Result<AppliedResource, Failure> {
        let (prior, inputs) = (prior.map(|prior| self.read_snapshot(prior)), self.read_value(inputs));
        let planned = options.planned.map(|planned| self.read_value(planned));
        let options = ResourceOptions { planned: planned.as_ref(), ..options.clone() };
        let asked = Asked { prior: prior.as_ref(), inputs: &inputs, options: &options };
        #[cfg(feature = "tracing")]
        super::log::applying(prior.as_ref());
        let done = apply(&self.host, asked).await;
        if let (None, Some(handover), Some(name)) =
            (&prior, &self.host.handover, Name::of(&Leaves::of(&inputs)))
        {
            handover.made(&name);
        }
        let Done { snapshot, notes } = done.map_err(|failure| self.failure(failure))?;
        Ok(AppliedResource { snapshot: self.snapshot(snapshot), diagnostics: self.spelled(notes) })
    }

    /// Returns the order of a replacement. Users of one program may hand names to each other.
    async fn order(
        &self,
        prior: Option<&Snapshot>,
        work: &Work,
    ) -> Result<Option<ReplacementOrder>, Failure> {
        let order = work.preview.diff.replacement;
        let (Some(handover), Some(_), Some(prior)) = (&self.host.handover, order, prior) else {
            return Ok(order);
        };
        let (Some(id), Some(to)) = (prior.id(), Name::of(&work.inputs)) else { return Ok(order) };
        let holder = match Name::of(&Leaves::of(&prior.outputs)).as_ref() == Some(&to) {
            true => Some(id.user.to_bare()),
            false => named(&self.host, &to.instance, &to.name).await?.map(|user| user.user_id.to_bare()),
        };
        let is_deleted_first = handover.replace(&id.user, to, holder);
        Ok(if is_deleted_first { Some(ReplacementOrder::DeleteBeforeCreate) } else { order })
    }

    pub(super) fn read_value(&self, value: &Value) -> Value {
        self.host.spelling.read(value.clone())
    }

    fn read_snapshot(&self, snapshot: &Snapshot) -> Snapshot {
        snapshot.read(self.host.spelling)
    }

    fn snapshot(&self, snapshot: Snapshot) -> Snapshot {
        snapshot.spelled(self.host.spelling)
    }

    fn failure(&self, failure: Failure) -> Failure {
        Failure {
            diagnostics: self.spelled(failure.diagnostics),
            snapshot: failure.snapshot.map(|snapshot| Box::new(self.snapshot(*snapshot))),
            ..failure
        }
    }

    fn spelled(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let spelling = self.host.spelling;
        diagnostics.into_iter().map(|diagnostic| diagnostic.spelled(spelling)).collect()
    }
}

/// A listing of the users of an instance, page by page. With `whole`, each user is read completely, in two calls for
/// each user; otherwise e-mail addresses, mobile numbers and proficiencies are left out.
#[derive(Debug)]
pub struct Listing<'a> {
    resource: &'a Resource,
    pages: Pages,
    filter: Filter,
    whole: bool,
}

impl Listing<'_> {
    /// Returns the next page, which may be empty; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the users cannot be listed or read.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Snapshot>>, Failure> {
        let resource = self.resource;
        let page = self.pages.next(&resource.host, &mut self.filter, self.whole).await;
        let page = page.map_err(|failure| resource.failure(failure))?;
        Ok(page.map(|users| users.into_iter().map(|user| resource.snapshot(user)).collect()))
    }
}
