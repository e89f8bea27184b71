//! `validate`, `plan`, `apply` and `destroy`: a program beside what is recorded and there.

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal, Write},
    path::Path,
};

use connect_user::{
    diff::Action,
    fleet::{AllKnown, FleetOutcome, FleetPreview, Guard, PlanOptions, Session, UserOutcome, UserResult},
    interop::{Deployment, Review, program::Program},
    user::{Code, Property, UserId},
};
use serde_json::json;

use crate::{
    args::{Global, Scale},
    failure::{Failure, Outcome},
    interrupt::end_on_interrupt,
    output,
    program::{parsed, program},
    progress::Watch,
    run::{Access, Run, require_state},
    saved, summary,
    violation::{Violations, print_deferred},
};

pub async fn validate(file: &Path, global: &Global) -> Outcome<()> {
    let program = program(file, global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Offline).await?;
    let mut session = run.session(entries).await?;
    let mut deployment = run.deployment(&program, &session)?;
    let review = deployment.validate(&mut session).await?;
    let violations = Violations::of(&review, &program);
    let is_valid = review.is_valid();
    if output::is_json() {
        output::json(&violations.report(&review));
    } else {
        violations.print();
    }
    if !is_valid {
        return Err(Failure::said());
    }
    if !output::is_json() {
        let rest = match print_deferred(&review) {
            0 => String::new(),
            1 => "; 1 value is not known yet".to_owned(),
            count => format!("; {count} values are not known yet"),
        };
        output::text(&format!("{}: {} valid{rest}.", file.display(), output::users(review.checked)));
    }
    Ok(())
}

/// Shows what is to be done, and says whether there is anything.
pub async fn plan(
    file: &Path,
    is_summary: bool,
    out: Option<&Path>,
    scale: Scale,
    global: &Global,
) -> Outcome<bool> {
    let program = program(file, global)?;
    out.map_or(Ok(()), saved::check_place)?;
    // What a saved plan was made from must be recorded.
    let access = if out.is_some() { Access::Record } else { Access::Read };
    let (run, entries) = Run::open(global, scale, access).await?;
    let mut session = run.session(entries).await?;
    let mut deployment = run.deployment(&program, &session)?;
    deployment.refresh(&mut session).await?;
    refuse_unread(&run, &session)?;
    let review = deployment.preview(&session).await?;
    judge(&session, &review, Some(&program))?;
    let names = |property, id: &str| deployment.name_of(property, id);
    summary::plan(&review.preview, &session, &run.backend, &names, is_summary);
    refuse(&review.preview, program.users().is_empty(), &run.scale, is_summary)?;
    fail_partial(&session)?;
    let is_work = summary::is_work(&review.preview);
    if let Some(out) = out {
        refuse_unresolved(&review)?;
        saved::write(out, &mut session, review.preview, global).await?;
    }
    Ok(is_work)
}

pub async fn apply(file: &Path, text: String, yes: bool, scale: Scale, global: &Global) -> Outcome<()> {
    let program = parsed(file, text, global)?;
    let (run, entries) = Run::open(global, scale, Access::Write).await?;
    let mut session = run.session(entries).await?;
    let mut deployment = run.deployment(&program, &session)?;
    deployment.refresh(&mut session).await?;
    refuse_unread(&run, &session)?;
    let review = deployment.preview(&session).await?;
    refuse_unresolved(&review)?;
    judge(&session, &review, Some(&program))?;
    let names = |property, id: &str| deployment.name_of(property, id);
    approve(&run, &session, &review.preview, &names, program.users().is_empty(), yes)?;
    let read = fail_partial(&session);
    carry_out(&run, &mut session, review.preview, Some(&mut deployment)).await?;
    read
}

pub async fn destroy(yes: bool, global: &Global) -> Outcome<()> {
    require_state(global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Write).await?;
    let mut session = run.session(entries).await?;
    // Whoever destroys means everybody.
    let options = PlanOptions::builder().settings(run.settings.clone()).guard(Guard::OFF).build();
    let mut review = Review::default();
    review.preview = session.preview_destroy(options);
    judge(&session, &review, None)?;
    approve(&run, &session, &review.preview, &|_, _| None, false, yes)?;
    carry_out(&run, &mut session, review.preview, None).await
}

/// Ends where nobody could be read: a plan would be made of what is no longer true.
fn refuse_unread(run: &Run, session: &Session<'_>) -> Outcome<()> {
    let known = session.users().filter(|(name, _)| run.is_target(name)).count();
    let refreshed = session.refreshed();
    match output::unread(refreshed) && refreshed.failed.len() == known {
        true => Err(Failure::said()),
        false => Ok(()),
    }
}

/// Says what is wrong with a program, and what has become of its users; violations end the command.
fn judge(session: &Session<'_>, review: &Review, program: Option<&Program>) -> Outcome<()> {
    let (preview, refreshed) = (&review.preview, session.refreshed());
    output::unchecked(refreshed);
    review.notices.iter().for_each(output::diagnostic);
    refreshed.findings.iter().for_each(|finding| output::diagnostic(&finding.diagnostic()));
    let known: BTreeSet<&UserId> = session.users().map(|(_, state)| &state.user_id).collect();
    let made =
        preview.users().iter().filter(|user| matches!(user.action(), Action::Create | Action::Replace));
    for user in made {
        let owner = user.identity().and_then(|(instance, name)| refreshed.owner_of(instance, name));
        if let Some(owner) = owner.filter(|owner| !known.contains(owner)) {
            output::note(&format!(
                "`{}` has the name of the user `{owner}`, which is not recorded: import it if it is meant",
                user.name
            ));
        }
    }
    for (from, name) in preview.moves() {
        output::note(&format!("`{name}` is the user that was `{from}`"));
    }
    for release in preview.released() {
        output::note(&format!("`{}` is no longer managed: {}", release.user, release.reason));
    }
    for notice in preview.notices() {
        output::note(&notice.message);
    }
    if let Some(program) = program {
        Violations::of(review, program).print();
    }
    if review.is_valid() { Ok(()) } else { Err(Failure::said()) }
}

/// Ends where a user could not be read, after all others.
fn fail_partial(session: &Session<'_>) -> Outcome<()> {
    if session.refreshed().failed.is_empty() { Ok(()) } else { Err(Failure::said()) }
}

/// Ends where a plan refuses: protection, policies, what no call can do, and too many deletions.
fn refuse(preview: &FleetPreview, is_empty: bool, scale: &Scale, is_summary: bool) -> Outcome<()> {
    let deletions = preview.deletions().len();
    let look = if is_summary { "run it without `--summary` to see them" } else { "look at the list" };
    Failure::all(preview.reasons().iter().map(|reason| match reason.code {
        Code::TOO_MANY_DELETIONS => {
            Failure::told(reason).help(format!("{look}; if this is intended: `--max-deletes {deletions}`"))
        }
        _ => Failure::told(reason),
    }))?;
    if is_empty && deletions > 0 && scale.max_deletes.is_none() {
        // Sooner a mistake than a wish.
        let message = format!("the program has no users, so all {deletions} recorded ones would be deleted");
        let help = format!("check the program; if this is intended: `--max-deletes {deletions}`");
        return Err(Failure::new(message).help(help));
    }
    Ok(())
}

/// Ends where a reference is left that nothing resolves.
fn refuse_unresolved(review: &Review) -> Outcome<()> {
    Failure::all(review.users.iter().flat_map(|user| {
        user.unresolved.iter().map(|unresolved| {
            let (name, reference, reason) = (&user.name, &unresolved.reference, &unresolved.reason);
            Failure::new(format!("`${{{reference}}}` ({name}) is not known: it is {reason}")).help(format!(
                "give its value: `--set '{reference}=VALUE'`; a secret one by `--set-env` or `--set-file`"
            ))
        })
    }))
}

/// Shows what is to be done, and asks whether to do it.
fn approve(
    run: &Run,
    session: &Session<'_>,
    preview: &FleetPreview,
    names: &dyn Fn(Property, &str) -> Option<String>,
    is_empty: bool,
    yes: bool,
) -> Outcome<()> {
    if !output::is_json() {
        summary::plan(preview, session, &run.backend, names, false);
    }
    refuse(preview, is_empty, &run.scale, false)?;
    if summary::is_work(preview) { confirm(yes) } else { Ok(()) }
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

async fn carry_out(
    run: &Run,
    session: &mut Session<'_>,
    preview: FleetPreview,
    deployment: Option<&mut Deployment<'_>>,
) -> Outcome<()> {
    end_on_interrupt(run.backend.cancel.clone());
    let (unchanged, users) = (preview.count(Action::None), preview.users().len());
    let watch = Watch::new(preview.calls(), deployment.as_ref().map(|deployment| deployment.passwords()));
    let options = run.apply_options(session, &watch);
    let outcome = match deployment {
        Some(deployment) => {
            let outcome = session.apply(preview, deployment, &options).await;
            watch.end();
            deployment.note_passwords(session).await?;
            outcome
        }
        None => session.apply(preview, &mut AllKnown, &options).await,
    };
    watch.end();
    match outcome {
        Ok(outcome) => told(outcome, unchanged, users),
        Err(refused) => Failure::all(refused.reasons.iter().map(Failure::told)),
    }
}

/// Says what an apply of a plan of so many users has come to.
pub fn told(mut outcome: FleetOutcome, unchanged: usize, users: usize) -> Outcome<()> {
    outcome.users.iter().for_each(|user| report(user, users, outcome.cancelled));
    if let Some(error) = outcome.store.take() {
        return Err(error.into());
    }
    summary::outcome(&outcome, unchanged);
    if outcome.cancelled {
        return Err(Failure::new("stopped before everything was done")
            .help("what was done is recorded; apply again to go on"));
    }
    if outcome.is_done() { Ok(()) } else { Err(Failure::said()) }
}

/// Says what has become of a user.
fn report(outcome: &UserOutcome, planned: usize, is_cancelled: bool) {
    let UserOutcome { user, message, help, .. } = outcome;
    let (message, help) = (message.as_deref().unwrap_or_default(), help.as_deref().unwrap_or_default());
    match outcome.result {
        UserResult::Done if message.is_empty() => {}
        UserResult::Done => output::note(&format!("`{user}`: {message}")),
        UserResult::Failed => {
            if output::is_json() {
                let help = Some(help).filter(|help| !help.is_empty());
                output::json_line(
                    &json!({"event": "failed", "user": user, "message": message, "help": help}),
                );
            }
            output::failure(&Failure::new(format!("{user}: {message}")).help(help));
        }
        _ if planned < 100 && !is_cancelled => output::note(&format!("`{user}` is not done: {message}")),
        _ => {}
    }
}
