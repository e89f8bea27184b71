//! An engine in 60 lines, on top of the plain core: state in a file, refresh, validate, plan, apply, delete.
//!
//! ```text
//! cargo run --example reconcile
//! ```

use std::{collections::BTreeMap, fs, path::Path};

use connect_user::{
    apply::{ApplyOptions, CreationOutcome, apply, recover},
    client::ConnectClient,
    diff::{plan, plan_deletion},
    read::refresh,
    user::{CreationAttempt, Settings, UserSpec, UserState},
    validate::{Context, resolve},
};
use serde::{Deserialize, Serialize};

/// What the engine keeps of a resource between two runs.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    user: Option<UserState>,
    /// Creations whose outcome is unknown: the next run recognises the user that one of them made.
    attempts: Vec<CreationAttempt>,
}

/// Applies a program to Amazon Connect. Users missing from the program are deleted.
async fn up(
    client: &dyn ConnectClient,
    settings: &Settings,
    program: BTreeMap<String, UserSpec>,
    file: &Path,
) -> anyhow::Result<()> {
    let mut resources: BTreeMap<String, Kept> =
        if file.exists() { serde_json::from_slice(&fs::read(file)?)? } else { BTreeMap::new() };

    // Recover and refresh: a creation whose answer was lost may have made its user, and what others have changed since
    // is planned back.
    for kept in resources.values_mut() {
        for attempt in std::mem::take(&mut kept.attempts) {
            match recover(&attempt, client, &ApplyOptions::default()).await {
                CreationOutcome::Made(user) if kept.user.is_none() => kept.user = Some(*user),
                CreationOutcome::NotMade => {}
                _ => kept.attempts.push(attempt), // The apply or the next run looks again.
            }
        }
        if let Some(recorded) = &kept.user {
            kept.user = refresh(client, recorded).await?;
        }
    }

    // Validate and plan everything before the first call: a mistake changes nothing.
    let mut plans = Vec::new();
    for (name, kept) in &resources {
        if let (false, Some(user)) = (program.contains_key(name), &kept.user) {
            plans.push((name.clone(), plan_deletion(user, settings)?));
        }
    }
    for (name, spec) in program {
        let user = resources.get(&name).and_then(|kept| kept.user.as_ref());
        let context = Context::builder().settings(settings.clone()).maybe_prior(user).build();
        let (desired, _warnings) = resolve(spec, &context)?;
        plans.push((name, plan(desired, user, settings)?));
    }

    // Apply. Whether a plan succeeds or fails, the state that comes back is the true one: keep it.
    for (name, plan) in plans {
        print!("{}", plan.preview().text(&name));
        let kept = resources.entry(name).or_default();
        let options = ApplyOptions::builder().attempts(&kept.attempts).build();
        let result = apply(&plan, kept.user.as_ref(), client, &options).await;
        match &result {
            Ok(done) => {
                kept.user = done.state.clone();
                kept.attempts.retain(|_| kept.user.is_none());
            }
            Err(failed) => {
                kept.user = failed.state.as_deref().cloned();
                kept.attempts.extend(failed.attempt.as_deref().cloned());
            }
        }
        resources.retain(|_, kept| kept.user.is_some() || !kept.attempts.is_empty());
        fs::write(file, serde_json::to_vec_pretty(&resources)?)?;
        result?;
    }
    Ok(())
}

use connect_user::{
    client::memory::{Fault, MemoryConnect, Outcome},
    user::{IdentityInfo, IdentityManagementType, Operation, PhoneConfig, PhoneType},
};

/// A program: resource names, user names and routing profiles.
fn program(users: &[(&str, &str, &str)]) -> BTreeMap<String, UserSpec> {
    let spec = |name: &str, routing_profile: &str| {
        UserSpec::builder()
            .instance_id("1c2d")
            .name(name)
            .routing_profile_id(routing_profile)
            .security_profile_ids(["5e6f"])
            .identity_info(IdentityInfo::builder().first_name("A").last_name("B").build())
            .phone_config(PhoneConfig::builder().phone_type(PhoneType::SoftPhone).build())
            .build()
    };
    users.iter().map(|(key, name, profile)| ((*key).to_owned(), spec(name, profile))).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("users.json");
    let connect = MemoryConnect::any_instance(IdentityManagementType::Saml);
    let settings = Settings::builder().identity_management(IdentityManagementType::Saml).build();

    println!("# Two users are created.");
    let first = program(&[("ana", "ana@example.com", "7a9b"), ("bo", "bo@example.com", "7a9b")]);
    up(&connect, &settings, first, &file).await?;

    println!("\n# `bo` leaves the program, and `ana` gets another routing profile, at the second attempt.");
    let second = program(&[("ana", "ana@example.com", "8b0c")]);
    connect.inject(Fault::of(Operation::UpdateUserRoutingProfile, 1, Outcome::NoAnswer));
    let error = up(&connect, &settings, second.clone(), &file).await.expect_err("the fault");
    println!("  {error}");
    up(&connect, &settings, second.clone(), &file).await?;

    println!("\n# Nothing is left to do.");
    connect.clear_calls();
    up(&connect, &settings, second, &file).await?;
    assert!(connect.writes().is_empty());
    Ok(())
}
