//! Region, credentials and endpoint: from the settings, or from the environment.

use std::{env, error::Error, fmt, iter, time::Duration};

use aws_config::{BehaviorVersion, Region, profile};
use aws_sdk_connect::{Client, config};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use bon::Builder;

use super::endpoint::without_secrets;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// What names an endpoint in the environment.
const ENDPOINT_VARIABLES: [&str; 2] = ["AWS_ENDPOINT_URL_CONNECT", "AWS_ENDPOINT_URL"];

/// Overrides what the environment says: what is `None`, the default, is looked up there.
///
/// `Debug` shows of the endpoint URL neither user and password nor query.
#[derive(Builder, Clone, Default, PartialEq, Eq)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct AwsSettings {
    /// The Region, such as `eu-central-1`.
    pub region: Option<String>,
    /// The profile of the shared configuration and credentials files.
    pub profile: Option<String>,
    /// The URL to call, such as that of a VPC endpoint or of a local stand-in.
    pub endpoint_url: Option<String>,
    /// How long a connection may take to be made; 5 seconds by default.
    pub connect_timeout: Option<Duration>,
    /// How long a call may take, the connection included; 30 seconds by default.
    pub call_timeout: Option<Duration>,
}

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwsSettingsError {
    /// Nothing names a Region.
    #[error("no AWS Region: set one in the settings, in `AWS_REGION`, or in the profile{}", quoted(profile.as_deref()))]
    NoRegion {
        /// The profile that was asked for.
        profile: Option<String>,
    },
    /// The profile that is named in the settings or in `AWS_PROFILE` is not defined.
    #[error("the AWS profile `{profile}` is not defined{}", others(known))]
    NoProfile {
        /// The profile that was asked for.
        profile: String,
        /// Those that are defined.
        known: Vec<String>,
    },
    /// A file of profiles cannot be read.
    #[error("the AWS profiles cannot be read: {reason}")]
    Profiles {
        /// What is wrong.
        reason: String,
    },
    /// The endpoint URL cannot be called.
    #[error("the endpoint URL `{url}` cannot be called: {reason}")]
    EndpointUrl {
        /// The URL, without user, password and query.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl AwsSettingsError {
    /// The way out.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NoRegion { .. } => "name the Region of the instance, such as `eu-central-1`",
            Self::NoProfile { .. } => {
                "name one of `aws configure list-profiles`, or create it with `aws configure --profile`"
            }
            Self::Profiles { .. } => "fix `~/.aws/config` or `~/.aws/credentials`",
            Self::EndpointUrl { .. } => "give a URL of the form `https://HOST[:PORT]`, or leave it out",
        }
    }
}

fn others(known: &[String]) -> String {
    if known.is_empty() {
        return ": there are no profiles".to_owned();
    }
    format!(": there are `{}`", known.join("`, `"))
}

fn quoted(profile: Option<&str>) -> String {
    profile.map(|name| format!(" `{name}`")).unwrap_or_default()
}

impl fmt::Debug for AwsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, profile, endpoint_url, connect_timeout, call_timeout } = self;
        f.debug_struct("AwsSettings")
            .field("region", region)
            .field("profile", profile)
            .field("endpoint_url", &endpoint_url.as_deref().map(without_secrets))
            .field("connect_timeout", connect_timeout)
            .field("call_timeout", call_timeout)
            .finish()
    }
}

impl AwsSettings {
    /// The SDK's client for these settings.
    pub(super) async fn load(&self) -> Result<Client, AwsSettingsError> {
        self.check_profile().await?;
        // The SDK panics where it is empty.
        match &self.endpoint_url {
            Some(url) => check_url(url)?,
            // Of these it passes over those that it cannot read, and would call the real service.
            None => ENDPOINT_VARIABLES
                .iter()
                .filter_map(|name| env::var(name).ok())
                .try_for_each(|url| if url.is_empty() { Ok(()) } else { check_url(&url) })?,
        }
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(RetryConfig::disabled())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(self.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
                    .operation_attempt_timeout(self.call_timeout.unwrap_or(CALL_TIMEOUT))
                    .build(),
            );
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let shared = loader.load().await;
        shared.endpoint_url().map_or(Ok(()), check_url)?;
        if shared.region().is_none() {
            return Err(AwsSettingsError::NoRegion { profile: self.profile.clone() });
        }
        Ok(Client::from_conf(config::Builder::from(&shared).build()))
    }

    /// The SDK only finds out at the first call, and passes over a file that it cannot read.
    async fn check_profile(&self) -> Result<(), AwsSettingsError> {
        let named = self.profile.clone().or_else(|| env::var("AWS_PROFILE").ok());
        let Some(profile) = named.filter(|name| !name.is_empty()) else { return Ok(()) };
        let (files, system, environment) = Default::default();
        let profiles = profile::load(&system, &environment, &files, None).await;
        let profiles = profiles.map_err(|error| {
            let chain = iter::successors(Some(&error as &dyn Error), |error| (*error).source());
            let texts: Vec<String> = chain.map(ToString::to_string).collect();
            AwsSettingsError::Profiles { reason: texts.join(": ") }
        })?;
        if profile == "default" || profiles.get_profile(&profile).is_some() {
            return Ok(());
        }
        let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
        known.sort_unstable();
        Err(AwsSettingsError::NoProfile { profile, known })
    }
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
