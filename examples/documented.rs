//! The five documented programs of Pulumi's `aws.connect.User`, each written with one builder call and created in an
//! in-memory Amazon Connect.
//!
//! ```text
//! cargo run --example documented
//! ```

use connect_user::{
    apply::apply,
    client::memory::MemoryConnect,
    diff::plan,
    user::{IdentityInfo, IdentityManagementType, PhoneConfig, PhoneType, Settings, UserSpec},
    validate::{Context, resolve},
};

const INSTANCE: &str = "aaaaaaaa-bbbb-cccc-dddd-111111111111";

fn soft_phone() -> PhoneConfig {
    PhoneConfig::builder().phone_type(PhoneType::SoftPhone).after_contact_work_time_limit(0).build()
}

fn basic() -> UserSpec {
    UserSpec::builder()
        .instance_id(INSTANCE)
        .name("basic")
        .password("Password123")
        .routing_profile_id("routing-profile")
        .security_profile_ids(["security-profile"])
        .identity_info(IdentityInfo::builder().first_name("example").last_name("example2").build())
        .phone_config(soft_phone())
        .build()
}

fn with_hierarchy_group() -> UserSpec {
    UserSpec::builder()
        .instance_id(INSTANCE)
        .name("hierarchy-group")
        .password("Password123")
        .routing_profile_id("routing-profile")
        .hierarchy_group_id("hierarchy-group")
        .security_profile_ids(["security-profile"])
        .identity_info(IdentityInfo::builder().first_name("example").last_name("example2").build())
        .phone_config(soft_phone())
        .build()
}

fn with_identity_info() -> UserSpec {
    UserSpec::builder()
        .instance_id(INSTANCE)
        .name("identity-info")
        .password("Password123")
        .routing_profile_id("routing-profile")
        .security_profile_ids(["security-profile"])
        .identity_info(
            IdentityInfo::builder()
                .email("example@example.com")
                .first_name("example")
                .last_name("example2")
                .secondary_email("secondary@example.com")
                .build(),
        )
        .phone_config(soft_phone())
        .build()
}

/// The documentation shows this program without first and last name, which a `CONNECT_MANAGED` instance requires.
fn with_phone_type() -> UserSpec {
    UserSpec::builder()
        .instance_id(INSTANCE)
        .name("desk-phone")
        .password("Password123")
        .routing_profile_id("routing-profile")
        .security_profile_ids(["security-profile"])
        .phone_config(soft_phone())
        .build()
}

fn with_security_profiles() -> UserSpec {
    UserSpec::builder()
        .instance_id(INSTANCE)
        .name("security-profiles")
        .password("Password123")
        .routing_profile_id("routing-profile")
        .security_profile_ids(["security-profile", "example2"])
        .phone_config(
            PhoneConfig::builder()
                .phone_type(PhoneType::DeskPhone)
                .desk_phone_number("+112345678912")
                .auto_accept(false)
                .after_contact_work_time_limit(0)
                .build(),
        )
        .build()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let kind = IdentityManagementType::ConnectManaged;
    let connect = MemoryConnect::any_instance(kind);
    let settings = Settings::builder().identity_management(kind).build();
    let context = Context::builder().settings(settings.clone()).build();
    for spec in
        [basic(), with_hierarchy_group(), with_identity_info(), with_phone_type(), with_security_profiles()]
    {
        let mut spec = spec;
        if let Err(report) = resolve(spec.clone(), &context) {
            println!("{report}\n  so: the names are added\n");
            spec.identity_info =
                Some(IdentityInfo::builder().first_name("example").last_name("example2").build());
        }
        let (desired, _) = resolve(spec, &context)?;
        let name = desired.name().to_owned();
        let plan = plan(desired, None, &settings)?;
        print!("{}", plan.preview().text(&name));
        let applied = apply(&plan, None, &connect, &Default::default()).await?;
        println!("  is now {}\n", applied.state.map(|state| state.id().to_string()).unwrap_or_default());
    }
    Ok(())
}
