//! `apply` and `destroy`: carrying the plan out, user by user, and writing down what is there after
//! each call.

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use connect_user::{
    apply::{self, Applied, Failed, ObserveError, Observer, Sleep},
    client::ClientError,
    diff::{Action, Plan, Step, plan, plan_deletion},
    user::{DesiredUser, Operation, UserId, UserSpec, UserState},
    validate::resolve,
};
use serde_json::json;

use crate::{
    args::Format,
    backend::Backend,
    failure::{Failure, Outcome},
    fingerprint, output,
    program::{Program, Scope},
    review::{Departure, Review, View, Wishes, auto_name, kind_of, outputs},
    store::{Entry, Store},
};

/// A run of `apply` or `destroy`.
pub struct Execution<'a> {
    pub store: &'a mut Store,
    pub backend: &'a mut Backend,
    pub wishes: &'a Wishes,
    pub format: Format,
}

/// What has become of the users.
#[derive(Default)]
struct Tally {
    created: usize,
    updated: usize,
    replaced: usize,
    deleted: usize,
    unchanged: usize,
    failed: usize,
    unfinished: usize,
}

/// Asks whether to go on.
pub fn confirm(yes: bool) -> Outcome<()> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::new("there is no terminal to ask on").help("give `--yes`"));
    }
    let mut err = anstream::stderr().lock();
    let _ = write!(err, "Do this? Only `yes` is taken for a yes: ");
    let _ = err.flush();
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    match (read, answer.trim()) {
        (Ok(_), "yes") => Ok(()),
        _ => Err(Failure::new("nothing was done")),
    }
}

impl Execution<'_> {
    /// Carries out what the review shows; each user after those that it refers to, deletions last.
    pub async fn apply(mut self, program: &Program, review: Review) -> Outcome<()> {
        let mut tally = Tally::default();
        let mut scope = Scope::default();
        let mut failed: BTreeSet<String> = BTreeSet::new();
        self.note_moves(&review.views)?;
        for view in review.views {
            let Some(user) = program.users.iter().find(|user| user.name == view.name) else { continue };
            if let Some(needed) = program.needs(user).intersection(&failed).next() {
                output::note(&format!("`{}` waits for `{needed}`, which has failed", view.name));
                failed.insert(view.name);
                tally.unfinished += 1;
                continue;
            }
            let name = view.name.clone();
            let result = match program.evaluate(user, &scope) {
                Ok(evaluated) => self.user(view, evaluated.properties).await,
                Err(failure) => Err(failure),
            };
            match result {
                Ok((action, state)) => {
                    tally.count(action);
                    scope.known(&name, outputs(&state));
                }
                Err(failure) => {
                    self.report_failure(&name, &failure);
                    tally.failed += 1;
                    failed.insert(name);
                }
            }
        }
        self.delete_all(review.departures, &mut tally).await;
        self.finish(tally)
    }

    /// Deletes users.
    pub async fn destroy(mut self, departures: Vec<Departure>) -> Outcome<()> {
        let mut tally = Tally::default();
        self.delete_all(departures, &mut tally).await;
        self.finish(tally)
    }

    async fn delete_all(&mut self, departures: Vec<Departure>, tally: &mut Tally) {
        for departure in departures {
            let name = departure.name.clone();
            match self.delete(departure).await {
                Ok(()) => tally.deleted += 1,
                Err(failure) => {
                    self.report_failure(&name, &failure);
                    tally.failed += 1;
                }
            }
        }
    }

    /// Users whose name in the program has changed are written down under the new one first.
    fn note_moves(&mut self, views: &[View]) -> Outcome<()> {
        for view in views {
            if let (Some(from), Some(entry)) = (&view.moved_from, &view.entry) {
                output::note(&format!("`{}` is the user that was `{from}`", view.name));
                self.store.content.users.remove(from);
                self.store.content.users.insert(view.name.clone(), entry.clone());
                self.store.save()?;
            }
        }
        Ok(())
    }

    async fn user(
        &mut self,
        view: View,
        properties: connect_user::user::Value,
    ) -> Outcome<(Action, UserState)> {
        let kind = match view.identity_management {
            Some(kind) => Some(kind),
            None => kind_of(self.backend, &properties).await?,
        };
        let spec = UserSpec::decode(properties).map_err(|errors| Failure::new(errors.to_string()))?;
        let actual = view.actual.as_ref();
        let suffix =
            if spec.name.is_none() && actual.is_none() { Some(self.suffix(&view.name)?) } else { None };
        let context = self.wishes.context(kind, auto_name(&view.name, suffix.as_deref()), actual);
        let (desired, _) = resolve(spec, &context).map_err(|report| Failure::new(report.to_string()))?;
        let options = self.wishes.options(desired.spec(), kind, view.entry.as_ref(), view.protect);
        let plan = plan(desired, actual, &options).map_err(|refused| Failure::new(refused.to_string()))?;
        let action = plan.diff().action;
        // What was only known on the way may ask for more than what was shown and confirmed.
        let shown: Vec<_> = view.preview.steps.iter().map(|step| step.operation).collect();
        if let Some(step) = plan.steps().iter().find(|step| !shown.contains(&step.operation)) {
            return Err(Failure::new(format!(
                "now that all is known, it needs `{}`, which was not shown",
                step.operation
            ))
            .help("look at the plan again, and apply it"));
        }

        let recorded = view.entry.as_ref().and_then(|entry| entry.password_fingerprint.clone());
        // The slow hash is made only where it is written down.
        let fresh = match (&recorded, action) {
            (Some(_), Action::None | Action::Update) => None,
            _ => plan.desired().and_then(DesiredUser::password).and_then(fingerprint::of),
        };
        let keep =
            Keep { old: actual.map(|state| state.user_id.clone()), recorded, fresh, protect: view.protect };
        let mut state = self.carry_out(&view.name, &plan, actual, keep).await?;
        if let (None, Some(entry), Some(state)) = (actual, &view.entry, &mut state) {
            self.keep_leftover(&view.name, entry, state)?;
        }
        state.map(|state| (action, state)).ok_or_else(|| Failure::new("the user is gone"))
    }

    /// A user that is gone may have left another to delete, which a replacement had superseded: the user
    /// that was made in its place remembers it.
    fn keep_leftover(&mut self, name: &str, gone: &Entry, state: &mut UserState) -> Outcome<()> {
        let mut leftover = gone.state.record.unfinished.replaced.clone();
        // Under another name, the old one may be there still, and only out of sight for a while.
        if (&gone.state.name, &gone.state.instance_id) != (&state.name, &state.instance_id) {
            leftover.push(gone.state.to_replaced());
        }
        leftover.retain(|old| old.user_id != state.user_id);
        if leftover.is_empty() {
            return Ok(());
        }
        output::note(&format!(
            "`{name}` has a user left to delete, which a replacement had superseded: apply again"
        ));
        state.record.unfinished.replaced.extend(leftover);
        if let Some(entry) = self.store.content.users.get_mut(name) {
            entry.state = state.clone();
        }
        self.store.save()
    }

    /// What the name of a user ends in that the program gives none.
    fn suffix(&mut self, name: &str) -> Outcome<String> {
        if let Some(suffix) = self.store.content.suffixes.get(name) {
            return Ok(suffix.clone());
        }
        let suffix = format!("{:07x}", fastrand::u32(..1 << 28));
        self.store.content.suffixes.insert(name.to_owned(), suffix.clone());
        self.store.save()?;
        Ok(suffix)
    }

    async fn delete(&mut self, departure: Departure) -> Outcome<()> {
        let Departure { name, entry, .. } = departure;
        let mut options = self.wishes.options.clone();
        options.protect = entry.protect;
        let plan =
            plan_deletion(&entry.state, &options).map_err(|refused| Failure::new(refused.to_string()))?;
        let keep = Keep {
            old: Some(entry.state.user_id.clone()),
            recorded: entry.password_fingerprint,
            fresh: None,
            protect: entry.protect,
        };
        self.carry_out(&name, &plan, Some(&entry.state), keep).await?;
        self.store.content.suffixes.remove(&name);
        self.store.save()
    }

    /// Carries one plan out, and writes down what is there after each call.
    async fn carry_out(
        &mut self,
        name: &str,
        plan: &Plan,
        actual: Option<&UserState>,
        keep: Keep,
    ) -> Outcome<Option<UserState>> {
        let format = self.format;
        let others = self.store.content.users.iter().filter(|(other, _)| *other != name);
        let owned: Vec<UserId> = others.map(|(_, entry)| entry.state.user_id.clone()).collect();
        let records = Records { store: Mutex::new(self.store), name, keep };
        let progress = Progress { records: &records, backend: self.backend, format };
        let options = apply::Options::builder().observer(&progress).sleep(&Timer).owned(&owned).build();
        let result = apply::apply(plan, actual, self.backend.client(), &options).await;
        let (state, failure) = match result {
            Ok(Applied { state, adopted, .. }) => {
                if adopted {
                    output::note(&format!(
                        "`{name}` was there already, exactly as it should be, and was taken over"
                    ));
                }
                (state, None)
            }
            Err(Failed { error, state, .. }) => {
                (state.map(|state| *state), Some(Failure::new(error.to_string()).help(error.help())))
            }
        };
        self.backend.save()?;
        match (&state, &failure) {
            (Some(state), _) => records.write(state)?,
            (None, None) => records.forget()?,
            // Nothing is known to be there; what was recorded may only be out of sight.
            (None, Some(_)) => {}
        }
        match failure {
            None => Ok(state),
            Some(failure) => Err(failure),
        }
    }

    fn report_failure(&self, user: &str, failure: &Failure) {
        if self.format == Format::Json {
            output::json_line(&json!({
                "event": "failed", "user": user, "message": failure.to_string(), "help": failure.way_out(),
            }));
        }
        let whole = Failure::new(format!("{user}: {failure}"));
        output::failure(&match failure.way_out() {
            Some(help) => whole.help(help),
            None => whole,
        });
    }

    fn finish(self, tally: Tally) -> Outcome<()> {
        let Tally { created, updated, replaced, deleted, unchanged, failed, unfinished } = tally;
        match self.format {
            Format::Json => output::json_line(&json!({
                "event": "summary", "created": created, "updated": updated, "replaced": replaced,
                "deleted": deleted, "unchanged": unchanged, "failed": failed, "unfinished": unfinished,
            })),
            Format::Text => output::text(&format!(
                "Done: {created} created, {updated} updated, {replaced} replaced, {deleted} deleted, \
                 {unchanged} unchanged, {failed} failed, {unfinished} not tried.",
            )),
        }
        if failed + unfinished > 0 { Err(Failure::said()) } else { Ok(()) }
    }
}

impl Tally {
    const fn count(&mut self, action: Action) {
        match action {
            Action::Create => self.created += 1,
            Action::Update => self.updated += 1,
            Action::Replace => self.replaced += 1,
            Action::Delete => self.deleted += 1,
            _ => self.unchanged += 1,
        }
    }
}

/// What is written down beside a user's state.
struct Keep {
    /// The user that is there already.
    old: Option<UserId>,
    /// The fingerprint of its password, as far as it is known.
    recorded: Option<String>,
    /// The fingerprint of the password that a new user gets.
    fresh: Option<String>,
    protect: bool,
}

/// Where the state of one user is written down.
struct Records<'a> {
    store: Mutex<&'a mut Store>,
    name: &'a str,
    keep: Keep,
}

impl Records<'_> {
    fn write(&self, state: &UserState) -> Outcome<()> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let Keep { old, recorded, fresh, protect } = &self.keep;
        let is_old = old.as_ref() == Some(&state.user_id);
        let fingerprint = if is_old && recorded.is_some() { recorded } else { fresh };
        let entry =
            Entry { state: state.clone(), password_fingerprint: fingerprint.clone(), protect: *protect };
        store.content.users.insert(self.name.to_owned(), entry);
        store.save()
    }

    /// The user was deleted.
    fn forget(&self) -> Outcome<()> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.content.users.remove(self.name);
        store.save()
    }
}

/// Shows each call, and has its effect written down: the service's first, so that a kill in between
/// looks like an answer that was lost.
struct Progress<'a> {
    records: &'a Records<'a>,
    backend: &'a Backend,
    format: Format,
}

#[async_trait]
impl Observer for Progress<'_> {
    async fn before(&self, _: &Step, state: Option<&UserState>) -> Result<(), ObserveError> {
        match state {
            Some(state) => self.records.write(state).map_err(|failure| failure.to_string().into()),
            None => Ok(()),
        }
    }

    async fn after(
        &self,
        step: &Step,
        result: Result<(), &ClientError>,
        state: Option<&UserState>,
    ) -> Result<(), ObserveError> {
        let (user, operation) = (self.records.name, step.operation);
        let status = if result.is_ok() { "done" } else { "failed" };
        match self.format {
            Format::Text => output::text(&format!("{user}: {operation} {status}")),
            Format::Json => {
                let mut event =
                    json!({"event": "step", "user": user, "operation": operation, "status": status});
                if let (Err(error), Some(members)) = (result, event.as_object_mut()) {
                    members.insert("error".into(), error.to_string().into());
                    members.insert("requestId".into(), error.request_id().into());
                }
                output::json_line(&event);
            }
        }
        let written = self.backend.save().and_then(|()| match state {
            Some(state) => self.records.write(state),
            None if result.is_ok() && operation == Operation::DeleteUser => self.records.forget(),
            None => Ok(()),
        });
        written.map_err(|failure| failure.to_string().into())
    }
}

/// The runtime's timer.
struct Timer;

#[async_trait]
impl Sleep for Timer {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
