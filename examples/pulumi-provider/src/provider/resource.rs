//! A user's calls: check, diff, create, read, update, delete.

use connect_user::{
    engine::{Failure, Kept, Naming, ResourceOptions, Snapshot},
    user::{Code, Diagnostic, Severity, Value, ignored_path},
};
use prost_types::Struct;
use tonic::Status;

use super::{Provider, name_of};
use crate::{
    deadline::within,
    protocol::{
        Autonaming, AutonamingMode, CheckFailure, CheckRequest, CheckResponse, CreateRequest, CreateResponse,
        DeleteRequest, DiffRequest, DiffResponse, ErrorResourceInitFailed, ReadRequest, ReadResponse,
        UpdateRequest, UpdateResponse,
    },
    user::{Inputs, NOT_KNOWN, Prior, outputs, planned},
    wire::{Marks, partial, property_diff, refused, replacing, text},
};

impl Provider {
    /// Checks inputs, and completes them with a name.
    pub(super) async fn check_user(&self, request: CheckRequest) -> Result<CheckResponse, Status> {
        let CheckRequest { urn, olds, news, random_seed, autonaming } = request;
        let (old, mut inputs) = (Inputs::read(olds), Inputs::read(news));
        // A user that the program gives no name keeps the one that it has.
        if inputs.value().get("name").is_none_or(|name| *name == Value::Null) {
            inputs.set("name", old.text("name").map(Value::from));
        }
        let naming = naming(name_of(&urn), random_seed, autonaming.as_ref());
        let region = self.service()?.region(inputs.region()).await?;
        // A user that replaces another is checked without the old inputs.
        let prior =
            (!old.is_empty()).then(|| Snapshot::new(Kept::default()).with_inputs(old.value().clone()));
        let checked = region.users.check(&inputs.asked(), prior.as_ref(), &naming).await;
        let checked = checked.map_err(|failure| self::failure(&failure, &inputs))?;
        let (errors, notes): (Vec<_>, Vec<_>) =
            checked.diagnostics.into_iter().partition(Diagnostic::is_error);
        self.say(&urn, &notes, &inputs).await;
        let failures = errors.iter().map(|error| CheckFailure {
            property: error.path.to_string(),
            reason: inputs.without_secrets(&text(error)),
        });
        Ok(CheckResponse { failures: failures.collect(), inputs: Some(inputs.write(checked.inputs)) })
    }

    /// What inputs would change.
    pub(super) async fn diff_user(&self, request: DiffRequest) -> Result<DiffResponse, Status> {
        let DiffRequest { id, urn, olds, news, ignore_changes, old_inputs } = request;
        let (prior, inputs) = (Prior::read(&id, olds, old_inputs)?, Inputs::read(news));
        // The engine keeps the id of an update: who is not known to be there is deleted, if made, and made.
        if prior.snapshot.kept.is_uncertain() {
            return Ok(replacing("userId", true));
        }
        let service = self.service()?;
        let region = service.region(inputs.region()).await?;
        // Another Region is another user.
        let old = service.region(prior.region.as_deref()).await?;
        if inputs.has_unknown_region() || old.name != region.name {
            return Ok(replacing("region", false));
        }
        let options = options(ignore_changes);
        let planned = region.users.diff(Some(&prior.snapshot), inputs.value(), &options).await;
        let planned = planned.map_err(|failure| self::failure(&failure, &inputs))?;
        self.say(&urn, &planned.diagnostics, &inputs).await;
        let mut answer = property_diff(&planned);
        let new = inputs.text("instanceId").zip(inputs.text("name"));
        if let (false, Some(to)) = (answer.replaces.is_empty(), new) {
            let shown = inputs.without_secrets(to.1);
            let is_first = self.names.replace(&region.users, &id, &prior.snapshot, to, shown).await;
            answer.delete_before_replace |= is_first.map_err(|failure| self::failure(&failure, &inputs))?;
        }
        Ok(answer)
    }

    pub(super) async fn create_user(&self, request: CreateRequest) -> Result<CreateResponse, Status> {
        let CreateRequest { urn, properties, timeout, preview } = request;
        let inputs = Inputs::read(properties);
        let service = self.service()?;
        let (region, options) = (service.region(inputs.region()).await?, ResourceOptions::default());
        let shown = (!inputs.has_unknown_region()).then(|| region.name.clone());
        if preview {
            let plan = region.users.diff(None, &inputs.asked(), &options).await;
            let plan = plan.map_err(|failure| self::failure(&failure, &inputs))?;
            let properties = planned(plan.outputs, &inputs, shown, &Marks::default());
            return Ok(CreateResponse { id: String::new(), properties: Some(properties) });
        }
        let applied = within(timeout, region.users.create(inputs.value(), &options)).await;
        inputs.text("instanceId").zip(inputs.text("name")).into_iter().for_each(|name| self.names.made(name));
        let applied = applied.map_err(|failure| failed(failure, &inputs, shown.clone(), None))?;
        self.say(&urn, &applied.diagnostics, &inputs).await;
        let id = applied.snapshot.id().map(|id| id.to_string()).unwrap_or_default();
        let properties = outputs(&applied.snapshot, &inputs, shown, &Marks::default());
        Ok(CreateResponse { id, properties: Some(properties) })
    }

    /// Reads a user again, or begins with one that exists.
    pub(super) async fn read_user(&self, request: ReadRequest) -> Result<ReadResponse, Status> {
        let ReadRequest { id, urn: _, properties, inputs } = request;
        let gone = ReadResponse::default();
        // An import may name the Region behind the id.
        let (id, named) = match id.rsplit_once('@') {
            Some((id, region)) => (id.to_owned(), Some(region.to_owned())),
            None => (id, None),
        };
        let prior = Prior::read(&id, properties, inputs.clone())?;
        let region = self.service()?.region(named.as_deref().or(prior.region.as_deref())).await?;
        let elsewhere = (!region.is_home).then(|| region.name.clone());
        let (users, given, region) = (region.users, &prior.inputs, Some(region.name));
        if !prior.is_kept() || prior.inputs.is_empty() && prior.snapshot.kept.state().is_none() {
            let imported = match users.import(&id).await {
                Err(failure) if is_gone(&failure) => return Ok(gone),
                imported => imported.map_err(|failure| self::failure(&failure, given))?,
            };
            let properties = outputs(&imported, given, region, prior.marks());
            let inputs = given.clone().or_region(elsewhere).write(imported.inputs);
            return Ok(ReadResponse { id, properties: Some(properties), inputs: Some(inputs), ..gone });
        }
        let read = users.read(&prior.snapshot).await.map_err(|failure| self::failure(&failure, given))?;
        let Some(read) = read else { return Ok(gone) };
        let snapshot = read.snapshot;
        let refresh_before_update = snapshot.kept.is_uncertain();
        let is_found = prior.snapshot.id().is_none() && snapshot.id().is_some();
        let id = snapshot.id().map_or(id, |id| id.to_string());
        let mut seen = given.clone();
        seen.set("password", prior.password());
        let properties = outputs(&snapshot, &seen, region, prior.marks());
        let inputs = match inputs {
            Some(inputs) if read.drift.is_empty() || is_found => inputs,
            _ => given.write(snapshot.inputs),
        };
        Ok(ReadResponse { id, properties: Some(properties), inputs: Some(inputs), refresh_before_update })
    }

    pub(super) async fn update_user(&self, request: UpdateRequest) -> Result<UpdateResponse, Status> {
        let UpdateRequest { id, urn, olds, news, timeout, ignore_changes, preview, old_inputs } = request;
        let (prior, inputs) = (Prior::read(&id, olds, old_inputs)?, Inputs::read(news));
        let region = self.service()?.region(prior.region.as_deref().or(inputs.region())).await?;
        let (users, options, shown) = (region.users, options(ignore_changes), Some(region.name));
        if preview {
            let plan = users.diff(Some(&prior.snapshot), inputs.value(), &options).await;
            let plan = plan.map_err(|failure| self::failure(&failure, &inputs))?;
            let properties = planned(plan.outputs, &inputs, shown, prior.marks());
            return Ok(UpdateResponse { properties: Some(properties) });
        }
        let applied = within(timeout, users.update(&prior.snapshot, inputs.value(), &options)).await;
        let applied = applied.map_err(|failure| failed(failure, &inputs, shown.clone(), Some(&prior)))?;
        self.say(&urn, &applied.diagnostics, &inputs).await;
        let properties = outputs(&applied.snapshot, &inputs, shown, &Marks::default());
        Ok(UpdateResponse { properties: Some(properties) })
    }

    pub(super) async fn delete_user(&self, request: DeleteRequest) -> Result<(), Status> {
        let DeleteRequest { id, urn, properties, timeout, old_inputs } = request;
        let prior = Prior::read(&id, properties, old_inputs)?;
        let users = self.service()?.region(prior.region.as_deref()).await?.users;
        self.names.free(&id).await.map_err(refused)?;
        let notes = within(timeout, users.delete(&prior.snapshot, &ResourceOptions::default())).await;
        let notes = notes.map_err(|failure| {
            self.names.stays(&id);
            self::failure(&failure, &prior.inputs)
        })?;
        self.say(&urn, &notes, &prior.inputs).await;
        Ok(())
    }

    /// Tells the engine what there is to say.
    async fn say(&self, urn: &str, notes: &[Diagnostic], inputs: &Inputs) {
        for note in notes {
            let message = inputs.without_secrets(&text(note));
            match note.severity {
                Severity::Note => self.engine.tell(urn, &message).await,
                _ => self.engine.warn(urn, &message).await,
            }
        }
    }
}

fn naming(name: &str, seed: Vec<u8>, autonaming: Option<&Autonaming>) -> Naming {
    let Some(autonaming) = autonaming else { return Naming::of(name).seeded(seed) };
    match autonaming.mode() {
        AutonamingMode::Propose => Naming::of(name).proposing(&autonaming.proposed_name),
        AutonamingMode::Enforce => Naming::of(name).enforcing(&autonaming.proposed_name),
        AutonamingMode::Disable => Naming::disabled(),
    }
}

/// What the engine says of the user. It has worked ignored changes into the inputs already: a place that is none
/// of a user's has no meaning any more.
fn options(ignore_changes: Vec<String>) -> ResourceOptions<'static> {
    let ignored = ignore_changes.into_iter().filter(|place| ignored_path(place).is_ok());
    ResourceOptions::builder().ignore_changes(ignored.collect()).build()
}

fn is_gone(failure: &Failure) -> bool {
    failure.diagnostics.iter().any(|reason| reason.code == Code::GONE)
}

fn reasons(failure: &Failure, inputs: &Inputs) -> Vec<String> {
    let errors = failure.diagnostics.iter().filter(|reason| reason.is_error());
    errors.map(|reason| inputs.without_secrets(&text(reason))).collect()
}

/// A call that did nothing.
fn failure(failure: &Failure, inputs: &Inputs) -> Status {
    refused(reasons(failure, inputs).join("; "))
}

/// A call that may have done something: the engine stores the user as it now is.
fn failed(failure: Failure, inputs: &Inputs, region: Option<String>, prior: Option<&Prior>) -> Status {
    let snapshot = match &failure.snapshot {
        Some(snapshot) if prior.is_none_or(|prior| prior.snapshot.kept != snapshot.kept) => snapshot,
        _ => return self::failure(&failure, inputs),
    };
    let id = snapshot.id().map_or_else(|| NOT_KNOWN.to_owned(), |id| id.to_string());
    let properties: Struct = outputs(snapshot, inputs, region, &Marks::default());
    partial(&ErrorResourceInitFailed {
        id,
        properties: Some(properties),
        reasons: reasons(&failure, inputs),
        inputs: Some(inputs.write(snapshot.inputs.clone())),
        refresh_before_update: snapshot.kept.is_uncertain(),
    })
}
