//! `apply` and `destroy`: carrying the plan out, many users side by side.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, IsTerminal, Write},
};

use connect_user::{
    diff::{self, Action, plan},
    fleet::{
        self, ApplyOptions, Capacity, Change, Entry, FleetObserver, FleetOutcome, FleetPlan, OnFailure,
        UserOutcome, UserResult, Wanted,
    },
    user::{Diagnostic, UserId, UserSpec, UserState},
    validate::resolve,
};
use serde_json::json;

use crate::{
    args::{Format, Scale},
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    program::{Program, ResourceOptions, Scope},
    progress::{Keep, Watch},
    review::{Departure, Release, Review, View, auto_name, directory_of, kind_of, outputs},
    settle::{plan_all, wanted},
    store::Store,
    wishes::Wishes,
};

/// A run of `apply` or `destroy`.
pub struct Execution<'a> {
    pub store: &'a mut Store,
    pub backend: &'a mut Backend,
    pub wishes: &'a Wishes,
    pub scale: &'a Scale,
    pub parallelism: std::num::NonZeroUsize,
    pub format: Format,
    /// What was told before everything began.
    pub told: Vec<Diagnostic>,
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
    released: usize,
    cancelled: bool,
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
    let _ = write!(err, "Apply these changes? Type `yes` to confirm: ");
    let _ = err.flush();
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    match (read, answer.trim()) {
        (Ok(_), "yes") => Ok(()),
        _ => Err(Failure::new("nothing was done")),
    }
}

/// Remembers what was read, also where nothing is to be done, or the plan is refused.
pub async fn remember(store: &mut Store, program: &Program, review: &Review, wishes: &Wishes) -> Outcome<()> {
    let mut changes = review.refreshed.changes(store.entries());
    changes.retain(|change| matches!(change, Change::Put(name, _) if wishes.is_target(name)));
    // What was noted of a user to be created means nothing once the program has no such user.
    let left = store.entries().iter().filter(|(name, entry)| {
        let is_noted = entry.state.is_none() && entry.creating.is_empty();
        is_noted && program.user(name).is_none() && wishes.is_target(name)
    });
    changes.extend(left.map(|(name, _)| Change::Remove(name.clone())));
    store.commit(changes).await
}

impl Execution<'_> {
    /// Carries out what the review shows: all users at once, but for those that refer to others, who come
    /// after them.
    pub async fn apply(mut self, program: &Program, review: Review) -> Outcome<()> {
        let mut capacity = review.capacity(self.scale.users_per_instance);
        let Review { views, departures, releases, notices, .. } = review;
        self.told = notices;
        let mut tally = Tally { released: self.release(&releases).await?, ..Tally::default() };
        let mut scope = Scope::default();
        let mut failed: BTreeSet<String> = BTreeSet::new();
        let mut waves: BTreeMap<usize, Vec<View>> = BTreeMap::from([(0, Vec::new())]);
        for view in views {
            waves.entry(program.level(&view.name)).or_default().push(view);
        }
        let mut departures = Some(departures);
        while let Some((_, ready)) = waves.pop_first() {
            let mut wave = Wave::default();
            for view in ready {
                let needed = program.needs(&view.name).find(|needed| failed.contains(*needed));
                if let Some(needed) = needed.map(str::to_owned) {
                    output::note(&format!("`{}` waits for `{needed}`, which has failed", view.name));
                    failed.insert(view.name);
                    tally.unfinished += 1;
                    continue;
                }
                match self.prepare(program, &view, &scope).await {
                    Ok(wanted) => wave.wanted.push((view, wanted)),
                    Err(failure) => {
                        self.report_failure(&view.name, &failure);
                        tally.failed += 1;
                        failed.insert(view.name);
                    }
                }
            }
            wave.departures = departures.take().unwrap_or_default();
            wave.is_referred_to = !waves.is_empty();
            wave.capacity = capacity.clone();
            let names: Vec<String> = wave.wanted.iter().map(|(view, _)| view.name.clone()).collect();
            let before = self.store.present().await?;
            failed.extend(self.carry_out(wave, &mut tally).await?);
            count_again(&mut capacity, &before, &self.store.present().await?);
            for name in names.into_iter().filter(|name| !failed.contains(name)) {
                if let Some(state) = self.store.reload(&name).await? {
                    scope.known(&name, outputs(state));
                }
            }
        }
        self.finish(tally)
    }

    /// Forgets users whose accounts stay. What is noted of one that is made anew stays too.
    async fn release(&mut self, releases: &[Release]) -> Outcome<usize> {
        let change = |release: &Release| {
            let notes = self.store.entry(&release.name)?.notes.clone();
            Some(match release.is_replaced {
                true => Change::Put(release.name.clone(), Box::new(Entry { notes, ..Entry::default() })),
                false => Change::Remove(release.name.clone()),
            })
        };
        let changes: Vec<Change> = releases.iter().filter_map(change).collect();
        let count = changes.len();
        self.store.commit(changes).await?;
        Ok(count)
    }

    /// Deletes users.
    pub async fn destroy(mut self, departures: Vec<Departure>, releases: &[Release]) -> Outcome<()> {
        let mut tally = Tally { released: self.release(releases).await?, ..Tally::default() };
        self.carry_out(Wave { departures, ..Wave::default() }, &mut tally).await?;
        self.finish(tally)
    }

    /// A user with everything known, now that those that it refers to are there.
    async fn prepare(&mut self, program: &Program, view: &View, scope: &Scope) -> Outcome<Wanted> {
        let user = program.user(&view.name).ok_or_else(|| Failure::new("the user is not in the program"))?;
        let properties = program.evaluate(user, scope)?.properties;
        let kind = match view.identity_management {
            Some(kind) => Some(kind),
            None => kind_of(self.backend, &properties).await?,
        };
        let directory = directory_of(self.backend, &properties).await?;
        let spec = UserSpec::decode(properties).map_err(|errors| Failure::new(errors.to_string()))?;
        let actual = view.actual.as_ref();
        let suffix = match (&spec.name, actual) {
            (None, None) => Some(self.store.make_suffix(&view.name).await?),
            _ => None,
        };
        let options = self.wishes.options(kind, view.password_changed, &view.options);
        let auto_name = auto_name(&view.name, suffix.as_deref());
        let context = self.wishes.context(options.clone(), auto_name, actual, directory.as_deref());
        let (desired, _) = resolve(spec, &context).map_err(|report| Failure::new(report.to_string()))?;
        if view.preview.diff.has_unknowns() {
            self.check_shown(view, plan(desired.clone(), actual, &options))?;
        }
        Ok(wanted(&view.name, desired, view.password_changed, view.options.protect))
    }

    /// What was only known on the way may ask for more than what was shown and confirmed.
    fn check_shown(&self, view: &View, plan: Result<diff::Plan, diff::Refused>) -> Outcome<()> {
        let plan = plan.map_err(|refused| Failure::new(refused.to_string()))?;
        let shown: Vec<_> = view.preview.steps.iter().map(|step| step.operation).collect();
        match plan.steps().iter().find(|step| !shown.contains(&step.operation)) {
            Some(step) => Err(Failure::new(format!(
                "now that all is known, it needs `{}`, which was not shown",
                step.operation
            ))
            .help("look at the plan again, and apply it")),
            None => Ok(()),
        }
    }

    /// Plans and applies users who refer to nobody that is still to be made. Gives the names of those who
    /// are not as they should be.
    async fn carry_out(&mut self, wave: Wave, tally: &mut Tally) -> Outcome<Vec<String>> {
        let plan = wave.plan(self.wishes)?;
        for notice in plan.notices().iter().filter(|notice| !self.told.contains(notice)) {
            output::note(&notice.message);
        }
        tally.unchanged += plan.count(Action::None);
        let watch = Watch::new(&plan, self.keeps(&wave), self.wishes, self.format);
        self.note_unchanged(&wave, &plan, &watch).await?;
        let owned: Vec<UserId> = self.store.users().map(|(_, state)| state.user_id.clone()).collect();
        let mut options = ApplyOptions::builder()
            .timer(self.backend.timer.clone())
            .pace(self.backend.pace.clone())
            .parallelism(self.parallelism)
            .cancel(self.backend.cancel.clone())
            .on_failure(self.scale.stop_after.map_or(OnFailure::Continue, OnFailure::StopAfter))
            .observer(&watch)
            .owned(&owned)
            .read_back(wave.is_referred_to)
            .build();
        options.retry.total = self.backend.retry_for.unwrap_or(options.retry.total);
        let outcome = fleet::apply(&plan, &self.store.file, &*self.backend.service, &options).await;
        watch.end();
        self.report(&plan, outcome, tally)
    }

    /// Users for whom there is nothing to do may have been protected, or no longer be.
    async fn note_unchanged(&mut self, wave: &Wave, plan: &FleetPlan, watch: &Watch<'_>) -> Outcome<()> {
        let planned: BTreeSet<&str> = plan.users().iter().map(|user| user.name.as_str()).collect();
        let unchanged = wave.wanted.iter().filter(|(view, _)| !planned.contains(view.name.as_str()));
        let changes = unchanged.filter_map(|(view, _)| {
            let entry = self.store.entry(&view.name)?;
            let notes = watch.notes(&view.name, Some(entry.state.as_ref()?), &entry.notes);
            let is_new = notes != entry.notes;
            let entry = Entry { notes, ..entry.clone() };
            is_new.then(|| Change::Put(view.name.clone(), Box::new(entry)))
        });
        let changes = changes.collect();
        self.store.commit(changes).await
    }

    fn keeps(&self, wave: &Wave) -> BTreeMap<String, Keep> {
        let keep = |(view, wanted): &(View, Wanted)| {
            let old = view.actual.as_ref().map(|state: &UserState| state.user_id.clone());
            let password = wanted.desired.password().cloned();
            let ResourceOptions { protect, retain_on_delete, deleted_with, .. } = view.options.clone();
            let keep = Keep { old, password, protect, retain: retain_on_delete, deleted_with };
            (view.name.clone(), keep)
        };
        wave.wanted.iter().map(keep).collect()
    }

    fn report(&self, plan: &FleetPlan, outcome: FleetOutcome, tally: &mut Tally) -> Outcome<Vec<String>> {
        let FleetOutcome { users, store, cancelled, .. } = outcome;
        let mut failed = Vec::new();
        for UserOutcome { user, action, result, message, help, .. } in users {
            match result {
                UserResult::Done => {
                    tally.count(action);
                    if let Some(message) = message {
                        output::note(&format!("`{user}`: {message}"));
                    }
                    continue;
                }
                UserResult::Failed => {
                    tally.failed += 1;
                    let failure = Failure::new(message.unwrap_or_default());
                    self.report_failure(&user, &failure.help(help.unwrap_or_default()));
                }
                _ => {
                    tally.unfinished += 1;
                    if plan.users().len() < 100 && !cancelled {
                        output::note(&format!("`{user}` is not done: {}", message.unwrap_or_default()));
                    }
                }
            }
            failed.push(user);
        }
        tally.cancelled |= cancelled;
        match store {
            Some(error) => Err(error.into()),
            None => Ok(failed),
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
        let Tally { created, updated, replaced, deleted, unchanged, failed, unfinished, released, cancelled } =
            tally;
        match self.format {
            Format::Json => output::json_line(&json!({
                "event": "summary", "created": created, "updated": updated, "replaced": replaced,
                "deleted": deleted, "unchanged": unchanged, "failed": failed, "unfinished": unfinished,
                "released": released,
            })),
            Format::Text => {
                let released = match released {
                    0 => String::new(),
                    released => format!(", {released} no longer managed"),
                };
                output::text(&format!(
                    "Done: {created} created, {updated} updated, {replaced} replaced, {deleted} deleted, \
                     {unchanged} unchanged, {failed} failed, {unfinished} not finished{released}.",
                ));
            }
        }
        if cancelled {
            return Err(Failure::new("stopped before everything was done")
                .help("what was done is recorded; apply again to go on"));
        }
        if failed + unfinished > 0 { Err(Failure::said()) } else { Ok(()) }
    }
}

/// Counts who is in each instance after a wave has created and deleted users.
fn count_again(
    capacity: &mut BTreeMap<String, Capacity>,
    before: &BTreeMap<String, usize>,
    after: &BTreeMap<String, usize>,
) {
    for (instance, Capacity { present, .. }) in capacity {
        let of = |counts: &BTreeMap<String, usize>| counts.get(instance).copied().unwrap_or_default();
        *present = (*present + of(after)).saturating_sub(of(before));
    }
}

/// Users who refer to nobody that is still to be made.
#[derive(Default)]
struct Wave {
    wanted: Vec<(View, Wanted)>,
    departures: Vec<Departure>,
    /// Whether others refer to these users.
    is_referred_to: bool,
    capacity: BTreeMap<String, Capacity>,
}

impl Wave {
    fn plan(&self, wishes: &Wishes) -> Outcome<FleetPlan> {
        let users = self.wanted.iter().map(|(view, wanted)| (view, wanted));
        plan_all(users, &self.departures, wishes, self.capacity.clone()).map_err(|refused| {
            for reason in &refused.reasons {
                output::failure(&Failure::told(reason));
            }
            Failure::said()
        })
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
