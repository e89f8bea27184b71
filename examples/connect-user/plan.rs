//! `validate`, `plan`, `apply` and `destroy`: compare a program with the recorded and the actual users.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use connect_user::{
    apply::ApplyError,
    fleet::{
        AllKnown, FleetOutcome, FleetPreview, Guard, PlanFile, PlanOptions, Session, UserOutcome, UserResult,
    },
    interop::{Deployment, Review, program::Program},
    user::{Code, Diagnostic, Property, counted, one_line},
};
use serde_json::json;

use crate::{
    alike::{Told, alike},
    args::{Global, Scale},
    failure::{Failure, Outcome},
    input,
    output::{self, Form},
    program::{parsed, program},
    progress::Watch,
    run::{Access, Run, require_state},
    saved, summary, way_out,
};

/// Limit of unknown values that are listed.
const MOST_DEFERRED: usize = 20;

pub async fn validate(file: &Path, global: &Global) -> Outcome<()> {
    let program = program(file, global).await?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Offline).await?;
    let mut session = run.session(entries);
    let review = run.deployment(&program, &session).validate(&mut session).await?;
    let found = review.diagnostics(Some(&program));
    if output::is_json() {
        let violations: Vec<_> = found.iter().map(way_out::mended).collect();
        let deferred: Vec<_> =
            review.deferred().map(|(user, path)| json!({"user": user, "path": path})).collect();
        let valid = review.is_valid();
        output::json(&json!({"valid": valid, "violations": violations, "deferred": deferred}));
        return if valid { Ok(()) } else { Err(Failure::said()) };
    }
    output::found(found.into(), Form::Program)?;
    let deferred = review.deferred().count();
    for (user, path) in review.deferred().take(MOST_DEFERRED) {
        output::text(format!("not known yet: {}.{path}", one_line(user)));
    }
    if deferred > MOST_DEFERRED {
        output::text(format!("and {} more; `--format json` lists all", deferred - MOST_DEFERRED));
    }
    let rest = match deferred {
        0 => String::new(),
        1 => "; 1 value is not known yet".to_owned(),
        count => format!("; {count} values are not known yet"),
    };
    output::text(format!("{}: {} valid{rest}.", file.display(), counted(review.checked, "user")));
    Ok(())
}

/// How `plan` shows a plan.
#[derive(clap::Args)]
pub struct PlanArgs {
    /// Print the totals alone: users by action, instances, calls, duration. Default: every change.
    #[arg(long)]
    summary: bool,
    /// Write the plan to a file, without passwords, for `apply FILE`, and record in the state what was found.
    /// Default: do not.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    scale: Scale,
}

/// Shows the plan, and returns whether there is something to do.
pub async fn plan(file: &Path, args: PlanArgs, global: &Global) -> Outcome<bool> {
    let program = program(file, global).await?;
    args.out.as_deref().map_or(Ok(()), |out| saved::check_place(out, global))?;
    // The refreshed state that a saved plan is based on must be recorded.
    let access = if args.out.is_some() { Access::Record } else { Access::Read };
    let (run, entries) = Run::open(global, args.scale, access).await?;
    let mut session = run.recovered(entries).await?;
    let mut deployment = run.deployment(&program, &session);
    let review = review(&mut session, &mut deployment, &program).await?;
    let names = |property, id: &str| deployment.name_of(property, id);
    summary::plan(&review.preview, &session, &run.backend, &names, args.summary);
    refuse(&review.preview, args.summary)?;
    fail_partial(&session)?;
    let is_work = review.preview.changes() > 0;
    if let Some(out) = args.out {
        Failure::all(review.unresolved(Some(&program)).into_iter().map(Failure::found))?;
        saved::write(&out, &mut session, review.preview, global).await?;
    }
    Ok(is_work)
}

/// Applies a program, or a saved plan; `of` may be the program that the plan was made of.
pub async fn apply(file: &Path, of: Option<&Path>, yes: bool, scale: Scale, global: &Global) -> Outcome<()> {
    let text = input::text(file, "program")?;
    let bare = input::bare(&text);
    if PlanFile::is_one(bare) {
        return saved::apply(PlanFile::read(&input::name(file), bare)?, of, yes, scale, global).await;
    }
    if of.is_some() {
        let what = format!("{} is not a saved plan, and `--program` is for one", input::name(file));
        return Err(Failure::new(what).help("give the program alone"));
    }
    let program = parsed(file, text, global).await?;
    let (run, entries) = Run::open(global, scale, Access::Write).await?;
    let mut session = run.recovered(entries).await?;
    let mut deployment = run.deployment(&program, &session);
    let review = review(&mut session, &mut deployment, &program).await?;
    Failure::all(review.unresolved(Some(&program)).into_iter().map(Failure::found))?;
    let names = |property, id: &str| deployment.name_of(property, id);
    approve(&run, &session, &review.preview, &names, yes)?;
    let read = fail_partial(&session);
    let watch = run.watch(review.preview.calls());
    let options = run.apply_options(&session, &watch);
    told(deployment.apply(review.preview, &mut session, &options).await, &watch)?;
    read
}

pub async fn destroy(yes: bool, global: &Global) -> Outcome<()> {
    require_state(global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Write).await?;
    let mut session = run.recovered(entries).await?;
    // `destroy` has no limit of deletions.
    let options = PlanOptions::builder().settings(run.settings.clone()).guard(Guard::OFF).build();
    let preview = session.preview_destroy(options);
    output::notices(session.notices(&preview));
    approve(&run, &session, &preview, &|_, _| None, yes)?;
    apply_known(&run, &mut session, preview).await
}

/// Applies a plan without unknown values.
pub async fn apply_known<'r>(
    run: &'r Run<'_>,
    session: &mut Session<'r>,
    preview: FleetPreview,
) -> Outcome<()> {
    let watch = run.watch(preview.calls());
    let options = run.apply_options(session, &watch);
    told(session.apply(preview, &mut AllKnown, &options).await, &watch)
}

/// Refreshes the users, previews the program and prints the findings. Fails if no user could be read, because the plan
/// would be based on an outdated state, and if a rule is broken.
async fn review(
    session: &mut Session<'_>,
    deployment: &mut Deployment<'_>,
    program: &Program,
) -> Outcome<Review> {
    deployment.refresh(session).await?;
    refuse_unread(session)?;
    let review = deployment.preview(session).await?;
    judge(&review, Some(program))?;
    Ok(review)
}

/// Prints which users could not be read. Fails if no selected user could be read.
pub fn refuse_unread(session: &Session<'_>) -> Outcome<()> {
    let refreshed = session.refreshed();
    refreshed.failures().iter().for_each(output::diagnostic);
    let is_read = session.users().any(|(name, _)| session.is_meant(name));
    if refreshed.failed.is_empty() || is_read { Ok(()) } else { Err(Failure::said()) }
}

/// Prints notices and findings of a review. Fails if there is an error.
pub fn judge(review: &Review, program: Option<&Program>) -> Outcome<()> {
    output::notices(review.notices.clone());
    output::found(review.diagnostics(program).into(), Form::Program)
}

/// Fails if a user could not be read; called after all other users are handled.
pub fn fail_partial(session: &Session<'_>) -> Outcome<()> {
    if session.refreshed().failed.is_empty() { Ok(()) } else { Err(Failure::said()) }
}

/// Fails if the plan is refused, because of protection, policies, changes that no call can make, or too many deletions.
pub fn refuse(preview: &FleetPreview, is_summary: bool) -> Outcome<()> {
    let reasons = alike(preview.reasons(), |reason| {
        let Diagnostic { path, subject, code, message, help, .. } = reason;
        let key = (code, path.to_string(), message.as_str(), help.as_deref());
        (key, subject.as_deref().unwrap_or_default())
    });
    Failure::all(reasons.into_iter().map(|Told { first: reason, users }| {
        let look = match reason.code {
            Code::TOO_MANY_DELETIONS if is_summary => "run it without `--summary` to see them",
            Code::TOO_MANY_DELETIONS => "look at the list",
            Code::EMPTY_PROGRAM => "check the program",
            _ => {
                return users.map_or_else(|| Failure::told(reason), |users| Failure::told_of(&users, reason));
            }
        };
        let deletions = preview.deletions().len();
        Failure::told(reason).help(format!("{look}; if this is intended: `--max-deletes {deletions}`"))
    }))
}

/// Shows the plan, and asks for confirmation.
pub fn approve(
    run: &Run<'_>,
    session: &Session<'_>,
    preview: &FleetPreview,
    names: &dyn Fn(Property, &str) -> Option<String>,
    yes: bool,
) -> Outcome<()> {
    if !output::is_json() {
        summary::plan(preview, session, &run.backend, names, false);
    }
    refuse(preview, false)?;
    if preview.is_up_to_date() { Ok(()) } else { confirm(yes) }
}

/// Asks for confirmation.
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

/// Prints the outcome of an apply.
pub fn told<E>(outcome: Result<FleetOutcome, E>, watch: &Watch) -> Outcome<()>
where
    Failure: From<E>,
{
    watch.end();
    let mut outcome = outcome?;
    let users = outcome.users.len();
    let told = alike(&outcome.users, |user| (what_is_told(user), &user.user));
    told.iter().for_each(|told| report(told, users, outcome.cancelled));
    let failed = outcome.store.take();
    summary::outcome(&outcome);
    if let Some(error) = failed {
        return Err(error.into());
    }
    if outcome.cancelled {
        return Err(Failure::new("stopped before everything was done")
            .help("what was done is recorded; apply again to go on"));
    }
    if outcome.is_done() { Ok(()) } else { Err(Failure::said()) }
}

/// What is equal where users have failed alike; other outcomes are told of each user.
fn what_is_told(outcome: &UserOutcome) -> String {
    match (outcome.result, outcome.error.as_deref()) {
        _ if outcome.is_gone => outcome.user.clone(),
        // The ids of the requests differ.
        (UserResult::Failed, Some(ApplyError::Client(error))) => {
            format!("{} {} {:?} {:?}", error.operation(), error.kind(), error.code(), error.message())
        }
        (UserResult::Failed, _) => outcome.message.clone().unwrap_or_default(),
        _ => outcome.user.clone(),
    }
}

/// Prints the outcome for a user, or for all that have failed alike.
fn report(Told { first: outcome, users }: &Told<'_, UserOutcome>, planned: usize, is_cancelled: bool) {
    let UserOutcome { user, message, help, .. } = outcome;
    let help = way_out::of_apply(outcome).or_else(|| help.clone());
    let message = message.as_deref().unwrap_or_default();
    match outcome.result {
        UserResult::Done if message.is_empty() => {}
        UserResult::Done => output::note(&format!("`{user}`: {message}")),
        UserResult::Failed => {
            if output::is_json() {
                let event = json!({"event": "failed", "user": user, "message": message, "help": help});
                output::json_line(&event);
            }
            let failure = Failure::new(format!("{}: {message}", users.as_deref().unwrap_or(user)));
            output::failure(&failure.help(help.unwrap_or_default()));
        }
        _ if planned < 100 && !is_cancelled => output::note(&format!("`{user}` is not done: {message}")),
        _ => {}
    }
    if outcome.is_gone {
        output::note(&format!("`{user}` was deleted, and is not created again yet: apply again"));
    }
}
