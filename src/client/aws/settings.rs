//! Where to find Amazon Connect.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_connect::{Client, config};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use bon::Builder;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// What to take instead of the environment's: whatever is `None` is looked up, or has its default.
#[derive(Builder, Clone, Debug, Default, PartialEq, Eq)]
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
}

fn quoted(profile: Option<&str>) -> String {
    profile.map(|name| format!(" `{name}`")).unwrap_or_default()
}

impl AwsSettings {
    /// The SDK's client for these settings.
    pub(super) async fn load(&self) -> Result<Client, AwsSettingsError> {
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
        if shared.region().is_none() {
            return Err(AwsSettingsError::NoRegion { profile: self.profile.clone() });
        }
        Ok(Client::from_conf(config::Builder::from(&shared).build()))
    }
}
