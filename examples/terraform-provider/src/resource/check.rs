//! What can be said of a configuration before anything is asked.

use connect_user::{
    client::aws::AwsSettings,
    user::{Path, Value},
    validate::{Context, validate_document},
};

use super::{Object, settings::PASSWORD_VERSION};
use crate::{config, wire::Diagnostics};

/// Checks a configuration as far as it is known; neither the service nor the provider's configuration is.
///
/// Warnings are for the plan, which tells them once: Terraform checks the configuration before each.
pub fn validate(config: &Object, diagnostics: &mut Diagnostics) {
    let (_, report) = validate_document(config.to_document(), &Context::default());
    diagnostics.report(&report, |_| false);
    check_region(config.output("region"), diagnostics);
}

/// Refuses a password that is given twice, and a version of none.
pub fn check_password(config: &Value, diagnostics: &mut Diagnostics) {
    let is_given = |name| config.get(name).is_some_and(|value| *value != Value::Null);
    if is_given("password") && is_given("password_wo") {
        let at = Path::root().member("password_wo");
        diagnostics.error("both `password` and `password_wo` are given", "keep one of them", Some(&at));
    }
    if is_given(PASSWORD_VERSION) && !is_given("password_wo") {
        let at = Path::root().member(PASSWORD_VERSION);
        let message = format!("`{PASSWORD_VERSION}` is given without `password_wo`");
        diagnostics.error(message, "give the password as `password_wo`, or remove the version", Some(&at));
    }
}

/// Refuses what no Region is called.
pub fn check_region(region: &Value, diagnostics: &mut Diagnostics) {
    let settings = AwsSettings::builder().maybe_region(region.as_str()).build();
    if let Err(error) = settings.check() {
        config::refuse(&error, diagnostics);
    }
}
