//! Shows what a change of one real user would do, and does it with `--yes`.
//!
//! ```text
//! cargo run --features aws --example aws_apply -- INSTANCE:USER ROUTING_PROFILE [--yes]
//! ```

use std::error::Error;

use connect_user::{
    apply::apply,
    client::aws::{AwsConnect, AwsSettings},
    diff::plan,
    read::{identity_management, import},
    user::{ImportId, Input, Settings},
    validate::{Context, resolve},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [id, routing_profile, rest @ ..] = args.as_slice() else {
        return Err("usage: aws_apply INSTANCE:USER ROUTING_PROFILE [--yes]".into());
    };
    let id: ImportId = id.parse()?;
    let connect = AwsConnect::from_environment(&AwsSettings::default()).await?;

    // What is there, as a spec, and the one change.
    let state = import(&connect, &id).await?;
    let mut spec = state.to_spec(&Default::default());
    spec.routing_profile_id = Input::Known(routing_profile.as_str().into());

    let settings = Settings::builder()
        .maybe_identity_management(identity_management(&connect, &id.instance).await?)
        .build();
    let context = Context::builder().settings(settings.clone()).prior(&state).build();
    let (desired, _) = resolve(spec, &context)?;
    let plan = plan(desired, Some(&state), &settings)?;
    print!("{}", plan.preview().text(&state.name));
    if rest.iter().any(|arg| arg == "--yes") {
        let applied = apply(&plan, Some(&state), &connect, &Default::default()).await?;
        println!("{} steps done", applied.steps);
    }
    Ok(())
}
