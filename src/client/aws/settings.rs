//! A client from the ordinary AWS configuration.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, timeout::TimeoutConfig};
use bon::Builder;

use super::AwsConnect;

/// What to take rather than the environment's; the rest comes from environment variables, the shared
/// configuration files and the machine's role, as with every AWS tool.
#[derive(Builder, Clone, Debug, Default)]
#[builder(on(String, into))]
#[non_exhaustive]
pub struct AwsSettings {
    /// The Region.
    pub region: Option<String>,
    /// The profile in the shared configuration files.
    pub profile: Option<String>,
    /// Another address of the service.
    pub endpoint_url: Option<String>,
}

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AwsSettingsError {
    /// Nobody says which Region.
    #[error("no Region is given: set `AWS_REGION`, or a `region` in the profile")]
    NoRegion,
}

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for an answer: the service needs less than a second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

impl AwsConnect {
    /// A client from the ordinary AWS configuration, with time-outs.
    ///
    /// # Errors
    ///
    /// [`AwsSettingsError::NoRegion`] where nobody says which Region. Credentials are looked for with the
    /// first call.
    pub async fn from_environment(settings: &AwsSettings) -> Result<Self, AwsSettingsError> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
        if let Some(region) = &settings.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &settings.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let config = loader.load().await;
        if config.region().is_none() {
            return Err(AwsSettingsError::NoRegion);
        }
        Ok(Self::new(aws_sdk_connect::Client::new(&config)))
    }
}
