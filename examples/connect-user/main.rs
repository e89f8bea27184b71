//! `connect-user`: manage Amazon Connect users from a Pulumi YAML program.
//!
//! A complete tool on top of the library's public API, which is also the easiest way to try the library: by default,
//! the users are in a local file, and no AWS account is needed.
//!
//! ```text
//! cargo run --example connect-user -- apply examples/users.yaml --yes
//! ```

mod adopt;
mod alike;
mod args;
mod backend;
mod between;
mod convert;
mod existing;
mod failure;
mod first_passwords;
mod input;
mod interrupt;
mod output;
mod plan;
mod program;
mod progress;
mod run;
mod saved;
mod set;
mod show;
mod sides;
mod state;
mod summary;
mod usage;
mod way_out;
mod written;

use std::process::ExitCode;

use connect_user::interop::program::program_schema;

use crate::{
    args::{Args, Command},
    failure::{Failure, Outcome},
};

fn main() -> ExitCode {
    let args = match usage::read() {
        Ok(Ok(args)) => args,
        Ok(Err(failure)) => return usage::refuse(&failure),
        Err(error) => return usage::explain(error),
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
    // Whether there is something to do or a difference, if the exit code is to show that.
    let mut is_something = false;
    match command {
        Command::Validate { file } => plan::validate(&file, &global).await?,
        Command::Plan { file, detailed_exitcode, args } => {
            is_something = plan::plan(&file, args, &global).await? && detailed_exitcode;
        }
        Command::Apply { file, program, yes, scale } => {
            plan::apply(&file, program.as_deref(), yes, scale, &global).await?;
        }
        Command::Set(args) => set::set(args, &global).await?,
        Command::Destroy { yes, .. } => plan::destroy(yes, &global).await?,
        Command::Show { name, memberships } => show::show(name.as_deref(), memberships, &global).await?,
        Command::Drift { detailed_exitcode } => {
            is_something = show::drift(&global).await? && detailed_exitcode;
        }
        Command::Import { name, id, all, instance } => match (name, id, all, instance) {
            (Some(name), Some(id), false, None) => existing::import(&name, &id, &global).await?,
            (None, None, true, Some(instance)) => existing::import_all(&instance, &global).await?,
            _ => {
                return Err(Failure::new(
                    "`import` takes a resource name and a user, or every user of an instance",
                )
                .help("write `import NAME INSTANCE_ID:USER_ID`, or `import --all --instance INSTANCE_ID`"));
            }
        },
        Command::Export { instance, names } => existing::export(&instance, names, &global).await?,
        Command::Adopt(file) => adopt::adopt(&file, &global).await?,
        Command::Convert(args) => convert::convert(&args, &global)?,
        Command::Compare(args) => {
            is_something = between::compare(&args, &global).await? && args.detailed_exitcode;
        }
        Command::Copy(args) => is_something = between::copy(&args, &global).await? && args.detailed_exitcode,
        Command::Schema => output::json(&program_schema()),
        Command::State { command } => state::state(command, &global).await?,
    }
    Ok(if is_something { ExitCode::from(2) } else { ExitCode::SUCCESS })
}
