//! The real Amazon Connect, through the AWS SDK for Rust.

mod endpoint;
mod error;
mod from_sdk;
mod operations;
mod settings;
mod to_sdk;

use std::fmt;

use aws_sdk_connect::Client;
use aws_smithy_types::retry::RetryConfig;

pub use settings::{AwsSettings, AwsSettingsBuilder, AwsSettingsError};

use self::endpoint::Endpoint;

/// Amazon Connect in an AWS Region: one request per method, never repeated.
///
/// Clones share connections and credentials. `Debug` shows the Region and nothing else.
///
/// The SDK logs too, through `tracing`: at the level `TRACE` it logs the names and mobile numbers of users that
/// it reads, but no password. Keep `aws_smithy_runtime` at `DEBUG` or above, where it logs no personal data.
///
/// ```no_run
/// # async fn connect() -> Result<(), connect_user::client::aws::AwsSettingsError> {
/// use connect_user::client::aws::{AwsConnect, AwsSettings};
///
/// let settings = AwsSettings::builder().region("eu-central-1").build();
/// let client = AwsConnect::from_environment(&settings).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AwsConnect {
    client: Client,
    endpoint: Endpoint,
}

impl AwsConnect {
    /// Uses a configured SDK client: its Region, credentials, endpoint, connections and time-outs are kept,
    /// its retries are switched off.
    ///
    /// The SDK sets no time-out on its own: without one in the client's configuration, a call that
    /// hangs waits for ever.
    ///
    /// This constructor alone names a type of the SDK, and so follows the SDK's versions.
    pub fn new(client: Client) -> Self {
        // The SDK repeats a full quota as if it were throttling, and a create whose answer was lost.
        let config = client.config().to_builder().retry_config(RetryConfig::disabled());
        let endpoint = Endpoint::default();
        Self { client: Client::from_conf(config.interceptor(endpoint.clone()).build()), endpoint }
    }

    /// Finds Region and credentials where AWS tools look for them: environment variables, profiles,
    /// single sign-on, container and instance roles. What `settings` name comes first.
    ///
    /// Credentials are looked up at the first call, not here. A connection may take 5 seconds and a
    /// call 30, unless the settings say otherwise.
    ///
    /// # Errors
    ///
    /// [`AwsSettingsError`] where nothing names a Region, the profile that is named is nowhere defined, the
    /// files of profiles cannot be read, or the endpoint URL is invalid.
    pub async fn from_environment(settings: &AwsSettings) -> Result<Self, AwsSettingsError> {
        settings.load().await.map(Self::new)
    }
}

impl fmt::Debug for AwsConnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.client.config().region().map(AsRef::<str>::as_ref);
        f.debug_struct("AwsConnect").field("region", &region).finish_non_exhaustive()
    }
}
