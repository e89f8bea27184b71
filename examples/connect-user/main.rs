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
mod output;
mod program;
mod review;
mod show;
mod store;

use std::{path::Path, process::ExitCode};

use clap::Parser;

use crate::{
    args::{Args, Command, Format, Global},
    backend::Backend,
    execute::{Execution, confirm},
    failure::{Failure, Outcome},
    output::Counts,
    program::Program,
    review::{Departure, Review, Wishes, review},
    store::Store,
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
        Command::Plan { file, detailed_exitcode } => {
            let is_work = plan(&file, &global).await?;
            if is_work && detailed_exitcode {
                return Ok(ExitCode::from(2));
            }
        }
        Command::Apply { file, yes } => apply(&file, yes, &global).await?,
        Command::Destroy { yes } => destroy(yes, &global).await?,
        Command::Show { name } => show::show(name.as_deref(), &global)?,
        Command::Drift => show::drift(&global).await?,
        Command::Import { name, id } => show::import(&name, &id, &global).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn validate(file: &Path, global: &Global) -> Outcome<()> {
    let program = Program::read(file, &global.set)?;
    let store = Store::open(&global.state)?;
    let wishes = Wishes::new(global)?;
    let review = review(&program, &store.content, &wishes, global.identity_management, None).await?;
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

/// Says what is wrong with a program; violations end the command.
fn judge(review: &Review) -> Outcome<()> {
    for view in &review.views {
        if view.entry.is_some() && view.actual.is_none() {
            output::note(&format!("`{}` is gone from the service, and will be made again", view.name));
        }
    }
    if output::violations(&review.views) { Ok(()) } else { Err(Failure::said()) }
}

/// Shows what is to be done, and says whether there is anything.
async fn plan(file: &Path, global: &Global) -> Outcome<bool> {
    let program = Program::read(file, &global.set)?;
    let store = Store::open(&global.state)?;
    let wishes = Wishes::new(global)?;
    let mut backend = Backend::open(global, &store.content).await?;
    let review =
        review(&program, &store.content, &wishes, global.identity_management, Some(&mut backend)).await?;
    judge(&review)?;
    output::plan(&review, global.format);
    refuse(&review)?;
    Ok(Counts::of(&review).is_work())
}

async fn apply(file: &Path, yes: bool, global: &Global) -> Outcome<()> {
    let program = Program::read(file, &global.set)?;
    let wishes = Wishes::new(global)?;
    let mut store = Store::open_to_write(&global.state)?;
    let mut backend = Backend::open(global, &store.content).await?;
    let review =
        review(&program, &store.content, &wishes, global.identity_management, Some(&mut backend)).await?;
    refuse_unresolved(&review)?;
    judge(&review)?;
    if global.format == Format::Text {
        output::plan(&review, global.format);
    }
    refuse(&review)?;
    if Counts::of(&review).is_work() {
        confirm(yes)?;
    }
    Execution { store: &mut store, backend: &mut backend, wishes: &wishes, format: global.format }
        .apply(&program, review)
        .await
}

async fn destroy(yes: bool, global: &Global) -> Outcome<()> {
    let wishes = Wishes::new(global)?;
    let mut store = Store::open_to_write(&global.state)?;
    let mut backend = Backend::open(global, &store.content).await?;
    let departures: Vec<Departure> =
        store.content.users.iter().map(|(name, entry)| review::depart(name, entry, &wishes)).collect();
    let review = Review { views: Vec::new(), departures };
    if global.format == Format::Text {
        output::plan(&review, global.format);
    }
    refuse(&review)?;
    if Counts::of(&review).is_work() {
        confirm(yes)?;
    }
    Execution { store: &mut store, backend: &mut backend, wishes: &wishes, format: global.format }
        .destroy(review.departures)
        .await
}

/// Ends where a plan refuses: protection, policies, and what no call can do.
fn refuse(review: &Review) -> Outcome<()> {
    let views = review.views.iter().map(|view| (&view.name, &view.preview));
    let departures = review.departures.iter().map(|departure| (&departure.name, &departure.preview));
    let mut refused = false;
    for (name, preview) in views.chain(departures) {
        for notice in preview.diff.refusals() {
            output::failure(&Failure::new(format!("{name}: {}", notice.message)).help(notice.help.as_str()));
            refused = true;
        }
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
