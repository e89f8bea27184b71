//! Region and credentials as AWS tools find them, for other clients than that of Amazon Connect.

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};

use super::settings::{AwsSettings, AwsSettingsError};
use crate::user::with_causes;

/// What the environment and the files of profiles say, as `AWS_PROFILE` picks it.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The Region, where one is named.
    pub(crate) region: Option<String>,
    credentials: Option<SharedCredentialsProvider>,
}

impl Chain {
    /// Looks for a Region, unless one is known; for credentials it looks when they are asked for.
    pub(crate) async fn load(region: Option<String>) -> Result<Self, AwsSettingsError> {
        let shared = AwsSettings::builder().maybe_region(region).build().shared().await?;
        let region = shared.region().map(|region| region.as_ref().to_owned());
        Ok(Self { region, credentials: shared.credentials_provider() })
    }

    /// Credentials that are valid now; otherwise, why there are none.
    pub(crate) async fn credentials(&self) -> Result<Credentials, String> {
        let Some(provider) = &self.credentials else {
            return Err("no credentials are configured".to_owned());
        };
        provider.provide_credentials().await.map_err(|error| with_causes(&error))
    }
}
