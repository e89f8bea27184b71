//! The real Amazon Connect, through the AWS SDK for Rust (feature `aws`).
//!
//! [`AwsConnect`] translates, and holds no policy: one method is one attempt of one request. The SDK's
//! own retry is switched off, because it repeats a full quota as if it were throttling, and a creation
//! as if it were harmless; put a decorator around the client instead.

mod error;
mod from_sdk;
mod operations;
mod settings;
mod to_sdk;

use std::fmt;

use aws_sdk_connect::{Client, config::retry::RetryConfig};

pub use settings::{AwsSettings, AwsSettingsError};

/// The real Amazon Connect.
///
/// ```no_run
/// use connect_user::{apply::import, client::aws::{AwsConnect, AwsSettings}};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let connect = AwsConnect::from_environment(&AwsSettings::builder().region("us-east-1").build()).await?;
/// let user = import(&connect, &"1c2d:7a9b".parse()?).await?;
/// println!("{}", user.name);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct AwsConnect {
    client: Client,
}

impl AwsConnect {
    /// Takes a client of the SDK as it is configured, but for its retries: there are none.
    ///
    /// Set an operation time-out: without one, a service that never answers is waited for for ever. The
    /// type is that of `aws-sdk-connect` 1; it is the only one of the SDK in this crate's interface.
    pub fn new(client: Client) -> Self {
        let config = client.config().to_builder().retry_config(RetryConfig::disabled()).build();
        Self { client: Client::from_conf(config) }
    }
}

impl fmt::Debug for AwsConnect {
    /// The SDK's own text would show the whole configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.client.config().region().map(ToString::to_string);
        f.debug_struct("AwsConnect").field("region", &region).finish_non_exhaustive()
    }
}
