//! The calls for a user: check, diff, create, read, update, delete.

use std::time::Duration;

use connect_user::{
    engine::{Failure, Kept, Naming, ResourceOptions, Snapshot},
    user::{Code, Diagnostic, Severity, ignored_path},
};
use prost_types::Struct;
use tonic::Status;

use super::{Answer, Provider, name_of};
use crate::{
    protocol::{
        Autonaming, AutonamingMode, CheckFailure, CheckRequest, CheckResponse, CreateRequest, CreateResponse,
        DeleteRequest, DiffRequest, DiffResponse, Empty, ErrorResourceInitFailed, LogSeverity, ReadRequest,
        ReadResponse, UpdateRequest, UpdateResponse,
    },
    user::{Inputs, NOT_KNOWN, Prior, outputs, planned},
    wire::{Marks, partial, property_diff, refused, replacing, text},
};

impl Provider {
    /// Checks inputs, and completes them with a name.
    pub async fn check(&self, request: CheckRequest) -> Answer<CheckResponse> {
        let CheckRequest { urn, olds, news, random_seed, autonaming } = request;
        let name = name_of(&urn)?;
        let (old, inputs) = (self.inputs(olds), self.inputs(news));
        let naming = naming(name, random_seed, autonaming.as_ref());
        let region = self.service()?.of(&inputs).await?;
        // A user that replaces another user is checked without the old inputs.
        let prior =
            (!old.is_empty()).then(|| Snapshot::new(Kept::default()).with_inputs(old.value().clone()));
        let checked = region.users.check(inputs.value(), prior.as_ref(), &naming).await;
        let checked = checked.map_err(|failure| self.refuse(&failure))?;
        let (errors, notes): (Vec<_>, Vec<_>) =
            checked.diagnostics.into_iter().partition(Diagnostic::is_error);
        self.say(&urn, &notes).await;
        let failures = errors.iter().map(|error| CheckFailure {
            property: error.path.to_string(),
            reason: self.secrets.hide(&text(error)),
        });
        Ok(CheckResponse { failures: failures.collect(), inputs: Some(inputs.write(checked.inputs)) })
    }

    /// Returns the changes that new inputs would make.
    pub async fn diff(&self, request: DiffRequest) -> Answer<DiffResponse> {
        let DiffRequest { id, urn, olds, news, ignore_changes, old_inputs } = request;
        name_of(&urn)?;
        let (prior, inputs) = (self.prior(&id, olds, old_inputs)?, self.inputs(news));
        // The engine keeps the id in an update, so a user whose creation is uncertain is replaced: it is deleted, if it
        // exists, and created.
        if prior.snapshot.kept.is_uncertain() {
            return Ok(replacing("userId", true));
        }
        let service = self.service()?;
        let region = service.region(inputs.region()).await?;
        // A user in another Region is another user.
        let old = service.region(prior.region.as_deref()).await?;
        if inputs.has_unknown_region() || old.name != region.name {
            return Ok(replacing("region", false));
        }
        let options = options(ignore_changes);
        let planned = region.users.diff(Some(&prior.snapshot), inputs.value(), &options).await;
        let planned = planned.map_err(|failure| self.refuse(&failure))?;
        self.say(&urn, &planned.diagnostics).await;
        Ok(property_diff(&planned))
    }

    pub async fn create(&self, request: CreateRequest) -> Answer<CreateResponse> {
        let CreateRequest { urn, properties, timeout, preview } = request;
        name_of(&urn)?;
        let inputs = self.inputs(properties);
        let (region, options) = (self.service()?.of(&inputs).await?, ResourceOptions::default());
        let shown = (!inputs.has_unknown_region()).then(|| region.name.clone());
        if preview {
            let plan = region.users.diff(None, inputs.value(), &options).await;
            let plan = plan.map_err(|failure| self.refuse(&failure))?;
            let properties = planned(plan.outputs, &inputs, shown, &Marks::default());
            return Ok(CreateResponse { id: String::new(), properties: Some(properties) });
        }
        let applied = region.users.within(time(timeout), region.users.create(inputs.value(), &options)).await;
        let applied = applied.map_err(|mut failure| {
            tell_the_order(&mut failure);
            self.failed(failure, &inputs, shown.clone(), None)
        })?;
        self.say(&urn, &applied.diagnostics).await;
        let id = applied.snapshot.id().map(|id| id.to_string()).unwrap_or_default();
        let properties = outputs(&applied.snapshot, &inputs, shown, &Marks::default());
        Ok(CreateResponse { id, properties: Some(properties) })
    }

    /// Refreshes a user, or imports a user that exists.
    pub async fn read(&self, request: ReadRequest) -> Answer<ReadResponse> {
        let ReadRequest { id, urn, properties, inputs } = request;
        name_of(&urn)?;
        let gone = ReadResponse::default();
        // An import may give the Region after the id.
        let (id, named) = match id.rsplit_once('@') {
            Some((id, region)) => (id.to_owned(), Some(region.to_owned())),
            None => (id, None),
        };
        let prior = self.prior(&id, properties, inputs.clone())?;
        let region = self.service()?.region(named.as_deref().or(prior.region.as_deref())).await?;
        let elsewhere = (!region.is_home).then(|| region.name.clone());
        let (users, given, region) = (&region.users, &prior.inputs, Some(region.name.clone()));
        if !prior.is_kept() || prior.inputs.is_empty() && prior.snapshot.kept.state().is_none() {
            let imported = match users.import(&id).await {
                Err(failure) if failure.diagnostics.iter().any(|one| one.code == Code::GONE) => {
                    return Ok(gone);
                }
                imported => imported.map_err(|failure| self.refuse(&failure))?,
            };
            let properties = outputs(&imported, given, region, &prior.outputs.marks);
            let inputs = given.clone().or_region(elsewhere).write(imported.inputs);
            return Ok(ReadResponse { id, properties: Some(properties), inputs: Some(inputs), ..gone });
        }
        let read = users.read(&prior.snapshot).await.map_err(|failure| self.refuse(&failure))?;
        let Some(read) = read else { return Ok(gone) };
        let snapshot = read.snapshot;
        let refresh_before_update = snapshot.kept.is_uncertain();
        let is_found = prior.snapshot.id().is_none() && snapshot.id().is_some();
        let id = snapshot.id().map_or(id, |id| id.to_string());
        let mut seen = given.clone();
        seen.set("password", prior.password());
        let properties = outputs(&snapshot, &seen, region, &prior.outputs.marks);
        let inputs = match inputs {
            Some(inputs) if read.drift.is_empty() || is_found => inputs,
            _ => given.write(snapshot.inputs),
        };
        Ok(ReadResponse { id, properties: Some(properties), inputs: Some(inputs), refresh_before_update })
    }

    pub async fn update(&self, request: UpdateRequest) -> Answer<UpdateResponse> {
        let UpdateRequest { id, urn, olds, news, timeout, ignore_changes, preview, old_inputs } = request;
        name_of(&urn)?;
        let (prior, inputs) = (self.prior(&id, olds, old_inputs)?, self.inputs(news));
        let region = self.service()?.region(prior.region.as_deref().or(inputs.region())).await?;
        let (users, options, shown) = (&region.users, options(ignore_changes), Some(region.name.clone()));
        if preview {
            let plan = users.diff(Some(&prior.snapshot), inputs.value(), &options).await;
            let plan = plan.map_err(|failure| self.refuse(&failure))?;
            let properties = planned(plan.outputs, &inputs, shown, &prior.outputs.marks);
            return Ok(UpdateResponse { properties: Some(properties) });
        }
        let applied =
            users.within(time(timeout), users.update(&prior.snapshot, inputs.value(), &options)).await;
        let applied =
            applied.map_err(|failure| self.failed(failure, &inputs, shown.clone(), Some(&prior)))?;
        self.say(&urn, &applied.diagnostics).await;
        let properties = outputs(&applied.snapshot, &inputs, shown, &Marks::default());
        Ok(UpdateResponse { properties: Some(properties) })
    }

    pub async fn delete(&self, request: DeleteRequest) -> Answer<Empty> {
        let DeleteRequest { id, urn, properties, timeout, old_inputs } = request;
        name_of(&urn)?;
        let prior = self.prior(&id, properties, old_inputs)?;
        let region = self.service()?.region(prior.region.as_deref()).await?;
        let users = &region.users;
        let notes =
            users.within(time(timeout), users.delete(&prior.snapshot, &ResourceOptions::default())).await;
        let notes = notes.map_err(|failure| self.refuse(&failure))?;
        self.say(&urn, &notes).await;
        Ok(Empty {})
    }

    fn inputs(&self, inputs: Option<Struct>) -> Inputs {
        let inputs = Inputs::read(inputs);
        self.secrets.learn(inputs.document());
        inputs
    }

    fn prior(&self, id: &str, outputs: Option<Struct>, inputs: Option<Struct>) -> Answer<Prior> {
        let prior = Prior::read(id, outputs, inputs)?;
        self.secrets.learn(&prior.outputs);
        self.secrets.learn(prior.inputs.document());
        Ok(prior)
    }

    /// Sends notes and warnings to the engine.
    pub(super) async fn say(&self, urn: &str, notes: &[Diagnostic]) {
        for note in notes {
            let severity = match note.severity {
                Severity::Note => LogSeverity::Info,
                _ => LogSeverity::Warning,
            };
            self.engine.log(severity, urn, &self.secrets.hide(&text(note))).await;
        }
    }

    fn reasons(&self, failure: &Failure) -> Vec<String> {
        let errors = failure.diagnostics.iter().filter(|reason| reason.is_error());
        errors.map(|reason| self.secrets.hide(&text(reason))).collect()
    }

    /// The error of a call that did nothing.
    pub(super) fn refuse(&self, failure: &Failure) -> Status {
        refused(self.reasons(failure).join("; "))
    }

    /// The error of a call that may have done something: the engine stores the actual user.
    fn failed(
        &self,
        failure: Failure,
        inputs: &Inputs,
        region: Option<String>,
        prior: Option<&Prior>,
    ) -> Status {
        let snapshot = match &failure.snapshot {
            Some(snapshot) if prior.is_none_or(|prior| prior.snapshot.kept != snapshot.kept) => snapshot,
            _ => return self.refuse(&failure),
        };
        partial(&ErrorResourceInitFailed {
            id: snapshot.id().map_or_else(|| NOT_KNOWN.to_owned(), |id| id.to_string()),
            properties: Some(outputs(snapshot, inputs, region, &Marks::default())),
            reasons: self.reasons(&failure),
            inputs: Some(inputs.write(snapshot.inputs.clone())),
            refresh_before_update: snapshot.kept.is_uncertain(),
        })
    }
}

/// Adds a help about the order of a replacement. Pulumi does not tell a provider which user a creation replaces, and
/// makes no diff if a command requests the replacement.
fn tell_the_order(failure: &mut Failure) {
    for taken in failure.diagnostics.iter_mut().filter(|reason| reason.code == Code::NAME_TAKEN) {
        let help = taken.help.take().unwrap_or_default();
        let order =
            "if it is the user that this one replaces, give the resource the option `deleteBeforeReplace`";
        taken.help = Some(format!("{help}; {order}").into());
    }
}

/// The time limit of a call from `customTimeouts`, in seconds; 0 means no limit.
fn time(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero())
}

fn naming(name: &str, seed: Vec<u8>, autonaming: Option<&Autonaming>) -> Naming {
    let Some(autonaming) = autonaming else { return Naming::of(name).seeded(seed) };
    match autonaming.mode() {
        AutonamingMode::Propose => Naming::of(name).proposing(&autonaming.proposed_name),
        AutonamingMode::Enforce => Naming::of(name).enforcing(&autonaming.proposed_name),
        AutonamingMode::Disable => Naming::disabled(),
    }
}

/// The options of a user from the engine. The engine has already applied ignored changes to the inputs, so paths that
/// are not paths of a user are dropped.
fn options(ignore_changes: Vec<String>) -> ResourceOptions<'static> {
    let ignored = ignore_changes.into_iter().filter(|place| ignored_path(place).is_ok());
    ResourceOptions::builder().ignore_changes(ignored.collect()).build()
}
