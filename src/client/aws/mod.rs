//! The real Amazon Connect, through the AWS SDK for Rust.

#[cfg(feature = "policy")]
mod account_rates;
#[cfg(feature = "object-store")]
mod chain;
mod endpoint;
mod error;
mod from_sdk;
mod operations;
#[cfg(feature = "policy")]
mod quotas;
mod raw;
mod settings;
mod to_sdk;

use std::fmt;
#[cfg(feature = "policy")]
use std::sync::Arc;

use aws_sdk_connect::{Client, Config, config::Region};
use aws_smithy_types::retry::RetryConfig;
#[cfg(feature = "policy")]
use futures_util::lock::Mutex;

#[cfg(feature = "object-store")]
pub(crate) use self::chain::Chain;
#[cfg(feature = "engine")]
pub(crate) use settings::Part;
pub use settings::{
    AccessKey, AccessKeyBuilder, AssumeRole, AssumeRoleBuilder, AwsSettings, AwsSettingsBuilder,
    AwsSettingsError, WebIdentity, WebIdentityBuilder,
};

#[cfg(feature = "policy")]
pub use self::account_rates::AccountRates;

use self::endpoint::Endpoint;

/// Amazon Connect in an AWS Region: one request per method, never repeated.
///
/// Clones share connections and credentials. `Debug` shows the Region and nothing else.
///
/// The SDK logs too, through `tracing`. At the level `TRACE` it logs the names and mobile numbers of users that it
/// reads, but no password. Keep `aws_smithy_runtime` at `DEBUG` or above, where it logs no personal data.
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
    /// The given configuration, to create clients for other Regions.
    config: Config,
    endpoint: Endpoint,
    /// The rates of the account, once they were read.
    #[cfg(feature = "policy")]
    account_rates: Arc<Mutex<Option<AccountRates>>>,
}

impl AwsConnect {
    /// Uses a configured SDK client. Its Region, credentials, endpoint, connections and time-outs are kept; its retries
    /// are switched off.
    ///
    /// The SDK sets no time-out on its own: without a time-out in the client's configuration, a call that hangs waits
    /// for ever.
    ///
    /// Only this constructor uses a type of the SDK, and therefore depends on the SDK's version.
    pub fn new(client: Client) -> Self {
        Self::with(client.config().clone())
    }

    fn with(config: Config) -> Self {
        // The SDK would repeat a call after a full quota like throttling, and a creation whose answer was lost.
        let single = config.to_builder().retry_config(RetryConfig::disabled());
        let endpoint = Endpoint::default();
        let client = Client::from_conf(single.interceptor(endpoint.clone()).build());
        Self {
            client,
            config,
            endpoint,
            #[cfg(feature = "policy")]
            account_rates: Arc::default(),
        }
    }

    /// Returns a client for another Region, with the same credentials, connections and time-outs, and with the same
    /// endpoint URL if one is set.
    ///
    /// ```no_run
    /// # fn both(here: &connect_user::client::aws::AwsConnect) {
    /// let there = here.in_region("eu-west-2");
    /// assert_eq!(there.region(), Some("eu-west-2"));
    /// # }
    /// ```
    pub fn in_region(&self, region: impl Into<String>) -> Self {
        Self::with(self.config.to_builder().region(Region::new(region.into())).build())
    }

    /// Returns the Region that is called; `None` only if [`new`](Self::new) was given a client without a Region.
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(AsRef::as_ref)
    }

    /// Finds the Region and credentials where AWS tools look for them: environment variables, profiles, single sign-on,
    /// container and instance roles. `settings` take precedence.
    ///
    /// Credentials are looked up at the first call, not here, unless the settings name allowed or forbidden accounts. A
    /// connection may take 5 seconds and a call 30 seconds, unless the settings say otherwise.
    ///
    /// # Errors
    ///
    /// [`AwsSettingsError`] if no Region is set, the named profile is not defined, the files of profiles or
    /// certificates cannot be read, a setting is malformed, or the account is not allowed.
    pub async fn from_environment(settings: &AwsSettings) -> Result<Self, AwsSettingsError> {
        settings.load().await.map(Self::new)
    }
}

impl fmt::Debug for AwsConnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsConnect").field("region", &self.region()).finish_non_exhaustive()
    }
}
