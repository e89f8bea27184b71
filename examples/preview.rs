//! A preview with unknown values: the routing profile is created in the same run, and has no id yet.
//!
//! ```text
//! cargo run --example preview
//! ```

use connect_user::{
    diff::preview,
    user::{IdentityInfo, Input, PhoneConfig, PhoneType, Settings, UserSpec},
    validate::{Context, validate},
};

fn main() {
    let spec = UserSpec::builder()
        .instance_id("1c2d")
        .name("jane")
        .routing_profile_id(Input::Unknown)
        .security_profile_ids([Input::Known("5e6f".into()), Input::Unknown])
        .identity_info(IdentityInfo::builder().first_name("Jane").last_name("Roe").build())
        .phone_config(PhoneConfig::builder().phone_type(PhoneType::SoftPhone).build())
        .tags([("team", "front desk")])
        .build();

    let report = validate(&spec, &Context::default());
    println!("{report}\n");

    let preview = preview(&spec, None, &Settings::default());
    print!("{}", preview.text("jane"));
}
