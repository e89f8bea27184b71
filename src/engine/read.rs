//! What is there: a user that is stored read again, and one that exists imported.

use super::{
    failure::Failure,
    host::{Host, gone},
    kept::Kept,
    leaves::Leaves,
    outputs::{self, Outputs},
    snapshot::Snapshot,
};
use crate::{
    diff::{Change, drift},
    user::{Path, UserState, Value},
};

/// A user that was read.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) snapshot: Snapshot,
    pub(super) drift: Vec<Change>,
}

/// Reads a user again; nothing where it is gone.
pub(super) async fn read(host: &Host, prior: &Snapshot) -> Result<Option<Seen>, Failure> {
    let Some(known) = prior.kept.state() else {
        let present = match host.present(Some(&prior.kept)).await {
            Err(failure) if failure.is_gone() => return Ok(None),
            present => present?,
        };
        let Some(state) = present.state else {
            let unchanged = Seen { snapshot: prior.clone(), drift: Vec::new() };
            return Ok(present.is_uncertain.then_some(unchanged));
        };
        let snapshot = begun(host, state, prior);
        return Ok(Some(Seen { snapshot, drift: Vec::new() }));
    };
    let reading = host.reader.refresh(known, &host.client).await;
    let what = format_args!("the user `{}` cannot be read", known.name);
    let reading = reading.map_err(|error| Failure::of_call(what, &error, Path::root()))?;
    let Some(actual) = reading.state else { return Ok(None) };
    host.run.own(&actual.user_id);
    let drift = drift(known, &actual, &host.settings);
    let there = Outputs::of_state(&actual, &host.settings);
    let mut outputs = Outputs::of(&prior.outputs).unwrap_or_else(|| there.clone());
    outputs.follow(&there, &drift, known);
    outputs.identify(&actual, &host.settings);
    let mut inputs = Leaves::of(&prior.inputs);
    let set = inputs.set_of();
    for property in outputs::changed(&drift).filter(|property| set.contains(*property)) {
        inputs.set(property, there.leaves.get(property).cloned());
    }
    let inputs = if prior.inputs == Value::Null { Value::Null } else { inputs.into_document() };
    let kept = prior.kept.read_again(actual);
    let snapshot = Snapshot::new(kept).with_inputs(inputs).with_outputs(outputs.into_document());
    Ok(Some(Seen { snapshot, drift }))
}

/// Begins with a user that exists: its inputs diff to nothing.
pub(super) async fn import(host: &Host, id: &Snapshot) -> Result<Snapshot, Failure> {
    let name = id.id().map(|id| id.to_string()).unwrap_or_default();
    let seen = read(host, id).await?;
    seen.map(|seen| seen.snapshot).ok_or_else(|| gone(&name))
}

/// A user of whom nothing was known but who it is.
pub(super) fn begun(host: &Host, state: UserState, prior: &Snapshot) -> Snapshot {
    host.run.own(&state.user_id);
    let inputs = match prior.inputs {
        Value::Null => state.to_spec(&host.settings).encode(),
        ref inputs => inputs.clone(),
    };
    let outputs = Outputs::of_state(&state, &host.settings).into_document();
    let password = prior.kept.password().map(str::to_owned);
    Snapshot::new(Kept::of_state(state, password)).with_inputs(inputs).with_outputs(outputs)
}
