//! An in-house tool for many users, over `fleet::Session`: read, plan, confirm, apply, remember.
//!
//! ```text
//! cargo run --example fleet
//! ```

use std::{path::Path, sync::Arc};

use connect_user::{
    client::{ConnectClient, Rate, TokenBuckets, TokioTimer},
    fleet::{
        AllKnown, EmbeddedStore, PlanOptions, Planner, ProgramUser, Session, SessionOptions, UserResult,
    },
    user::UserSpec,
    validate::{Context, resolve},
};

/// Applies a program to Amazon Connect. `confirm` sees the plan before the first call that writes.
async fn run(
    client: &dyn ConnectClient,
    program: Vec<(String, UserSpec)>,
    context: &Context<'_>,
    file: &Path,
    confirm: impl FnOnce(&str) -> bool,
) -> anyhow::Result<()> {
    // Validate: a program with a mistake reads nothing and changes nothing.
    let mut users = Vec::new();
    for (name, spec) in program {
        let (desired, _warnings) = resolve(spec, context)?;
        users.push(ProgramUser::builder().name(name).desired(desired).build());
    }

    let store = EmbeddedStore::open(file)?; // locked, private, and whole after a kill
    let timer = Arc::new(TokioTimer::default());
    let pace = Arc::new(TokenBuckets::new(Rate::DEFAULT, timer.clone())); // two calls a second of each operation
    let options = SessionOptions::builder().timer(timer).pace(pace).build();
    let mut session = Session::open(&store, client, options).await?;

    // Recover creations that an earlier run could not record, and refresh. What is found is committed.
    for user in session.recover().await? {
        eprintln!("{}", user.diagnostic());
    }
    for (name, error) in &session.refresh(&users).await?.failed {
        eprintln!("`{name}` cannot be read, and stays as it is: {error}");
    }

    // Plan: recorded users that are missing from the program are deleted, within the guard's limit.
    let mut planner = Planner::new(PlanOptions::default());
    for user in &users {
        session.want(&mut planner, user);
    }
    let preview = session.preview(planner);
    let mut text: String =
        preview.users().iter().map(|user| user.preview().text(&user.name).to_string()).collect();
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
    let context = Context::builder().identity_management(IdentityManagementType::Saml).build();
    let show = |plan: &str| {
        println!("{plan}");
        true
    };
    for names in [&["ana", "bo", "cy"][..], &["ana", "cy"]] {
        let program = names.iter().map(|name| ((*name).to_owned(), spec(name))).collect();
        run(&connect, program, &context, &file, show).await?;
        assert_eq!(connect.users(&"1c2d".into()).len(), names.len());
    }
    Ok(())
}
