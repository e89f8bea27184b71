//! Shows the plan of a change of one real user, and applies it with `--yes`.
//!
//! ```text
//! cargo run --features aws --example aws_apply -- INSTANCE:USER ROUTING_PROFILE [--yes]
//! ```

use std::{ffi::OsString, fmt::Display};

use anyhow::{Context as _, anyhow, bail};
use connect_user::{
    apply::apply,
    client::aws::{AwsConnect, AwsSettings},
    diff::plan,
    read::{identity_management, import},
    user::{ImportId, ImportIdError, Input, Settings},
    validate::{Context, resolve},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let args: Option<Vec<&str>> = args.iter().map(|argument| argument.to_str()).collect();
    let (id, routing_profile, yes) = match args.context("an argument is not UTF-8 text")?[..] {
        [id, routing_profile] => (id, routing_profile, false),
        [id, routing_profile, "--yes"] => (id, routing_profile, true),
        _ => bail!("usage: aws_apply INSTANCE:USER ROUTING_PROFILE [--yes]"),
    };
    let id: ImportId = id.parse().map_err(|error: ImportIdError| with_help(&error, error.help()))?;
    let connect = AwsConnect::from_environment(&AwsSettings::default())
        .await
        .map_err(|error| with_help(&error, error.help()))?;

    // The actual user as a spec, with one change.
    let state = import(&connect, &id).await.map_err(|error| with_help(&error, error.help()))?;
    let mut spec = state.to_spec(&Default::default());
    spec.routing_profile_id = Input::Known(routing_profile.into());

    let settings = Settings::builder()
        .maybe_identity_management(identity_management(&connect, &id.instance).await?)
        .build();
    let context = Context::builder().settings(settings.clone()).prior(&state).build();
    let (desired, _) = resolve(spec, &context)?;
    let plan = plan(desired, Some(&state), &settings)?;
    print!("{}", plan.preview().text(&state.name));
    if yes {
        let applied = apply(&plan, Some(&state), &connect, &Default::default())
            .await
            .map_err(|failed| with_help(&failed, failed.error.help()))?;
        println!("{} steps done", applied.steps);
    }
    Ok(())
}

/// An error with its help.
fn with_help(error: &impl Display, help: &str) -> anyhow::Error {
    anyhow!("{error}\nhelp: {help}")
}
