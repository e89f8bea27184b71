//! Creates and updates a user as planned.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;

use super::{
    failure::Failure,
    forms::not_known,
    host::{Host, gone},
    kept::{Begun, Kept},
    options::Journal,
    outputs::{self, Outputs},
    plan::{Asked, Work, work, work_from},
    snapshot::Snapshot,
};
use crate::{
    apply::{self, Applied, ApplyError, Failed, ObserveError, Observer},
    client::{ClientError, Sleep},
    diff::{self, Action, Call, Diff, Plan, Step, diff, drift},
    user::{Code, CreationAttempt, Diagnostic, Input, Property, Settings, Timestamp, UserState, Value},
    validate::resolve,
};

/// Pauses, in seconds, while another user of the same program that is about to be deleted still has the name.
const PATIENCE: [u64; 7] = [1, 2, 4, 8, 15, 15, 15];

/// A user that was created or updated, and diagnostics.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) snapshot: Snapshot,
    pub(super) notes: Vec<Diagnostic>,
}

/// Updates a user to match the inputs, or creates it; never replaces it.
pub(super) async fn apply(host: &Host, asked: Asked<'_>) -> Result<Done, Failure> {
    let unchanged = || asked.prior.cloned();
    let mut work = work(host, asked).await.map_err(|failure| failure.with(unchanged()))?;
    // The engine shows a change. If there is no other change, the shown change is the sign-out.
    if work.preview.diff.is_empty() {
        work.sign_out();
    }
    let mut plan = planned(host, &work).map_err(|failure| failure.with(unchanged()))?;
    if plan.steps().is_empty()
        && let Some(read) = doubted(host, asked, &work).await.map_err(|failure| failure.with(unchanged()))?
    {
        work = work_from(host, asked, work.present(Some(read)))
            .await
            .map_err(|failure| failure.with(unchanged()))?;
        plan = planned(host, &work).map_err(|failure| failure.with(unchanged()))?;
    }
    let one = Change {
        host,
        asked,
        password: work.password(host),
        notes: Mutex::default(),
        is_signed_out: false.into(),
    };
    match one.carry_out(&work, &plan).await {
        Ok(applied) => Ok(one.done(&work, applied)),
        Err(failed) => {
            if let (ApplyError::Stale, Some(known), Some(actual)) =
                (&failed.error, &work.state, &failed.state)
            {
                work.has_lost_rights |= host.loses_rights(known, actual);
            }
            match one.plan_again(&work, &failed).await {
                Some((work, plan)) => match one.carry_out(&work, &plan).await {
                    Ok(applied) => Ok(one.done(&work, applied)),
                    Err(failed) => Err(one.failed(&work, failed)),
                },
                None => Err(one.failed(&work, failed)),
            }
        }
    }
}

/// Returns the plan, which requires that everything is known. An action that was not planned is refused.
fn planned(host: &Host, work: &Work) -> Result<Plan, Failure> {
    if work.preview.diff.action == Action::Replace {
        return Err(not_planned(&work.preview.diff).into());
    }
    let context = host.context(&work.settings, work.state.as_ref(), None);
    let (desired, _) = resolve(work.spec.clone(), &context).map_err(|report| {
        let open = report.deferred().iter().map(|place| not_known(place.clone()));
        Failure::of(report.errors().cloned().chain(open).collect())
    })?;
    let plan = diff::plan(desired, work.state.as_ref(), &work.settings);
    plan.map_err(|refused| Failure::of(refused.diagnostics().to_vec()))
}

/// Reads the user again if the engine has a change to make and the record shows none: the record may be out of date in
/// a property that no output shows.
async fn doubted(host: &Host, asked: Asked<'_>, work: &Work) -> Result<Option<UserState>, Failure> {
    let shown = asked.prior.and_then(|prior| Outputs::of(&prior.outputs));
    let (Some(shown), Some(known)) = (shown, &work.state) else { return Ok(None) };
    let is_hidden = |property: &Property| !property.is_secret() && !shown.shows(*property, known);
    match Property::ALL.iter().any(|property| is_hidden(property) && work.inputs.get(*property).is_some()) {
        true => {
            let reading = host.refresh(known).await?;
            reading.state.map(Some).ok_or_else(|| gone(&known.name))
        }
        false => Ok(None),
    }
}

fn not_planned(diff: &Diff) -> Diagnostic {
    let place = diff.changes.iter().find(|change| change.forces_replacement);
    let place = place.map(|change| change.path.clone()).unwrap_or_default();
    let message = format!("a change of `{place:#}` replaces the user, and this is an update");
    let help = "delete the user and create it anew, in the order that the plan names";
    Diagnostic::new(Code::REPLACEMENT_NOT_PLANNED, message).at(place).with_help(help)
}

/// The update or creation of one user.
struct Change<'a> {
    host: &'a Host,
    asked: Asked<'a>,
    /// The fingerprint of the password that the user has, or will have.
    password: Option<String>,
    /// Notes of the apply about what it had to do without.
    notes: Mutex<Vec<Diagnostic>>,
    /// Whether the user was signed out.
    is_signed_out: AtomicBool,
}

impl Change<'_> {
    /// Carries the plan out, and waits for a name that a user of this run is about to free: an engine does not know
    /// that names are unique. A user that has the name and is about to be deleted must not be adopted.
    async fn carry_out(&self, work: &Work, plan: &Plan) -> Result<Applied, Failed> {
        let host = self.host;
        let name = work.spec.name.as_ref().and_then(Input::known).map_or("", String::as_str);
        let attempts: Vec<CreationAttempt> =
            work.attempts.iter().map(|begun| begun.attempt.clone()).collect();
        let watch = Watch { journal: self.asked.options.journal, change: self, work };
        let mut pauses = PATIENCE.iter();
        let mut adopts = host.adopts && host.pauses.is_none();
        loop {
            let (owned, freed) = (host.run.owned_by_others(&work.attempts), host.run.freed(name));
            let options = apply::ApplyOptions {
                observer: &watch,
                owned: &owned,
                freed: &freed,
                attempts: &attempts,
                adopt_taken: adopts,
                check_prior_state: true,
                ..host.apply_options()
            };
            let result = apply::apply(plan, work.state.as_ref(), &host.client, &options).await;
            // Not `Unclear`: a repetition would forget the creation that may have made that user.
            let owner = match &result {
                Err(Failed {
                    error: ApplyError::NotAdopted { id, .. } | ApplyError::Owned { id, .. },
                    ..
                }) => &id.user,
                _ => return result,
            };
            // The first pause is for a deletion that the engine has begun at the same moment.
            let is_first = pauses.len() == PATIENCE.len();
            match (pauses.next(), &host.pauses) {
                (Some(seconds), Some(pause)) if is_first || host.run.is_leaving(owner) => {
                    pause.sleep(Duration::from_secs(*seconds)).await;
                    adopts = host.adopts && !host.run.is_leaving(owner);
                }
                _ => return result,
            }
        }
    }

    /// Plans again from the actual user, if a change made outside the program since the plan does not alter the plan,
    /// or no output shows that change.
    async fn plan_again(&self, work: &Work, failed: &Failed) -> Option<(Work, Plan)> {
        let (ApplyError::Stale, Some(actual)) = (&failed.error, &failed.state) else { return None };
        let present = work.present(Some((**actual).clone()));
        let mut again = work_from(self.host, self.asked, present).await.ok()?;
        // No plan has shown a sign-out that became due since then: the next plan shows it.
        again.has_lost_rights |= work.has_lost_rights;
        let is_same = again.preview.diff.changes == work.preview.diff.changes || self.hides(work, actual);
        let plan = planned(self.host, &again).ok().filter(|_| is_same)?;
        Some((again, plan))
    }

    /// Whether no output shows what has changed since the plan.
    fn hides(&self, work: &Work, actual: &UserState) -> bool {
        let shown = self.asked.prior.and_then(|prior| Outputs::of(&prior.outputs));
        let (Some(shown), Some(known)) = (shown, &work.state) else { return false };
        drift(known, actual, &work.settings).iter().all(|change| !shown.shows(change.property, known))
    }

    fn done(&self, work: &Work, applied: Applied) -> Done {
        let mut notes = work.warnings.clone();
        notes.extend(self.noted());
        // A plan for a desired user ends with a user.
        let Some(mut state) = applied.state else {
            let snapshot = self.asked.prior.cloned().unwrap_or_else(|| Snapshot::new(Kept::default()));
            return Done { snapshot, notes };
        };
        // The user was read back: if it cannot be found in a later run, it is gone.
        if state.last_modified_time.is_some() {
            state.record.created = None;
        }
        let mut adopted = self.adopted();
        self.host.run.own(&state.user_id);
        self.host.run.forget(&state.user_id);
        if applied.adopted {
            notes.push(taken_over(&state));
        }
        if applied.taken_over {
            let now = self.host.reader.clock().now();
            self.host.run.adopt(&state.user_id, now);
            adopted = Some(now);
        }
        self.owe_sign_out(work, &mut state);
        let outputs = outputs::as_planned(&self.planned_outputs(work), &state, &work.settings);
        let kept = Kept::of_state(state, self.password.clone(), &work.attempts).adopted_at(adopted);
        Done { snapshot: snapshot(kept, work.inputs.clone().into_document(), outputs), notes }
    }

    fn failed(&self, work: &Work, failed: Failed) -> Failure {
        let mut failure = Failure::of_apply(&failed);
        failure.diagnostics.extend(self.noted());
        let Failed { error, state, attempt, .. } = failed;
        let Some(state) = state else {
            let is_gone = matches!(error, ApplyError::Stale);
            return failure.with(match attempt {
                Some(attempt) => Some(self.begun(work, Some(*attempt))),
                // The user was deleted outside the program.
                None if is_gone => (!work.attempts.is_empty()).then(|| self.begun(work, None)),
                // The user exists, or may exist, as before; or it was never created.
                None => {
                    let is_known = work.state.is_some() || !work.attempts.is_empty();
                    self.asked.prior.filter(|_| is_known).cloned()
                }
            });
        };
        let mut password = self.password.clone();
        match &error {
            ApplyError::Recovered { attempt, .. } => {
                let made_it = work.attempts.iter().find(|begun| begun.attempt == **attempt);
                password = made_it.and_then(|begun| begun.password.clone());
                self.host.run.own_made(&state.user_id, attempt);
            }
            _ => self.host.run.own(&state.user_id),
        }
        self.host.run.forget(&state.user_id);
        if let (ApplyError::Stale, Some(known), [reason, ..]) =
            (&error, &work.state, failure.diagnostics.as_mut_slice())
        {
            let changes = drift(known, &state, &Settings::default());
            reason.related = changes.into_iter().map(|change| change.path).collect();
        }
        failure.with(Some(self.as_it_is(work, *state, password)))
    }

    /// Returns a snapshot of creations whose outcome is unknown: those of earlier runs, and that of this run.
    fn begun(&self, work: &Work, attempt: Option<CreationAttempt>) -> Snapshot {
        let begun = attempt.map(|attempt| Begun { attempt, password: self.password.clone() });
        let kept = Kept::of_attempts(work.attempts.iter().cloned().chain(begun).collect());
        Snapshot::new(kept).with_inputs(work.inputs.clone().into_document())
    }

    /// When the user was adopted, if no creation of this host had made it.
    fn adopted(&self) -> Option<Timestamp> {
        self.asked.prior.and_then(|prior| prior.kept.adopted())
    }

    /// Returns the user while calls are left to do. Their changes are not recorded as inputs yet: the next plan shows
    /// them again.
    fn as_it_is(&self, work: &Work, mut state: UserState, password: Option<String>) -> Snapshot {
        self.owe_sign_out(work, &mut state);
        let left = diff(&work.spec, Some(&state), &work.settings).changes;
        let outputs = outputs::as_it_is(&self.planned_outputs(work), &left, &state, &work.settings);
        let there = Outputs::of_state(&state, &work.settings);
        let mut inputs = work.inputs.clone();
        for property in outputs::changed(&left) {
            inputs.set(property, there.leaves.get(property).cloned());
        }
        let kept = Kept::of_state(state, password, &work.attempts).adopted_at(self.adopted());
        snapshot(kept, inputs.into_document(), outputs)
    }

    /// Records a sign-out that is still due, for the next plan.
    fn owe_sign_out(&self, work: &Work, state: &mut UserState) {
        let is_owed = work.has_lost_rights && !self.is_signed_out.load(Ordering::Relaxed);
        state.record.unfinished.sign_out |= is_owed;
    }

    fn noted(&self) -> Vec<Diagnostic> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn planned_outputs(&self, work: &Work) -> Outputs {
        let shown = self.asked.options.planned.and_then(Outputs::of);
        shown.unwrap_or_else(|| work.outputs.clone())
    }
}

fn snapshot(kept: Kept, inputs: Value, outputs: Outputs) -> Snapshot {
    Snapshot::new(kept).with_inputs(inputs).with_outputs(outputs.into_document())
}

fn taken_over(state: &UserState) -> Diagnostic {
    let name = &state.name;
    let message = format!("the user `{name}` existed already, exactly as desired, and was adopted");
    let help = "a call had made it whose answer was lost, or a run that was killed";
    Diagnostic::new(Code::TAKEN_OVER, message).with_help(help)
}

/// Gives the journal the snapshot to store before and after each call.
struct Watch<'a> {
    journal: Option<&'a dyn Journal>,
    change: &'a Change<'a>,
    work: &'a Work,
}

impl Watch<'_> {
    /// Saves the user without secrets: the next run has the secrets from the program again, and compares fingerprints.
    async fn keep(&self, user: impl FnOnce() -> Snapshot) -> Result<(), ObserveError> {
        let Some(journal) = self.journal else { return Ok(()) };
        journal.keep(&user().without_secrets().spelled(self.change.host.spelling)).await
    }

    async fn keep_state(&self, state: Option<&UserState>) -> Result<(), ObserveError> {
        let Some(state) = state else { return Ok(()) };
        self.keep(|| self.change.as_it_is(self.work, state.clone(), self.change.password.clone())).await
    }
}

#[async_trait]
impl Observer for Watch<'_> {
    async fn before(&self, _: &Step, state: Option<&UserState>) -> Result<(), ObserveError> {
        self.keep_state(state).await
    }

    async fn creating(&self, attempt: &CreationAttempt) -> Result<(), ObserveError> {
        self.keep(|| self.change.begun(self.work, Some(attempt.clone()))).await
    }

    fn note(&self, note: &Diagnostic) {
        let mut notes = self.change.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }

    async fn after(
        &self,
        step: &Step,
        result: Result<(), &ClientError>,
        state: Option<&UserState>,
    ) -> Result<(), ObserveError> {
        if let (Some(Call::SignOut(user)), Ok(()), Some(state)) = (step.call(), result, state)
            && user.user_id == state.user_id
        {
            self.change.is_signed_out.store(true, Ordering::Relaxed);
        }
        self.keep_state(state).await
    }
}
