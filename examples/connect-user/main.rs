//! `connect-user`: manage Amazon Connect users from a Pulumi YAML program.
//!
//! A whole tool over the library's public API, and the way to try it: without an option, the users are in
//! a local file, and no AWS account is needed.
//!
//! ```text
//! cargo run --example connect-user -- apply examples/users.yaml --yes
//! ```

mod args;
mod backend;
mod execute;
mod failure;
mod fingerprint;
mod input;
mod many;
mod output;
mod program;
mod progress;
mod review;
mod settings;
mod show;
mod store;
mod usage;
mod wishes;

use std::{collections::BTreeSet, path::Path, process::ExitCode};

use connect_user::{
    client::CancellationToken,
    diff::Action,
    fleet::{Guard, PlanOptions, RecoveredUser, Session, SessionOptions},
    read::Strategy,
    user::{Code, Diagnostic, UserId},
};

use crate::{
    args::{Args, Command, Format, Global, Scale, StateCommand},
    backend::Backend,
    execute::{Execution, confirm},
    failure::{Failure, Outcome},
    output::Counts,
    program::Program,
    review::{Review, review},
    settings::Settings,
    store::Store,
    wishes::Wishes,
};

fn main() -> ExitCode {
    let args = match usage::read() {
        Ok(Ok(args)) => args,
        Ok(Err(failure)) => return args::refuse(&failure),
        Err(error) => return args::explain(error),
    };
    output::choose(args.global.color, args.global.format);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(run(args)),
        Err(error) => Err(Failure::caused("nothing can be waited for", &error)
            .help("free some resources, then run it again")),
    };
    let result = result.and_then(|code| output::check_written().map(|()| code));
    result.unwrap_or_else(|failure| {
        output::failure(&failure);
        ExitCode::FAILURE
    })
}

async fn run(Args { command, global }: Args) -> Outcome<ExitCode> {
    global.check()?;
    match command {
        Command::Validate { file } => validate(&file, &global).await?,
        Command::Plan { file, detailed_exitcode, summary, scale } => {
            output::summarise(summary);
            let is_work = plan(&file, &scale, &global).await?;
            if is_work && detailed_exitcode {
                return Ok(ExitCode::from(2));
            }
        }
        Command::Apply { file, yes, scale } => apply(&file, yes, &scale, &global).await?,
        Command::Destroy { yes } => destroy(yes, &global).await?,
        Command::Show { name } => show::show(name.as_deref(), &global).await?,
        Command::Drift { detailed_exitcode } => {
            let is_drift = show::drift(&global).await?;
            if is_drift && detailed_exitcode {
                return Ok(ExitCode::from(2));
            }
        }
        Command::Import { name: Some(name), id: Some(id), .. } => show::import(&name, &id, &global).await?,
        Command::Import { instance, .. } => {
            many::import_all(&instance.unwrap_or_default(), &global).await?;
        }
        Command::Export { instance, names } => many::export(&instance, names, &global).await?,
        Command::State { command: StateCommand::Export } => many::export_state(&global).await?,
        Command::State { command: StateCommand::Rm { names, force } } => {
            many::forget(&names, force, &global).await?;
        }
        Command::State { command: StateCommand::Import { file } } => {
            many::import_state(&file, &global).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The first Ctrl-C or SIGTERM stops cleanly; the second ends the program.
fn end_on_interrupt(token: CancellationToken) {
    tokio::spawn(async move {
        interrupted().await;
        output::note("stopping: calls in flight are waited for, and what is done is recorded");
        token.cancel();
        std::process::exit(interrupted().await);
    });
}

/// Waits for Ctrl-C or SIGTERM, and gives the usual exit code of a program that it ends.
async fn interrupted() -> i32 {
    const BY_INTERRUPT: i32 = 130;
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => BY_INTERRUPT,
                _ = terminate.recv() => 143,
            };
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    BY_INTERRUPT
}

/// So many references that are not known are told.
const MOST_REFERENCES: usize = 100;

async fn validate(file: &Path, global: &Global) -> Outcome<()> {
    let program = Program::read(file, &Settings::read(global)?)?;
    let store = Store::open(&global.state).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let backend = Backend::offline();
    let (service, options) = (backend.service.clone(), session_options(&backend, &wishes, true));
    let mut session = Session::with_entries(&store.file, store.entries, &*service, options);
    let review = review(&program, &mut session, &wishes, None, &Scale::default()).await?;
    let valid = match global.format {
        Format::Json => {
            output::json(&output::reports_json(&review.views, &wishes));
            review.views.iter().all(|view| view.is_valid(&wishes))
        }
        Format::Text => output::violations(&review.views, &wishes),
    };
    if !valid {
        return Err(Failure::said());
    }
    if global.format == Format::Text {
        let deferred: usize = review.views.iter().map(|view| view.report.deferred().len()).sum();
        output::deferred(&review.views);
        let count = review.views.len();
        let rest = match deferred {
            0 => String::new(),
            1 => "; 1 value is not known yet".to_owned(),
            count => format!("; {count} values are not known yet"),
        };
        output::text(&format!(
            "{}: {count} user{} valid{rest}.",
            file.display(),
            if count == 1 { "" } else { "s" }
        ));
    }
    Ok(())
}

/// What every command decides about a session.
fn session_options<'a>(backend: &Backend, wishes: &Wishes, read_only: bool) -> SessionOptions<'a> {
    let mut options = SessionOptions::builder()
        .timer(backend.timer.clone())
        .pace(backend.pace.clone())
        .cancel(backend.cancel.clone())
        .refresh(wishes.refresh_options(Strategy::Changed))
        .targets(wishes.targets.clone())
        .read_only(read_only)
        .build();
    options.retry.total = backend.retry_for.unwrap_or(options.retry.total);
    options
}

/// How many notes of a kind are shown one by one.
const SHOWN: usize = 5;

/// Looks into creations that an earlier run could not write down.
async fn recover(session: &mut Session<'_>) -> Outcome<()> {
    let found: Vec<Diagnostic> = session.recover().await?.iter().map(RecoveredUser::diagnostic).collect();
    // A kill in a large apply leaves many of a kind.
    for (index, user) in found.iter().enumerate() {
        let alike = |others: &[Diagnostic]| others.iter().filter(|other| other.code == user.code).count();
        match alike(&found[..index]) {
            0..SHOWN => output::diagnostic(user),
            SHOWN => output::note(&format!("the same is true of {} more users", alike(&found[index..]))),
            _ => {}
        }
    }
    Ok(())
}

/// Says what is wrong with a program, and what has become of its users; violations end the command.
fn judge(session: &Session<'_>, review: &Review, wishes: &Wishes) -> Outcome<()> {
    let (preview, refreshed) = (&review.preview, session.refreshed());
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
    if output::violations(&review.views, wishes) { Ok(()) } else { Err(Failure::said()) }
}

/// Shows what is to be done, and says whether there is anything.
async fn plan(file: &Path, scale: &Scale, global: &Global) -> Outcome<bool> {
    let program = Program::read(file, &Settings::read(global)?)?;
    let store = Store::open(&global.state).await?;
    let wishes = Wishes::new(global, &store, &scale.target)?;
    let mut backend = Backend::open(global, store.users().next().is_some()).await?;
    let (service, options) = (backend.service.clone(), session_options(&backend, &wishes, true));
    let mut session = Session::with_entries(&store.file, store.entries, &*service, options);
    recover(&mut session).await?;
    let review = review(&program, &mut session, &wishes, Some(&mut backend), scale).await?;
    judge(&session, &review, &wishes)?;
    output::plan(&review, &session, &backend, global.format);
    refuse(&review, scale)?;
    fail_partial(&session)?;
    Ok(Counts::of(&review).is_work())
}

/// Ends where somebody could not be read, after everybody else.
fn fail_partial(session: &Session<'_>) -> Outcome<()> {
    if session.refreshed().failed.is_empty() { Ok(()) } else { Err(Failure::said()) }
}

async fn apply(file: &Path, yes: bool, scale: &Scale, global: &Global) -> Outcome<()> {
    let program = Program::read(file, &Settings::read(global)?)?;
    let store = Store::open_to_write(&global.state).await?;
    let wishes = Wishes::new(global, &store, &scale.target)?;
    let mut backend = Backend::open_to_write(global, store.users().next().is_some()).await?;
    let (service, options) = (backend.service.clone(), session_options(&backend, &wishes, false));
    let mut session = Session::with_entries(&store.file, store.entries, &*service, options);
    recover(&mut session).await?;
    let review = review(&program, &mut session, &wishes, Some(&mut backend), scale).await?;
    refuse_unresolved(&review)?;
    judge(&session, &review, &wishes)?;
    if global.format == Format::Text {
        output::plan(&review, &session, &backend, global.format);
    }
    refuse(&review, scale)?;
    if Counts::of(&review).is_work() {
        confirm(yes)?;
    }
    let read = fail_partial(&session);
    execution(&mut backend, &wishes, scale, global).apply(Some(&program), &mut session, review).await?;
    read
}

async fn destroy(yes: bool, global: &Global) -> Outcome<()> {
    let store = Store::open_to_write(&global.state).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let mut backend = Backend::open_to_write(global, store.users().next().is_some()).await?;
    let (service, options) = (backend.service.clone(), session_options(&backend, &wishes, false));
    let mut session = Session::with_entries(&store.file, store.entries, &*service, options);
    recover(&mut session).await?;
    // Whoever destroys means everybody.
    let options = PlanOptions::builder().settings(wishes.settings.clone()).guard(Guard::OFF).build();
    let preview = session.preview_destroy(options);
    let review = Review { preview, has_users: true, ..Review::default() };
    judge(&session, &review, &wishes)?;
    let scale = Scale::default();
    if global.format == Format::Text {
        output::plan(&review, &session, &backend, global.format);
    }
    refuse(&review, &scale)?;
    if Counts::of(&review).is_work() {
        confirm(yes)?;
    }
    execution(&mut backend, &wishes, &scale, global).apply(None, &mut session, review).await
}

fn execution<'a>(
    backend: &'a mut Backend,
    wishes: &'a Wishes,
    scale: &'a Scale,
    global: &Global,
) -> Execution<'a> {
    end_on_interrupt(backend.cancel.clone());
    let (parallelism, format) = (global.parallelism, global.format);
    Execution { backend, wishes, scale, parallelism, format }
}

/// Ends where a plan refuses: protection, policies, what no call can do, and too many deletions.
fn refuse(review: &Review, scale: &Scale) -> Outcome<()> {
    let (reasons, deletions) = (review.preview.reasons(), review.preview.deletions().len());
    for reason in reasons {
        let failure = Failure::told(reason);
        output::failure(&match reason.code {
            Code::TOO_MANY_DELETIONS => {
                failure.help(format!("look at the list; if this is intended: `--max-deletes {deletions}`"))
            }
            _ => failure,
        });
    }
    if !reasons.is_empty() {
        return Err(Failure::said());
    }
    if !review.has_users && deletions > 0 && scale.max_deletes.is_none() {
        // Sooner a mistake than a wish.
        let message = format!("the program has no users, so all {deletions} recorded ones would be deleted");
        let help = format!("check the program; if this is intended: `--max-deletes {deletions}`");
        return Err(Failure::new(message).help(help));
    }
    Ok(())
}

/// Ends where a reference is left that nothing resolves.
fn refuse_unresolved(review: &Review) -> Outcome<()> {
    let mut left: Vec<(&String, &String, &String)> = Vec::new();
    for view in &review.views {
        left.extend(view.unresolved.iter().map(|(reference, why)| (reference, why, &view.name)));
    }
    for (reference, why, user) in left.iter().take(MOST_REFERENCES) {
        let failure = Failure::new(format!("`${{{reference}}}` ({user}) is not known: it is {why}"));
        output::failure(&failure.help(format!(
            "give its value: `--set '{reference}=VALUE'`; a secret one by `--set-env` or `--set-file`"
        )));
    }
    match left.len().saturating_sub(MOST_REFERENCES) {
        _ if left.is_empty() => return Ok(()),
        0 => {}
        more => output::failure(
            &Failure::new(format!("{more} more references are not known")).help("give those above first"),
        ),
    }
    Err(Failure::said())
}
