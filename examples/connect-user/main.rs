//! `connect-user`: manage Amazon Connect users from a Pulumi YAML program.
//!
//! A whole tool over the library's public API, and the way to try it: without an option, the users are in
//! a local file, and no AWS account is needed.
//!
//! ```text
//! cargo run --example connect-user -- apply examples/users.yaml --yes
//! ```

mod adopt;
mod args;
mod backend;
mod convert;
mod failure;
mod input;
mod interrupt;
mod many;
mod output;
mod plan;
mod program;
mod progress;
mod run;
mod saved;
mod show;
mod state;
mod summary;
mod usage;
mod violation;
mod way_out;

use std::process::ExitCode;

use connect_user::interop::program::program_schema;

use crate::{
    args::{Args, Command, StateCommand},
    failure::{Failure, Outcome},
    plan::{apply, destroy, plan, validate},
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
        Command::Plan { file, detailed_exitcode, summary, out, scale } => {
            let is_work = plan(&file, summary, out.as_deref(), scale, &global).await?;
            if is_work && detailed_exitcode {
                return Ok(ExitCode::from(2));
            }
        }
        Command::Apply { file, program, yes, scale } => {
            let text = input::text(&file, "program")?;
            match (saved::is_plan(&text), program) {
                (true, given) => {
                    let plan = saved::read(&file, &text)?;
                    saved::apply(plan, given.as_deref(), yes, scale, &global).await?;
                }
                (false, None) => apply(&file, text, yes, scale, &global).await?,
                (false, Some(_)) => {
                    let what =
                        format!("{} is not a saved plan, and `--program` is for one", input::name(&file));
                    return Err(Failure::new(what).help("give the program alone"));
                }
            }
        }
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
        Command::Adopt(args) => adopt::adopt(&args, &global).await?,
        Command::Convert(args) => convert::convert(&args, &global)?,
        Command::Schema => output::json(&program_schema()),
        Command::State { command: StateCommand::Export } => many::export_state(&global).await?,
        Command::State { command: StateCommand::Rm { names, force } } => {
            many::forget(&names, force, &global).await?;
        }
        Command::State { command: StateCommand::Import { file } } => {
            many::import_state(&file, &global).await?;
        }
        Command::State { command: StateCommand::Migrate { from, to } } => state::move_all(&from, &to).await?,
        Command::State { command: StateCommand::Unlock { id } } => {
            state::unlock(&global, id.as_deref()).await?
        }
    }
    Ok(ExitCode::SUCCESS)
}
