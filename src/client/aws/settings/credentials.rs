//! Credentials that sign the calls.

use std::{fmt, time::Duration};

use bon::Builder;

use super::{
    error::AwsSettingsError,
    form::{is_account, malformed, malformed_secret},
};
use crate::user::Secret;

/// Bounds of the duration of a role's credentials.
const SESSION: std::ops::RangeInclusive<Duration> = Duration::from_secs(900)..=Duration::from_secs(43_200);

/// An access key. `Debug` shows the id if it has the form of an id, and neither the secret nor the token.
#[derive(Builder, Clone, PartialEq, Eq)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct AccessKey {
    /// The id of the key, such as `AKIAIOSFODNN7EXAMPLE`: letters, digits and `_`.
    pub id: String,
    /// The secret of the key.
    #[builder(into)]
    pub secret: Secret,
    /// The token of temporary credentials. Default: none.
    #[builder(into)]
    pub session_token: Option<Secret>,
}

/// A role to assume. `Debug` shows whether there is an external id, but not its value.
///
/// ```
/// use connect_user::client::aws::{AssumeRole, AwsSettings};
///
/// let role = AssumeRole::builder().role_arn("arn:aws:iam::111122223333:role/users").build();
/// let settings = AwsSettings::builder().region("eu-central-1").assume_roles(vec![role]).build();
/// assert_eq!(settings.check(), Ok(()));
/// ```
#[derive(Builder, Clone, PartialEq, Eq)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct AssumeRole {
    /// The ARN of the role.
    pub role_arn: String,
    /// The name of the session, which appears in the logs of the role's account. Default: a generated name.
    pub session_name: Option<String>,
    /// The external id that the trust policy of the role requires. Default: none.
    pub external_id: Option<String>,
    /// How long the credentials last, 15 minutes to 12 hours; they are renewed in time. Default: one hour.
    pub duration: Option<Duration>,
    /// A policy in JSON that restricts the role further. Default: none.
    pub policy: Option<String>,
    /// ARNs of managed policies that restrict the role further. Default: none.
    #[builder(default)]
    pub policy_arns: Vec<String>,
    /// Tags of the session. Default: none.
    #[builder(default)]
    pub tags: Vec<(String, String)>,
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", if self.has_id() { &self.id } else { &"…" })
            .field("secret", &self.secret)
            .field("session_token", &self.session_token)
            .finish()
    }
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole")
            .field("role_arn", &self.role_arn)
            .field("session_name", &self.session_name)
            .field("external_id", &self.external_id.as_ref().map(|_| "…"))
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}

impl AccessKey {
    pub(super) fn check(&self) -> Result<(), AwsSettingsError> {
        if !self.has_id() {
            // The value may be the secret, given in the wrong place.
            let allowed = "the id of an access key, of letters, digits and `_`";
            return Err(malformed_secret("access_key", allowed));
        }
        match self.secret.expose().is_empty() {
            true => Err(malformed_secret("secret_key", "the secret of the access key")),
            false => Ok(()),
        }
    }

    /// Whether the id has the form of an id; most secrets do not.
    fn has_id(&self) -> bool {
        !self.id.is_empty() && self.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    }
}

impl AssumeRole {
    pub(super) fn check(&self) -> Result<(), AwsSettingsError> {
        check_session(&self.role_arn, self.session_name.as_deref(), self.duration)
    }
}

/// Checks the settings that every session of a role has.
pub(super) fn check_session(
    role_arn: &str,
    name: Option<&str>,
    duration: Option<Duration>,
) -> Result<(), AwsSettingsError> {
    if !is_role(role_arn) {
        let allowed = "the ARN of a role such as `arn:aws:iam::111122223333:role/NAME`";
        return Err(malformed("role_arn", role_arn, allowed));
    }
    if let Some(name) = name.filter(|name| !is_session_name(name)) {
        let allowed = "2 to 64 letters, digits and characters of `_=,.@-`";
        return Err(malformed("session_name", name, allowed));
    }
    if let Some(duration) = duration.filter(|duration| !SESSION.contains(duration)) {
        let value = humantime::format_duration(duration).to_string();
        return Err(malformed("duration", &value, "15 minutes to 12 hours"));
    }
    Ok(())
}

fn is_role(arn: &str) -> bool {
    match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", partition, "iam", "", account, resource] => {
            !partition.is_empty()
                && is_account(account)
                && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
        }
        _ => false,
    }
}

fn is_session_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_=,.@-".contains(c);
    (2..=64).contains(&name.len()) && name.chars().all(is_allowed)
}
