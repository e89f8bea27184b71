//! A host's loop in small: read what is there, compare, plan, apply, and find nothing left to do; after a
//! failure half-way, too.
//!
//! ```text
//! cargo run --example reconcile
//! ```

use std::error::Error;

use connect_user::{
    apply::{self, apply},
    client::memory::{Fault, MemoryConnect, Outcome},
    diff::{self, plan},
    read::refresh,
    user::{IdentityInfo, IdentityManagementType, Operation, PhoneConfig, PhoneType, UserSpec, UserState},
    validate::{Context, resolve},
};

const KIND: IdentityManagementType = IdentityManagementType::Saml;

fn desired(routing_profile: &str, limit: i64) -> UserSpec {
    UserSpec::builder()
        .instance_id("1c2d")
        .name("jane@example.com")
        .routing_profile_id(routing_profile)
        .security_profile_ids(["5e6f"])
        .identity_info(IdentityInfo::builder().first_name("Jane").last_name("Roe").build())
        .phone_config(
            PhoneConfig::builder()
                .phone_type(PhoneType::SoftPhone)
                .after_contact_work_time_limit(limit)
                .build(),
        )
        .build()
}

/// Brings a user to what is desired. Whatever happens, the state that comes back is the one to keep.
async fn reconcile(
    connect: &MemoryConnect,
    spec: UserSpec,
    known: Option<UserState>,
) -> Result<Option<UserState>, Box<dyn Error>> {
    let actual = match &known {
        Some(known) => refresh(connect, known).await?,
        None => None,
    };
    let options = diff::Settings::builder().identity_management(KIND).build();
    let context = Context::builder().options(options.clone()).maybe_prior(actual.as_ref()).build();
    let (desired, _) = resolve(spec, &context)?;
    let plan = plan(desired, actual.as_ref(), &options)?;
    print!("{}", plan.preview().text("jane"));
    match apply(&plan, actual.as_ref(), connect, &apply::Options::default()).await {
        Ok(applied) => {
            println!("  {} of {} steps done\n", applied.steps, plan.steps().len());
            Ok(applied.state)
        }
        Err(failed) => {
            println!("  {} of {} steps done, then: {failed}\n", failed.done, plan.steps().len());
            Ok(failed.state.map(|state| *state))
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let connect = MemoryConnect::any_instance(KIND);
    let made = reconcile(&connect, desired("7a9b", 30), None).await?;

    // The second call of the next change fails: the first is done, and is not repeated.
    connect.inject(Fault::of(Operation::UpdateUserPhoneConfig, 1, Outcome::NoAnswer));
    let half = reconcile(&connect, desired("8b0c", 60), made).await?;
    let whole = reconcile(&connect, desired("8b0c", 60), half).await?;

    connect.clear_calls();
    reconcile(&connect, desired("8b0c", 60), whole).await?;
    println!("nothing left to do: {} calls that write", connect.writes().len());
    Ok(())
}
