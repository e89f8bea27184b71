//! `apply` and `destroy`: carrying the plan out.

use std::io::{self, IsTerminal, Write};

use async_trait::async_trait;
use connect_user::{
    diff::Action,
    fleet::{
        Change, Entry, FleetObserver, FleetOutcome, OnFailure, Resolve, Session, UserPreview, UserResult,
    },
    user::{Code, DesiredUser, Diagnostic, UserSpec},
    validate::resolve,
};
use serde_json::json;

use crate::{
    args::{Format, Scale},
    backend::Backend,
    failure::{Failure, Outcome},
    output,
    program::{Program, Scope},
    progress::{Passwords, Watch},
    review::{Review, auto_name, directory_of, kind_of, outputs, password_of},
    store::{FINGERPRINT, make_suffix},
    wishes::Wishes,
};

/// A run of `apply` or `destroy`.
pub struct Execution<'a> {
    pub backend: &'a mut Backend,
    pub wishes: &'a Wishes,
    pub scale: &'a Scale,
    pub parallelism: std::num::NonZeroUsize,
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

/// Says what users are whose values were not all known.
struct Resolver<'a> {
    program: Option<&'a Program>,
    backend: &'a mut Backend,
    wishes: &'a Wishes,
    passwords: &'a Passwords,
    scope: Scope,
}

impl Resolver<'_> {
    async fn desired(&mut self, user: &UserPreview, session: &mut Session<'_>) -> Outcome<DesiredUser> {
        let missing = || Failure::new("the user is not in the program");
        let program = self.program.ok_or_else(missing)?;
        let resource = program.user(&user.name).ok_or_else(missing)?;
        for needed in program.needs(&user.name) {
            if let Some(state) = session.state(needed) {
                self.scope.known(needed, outputs(state));
            }
        }
        let properties = program.evaluate(resource, &self.scope)?.properties;
        let kind = kind_of(self.backend, &properties).await?.or(self.wishes.assumed);
        let directory = directory_of(self.backend, &properties).await?;
        let spec = UserSpec::decode(properties).map_err(|errors| Failure::new(errors.to_string()))?;
        let suffix = match (&spec.name, user.base()) {
            (None, None) => Some(make_suffix(session, &user.name).await?),
            _ => None,
        };
        let options = self.wishes.settings_for(kind, None, &resource.options);
        let auto_name = auto_name(&user.name, suffix.as_deref());
        let context = self.wishes.context(options, auto_name, user.base(), directory.as_deref(), false);
        let (desired, _) = resolve(spec, &context).map_err(|report| Failure::new(report.to_string()))?;
        self.passwords.add(&user.name, password_of(desired.spec()), user.base());
        Ok(desired)
    }
}

#[async_trait]
impl Resolve for Resolver<'_> {
    async fn resolve(
        &mut self,
        user: &UserPreview,
        session: &mut Session<'_>,
    ) -> Result<DesiredUser, Diagnostic> {
        self.desired(user, session).await.map_err(|failure| {
            let help = failure.way_out().unwrap_or_default();
            Diagnostic::new(Code::NOT_KNOWN_YET, failure.to_string()).about(&user.name).with_help(help)
        })
    }
}

impl Execution<'_> {
    /// Carries out what the review shows.
    pub async fn apply(
        self,
        program: Option<&Program>,
        session: &mut Session<'_>,
        review: Review,
    ) -> Outcome<()> {
        let Review { preview, passwords, .. } = review;
        let (unchanged, users) = (preview.count(Action::None), preview.users().len());
        let watch = Watch::new(preview.calls(), &passwords, self.wishes, self.format);
        let mut options = session.apply_options();
        options.parallelism = self.parallelism;
        options.on_failure = self.scale.stop_after.map_or(OnFailure::Continue, OnFailure::StopAfter);
        options.observer = &watch;
        options.retry.total = self.backend.retry_for.unwrap_or(options.retry.total);
        let (wishes, passwords) = (self.wishes, &passwords);
        let mut resolver =
            Resolver { program, backend: &mut *self.backend, wishes, passwords, scope: Scope::default() };
        let outcome = session.apply(preview, &mut resolver, &options).await;
        watch.end();
        note_unchanged(session, passwords, &watch).await?;
        let outcome = outcome.map_err(|refused| {
            refused.reasons.iter().for_each(|reason| output::failure(&Failure::told(reason)));
            Failure::said()
        })?;
        let mut tally = Tally { unchanged, ..Tally::default() };
        self.report(users, outcome, &mut tally)?;
        self.finish(tally)
    }

    fn report(&self, planned: usize, outcome: FleetOutcome, tally: &mut Tally) -> Outcome<()> {
        tally.cancelled = outcome.cancelled;
        tally.released = outcome.released;
        for user in outcome.users {
            let message = user.message.unwrap_or_default();
            match user.result {
                UserResult::Done => {
                    tally.count(user.action);
                    if !message.is_empty() {
                        output::note(&format!("`{}`: {message}", user.user));
                    }
                }
                UserResult::Failed => {
                    tally.failed += 1;
                    let failure = Failure::new(message).help(user.help.unwrap_or_default());
                    self.report_failure(&user.user, &failure);
                }
                _ => {
                    tally.unfinished += 1;
                    if planned < 100 && !tally.cancelled {
                        output::note(&format!("`{}` is not done: {message}", user.user));
                    }
                }
            }
        }
        outcome.store.map_or(Ok(()), |error| Err(error.into()))
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

/// Users for whom there was nothing to do may have a password of which nothing is noted, such as after an import.
async fn note_unchanged(session: &mut Session<'_>, passwords: &Passwords, watch: &Watch<'_>) -> Outcome<()> {
    let changes = passwords.names().into_iter().filter_map(|name| {
        let entry = session.entries().get(&name)?;
        let state = entry.state.as_ref().filter(|_| !entry.notes.contains_key(FINGERPRINT))?;
        let notes = watch.notes(&name, Some(state), &entry.notes);
        let entry = Entry { notes, ..entry.clone() };
        Some(Change::Put(name, Box::new(entry)))
    });
    let changes = changes.collect();
    Ok(session.commit(changes).await?)
}

impl Tally {
    const fn count(&mut self, action: Action) {
        match action {
            Action::Create => self.created += 1,
            Action::Update => self.updated += 1,
            Action::Replace => self.replaced += 1,
            Action::Delete => self.deleted += 1,
            _ => {}
        }
    }
}
