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
mod many;
mod output;
mod program;
mod progress;
mod recognise;
mod review;
mod settings;
mod settle;
mod show;
mod store;
mod wishes;

use std::{collections::BTreeSet, path::Path, process::ExitCode};

use clap::Parser;
use connect_user::{client::CancellationToken, diff::Action, fleet::Guard, user::UserId};

use crate::{
    args::{Args, Command, Format, Global, Scale, StateCommand},
    backend::Backend,
    execute::{Execution, confirm, remember},
    failure::{Failure, Outcome},
    output::Counts,
    program::Program,
    review::{Departure, Release, Review, View, review},
    settings::Settings,
    store::Store,
    wishes::Wishes,
};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
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
    global.check(&command)?;
    match command {
        Command::Validate { file } => validate(&file, &global).await?,
        Command::Plan { file, detailed_exitcode, scale } => {
            let is_work = plan(&file, &scale, &global).await?;
            if is_work && detailed_exitcode {
                return Ok(ExitCode::from(2));
            }
        }
        Command::Apply { file, yes, scale } => apply(&file, yes, &scale, &global).await?,
        Command::Destroy { yes } => destroy(yes, &global).await?,
        Command::Show { name } => show::show(name.as_deref(), &global).await?,
        Command::Drift => show::drift(&global).await?,
        Command::Import { name: Some(name), id: Some(id), .. } => show::import(&name, &id, &global).await?,
        Command::Import { instance, .. } => {
            many::import_all(&instance.unwrap_or_default(), &global).await?;
        }
        Command::Export { instance, names } => many::export(&instance, names, &global).await?,
        Command::State { command: StateCommand::Export } => many::export_state(&global).await?,
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
    let mut store = Store::open(&global.state).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let review = review(&program, &mut store, &wishes, None).await?;
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

/// Says what is wrong with a program, and what has become of its users; violations end the command.
fn judge(review: &Review, wishes: &Wishes) -> Outcome<()> {
    for finding in &review.refreshed.findings {
        output::diagnostic(&finding.diagnostic());
    }
    let known = review.refreshed.states.values().flatten();
    let known: BTreeSet<&UserId> = known.map(|state| &state.user_id).collect();
    let is_made = |view: &&View| matches!(view.preview.diff.action, Action::Create | Action::Replace);
    for view in review.views.iter().filter(is_made) {
        let owner =
            view.identity.as_ref().and_then(|(instance, name)| review.refreshed.owner_of(instance, name));
        if let Some(owner) = owner.filter(|owner| !known.contains(owner)) {
            output::note(&format!(
                "`{}` has the name of the user `{owner}`, which is not recorded: import it if it is \
                 meant",
                view.name
            ));
        }
    }
    for (from, name) in review.moves() {
        output::note(&format!("`{name}` is the user that was `{from}`"));
    }
    for release in &review.releases {
        output::note(&format!("`{}` is no longer managed: {}", release.name, release.reason));
    }
    for notice in &review.notices {
        output::note(&notice.message);
    }
    if output::violations(&review.views, wishes) { Ok(()) } else { Err(Failure::said()) }
}

/// Shows what is to be done, and says whether there is anything.
async fn plan(file: &Path, scale: &Scale, global: &Global) -> Outcome<bool> {
    let program = Program::read(file, &Settings::read(global)?)?;
    let mut store = Store::open(&global.state).await?;
    let wishes = Wishes::new(global, &store, &scale.target)?;
    let mut backend = Backend::open(global, store.users().next().is_some()).await?;
    store.recover(&backend, false).await?;
    let mut review = review(&program, &mut store, &wishes, Some(&mut backend)).await?;
    review.settle(&wishes, scale.users_per_instance);
    judge(&review, &wishes)?;
    output::plan(&review, &backend, global.format);
    refuse(&review, scale)?;
    let is_work = Counts::of(&review).is_work();
    fail_partial(&review)?;
    Ok(is_work)
}

/// Ends where somebody could not be read, after everybody else.
fn fail_partial(review: &Review) -> Outcome<()> {
    if review.refreshed.failed.is_empty() { Ok(()) } else { Err(Failure::said()) }
}

async fn apply(file: &Path, yes: bool, scale: &Scale, global: &Global) -> Outcome<()> {
    let program = Program::read(file, &Settings::read(global)?)?;
    let mut store = Store::open_to_write(&global.state).await?;
    let wishes = Wishes::new(global, &store, &scale.target)?;
    let mut backend = Backend::open_to_write(global, store.users().next().is_some()).await?;
    store.recover(&backend, true).await?;
    let mut review = review(&program, &mut store, &wishes, Some(&mut backend)).await?;
    remember(&mut store, &program, &review, &wishes).await?;
    review.settle(&wishes, scale.users_per_instance);
    refuse_unresolved(&review)?;
    judge(&review, &wishes)?;
    if global.format == Format::Text {
        output::plan(&review, &backend, global.format);
    }
    refuse(&review, scale)?;
    if Counts::of(&review).is_work() {
        confirm(yes)?;
    }
    let read = fail_partial(&review);
    execution(&mut store, &mut backend, &wishes, scale, global).apply(&program, review).await?;
    read
}

async fn destroy(yes: bool, global: &Global) -> Outcome<()> {
    let mut store = Store::open_to_write(&global.state).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let mut backend = Backend::open_to_write(global, store.users().next().is_some()).await?;
    store.recover(&backend, true).await?;
    let (mut departures, mut releases): (Vec<Departure>, Vec<Release>) = Default::default();
    for (name, entry) in store.entries() {
        let Some(state) = &entry.state else { continue };
        match review::kept_because(entry, Some(state), None) {
            Some(reason) => releases.push(Release { name: name.clone(), reason, is_replaced: false }),
            None => departures.push(review::depart(name, state.clone(), store::is_protected(entry), &wishes)),
        }
    }
    let review = Review { departures, releases, has_users: true, ..Review::default() };
    judge(&review, &wishes)?;
    // Whoever destroys means everybody.
    let scale = Scale { max_deletes: Some(usize::MAX), ..Scale::default() };
    if global.format == Format::Text {
        output::plan(&review, &backend, global.format);
    }
    refuse(&review, &scale)?;
    if Counts::of(&review).is_work() {
        confirm(yes)?;
    }
    execution(&mut store, &mut backend, &wishes, &scale, global)
        .destroy(review.departures, &review.releases)
        .await
}

fn execution<'a>(
    store: &'a mut Store,
    backend: &'a mut Backend,
    wishes: &'a Wishes,
    scale: &'a Scale,
    global: &Global,
) -> Execution<'a> {
    end_on_interrupt(backend.cancel.clone());
    let (parallelism, format) = (global.parallelism, global.format);
    Execution { store, backend, wishes, scale, parallelism, format, told: Vec::new() }
}

/// Ends where a plan refuses: protection, policies, what no call can do, and too many deletions.
fn refuse(review: &Review, scale: &Scale) -> Outcome<()> {
    let mut refused = false;
    for (name, preview) in review.previews() {
        for notice in preview.diff.refusals() {
            output::failure(
                &Failure::new(format!("{name}: {}", notice.message))
                    .help(notice.help.as_deref().unwrap_or_default()),
            );
            refused = true;
        }
    }
    for view in review.views.iter().filter(|view| view.retain_refused) {
        let message = format!(
            "{}: the user would be replaced by one of the same name, so its account cannot stay",
            view.name
        );
        output::failure(
            &Failure::new(message).help("take `retainOnDelete` out, or give the user another `name`"),
        );
        refused = true;
    }
    for reason in &review.reasons {
        output::failure(&Failure::told(reason));
        refused = true;
    }
    let counts = Counts::of(review);
    let guard = scale.max_deletes.map_or_else(Guard::default, Guard::most);
    if let Some(notice) = guard.check(counts.delete + counts.replace, review.recorded) {
        let most = format!(
            "look at the list; if this is intended: `--max-deletes {}`",
            counts.delete + counts.replace
        );
        output::failure(&Failure::new(notice.message).help(most));
        refused = true;
    } else if !review.has_users && counts.delete > 0 && scale.max_deletes.is_none() {
        // Sooner a mistake than a wish.
        let message =
            format!("the program has no users, so all {} recorded ones would be deleted", counts.delete);
        let help = format!("check the program; if this is intended: `--max-deletes {}`", counts.delete);
        output::failure(&Failure::new(message).help(help));
        refused = true;
    }
    if refused { Err(Failure::said()) } else { Ok(()) }
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
