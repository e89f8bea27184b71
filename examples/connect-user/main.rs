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
mod review;
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
    execute::{Execution, confirm},
    failure::{Failure, Outcome},
    output::Counts,
    program::Program,
    review::{Departure, Review, View, review},
    store::Store,
    wishes::Wishes,
};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    output::choose_color(args.global.color);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(run(args)),
        Err(error) => Err(Failure::new(error.to_string())),
    };
    result.unwrap_or_else(|failure| {
        output::failure(&failure);
        ExitCode::FAILURE
    })
}

async fn run(Args { command, global }: Args) -> Outcome<ExitCode> {
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

/// The first Ctrl-C ends what is under way cleanly; the second, the program.
fn end_on_interrupt(token: CancellationToken) {
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        output::note("ending: calls under way are waited for, and what is done is recorded");
        token.cancel();
        let _ = tokio::signal::ctrl_c().await;
        std::process::exit(130);
    });
}

async fn validate(file: &Path, global: &Global) -> Outcome<()> {
    let program = Program::read(file, &global.set)?;
    let store = Store::open(&global.state).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let review = review(&program, &store, &wishes, None).await?;
    let valid = match global.format {
        Format::Json => {
            output::json(&output::reports_json(&review.views));
            review.views.iter().all(|view| view.report.is_valid())
        }
        Format::Text => output::violations(&review.views),
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
fn judge(review: &Review) -> Outcome<()> {
    for finding in &review.refreshed.findings {
        output::note(&finding.message());
        if let Some(help) = finding.help() {
            output::note(help);
        }
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
    for notice in &review.notices {
        output::note(&notice.message);
    }
    if output::violations(&review.views) { Ok(()) } else { Err(Failure::said()) }
}

/// Shows what is to be done, and says whether there is anything.
async fn plan(file: &Path, scale: &Scale, global: &Global) -> Outcome<bool> {
    let program = Program::read(file, &global.set)?;
    let mut store = Store::open(&global.state).await?;
    let wishes = Wishes::new(global, &store, &scale.target)?;
    let mut backend = Backend::open(global, store.users().next().is_some()).await?;
    store.recover(&backend, false).await?;
    let mut review = review(&program, &store, &wishes, Some(&mut backend)).await?;
    review.settle(&wishes, scale.users_per_instance);
    judge(&review)?;
    output::plan(&review, &backend, global.format);
    refuse(&review, scale)?;
    Ok(Counts::of(&review).is_work())
}

async fn apply(file: &Path, yes: bool, scale: &Scale, global: &Global) -> Outcome<()> {
    let program = Program::read(file, &global.set)?;
    let mut store = Store::open_to_write(&global.state).await?;
    let wishes = Wishes::new(global, &store, &scale.target)?;
    let mut backend = Backend::open_to_write(global, store.users().next().is_some()).await?;
    store.recover(&backend, true).await?;
    let mut review = review(&program, &store, &wishes, Some(&mut backend)).await?;
    review.settle(&wishes, scale.users_per_instance);
    refuse_unresolved(&review)?;
    judge(&review)?;
    if global.format == Format::Text {
        output::plan(&review, &backend, global.format);
    }
    refuse(&review, scale)?;
    if Counts::of(&review).is_work() {
        confirm(yes)?;
    }
    execution(&mut store, &mut backend, &wishes, scale, global).apply(&program, review).await
}

async fn destroy(yes: bool, global: &Global) -> Outcome<()> {
    let mut store = Store::open_to_write(&global.state).await?;
    let wishes = Wishes::new(global, &store, &[])?;
    let mut backend = Backend::open_to_write(global, store.users().next().is_some()).await?;
    store.recover(&backend, true).await?;
    let departures: Vec<Departure> = store
        .users()
        .map(|(name, state)| {
            let protect = store.entry(name).is_some_and(store::is_protected);
            review::depart(name, state.clone(), protect, &wishes)
        })
        .collect();
    let review = Review { departures, ..Review::default() };
    // Whoever destroys means everybody.
    let scale = Scale { max_deletes: Some(usize::MAX), ..Scale::default() };
    if global.format == Format::Text {
        output::plan(&review, &backend, global.format);
    }
    refuse(&review, &scale)?;
    if Counts::of(&review).is_work() {
        confirm(yes)?;
    }
    execution(&mut store, &mut backend, &wishes, &scale, global).destroy(review.departures).await
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
            output::failure(&Failure::new(format!("{name}: {}", notice.message)).help(notice.help.as_str()));
            refused = true;
        }
    }
    for reason in &review.reasons {
        output::failure(&Failure::new(&reason.message).help(&reason.help));
        refused = true;
    }
    let counts = Counts::of(review);
    let guard = scale.max_deletes.map_or_else(Guard::default, Guard::most);
    if let Some(notice) = guard.check(counts.delete + counts.replace, review.recorded) {
        let most =
            format!("look at the list; if it is meant: `--max-deletes {}`", counts.delete + counts.replace);
        output::failure(&Failure::new(notice.message).help(most));
        refused = true;
    }
    if refused { Err(Failure::said()) } else { Ok(()) }
}

/// Ends where a reference is left that nothing resolves.
fn refuse_unresolved(review: &Review) -> Outcome<()> {
    let mut left: Vec<String> = review
        .views
        .iter()
        .flat_map(|view| {
            view.unresolved.iter().map(|reference| format!("`${{{reference}}}` ({})", view.name))
        })
        .collect();
    left.dedup();
    if left.is_empty() {
        return Ok(());
    }
    let (what, verb) = if left.len() == 1 { ("reference", "is") } else { ("references", "are") };
    Err(Failure::new(format!("{} {what} {verb} not resolved: {}", left.len(), left.join(", ")))
        .help("give each a value: `--set 'resource.property=value'`"))
}
