//! The package schema, made from the library's table, with the names of Pulumi's `aws` package.

use connect_user::{
    engine::{Schema, provider::settings},
    user::Spelling,
};

/// The package that this provider replaces.
pub const PACKAGE: &str = "aws";
/// The version of the package whose resource this provider implements.
pub const VERSION: &str = "7.51.0";
pub const USER: &str = "aws:connect/user:User";
pub const GET_USER: &str = "aws:connect/getUser:getUser";

/// The blocks of the resource, and the names of the one-element lists that the function has for them.
pub const BLOCKS: [(&str, &str); 2] = [("identityInfo", "identityInfos"), ("phoneConfig", "phoneConfigs")];

/// The schema with which the engine and its language hosts check programs.
pub fn package() -> String {
    let settings = settings(Spelling::CamelCase).into_iter().map(|setting| setting.field).collect();
    let schema = Schema::new(Spelling::CamelCase).with_region().with_configuration(settings);
    let mut package = schema.to_pulumi(PACKAGE, VERSION);
    package["displayName"] = "AWS: Amazon Connect users".into();
    package.to_string()
}
