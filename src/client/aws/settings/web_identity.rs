//! A role that is assumed with the token of an identity provider, as in a CI job or a cluster.

use std::{
    fmt, fs,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use aws_sdk_sts::{
    Client, operation::assume_role_with_web_identity::builders::AssumeRoleWithWebIdentityFluentBuilder,
    types::PolicyDescriptorType,
};
use bon::Builder;

use super::{credentials::check_session, error::AwsSettingsError, form::malformed_secret};
use crate::user::Secret;

/// A role to assume with the token of an identity provider (OpenID Connect) instead of other credentials. `Debug`
/// shows no token.
///
/// ```
/// use connect_user::client::aws::{AwsSettings, WebIdentity};
///
/// let identity = WebIdentity::builder()
///     .role_arn("arn:aws:iam::111122223333:role/users")
///     .token_file("/var/run/secrets/token")
///     .build();
/// let settings = AwsSettings::builder().region("eu-central-1").web_identity(identity).build();
/// assert_eq!(settings.check(), Ok(()));
/// ```
#[derive(Builder, Clone, PartialEq, Eq)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct WebIdentity {
    /// The ARN of the role.
    pub role_arn: String,
    /// The token; set either this or `token_file`.
    #[builder(into)]
    pub token: Option<Secret>,
    /// The file that holds the token; it is read again whenever the credentials are renewed.
    pub token_file: Option<String>,
    /// The name of the session, which appears in the logs of the role's account. Default: a generated name.
    pub session_name: Option<String>,
    /// How long the credentials last, 15 minutes to 12 hours; they are renewed in time. Default: one hour.
    pub duration: Option<Duration>,
    /// A policy in JSON that restricts the role further. Default: none.
    pub policy: Option<String>,
    /// ARNs of managed policies that restrict the role further. Default: none.
    #[builder(default)]
    pub policy_arns: Vec<String>,
}

impl fmt::Debug for WebIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebIdentity")
            .field("role_arn", &self.role_arn)
            .field("token", &self.token)
            .field("token_file", &self.token_file)
            .field("session_name", &self.session_name)
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}

impl WebIdentity {
    pub(super) fn check(&self) -> Result<(), AwsSettingsError> {
        check_session(&self.role_arn, self.session_name.as_deref(), self.duration)?;
        match (&self.token, &self.token_file) {
            (Some(_), None) | (None, Some(_)) => Ok(()),
            _ => Err(malformed_secret("web_identity_token", "given here or in a file, and not in both")),
        }
    }
}

/// Calls the Security Token Service whenever credentials are needed.
#[derive(Debug)]
pub(super) struct WebIdentityProvider {
    identity: WebIdentity,
    sts: Client,
}

impl WebIdentityProvider {
    pub(super) fn new(identity: &WebIdentity, sts: &SdkConfig) -> Self {
        Self { identity: identity.clone(), sts: Client::new(sts) }
    }

    fn request(&self) -> Result<AssumeRoleWithWebIdentityFluentBuilder, CredentialsError> {
        let WebIdentity { role_arn, token, token_file, session_name, duration, policy, policy_arns } =
            &self.identity;
        let token = match (token, token_file) {
            (Some(token), _) => token.expose().to_owned(),
            (None, file) => {
                let read = fs::read_to_string(file.as_deref().unwrap_or_default());
                read.map_err(CredentialsError::invalid_configuration)?.trim().to_owned()
            }
        };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let name = session_name.clone().unwrap_or_else(|| format!("connect-user-{}", now.as_millis()));
        let policies = policy_arns.iter().map(|arn| PolicyDescriptorType::builder().arn(arn).build());
        let seconds = duration.and_then(|duration| i32::try_from(duration.as_secs()).ok());
        let request = self.sts.assume_role_with_web_identity();
        let request = request.role_arn(role_arn).role_session_name(name).web_identity_token(token);
        let policies = Some(policies.collect::<Vec<_>>()).filter(|policies| !policies.is_empty());
        Ok(request.set_policy(policy.clone()).set_policy_arns(policies).set_duration_seconds(seconds))
    }

    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let answer = self.request()?.send().await.map_err(CredentialsError::provider_error)?;
        let Some(given) = answer.credentials else {
            return Err(CredentialsError::unhandled("the answer has no credentials"));
        };
        let expiry = SystemTime::try_from(given.expiration).map_err(CredentialsError::unhandled)?;
        let (id, secret, token) = (given.access_key_id, given.secret_access_key, given.session_token);
        Ok(Credentials::new(id, secret, Some(token), Some(expiry), "web identity"))
    }
}

impl ProvideCredentials for WebIdentityProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
