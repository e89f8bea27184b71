//! An in-house tool for many users, over `fleet::Session`: read, plan, confirm, apply, remember.
//!
//! ```text
//! cargo run --example fleet
//! ```

use std::{path::Path, sync::Arc};

use connect_user::{
    client::{ConnectClient, Rate, TokenBuckets, TokioTimer},
    fleet::{
        AllKnown, DesiredSpec, EmbeddedStore, PlanOptions, Planner, ProgramUser, Session, SessionOptions,
        UserResult,
    },
    user::{Settings, UserSpec},
    validate::{Context, resolve},
};

/// Applies a program to Amazon Connect. `confirm` sees the plan before the first call that writes.
async fn run(
    client: &dyn ConnectClient,
    program: &[(String, UserSpec)],
    settings: &Settings,
    file: &Path,
    confirm: impl FnOnce(&str) -> bool,
) -> anyhow::Result<()> {
    let store = EmbeddedStore::open(file)?; // locked, private, and whole after a kill
    let timer = Arc::new(TokioTimer::default());
    let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone())); // two calls a second of each operation
    let options = SessionOptions::builder().timer(timer).pace(pace).build();
    let mut session = Session::open(&store, client, options).await?;

    // Recover creations that an earlier run could not record, and refresh. What is found is committed, and each record
    // gets the resource name that its user has in the program.
    for user in session.recover().await? {
        eprintln!("{}", user.diagnostic());
    }
    let specs: Vec<_> = program.iter().map(|(name, spec)| DesiredSpec::new(name, spec, settings)).collect();
    for (name, error) in &session.refresh(&specs).await?.failed {
        eprintln!("`{name}` cannot be read, and stays as it is: {error}");
    }

    // Validate and plan: a mistake changes no user. Rules for new users, such as a required password, do not hold for
    // recorded users. Recorded users that are missing from the program are deleted, within the guard's limit.
    let mut planner = Planner::new(PlanOptions::builder().settings(settings.clone()).build());
    for (name, spec) in program {
        let prior = session.state(name).map(|state| &**state);
        let context = Context::builder().settings(settings.clone()).maybe_prior(prior).build();
        let (desired, _warnings) = resolve(spec.clone(), &context)?;
        session.want(&mut planner, &ProgramUser::builder().name(name).desired(desired).build());
    }
    let preview = session.preview(planner);
    let mut text: String = session.notices(&preview).iter().map(|notice| format!("{notice}\n")).collect();
    text.extend(preview.users().iter().map(|user| user.preview().text(&user.name).to_string()));
    text.push_str(&preview.estimate(|_| Rate::DEFAULT, true).to_string());
    if !preview.is_up_to_date() && !confirm(&text) {
        return Ok(());
    }

    // Apply, also without calls: what the program manages is recorded. Users go on side by side, at the speed of the
    // quota. Each step is in the store before the next one begins.
    let options = session.apply_options();
    let outcome = session.apply(preview, &mut AllKnown, &options).await?;
    for user in outcome.users.iter().filter(|user| user.result != UserResult::Done) {
        eprintln!("`{}` is not done: {}", user.user, user.message.as_deref().unwrap_or_default());
    }
    anyhow::ensure!(outcome.is_done(), "not everything was done: run it again");
    Ok(())
}

use connect_user::{
    client::memory::MemoryConnect,
    user::{IdentityInfo, IdentityManagementType, PhoneConfig, PhoneType},
};

fn spec(name: &str) -> UserSpec {
    UserSpec::builder()
        .instance_id("1c2d")
        .name(name)
        .routing_profile_id("7a9b")
        .security_profile_ids(["5e6f"])
        .identity_info(IdentityInfo::builder().first_name("A").last_name("B").build())
        .phone_config(PhoneConfig::builder().phone_type(PhoneType::SoftPhone).build())
        .build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("users.redb");
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let settings = Settings::builder().identity_management(IdentityManagementType::Saml).build();
    let show = |plan: &str| {
        println!("{plan}");
        true
    };
    for names in [&["ana", "bo", "cy"][..], &["ana", "cy"]] {
        let program: Vec<_> = names.iter().map(|name| ((*name).to_owned(), spec(name))).collect();
        run(&connect, &program, &settings, &file, show).await?;
        assert_eq!(connect.users(&"1c2d".into()).len(), names.len());
    }
    Ok(())
}
