//! The code that the README shows does what it says: it stands here once more, and runs.

use connect_user::{
    apply,
    client::ConnectClient,
    diff::plan,
    read::refresh,
    user::{CreationAttempt, IdentityManagementType, Settings, UserSpec, UserState},
    validate::{Context, resolve},
};

/// What your tool keeps between two runs, such as in its state file.
#[derive(Default)]
struct Kept {
    user: Option<UserState>,
    /// Creations whose outcome is unknown: the next run recognises the user that one of them made.
    attempts: Vec<CreationAttempt>,
}

/// Applies the spec of a user. Save `kept` whether this succeeds or fails: it is the actual state.
async fn reconcile(
    client: &dyn ConnectClient,
    spec: UserSpec,
    kept: &mut Kept,
) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(known) = &kept.user {
        kept.user = refresh(client, known).await?;
    }
    // Validation and planning take the same settings.
    let settings = Settings::builder().identity_management(IdentityManagementType::ConnectManaged).build();
    let context = Context::builder().settings(settings.clone()).maybe_prior(kept.user.as_ref()).build();
    let (desired, _warnings) = resolve(spec, &context)?; // every violation at once, located
    let plan = plan(desired, kept.user.as_ref(), &settings)?;
    print!("{}", plan.preview().text("jane"));

    let own = apply::ApplyOptions::builder().attempts(&kept.attempts).build();
    match apply::apply(&plan, kept.user.as_ref(), client, &own).await {
        Ok(done) => {
            *kept = Kept { user: done.state, attempts: Vec::new() };
            Ok(())
        }
        Err(failed) => {
            kept.user = failed.state.as_deref().cloned();
            kept.attempts.extend(failed.attempt.as_deref().cloned());
            Err(failed.into())
        }
    }
}

use connect_user::{
    client::memory::{Fault, MemoryConnect, Outcome},
    user::Operation,
};
use serde_json::json;

use crate::support::{spec, with};

#[test]
fn the_readme_shows_this_code() {
    let this = include_str!("readme.rs");
    let start = this.find("use connect_user::{").expect("its first line");
    let end = this[start..].find("\nuse connect_user::{").expect("what comes after it") + start;
    assert!(include_str!("../../README.md").contains(this[start..end].trim()), "write it into README.md");
}

fn jane(routing_profile: &str, limit: i64) -> UserSpec {
    spec(&with(&[
        ("password", json!("Password123")),
        ("identityInfo.firstName", json!("Jane")),
        ("identityInfo.lastName", json!("Roe")),
        ("routingProfileId", json!(routing_profile)),
        ("phoneConfig.afterContactWorkTimeLimit", json!(limit)),
    ]))
}

#[tokio::test]
async fn a_failed_apply_loses_nothing() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::ConnectManaged);
    let mut kept = Kept::default();
    reconcile(&connect, jane("r1", 30), &mut kept).await.expect("made");
    // The routing profile is changed, and the phone is not.
    connect.inject(Fault::of(Operation::UpdateUserPhoneConfig, 1, Outcome::NoAnswer));
    reconcile(&connect, jane("r2", 60), &mut kept).await.expect_err("half of it");
    let half = kept.user.as_ref().expect("a user");
    assert_eq!(half.properties.routing_profile_id.as_str(), "r2");
    assert_eq!(half.properties.phone.after_contact_work_time_limit, 30);
    connect.clear_calls();
    reconcile(&connect, jane("r2", 60), &mut kept).await.expect("the rest");
    assert_eq!(connect.writes().len(), 1, "what is done is not repeated: {:?}", connect.writes());
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_recognised() {
    let connect = MemoryConnect::any_instance(IdentityManagementType::ConnectManaged);
    connect.set_time(std::time::SystemTime::now().into());
    connect.inject(Fault::of(Operation::CreateUser, 1, Outcome::AnswerLost));
    for operation in [Operation::SearchUsers, Operation::ListUsers] {
        connect.inject(Fault::of(operation, 1, Outcome::NoAnswer));
    }
    let mut kept = Kept::default();
    reconcile(&connect, jane("r1", 30), &mut kept).await.expect_err("nobody knows");
    assert_eq!((kept.user.is_some(), kept.attempts.len()), (false, 1));
    let error = reconcile(&connect, jane("r1", 30), &mut kept).await.expect_err("its own");
    assert!(error.to_string().starts_with("an earlier run created the user"), "{error}");
    assert_eq!(connect.users(&"i".into()).len(), 1);
    assert!(kept.user.is_some());
    connect.clear_calls();
    reconcile(&connect, jane("r1", 30), &mut kept).await.expect("nothing to do");
    assert!(connect.writes().is_empty() && kept.attempts.is_empty());
}
