//! Reads recorded users again, and imports existing users.

use super::{
    failure::Failure,
    host::{Host, Present},
    kept::Kept,
    leaves::Leaves,
    outputs::{self, Outputs},
    snapshot::Snapshot,
};
use crate::{
    diff::{Change, drift},
    read::{Finding, FindingKind},
    user::{Code, Diagnostic, Severity, UserState, Value},
};

/// A user that was read.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) snapshot: Snapshot,
    pub(super) drift: Vec<Change>,
    pub(super) notes: Vec<Diagnostic>,
}

impl Seen {
    fn new(snapshot: Snapshot) -> Self {
        Self { snapshot, drift: Vec::new(), notes: Vec::new() }
    }
}

/// Reads a user again; `None` if the user is gone.
pub(super) async fn read(host: &Host, prior: &Snapshot) -> Result<Option<Seen>, Failure> {
    if host.is_offline {
        return Ok(Some(Seen::new(prior.clone())));
    }
    let present = match host.present(Some(&prior.kept)).await {
        Err(failure) if failure.is_gone() => return Ok(None),
        present => present?,
    };
    let Present { state: Some(known), password, attempts, .. } = present else {
        return Ok((!present.attempts.is_empty()).then(|| Seen::new(prior.clone())));
    };
    let kept = |state| Kept::of_state(state, password, &attempts).adopted_at(prior.kept.adopted());
    let Some(recorded) = prior.kept.state() else {
        // The user of an earlier creation is managed by that creation already.
        if !prior.kept.is_uncertain() {
            host.run.own(&known.user_id);
        }
        let snapshot = begun(host, known, prior, kept);
        return Ok(Some(Seen::new(snapshot)));
    };
    // Drift is the difference from the record, even if this run has read the user since. Users that other creations
    // have made are left to delete.
    let mut recorded = recorded.clone();
    recorded.record.unfinished.replaced = known.record.unfinished.replaced;
    let known = &recorded;
    let reading = host.refresh(known).await?;
    let Some(actual) = reading.state else { return Ok(None) };
    let is_told = |kind: &FindingKind| !matches!(kind, FindingKind::Renamed(_));
    let found = reading.finding.filter(is_told).map(|kind| Finding::new(&known.name, kind).diagnostic());
    let notes = found.into_iter().collect();
    host.run.own_read(&actual.user_id);
    let drift = drift(known, &actual, &host.settings);
    let there = Outputs::of_state(&actual, &host.settings);
    let shown = Outputs::of(&prior.outputs);
    let mut outputs = shown.clone().unwrap_or_else(|| there.clone());
    outputs.follow(&there, &drift, known);
    outputs.identify(&actual, &host.settings);
    if let Some(state) = prior.kept.state()
        && host.keeps_what_is_shown
        && !drift.is_empty()
        && shown.as_ref() == Some(&outputs)
    {
        host.run.remember(state, actual);
        return Ok(Some(Seen { snapshot: prior.clone(), drift, notes }));
    }
    let mut inputs = Leaves::of(&prior.inputs);
    let set = inputs.set_of();
    for property in outputs::changed(&drift).filter(|property| set.contains(*property)) {
        inputs.set(property, there.leaves.get(property).cloned());
    }
    let inputs = if prior.inputs == Value::Null { Value::Null } else { inputs.into_document() };
    let snapshot = Snapshot::new(kept(actual)).with_inputs(inputs).with_outputs(outputs.into_document());
    Ok(Some(Seen { snapshot, drift, notes }))
}

/// Reads an existing user that no resource manages; the diff of its inputs is empty.
pub(super) async fn look_up(host: &Host, id: &Snapshot) -> Result<Snapshot, Failure> {
    let name = id.id().map(|id| id.to_string()).unwrap_or_default();
    let found = match host.present(Some(&id.kept)).await {
        Err(failure) if failure.is_gone() => None,
        present => present?.state,
    };
    found.map(|state| unmanaged(host, state)).ok_or_else(|| {
        let none = Diagnostic::new(Code::GONE, format!("there is no user `{name}`"));
        none.with_severity(Severity::Error).with_help("look for its id in the console").into()
    })
}

/// Returns the snapshot of a user without a prior snapshot.
pub(super) fn unmanaged(host: &Host, state: UserState) -> Snapshot {
    begun(host, state, &Snapshot::new(Kept::default()), |state| Kept::of_state(state, None, &[]))
}

/// Returns the snapshot of a user of which the prior snapshot holds no state.
fn begun(host: &Host, state: UserState, prior: &Snapshot, kept: impl FnOnce(UserState) -> Kept) -> Snapshot {
    let inputs = match prior.inputs {
        Value::Null => state.to_spec(&host.settings).encode(),
        ref inputs => inputs.clone(),
    };
    let outputs = Outputs::of_state(&state, &host.settings).into_document();
    Snapshot::new(kept(state)).with_inputs(inputs).with_outputs(outputs)
}
