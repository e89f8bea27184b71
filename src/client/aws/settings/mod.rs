//! Region, credentials and endpoint: from the settings, or from the environment.

mod certificates;
mod credentials;
mod error;
mod form;
mod load;
mod web_identity;

use std::{fmt, time::Duration};

use bon::Builder;

pub use self::{
    credentials::{AccessKey, AccessKeyBuilder, AssumeRole, AssumeRoleBuilder},
    error::AwsSettingsError,
    web_identity::{WebIdentity, WebIdentityBuilder},
};

use self::form::{is_account, is_region, malformed, malformed_secret};
use super::endpoint::without_secrets;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Settings of an AWS client, which override the environment. A field that is `None` (the default) is looked up in the
/// environment and in the profile.
///
/// `Debug` shows endpoint URLs without user, password and query.
#[derive(Builder, Clone, Default, PartialEq, Eq)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct AwsSettings {
    /// The Region, such as `eu-central-1`.
    pub region: Option<String>,
    /// The profile of the shared configuration and credentials files.
    pub profile: Option<String>,
    /// The URL to call, such as that of a VPC endpoint or of a local emulation.
    pub endpoint_url: Option<String>,
    /// An access key instead of the environment's and the profile's credentials.
    pub access_key: Option<AccessKey>,
    /// Files of profiles instead of `~/.aws/config`; each must exist. Later files take precedence.
    #[builder(default)]
    pub config_files: Vec<String>,
    /// Files of credentials instead of `~/.aws/credentials`; each must exist. Later files take precedence.
    #[builder(default)]
    pub credentials_files: Vec<String>,
    /// A role to assume with the token of an identity provider, instead of the environment's and the profile's
    /// credentials. Default: none.
    pub web_identity: Option<WebIdentity>,
    /// Roles to assume, each with the credentials of the previous one. Default: none.
    #[builder(default)]
    pub assume_roles: Vec<AssumeRole>,
    /// The URL of the Security Token Service, which is called for roles and for account ids. Default: that of the
    /// Region.
    pub sts_endpoint_url: Option<String>,
    /// The accounts to which the credentials must belong, checked before any other call. Default: any account.
    #[builder(default)]
    pub allowed_account_ids: Vec<String>,
    /// The accounts to which the credentials must not belong. Default: none.
    #[builder(default)]
    pub forbidden_account_ids: Vec<String>,
    /// A PEM file with the certificates of the authorities to trust instead of the system's. Default: the file of
    /// `AWS_CA_BUNDLE`.
    pub ca_bundle: Option<String>,
    /// Whether to call endpoints that comply with FIPS 140. Default: as the environment or the profile says, and
    /// otherwise no.
    pub use_fips_endpoint: Option<bool>,
    /// Whether to call endpoints that also support IPv6. Default: as the environment or the profile says, and otherwise
    /// no.
    pub use_dualstack_endpoint: Option<bool>,
    /// Maximum time to establish a connection. Default: 5 seconds.
    pub connect_timeout: Option<Duration>,
    /// Maximum time of a call, including the connection. Default: 30 seconds.
    pub call_timeout: Option<Duration>,
}

impl fmt::Debug for AwsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsSettings")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("access_key", &self.access_key)
            .field("web_identity", &self.web_identity)
            .field("assume_roles", &self.assume_roles)
            .field("endpoint_url", &self.endpoint_url.as_deref().map(without_secrets))
            .field("sts_endpoint_url", &self.sts_endpoint_url.as_deref().map(without_secrets))
            .field("connect_timeout", &self.connect_timeout)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}

impl AwsSettings {
    /// Checks what needs neither the environment nor a call: the forms of the Region, of URLs, keys, roles and
    /// accounts.
    ///
    /// # Errors
    ///
    /// The error of the first invalid setting.
    pub fn check(&self) -> Result<(), AwsSettingsError> {
        self.mistakes().into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Returns all mistakes that [`check`](Self::check) would find, each with its part of the settings.
    pub(crate) fn mistakes(&self) -> Vec<(Part, AwsSettingsError)> {
        let mut mistakes = Vec::new();
        if let Some(region) = self.region.as_ref().filter(|region| !is_region(region)) {
            mistakes.push(malformed("region", region, "an AWS Region such as `eu-central-1`"));
        }
        // The SDK panics if a URL is empty.
        let urls = [&self.endpoint_url, &self.sts_endpoint_url].into_iter().flatten();
        mistakes.extend(urls.filter_map(|url| check_url(url).err()));
        mistakes.extend(self.access_key.as_ref().and_then(|key| key.check().err()));
        if self.access_key.is_some() && self.web_identity.is_some() {
            mistakes.push(malformed_secret("access_key", "left out where a web identity is given"));
        }
        for (setting, accounts) in [
            ("allowed_account_ids", &self.allowed_account_ids),
            ("forbidden_account_ids", &self.forbidden_account_ids),
        ] {
            let account = accounts.iter().find(|account| !is_account(account));
            mistakes.extend(account.map(|account| malformed(setting, account, "ids of 12 digits")));
        }
        let mut mistakes: Vec<_> = mistakes.into_iter().map(|error| (Part::Whole, error)).collect();
        let identity = self.web_identity.as_ref().and_then(|identity| identity.check().err());
        mistakes.extend(identity.map(|error| (Part::WebIdentity, error)));
        let of_roles = self.assume_roles.iter().enumerate();
        mistakes
            .extend(of_roles.filter_map(|(number, role)| Some((Part::Role(number), role.check().err()?))));
        mistakes
    }
}

/// A part of the settings.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Whole,
    WebIdentity,
    /// A role, by its number.
    Role(#[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "only an engine asks which"))] usize),
}

fn check_url(url: &str) -> Result<(), AwsSettingsError> {
    let failed =
        |reason: &str| AwsSettingsError::EndpointUrl { url: without_secrets(url), reason: reason.to_owned() };
    let parsed: http::Uri = url.parse().map_err(|error: http::uri::InvalidUri| failed(&error.to_string()))?;
    if !matches!(parsed.scheme_str(), Some("http" | "https")) {
        return Err(failed("it must begin with `http://` or `https://`"));
    }
    match parsed.host() {
        Some(host) if !host.is_empty() => Ok(()),
        _ => Err(failed("it names no host")),
    }
}
